"""Words of an interface in English and French, for translation."""

import json
import re
import zlib
from importlib import resources
from typing import NamedTuple

PACK = "jupyterlab_language_pack_fr_FR"
LONGEST = 8  # words
SHARES = ("test", "valid")  # of ten parts, one each; the rest trains


class Phrase(NamedTuple):
    """One phrase of the interface, as it is shown in English and in French."""

    english: str
    french: str


def phrases():
    """Phrases of JupyterLab's menus and settings: {"train": ..., "valid": ..., "test": ...}, lists of Phrase.

    About 1,400, 190 and 190 phrases of 2 to 8 words, without names of programs and pieces of code. No phrase occurs
    twice or in two splits, in either language, whatever its capitals and signs. Which split a phrase is in
    depends on its English words alone, so a new version of the pack moves none.

    Source: the French language pack for JupyterLab, © Project Jupyter Contributors, licence BSD-3-Clause,
    as the installed package jupyterlab-language-pack-fr-FR carries it; its volunteers' wording is not always uniform.
    """
    splits = {"train": [], "valid": [], "test": []}
    seen = set()
    for english, french in sorted(_catalogue()):
        keys = {("en", _key(english)), ("fr", _key(french))}
        if _wanted(english) and _wanted(french) and _key(english) != _key(french) and not keys & seen:
            seen |= keys
            part = zlib.crc32(_key(english).encode()) % 10
            splits[SHARES[part] if part < len(SHARES) else "train"].append(Phrase(english, french))
    return splits


def _catalogue():
    """(English, French) for every entry of the pack, spaces made plain."""
    folder = resources.files(PACK) / "locale" / "fr_FR" / "LC_MESSAGES"
    for file in folder.iterdir():
        if file.name.endswith(".json"):
            for english, (french, *_) in json.loads(file.read_text(encoding="utf-8")).items():
                if english:  # the empty key holds notes on the file
                    yield _plain(english.split("\x04")[-1]), _plain(french)  # before \x04: where it is used


def _plain(text):
    """Single spaces; one kind of apostrophe and dots; French signs set close, as English ones are."""
    text = text.replace("’", "'").replace("…", "...")
    return re.sub(r"\s+([:;?!.,])", r"\1", " ".join(text.split()))


def _wanted(text):
    words = text.split()
    return 2 <= len(words) <= LONGEST and not re.search(r"[^\w\s'%.,:;?!()-]|_|\w\.\w|[a-z][A-Z]", text)


def _key(text):
    """What makes two phrases the same: their words in lower case."""
    return " ".join(re.findall(r"\w+", text.lower()))
