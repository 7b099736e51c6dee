"""Short passages, each with a question whose answer is a part of the passage: for extractive question answering."""

import calendar
import random
import zlib
from typing import NamedTuple

SIZES = {"train": 2400, "valid": 200, "test": 400}
LOCALES = ["de_DE", "en_GB", "es_ES", "fr_FR", "it_IT", "nl_NL", "pl_PL"]
FIRMS = ("{} & Sons", "{} Brothers", "{} Limited")

# kind of answer: {split: (statements, questions)}. {X} is the person that a passage is about, {A} the answer
TEMPLATES = {
    "place": {
        "train": (
            (
                "{X} was born in {A}.",
                "{X} comes from {A}.",
                "{X} grew up in {A}.",
                "{A} is where {X} was a child.",
                "The parents of {X} came from {A}.",
                "{X} went to school in {A}.",
            ),
            (
                "Where was {X} born?",
                "Where does {X} come from?",
                "Where did {X} grow up?",
                "Where was {X} a child?",
                "In which town did {X} go to school?",
            ),
        ),
        "valid": (
            ("{A} is where {X} grew up.", "{X} was a child in {A}."),
            ("Where did the parents of {X} come from?", "Where did {X} go to school?"),
        ),
        "test": (
            ("{A} is where {X} went to school.", "In {A} {X} grew up.", "In {A} {X} was a child."),
            ("In which town was {X} born?", "From where does {X} come?", "In which town did {X} grow up?"),
        ),
    },
    "date": {
        "train": (
            (
                "{X} started work on {A}.",
                "The first day of {X} at work was {A}.",
                "On {A} {X} got a new job.",
                "{X} signed the contract on {A}.",
                "{A} is when {X} took the job.",
                "The contract of {X} is of {A}.",
            ),
            (
                "When did {X} start work?",
                "When did {X} sign the contract?",
                "When was the first day of {X} at work?",
                "On which day did {X} get a job?",
                "When did {X} take the job?",
            ),
        ),
        "valid": (
            ("On {A} {X} started work.", "{A} is when {X} signed the contract."),
            ("On which day did {X} start work?", "When did {X} get a job?"),
        ),
        "test": (
            ("On {A} {X} took the job.", "{A} was the first day of {X} at work.", "{X} got a contract on {A}."),
            ("On which day did {X} take the job?", "When did the work of {X} start?", "When did {X} get the contract?"),
        ),
    },
    "firm": {
        "train": (
            (
                "{X} bought a bicycle from {A}.",
                "{A} sold {X} a bicycle.",
                "The bicycle of {X} was made by {A}.",
                "{X} ordered a bicycle from {A}.",
                "{A} sent {X} a bicycle.",
                "The bicycle of {X} is by {A}.",
            ),
            (
                "Which firm sold {X} a bicycle?",
                "Which firm did {X} buy from?",
                "Which firm sent {X} a bicycle?",
                "Which firm made what {X} bought?",
                "From which firm did {X} order?",
            ),
        ),
        "valid": (
            ("{A} made the bicycle of {X}.", "{X} took a bicycle from {A}."),
            ("From which firm did {X} buy?", "Which firm made the bicycle of {X}?"),
        ),
        "test": (
            ("{A} sent the bicycle to {X}.", "From {A} {X} ordered a bicycle.", "{X} bought a bicycle made by {A}."),
            ("Which firm sent what {X} ordered?", "From which firm is the bicycle of {X}?", "Which firm sold to {X}?"),
        ),
    },
    "person": {
        "train": (
            (
                "{X} learnt to swim from {A}.",
                "{A} taught {X} to swim.",
                "The teacher of {X} was {A}.",
                "{A} gave {X} lessons.",
                "{X} was a pupil of {A}.",
                "{X} took lessons with {A}.",
            ),
            (
                "Who taught {X}?",
                "Who was the teacher of {X}?",
                "Who gave {X} lessons?",
                "Who did {X} learn from?",
                "Who taught {X} to swim?",
            ),
        ),
        "valid": (
            ("To swim was what {A} taught {X}.", "{A} was the teacher of {X}."),
            ("Who did {X} take lessons with?", "Who was {X} a pupil of?"),
        ),
        "test": (
            ("{X} was taught by {A}.", "The lessons of {X} came from {A}.", "The pupil {X} learnt from {A}."),
            ("Who did {X} learn to swim from?", "Who was {X} taught by?", "Who did {X} take lessons from?"),
        ),
    },
}


class Question(NamedTuple):
    """A passage, a question about it, the answer, and where in the passage the answer's first character stands."""

    context: str
    question: str
    answer: str
    start: int


def questions(seed=0):
    """Passages with questions: {"train": ..., "valid": ..., "test": ...}, lists of Question, in random order.

    2,400, 200 and 400; each Question is (context, question, answer, start), and context[start:] begins with answer.
    A context is three sentences on one person, each with another kind of answer: a place, a date, a firm, a person.
    No two splits share a template, of a sentence or of a question, nor a name. The same seed gives the same texts.

    Source: templates written for this course (CC BY 4.0), filled with Faker's names (MIT licence).
    """
    rng, pools = random.Random(seed), _pools(seed)
    return {split: [_question(split, pools[split], rng) for _ in range(size)] for split, size in SIZES.items()}


def _question(split, pool, rng):
    drawn = _draw(split, pool, rng)
    while drawn.context.count(drawn.answer) > 1:  # a town can have the name of a firm
        drawn = _draw(split, pool, rng)
    return drawn


def _draw(split, pool, rng):
    person, *others = rng.sample(pool["person"], 2)
    kinds = rng.sample(list(TEMPLATES), 3)
    context, asked = "", kinds[rng.randrange(3)]
    for kind in kinds:
        statement = rng.choice(TEMPLATES[kind][split][0]).replace("{X}", person)
        filling = others[0] if kind == "person" else _filling(kind, pool, rng)
        if kind == asked:
            start, answer = len(context) + statement.index("{A}"), filling
        context += statement.replace("{A}", filling) + " "
    question = rng.choice(TEMPLATES[asked][split][1]).replace("{X}", person)
    return Question(context.strip(), question, answer, start)


def _filling(kind, pool, rng):
    if kind == "date":
        return f"{rng.randint(1, 28)} {rng.choice(calendar.month_name[1:])} {rng.randint(1950, 2029)}"
    return rng.choice(FIRMS).format(rng.choice(pool["firm"])) if kind == "firm" else rng.choice(pool["place"])


def _pools(seed):
    """Names of one word for each split and kind; a checksum of the name alone decides which split it is in."""
    from faker import Faker  # here, since most lessons do without it

    pools = {split: {} for split in SIZES}
    for kind, method in (("person", "first_name"), ("place", "city"), ("firm", "last_name")):
        found = set()
        for locale in LOCALES:
            if (locale, method) == ("it_IT", "city"):
                continue  # Faker keeps these in a set, whose order differs between processes
            faker = Faker(locale)
            faker.seed_instance(seed)
            found |= {getattr(faker, method)() for _ in range(500)}
        for split in SIZES:
            pools[split][kind] = sorted(
                name
                for name in found
                if name.isascii() and name.isalpha() and name.istitle() and len(name) < 10 and _owner(name) == split
            )
    return pools


def _owner(name):
    part = zlib.crc32(name.casefold().encode()) % 10
    return "valid" if part == 0 else "test" if part in (1, 2) else "train"
