"""Reads, executes and normalises notebooks: the same text for the same notebook, on every machine."""

import base64
import io
import itertools
import os
import re
from contextlib import contextmanager

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from torchdays.course import CourseError

# a kernel that keeps no history on disk, and does not warn that it talks to this process over loopback
QUIET = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=ERROR"]
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read(path):
    """The notebook at ``path``, as version 4. CourseError if the file is no notebook."""
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise CourseError(f"There is no notebook at {path}.") from None
    except Exception as error:  # nbformat raises a dozen types for a broken file
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise CourseError(f"{path} is not a notebook that can be read: {reason}") from None
    return notebook


def text(notebook):
    """The notebook as it is stored: JSON, one space of indentation, a newline at the end."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def write(notebook, path):
    """Store ``notebook`` in one step, so that an interruption leaves the old file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".partial")
    fresh.write_text(text(notebook), encoding="utf-8", newline="\n")
    fresh.replace(path)


def execute(notebook, folder, allow_errors=False, timeout=300, **environment):
    """Run every cell in a new kernel whose working folder is ``folder``; outputs land in ``notebook``.

    timeout: seconds a cell may take
    environment: variables for the kernel, as OMP_NUM_THREADS="1"
    CourseError names the cell that raised, unless ``allow_errors``.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=timeout,
        allow_errors=allow_errors,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        extra_arguments=QUIET,
        resources={"metadata": {"path": str(folder)}},
    )
    with _environment(**environment):
        try:
            client.execute()
        except CellExecutionError as error:
            raise CourseError(f"A cell stopped the notebook.\n{_plain(str(error))}") from None
    return notebook


def normalise(notebook):
    """Bring an executed notebook to its one stored form, in place; idempotent.

    Keeps ids, tags, nbgrader's and the course's own metadata; drops all else that depends on
    when, where or with which program the notebook was saved.
    """
    own = notebook.metadata.get("torchdays")
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}} | ({"torchdays": own} if own else {})
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in ("nbgrader", "tags") if cell.metadata.get(key)}
        )
        if cell.cell_type == "markdown":
            cell.pop("attachments", None)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = _merged(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
                if "metadata" in output:
                    output.metadata = nbformat.from_dict({})
    return notebook


def refreshed(path, **environment):
    """The notebook at ``path`` as `make refresh` would store it; environment as for ``execute``."""
    return normalise(execute(read(path), path.parent, **environment))


def differences(stored, fresh):
    """What a reader would see differ between two runs of a notebook, in words; empty if nothing does.

    Text must be equal. Of a figure the size may differ by a tenth and the grey levels by 12 of 255 on
    average: a figure of timings never comes out the same twice, and fonts differ between machines.
    """
    if len(stored.cells) != len(fresh.cells):
        return ["another number of cells"]
    found = []
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if _without_figures(old) != _without_figures(new):
            found.append(f"other text in or below the cell\n{old.source}")
        elif not all(itertools.starmap(_alike, zip(figures(old), figures(new), strict=True))):
            found.append(f"another figure below the cell\n{old.source}")
    return found


def figures(cell):
    """The figures below a cell, as pillow images."""
    from PIL import Image  # here, since only those who compare need it

    for output in cell.get("outputs", []):
        if "image/png" in output.get("data", {}):
            yield Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))


def _without_figures(cell):
    outputs = [
        {**output, "data": {**output.data, "image/png": ""}} if "image/png" in output.get("data", {}) else output
        for output in cell.get("outputs", [])
    ]
    return {**cell, "outputs": outputs}


def _alike(before, after):
    from PIL import ImageChops, ImageStat

    before, after = before.convert("L"), after.convert("L")
    if any(abs(a - b) > 0.1 * a for a, b in zip(before.size, after.size, strict=True)):
        return False
    return ImageStat.Stat(ImageChops.difference(before, after.resize(before.size))).mean[0] < 12


def _merged(outputs):
    """Neighbouring pieces of one stream become one piece, as a reader sees them."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


@contextmanager
def _environment(**values):
    before = {key: os.environ.get(key) for key in values}
    try:
        os.environ.update(values)
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value


def _plain(message):
    return re.sub(r"\x1b\[[0-9;]*m", "", message)
