"""The notebooks, executed. nbval compares every cell of lessons/ and solutions/ beside this (see torchdays test)."""

import os
import re
import time
from pydoc_data.topics import topics

import pytest

from torchdays import course, notebooks


def test_one_thread_and_no_accelerator_give_what_is_stored(path, record_property):
    stored = notebooks.read(path)
    started = time.perf_counter()
    fresh = notebooks.refreshed(path, OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")
    seconds = time.perf_counter() - started
    record_property("plain", (str(path.relative_to(course.ROOT)), seconds))
    assert not notebooks.differences(stored, fresh)


@pytest.mark.accelerator
def test_an_accelerator_gives_what_is_stored(path):
    assert not notebooks.differences(notebooks.read(path), notebooks.refreshed(path))


def test_blank_release_fails_exactly_where_an_answer_is_needed(exercise_day):
    blank = notebooks.read(exercise_day.exercise)
    notebooks.execute(blank, exercise_day.exercise.parent, allow_errors=True)
    for cell in blank.cells:
        if cell.cell_type != "code":
            continue
        raised = [output.ename for output in cell.outputs if output.output_type == "error"]
        graded = cell.metadata.get("nbgrader", {}).get("grade", False)
        assert raised == (["NotImplementedError"] if graded else []), f"raised {raised}:\n{cell.source}"


def test_the_manual_of_another_python_gives_what_is_stored(manual_path, tmp_path):
    """What is compared must not depend on the exact text; figures may differ, for they show it."""
    package = tmp_path / "pydoc_data"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "topics.py").write_text(f"topics = {another_manual()!r}\n", encoding="utf-8")
    where = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    fresh = notebooks.refreshed(manual_path, PYTHONPATH=where)
    found = notebooks.differences(notebooks.read(manual_path), fresh)
    assert [difference for difference in found if not difference.startswith("another figure")] == []


def another_manual():
    """The manual with the changes that a new version brings: pages gone and new, paragraphs added, words replaced."""
    pages = {}
    for number, (title, text) in enumerate(sorted(topics.items())):
        if number % 27 == 5:
            continue
        paragraphs = text.replace("3.11", "3.15").split("\n\n")
        for place in range(number % 7, len(paragraphs), 40):
            paragraphs[place] = re.sub(r"\bthe (\w+)", r"that \1", paragraphs[place])
        if number % 5 == 0:
            paragraphs.append(f"Changed in version 3.15: what is said here of {title} holds for its subclasses, too.")
        pages["new-" + title if number % 31 == 7 else title] = "\n\n".join(paragraphs)
    return pages


def test_the_other_manual_differs_in_a_few_places_only():
    other = another_manual()
    assert 0.9 < len(other.keys() & topics.keys()) / len(topics) < 1
    assert 0.95 < sum(map(len, other.values())) / sum(map(len, topics.values())) < 1.02
    assert sum(other.get(title) != text for title, text in topics.items()) > len(topics) / 2
