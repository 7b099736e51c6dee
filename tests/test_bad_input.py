"""Bad input gets a clear sentence, and nothing is lost: real commands, in a small course of two toy days."""

import ast
import copy as copies
import csv
import errno
import shutil
import socket
import stat
import subprocess
import sys
import textwrap

import nbformat
import pytest
from browser import Lab
from courses import needs_a_sandbox
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from toy import DAY, DAYS, RIGHT, make_course, released

from torchdays import install
from torchdays.course import ROOT
from torchdays.grading.repair import repair

WRONG = {"negate": "def negate(x):\n    return x"}


def twin(copy, folder):
    """Another copy of the toy course, for a test that leaves traces."""
    other = copies.copy(copy)
    other.root = folder / "course"
    shutil.copytree(copy.root, other.root)
    return other


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    copy = make_course(tmp_path_factory.mktemp("toy") / "course")
    copy.make("lab", "ARGS=--version")  # publishes
    return copy


@pytest.fixture
def course(copy, tmp_path):
    return twin(copy, tmp_path)


def complaint(done):
    """What a command said that could not do its work: words, no traceback."""
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout, done.stdout
    return done.stdout


def submit(copy, learner, answers):
    """Hand in through the exchange, as a learner does."""
    path = copy.root / "work" / DAY / f"{DAY}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(released(copy, answers), path)
    copy.nbgrader("submit", DAY, f"--student={learner}")


def scores(copy):
    """The gradebook's scores of the day: {learner: points}."""
    copy.nbgrader("export", "--to=grades.csv")
    with (copy.root / "grades.csv").open(encoding="utf-8") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == DAY}


# An unknown day


@pytest.mark.parametrize("command", ["refresh", "release", "collect", "grade", "return", "test"])
def test_an_unknown_day_is_answered_with_the_nearest(copy, command):
    said = complaint(copy.torchdays(command, "day02_pairs", check=False))
    assert "There is no day called 'day02_pairs'. Did you mean day02_pears?" in said
    assert "The days are: day01_apples, day02_pears" in said


def test_make_passes_on_what_is_said_about_an_unknown_day(copy):
    assert "There is no day called '7'" in complaint(copy.make("grade", "DAY=7", check=False))


# No Python that is new enough


def test_make_says_what_to_install_where_no_python_is_new_enough(copy, tmp_path):
    script(tmp_path / "python3", "exit 1")  # what an older one answers to make's question
    done = copy.run(shutil.which("make"), "lab", PATH=str(tmp_path), check=False)
    assert "TorchDays needs Python 3.11 or newer, and found none. Install it, or name it: make lab PYTHON=" in (
        complaint(done)
    )


def test_an_older_python_that_was_named_is_refused(copy, tmp_path):
    pretend = "import runpy, sys; sys.version_info = (3, 9, 18); runpy.run_module('torchdays', None, '__main__')"
    older = script(tmp_path / "python3.9", f'exec {sys.executable} -c "{pretend}"')
    said = complaint(copy.run("make", "lab", f"PYTHON={older}", check=False))
    assert "TorchDays needs Python 3.11 or newer; this is Python 3.9." in said
    assert "make lab PYTHON=" in said


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_older_python_can_read_what_refuses_it(name):
    ast.parse((ROOT / "torchdays" / name).read_text(encoding="utf-8"), feature_version=(3, 4))


def script(path, line):
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# An interrupted installation


class Installer:
    """Stands in for venv and pip: does as planned, and keeps what was asked of it."""

    def __init__(self, requirements):
        self.requirements = requirements
        self.plan = []  # what the next calls end with: a status, or an exception to raise
        self.asked = []

    def __call__(self, command, **_):
        self.asked.append("venv" if "venv" in command else "pip")
        if self.asked[-1] == "venv":
            install.PYTHON.parent.mkdir(parents=True)
            install.PYTHON.touch()
        outcome = self.plan.pop(0) if self.plan else 0
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def enter(self):
        """Go through install.enter(); what it asked of venv and pip meanwhile."""
        self.asked = []
        install.enter()
        return self.asked


