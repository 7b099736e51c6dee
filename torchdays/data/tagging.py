"""Sentences whose names and dates are marked, word by word: for named-entity recognition."""

import calendar
import random
import re
from pathlib import Path
from typing import NamedTuple

TEMPLATES = Path(__file__).parents[2] / "assets" / "data" / "tagging_templates.txt"
LOCALES = ("en_GB", "en_US", "de_DE", "fr_FR", "it_IT", "sv_SE", "en_IN")
UNSEEDED = ("place", "it_IT")  # these come from a set, whose order differs from process to process
SOURCES = {"first": "first_name", "last": "last_name", "place": "city", "firm": "company"}  # Faker's methods
POOL = {"train": 240, "valid": 60, "test": 120}  # first names, as many last names, places, and firms
PER_TEMPLATE = 16  # sentences
KINDS = {"FULL": "PER", "FIRST": "PER", "LAST": "PER", "LOC": "LOC", "STREET": "LOC", "ORG": "ORG"}  # others are DATE


class Tagged(NamedTuple):
    """A sentence: its words, a BIO tag for each word, the register, and the number of its template."""

    words: list
    tags: list
    register: str
    template: int


def tagged_sentences(seed=0):
    """Sentences with persons, places, organisations and dates: {"train", "valid", "test"}, each a list of Tagged.

    words and tags are lists of strings of one length; a tag is O, or B- or I- and one of PER, LOC, ORG, DATE.
    register: news, mail, diary, notice, minutes, message (no capitals at all) or board (nothing but capitals).
    template: the number of the template; no two splits share a template, a name, a word of a name (but for such
              parts as "Ltd", "New" or "Street"), or a sentence. Words, months and weekdays they do share.
    seed:     another seed, other names and other sentences from the same templates

    Source: templates in assets/data/tagging_templates.txt, written for this course; names by Faker, so that another
    version of Faker gives other names: the numbers of sentences and templates stay. Licence: CC BY 4.0.
    """
    sections = _sections()
    pools = _pools(sections, seed)
    splits, number, seen = {}, 0, set()
    for split, pool in pools.items():
        splits[split] = []
        for register, template in sections[split]:
            if register in SOURCES or register in ("open", "close"):
                continue
            rng = random.Random(f"{seed} {template}")
            made = 0
            while made < PER_TEMPLATE:
                words, tags = _sentence(register, template, pool, rng)
                if tuple(words) not in seen:
                    seen.add(tuple(words))
                    splits[split].append(Tagged(words, tags, register.strip("+"), number))
                    made += 1
            number += 1
    return splits


