"""nbgrader's steps for a day: generate, release, collect, autograde, feedback, return."""

import errno
import filecmp
import functools
import math
import os
import re
import shutil
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

from nbgrader import api as gradebooks
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.preprocessors import GetGrades
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from torchdays import course, notebooks
from torchdays.course import CourseError
from torchdays.grading import outcomes

# every Gradebook makes an engine of its own, which translates each query anew; one engine a database remembers them
gradebooks.create_engine = functools.cache(gradebooks.create_engine)

# nbgrader enters a first submission in an order of which SQLAlchemy warns; the rows come out right
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


def nbgrader(**overrides):
    """nbgrader's API under nbgrader_config.py; overrides are sections of its configuration."""
    os.chdir(course.ROOT)  # where nbgrader looks for nbgrader_config.py
    app = NbGrader()
    app.load_config_file()
    config = Config(app.config)
    config.merge(Config(overrides))
    return NbGraderAPI(config=config)


def generate(day, folder):
    """Generate the release of ``day`` into ``folder``/DAY, with a gradebook of its own in ``folder``."""
    _generate(day, release_directory=str(folder), db_url=f"sqlite:///{folder}/gradebook.db")


def enter(day):
    """Enter ``day`` into the gradebook, which is made if there is none, and leave exercises/ alone."""
    with tempfile.TemporaryDirectory(prefix="torchdays-") as scratch:
        _generate(day, release_directory=scratch)


def _generate(day, **folders):
    api = nbgrader(CourseDirectory=folders)
    _require(api.generate_assignment(day.name, force=True), f"{day.name} cannot be released")


def release(days):
    """Write exercises/ anew from solutions/, and say what changed."""
    with tempfile.TemporaryDirectory(prefix="torchdays-") as folder:  # one for all: a gradebook takes a second to make
        for day in days:
            notebooks.read(day.solution)
            generate(day, folder)
            fresh = Path(folder) / day.name
            changed = _files(fresh) != _files(day.exercise.parent)
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
    return sorted(path.parent.name for path in course.SUBMITTED.glob(f"{student}/{day.name}") if path.is_dir())


def is_graded(day, student):
    """Whether what lies in submitted/ has its grade and its feedback, whose page is written last."""
    folder, done = course.SUBMITTED / student / day.name, course.AUTOGRADED / student / day.name
    page = course.FEEDBACK / student / day.name / f"{day.name}.html"
    if outcomes.stored(day, student) is None or not page.exists() or "</html>" not in page.read_text()[-200:]:
        return False
    stamps = [path / "timestamp.txt" for path in (done, folder)]
    if all(stamp.exists() for stamp in stamps):
        return filecmp.cmp(*stamps, shallow=False)
    newest = max((path.lstat().st_mtime for path in folder.rglob("*")), default=math.inf)
    return newest <= (done / day.solution.name).stat().st_mtime


def graded(day, student, **known):
    """The Outcome of a graded submission, with its points."""
    outcome = outcomes.stored(day, student)
    with nbgrader().gradebook as gradebook:
        submission = gradebook.find_submission(day.name, student)
        outcome.score, outcome.points = submission.score, submission.max_score
    return replace(outcome, **known)


class Sanitiser:
    """The first half of autograding, which reads the gradebook: the notebook that is then executed."""

    def __init__(self):
        self.converter = Autograde(coursedir=nbgrader().coursedir, parent=nbgrader())
        self.exporter = self.converter.exporter_class(parent=self.converter, config=self.converter.config)
        for step in self.converter.sanitize_preprocessors:
            self.exporter.register_preprocessor(step)

    def __call__(self, day, student):
        """The text of the sanitised notebook of a submission, as nbgrader will execute it."""
        path = course.SUBMITTED / student / day.name / day.solution.name
        return self.exporter.from_filename(str(path), resources=resources(day, student, self.converter.coursedir))[0]


def resources(day, student, coursedir):
    """What nbgrader tells its preprocessors about a submission."""
    known = {"student": student, "assignment": day.name, "notebook": day.name, "db_url": coursedir.db_url}
    return {"unique_key": day.name, "output_files_dir": f"{day.name}_files", "nbgrader": known}


def autograde(day, student):
    """nbgrader's autograding of one submission; CourseError says why there is no grade."""
    _require(nbgrader().autograde(day.name, student, force=True), f"{day.name} of {student} has no grade")


def with_grades(day, student):
    """(the graded notebook with points and comments in it, resources), from which its page is made."""
    api = nbgrader()
    notebook = notebooks.read(course.AUTOGRADED / student / day.name / day.solution.name)
    return GetGrades(parent=api).preprocess(notebook, resources(day, student, api.coursedir))


class Pages:
    """Makes feedback pages of notebooks that hold their grades; touches no gradebook."""

    def __init__(self):
        api = nbgrader(HTMLExporter={"template_name": "feedback"})
        converter = GenerateFeedback(coursedir=api.coursedir, parent=api)
        self.exporter = converter.exporter_class(parent=converter, config=converter.config)
        for step in converter.preprocessors:
            if step is not GetGrades:
                self.exporter.register_preprocessor(step)

    def __call__(self, notebook, known):
        """The page, as HTML."""
        return self.exporter.from_notebook_node(notebook, resources=known)[0]


def write_feedback(day, student):
    """nbgrader's feedback of one submission."""
    result = nbgrader().generate_feedback(day.name, student, force=True)
    _require(result, f"no feedback could be written for {day.name} of {student}")


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
