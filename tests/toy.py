"""A course of two toy days: small enough to be damaged, attacked and graded hundreds of times."""

import shutil

import nbformat
from courses import Copy
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

DAYS = "day01_apples", "day02_pears"
DAY = "day02_pears"
RIGHT = {"double": "def double(x):\n    return x * 2", "negate": "def negate(x):\n    return -x"}


def graded(cell, grade_id, **settings):
    role = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    cell.metadata.nbgrader = role | {"grade_id": grade_id} | settings
    return cell


def answer(name, solution):
    body = f"def {name}(x):\n    ### BEGIN SOLUTION\n    {solution}\n    ### END SOLUTION"
    return graded(new_code_cell(body, id=name), name, solution=True)


def scored(name, source, points):
    grade_id = f"{name}_values"
    return graded(new_code_cell(source, id=f"{name}-values"), grade_id, grade=True, locked=True, points=points)


def plain_day():
    """Two functions, 12 and 8 points; needs no torch."""
    return [
        new_markdown_cell("# Toy exercise", id="title"),
        answer("double", "return x * 2"),
        scored("double", 'assert double(3) == 6, "not doubled"', 12),
        answer("negate", "return -x"),
        scored("negate", 'assert negate(3) == -3, "the sign"', 8),
    ]


def write_course(root, exercise):
    """Put two toy days with the cells of ``exercise`` in place of the course's days."""
    for folder in "lessons", "solutions", "exercises":
        shutil.rmtree(root / folder, ignore_errors=True)
    for name in DAYS:
        title = new_markdown_cell(f"# Day {int(name[3:5])} · Toy", id="title")
        lesson = [title, new_code_cell("1 + 1", id="sum")]
        for cells, path in (lesson, f"lessons/{name}.ipynb"), (exercise, f"solutions/{name}/{name}.ipynb"):
            notebook = new_notebook(cells=cells, metadata={"torchdays": {"minutes": 5}})
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, root / path)


def make_course(folder, exercise=None):
    """A copy of the course in ``folder`` that holds two toy days, released."""
    copy = Copy(folder)
    write_course(copy.root, exercise or plain_day())
    copy.torchdays("release")
    return copy


def released(copy, answers=None):
    """The released exercise, with ``answers`` in its answer cells."""
    notebook = nbformat.read(copy.root / "exercises" / DAY / f"{DAY}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in (answers or {}):
            cell.source = answers[cell.metadata.nbgrader.grade_id]
    return notebook