@pytest.fixture
def installer(tmp_path, monkeypatch):
    venv = tmp_path / ".venv"
    (tmp_path / "requirements.txt").write_text("torch==2.13.0\n", encoding="utf-8")
    for name, path in {
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "READY": venv / "torchdays-ready",
        "BEGUN": venv / "torchdays-begun",
        "REQUIREMENTS": tmp_path / "requirements.txt",
    }.items():
        monkeypatch.setattr(install, name, path)
    installer = Installer(tmp_path / "requirements.txt")
    monkeypatch.setattr(install, "missing", lambda: "torch")  # this interpreter is not one that has it all
    monkeypatch.setattr(install, "_go_on_in", lambda python: None)
    monkeypatch.setattr(subprocess, "call", installer)
    return installer


def test_an_installation_is_made_once(installer):
    assert installer.enter() == ["venv", "pip", "pip"]
    assert installer.enter() == []


def test_changed_requirements_are_installed_into_the_same_environment(installer):
    installer.enter()
    installer.requirements.write_text("torch==2.14.0\n", encoding="utf-8")
    assert installer.enter() == ["pip", "pip"]
    assert installer.enter() == []


@pytest.mark.parametrize("calls_before", [0, 1, 2])
@pytest.mark.parametrize("ending", [1, KeyboardInterrupt()], ids=["failed", "interrupted"])
def test_an_installation_that_ended_early_is_repaired_by_the_next_run(installer, calls_before, ending, capsys):
    installer.plan = [0] * calls_before + [ending]
    with pytest.raises(SystemExit) as end:
        installer.enter()
    assert "Run the same command again" in end.value.code and "repairs what is half done" in end.value.code
    (install.VENV / "half a package").touch()
    assert installer.enter() == ["venv", "pip", "pip"]
    assert "An earlier installation did not finish" in capsys.readouterr().out
    assert not (install.VENV / "half a package").exists()
    assert installer.enter() == []


def test_a_killed_update_is_repaired_by_the_next_run(installer):
    class Killed(BaseException):
        """Nothing that follows is executed."""

    installer.enter()
    installer.requirements.write_text("torch==2.14.0\n", encoding="utf-8")
    installer.plan = [Killed()]
    with pytest.raises(Killed):
        installer.enter()
    assert installer.enter() == ["venv", "pip", "pip"]


def test_a_repair_that_was_interrupted_is_repaired(installer, monkeypatch):
    installer.plan = [0, 1]
    with pytest.raises(SystemExit):
        installer.enter()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shutil, "rmtree", remove_the_mark_and_stop)
        installer.enter()
    assert installer.enter() == ["venv", "pip", "pip"]


def remove_the_mark_and_stop(folder):
    install.BEGUN.unlink()
    raise KeyboardInterrupt


def test_an_environment_whose_python_is_gone_is_made_again(installer):
    installer.enter()
    install.PYTHON.unlink()  # as after an upgrade of the system's Python
    assert installer.enter() == ["venv", "pip", "pip"]


def test_an_environment_that_cannot_be_written_is_told_in_words(installer):
    install.VENV.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        installer.enter()
    assert "cannot be made: Not a directory" in end.value.code and "Run the same command again" in end.value.code


# A port in use


