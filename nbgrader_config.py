"""nbgrader's roles mapped on our folders. Read by `nbgrader ...`, by Formgrader and by JupyterLab's Assignment List."""

import contextlib
import os
import sys
from pathlib import Path

import nbgrader

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # the torchdays that lies beside this file, also where another checkout's is loaded
for module in [name for name in sys.modules if name.partition(".")[0] == "torchdays"]:
    if ROOT not in Path(sys.modules[module].__file__).resolve().parents:
        del sys.modules[module]

from torchdays import course, notebooks  # noqa: E402


def first(variable, folder):
    """Put ``folder`` in front of the folders that the environment variable lists."""
    others = [path for path in os.environ.get(variable, "").split(os.pathsep) if path]
    os.environ[variable] = os.pathsep.join(dict.fromkeys([str(folder), *others]))


# nbgrader starts `alembic` by name, and looks for this file only in the folder it happens to
# work in: both are found from here on, without an activated environment.
first("PATH", Path(sys.executable).parent)
first("JUPYTER_CONFIG_PATH", course.ROOT)
first("PYTHONPATH", course.ROOT)  # kernels import this course's torchdays, installed or not
with contextlib.suppress(OSError):  # whoever needs the folder says what is wrong with it
    course.WORK.mkdir(exist_ok=True)

c = get_config()  # noqa: F821  (traitlets provides it)

c.CourseDirectory.root = str(course.ROOT)
c.CourseDirectory.course_id = course.COURSE_ID
c.CourseDirectory.source_directory = course.SOLUTIONS.name
c.CourseDirectory.release_directory = course.EXERCISES.name
c.CourseDirectory.submitted_directory = course.SUBMITTED.name
c.CourseDirectory.autograded_directory = course.AUTOGRADED.name
c.CourseDirectory.feedback_directory = course.FEEDBACK.name
c.CourseDirectory.db_url = f"sqlite:///{course.GRADEBOOK}"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.partial"]

c.Exchange.root = str(course.EXCHANGE)
c.Exchange.cache = str(course.CACHE)
c.Exchange.assignment_dir = str(course.WORK)
c.ExchangeFactory.collect = "torchdays.grading.chain.CollectNoLinks"

c.ClearSolutions.code_stub = {
    "python": '# YOUR CODE HERE\nraise NotImplementedError("This answer is still to be written.")',
}
c.ClearSolutions.text_stub = "*Write your answer here.*"

c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "torchdays.grading.repair.RepairCells",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
]  # no CheckCellMetadata, which took a tenth of all the time: RepairCells gives each cell the metadata of the release
c.Autograde.autograde_preprocessors = [
    "torchdays.grading.chain.ExecuteInSandbox",
    "nbgrader.preprocessors.LimitOutput",
    "torchdays.grading.chain.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.Autograde.exporter_class = "torchdays.grading.chain.ForgivingExporter"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "torchdays.grading.chain.FeedbackCells",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.GenerateFeedback.exporter_class = "torchdays.grading.chain.FeedbackExporter"
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {"markdown2html": "torchdays.grading.chain.safe_markdown"}
c.OverwriteCells.add_missing_cells = True
c.HTMLExporter.extra_template_basedirs = [
    str(course.ROOT / "assets" / "nbgrader"),
    str(Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"),
]
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True
# c.Limits.seconds_cell = 60 and the like: what a submission may take, by the names of torchdays.grading.sandbox.Limits
# Validate, too, takes a warning for no error: what a cell writes on stderr is shown as printed
c.Execute.extra_arguments = [*notebooks.QUIET, "--IPKernelApp.exec_lines=['import sys; sys.stderr = sys.stdout']"]