def _sections():
    """The file as {section: [(key, text), ...]}."""
    sections = {}
    for line in TEMPLATES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = sections[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            key, _, text = line.partition(" | ")
            rows.append((key, text))
    return sections


def _pools(sections, seed):
    """What fills the templates of each split: {split: {"first", "last", "place", "firm", "open", ...: [text, ...]}}.

    The splits draw names in turn. A name goes to a split only if none of its words belongs to another one.
    """
    from faker import Faker  # here, since most lessons do without it

    fakers = [Faker(locale) for locale in LOCALES]
    for index, faker in enumerate(fakers):
        faker.seed_instance(1000 * seed + index)
    rng, owner, special = random.Random(seed), {}, {split: _listed(sections[split]) for split in POOL}
    words = _listed(sections["words"])
    for split, names in special.items():
        owner.update((name.casefold(), split) for kind in SOURCES for name in names[kind])
    pools = {split: words | {kind: [] for kind in SOURCES} for split in POOL}
    for kind, method in SOURCES.items():
        usable = [faker for faker in fakers if (kind, faker.locales[0]) != UNSEEDED]
        for turn in range(40_000):
            split = ("train", "train", "test", "train", "valid")[turn % 5]
            if len(pools[split][kind]) < POOL[split]:
                name = _tidy(getattr(rng.choice(usable), method)())
                parts = set(re.split(r"[\s-]+", name.casefold())) - set(words["glue"])
                if parts and {owner.get(part, split) for part in parts} == {split}:
                    pools[split][kind].append(name)
                    owner.update(dict.fromkeys(parts, split))
    for split, pool in pools.items():
        for kind in SOURCES:  # names that are words as well come up as often as a third of the others
            pool[kind] += special[split][kind] * (len(pool[kind]) // (3 * len(special[split][kind])))
        for place in ("open", "close"):
            pool[place] = [text for key, text in sections[split] if key == place]
    return pools


def _listed(rows):
    """{key: [word, ...]} from rows of words."""
    listed = {}
    for key, text in rows:
        listed.setdefault(key, []).extend(text.split())
    return listed


def _tidy(name):
    """The name as words with spaces between; an empty string if it has signs that no name of ours has."""
    name = name.replace(",", " ,").strip()
    return name if re.fullmatch(r"[^\W\d_][^\W\d_ .,&'’-]*(?:[ .,&'’-]+[^\W\d_]*)*", name) else ""


def _sentence(register, template, pool, rng):
    """Words and tags of one sentence, perhaps with a phrase before or after its template."""
    words, tags = _filled(template, pool, rng)
    longer = register.endswith("+")
    if longer and rng.random() < 0.5:
        if tags[0] == "O" and words[0] != "I":
            words[0] = words[0].lower()
        before = _filled(rng.choice(pool["open"]), pool, rng)
        words, tags = before[0] + words, before[1] + tags
    if longer and rng.random() < 0.5:
        after = _filled(rng.choice(pool["close"]), pool, rng)
        end = [words.pop()] if words[-1] == "." else []
        tags = tags[: len(words)]
        words, tags = words + after[0] + end, tags + after[1] + ["O"] * len(end)
    if register.startswith("message"):
        words = [word.lower() for word in words]
    if register == "board":
        words = [word.upper() for word in words]
    return words, tags


def _filled(template, pool, rng):
    """Words and tags of a template."""
    chosen = re.sub(r"\(([^()]*\|[^()]*)\)", lambda found: rng.choice(found[1].split("|")), template)
    words, tags = [], []
    for piece in chosen.split():
        slot = re.fullmatch(r"\{(\w+)\}", piece)
        new = _name(slot[1], pool, rng).split() if slot else [_word(piece, pool, rng)]
        kind = KINDS.get(slot[1], "DATE") if slot else None
        words += new
        tags += [f"{'I' if i else 'B'}-{kind}" if slot else "O" for i in range(len(new))]
    for i in range(len(words) - 1):
        if words[i] in ("a", "A") and re.match("[aeio]|un", words[i + 1]):
            words[i] += "n"
    if not template.startswith(("{", ",", ";")):
        words[0] = words[0][0].upper() + words[0][1:]
    return words, tags


def _word(piece, pool, rng):
    found = re.fullmatch(r"\[(\w+)\]", piece)
    return rng.choice(pool[found[1]]) if found else piece


def _name(slot, pool, rng):
    """A name or a date for a slot of a template."""
    if slot in ("FULL", "FIRST", "LAST"):
        first, last = rng.choice(pool["first"]), rng.choice(pool["last"])
        return {"FULL": f"{first} {last}", "FIRST": first, "LAST": last}[slot]
    if slot == "LOC":
        return rng.choice(pool["place"])
    if slot == "STREET":
        return f"{rng.choice(pool['last'])} {rng.choice(['Street', 'Road', 'Lane'])}"
    if slot == "ORG":
        if rng.random() < 0.5:
            return rng.choice(pool["firm"])
        place, last = rng.choice(pool["place"]), rng.choice(pool["last"])
        return rng.choice([f"{last} & Sons", f"Bank of {place}", f"University of {place}", f"{place} United"])
    day, year = rng.randint(1, 28), rng.randint(1950, 2030)
    month, weekday = rng.choice(calendar.month_name[1:]), rng.choice(calendar.day_name)
    forms = {
        "DAY": [weekday, f"next {weekday}", f"{weekday} {day} {month}"],
        "YEAR": [str(year), f"{month} {year}", month],
        "DATE": [f"{day} {month} {year}", f"{day} {month}", f"{month} {day}", weekday, f"{weekday} {day} {month}"],
    }
    return rng.choice(forms[slot])
