"""Data that needs no download: tables and pictures, text, and small sets written for the course.

Each set has a card in assets/data/README.md: what it is, how it was made, its splits, its licence.
"""

from torchdays.data.dates import dates
from torchdays.data.manual import manual
from torchdays.data.names import names
from torchdays.data.phrases import phrases
from torchdays.data.questions import questions
from torchdays.data.reviews import reviews
from torchdays.data.tables import diabetes, digits, moons, tumours
from torchdays.data.tagging import tagged_sentences

__all__ = [
    "dates",
    "diabetes",
    "digits",
    "manual",
    "moons",
    "names",
    "phrases",
    "questions",
    "reviews",
    "tagged_sentences",
    "tumours",
]
