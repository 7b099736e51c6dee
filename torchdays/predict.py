"""Predict, then run: the reader writes a guess, a later cell compares it with what happened."""


def check(guess, answer):
    """Say whether ``guess`` equals ``answer``, and show the answer either way.

    guess:  anything, or None for "I am not sure"
    answer: a tuple, a number, a string or a boolean. Two floats count as equal within
            one part in a thousand; a list or a torch.Size counts as the tuple it spells;
            of strings, case and surrounding spaces are ignored.
    """
    if guess is None:
        print(f"Answer: {answer}")
    elif _same(guess, answer):
        print(f"Yes: {answer}")
    else:
        print(f"Your guess was {guess!r}. Answer: {answer}\nWorth a pause: what made the difference?")


def _same(guess, answer):
    if isinstance(answer, bool) or isinstance(guess, bool):
        return guess is answer
    if isinstance(answer, str):
        return isinstance(guess, str) and guess.strip().lower() == answer.strip().lower()
    if isinstance(answer, (tuple, list)):
        return (
            isinstance(guess, (tuple, list))
            and len(guess) == len(answer)
            and all(_same(g, a) for g, a in zip(guess, answer, strict=True))
        )
    if isinstance(guess, (int, float)) and isinstance(answer, (int, float)):
        return abs(guess - answer) <= 1e-3 * abs(answer)
    return guess == answer
