"""The steps that nbgrader runs on a submission and on its feedback, named in nbgrader_config.py.

`nbgrader autograde`, Formgrader's button and `make grade` all go through them.
"""

import functools
import glob
import json
import os
import re
from copy import deepcopy
from pathlib import Path

import bleach
import nbformat
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.filters import Highlight2HTML, markdown2html
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution, temp_attrs

from torchdays import course
from torchdays.grading import outcomes, sandbox
from torchdays.grading.execute import execute, names_of_answers, names_that_change
from torchdays.grading.outcomes import State
from torchdays.grading.review import held_tests, review
from torchdays.grading.sandbox import Limits, SandboxError

MIB = 1 << 20
LARGEST = 16 * MIB  # of a submitted notebook, and of the files beside it together
MOST_CELLS = 1000
SAFE = {"text/plain", "text/latex", "image/png", "image/jpeg"}  # outputs that cannot act on who looks at them
MARKUP = """
    br dd del details div dl dt h1 h2 h3 h4 h5 h6 hr img p pre s span sub summary sup table tbody td th thead tr
"""  # what markdown may become, beside bleach's own list
ATTRIBUTES = {"a": ["href", "title"], "img": ["src", "alt", "title"], "*": ["class"]}  # classes colour code
SHOWN = 8000  # bytes of output that feedback shows of a cell
REPEATED = 5000  # characters: of a shorter cell what it looks like is kept, since most cells are the exercise's own
AHEAD = {}  # what a batch made ahead: {key(notebook): what run() gives, path of a notebook: its text or page}


class CollectNoLinks(ExchangeCollect):
    """Collects submissions from the exchange without what is only a link: it may lead to any file."""

    def do_copy(self, src, dest, log=None):
        """nbgrader's interface. A folder that is a link is not collected at all."""
        if Path(src).is_symlink():
            self.log.error("Not collected, since it is a link: %s", src)
            return
        names = [path.name for path in Path(src).rglob("*") if path.is_symlink()]
        for name in names:
            self.log.warning("Not collected, since it is a link: %s of %s", name, src)
        with temp_attrs(self.coursedir, ignore=[*self.coursedir.ignore, *map(glob.escape, names)]):
            super().do_copy(src, dest, log)


class ForgivingExporter(NotebookExporter):
    """Reads a submission; for one that cannot be read stands the blank exercise, with an outcome that says so."""

    def from_filename(self, filename, resources=None, **kwargs):
        """nbconvert's interface: (text, resources). What a batch has sanitised ahead is taken as it is."""
        text = AHEAD.pop(str(filename), None)
        if text is not None:
            return text, resources | {"output_extension": self.file_extension}
        reason = _unreadable(Path(filename))
        if reason is None:
            return super().from_filename(filename, resources=resources, **kwargs)
        day = course.find(resources["nbgrader"]["assignment"])
        blank = nbformat.read(day.exercise, as_version=4)
        outcomes.put(blank, State.NOT_A_NOTEBOOK, reason)
        resources["nbgrader"]["unreadable"] = reason
        return self.from_notebook_node(blank, resources=resources, **kwargs)


def _unreadable(path):
    """Why the file at ``path`` is not even opened; None if it is a notebook."""
    if path.is_symlink():
        return "it is a link to another file"
    if path.stat().st_size > LARGEST:
        return f"it has {path.stat().st_size // MIB} MB, and at most {LARGEST // MIB} MB are read: clear its outputs"
    if path.stat().st_size == 0:
        return "nothing was handed in under this name"
    notebook = _read(path)
    if notebook is None:
        return "its text is no notebook, or is cut off"
    if len(notebook.cells) > MOST_CELLS:
        return f"it has {len(notebook.cells)} cells, and at most {MOST_CELLS} are read"
    return None


def _read(path):
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        return notebook
    except Exception:  # nbformat raises a dozen types for a broken file, and RecursionError for a deep one
        return None