def test_where_the_port_is_in_use_jupyterlab_takes_the_next_and_says_so(course, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Lab(course, tmp_path, port) as lab:
            assert f"The port {port} is already in use, trying another port" in lab.printed()
            assert f":{port}/" not in lab.address
            assert "Traceback" not in lab.printed()


# A notebook that cannot be read


def test_refresh_names_a_notebook_that_is_not_json(course):
    (course.root / "lessons" / f"{DAY}.ipynb").write_text('{"cells": [', encoding="utf-8")
    said = complaint(course.torchdays("refresh", DAY, check=False))
    assert f"lessons/{DAY}.ipynb is not a notebook that can be read" in said


def test_release_names_a_notebook_that_is_not_json_and_keeps_the_old_release(course):
    (course.root / "solutions" / DAY / f"{DAY}.ipynb").write_text("<html>", encoding="utf-8")
    said = complaint(course.torchdays("release", DAY, check=False))
    assert f"solutions/{DAY}/{DAY}.ipynb is not a notebook that can be read" in said
    assert released(course).cells


@pytest.mark.parametrize("broken", [f"lessons/{DAY}.ipynb", f"solutions/{DAY}/{DAY}.ipynb"], ids=["lesson", "solution"])
def test_lab_names_a_notebook_that_is_not_json(course, broken):
    (course.root / broken).write_text("{", encoding="utf-8")
    said = complaint(course.make("lab", "ARGS=--version", check=False))
    assert f"{broken} is not a notebook that can be read" in said


def test_lab_names_a_lesson_that_does_not_say_how_long_it_takes(course):
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Day 2 · Toy")]), course.root / "lessons" / f"{DAY}.ipynb")
    said = complaint(course.make("lab", "ARGS=--version", check=False))
    assert f"lessons/{DAY}.ipynb is not a notebook of this course: it has no metadata.torchdays.minutes" in said


def test_lab_keeps_a_lesson_that_was_used_when_its_note_of_copies_was_cut_off(course):
    used = course.root / "work" / "lessons" / f"{DAY}.ipynb"
    used.write_text(used.read_text(encoding="utf-8").replace("1 + 1", "1 + 1 + 1"), encoding="utf-8")
    (course.root / ".cache" / "lessons.json").write_text('{"day01', encoding="utf-8")
    course.make("lab", "ARGS=--version")
    kept = list(used.parent.glob(f"{DAY}_before_*.ipynb"))
    assert len(kept) == 1 and "1 + 1 + 1" in kept[0].read_text(encoding="utf-8")


# A batch with broken submissions


def without(grade_id):
    def change(notebook):
        notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != grade_id]

    return change


def doubled(grade_id, source=None):
    def change(notebook):
        found = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
        second = copies.deepcopy(found)
        second.id, second.source = f"{found.id}-2", source or found.source
        notebook.cells.append(second)

    return change


def backwards(notebook):
    notebook.cells.reverse()


def unknown_metadata(notebook):
    notebook.cells[0].metadata.nbgrader = None


DAMAGED = {  # learner: what was done to a perfect submission, its points, and a word of the remark
    "no_test_cell": (without("double_values"), 20, "cell 'double_values' was missing"),
    "no_answer_cell": (without("negate"), 12, "cell 'negate' was missing"),
    "no_cells": (lambda notebook: notebook.cells.clear(), 0, "cell 'double' was missing"),
    "doubled_test": (doubled("double_values"), 20, "cell 'double_values' was there twice"),
    "doubled_answer": (doubled("double", "# tried again\n"), 20, "cell 'double' was there twice"),
    "shuffled": (backwards, 20, "in another order"),
    "odd_metadata": (unknown_metadata, 20, ""),
    "sound": (lambda notebook: None, 20, ""),
}
UNREADABLE = {  # learner: what lies where the notebook should be
    "cut_off": b'{"cells": [',
    "empty": b"",
    "a_list": b"[]",
    "a_picture": b"\x89PNG\r\n\x1a\n\xff\xfe",
    "absent": None,
}


@pytest.fixture(scope="module")
def batch(copy, tmp_path_factory):
    """One `make grade` of every kind of damage: the course, the table's line for each learner, all that was said."""
    course = twin(copy, tmp_path_factory.mktemp("batch"))
    submit(course, "twice", WRONG)
    submit(course, "twice", RIGHT)
    for learner, (damage, _, _) in DAMAGED.items():
        notebook = released(course, RIGHT)
        damage(notebook)
        put(course, learner, nbformat.writes(notebook).encode())
    for learner, content in UNREADABLE.items():
        put(course, learner, content)
    printed = course.make("grade", f"DAY={DAY}", COLUMNS="300").stdout
    assert "Traceback" not in printed
    cells = [[cell.strip() for cell in line.split("│")] for line in printed.splitlines() if line.count("│") > 2]
    return course, {row[2]: "  ".join(row) for row in cells}, printed


def put(course, learner, content):
    folder = course.root / "submitted" / learner / DAY
    folder.mkdir(parents=True)
    if content is not None:
        (folder / f"{DAY}.ipynb").write_bytes(content)


@needs_a_sandbox
@pytest.mark.parametrize("learner", DAMAGED)
def test_lost_and_doubled_cells_are_put_right_and_graded(batch, learner):
    _, lines, _ = batch
    _, points, remark = DAMAGED[learner]
    state = "cells repaired" if remark else "graded"
    assert f"  {state}  {points} / 20  " in lines[learner] and remark in lines[learner]


