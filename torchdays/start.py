"""The start page: a notebook in work/ that lists the days and what you have done of each."""

import getpass
import hashlib
import json
import os
import shutil
import sys
from datetime import datetime
from urllib.parse import quote

from ipykernel.ipkernel import IPythonKernel
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from torchdays import course, notebooks

PAGE = course.WORK / "start.ipynb"
LESSONS = course.WORK / "lessons"
KNOWN = course.CACHE / "lessons.json"  # which version of each lesson was copied to work/

WELCOME = """# TorchDays
**PyTorch, one day at a time.** Every day has a lesson to read and run, and an exercise that is graded.

New here? Click [**Day 1**]({first}): it opens in a tab beside this one."""

HOW = """## How a day goes
1. **Lesson.** Open it above. Run each cell with Shift+Enter; guess before you look.
2. **Exercise.** Open the menu *Nbgrader ▸ Assignment List* and press *Fetch* beside the day. It moves to
   *Downloaded assignments*, where a click on its name unfolds the notebook; it lies in `work/`.
3. **Validate** (the button above the notebook) runs the visible tests as often as you like. Where one fails,
   the last line of the message says why.
4. **Submit** in the Assignment List, as often as you like: the newest counts.
5. **Feedback.** When it has been graded, press *Fetch Feedback* beside your submission. The table above then
   leads to it.

Your copies lie in `work/`; nothing that you do there can harm the course. To bring this page up to date, click
the table's cell and press Shift+Enter."""


def days():
    """The table of days, shown in a notebook: minutes, lesson, exercise, and your state."""
    from IPython.display import Markdown

    return Markdown(table())


def table():
    """The same as Markdown, with links that start in work/."""
    rows = ["| Day | Subject | Lesson | Exercise | Your state |", "|---|---|---|---|---|"]
    for day in course.days():
        lesson = f"[open](lessons/{day.name}.ipynb) ({day.lesson_minutes} min)"
        exercise = f"[open]({day.name}/{day.name}.ipynb)" if day.work.exists() else "fetch"
        rows.append(
            f"| {day.number} | **{day.title}** | {lesson} | {exercise} ({day.exercise_minutes} min) | {state(day)} |"
        )
    return "\n".join(rows)


def state(day, learner=None):
    """How far ``learner`` (this user, if None) has got: 'not fetched' ... 'feedback is here', as Markdown."""
    learner = learner or os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    sent = list((course.EXCHANGE / course.COURSE_ID / "inbound").glob(f"{learner}+{day.name}+*"))
    sent += (course.CACHE / course.COURSE_ID).glob(f"{learner}+{day.name}+*")  # a class's inbound shows nothing
    submitted = max((path.name.split("+")[2] for path in sent), default="")  # as 2026-11-20 22:42:41.215626 UTC
    pages = sorted(day.work.parent.glob("feedback/*/*.html"))  # the folder is called like the submission
    feedback = f"[here]({quote(pages[-1].relative_to(course.WORK).as_posix())})" if pages else None
    if pages and pages[-1].parent.name >= submitted:
        return f"feedback is {feedback}"
    if submitted:
        when = f"submitted on {submitted[:10]} at {submitted[11:16]} UTC"
        return f"{when}; earlier feedback is {feedback}" if feedback else when
    return "in work" if day.work.exists() else "not fetched"


def prepare():
    """Make what JupyterLab opens on: the page, and the learner's copies of the lessons."""
    course.WORK.mkdir(exist_ok=True)
    _copy_lessons()
    if sys.platform == "win32":  # nbgrader has no exchange there
        for day in course.days():
            if not day.work.exists():
                shutil.copytree(day.exercise.parent, day.work.parent)
    page = _page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != notebooks.text(page):
        notebooks.write(page, PAGE)


def _page():
    first = f"lessons/{course.days()[0].name}.ipynb"
    shown = new_output(
        "execute_result",
        {"text/markdown": table(), "text/plain": "<IPython.core.display.Markdown object>"},
        execution_count=1,
    )
    notebook = new_notebook(
        cells=[
            new_markdown_cell(WELCOME.format(first=first), id="welcome"),
            new_code_cell("from torchdays import start\n\nstart.days()", id="days", outputs=[shown]),
            new_markdown_cell(HOW, id="how"),
        ]
    )
    return _untouched(notebooks.normalise(notebook))


def _untouched(notebook):
    """Describe the language as the kernel will; else JupyterLab marks the notebook as changed when it opens it."""
    notebook.metadata.language_info = from_dict(IPythonKernel.language_info)
    return notebook


def _copy_lessons():
    """Give the learner each lesson without its outputs, so that a prediction comes before the answer.

    A lesson that the course has changed since replaces the copy; a copy that was used is kept beside it.
    """
    known = _known()
    for day in course.days():
        version = hashlib.sha256(day.lesson.read_bytes()).hexdigest()
        copy = LESSONS / day.lesson.name
        if copy.exists() and known.get(day.name) == version:
            continue
        notebook = _untouched(notebooks.read(day.lesson))
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        if copy.exists() and copy.read_text(encoding="utf-8") != notebooks.text(notebook):
            copy.rename(copy.with_stem(f"{copy.stem}_before_{datetime.now():%Y-%m-%d_%H%M%S}"))
        notebooks.write(notebook, copy)
        known[day.name] = version
    KNOWN.parent.mkdir(exist_ok=True)
    KNOWN.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _known():
    """The versions copied before; none if the note of them is not there, or was cut off while it was written."""
    try:
        return json.loads(KNOWN.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
