"""Surnames of ten European languages, for a generator of names."""

import random
import unicodedata

LOCALES = ["de_DE", "en_GB", "es_ES", "fi_FI", "fr_FR", "hr_HR", "it_IT", "nl_NL", "pl_PL", "sv_SE"]
EACH = 300  # different surnames from each locale
VALID = 0.15  # of all names


def names(seed=0):
    """Surnames as Faker draws them: {"train": [...], "valid": [...]}, about 2,500 and 440 strings, in no order.

    Each is one word of letters only, accents included, such as "Häkkinen"; no first name stands with it, so a
    name belongs to nobody in particular. No name is in both splits, nor is it there with other accents. The same
    seed and the same version of Faker give the same names.

    Source: the lists of Faker (MIT licence) for the locales in LOCALES.
    """
    from faker import Faker  # here, since most lessons do without it

    spellings = {}  # "hakkinen": {"Häkkinen", "Hakkinen"}
    for locale in LOCALES:
        faker, found = Faker(locale), set()
        faker.seed_instance(seed)
        for _ in range(10 * EACH):
            name = faker.last_name()
            if name.isalpha() and len(found) < EACH:
                found.add(name)
        for name in found:
            spellings.setdefault(_plain(name), set()).add(name)
    keys = sorted(spellings)
    rng = random.Random(seed)
    rng.shuffle(keys)
    border = round(VALID * len(keys))
    sets = {"train": keys[border:], "valid": keys[:border]}
    return {split: [name for key in chosen for name in sorted(spellings[key])] for split, chosen in sets.items()}


def _plain(name):
    """The name in lower case and without accents: two names with one plain form are one name, spelt twice."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
