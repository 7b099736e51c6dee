"""Copies of the course for tests that use it as a person does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from torchdays import course
from torchdays.grading import sandbox

LEFT_BEHIND = {
    *(".git", ".venv", "__pycache__", ".ipynb_checkpoints", "test-artifacts", "torchdays.egg-info"),
    *(path.name for path in (course.WORK, course.EXCHANGE, course.CACHE)),
    *(path.name for path in (course.SUBMITTED, course.AUTOGRADED, course.FEEDBACK, course.GRADEBOOK)),
}


needs_a_sandbox = pytest.mark.skipif(sandbox.missing() is not None, reason=f"grading: {sandbox.missing()}")


class Copy:
    """A copy of the course in its own folder, as a fresh clone would be; run() works there."""

    def __init__(self, root):
        self.root = Path(root)
        shutil.copytree(course.ROOT, self.root, ignore=lambda _, names: LEFT_BEHIND & set(names))

    def run(self, *command, check=True, timeout=600, **environment):
        """Run a program of this environment; what it printed on both streams comes back as .stdout."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=fresh_environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or done.returncode == 0, f"{' '.join(map(str, command))} ended with:\n{done.stdout}"
        return done

    def torchdays(self, *arguments, **options):
        return self.run(sys.executable, "-m", "torchdays", *arguments, **options)

    def make(self, *arguments, **options):
        return self.run("make", *arguments, f"PYTHON={sys.executable}", **options)

    def nbgrader(self, *arguments, **options):
        return self.run(Path(sys.executable).parent / "nbgrader", *arguments, **options)

    def put(self, day, notebook):
        """Save ``notebook`` as the learner's work on ``day``."""
        path = self.root / day.work.relative_to(course.ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)


def fresh_environment(**values):
    """The environment of a new shell, plus ``values``: a course that this process has used left its paths in ours."""
    left = "PYTHONPATH", "JUPYTER_CONFIG_PATH", "MAKEFLAGS", "ARGS", "DAY"
    return {name: value for name, value in os.environ.items() if name not in left} | values


def answered(day, answers):
    """The released notebook of ``day`` with code from ``answers``, {grade_id: source}, in its answer cells."""
    notebook = nbformat.read(day.exercise, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers and cell.metadata.nbgrader.solution:
            cell.source = answers[grade_id]
    return notebook


def right_answers(day):
    """The solution of every answer cell of ``day``: {grade_id: source}."""
    cells = nbformat.read(day.solution, as_version=4).cells
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
