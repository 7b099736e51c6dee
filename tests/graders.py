"""Runs an exercise's grader outside Jupyter: fast enough for hundreds of wrong answers and mutants.

The solution notebook is executed once in a child process; for each answer that child forks,
puts the answer in place of one solution cell, and runs the test cells as nbgrader would: an
exception or a word on stderr fails the cell. tests/test_nbgrader.py shows, through nbgrader
itself, that this verdict is nbgrader's.
"""

import contextlib
import importlib
import io
import json
import linecache
import multiprocessing
import os
import re
import resource
import signal
import sys
import traceback
import types
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from reach import reached

from torchdays import course
from torchdays.contents import Contents
from torchdays.grading.execute import bound, names_of_answers, names_that_change

ANSWERS = Path(__file__).parent / "answers"


@dataclass
class Answer:
    """One answer kept in tests/answers/: which cell it replaces, and what must become of it."""

    kind: str  # "right" or "wrong"
    cell: str  # grade_id of the solution cell
    title: str
    code: str
    loses: dict = field(default_factory=dict)  # grade_id of a test -> what its message must contain


def read_answers(day):
    """The right and wrong answers of a day; tests/answers/README.md has the format."""
    answers, shared = [], {name: code for kind, name, _, code in _blocks(day) if kind == "shared"}
    for kind, cell, title, code in _blocks(day):
        if kind in ("equivalent", "shared"):
            continue
        loses = dict(re.findall(r"(?m)^# loses (\w+): (.+?)\s*$", code))
        if (kind == "wrong") != bool(loses):
            raise ValueError(f"tests/answers/{day}.py: '{title}' must say what it loses if, and only if, it is wrong")
        for name in re.findall(r"(?m)^# uses (\w+)$", code):
            if name not in shared:
                raise ValueError(f"tests/answers/{day}.py: '{title}' uses '{name}', and there is no such shared block")
            code = shared[name] + code
        answers.append(Answer(kind, cell, title, code, loses))
    return answers


def read_equivalents(day):
    """Mutants that compute the same as the solution: {(cell, change): reason}."""
    equivalents = {}
    for kind, cell, change, code in _blocks(day):
        if kind == "equivalent":
            reason = re.match(r"# because (.+)", code)
            if reason is None:
                raise ValueError(f"tests/answers/{day}.py: '{change}' needs a next line '# because REASON'")
            equivalents[cell, change] = reason[1]
    return equivalents


def _blocks(day):
    text = (ANSWERS / f"{day}.py").read_text(encoding="utf-8")
    for block in re.split(r"(?m)^# %% ", text)[1:]:
        head, _, code = block.partition("\n")
        match = re.fullmatch(r"(right|wrong|equivalent|shared) (\w+): (.+)", head.strip())
        if match is None:
            raise ValueError(f"tests/answers/{day}.py: cannot read the heading '# %% {head}'")
        yield (*match.groups(), code)


class Exercise:
    """The code cells of a solution notebook, told apart by what nbgrader uses them for."""

    def __init__(self, path):
        self.path = Path(path)
        self.cells, self.solutions, self.tests, self.points = [], {}, {}, {}
        self.manual_points, own = 0, set()
        for cell in nbformat.read(path, as_version=4).cells:
            meta = cell.metadata.get("nbgrader", {})
            if meta.get("grade") and meta.get("solution"):
                self.manual_points += meta["points"]
            elif meta.get("grade"):
                self.tests[meta["grade_id"]] = len(self.cells)
                self.points[meta["grade_id"]] = meta["points"]
            elif meta.get("solution"):
                self.solutions[meta["grade_id"]] = len(self.cells)
            if cell.cell_type == "code":
                self.cells.append(cell)
                own |= bound(cell.source) if meta.get("locked") else set()
        release = nbformat.read(course.find(self.path.stem).exercise, as_version=4)
        self.given = own - names_of_answers(release) - names_that_change(release)


class Grader:
    """A warm process that has run the whole solution; grades answers in forks of itself.

    A fork may take ``timeout`` seconds of processor time; one that takes more fails every test.
    """

    def __init__(self, path, timeout=60):
        self.exercise = Exercise(path)
        self._here, there = multiprocessing.Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._here.close()
            try:
                _serve(self.exercise, there, timeout)
            finally:
                os._exit(0)
        there.close()
        self._ready = None

    def verdict(self, code=None, cell=None, until_lost=False, honest=False):
        """The failed tests with their messages, {grade_id: message}: empty for full marks.

        ``code`` stands in for the solution cell ``cell``, and the tests run that it can reach; until_lost stops at
        the first failed one. honest: a test fails, too, when what the exercise's own cells made changes in it, since
        grading would hold its points.
        """
        if self._ready is None:
            self._ready = self._here.recv()
        if self._ready != "ready":
            raise AssertionError(f"{self.exercise.path.name}: the solution itself fails.\n{self._ready}")
        tests = self.exercise.tests if cell is None else reached(self.exercise, cell, code)
        self._here.send((code, cell, sorted(tests), until_lost, honest))
        return self._here.recv()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._here.close()
        os.waitpid(self._pid, 0)


def _serve(exercise, pipe, timeout):
    os.environ["MPLBACKEND"] = "agg"
    os.chdir(exercise.path.parent)
    import torch

    torch.set_num_threads(1)  # a process with a pool of threads must not fork
    importlib.reload(warnings)  # pytest records warnings; here they go to stderr, as in a kernel
    kernel = sys.modules["__main__"] = types.ModuleType("__main__")  # torch.cond finds a function's globals there
    space = vars(kernel)
    space["display"] = lambda *_: None
    for index, cell in enumerate(exercise.cells):
        failure = _run(cell.source, space, f"<cell {index}>")
        if failure:
            pipe.send(f"{cell.source}\n{failure}")
            return
    pipe.send("ready")
    given = Contents()
    for name in sorted(exercise.given & space.keys()):
        given.remember(name, space[name])
    while True:
        try:
            request = pipe.recv()
        except EOFError:
            return
        pipe.send(_in_a_fork(exercise, space, given, timeout, *request))


def _in_a_fork(exercise, space, given, timeout, *request):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            resource.setrlimit(resource.RLIMIT_CPU, (timeout, timeout))
            signal.alarm(10 * timeout)  # for one that waits instead of computing
            with os.fdopen(write, "w") as out:
                json.dump(_grade(exercise, space, given, *request), out)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as result:
        text = result.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else dict.fromkeys(exercise.tests, "ran too long, or ended the process")


def _grade(exercise, space, given, code, cell, tests, until_lost, honest):
    failed = {}
    if cell is not None:
        problem = _run(code, space, f"<answer {cell}>")
        if problem:
            failed[cell] = problem
    # the answer's own tests first: most wrong answers fail there
    for test in sorted(tests, key=lambda test: not test.startswith(cell or test)):
        if until_lost and failed:
            break
        message = _run(exercise.cells[exercise.tests[test]].source, space, f"<test {test}>")
        changed = given.restore() if honest else []
        if changed and not message:
            message = f"the exercise's own {', '.join(changed)} changed"
        if message:
            failed[test] = message
    return failed


def _run(source, space, name):
    """Execute a cell; the message if it fails as nbgrader sees it, else an empty string."""
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            exec(compile(source, name, "exec"), space)
    except BaseException as error:  # SystemExit and KeyboardInterrupt fail a cell, too
        return "".join(traceback.format_exception_only(error)).strip()
    finally:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
    return f"on stderr: {err.getvalue()}" if err.getvalue() else ""
