"""Hostile and broken submissions, graded in one batch: no unearned point, no effect outside, an outcome for each.

tests/attacks/README.md says how one is written, and how it is kept harmless where a wall has a hole.
"""

import csv
import inspect
import re
import runpy
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest
from courses import needs_a_sandbox
from nbformat.v4 import new_code_cell, new_markdown_cell
from toy import DAY, RIGHT, answer, graded, make_course, released, scored

pytestmark = needs_a_sandbox
SECRET = "SECRET-7431"
EXERCISE = [
    new_markdown_cell("# Toy exercise", id="title"),
    new_markdown_cell("## 1 · Double (12 points)", id="one"),
    answer("double", "return x * 2"),
    scored(
        "double",
        f"""# Tests: 12 points
import numpy as np
import torch
from torchdays import checks
got = checks.call(double, torch.tensor([1., 2.]))
checks.close(got, torch.tensor([2., 4.]), "not doubled")
### BEGIN HIDDEN TESTS
assert max(abs(value - 6) for value in double(torch.tensor([3.])).tolist()) == 0, "3 is not doubled"
note = "{SECRET}"
### END HIDDEN TESTS""",
        12,
    ),
    new_markdown_cell("## 2 · Negate (8 points)", id="two"),
    graded(new_code_cell("MINUS = {3.0: -3.0, 4.0: -4.0}", id="minus"), "minus", locked=True),
    answer("negate", "return -x"),
    scored(
        "negate",
        """# Tests: 8 points
got = negate(torch.tensor([3.]))
assert isinstance(got, torch.Tensor)
assert torch.equal(got, torch.tensor([MINUS[3.]])), "the sign"
### BEGIN HIDDEN TESTS
np.testing.assert_allclose(negate(torch.tensor([4.])).numpy(), [MINUS[4.]])
assert max(abs(got - MINUS[3.])) == 0
### END HIDDEN TESTS""",
        8,
    ),
]
LIMITS = {"seconds_cell": 6, "seconds_notebook": 25, "resident": 700 << 20, "processor": 30}
GAIN = {"double": "def double(x):\n    return x", "negate": "def negate(x):\n    return x"}  # wrong, and harmless

HONEST = {
    "honest": RIGHT,
    "honest_but_odd": RIGHT | {"negate": "import os  # not needed\n\n\n" + RIGHT["negate"]},
}


@dataclass
class Attack:
    """One file of tests/attacks/."""

    name: str
    points: float
    state: str
    code: str
    damage: object = None


def read_attack(path):
    text = path.read_text(encoding="utf-8")
    points, state = re.search(r"(?m)^# ours: (\S+) points, (.+)$", text).groups()
    assert re.search(r"(?m)^# tries: \S", text) and re.search(r"(?m)^# stock: \S", text), path.name
    code = re.sub(r"(?m)^# (tries|stock|ours): .*\n", "", text)
    damage = runpy.run_path(str(path))["damage"] if "\ndef damage(" in text else None
    return Attack(path.stem, float(points), state, code, damage)


ATTACKS = [read_attack(path) for path in sorted((Path(__file__).parent / "attacks").glob("*.py"))]
NAMES = [attack.name for attack in ATTACKS]


def hand_in(course, attack, port):
    """Put the attack where a submission lies; wrong answers stand where it has none of its own."""
    path = course.root / "submitted" / attack.name / DAY / f"{DAY}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = released(course, GAIN)
    if attack.damage:
        known = {"path": path, "course": course.root}
        asked = inspect.signature(attack.damage).parameters
        content = attack.damage(notebook, **{name: value for name, value in known.items() if name in asked})
        if isinstance(content, bytes):
            path.write_bytes(content)
            return
    else:
        target = "negate" if "def negate" in attack.code and "def double" not in attack.code else "double"
        code = attack.code.replace("PORT", str(port))
        if "def " + target not in code:
            code += f"\n\n{GAIN[target]}\n"
        next(cell for cell in notebook.cells if cell.id == target).source = code
    if not path.is_symlink():
        path.write_text(nbformat.writes(notebook), encoding="utf-8")


