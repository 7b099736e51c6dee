"""The data sets of the course: what their cards in assets/data/README.md say is true of them."""

import calendar
import itertools
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter

import pytest

from torchdays import course, data, notebooks
from torchdays.data import tagging
from torchdays.data.questions import FIRMS, SIZES, TEMPLATES

# tagged sentences, Day 11


@pytest.fixture(scope="module")
def tagged():
    return data.tagged_sentences()


def parts_of_names(sentences):
    """The words of all names, lower case, those with a hyphen in two; dates are no names."""
    pairs = [(w, t) for s in sentences for w, t in zip(s.words, s.tags, strict=True) if t[2:] in ("PER", "LOC", "ORG")]
    return {part for word, _ in pairs for part in word.casefold().split("-")}


def shared_by_splits(splits):
    """What two splits have in common: templates, sentences, parts of names that are no glue."""
    glue = {part for key, row in tagging._sections()["words"] if key == "glue" for part in row.split()}
    shared = set()
    for one, other in itertools.combinations(splits.values(), 2):
        shared |= {s.template for s in one} & {s.template for s in other}
        shared |= {tuple(s.words) for s in one} & {tuple(s.words) for s in other}
        shared |= (parts_of_names(one) & parts_of_names(other)) - glue
    return shared


def test_splits_of_tagged_sentences_share_no_template_name_or_sentence(tagged):
    assert shared_by_splits(tagged) == set()
    sections = tagging._sections()
    lines = [text for split in tagged for key, text in sections[split] if key not in tagging.SOURCES]
    assert len(lines) == len(set(lines)), "a template or phrase stands twice in the file"


def test_a_leak_between_splits_of_tagged_sentences_would_be_seen(tagged):
    name, other = "Wrzeszczykiewicz", {"register": "mail", "template": -1}
    one = tagging.Tagged(["Dear", name], ["O", "B-PER"], **other)
    two = tagging.Tagged([name.upper() + "-HILL"], ["B-LOC"], **other | {"template": -2})
    leaks = {
        "sentence": (tagged["train"][0], one),
        "name": (one, two),
        "template": (one, one._replace(words=["a", "b"])),
    }
    for kind, (here, there) in leaks.items():
        assert shared_by_splits({"train": [here], "test": [here if kind == "sentence" else there]}), kind


def test_tagged_sentences_are_well_formed_and_varied(tagged):
    assert {split: len(rows) for split, rows in tagged.items()} == {"train": 2496, "valid": 352, "test": 720}
    for split, rows in tagged.items():
        assert {s.register for s in rows} == {"news", "mail", "diary", "notice", "minutes", "message", "board"}, split
        for s in rows:
            assert len(s.words) == len(s.tags) > 0 and all(w and not set(w) & set("{}[]|") for w in s.words)
            for before, tag in itertools.pairwise(["O", *s.tags]):
                assert re.fullmatch(r"O|[BI]-(PER|LOC|ORG|DATE)", tag)
                assert not tag.startswith("I") or before[2:] == tag[2:], f"{s.words} {s.tags}"
    assert len({s.template for rows in tagged.values() for s in rows}) == 223


def test_some_words_are_a_name_in_one_place_and_none_in_another(tagged):
    names = parts_of_names(tagged["test"])
    plain = {w.casefold() for s in tagged["train"] for w, t in zip(s.words, s.tags, strict=True) if t == "O"}
    assert len(names & plain) >= 15
    assert {"mark", "frost", "window"} <= names & plain


def test_tagged_sentences_repeat_and_another_seed_changes_names_only(tagged):
    assert data.tagged_sentences() == tagged
    other = data.tagged_sentences(seed=1)
    assert [s.template for s in other["test"]] == [s.template for s in tagged["test"]]
    assert len({tuple(s.words) for s in other["test"]} & {tuple(s.words) for s in tagged["test"]}) < 100
    assert shared_by_splits(other) == set()


# reviews, Day 9


@pytest.fixture(scope="module")
def reviews():
    return data.reviews()


def runs(text, length=6):
    """All runs of so many words in a text, without signs and capitals; the whole text if it is shorter."""
    words = re.findall(r"[\w']+", text.casefold())
    return {tuple(words[i : i + length]) for i in range(max(1, len(words) - length + 1))}


def shared_by_reviews(rows):
    """Runs of six words, and whole short reviews, that stand in more than one review."""
    counts = Counter(run for row in rows for run in runs(row.text))
    return {run for run, count in counts.items() if count > 1}


def test_no_two_reviews_share_a_sentence(reviews):
    assert shared_by_reviews([row for rows in reviews.values() for row in rows]) == set()


def test_a_review_that_stands_twice_would_be_seen(reviews):
    review = reviews["train"][0]
    for text in (review.text, "And then: " + reviews["train"][3].text.upper()):
        assert shared_by_reviews([*reviews["train"], review._replace(text=text)])


