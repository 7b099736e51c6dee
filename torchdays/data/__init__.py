"""Data that needs no download: tables and pictures, text, and small sets written for the course.

Each set has a card in assets/data/README.md: what it is, how it was made, its splits, its licence.
"""

from torchdays.data.manual import manual
from torchdays.data.tables import diabetes, digits, moons, tumours

__all__ = ["diabetes", "digits", "manual", "moons", "tumours"]