class ExecuteInSandbox(NbGraderPreprocessor):
    """Runs the submission behind the wall, reviews it, and stores its outcome in it."""

    def preprocess(self, nb, resources):
        """Outputs and outcome land in ``nb``."""
        day = course.find(resources["nbgrader"]["assignment"])
        before = outcomes.get(nb)
        if before and before["state"] == State.NOT_A_NOTEBOOK:
            for cell in nb.cells:
                if is_grade(cell) and cell.cell_type == "code":
                    cell.outputs = [_stop("Not run: what was handed in is not a notebook.")]
            return nb, resources
        folder = course.SUBMITTED / resources["nbgrader"]["student"] / day.name
        outputs, state, note, changed = AHEAD.pop(key(nb, folder), None) or run(
            nb, files_beside(folder), day, limits(self.config)
        )
        codes = [cell for cell in nb.cells if cell.cell_type == "code"]
        for cell, found in zip(codes, outputs, strict=True):
            cell.outputs = [nbformat.from_dict(output) for output in found]
        held = {name: [str(f) for f in found] for name, found in held_tests(nb, review(nb)).items()}
        for name, things in changed.items():
            held.setdefault(name, []).append(f"while this test ran, the exercise's own {', '.join(things)} changed")
        notes = [note] if note else []
        repairs = nb.metadata.pop("repairs", [])
        if state == State.GRADED and held:
            state = State.NEEDS_REVIEW
        elif state == State.GRADED and repairs:
            state = State.REPAIRED
        outcomes.put(nb, state, "; ".join(notes + repairs), held, wall=not walls_are_off())
        for note in [str(state), *notes]:
            self.log.info("Outcome: %s", note)
        return nb, resources


def limits(config):
    """What a submission may take: sandbox.Limits, as far as nbgrader_config.py does not set others."""
    return Limits(**config.get("Limits", {}))


def run(nb, files, day, limits):
    """Execute ``nb`` with ``files`` beside it, as execute(): (outputs of its code cells, State, note, changed).

    Keeps the sandbox for more.
    """
    copy = deepcopy(nb)
    exercise = nbformat.read(day.exercise, as_version=4)
    names = names_of_answers(exercise), names_that_change(exercise)
    for last in (False, True):
        try:
            state, note, changed = execute(copy, None if walls_are_off() else sandbox.kept(), limits, files, *names)
            break
        except SandboxError:  # it may have been killed from outside: a second one, once
            sandbox.close()
            if last:
                raise
    return [_safe(cell.outputs) for cell in copy.cells if cell.cell_type == "code"], state, note, changed


def key(nb, folder):
    """What the outputs of a sanitised submission depend on."""
    return json.dumps([cell.source for cell in nb.cells if cell.cell_type == "code"]) + str(folder)


def files_beside(folder):
    """What a learner handed in beside the notebook: {name: bytes}. Links are left out, and what is too much."""
    files, total = {}, 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        inside = path.relative_to(folder)
        linked = any((folder / part).is_symlink() for part in [inside, *inside.parents])
        if linked or not path.is_file() or path.suffix == ".ipynb" or path.name == "timestamp.txt":
            continue
        total += path.stat().st_size
        if total > LARGEST:
            break
        files[str(inside)] = path.read_bytes()
    return files


def walls_are_off():
    """Whether a person chose to grade without the sandbox (`--no-sandbox`)."""
    return os.environ.get("TORCHDAYS_NO_SANDBOX") == "1"


def _safe(outputs):
    """Outputs that can be kept and shown: no HTML, no script, no SVG; each of them a plain dictionary."""
    kept = []
    for output in outputs:
        if "data" in output:
            output.data = {kind: data for kind, data in output.data.items() if kind in SAFE}
            output.metadata = {}
        kept.append(json.loads(json.dumps(output)))
    return kept


def _stop(message):
    return new_output("error", ename="Stopped", evalue=message, traceback=[f"Stopped: {message}"])


class SaveGrades(SaveAutoGrades):
    """Writes the points into the gradebook. Points that are held wait there for a person."""

    def preprocess(self, nb, resources):
        """As nbgrader's; a test that is held has no automatic points, and asks for a manual grade.

        All points of a notebook are committed at once: nbgrader's commit for every cell waits for the disk as often.
        """
        self.held = (outcomes.get(nb) or {}).get("held", {})
        about = resources["nbgrader"]
        self.student_id, self.assignment_id, self.notebook_id = about["student"], about["assignment"], about["notebook"]
        with Gradebook(about["db_url"]) as self.gradebook:
            session = self.gradebook.db
            with temp_attrs(session, commit=session.flush):
                nb, resources = super(SaveAutoGrades, self).preprocess(nb, resources)
            session.commit()
        return nb, resources

    def _add_score(self, cell, resources):
        super()._add_score(cell, resources)
        name = cell.metadata.nbgrader.grade_id
        if name not in self.held:
            return
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        earned, reasons = grade.auto_score, "; ".join(self.held[name])
        if earned and grade.manual_score is None:  # a person who has decided is not asked again
            grade.auto_score, grade.needs_manual_grade = None, True
            words = f"Held for review: {earned:g} points, if what was found is honest. {reasons}"
            cell.outputs.append(new_output("stream", name="stdout", text=words))