def test_reviews_are_balanced_and_varied(reviews):
    assert {split: len(rows) for split, rows in reviews.items()} == {"train": 600, "valid": 96, "test": 192, "new": 160}
    for split, rows in reviews.items():
        cells = Counter((row.topic, row.label) for row in rows)
        assert len(set(cells.values())) == 1 and {label for _, label in cells} == {0, 1}, split
        assert all(row.text == row.text.strip() and row.text[-1] in ".!?" for row in rows), split
    openings = Counter(tuple(row.text.split()[:4]) for rows in reviews.values() for row in rows)
    assert max(openings.values()) <= 5


def test_new_reviews_are_about_topics_that_no_other_split_has(reviews):
    topics = {split: {row.topic for row in rows} for split, rows in reviews.items()}
    assert topics["train"] == topics["valid"] == topics["test"] and len(topics["train"]) == 12
    assert len(topics["new"]) == 4 and not topics["new"] & topics["train"]


# dates and phrases, Day 12


@pytest.fixture(scope="module")
def written_dates():
    return data.dates()


def shared_by_dates(splits):
    """What two splits have in common: days, texts, pairs of locale and style."""
    shared = set()
    for one, other in itertools.combinations(splits.values(), 2):
        for kind in (lambda d: d.iso, lambda d: d.written, lambda d: (d.locale, d.style)):
            shared |= {kind(d) for d in one} & {kind(d) for d in other}
    return shared


def unclear_dates(splits):
    """Texts that mean two days, or whose numbers are not just the year and the day."""
    meanings, unclear = {}, set()
    for d in itertools.chain(*splits.values()):
        year, _, day = d.iso.split("-")
        numbers = sorted(int(number) for number in re.findall(r"\d+", d.written))
        if meanings.setdefault(d.written, d.iso) != d.iso or numbers != sorted([int(year), int(day)]):
            unclear.add(d.written)
    return unclear


def test_dates_share_no_day_text_or_pair_of_locale_and_style(written_dates):
    assert shared_by_dates(written_dates) == set()
    assert {split: len(part) for split, part in written_dates.items()} == {"train": 12000, "valid": 600, "test": 1400}


def test_a_leak_between_splits_of_dates_would_be_seen(written_dates):
    first = written_dates["train"][0]
    leaking = {**written_dates, "test": [*written_dates["test"], first]}
    assert shared_by_dates(leaking) == {first.iso, first.written, (first.locale, first.style)}


def test_held_out_dates_come_from_locales_met_in_another_style_and_two_new_ones(written_dates):
    pairs = {split: {(d.locale, d.style) for d in part} for split, part in written_dates.items()}
    known = {locale for locale, _ in pairs["train"]}
    assert {locale for locale, _ in pairs["valid"]} <= known
    assert {locale for locale, _ in pairs["test"]} - known == {"ca", "nb"}
    assert len(pairs["test"]) > 15 and len(pairs["valid"]) > 4


def test_a_written_date_means_one_day_and_tells_it(written_dates):
    assert unclear_dates(written_dates) == set()
    wrong = [
        written_dates["train"][0]._replace(iso="1900-01-01"),
        written_dates["train"][1]._replace(written="3/4/2021"),
    ]
    assert len(unclear_dates({**written_dates, "test": wrong})) == 2


def test_dates_repeat_and_another_seed_gives_others(written_dates):
    assert data.dates() == written_dates != data.dates(seed=1)


def shared_by_phrases(splits):
    """Phrases that occur twice, whatever their capitals and signs: in one split or in two, English or French."""
    counts = Counter(
        (side, " ".join(re.findall(r"\w+", pair[side].lower())))
        for pairs in splits.values()
        for pair in pairs
        for side in (0, 1)
    )
    return {phrase for (_, phrase), count in counts.items() if count > 1}


def test_no_phrase_occurs_twice():
    splits = data.phrases()
    assert shared_by_phrases(splits) == set()
    assert len(splits["train"]) > 1000 and min(len(splits["valid"]), len(splits["test"])) > 100
    splits["test"].append(splits["train"][0]._replace(english="Something quite new"))
    assert len(shared_by_phrases(splits)) == 1, "a leak on one side would be seen"


def test_phrases_are_short_and_translated():
    for english, french in itertools.chain(*data.phrases().values()):
        assert 2 <= len(english.split()) <= 8 and 2 <= len(french.split()) <= 8 and english != french
        assert not re.search(r"[\n{}<>/\\\x04]|  ", english + french)


def test_a_new_version_of_the_language_pack_moves_no_phrase_to_another_split(monkeypatch):
    module, whole = sys.modules["torchdays.data.phrases"], data.phrases()
    fewer = list(module._catalogue())[::3]
    monkeypatch.setattr(module, "_catalogue", lambda: fewer)
    for split, pairs in data.phrases().items():
        elsewhere = {p.english for other, part in whole.items() if other != split for p in part}
        assert pairs and not {p.english for p in pairs} & elsewhere


@pytest.fixture(scope="module")
def surnames():
    return data.names()