@needs_a_sandbox
@pytest.mark.parametrize("learner", UNREADABLE)
def test_a_file_that_is_no_notebook_is_reported_and_its_learner_told(batch, learner):
    course, lines, _ = batch
    words = "nothing was handed in under this name" if UNREADABLE[learner] in (None, b"") else "its text is no notebook"
    assert f"  not a notebook  0 / 20  {words}" in lines[learner]
    page = (course.root / "feedback" / learner / DAY / f"{DAY}.html").read_text(encoding="utf-8")
    assert "could not be read as a notebook" in page and words in page and "(Score: 0.0 / 20.0)" in page


@needs_a_sandbox
def test_gradebook_holds_everybody(batch):
    course, _, _ = batch
    expected = {learner: points for learner, (_, points, _) in DAMAGED.items()} | dict.fromkeys(UNREADABLE, 0)
    assert {learner: score for learner, score in scores(course).items() if learner in expected} == expected


@needs_a_sandbox
def test_every_outcome_stands_in_the_table_for_spreadsheets(batch):
    course, _, _ = batch
    with (course.root / "outcomes.csv").open(encoding="utf-8") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {"twice"} | DAMAGED.keys() | UNREADABLE.keys()
    assert {row["sandbox"] for row in rows.values()} == {"yes"}
    assert rows["cut_off"]["outcome"] == "not a notebook" and rows["sound"]["outcome"] == "graded"


@needs_a_sandbox
def test_of_two_submissions_the_newest_counts_whenever_it_comes(batch):
    course, lines, _ = batch
    assert "  graded  20 / 20  " in lines["twice"]
    submit(course, "twice", RIGHT | WRONG)
    course.torchdays("collect", DAY)
    course.torchdays("grade", DAY, "--student=twice")
    assert scores(course)["twice"] == 12


@needs_a_sandbox
def test_feedback_goes_back_to_whoever_handed_in_through_the_exchange(batch):
    course, _, printed = batch
    assert f"feedback returned  {DAY}" in printed
    assert len(list((course.root / ".exchange" / "torchdays" / "feedback").glob("*.html"))) == 1


# Repairing a notebook, by itself


@pytest.fixture
def whole(copy):
    return released(copy)


def grade_ids(notebook):
    return [(c.metadata.get("nbgrader") or {}).get("grade_id") for c in notebook.cells]


def test_a_sound_notebook_is_left_alone(copy, whole):
    notebook = released(copy, RIGHT)
    assert repair(notebook, whole) == [] and notebook == released(copy, RIGHT)


def test_a_missing_cell_comes_back_in_its_place(whole):
    notebook = copies.deepcopy(whole)
    without("negate")(notebook)
    assert repair(notebook, whole) == ["cell 'negate' was missing; it is back as it was released"]
    assert notebook == whole


def test_of_a_doubled_cell_the_first_keeps_its_part(copy, whole):
    notebook = released(copy, RIGHT)
    doubled("double", "scratch = 1")(notebook)
    assert repair(notebook, whole) == ["cell 'double' was there twice; the first one counts"]
    assert notebook.cells[1].source == RIGHT["double"] and notebook.cells[-1].source == "scratch = 1"
    assert grade_ids(notebook) == [*grade_ids(whole), None]


def test_shuffled_cells_return_to_their_order_with_the_learners_own_behind_them(whole):
    notebook = copies.deepcopy(whole)
    notebook.cells.insert(2, new_code_cell("mine = 1"))  # behind the answer cell 'double'
    title, double, mine, *others = notebook.cells
    notebook.cells = [title, *others[::-1], double, mine]
    assert repair(notebook, whole) == ["cells were in another order; they are back in the exercise's"]
    assert [cell.source for cell in notebook.cells][:3] == [title.source, double.source, "mine = 1"]
    assert list(filter(None, grade_ids(notebook))) == list(filter(None, grade_ids(whole)))


# Nothing submitted


def test_grading_with_nothing_submitted_says_so(copy):
    printed = copy.make("grade").stdout
    assert "Nothing to grade: submitted/ holds no submission of day01_apples, day02_pears." in printed
    assert "Traceback" not in printed


# An exchange that takes nothing. Root may write everywhere, and a test may not fill a disk: so the system's refusal is
# raised where the bytes would go, inside the real command; and once it is a real one, of a file in the folder's place.

