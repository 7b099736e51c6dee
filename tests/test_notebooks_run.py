"""The notebooks, executed. nbval compares every cell of lessons/ and solutions/ beside this (see torchdays test)."""

import time

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