def plain(name):
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def shared_by_surnames(splits):
    train, valid = ({plain(name) for name in splits[split]} for split in ("train", "valid"))
    return train & valid


def test_no_surname_is_in_both_splits_even_with_other_accents(surnames):
    assert not shared_by_surnames(surnames)
    assert all(len(set(names)) == len(names) for names in surnames.values())


def test_a_surname_on_both_sides_would_be_seen(surnames):
    twin = plain(surnames["train"][0]).title()
    assert shared_by_surnames({"train": surnames["train"], "valid": [*surnames["valid"], twin]})


def test_surnames_are_single_words_and_enough(surnames):
    assert all(name.isalpha() for names in surnames.values() for name in names)
    assert len(surnames["train"]) > 1500 and 0.1 < len(surnames["valid"]) / len(surnames["train"]) < 0.25


def test_surnames_repeat_and_another_seed_gives_others(surnames):
    assert data.names() == surnames != data.names(seed=1)


# questions, Day 14


@pytest.fixture(scope="module")
def asked():
    return data.questions()


def templates_of(split):
    """Every statement and question of a split."""
    return {text for kind in TEMPLATES.values() for texts in kind[split] for text in texts}


def names_in(rows):
    """The words of passages that are neither from a template nor from a date or the form of a firm."""
    fixed = " ".join(itertools.chain(*map(templates_of, SIZES), FIRMS, calendar.month_name))
    known = set(re.findall(r"[^\W\d_]+", fixed))
    return {word for row in rows for word in re.findall(r"[^\W\d_]+", row.context)} - known


def shared_by_questions(splits):
    return {
        name for one, other in itertools.combinations(splits.values(), 2) for name in names_in(one) & names_in(other)
    }


def test_splits_of_questions_share_no_template_and_no_name(asked):
    for one, other in itertools.combinations(SIZES, 2):
        assert not templates_of(one) & templates_of(other), f"{one} and {other} share a template"
    assert shared_by_questions(asked) == set()


def test_a_name_in_two_splits_of_questions_would_be_seen(asked):
    assert shared_by_questions({"train": asked["train"], "test": [*asked["test"], asked["train"][0]]})


def test_each_answer_stands_once_in_its_passage_where_start_says(asked):
    assert {split: len(rows) for split, rows in asked.items()} == SIZES
    for row in itertools.chain(*asked.values()):
        assert row.context[row.start :].startswith(row.answer) and row.context.count(row.answer) == 1, row
        assert row.context.count(".") == 3 and row.question.endswith("?") and not set("{}") & set("".join(row[:3])), row


def test_questions_ask_for_every_kind_and_repeat(asked):
    assert data.questions() == asked and data.questions(seed=1) != asked
    for rows in asked.values():
        kinds = Counter("date" if row.answer[0].isdigit() else "firm" if " " in row.answer else "name" for row in rows)
        assert min(kinds["date"], kinds["firm"], kinds["name"] / 2) > 0.18 * len(rows), kinds


SOURCES = ["tagged_sentences", "questions", "names", "phrases", "dates", "reviews"]


@pytest.fixture(scope="module")
def checksums():
    """What each source gives in three processes that order sets differently: three times {source: checksum}."""
    program = f"from torchdays import data; import json, zlib; sources = {SOURCES!r}\n"
    program += "print(json.dumps({name: zlib.crc32(repr(getattr(data, name)()).encode()) for name in sources}))"
    return [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program],
                env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(course.ROOT)},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for seed in ("0", "1", "2")
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_data_are_the_same_in_every_process(source, checksums):
    # the order of a set differs between processes: no name may depend on it
    assert len({found[source] for found in checksums}) == 1, [found[source] for found in checksums]


# what Day 15's exercise makes for itself


@pytest.fixture(scope="module")
def capstone():
    """The names that the exercise's cells define which make data."""
    space = {}
    for cell in notebooks.read(course.find("day15_capstone").solution).cells:
        if cell.id in ("setup", "makers", "makers-made"):
            exec(cell.source, space)
    return space


def facts_or_sentences(examples):
    """The sentences of all texts, questions and the single word that ends one left out."""
    texts = [" ".join(example.tokens) for example in examples]
    return {part.strip() for text in texts for part in re.split(r"[.?]", text) if len(part.split()) > 5}


@pytest.mark.parametrize("make", ["question_answering", "summarisation"])
def test_splits_of_the_capstones_own_tasks_share_no_sentence(capstone, make):
    splits = [facts_or_sentences(capstone[make](split)) for split in ("train", "valid", "test")]
    assert all(len(split) > 100 for split in splits)
    assert all(not one & other for one, other in itertools.combinations(splits, 2))


def test_the_ways_to_say_what_is_new_or_over_are_those_of_one_split(capstone):
    for ways in capstone["NEWS"], capstone["OLD"]:
        said = [set(ways[split].split("|")) for split in ("train", "valid", "test")]
        assert all(len(split) >= 3 for split in said)
        assert all(not one & other for one, other in itertools.combinations(said, 2))
