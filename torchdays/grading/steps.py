"""nbgrader's steps for a day: generate, release, collect, autograde, feedback, return."""

import errno
import filecmp
import math
import os
import re
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from torchdays import course, notebooks
from torchdays.course import CourseError

# nbgrader enters a first submission in an order of which SQLAlchemy warns; the rows come out right
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


@dataclass
class Outcome:
    """What became of one submission. score and points are None where it was not graded."""

    student: str
    day: str
    state: str  # "graded", "unchanged" or "not graded"
    score: float | None = None
    points: float | None = None
    note: str = ""


def nbgrader(**overrides):
    """nbgrader's API under nbgrader_config.py; overrides are sections of its configuration."""
    os.chdir(course.ROOT)  # where nbgrader looks for nbgrader_config.py
    app = NbGrader()
    app.load_config_file()
    config = Config(app.config)
    config.merge(Config(overrides))
    return NbGraderAPI(config=config)


def generate(day, folder):
    """Generate the release of ``day`` into ``folder``/DAY, and leave the gradebook alone."""
    with tempfile.TemporaryDirectory(prefix="torchdays-") as scratch:
        _generate(day, release_directory=str(folder), db_url=f"sqlite:///{scratch}/gradebook.db")


def enter(day):
    """Enter ``day`` into the gradebook, which is made if there is none, and leave exercises/ alone."""
    with tempfile.TemporaryDirectory(prefix="torchdays-") as scratch:
        _generate(day, release_directory=scratch)


def _generate(day, **folders):
    api = nbgrader(CourseDirectory=folders)
    _require(api.generate_assignment(day.name, force=True), f"{day.name} cannot be released")


def release(days):
    """Write exercises/ anew from solutions/, and say what changed."""
    for day in days:
        notebooks.read(day.solution)
        before = _files(day.exercise.parent)
        with tempfile.TemporaryDirectory(prefix="torchdays-") as folder:
            generate(day, folder)
            fresh = Path(folder) / day.name
            changed = _files(fresh) != before
            if changed:
                shutil.rmtree(day.exercise.parent, ignore_errors=True)
                shutil.copytree(fresh, day.exercise.parent)
        yield day, changed


def publish(days):
    """Put every exercise that is new or has changed into the exchange, from where learners fetch it."""
    try:
        for day in days:
            out = course.EXCHANGE / course.COURSE_ID / "outbound" / day.name
            if out.is_dir() and _files(out) == _files(day.exercise.parent):
                continue
            result = nbgrader(ExchangeReleaseAssignment={"force": True}).release_assignment(day.name)
            _require_exchanged(result, f"{day.name} cannot be published")
            yield day
        # Fetch Feedback looks here from the first day on
        (course.EXCHANGE / course.COURSE_ID / "feedback").mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise _refused("the exercises cannot be published", error.errno) from None


def collect(day):
    """Copy the newest submission of each learner from the exchange to submitted/."""
    inbound = course.EXCHANGE / course.COURSE_ID / "inbound"
    if not inbound.is_dir() or not any(inbound.glob(f"*+{day.name}+*")):
        return
    for student in submissions(day):  # a copy that a full disk left without its notebook is made again
        folder = course.SUBMITTED / student / day.name
        if not (folder / day.solution.name).exists():
            (folder / "timestamp.txt").unlink(missing_ok=True)
    result = nbgrader().collect(day.name, update=True)
    _require_exchanged(result, f"submissions of {day.name} cannot be collected")


def submissions(day, student="*"):
    """The learners whose submission of ``day`` lies in submitted/."""
    return sorted(path.parent.name for path in course.SUBMITTED.glob(f"{student}/{day.name}"))


def grade(day, student, force=False):
    """Autograde one submission and write its feedback; never raises for what the submission holds."""
    folder = course.SUBMITTED / student / day.name
    done = course.AUTOGRADED / student / day.name
    if not force and _graded(day, done, folder):
        return Outcome(student, day.name, "unchanged", *_score(day, student))
    try:
        notebooks.read(folder / day.solution.name)
    except CourseError as error:
        return Outcome(student, day.name, "not graded", note=str(error).replace(f"{course.ROOT}{os.sep}", ""))
    api = nbgrader()
    result = api.autograde(day.name, student, force=True)
    if not result["success"]:
        return Outcome(student, day.name, "not graded", note=_last_words(result))
    repairs = [line.split("Repaired: ", 1)[1] for line in result["log"].splitlines() if "Repaired: " in line]
    outcome = Outcome(student, day.name, "graded", *_score(day, student), note="; ".join(repairs))
    result = api.generate_feedback(day.name, student, force=True)
    if not result["success"]:
        outcome.note = f"graded, but no feedback could be written: {_last_words(result)}"
    return outcome


def grade_all(chosen, force=False):
    """Grade every (day, students) of ``chosen``; yields an Outcome as each is done."""
    for day, students in chosen:
        if students:
            enter(day)
        for student in students:
            yield grade(day, student, force)


def give_back(day):
    """Put the feedback of ``day`` into the exchange, from where learners fetch it; whether there was any.

    What did not come through the exchange has no secret by which it could be fetched, and is left out.
    """
    pages = list(course.FEEDBACK.glob(f"*/{day.name}/{day.name}.html"))
    by_hand = {page.parent.parent.name for page in pages if not page.with_name("submission_secret.txt").exists()}
    if len(by_hand) == len(pages):
        return False
    api = nbgrader(CourseDirectory={"student_id_exclude": ",".join(by_hand)})
    _require_exchanged(api.release_feedback(day.name), f"feedback of {day.name} cannot be returned")
    return True


def _graded(day, done, folder):
    if not (done / day.solution.name).exists() or not any(
        (course.FEEDBACK / done.parent.name / day.name).glob("*.html")
    ):
        return False
    stamps = [path / "timestamp.txt" for path in (done, folder)]
    if all(stamp.exists() for stamp in stamps):
        return filecmp.cmp(*stamps, shallow=False)
    newest = max((path.stat().st_mtime for path in folder.rglob("*")), default=math.inf)
    return newest <= (done / day.solution.name).stat().st_mtime


def _score(day, student):
    with nbgrader().gradebook as gradebook:
        submission = gradebook.find_submission(day.name, student)
        return submission.score, submission.max_score


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def _require(result, failure):
    if not result["success"]:
        raise CourseError(f"{failure}: {_last_words(result)}")


def _require_exchanged(result, failure):
    """The same for a step through the exchange: where the system refused it, the message says what to do."""
    told = f"{result.get('log')}\n{result.get('error')}"
    if not result["success"] and (number := re.search(r"\[Errno (\d+)\]", told)):
        raise _refused(failure, int(number[1]))
    if not result["success"] and re.search(r"Unwritable|permission denied|You don't own", told):
        raise _refused(failure, errno.EACCES)
    _require(result, failure)


def _refused(failure, number):
    return CourseError(
        f"{failure}: {os.strerror(number)}.\n"
        f"The exchange is {course.EXCHANGE}. Free some room on its disk and on the course's, or make the folders yours "
        "to write in; then run the same command again. Nothing was lost."
    )


def _last_words(result):
    """The sentence that names the cause, out of nbgrader's log and traceback."""
    lines = f"{result.get('log') or ''}\n{result.get('error') or ''}".splitlines()
    raised = [line.strip() for line in lines if re.match(r"\s*[\w.]+(Error|Exception|Exit): ", line)]
    errors = [line.split("[ERROR]", 1)[1].strip() for line in lines if "[ERROR]" in line]
    return ([line for line in raised if "NbGraderException" not in line] + errors + raised + ["no reason was given"])[0]
