"""A check that cannot fail proves nothing: each check of notebook files meets a notebook that it must refuse."""

import base64
import copy
import io
import json
import sys
from types import SimpleNamespace

import nbformat
import pytest
import test_notebook_files as checks
from courses import Copy
from PIL import Image
from reach import reached

from torchdays import course, notebooks

DAY = "day02_tensors"


@pytest.fixture(scope="module")
def sound():
    return notebooks.read(course.find(DAY).lesson)


@pytest.fixture
def saved(tmp_path):
    def save(notebook):
        path = tmp_path / f"{DAY}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")  # as it is; nbformat would repair some of the harm
        return path

    return save


def first(notebook, condition=lambda cell: True):
    return next(cell for cell in notebook.cells if cell.cell_type == "code" and condition(cell))


def with_picture(notebook):
    return first(notebook, lambda cell: any(notebooks.figures(cell)))


def paint_it_white(notebook):
    white = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(white, "png")
    for output in with_picture(notebook).outputs:
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = base64.b64encode(white.getvalue()).decode()


def show(text, name="stdout"):
    return lambda notebook: first(notebook).outputs.append(nbformat.v4.new_output("stream", name=name, text=text))


def add_code(source):
    return lambda notebook: notebook.cells.append(nbformat.v4.new_code_cell(source, execution_count=1))


def add_prose(source):
    return lambda notebook: notebook.cells.insert(3, nbformat.v4.new_markdown_cell(source))


def replace_prose(old, new):
    def change(notebook):
        assert any(old in cell.source for cell in notebook.cells), old
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)

    return change


def drop_pictures(notebook):
    for cell in notebook.cells:
        cell.outputs = [] if cell.cell_type == "code" else cell.pop("outputs", None)


def drop_guesses(notebook):
    notebook.cells = [cell for cell in notebook.cells if cell.source != "guess = None"]


OF_A_NOTEBOOK = [
    (checks.test_file_is_in_its_normal_form, lambda nb: nb.metadata.update(kept_by="an editor")),
    (checks.test_every_cell_was_run_in_order, lambda nb: first(nb).update(execution_count=None)),
    (checks.test_every_cell_was_run_in_order, add_code(" ")),
    (checks.test_ids_are_unique, lambda nb: nb.cells[1].update(id=nb.cells[0].id)),
    (checks.test_nothing_is_stored_from_stderr_and_no_error, show("a warning", "stderr")),
    (
        checks.test_nothing_is_stored_from_stderr_and_no_error,
        lambda nb: first(nb).outputs.append(nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])),
    ),
    (checks.test_no_figure_is_blank, paint_it_white),
    (checks.test_no_comparison_is_switched_off_without_a_reason, add_code("# NBVAL_IGNORE_OUTPUT\nprint(1)")),
    (checks.test_no_cell_ends_in_a_semicolon, add_code("plt.plot([1]);")),
    (checks.test_nothing_depends_on_one_machine, show("<object at 0x7f01ae7e66c0>")),
    (checks.test_nothing_depends_on_one_machine, show("device='cuda:0'")),
    (checks.test_links_and_assets_exist, add_prose("[see](../assets/no-such-picture.png)")),
    (checks.test_links_and_assets_exist, add_prose("[see](#no-such-heading)")),
    (checks.test_code_parses_and_imports_nothing_that_is_gone, add_code("import torchtext")),
]
OF_A_LESSON = [
    (checks.test_lesson_opens_with_what_a_reader_needs, replace_prose(" minutes", " days")),
    (checks.test_lesson_opens_with_what_a_reader_needs, add_prose("# A second title")),
    (checks.test_lesson_opens_with_what_a_reader_needs, replace_prose("**You will learn**", "You will learn")),
    (checks.test_lesson_ends_as_every_lesson_does, replace_prose("## Recap", "## Summary")),
    (checks.test_lesson_asks_before_it_shows, drop_guesses),
    (checks.test_lesson_has_pictures_and_short_cells, drop_pictures),
    (checks.test_lesson_has_pictures_and_short_cells, add_code("x = 1\n" * 31)),
    (checks.test_lesson_asks_three_questions_and_explains_every_option, replace_prose("d) leaves", "It leaves")),
    (checks.test_functions_of_a_lesson_are_called, add_code("def never_called():\n    return 1")),
    (checks.test_prose_keeps_its_promises, add_prose("This is simply amazing.")),
    (checks.test_prose_keeps_its_promises, add_prose("The color of the behavior.")),
    (checks.test_prose_keeps_its_promises, add_prose("word " * 200)),
]


