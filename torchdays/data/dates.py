"""Dates as people write them, in many languages and forms: for translation into ISO 8601."""

import random
import re
from datetime import date, timedelta
from typing import NamedTuple

LOCALES = (
    "cs", "da", "de", "en_GB", "en_US", "es", "eu", "fi", "fr", "hu",
    "id", "it", "lt", "nl", "pl", "pt", "ro", "sv", "tr",
)  # fmt: skip
NEW_LOCALES = ("ca", "nb")  # Catalan and Norwegian, met in the test only
STYLES = ("full", "long", "medium", "weekday")
HELD_OUT = {  # split: {locale: style}
    "valid": {"cs": "full", "en_US": "weekday", "fr": "long", "id": "weekday", "pt": "medium", "ro": "full"},
    "test": {
        "da": "weekday", "de": "full", "en_GB": "medium", "es": "long", "eu": "full", "fi": "long",
        "hu": "weekday", "it": "full", "nl": "medium", "pl": "weekday", "sv": "full", "tr": "long",
    },
}  # fmt: skip
FIRST, DAYS = date(1950, 1, 1), 36525  # a hundred years
SIZES = {"train": 12000, "valid": 600, "test": 1400}


class Date(NamedTuple):
    """One date: as it is written ("5. März 2021"), in ISO 8601 ("2021-03-05"), the locale, the style."""

    written: str
    iso: str
    locale: str
    style: str


def dates(seed=0):
    """Dates of 1950 to 2049 as Babel writes them: {"train": ..., "valid": ..., "test": ...}, lists of Date.

    12,000, 600 and 1,400 dates; each Date is (written, iso, locale, style). 19 locales write in four styles
    ("full", "long", "medium", "weekday"), as far as a style differs from the others and names the month by a word.
    Pairs of locale and style are held out: no pair of valid or test is in train, and of each held-out pair
    the locale occurs in train in another style; Catalan ("ca") and Norwegian ("nb") occur in test only.
    No two splits share a day, so none shares a text. The same seed gives the same dates.

    Source: the Unicode Common Locale Data Repository, as Babel carries it; a new version may spell a few differently.
    """
    rng = random.Random(seed)
    days = rng.sample(range(DAYS), sum(SIZES.values()))
    sets = {}
    for split, size in SIZES.items():
        pairs = [pair for pair in _pairs() if _split(*pair) == split]
        mine, days = days[:size], days[size:]
        sets[split] = [_date(FIRST + timedelta(day), *pairs[i % len(pairs)]) for i, day in enumerate(mine)]
        rng.shuffle(sets[split])
    return sets


def write_date(day, locale, style):
    """The day, a datetime.date, as the locale writes it in that style, such as "vendredi 5 mars 2021"."""
    from babel.dates import format_date, format_skeleton  # here, since most lessons do without them

    if style == "weekday":
        text = format_skeleton("yMMMEd", day, locale=locale)  # weekday and month, abbreviated
    else:
        text = format_date(day, style, locale=locale)
    return " ".join(text.split())  # CLDR uses several kinds of space


def _date(day, locale, style):
    return Date(write_date(day, locale, style), day.isoformat(), locale, style)


def _split(locale, style):
    if locale in NEW_LOCALES:
        return "test"
    return next((split for split, styles in HELD_OUT.items() if styles.get(locale) == style), "train")


def _pairs():
    """(locale, style) for all that name the month by a word, and differ from the locale's styles before."""
    fridays = [date(2021, month, 1 + (4 - date(2021, month, 1).weekday()) % 7) for month in range(1, 13)]
    pairs = []
    for locale in (*LOCALES, *NEW_LOCALES):
        seen = set()
        for style in STYLES:
            texts = tuple(write_date(friday, locale, style) for friday in fridays)
            named = len({re.sub(r"\d", "", text) for text in texts}) == 12  # the texts differ in letters
            if named and texts not in seen:
                pairs.append((locale, style))
            seen.add(texts)
    return pairs
