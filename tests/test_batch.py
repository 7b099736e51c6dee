"""Grading many: killed at any moment and run again, it loses and doubles nothing; the same verdict everywhere."""

import copy as copies
import csv
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from courses import answered, fresh_environment, needs_a_sandbox, right_answers
from graders import read_answers
from nbformat.v4 import new_code_cell, new_notebook
from toy import DAY, RIGHT, make_course, released

from torchdays import course, notebooks
from torchdays.grading import review, sandbox
from torchdays.grading.execute import bound, execute, names_of_answers, names_that_change
from torchdays.grading.outcomes import State

MANY, KILLS = 30, 10
UNGRADED = shutil.ignore_patterns("autograded", "feedback", "gradebook.db", ".grading", "outcomes.csv")
WRONG = {"negate": "def negate(x):\n    return x"}


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    """A toy course with thirty submissions: every third wrong in one task."""
    toys = make_course(tmp_path_factory.mktemp("toys") / "course")
    for number in range(MANY):
        folder = toys.root / "submitted" / f"learner_{number:02}" / DAY
        folder.mkdir(parents=True)
        notebook = released(toys, RIGHT | (WRONG if number % 3 == 0 else {}))
        (folder / f"{DAY}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    return toys


def gradebook(root):
    """Every grade in the gradebook, and how many submissions it counts."""
    rows = """
        select student.id, assignment.name, base_cell.name, grade.auto_score, grade.needs_manual_grade
        from grade join base_cell on grade.cell_id = base_cell.id
        join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        join assignment on submitted_assignment.assignment_id = assignment.id
        join student on submitted_assignment.student_id = student.id
    """
    with sqlite3.connect(root / "gradebook.db") as database:
        count = database.execute("select count(*) from submitted_assignment").fetchone()
        return sorted(database.execute(rows).fetchall()), count


def pages(root):
    """How many feedback pages lie there: how far grading has come."""
    return len(list(root.glob("feedback/*/*/*.html")))


def start(root):
    command = [sys.executable, "-m", "torchdays", "grade", DAY]
    return subprocess.Popen(
        command, cwd=root, env=fresh_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@needs_a_sandbox
def test_a_batch_that_is_killed_again_and_again_ends_as_an_undisturbed_one(toys, tmp_path):
    killed, draw, came_to = tmp_path / "killed", random.Random(7), set()
    shutil.copytree(toys.root, killed)
    assert start(toys.root).wait(timeout=300) == 0
    for _ in range(KILLS):
        process, few = start(killed), min(pages(killed) + draw.randrange(3), MANY * 2 // 3)
        while process.poll() is None and pages(killed) < few:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, 0.5))
        assert process.poll() is None, "grading ended before it was killed"
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert psutil.wait_procs(family, timeout=20)[1] == [], "what grading started outlived it"
        came_to.add(pages(killed))
    assert len(came_to) > 3, "nearly all kills came while grading started"
    assert start(killed).wait(timeout=300) == 0
    assert gradebook(killed) == gradebook(toys.root)
    for number in range(MANY):
        page = killed / "feedback" / f"learner_{number:02}" / DAY / f"{DAY}.html"
        assert f"(Score: {12 if number % 3 == 0 else 20}.0 / 20.0)" in page.read_text(encoding="utf-8")


@needs_a_sandbox
def test_two_gradings_at_a_time_do_not_meet(toys, tmp_path):
    root = tmp_path / "twice"
    shutil.copytree(toys.root, root, ignore=UNGRADED)
    first = start(root)
    while not (root / ".grading").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    said = subprocess.run(
        [sys.executable, "-m", "torchdays", "grade", DAY], cwd=root, capture_output=True, text=True, check=False
    )
    first.kill()
    first.wait()
    assert said.returncode == 1 and "Another grading of this course is under way" in said.stderr


@needs_a_sandbox
def test_any_executor_can_carry_the_work(toys, tmp_path):
    root = tmp_path / "threads"
    shutil.copytree(toys.root, root, ignore=UNGRADED)
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from torchdays import course\n"
        "from torchdays.grading import batch\n"
        f"day = course.find({DAY!r})\n"
        "found = list(batch.grade_all([(day, ['learner_00', 'learner_01'])], executor=ThreadPoolExecutor(1)))\n"
        "print(sorted((o.student, o.score) for o in found))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("[('learner_00', 12.0), ('learner_01', 20.0)]\n"), done.stdout + done.stderr


@needs_a_sandbox
def test_where_a_fork_is_unsafe_each_submission_imports_for_itself(toys, tmp_path):
    threaded = copies.copy(toys)
    threaded.root = tmp_path / "threaded"
    shutil.copytree(toys.root, threaded.root, ignore=UNGRADED)
    for number in range(2, MANY):
        shutil.rmtree(threaded.root / "submitted" / f"learner_{number:02}")
    code = threaded.root / "torchdays"
    (code / "leaves_a_thread.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=[600]).start()\n"
    )
    inside = code / "grading" / "inside.py"
    text = inside.read_text(encoding="utf-8")
    inside.write_text(text.replace("WARM = [", 'WARM = [\n    "torchdays.leaves_a_thread",'), encoding="utf-8")
    printed = threaded.torchdays("grade", DAY, "--jobs=1", COLUMNS="200").stdout
    assert printed.count("each submission imports it for itself, which is slower") == 1
    assert re.search(r"learner_00 +│ graded +│ 12 / 20", printed)
    assert re.search(r"learner_01 +│ graded +│ 20 / 20", printed)


def test_grading_refuses_without_a_sandbox_and_says_what_to_install(toys, tmp_path):
    root = tmp_path / "bare"
    shutil.copytree(toys.root, root, ignore=UNGRADED)
    bare = tmp_path / "bin"
    bare.mkdir()
    environment = fresh_environment(PATH=str(bare))
    command = [sys.executable, "-m", "torchdays", "grade", DAY, "--student=learner_01"]
    said = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1 and "Traceback" not in said.stderr
    assert "there is no bubblewrap: install it" in said.stderr and "--no-sandbox" in said.stderr
    assert not (root / "autograded").exists()
    loud = subprocess.run([*command, "--no-sandbox"], cwd=root, env=environment, capture_output=True, text=True)
    assert "WITHOUT A SANDBOX" in loud.stdout and "20 / 20" in loud.stdout and "NO SANDBOX" in loud.stdout
    with (root / "outcomes.csv").open(encoding="utf-8") as file:
        assert [row["sandbox"] for row in csv.DictReader(file)] == ["NO"]


def test_what_grades_imports_no_torch():
    """Only what runs in the sandbox does, once: each worker would wait for it, and hold it."""
    program = "import sys, torchdays.commands, torchdays.grading.batch; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=course.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# The same verdict on what is honest

NOISY = """import sys, warnings
def double(x):
    warnings.warn("this may be slow")
    print("working", file=sys.stderr)
    return x * 2"""


@needs_a_sandbox
def test_a_warning_costs_nothing_when_validated_nor_when_graded(toys, tmp_path):
    noisy = copies.copy(toys)
    noisy.root = tmp_path / "noisy"
    shutil.copytree(toys.root, noisy.root, ignore=shutil.ignore_patterns("submitted", "gradebook.db"))
    for learner, answers in {"noisy": RIGHT | {"double": NOISY}, "wrong": RIGHT | WRONG}.items():
        path = noisy.root / "submitted" / learner / DAY / f"{DAY}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(released(noisy, answers)), encoding="utf-8")
        said = noisy.nbgrader("validate", path).stdout
        assert ("Success! Your notebook passes all the tests." in said) == (learner == "noisy"), said
    printed = noisy.torchdays("grade", DAY, COLUMNS="200").stdout
    assert re.search(r"noisy +│ graded +│ 20 / 20", printed) and re.search(r"wrong +│ graded +│ 12 / 20", printed)


def test_no_honest_answer_is_flagged(exercise_day):
    solution = notebooks.read(exercise_day.solution)
    assert review.review(solution) == []
    for right in [answer for answer in read_answers(exercise_day.name) if answer.kind == "right"]:
        notebook = answered(exercise_day, right_answers(exercise_day) | {right.cell: right.code})
        found = [str(finding) for finding in review.review(notebook)]
        assert found == [], f"{right.cell}, {right.title}"


@pytest.fixture(scope="module")
def wall():
    with sandbox.Sandbox() as wall:
        yield wall


@needs_a_sandbox
def test_the_solution_of_every_day_keeps_its_points_in_the_sandbox(exercise_day, wall):
    notebook = notebooks.read(exercise_day.solution)
    exercise = notebooks.read(exercise_day.exercise)
    names = names_of_answers(exercise), names_that_change(exercise)
    bindings = [bound(cell.source) for cell in exercise.cells if cell.cell_type == "code"]
    assert names[1] <= set().union(*bindings), "a tag names what no cell makes"
    state, note, changed = execute(notebook, wall, sandbox.Limits(), None, *names)
    errors = [o.get("evalue") for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert (state, note, errors, changed) == (State.GRADED, "", [], {})


@needs_a_sandbox
def test_what_the_exercises_own_cells_set_nobody_else_can_set(wall):
    own, learners = {"nbgrader": {"locked": True}}, {"nbgrader": {"locked": False, "solution": True}}
    cells = [
        ("level = 1", own),
        ("answer = max\nlevel = score = 99\njudged_by = answer", learners),
        ("if globals().get('judged_by') is not answer:\n    score, judged_by = answer(1, 2), answer", own),
        ("score = 99", learners),
        ("assert (level, score) == (1, 2), (level, score)", own),
    ]
    notebook = new_notebook(cells=[new_code_cell(source, metadata=role) for source, role in cells])
    execute(notebook, wall, sandbox.Limits(), theirs={"answer"})
    assert [output.get("evalue") for cell in notebook.cells for output in cell.outputs] == []


GIVEN = """import numpy, torch
from collections import deque
from types import SimpleNamespace
class Table:
    size = 2
rows, table, words, queue = [[1], [2]], {"a": [1]}, {"a"}, deque([1])
numbers, matrix, layer, point = torch.ones(2), numpy.eye(2), torch.nn.Linear(1, 1, bias=False), SimpleNamespace(x=1)
table[0] = table  # a circle
layer.weight.data[:] = 5"""
SAME = """assert rows == [[1], [2]] and table["a"] == [1] and words == {"a"} and list(queue) == [1], "containers"
assert numbers.tolist() == [1, 1] and matrix.tolist() == [[1, 0], [0, 1]], "numbers"
assert layer.weight.item() == 5 and layer.training and point.x == 1 and Table.size == 2, "objects"
assert not hasattr(Table, "__len__") and len(table) == 2, "what was added" """
CHANGES = {
    "rows": "rows[0].append(9); rows.reverse()",
    "table": "table['a'][0] = 9; table['b'] = 1",
    "words": "words.add('b')",
    "queue": "queue.clear()",
    "numbers": "numbers.resize_(1).zero_()",
    "matrix": "matrix.shape = 4; matrix[:] = 0",
    "layer": "layer.weight.data.zero_(); layer.eval(); layer.forward = len",
    "point": "point.x = 2",
    "Table": "Table.size = 3; Table.__len__ = lambda self: 0",
}


@needs_a_sandbox
@pytest.mark.parametrize("when", ["before", "in a test"])
def test_what_the_exercises_own_cells_made_cannot_be_changed_in_place(wall, when):
    own, learners = {"nbgrader": {"locked": True}}, {"nbgrader": {"locked": False, "solution": True}}
    test = {"nbgrader": {"locked": True, "grade": True, "grade_id": "test"}}
    for name, change in CHANGES.items():
        body = f"def answer():\n    global {name}\n    {change}\n" + ("answer()" if when == "before" else "")
        cells = [(GIVEN, own), (body, learners), ("answer()" if when != "before" else SAME, test), (SAME, own)]
        notebook = new_notebook(cells=[new_code_cell(source, metadata=role) for source, role in cells])
        *_, changed = execute(notebook, wall, sandbox.Limits(), theirs={"answer"})
        assert [output.get("evalue") for cell in notebook.cells for output in cell.outputs] == [], name
        assert changed == ({} if when == "before" else {"test": [name]}), name