@pytest.mark.parametrize(("check", "harm"), OF_A_NOTEBOOK)
def test_check_of_a_notebook_can_fail(check, harm, sound, saved):
    harmed = copy.deepcopy(sound)
    harm(harmed)
    path = course.find(DAY).lesson if "links" in check.__name__ else saved(harmed)
    with pytest.raises(AssertionError):
        check(path, harmed)


@pytest.mark.parametrize(("check", "harm"), OF_A_LESSON)
def test_check_of_a_lesson_can_fail(check, harm, sound, saved):
    check(saved(sound))
    harmed = copy.deepcopy(sound)
    harm(harmed)
    with pytest.raises(AssertionError):
        check(saved(harmed))


def test_a_changed_output_is_noticed(sound):
    assert notebooks.differences(sound, copy.deepcopy(sound)) == []
    harmed = copy.deepcopy(sound)
    first(harmed, lambda cell: any(o.output_type == "stream" for o in cell.outputs)).outputs[0].text += "!"
    assert len(notebooks.differences(sound, harmed)) == 1


def test_a_changed_figure_is_noticed(sound):
    harmed = copy.deepcopy(sound)
    paint_it_white(harmed)
    assert len(notebooks.differences(sound, harmed)) == 1


def test_a_broken_claim_is_named_by_its_sentence(tmp_path):
    broken = Copy(tmp_path / "course")
    lesson = notebooks.read(broken.root / "lessons" / f"{DAY}.ipynb")
    lesson.cells = lesson.cells[:8]
    shown = first(lesson, lambda cell: any(o.output_type == "stream" for o in cell.outputs))
    shown.outputs[0].text += "!"
    notebooks.write(lesson, broken.root / "lessons" / f"{DAY}.ipynb")
    paths = ["tests/test_lists.py", f"lessons/{DAY}.ipynb", "-k", "Cell"]  # the first, for its conftest.py
    done = broken.run(sys.executable, "-m", "pytest", "-q", *paths, check=False)
    table = done.stdout.split("what the notebooks say and no longer holds")[1]
    assert f"lessons/{DAY}.ipynb, code cell" in table
    before = lesson.cells[lesson.cells.index(shown) - 1].source
    assert table.splitlines()[2].strip() in before.replace("\n", " ")


# an answer reaches the tests that its names lead to

CELLS = {
    "double": "def double(x):\n    return 2 * x",
    "helper": "def quadruple(x):\n    return double(double(x))",
    "negate": "def negate(x):\n    return -x",
    "double_values": "assert double(2) == 4",
    "power_values": "x = quadruple(1)\nassert x == 4",
    "named_values": "assert globals()['double'](2) == 4",
    "negate_values": "x = negate(1)\nassert x == -1",
    "later_values": "assert x == -1",
    "saying_values": "assert 'double' != 'negate'",
}
EVERY = {name.removesuffix("_values") for name in CELLS if name.endswith("_values")}


@pytest.fixture
def exercise():
    roles = {"solution": {"double", "negate"}, "tests": {name for name in CELLS if name.endswith("_values")}}
    order = list(CELLS)
    return SimpleNamespace(
        cells=[SimpleNamespace(source=source) for source in CELLS.values()],
        solutions={name: order.index(name) for name in order if name in roles["solution"]},
        tests={name: order.index(name) for name in order if name in roles["tests"]},
    )


@pytest.mark.parametrize(
    ("cell", "code", "tests"),
    [
        ("double", "def double(x):\n    return 3 * x", {"double", "power", "named", "later"}),
        ("negate", "def negate(x):\n    return x", {"negate", "later"}),
        ("negate", "def negate(x):\n    return x\n\ndef quadruple(x):\n    return 1", {"power", "negate", "later"}),
        ("negate", "import math\nmath.inf = 3", EVERY),
        ("negate", "def negate(x):", EVERY),
    ],
    ids=[
        "by name, through a helper, in words",
        "itself",
        "what it overwrites",
        "all, if it changes more",
        "not Python",
    ],
)
def test_an_answer_reaches_the_tests_that_its_names_lead_to(exercise, cell, code, tests):
    assert reached(exercise, cell, code) == {f"{test}_values" for test in tests}