@dataclass
class Aftermath:
    course: object
    rows: dict  # learner -> row of outcomes.csv
    printed: str
    connections: int
    left: list


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    """Every attack and an honest learner, graded at once by `python -m torchdays grade`."""
    course = make_course(tmp_path_factory.mktemp("attacked") / "course", EXERCISE)
    config = course.root / "nbgrader_config.py"
    settings = "".join(f"c.Limits.{name} = {value}\n" for name, value in LIMITS.items())
    config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        for attack in ATTACKS:
            hand_in(course, attack, server.getsockname()[1])
        for learner, answers in HONEST.items():
            folder = course.root / "submitted" / learner / DAY
            folder.mkdir(parents=True)
            nbformat.write(released(course, answers), folder / f"{DAY}.ipynb")
        before = {process.pid for process in psutil.process_iter()}
        printed = course.torchdays("grade", DAY, TORCHDAYS_CANARY="REACHED", COLUMNS="200", timeout=900).stdout
        left = [
            process
            for process in psutil.process_iter(["cmdline"])
            if process.pid not in before and any("torchdays.grading" in part for part in process.info["cmdline"] or [])
        ]
        server.settimeout(0.2)
        connections = 0
        try:
            while server.accept():
                connections += 1
        except TimeoutError:
            pass
    with (course.root / "outcomes.csv").open(encoding="utf-8") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    return Aftermath(course, rows, printed, connections, left)


def page(aftermath, learner):
    return (aftermath.course.root / "feedback" / learner / DAY / f"{DAY}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_an_attack_earns_nothing_and_gets_its_outcome(aftermath, attack):
    row = aftermath.rows[attack.name]
    assert (float(row["points"]), row["outcome"]) == (attack.points, attack.state), row


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_an_attack_reaches_nothing_and_its_feedback_is_harmless(aftermath, attack):
    text = page(aftermath, attack.name)
    body = text[text.index("<body") :]
    assert SECRET not in text and "note = " not in body
    told = re.sub(r"(?s)<div class=\"input.*?</div>\s*</div>", "", body)  # what it tried stands in its own code
    assert not re.search(r"Error: REACHED|<script|<\w[^>]*\bon\w+=|href=\W?javascript|<iframe|<svg", told), told[:2000]


def test_the_honest_learner_beside_them_has_every_point(aftermath):
    assert aftermath.rows["honest"]["points"] == "20.0" and aftermath.rows["honest"]["outcome"] == "graded"


def test_nothing_is_left_behind(aftermath):
    assert aftermath.left == [] and aftermath.connections == 0
    root = aftermath.course.root
    assert not list(root.parent.rglob("REACHED*")) and not Path("REACHED").exists()
    assert len(aftermath.rows) == len(ATTACKS) + len(HONEST)


def test_feedback_shows_no_hidden_test_to_those_who_passed_either(aftermath):
    text = page(aftermath, "honest")
    assert SECRET not in text and "HIDDEN TESTS" not in text and "Tests: 12 points" in text


def test_held_points_wait_in_the_gradebook_with_their_reason(aftermath):
    notebook = aftermath.course.root / "autograded" / "patches_torch" / DAY / f"{DAY}.ipynb"
    held = nbformat.read(notebook, as_version=4).metadata.outcome.held
    assert held.keys() == {"double_values", "negate_values"}
    assert "a name inside a module is replaced" in held["double_values"][0] and "line" in held["double_values"][0]


def test_points_are_held_of_a_test_in_which_the_exercises_data_changed(aftermath):
    notebook = aftermath.course.root / "autograded" / "changes_the_data_while_it_is_tested" / DAY / f"{DAY}.ipynb"
    held = nbformat.read(notebook, as_version=4).metadata.outcome.held
    assert held == {"negate_values": ["while this test ran, the exercise's own MINUS changed"]}


def test_points_of_an_odd_right_answer_wait_for_a_person_who_can_give_them(aftermath):
    course, learner = aftermath.course, "honest_but_odd"
    row = aftermath.rows[learner]
    assert (row["outcome"], row["points"], row["held"]) == ("needs review", "12.0", "1")
    text = page(aftermath, learner)
    assert "Some of your points wait" in text and "Held for review: 8 points" in text
    program = (
        "from torchdays.grading import steps\n"
        "with steps.nbgrader().gradebook as gradebook:\n"
        f"    grade = gradebook.find_grade('negate_values', {DAY!r}, {DAY!r}, {learner!r})\n"
        "    assert grade.needs_manual_grade and grade.auto_score is None\n"
        "    grade.manual_score, grade.needs_manual_grade = 8, False  # what Formgrader does\n"
        "    gradebook.db.commit()\n"
    )
    course.run(sys.executable, "-c", program)
    assert "20 / 20" in course.torchdays("grade", DAY, f"--student={learner}", "--force", COLUMNS="200").stdout


def test_there_are_at_least_thirty_attacks():
    assert len(ATTACKS) >= 30