class FeedbackCells(ClearHiddenTests):
    """Makes of a graded notebook what its learner may see: no hidden test, not too long, the outcome at the top."""

    enforce_metadata = False

    def preprocess(self, nb, resources):
        """Shorten and clear ``nb``, in place."""
        outcome = outcomes.get(nb)
        secrets = list(_hidden_lines(nb, self))
        for cell in nb.cells:
            if cell.cell_type == "code":
                hidden = self.begin_test_delimeter in cell.source
                self._remove_hidden_test_region(cell)
                tested = is_grade(cell) and not is_solution(cell)
                shown = [copy for o in cell.outputs if (copy := _shown(o, tested, hidden))]
                cell.outputs = [o for o in shown if not _tells(o, secrets)]
                if outcome and outcome["held"]:  # what a person has not looked at yet is not handed out, either
                    cell.outputs = [o for o in cell.outputs if tested and "Held for review" in o.get("text", "")]
        words = outcome and outcomes.Outcome("", "", outcome["state"], outcome["note"]).words
        if words:
            nb.cells.insert(0, new_markdown_cell(f"**{_escaped(words)}**"))
        return nb, resources


def _hidden_lines(nb, step):
    """Lines of hidden tests that are long enough to be known again."""
    for cell in nb.cells:
        inside = False
        for line in cell.source.splitlines() if cell.cell_type == "code" else ():
            if step.begin_test_delimeter in line or step.end_test_delimeter in line:
                inside = step.begin_test_delimeter in line
            elif inside and len(line.strip()) > 12:
                yield line.strip()


def _tells(output, secrets):
    """Whether an output holds a line of a hidden test."""
    text = json.dumps(output, ensure_ascii=False)
    return any(json.dumps(line, ensure_ascii=False)[1:-1] in text for line in secrets)


def _kept(function):
    """``function`` of a cell's source, which keeps what it made of the short ones that it met last."""
    remembering = functools.lru_cache(500)(function)
    return functools.wraps(function)(lambda source: (remembering if len(source) < REPEATED else function)(source))


@_kept
def safe_markdown(source):
    """Markdown as HTML without anything that acts on its reader. Stands in nbgrader_config.py for nbconvert's own."""
    tags = bleach.ALLOWED_TAGS | set(MARKUP.split())
    source = source.replace("attachment:", "attachment ")  # nbconvert stops at one that is not there
    html = re.sub(r'<a class="anchor-link"[^>]*>.*?</a>', "", markdown2html(source))  # marks that nobody can follow
    return bleach.clean(html, tags=tags, attributes=ATTRIBUTES, protocols=["https", "http", "data"])


@_kept
def coloured(source):
    """Python code as HTML."""
    return Highlight2HTML(pygments_lexer="python3")(source)


class FeedbackExporter(HTMLExporter):
    """nbconvert's, without its last pass over the page, which takes half of the time and adds tab stops."""

    def from_filename(self, filename, resources=None, **kwargs):
        """nbconvert's interface; a page that a batch made ahead is taken as it is."""
        page = AHEAD.pop(str(filename), None)
        if page is None:
            return super().from_filename(filename, resources=resources, **kwargs)
        return page, resources | {"output_extension": self.file_extension}

    def from_notebook_node(self, nb, resources=None, **kwargs):
        """nbconvert's interface: (page, resources)."""
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", lambda source, **_: coloured(source))
        types = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", types)
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **kwargs)


def _shown(output, tested, hidden):
    """An output as feedback shows it; None for what it does not show."""
    if output.output_type == "error":
        message = re.sub(r"\x1b\[[0-9;]*m", "", f"{output.ename}: {output.evalue}")
        if output.ename == "AssertionError" and not output.evalue:
            message = (
                "A test failed." if not hidden else "A hidden test failed: it tries other values than those above."
            )
        lines = [message[:SHOWN]] if tested else [line[:SHOWN] for line in output.traceback[-12:]]
        return new_output("error", ename=output.ename, evalue=message[:SHOWN], traceback=lines)
    if tested and output.output_type == "stream" and "Held for review" not in output.text:
        return None  # printed while tests ran: it may show what they hide
    if output.output_type == "stream" and len(output.text) > SHOWN:
        output.text = f"{output.text[:SHOWN]}\n... and {len(output.text) - SHOWN} characters more"
    elif "data" in output and len(str(output.data.get("text/plain", ""))) > SHOWN:
        output.data["text/plain"] = f"{output.data['text/plain'][:SHOWN]} ..."
    return output


def _escaped(text):
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)
