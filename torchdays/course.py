"""The days of the course, and where their files are. The one place that knows paths."""

import difflib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COURSE_ID = "torchdays"
CODE = ROOT / "torchdays"
ASSETS = ROOT / "assets"
LESSONS = ROOT / "lessons"
SOLUTIONS = ROOT / "solutions"
EXERCISES = ROOT / "exercises"
WORK = ROOT / "work"
EXCHANGE = ROOT / ".exchange"
CACHE = ROOT / ".cache"
SUBMITTED = ROOT / "submitted"
AUTOGRADED = ROOT / "autograded"
FEEDBACK = ROOT / "feedback"
GRADEBOOK = ROOT / "gradebook.db"
OUTCOMES = ROOT / "outcomes.csv"
JUPYTERLAB_SETTINGS = ASSETS / "jupyterlab"


class CourseError(Exception):
    """Something that the person at the keyboard can put right; its text says how."""


@dataclass(frozen=True)
class Day:
    """One day: ``name`` is what its files are called, as day02_tensors."""

    name: str

    @property
    def number(self):
        return int(self.name[3:5])

    @property
    def lesson(self):
        return LESSONS / f"{self.name}.ipynb"

    @property
    def solution(self):
        return SOLUTIONS / self.name / f"{self.name}.ipynb"

    @property
    def exercise(self):
        return EXERCISES / self.name / f"{self.name}.ipynb"

    @property
    def work(self):
        return WORK / self.name / f"{self.name}.ipynb"

    @cached_property
    def title(self):
        """The lesson's title without 'Day N': 'Tensors'."""
        heading = "".join(_read(self.lesson, "cells", 0, "source")).partition("\n")[0]
        return re.sub(r"^# Day \d+ · ", "", heading)

    @property
    def lesson_minutes(self):
        return _read(self.lesson, "metadata", "torchdays", "minutes")

    @property
    def exercise_minutes(self):
        return _read(self.solution, "metadata", "torchdays", "minutes")


def days():
    """Every day that has a lesson, in order."""
    return [Day(path.stem) for path in sorted(LESSONS.glob("day[0-9][0-9]_*.ipynb"))]


def find(name):
    """The day called ``name`` ('day02_tensors', 'day02' or '2'). CourseError names the nearest where there is none."""
    known = {day.name: day for day in days()}
    if name in known:
        return known[name]
    short = re.fullmatch(r"(?:day)?0*(\d+)", name)
    for day in known.values():
        if short and day.number == int(short[1]):
            return day
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise CourseError(f"There is no day called '{name}'.{hint}\nThe days are: {', '.join(known)}")


def chosen(names):
    """The days called by ``names``; every day if there are no names."""
    return [find(name) for name in names] if names else days()


def _read(path, *keys):
    """What the notebook at ``path`` holds under ``keys``. CourseError if it, or that in it, cannot be found."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        for key in keys:
            value = value[key]
    except FileNotFoundError:
        raise CourseError(f"There is no notebook at {path}.") from None
    except ValueError as error:  # no JSON, or no text
        raise CourseError(f"{path} is not a notebook that can be read: {error}") from None
    except (KeyError, IndexError, TypeError):
        raise CourseError(f"{path} is not a notebook of this course: it has no {'.'.join(map(str, keys))}.") from None
    return value