REFUSALS = {"full": (errno.ENOSPC, "No space left on device"), "read-only": (errno.EROFS, "Read-only file system")}
WITH_REFUSAL = """
    import os, shutil, sys
    real = shutil.copyfile

    def refuse(source, target, **options):
        if {folder!r} in str(target) and str(target).endswith((".ipynb", ".html")):
            raise OSError({number}, os.strerror({number}), str(target))
        return real(source, target, **options)

    shutil.copyfile = refuse
    from torchdays import commands
    sys.exit(commands.main({arguments}))
"""


def refused(course, number, folder, *arguments):
    """Run a command for which every file that it copies to ``folder`` is refused with this error number."""
    program = textwrap.dedent(WITH_REFUSAL).format(number=number, folder=f"/{folder}/", arguments=list(arguments))
    return course.run(sys.executable, "-c", program, check=False)


@pytest.mark.parametrize("kind", REFUSALS)
def test_an_exchange_that_takes_no_exercise_is_told_in_words_and_filled_later(course, kind):
    shutil.rmtree(course.root / ".exchange")
    number, words = REFUSALS[kind]
    said = complaint(refused(course, number, "outbound", "lab", "--version"))
    assert f"day01_apples cannot be published: {words}.\nThe exchange is {course.root}/.exchange." in said
    assert "then run the same command again. Nothing was lost." in said
    assert f"published  {DAY}" in course.make("lab", "ARGS=--version").stdout
    outbound = course.root / ".exchange" / "torchdays" / "outbound" / DAY / f"{DAY}.ipynb"
    assert nbformat.read(outbound, as_version=4) == released(course)


def test_a_file_in_the_place_of_the_exchange_is_told_in_words(course):
    shutil.rmtree(course.root / ".exchange")
    (course.root / ".exchange").write_text("", encoding="utf-8")
    said = complaint(course.make("lab", "ARGS=--version", check=False))
    assert f"day01_apples cannot be published: Not a directory.\nThe exchange is {course.root}/.exchange." in said


def test_links_in_the_exchange_are_not_followed(course):
    submit(course, "linda", RIGHT)
    (inbound,) = (course.root / ".exchange" / "torchdays" / "inbound").glob("linda+*")
    (inbound / "mine.txt").write_text("mine", encoding="utf-8")
    (inbound / "theirs.txt").symlink_to(course.root / "pyproject.toml")
    (inbound / f"{DAY}.ipynb").unlink()
    (inbound / f"{DAY}.ipynb").symlink_to(course.root / "solutions" / DAY / f"{DAY}.ipynb")
    course.torchdays("collect", DAY)
    collected = {path.name for path in (course.root / "submitted" / "linda" / DAY).iterdir()}
    assert "mine.txt" in collected and not collected & {"theirs.txt", f"{DAY}.ipynb"}


@needs_a_sandbox
def test_a_full_disk_loses_no_submission_and_no_feedback(course):
    submit(course, "ada", RIGHT)
    number, words = REFUSALS["full"]
    said = complaint(refused(course, number, "submitted", "collect", DAY))
    assert f"submissions of {DAY} cannot be collected: {words}." in said
    course.torchdays("collect", DAY)
    assert " 20 / 20 " in course.torchdays("grade", DAY).stdout
    said = complaint(refused(course, number, "feedback", "return", DAY))
    assert f"feedback of {DAY} cannot be returned: {words}." in said
    course.torchdays("return", DAY)
    assert len(list((course.root / ".exchange" / "torchdays" / "feedback").glob("*.html"))) == 1


def test_a_work_folder_that_cannot_be_written_is_told_in_words(course):
    shutil.rmtree(course.root / "work", ignore_errors=True)
    (course.root / "work").write_text("", encoding="utf-8")
    said = complaint(course.make("lab", "ARGS=--version", check=False))
    assert "work" in said and "cannot be written" in said


def test_a_shell_that_used_another_checkout_of_the_course_works_on_this_one(course):
    left = {
        "JUPYTER_CONFIG_PATH": str(ROOT),
        "PYTHONPATH": str(ROOT),
    }  # as nbgrader_config.py leaves them to its kernels
    said = course.run(sys.executable, "-m", "nbgrader", "list", **left).stdout
    assert all(name in said for name in DAYS) and "day03" not in said, said
