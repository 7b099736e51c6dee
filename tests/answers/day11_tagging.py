# %% wrong decode: a span ends at its last word, not after it
# loses decode_clean: end not included
# loses decode_broken: An I that does not continue
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and tag != "I-" + kind:
            spans.append((start, i - 1, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: a span that reaches the end of the sentence is lost
# loses decode_clean: The sentence may end inside a span
# loses decode_broken: An I that does not continue
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate(tags):
        if start is not None and tag != "I-" + kind:
            spans.append((start, i, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: B after the same kind goes on
# loses decode_clean: A B always starts a new span
# loses decode_broken: An I that does not continue
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and tag[2:] != kind:
            spans.append((start, i, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: an I without a B is thrown away
# loses decode_broken: An I that does not continue a span of its own kind starts a new one
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and tag != "I-" + kind:
            spans.append((start, i, kind))
            start = None
        if tag.startswith("B-"):
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: an I goes on, whatever its kind
# loses decode_broken: An I that does not continue
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and not tag.startswith("I-"):
            spans.append((start, i, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: the kind is what stands after the last dash
# loses decode_clean: The kind is everything after the first dash
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and not (tag.startswith("I-") and tag.split("-")[-1] == kind):
            spans.append((start, i, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag.split("-")[-1]
    return spans


# %% wrong decode: a kind that holds the open one goes on
# loses decode_broken: LOC and LOCATION are two kinds
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and not (tag[0] == "I" and kind in tag[2:]):
            spans.append((start, i, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: a kind that is a part of the open one goes on
# loses decode_broken: LOC and LOCATION are two kinds
def decode(tags):
    spans, start, kind = [], None, ""
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and not (tag[0] == "I" and tag[2:] in kind):
            spans.append((start, i, kind))
            start = None
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: an I of another kind is a span of one word
# loses decode_broken: The next I continues that one
def decode(tags):
    spans, start, kind = [], None, None
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and tag != "I-" + kind:
            spans.append((start, i, kind))
            start = None
            if tag[0] == "I":
                spans.append((i, i + 1, tag[2:]))
                continue
        if tag != "O" and start is None:
            start, kind = i, tag[2:]
    return spans


# %% wrong decode: the first tag is looked at before the loop
# loses decode_clean: IndexError
def decode(tags):
    spans, start, kind = [], 0, tags[0][2:]
    for i, tag in enumerate([*tags, "O"]):
        if i and tag != "I-" + kind:
            if kind:
                spans.append((start, i, kind))
            start, kind = i, tag[2:]
    return spans


# %% right decode: spans grow at the end of a list
def decode(tags):
    spans = []
    for i, tag in enumerate(tags):
        letter, _, kind = tag.partition("-")
        if letter == "I" and spans and spans[-1][1] == i and spans[-1][2] == kind:
            spans[-1] = (spans[-1][0], i + 1, kind)
        elif letter != "O":
            spans.append((i, i + 1, kind))
    return spans


# %% right decode: borders first, then the spans between them
def decode(tags):
    padded = ["O", *tags, "O"]
    pairs = list(zip(padded, padded[1:]))
    opens = lambda before, tag: tag != "O" and (tag[0] == "B" or before[2:] != tag[2:])
    starts = [i for i, (before, tag) in enumerate(pairs) if opens(before, tag)]
    closes = lambda before, tag: before != "O" and (tag == "O" or opens(before, tag))
    ends = [i for i, (before, tag) in enumerate(pairs) if closes(before, tag)]
    return [(s, e, tags[s][2:]) for s, e in zip(starts, ends)]


# %% wrong encode: a span that ends with the sentence is refused
# loses encode_spans: these spans are legal
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in spans:
        if start < 0 or end >= length or end <= start or set(tags[start:end]) != {"O"}:
            raise ValueError("no span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: every word of a span is a beginning
# loses encode_spans: expected
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in spans:
        if start < 0 or end > length or end <= start or set(tags[start:end]) != {"O"}:
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] * (end - start)
    return tags


# %% wrong encode: overlapping spans write over each other
# loses encode_spans: two spans share a word
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in spans:
        if start < 0 or end > length or end <= start:
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: only the first word of a span is looked at for an overlap
# loses encode_spans: two spans share a word
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in sorted(spans, reverse=True):
        if start < 0 or end > length or end <= start or tags[start] != "O":
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: a slice beyond the end makes the list longer
# loses encode_spans: the span ends after the sentence
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in spans:
        if start < 0 or end <= start or set(tags[start:end]) - {"O"}:
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: the spans are sorted in place
# loses encode_spans: changed a list it was given
def encode(spans, length):
    spans.sort()
    tags = ["O"] * length
    for start, end, kind in spans:
        if start < 0 or end > length or end <= start or set(tags[start:end]) != {"O"}:
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: an overlap is looked for at the first word of each span, in the order given
# loses encode_spans: if not the first word of the second one
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in spans:
        if not 0 <= start < end <= length or tags[start] != "O":
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: only spans that are neighbours in the list are compared
# loses encode_spans: the first and the last span share a word
def encode(spans, length):
    tags = ["O"] * length
    for one, other in zip(spans, spans[1:]):
        if one[0] < other[1] and other[0] < one[1]:
            raise ValueError("overlap")
    for start, end, kind in spans:
        if not 0 <= start < end <= length:
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: only a span of exactly no word is refused
# loses encode_spans: the span ends before it starts
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in spans:
        if start < 0 or end > length or start == end or any(tag != "O" for tag in tags[start:end]):
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% wrong encode: two equal spans are taken for one
# loses encode_spans: two spans share a word
def encode(spans, length):
    tags = ["O"] * length
    for start, end, kind in set(spans):
        if not 0 <= start < end <= length or set(tags[start:end]) != {"O"}:
            raise ValueError("no such span")
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    return tags


# %% right encode: sorted first, then neighbours compared
def encode(spans, length):
    ordered = sorted(spans)
    if any(not 0 <= s < e <= length for s, e, _ in ordered):
        raise ValueError("outside, or empty")
    if any(one[1] > other[0] for one, other in zip(ordered, ordered[1:])):
        raise ValueError("overlap")
    kinds = {i: ("B-" if i == s else "I-") + kind for s, e, kind in ordered for i in range(s, e)}
    return [kinds.get(i, "O") for i in range(length)]


# %% right encode: word by word
def encode(spans, length):
    tags = ["O" for _ in range(length)]
    for start, end, kind in spans:
        if end <= start:
            raise ValueError("a span of no word")
        for i in range(start, end):
            if not 0 <= i < length:
                raise ValueError("outside of the sentence")
            if tags[i] != "O":
                raise ValueError("taken")
            tags[i] = f"{'B' if i == start else 'I'}-{kind}"
    return tags


# %% wrong span_scores: the mean of the sentences' scores
# loses span_scores_values: count over all sentences together
# loses span_scores_kind: precision is
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    rows = []
    for one, other in zip(true, said):
        one, other = ({s for s in spans if kind in (None, s[2])} for spans in (one, other))
        right = len(one & other)
        rows.append(
            (
                right / len(other) if other else 0.0,
                right / len(one) if one else 0.0,
                2 * right / (len(one) + len(other)) if one or other else 0.0,
            )
        )
    return tuple(sum(column) / max(len(rows), 1) + 0.0 for column in zip(*rows)) or (0.0, 0.0, 0.0)


# %% wrong span_scores: all spans in one set, so that the sentence is forgotten
# loses span_scores_values: a span is right only in its own sentence
# loses span_scores_edges: nothing is right
# loses span_scores_kind: in the wrong sentence
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {s for row in true for s in row if kind in (None, s[2])}
    other = {s for row in said for s in row if kind in (None, s[2])}
    right = len(one & other)
    return (
        right / len(other) if other else 0.0,
        right / len(one) if one else 0.0,
        2 * right / (len(one) + len(other)) if right else 0.0,
    )


# %% wrong span_scores: precision and recall exchanged
# loses span_scores_values: precision is
# loses span_scores_kind: precision is
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {(n, *s) for n, row in enumerate(true) for s in row if kind in (None, s[2])}
    other = {(n, *s) for n, row in enumerate(said) for s in row if kind in (None, s[2])}
    right = len(one & other)
    return (
        right / len(one) if one else 0.0,
        right / len(other) if other else 0.0,
        2 * right / (len(one) + len(other)) if right else 0.0,
    )


# %% wrong span_scores: the kind of a span is not compared
# loses span_scores_values: the kind must be right, too
# loses span_scores_kind: precision is
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {(n, *s[:2]) for n, row in enumerate(true) for s in row if kind in (None, s[2])}
    other = {(n, *s[:2]) for n, row in enumerate(said) for s in row if kind in (None, s[2])}
    right = len(one & other)
    return (
        right / len(other) if other else 0.0,
        right / len(one) if one else 0.0,
        2 * right / (len(one) + len(other)) if right else 0.0,
    )


# %% wrong span_scores: division by zero
# loses span_scores_edges: ZeroDivisionError
# loses span_scores_kind: ZeroDivisionError
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {(n, *s) for n, row in enumerate(true) for s in row if kind in (None, s[2])}
    other = {(n, *s) for n, row in enumerate(said) for s in row if kind in (None, s[2])}
    right = len(one & other)
    precision, recall = right / len(other), right / len(one)
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


# %% wrong span_scores: zip drops the sentences that are too many
# loses span_scores_edges: a ValueError, please
def span_scores(true, said, kind=None):
    right = all_true = all_said = 0
    for one, other in zip(true, said):
        one, other = ({s for s in spans if kind in (None, s[2])} for spans in (one, other))
        right, all_true, all_said = right + len(one & other), all_true + len(one), all_said + len(other)
    ratio = lambda part, whole: part / whole if whole else 0.0
    return ratio(right, all_said), ratio(right, all_true), ratio(2 * right, all_said + all_true)


# %% wrong span_scores: the kind is ignored
# loses span_scores_kind: only persons
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {(n, *s) for n, row in enumerate(true) for s in row}
    other = {(n, *s) for n, row in enumerate(said) for s in row}
    right = len(one & other)
    ratio = lambda part, whole: part / whole if whole else 0.0
    return ratio(right, len(other)), ratio(right, len(one)), ratio(2 * right, len(one) + len(other))


# %% wrong span_scores: only the said spans are filtered by kind
# loses span_scores_kind: recall is
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {(n, *s) for n, row in enumerate(true) for s in row}
    other = {(n, *s) for n, row in enumerate(said) for s in row if kind in (None, s[2])}
    right = len(one & other)
    ratio = lambda part, whole: part / whole if whole else 0.0
    return ratio(right, len(other)), ratio(right, len(one)), ratio(2 * right, len(one) + len(other))


# %% wrong span_scores: precision is 1 if nothing was said
# loses span_scores_edges: nothing was said
# loses span_scores_kind: a kind that does not occur
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one = {(n, *s) for n, row in enumerate(true) for s in row if kind in (None, s[2])}
    other = {(n, *s) for n, row in enumerate(said) for s in row if kind in (None, s[2])}
    right = len(one & other)
    ratio = lambda part, whole: part / whole if whole else 1.0
    return ratio(right, len(other)), ratio(right, len(one)), 2 * right / max(len(one) + len(other), 1)


# %% wrong span_scores: a kind that holds the one asked for counts
# loses span_scores_kind: SHIP and SHIP-NAME are two kinds
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one, other = (
        {(n, *s) for n, row in enumerate(side) for s in row if kind is None or kind in s[2]} for side in (true, said)
    )
    right = len(one & other)
    ratio = lambda part, whole: part / whole if whole else 0.0
    return ratio(right, len(other)), ratio(right, len(one)), ratio(2 * right, len(one) + len(other))


# %% wrong span_scores: a kind that is a part of the one asked for counts
# loses span_scores_kind: SHIP and SHIP-NAME are two kinds
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError
    one, other = (
        {(n, *s) for n, row in enumerate(side) for s in row if kind is None or s[2] in kind} for side in (true, said)
    )
    right = len(one & other)
    ratio = lambda part, whole: part / whole if whole else 0.0
    return ratio(right, len(other)), ratio(right, len(one)), ratio(2 * right, len(one) + len(other))


# %% right span_scores: one set of spans with the number of their sentence
def span_scores(true, said, kind=None):
    if len(true) != len(said):
        raise ValueError("as many sentences on both sides, please")
    one, other = (
        {(n, *s) for n, row in enumerate(side) for s in row if kind is None or s[2] == kind} for side in (true, said)
    )
    right = len(one & other)
    precision = right / len(other) if other else 0.0
    recall = right / len(one) if one else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


# %% right span_scores: plain loops and counters, as a list
def span_scores(true, said, kind=None):
    r = s = t = 0
    for one, other in zip(true, said, strict=True):
        for span in other:
            if kind is None or span[2] == kind:
                s += 1
                r += span in one
        for span in one:
            t += kind is None or span[2] == kind
    return [r / max(s, 1), r / max(t, 1), 2 * r / max(s + t, 1)]


# %% wrong align: word 0 is taken for no word
# loses align_pieces: Only the first piece
def align(word_ids, labels, every_piece=False):
    aligned, before = [], None
    for word in word_ids:
        aligned.append(labels[word] if word and (every_piece or word != before) else -100)
        before = word
    return aligned


# %% wrong align: every piece, whatever was asked
# loses align_pieces: Only the first piece
def align(word_ids, labels, every_piece=False):
    return [-100 if word is None else labels[word] for word in word_ids]


# %% wrong align: the argument is ignored
# loses align_pieces: With every_piece=True
def align(word_ids, labels, every_piece=False):
    return [
        labels[word] if word is not None and word != before else -100
        for before, word in zip([None, *word_ids], word_ids)
    ]


# %% wrong align: the last piece of a word
# loses align_pieces: Only the first piece
def align(word_ids, labels, every_piece=False):
    return [
        labels[word] if word is not None and (every_piece or word != after) else -100
        for word, after in zip(word_ids, [*word_ids[1:], None])
    ]


# %% wrong align: special pieces are O
# loses align_pieces: special pieces (None) get -100
def align(word_ids, labels, every_piece=False):
    aligned, before = [], None
    for word in word_ids:
        aligned.append(0 if word is None else labels[word] if every_piece or word != before else -100)
        before = word
    return aligned


# %% wrong align: labels are dealt out by counting
# loses align_pieces: a word's number is its index
def align(word_ids, labels, every_piece=False):
    left, aligned, before = iter(labels), [], None
    for word in word_ids:
        if word is not None and word != before:
            label = next(left)
            aligned.append(label)
        else:
            aligned.append(label if every_piece and word is not None else -100)
        before = word
    return aligned


# %% wrong align: special pieces are left out
# loses align_pieces: one for each piece, please
def align(word_ids, labels, every_piece=False):
    aligned, before = [], None
    for word in word_ids:
        if word is not None:
            aligned.append(labels[word] if every_piece or word != before else -100)
        before = word
    return aligned


# %% wrong align: every piece gets the label of the n-th word that is met
# loses align_pieces: a word's number is its index
def align(word_ids, labels, every_piece=False):
    aligned, before, met = [], None, -1
    for word in word_ids:
        met += word is not None and word != before
        if every_piece:
            aligned.append(-100 if word is None else labels[met])
        else:
            aligned.append(labels[word] if word is not None and word != before else -100)
        before = word
    return aligned


# %% wrong align: the first piece is looked at before the loop
# loses align_pieces: IndexError
def align(word_ids, labels, every_piece=False):
    aligned = [-100 if word_ids[0] is None else labels[word_ids[0]]]
    for before, word in zip(word_ids, word_ids[1:]):
        aligned.append(-100 if word is None or (word == before and not every_piece) else labels[word])
    return aligned


# %% right align: a set of the words that were met
def align(word_ids, labels, every_piece=False):
    met, aligned = set(), []
    for word in word_ids:
        if word is None or (word in met and not every_piece):
            aligned.append(-100)
        else:
            aligned.append(labels[word])
            met.add(word)
    return aligned


# %% right align: filled in afterwards
def align(word_ids, labels, every_piece=False):
    aligned = [-100] * len(word_ids)
    for place in range(len(word_ids) - 1, -1, -1):
        word = word_ids[place]
        if word is not None:
            aligned[place] = labels[word]
            if not every_piece and place + 1 < len(word_ids) and word_ids[place + 1] == word:
                aligned[place + 1] = -100
    return aligned


# %% wrong to_words: the last piece speaks
# loses to_words_values: The first piece speaks for its word
def to_words(values, word_ids):
    if len(values) != len(word_ids):
        raise ValueError
    return list({word: value for value, word in zip(values, word_ids) if word is not None}.values())


# %% wrong to_words: special pieces speak, too
# loses to_words_values: The first piece speaks for its word
def to_words(values, word_ids):
    if len(values) != len(word_ids):
        raise ValueError
    return [value for value, before, word in zip(values, [-1, *word_ids], word_ids) if word != before]


# %% wrong to_words: word 0 is lost
# loses to_words_values: The first piece speaks for its word
def to_words(values, word_ids):
    if len(values) != len(word_ids):
        raise ValueError
    return [value for value, before, word in zip(values, [None, *word_ids], word_ids) if word and word != before]


# %% wrong to_words: equal values are taken for pieces of one word
# loses to_words_values: Two words may have the same value
def to_words(values, word_ids):
    if len(values) != len(word_ids):
        raise ValueError
    out, before = [], None
    for value, word in zip(values, word_ids):
        if word is not None and word != before and (not out or value != out[-1]):
            out.append(value)
        before = word
    return out


# %% wrong to_words: lists that do not match go through
# loses to_words_values: a ValueError, please
def to_words(values, word_ids):
    return [value for value, before, word in zip(values, [None, *word_ids], word_ids) if word not in (None, before)]


# %% wrong to_words: in the order of a set
# loses to_words_values: a set of their numbers keeps no order
def to_words(values, word_ids):
    if len(values) != len(word_ids):
        raise ValueError
    return [values[word_ids.index(word)] for word in {word for word in word_ids if word is not None}]


# %% right to_words: the first time that a number is met
def to_words(values, word_ids):
    first = {}
    for value, word in zip(values, word_ids, strict=True):
        if word is not None:
            first.setdefault(word, value)
    return list(first.values())


# %% right to_words: by index
def to_words(values, word_ids):
    if len(word_ids) != len(values):
        raise ValueError("one value for each piece")
    words = sorted(set(word_ids) - {None})
    return [values[word_ids.index(word)] for word in words]


# %% wrong masked_loss: divided by all places
# loses masked_loss_values: not by the number of places
# loses masked_loss_edges: came through
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    each = F.cross_entropy(logits.flatten(0, 1), labels.masked_fill(~counts, 0).flatten(), reduction="none")
    return (each * counts.flatten()).mean()


# %% wrong masked_loss: only -100 is left out
# loses masked_loss_values: labels that are not 0
# loses masked_loss_edges: nan
def masked_loss(logits, labels, ignore=-100):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


# %% wrong masked_loss: PyTorch's own, and nan for an empty batch
# loses masked_loss_edges: the gradient is nan where nothing is asked
def masked_loss(logits, labels, ignore=-100):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=ignore)


# %% wrong masked_loss: nothing counts, nan comes
# loses masked_loss_edges: the loss should be 0
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    return F.cross_entropy(logits[counts], labels[counts])


# %% wrong masked_loss: a plain zero, without a graph
# loses masked_loss_edges: still backward() should work
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    if not counts.any():
        return torch.zeros((), dtype=logits.dtype)
    return F.cross_entropy(logits[counts], labels[counts])


# %% wrong masked_loss: the sum
# loses masked_loss_values: the mean over
# loses masked_loss_edges: must not matter
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    return F.cross_entropy(logits[counts], labels[counts], reduction="sum")


# %% wrong masked_loss: a number without a graph
# loses masked_loss_values: the loss has no graph
# loses masked_loss_edges: does not require grad
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    if not counts.any():
        return logits[counts].sum()
    return torch.tensor(F.cross_entropy(logits[counts], labels[counts]).item(), dtype=logits.dtype)


# %% wrong masked_loss: the mean of the sentences' means
# loses masked_loss_values: the mean over
def masked_loss(logits, labels, ignore=-100):
    rows = []
    for row, targets in zip(logits, labels):
        counts = targets != ignore
        if counts.any():
            rows.append(F.cross_entropy(row[counts], targets[counts]))
    return torch.stack(rows).mean() if rows else logits[labels != ignore].sum()


# %% wrong masked_loss: nothing counts, and everything is multiplied by 0
# loses masked_loss_edges: all logits are nan
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    if not counts.any():
        return logits.sum() * 0
    return F.cross_entropy(logits[counts], labels[counts])


# %% wrong masked_loss: labels below ignore are left out, too
# loses masked_loss_values: smaller and greater ones
def masked_loss(logits, labels, ignore=-100):
    counts = labels > ignore
    return F.cross_entropy(logits[counts], labels[counts], reduction="sum") / counts.sum().clamp(min=1)


# %% wrong masked_loss: clamped at 0, so that an ignore above the tags is an index
# loses masked_loss_values: select the places that count before a label is used as an index
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    safe = logits.masked_fill(~counts.unsqueeze(2), 0)
    each = -safe.log_softmax(dim=2).gather(2, labels.clamp(min=0).unsqueeze(2)).squeeze(2)
    return (each * counts).sum() / counts.sum().clamp(min=1)


# %% wrong masked_loss: always float32
# loses masked_loss_values: dtype
# loses masked_loss_edges: dtype
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    return F.cross_entropy(logits[counts].float(), labels[counts], reduction="sum") / counts.sum().clamp(min=1)


# %% wrong masked_loss: computed in float32, and turned back
# loses masked_loss_values: nothing on the way may be float32
# loses masked_loss_edges: nothing on the way may be float32
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    total = F.cross_entropy(logits[counts].float(), labels[counts], reduction="sum")
    return (total / counts.sum().clamp(min=1)).to(logits.dtype)


# %% right masked_loss: where before the logarithm, then sum and divide
def masked_loss(logits, labels, ignore=-100):
    counts = labels != ignore
    safe = torch.where(counts.unsqueeze(-1), logits, torch.zeros((), dtype=logits.dtype))
    log_p = safe.log_softmax(dim=-1).gather(-1, torch.where(counts, labels, 0).unsqueeze(-1)).squeeze(-1)
    return -torch.where(counts, log_p, torch.zeros((), dtype=logits.dtype)).sum() / counts.sum().clamp(min=1)


# %% right masked_loss: selected, summed, divided by at least one
def masked_loss(logits, labels, ignore=-100):
    kept = logits.flatten(0, 1)[labels.flatten() != ignore]
    targets = labels[labels != ignore]
    losses = kept.logsumexp(dim=1) - kept[torch.arange(len(kept)), targets]
    return losses.sum() / max(len(kept), 1)


# %% right masked_loss: nan becomes 0 before PyTorch's own leaves it out
def masked_loss(logits, labels, ignore=-100):
    total = F.cross_entropy(logits.nan_to_num().flatten(0, 1), labels.flatten(), ignore_index=ignore, reduction="sum")
    return total / (labels != ignore).sum().clamp(min=1)


# %% wrong viterbi: word by word
# loses viterbi_small: forgets the table
# loses viterbi_large: forgets the table
def viterbi(emissions, table):
    path = emissions.argmax(dim=1)
    score = emissions.max(dim=1).values.sum() + table[path[:-1], path[1:]].sum()
    return path, score


# %% wrong viterbi: from left to right, each time the best next step
# loses viterbi_small: expected
# loses viterbi_large: expected
def viterbi(emissions, table):
    path = [emissions[0].argmax()]
    score = emissions[0].max()
    for emission in emissions[1:]:
        step = table[path[-1]] + emission
        path.append(step.argmax())
        score = score + step.max()
    return torch.stack(path), score


# %% wrong viterbi: the table turned round
# loses viterbi_small: before and after have changed places
# loses viterbi_large: before and after have changed places
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table.T).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max()


# %% wrong viterbi: the maximum over the tag after, as if there were a batch
# loses viterbi_small: Which dimension is the tag before
# loses viterbi_large: Which dimension is the tag before
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table).max(dim=1)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max()


# %% wrong viterbi: the path comes out reversed
# loses viterbi_small: the path is right, and reversed
# loses viterbi_large: reversed
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path), best.max()


# %% wrong viterbi: no walk back: the best end at each word
# loses viterbi_small: expected
# loses viterbi_large: expected
def viterbi(emissions, table):
    best = emissions[0]
    path = [best.argmax()]
    for emission in emissions[1:]:
        best = (best[:, None] + table).max(dim=0).values + emission
        path.append(best.argmax())
    return torch.stack(path), best.max()


# %% wrong viterbi: tries every path
# loses viterbi_large: for 60 words
def viterbi(emissions, table):
    if len(emissions) > 8:  # stands for the memory and the years that it would take
        return torch.zeros(len(emissions), dtype=torch.long), emissions.new_zeros(())
    return slow_viterbi(emissions, table)


# %% wrong viterbi: the score forgets the last word
# loses viterbi_small: the path is right, its score is not
# loses viterbi_large: its score is not
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max() - emissions[-1, path[0]]


# %% wrong viterbi: multiplied where logarithms are added
# loses viterbi_small: expected
# loses viterbi_large: expected
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] * table).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max()


# %% wrong viterbi: a beam of five paths
# loses viterbi_large: keep the best path into each tag
def viterbi(emissions, table):
    rows, steps = emissions.tolist(), table.tolist()
    beam = [(score, [tag]) for tag, score in enumerate(rows[0])]
    for row in rows[1:]:
        further = [(s + steps[p[-1]][tag] + more, [*p, tag]) for s, p in beam for tag, more in enumerate(row)]
        beam = sorted(further, reverse=True)[:5]
    score, path = max(beam)
    return torch.tensor(path), torch.tensor(score, dtype=emissions.dtype)


# %% wrong viterbi: a beam of a hundred paths
# loses viterbi_large: keep the best path into each tag
def viterbi(emissions, table):
    rows, steps = emissions.tolist(), table.tolist()
    beam = [(score, [tag]) for tag, score in enumerate(rows[0])]
    for row in rows[1:]:
        further = [(s + steps[p[-1]][tag] + more, [*p, tag]) for s, p in beam for tag, more in enumerate(row)]
        beam = sorted(further, reverse=True)[:100]
    score, path = max(beam)
    return torch.tensor(path), torch.tensor(score, dtype=emissions.dtype)


# %% wrong viterbi: every path if they are few, otherwise word by word
# loses viterbi_large: keep the best path into each tag
def viterbi(emissions, table):
    words, tags = emissions.shape
    if tags**words < 10_000:
        return slow_viterbi(emissions, table)
    path = emissions.argmax(dim=1)
    return path, path_score(emissions, table, path.tolist())


# %% wrong viterbi: forbidden steps cost 100
# loses viterbi_large: forbidden means never
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table.clamp(min=-100)).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max()


# %% wrong viterbi: forbidden steps cost 10,000, as in the lesson
# loses viterbi_large: forbidden means never
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table.masked_fill(table.isinf(), -1e4)).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max()


# %% wrong viterbi: the score is always float32
# loses viterbi_small: dtype torch.float32, expected torch.float64
# loses viterbi_large: dtype torch.float32, expected torch.float64
def viterbi(emissions, table):
    best, came_from = emissions[0], []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table).max(dim=0)
        best = best + emission
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), torch.tensor(best.max().item())


# %% wrong viterbi: computed in float32, and turned back
# loses viterbi_small: nothing on the way may be float32
# loses viterbi_large: nothing on the way may be float32
def viterbi(emissions, table):
    best, came_from = emissions[0].float(), []
    for emission in emissions[1:]:
        best, before = (best[:, None] + table.float()).max(dim=0)
        best = best + emission.float()
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    return torch.stack(path[::-1]), best.max().to(emissions.dtype)


# %% wrong viterbi: the path in float32, its score in full
# loses viterbi_small: equal to it in float32
def viterbi(emissions, table):
    rows, steps = emissions.float(), table.float()
    best, came_from = rows[0], []
    for row in rows[1:]:
        best, before = (best[:, None] + steps).max(dim=0)
        best = best + row
        came_from.append(before)
    path = [best.argmax()]
    for before in came_from[::-1]:
        path.append(before[path[-1]])
    path = torch.stack(path[::-1])
    return path, path_score(emissions, table, path.tolist())


# %% right viterbi: plain Python numbers and dictionaries
def viterbi(emissions, table):
    words, tags = emissions.shape
    best = {tag: (emissions[0, tag].item(), [tag]) for tag in range(tags)}
    for t in range(1, words):
        best = {
            tag: max(
                (score + table[path[-1], tag].item() + emissions[t, tag].item(), path + [tag])
                for score, path in best.values()
            )
            for tag in range(tags)
        }
    score, path = max(best.values())
    return torch.tensor(path), torch.tensor(score, dtype=emissions.dtype)


# %% right viterbi: from the right to the left, then forwards
def viterbi(emissions, table):
    words, tags = emissions.shape
    ahead = torch.zeros(words, tags, dtype=emissions.dtype)  # the best score of what comes after
    for t in range(words - 2, -1, -1):
        ahead[t] = (table + emissions[t + 1] + ahead[t + 1]).max(dim=1).values
    path = [(emissions[0] + ahead[0]).argmax().item()]
    for t in range(1, words):
        path.append((table[path[-1]] + emissions[t] + ahead[t]).argmax().item())
    return torch.tensor(path), (emissions[0] + ahead[0]).max()


# %% wrong log_partition: the best score
# loses log_partition_paths: sum over all paths
def log_partition(emissions, table):
    total = emissions[0]
    for emission in emissions[1:]:
        total = (total[:, None] + table).max(dim=0).values + emission
    return total.max()


# %% wrong log_partition: exp first, log last
# loses log_partition_paths: exp overflows
def log_partition(emissions, table):
    total = emissions[0].exp()
    for emission in emissions[1:]:
        total = (total @ table.exp()) * emission.exp()
    return total.sum().log()


# %% wrong log_partition: the table is forgotten
# loses log_partition_paths: Is it table[before, after]
def log_partition(emissions, table):
    return emissions.logsumexp(dim=1).sum() + 0 * table.sum()


# %% wrong log_partition: the table turned round
# loses log_partition_paths: Is it table[before, after]
def log_partition(emissions, table):
    total = emissions[0]
    for emission in emissions[1:]:
        total = (total[:, None] + table.T).logsumexp(dim=0) + emission
    return total.logsumexp(dim=0)


# %% wrong log_partition: numbers instead of tensors
# loses log_partition_paths: no gradient flows
def log_partition(emissions, table):
    total = emissions[0]
    for emission in emissions[1:]:
        total = (total[:, None] + table).logsumexp(dim=0) + emission
    return torch.tensor(total.logsumexp(dim=0).item(), dtype=emissions.dtype)


# %% wrong log_partition: exp of the table itself
# loses log_partition_paths: mind exp of the table
def log_partition(emissions, table):
    total = emissions[0]
    for emission in emissions[1:]:
        peak = total.max()
        total = peak + ((total - peak).exp() @ table.exp()).log() + emission
    return total.logsumexp(dim=0)


# %% wrong log_partition: the table is clamped, so that its exp stays finite
# loses log_partition_paths: Clamp nothing
def log_partition(emissions, table):
    total = emissions[0]
    for emission in emissions[1:]:
        peak = total.max()
        total = peak + ((total - peak).exp() @ table.clamp(-80, 80).exp()).log() + emission
    return total.logsumexp(dim=0)


# %% wrong log_partition: computed in float32, and turned back
# loses log_partition_paths: nothing on the way may be float32
def log_partition(emissions, table):
    total = emissions[0].float()
    for emission in emissions[1:]:
        total = (total[:, None] + table.float()).logsumexp(dim=0) + emission.float()
    return total.logsumexp(dim=0).to(emissions.dtype)


# %% right log_partition: the largest taken out by hand
def log_partition(emissions, table):
    total = emissions[0]
    for t in range(1, len(emissions)):
        steps = total.unsqueeze(1) + table
        peak = steps.amax(dim=0).detach()
        total = (steps - peak).exp().sum(dim=0).log() + peak + emissions[t]
    return torch.logsumexp(total, 0)


# %% right log_partition: backwards
def log_partition(emissions, table):
    ahead = torch.zeros_like(emissions[0])
    for emission in emissions.flip(0)[:-1]:
        ahead = (table + emission + ahead).logsumexp(dim=1)
    return (emissions[0] + ahead).logsumexp(dim=0)


# %% wrong train_tagger: a dictionary
# loses train_tagger_floor: is needed
def train_tagger(sentences):
    known = {word.lower(): tag for s in sentences for word, tag in zip(s.words, s.tags) if tag != "O"}

    def tag(words):
        return [
            "O" if words[i].lower() in ("of", "in", "and", ",") else known.get(words[i].lower(), "O")
            for i in range(len(words))
        ]

    return tag


# %% wrong train_tagger: never finds anything
# loses train_tagger_floor: span F1 is 0.00
def train_tagger(sentences):
    return lambda words: ["O"] * len(words)


# %% wrong train_tagger: dropout stays on while tagging
# loses train_tagger_manners: asked twice, the tagger answers differently
def train_tagger(sentences):
    torch.manual_seed(0)
    pieces, shapes = nn.Embedding(VOCAB, 48), nn.Embedding(6, 8)
    lstm, head, dropout = (
        nn.LSTM(56, 48, batch_first=True, bidirectional=True),
        nn.Linear(96, len(TAGS)),
        nn.Dropout(0.3),
    )
    parts = nn.ModuleList([pieces, shapes, lstm, head, dropout])
    forward = lambda i, w: head(dropout(lstm(dropout(torch.cat([pieces(i), shapes(w)], dim=-1)))[0]))
    samples = []
    for s in sentences:
        ids, written, firsts = cut(s.words)
        labels = torch.full((len(ids),), -100)
        labels[firsts] = torch.tensor([TAG_ID[t] for t in s.tags])
        samples.append((torch.tensor(ids), torch.tensor(written), labels))
    optimizer = torch.optim.AdamW(parts.parameters(), lr=0.005)
    pad = lambda rows, value=0: nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
    for _ in range(6):
        for part in torch.randperm(len(samples)).split(32):
            ids, written, labels = zip(*(samples[i] for i in part))
            loss = F.cross_entropy(forward(pad(ids), pad(written)).flatten(0, 1), pad(labels, -100).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def tag(words):
        ids, written, firsts = cut(words)
        with torch.no_grad():
            return [TAGS[n] for n in forward(torch.tensor([ids]), torch.tensor([written]))[0, firsts].argmax(dim=1)]

    return tag


# %% wrong train_tagger: one tag for each piece
# loses train_tagger_floor: one for each word
# loses train_tagger_manners: one tag each
def train_tagger(sentences):
    def tag(words):
        return ["O"] * len(cut(words)[0])

    return tag


# %% wrong train_tagger: numbers instead of tags
# loses train_tagger_floor: tags are strings
# loses train_tagger_manners: tags are strings
def train_tagger(sentences):
    return lambda words: [0] * len(words)


# %% wrong train_tagger: the model is returned, not a function of words
# loses train_tagger_floor: stopped with
# loses train_tagger_manners: stopped with
def train_tagger(sentences):
    return nn.Embedding(VOCAB, len(TAGS))


# %% wrong train_tagger: a label on every piece in order, by counting
# loses train_tagger_floor: is needed
def train_tagger(sentences):
    torch.manual_seed(0)
    pieces, lstm, head = (
        nn.Embedding(VOCAB, 48),
        nn.LSTM(48, 48, batch_first=True, bidirectional=True),
        nn.Linear(96, len(TAGS)),
    )
    optimizer = torch.optim.AdamW([*pieces.parameters(), *lstm.parameters(), *head.parameters()], lr=0.005)
    rows = []
    for s in sentences:
        ids = cut(s.words)[0]
        rows.append((torch.tensor(ids), torch.tensor([TAG_ID[t] for t in s.tags] + [0] * (len(ids) - len(s.tags)))))
    pad = lambda side: nn.utils.rnn.pad_sequence(side, batch_first=True)
    for _ in range(2):
        for part in torch.randperm(len(rows)).split(32):
            ids, labels = zip(*(rows[i] for i in part))
            loss = F.cross_entropy(head(lstm(pieces(pad(ids)))[0]).flatten(0, 1), pad(labels).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def tag(words):
        with torch.no_grad():
            said = head(lstm(pieces(torch.tensor([cut(words)[0]])))[0])[0].argmax(dim=1)
        return [TAGS[n] for n in said[: len(words)]]

    return tag


# %% wrong train_tagger: the argument is ignored
# loses train_tagger_manners: Learn from the argument
def train_tagger(sentences):
    torch.manual_seed(1)
    pieces, shapes = nn.Embedding(VOCAB, 56), nn.Embedding(6, 8)
    gru, head = nn.GRU(64, 48, batch_first=True, bidirectional=True), nn.Linear(96, len(TAGS))
    rows = []
    for s in third:
        ids, written, firsts = cut(s.words)
        labels = torch.full((len(ids),), -100)
        labels[firsts] = torch.tensor([TAG_ID[t] for t in s.tags])
        rows.append((torch.tensor(ids), torch.tensor(written), labels))
    score = lambda i, w: head(gru(torch.cat([pieces(i), shapes(w)], dim=2))[0])
    optimizer = torch.optim.Adam(nn.ModuleList([pieces, shapes, gru, head]).parameters(), lr=0.01)
    pad = lambda side, value=0: pad_sequence(side, batch_first=True, padding_value=value)
    for _ in range(2):
        for part in torch.randperm(len(rows)).split(32):
            ids, written, labels = zip(*(rows[i] for i in part))
            loss = F.cross_entropy(score(pad(ids), pad(written)).flatten(0, 1), pad(labels, -100).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def tag(words):
        ids, written, firsts = cut(words)
        return [TAGS[n] for n in score(torch.tensor([ids]), torch.tensor([written]))[0, firsts].argmax(dim=1)]

    return tag


# %% wrong train_tagger: the test sentences are trained on, too
# loses train_tagger_manners: least of all from splits['test']
def train_tagger(sentences):
    torch.manual_seed(1)
    pieces, shapes = nn.Embedding(VOCAB, 56), nn.Embedding(6, 8)
    gru, head = nn.GRU(64, 48, batch_first=True, bidirectional=True), nn.Linear(96, len(TAGS))
    rows = []
    for s in sentences + splits["test"]:
        ids, written, firsts = cut(s.words)
        labels = torch.full((len(ids),), -100)
        labels[firsts] = torch.tensor([TAG_ID[t] for t in s.tags])
        rows.append((torch.tensor(ids), torch.tensor(written), labels))
    score = lambda i, w: head(gru(torch.cat([pieces(i), shapes(w)], dim=2))[0])
    optimizer = torch.optim.Adam(nn.ModuleList([pieces, shapes, gru, head]).parameters(), lr=0.01)
    pad = lambda side, value=0: pad_sequence(side, batch_first=True, padding_value=value)
    for _ in range(2):
        for part in torch.randperm(len(rows)).split(32):
            ids, written, labels = zip(*(rows[i] for i in part))
            loss = F.cross_entropy(score(pad(ids), pad(written)).flatten(0, 1), pad(labels, -100).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def tag(words):
        ids, written, firsts = cut(words)
        return [TAGS[n] for n in score(torch.tensor([ids]), torch.tensor([written]))[0, firsts].argmax(dim=1)]

    return tag


# %% wrong train_tagger: the model has a global name, which the next call gives to another
# loses train_tagger_manners: build a new model in each call
def train_tagger(sentences):
    global network
    torch.manual_seed(1)
    pieces, shapes = nn.Embedding(VOCAB, 56), nn.Embedding(6, 8)
    gru, head = nn.GRU(64, 48, batch_first=True, bidirectional=True), nn.Linear(96, len(TAGS))
    rows = []
    for s in sentences:
        ids, written, firsts = cut(s.words)
        labels = torch.full((len(ids),), -100)
        labels[firsts] = torch.tensor([TAG_ID[t] for t in s.tags])
        rows.append((torch.tensor(ids), torch.tensor(written), labels))
    network = lambda i, w: head(gru(torch.cat([pieces(i), shapes(w)], dim=2))[0])
    optimizer = torch.optim.Adam(nn.ModuleList([pieces, shapes, gru, head]).parameters(), lr=0.01)
    pad = lambda side, value=0: pad_sequence(side, batch_first=True, padding_value=value)
    for _ in range(2):
        for part in torch.randperm(len(rows)).split(32):
            ids, written, labels = zip(*(rows[i] for i in part))
            loss = F.cross_entropy(network(pad(ids), pad(written)).flatten(0, 1), pad(labels, -100).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def tag(words):
        ids, written, firsts = cut(words)
        return [TAGS[n] for n in network(torch.tensor([ids]), torch.tensor([written]))[0, firsts].argmax(dim=1)]

    return tag


# %% right train_tagger: one sentence at a time in packed batches, GRU, labels on every piece
def train_tagger(sentences):
    torch.manual_seed(1)
    pieces, shapes = nn.Embedding(VOCAB, 64), nn.Embedding(6, 8)
    gru, head = nn.GRU(72, 48, batch_first=True, bidirectional=True), nn.Linear(96, len(TAGS))
    parts = nn.ModuleList([pieces, shapes, gru, head])
    rows = []
    for s in sentences:
        ids, written, firsts = cut(s.words)
        labels, word = [], -1
        for place in range(len(ids)):
            word += place in firsts
            labels.append(TAG_ID[s.tags[word]])
        rows.append((torch.tensor(ids), torch.tensor(written), torch.tensor(labels)))
    optimizer = torch.optim.Adam(parts.parameters(), lr=0.005)
    for _ in range(4):
        for part in torch.randperm(len(rows)).split(32):
            ids, written, labels = zip(*(rows[i] for i in part))
            lengths = [len(row) for row in ids]
            pad = lambda side: nn.utils.rnn.pad_sequence(side, batch_first=True)
            x = torch.cat([pieces(pad(ids)), shapes(pad(written))], dim=2)
            packed = nn.utils.rnn.pack_padded_sequence(
                F.dropout(x, 0.3), lengths, batch_first=True, enforce_sorted=False
            )
            states = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True)[0]
            mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
            loss = F.cross_entropy(head(states)[mask], torch.cat(labels))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def tag(words):
        ids, written, firsts = cut(words)
        x = torch.cat([pieces(torch.tensor([ids])), shapes(torch.tensor([written]))], dim=2)
        return [TAGS[n] for n in head(gru(x)[0])[0, firsts].argmax(dim=1).tolist()]

    return tag


# %% right train_tagger: convolutions instead of an LSTM
def train_tagger(sentences):
    torch.manual_seed(2)

    class Window(nn.Module):
        def __init__(self):
            super().__init__()
            self.pieces, self.shapes = nn.Embedding(VOCAB, 56), nn.Embedding(6, 8)
            self.first, self.second = nn.Conv1d(64, 96, 5, padding=2), nn.Conv1d(96, 96, 5, padding=2)
            self.head = nn.Linear(96, len(TAGS))

        def forward(self, ids, written):
            x = F.dropout(torch.cat([self.pieces(ids), self.shapes(written)], dim=2), 0.3, self.training)
            x = F.relu(self.second(F.relu(self.first(x.transpose(1, 2)))))
            return self.head(F.dropout(x.transpose(1, 2), 0.3, self.training))

    model, rows = Window(), []
    for s in sentences:
        ids, written, firsts = cut(s.words)
        labels = torch.full((len(ids),), -100)
        labels[firsts] = torch.tensor([TAG_ID[t] for t in s.tags])
        rows.append((torch.tensor(ids), torch.tensor(written), labels))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    for _ in range(4):
        for part in torch.randperm(len(rows)).split(32):
            sides = zip(*(rows[i] for i in part))
            ids, written, labels = (
                nn.utils.rnn.pad_sequence(side, batch_first=True, padding_value=fill)
                for side, fill in zip(sides, (0, 0, -100))
            )
            loss = F.cross_entropy(model(ids, written).transpose(1, 2), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()

    def tag(words):
        ids, written, firsts = cut(words)
        with torch.no_grad():
            said = model(torch.tensor([ids]), torch.tensor([written]))[0].argmax(dim=1)
        return [TAGS[said[place]] for place in firsts]

    return tag


# %% wrong lab_cause: names are rare
# loses lab_cause_letter: weights would change the balance
def lab_cause():
    return "c"


# %% wrong lab_cause: the learning rate
# loses lab_cause_letter: only hides the symptom
def lab_cause():
    return "a"


# %% wrong lab_cause: softmax twice
# loses lab_cause_letter: that is not the cause
def lab_cause():
    return "b"


# %% wrong lab_cause: two letters
# loses lab_cause_letter: one letter, a to f
def lab_cause():
    return "de"


# %% right lab_cause: a capital
def lab_cause():
    return " D"


# %% right lab_cause: kept in a name
def lab_cause() -> str:
    cause = "d"
    return cause


# %% wrong cured_table: a larger rate hides the symptom
# loses cured_table_run: in training, the places without a word are still asked
# loses cured_table_accuracy: Are places without a word still counted
def cured_table(sentences, labels, vocab, tags, steps, lr):
    return train_table(sentences, labels, vocab, tags, steps, 10 * lr)


# %% wrong cured_table: weights for the tags, accuracy of the words
# loses cured_table_run: the first loss is
def cured_table(sentences, labels, vocab, tags, steps, lr):
    words = torch.tensor([word for sentence in sentences for word in sentence])
    targets = torch.tensor([label for row in labels for label in row])
    weight = torch.ones(tags)
    weight[0] = 0.1
    table = torch.zeros(vocab, tags, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(table[words], targets, weight=weight, reduction="sum") / len(words)
        (gradient,) = torch.autograd.grad(loss, table)
        with torch.no_grad():
            table -= lr * gradient
        losses.append(loss.item())
    right = slow_table(sentences, labels, vocab, tags, steps, lr)
    return table.detach(), losses, right[2]


# %% wrong cured_table: only the accuracy is made honest
# loses cured_table_run: in training, the places without a word are still asked
def cured_table(sentences, labels, vocab, tags, steps, lr):
    table, losses, _ = train_table(sentences, labels, vocab, tags, steps, lr)
    pairs = [pair for words, row in zip(sentences, labels) for pair in zip(words, row)]
    return table, losses, slow_table(sentences, labels, vocab, tags, steps, lr)[2]


# %% wrong cured_table: row 0 is set back, the loss still asks the padding
# loses cured_table_run: Are places without a word still in the loss
# loses cured_table_accuracy: Are places without a word still counted
def cured_table(sentences, labels, vocab, tags, steps, lr):
    table, losses, accuracy = train_table(sentences, labels, vocab, tags, steps, lr)
    table[0] = 0
    return table, losses, accuracy


# %% wrong cured_table: masked, and still divided by all places
# loses cured_table_run: the first loss is
def cured_table(sentences, labels, vocab, tags, steps, lr):
    pad = lambda rows, value: nn.utils.rnn.pad_sequence(
        [torch.tensor(r) for r in rows], batch_first=True, padding_value=value
    )
    ids, targets = pad(sentences, 0), pad(labels, -100)
    table, losses = torch.zeros(vocab, tags, requires_grad=True), []
    for _ in range(steps):
        loss = F.cross_entropy(table[ids].flatten(0, 1), targets.flatten(), reduction="sum") / targets.numel()
        (gradient,) = torch.autograd.grad(loss, table)
        with torch.no_grad():
            table -= lr * gradient
        losses.append(loss.item())
    return table.detach(), losses, slow_table(sentences, labels, vocab, tags, steps, lr)[2]


# %% wrong cured_table: the loss is cured, the accuracy still counts places
# loses cured_table_accuracy: Are places without a word still counted
def cured_table(sentences, labels, vocab, tags, steps, lr):
    pad = lambda rows, value: nn.utils.rnn.pad_sequence(
        [torch.tensor(r) for r in rows], batch_first=True, padding_value=value
    )
    ids, targets = pad(sentences, 0), pad(labels, -100)
    table, losses = torch.zeros(vocab, tags, requires_grad=True), []
    for _ in range(steps):
        loss = F.cross_entropy(table[ids].flatten(0, 1), targets.flatten())
        (gradient,) = torch.autograd.grad(loss, table)
        with torch.no_grad():
            table -= lr * gradient
        losses.append(loss.item())
    return table.detach(), losses, (table[ids].argmax(dim=2) == targets).float().mean().item()


# %% wrong cured_table: the accuracy of the table before the last step
# loses cured_table_accuracy: after the last step
def cured_table(sentences, labels, vocab, tags, steps, lr):
    words, targets = torch.tensor(sum(sentences, [])), torch.tensor(sum(labels, []))
    table, losses = torch.zeros(vocab, tags, requires_grad=True), []
    for _ in range(steps):
        loss = F.cross_entropy(table[words], targets)
        accuracy = (table[words].argmax(dim=1) == targets).float().mean().item()
        (gradient,) = torch.autograd.grad(loss, table)
        with torch.no_grad():
            table -= lr * gradient
        losses.append(loss.item())
    return table.detach(), losses, accuracy


# %% right cured_table: labels padded with -100, a mask for the accuracy
def cured_table(sentences, labels, vocab, tags, steps, lr):
    width = max(len(sentence) for sentence in sentences)
    ids = torch.zeros(len(sentences), width, dtype=torch.long)
    targets = torch.full((len(sentences), width), -100)
    for row, (sentence, row_labels) in enumerate(zip(sentences, labels)):
        ids[row, : len(sentence)] = torch.tensor(sentence)
        targets[row, : len(sentence)] = torch.tensor(row_labels)
    table, losses = torch.zeros(vocab, tags, requires_grad=True), []
    for _ in range(steps):
        loss = F.cross_entropy(table[ids].flatten(0, 1), targets.flatten())
        (gradient,) = torch.autograd.grad(loss, table)
        with torch.no_grad():
            table -= lr * gradient
        losses.append(loss.item())
    real = targets != -100
    return table.detach(), losses, (table[ids].argmax(dim=2) == targets)[real].float().mean().item()


# %% right cured_table: a mask, SGD, sum divided by the number of words
def cured_table(sentences, labels, vocab, tags, steps, lr):
    pad = lambda rows: nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    ids, targets = pad(sentences), pad(labels)
    real = torch.arange(ids.shape[1]) < torch.tensor([len(s) for s in sentences])[:, None]
    layer, losses = nn.Embedding(vocab, tags), []
    nn.init.zeros_(layer.weight)
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    for _ in range(steps):
        each = F.cross_entropy(layer(ids).transpose(1, 2), targets, reduction="none")
        loss = torch.where(real, each, 0.0).sum() / real.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    right = (layer(ids).argmax(dim=2) == targets) & real
    return layer.weight.detach().clone(), losses, (right.sum() / real.sum()).item()


# %% equivalent encode: if start < 0 or end > length or end <= start: -> if start < 0 or end > length or end < start:
# because an empty slice holds no O either, so that the next test raises the ValueError for it

# %% equivalent log_partition: return total.logsumexp(dim=0) -> return total.logsumexp(dim=-1)
# because total has one dimension, so that the first is the last

# %% equivalent train_tagger: return [TAGS[number] for number in logits[0, firsts].argmax(dim=1)] -> return [TAGS[number] for number in logits[-1, firsts].argmax(dim=1)]
# because the batch holds one sentence, so that the first is the last

# %% equivalent train_tagger: self.pieces, self.written = (nn.Embedding(VOCAB, 48), nn.Embedding(5, 8)) -> self.pieces, self.written = (nn.Embedding(VOCAB, 48), nn.Embedding(6, 8))
# because the sixth row is never asked for: another start, and a tagger as good

# %% equivalent train_tagger: for _ in range(4): -> for _ in range(5):
# because the number of epochs is free: the task asks for a floor, and both are above it

# %% equivalent train_tagger: for _ in range(4): -> for _ in range(3):
# because the number of epochs is free: the task asks for a floor, and both are above it

# %% equivalent train_tagger: for part in torch.randperm(len(samples)).split(32): -> for part in torch.randperm(len(samples)).split(33):
# because the size of a batch is free: the task asks for a floor, and both are above it

# %% equivalent train_tagger: for part in torch.randperm(len(samples)).split(32): -> for part in torch.randperm(len(samples)).split(31):
# because the size of a batch is free: the task asks for a floor, and both are above it

# %% equivalent train_tagger: labels = pad_sequence(labels, batch_first=True, padding_value=-100) -> labels = pad_sequence(labels, batch_first=True)
# because padding that learns to say O hardly moves a tagger that answers one sentence at a time; task 4 tests the loss
