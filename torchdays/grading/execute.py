"""Runs one submission in the sandbox, within its limits, and says in one word what became of it."""

import asyncio
import atexit
import json
import symtable
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output

from torchdays.grading.inside import CHANGING
from torchdays.grading.kernels import PlainKernelManager, SandboxKernelManager
from torchdays.grading.outcomes import State
from torchdays.grading.sandbox import SandboxError

HEARTBEAT = 0.1  # seconds between two looks at what a kernel takes
MAY_CHANGE = "may-change-"  # begins a tag; a name follows


class Stopped(Exception):
    """The submission reached a limit, or its kernel ended: no further cell can run."""

    def __init__(self, state, note):
        super().__init__(note)
        self.state, self.note = state, note


def execute(notebook, sandbox, limits, files=None, theirs=(), changing=()):
    """Run every cell of ``notebook`` (a sanitised submission) in a new kernel; outputs land in it.

    sandbox: a Sandbox, or None to run it without a wall; limits: Limits
    files: {name: bytes} that the learner handed in beside the notebook
    theirs: names that a learner may give a meaning; all others that the exercise's own cells bind, tests find as
        those cells left them, and holding what they held
    changing: those of them that hold what a learner's code may change
    returns (State, note, changed); every test cell that could not run holds an error, so that it earns nothing.
        changed: {grade_id of a test: names of what the exercise's own cells made, and a learner's code changed in it}
    """
    manager = SandboxKernelManager() if sandbox else PlainKernelManager()
    manager.sandbox, manager.files, manager.limits = sandbox, files or {}, limits
    client = Client(notebook, manager, limits, frozenset(theirs), frozenset(changing))
    try:
        with ThreadPoolExecutor(1) as aside:  # where Formgrader's button is pressed, this thread already has a loop
            return *aside.submit(asyncio.run, client.run()).result(), client.changed
    except RuntimeError as error:  # jupyter_client's, for a kernel that did not start
        raise SandboxError(f"{error}\n{sandbox.failure() if sandbox else ''}") from None
    finally:
        atexit.unregister(client._cleanup_kernel)


class Client(NotebookClient):
    """nbclient's client under limits. Restores what tests rely on before each cell of the exercise's own."""

    def __init__(self, notebook, manager, limits, theirs, changing):
        super().__init__(
            notebook,
            km=manager,
            timeout=limits.seconds_cell,
            interrupt_on_timeout=True,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        self.on_cell_executed = self._take_changes
        self.owns_km = True  # so that the kernel ends with the notebook
        self.limits, self.theirs, self.changing = limits, theirs, changing
        self.received, self.stop, self.late, self.changed = 0, None, [], {}

    async def run(self):
        """Run all cells; (State, note)."""
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        try:
            async with self.async_setup_kernel():
                watch = asyncio.create_task(self._watch(time.monotonic() + self.limits.seconds_notebook))
                try:
                    await self._run_cells()
                finally:
                    watch.cancel()
        except Stopped as stopped:
            self._fail_what_did_not_run(stopped.note)
            return stopped.state, stopped.note
        if self.late:
            return State.TIMED_OUT, f"stopped after {self.limits.seconds_cell} s: {', '.join(self.late)}"
        if note := _out_of_memory(self.nb):
            return State.OUT_OF_MEMORY, note
        return State.GRADED, ""

    async def _run_cells(self):
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code":
                continue
            own = cell.metadata.get("nbgrader", {}).get("locked", False)
            self.running = cell
            names = sorted(bound(cell.source) - self.theirs)
            self.kc.order = [CHANGING * (name in self.changing) + name for name in names] if own else None
            try:
                await self.async_execute_cell(cell, index)
            except (DeadKernelError, Stopped, RuntimeError, OSError) as error:
                raise self._why_it_stopped(cell, error) from None
            self.running = None

    def _why_it_stopped(self, cell, error):
        if isinstance(error, Stopped):
            return error
        if self.stop:
            return self.stop
        return Stopped(State.KERNEL_DIED, f"Python ended while {_name(cell)} ran")

    async def async_execute_cell(self, cell, cell_index, *args, **kwargs):
        try:
            return await super().async_execute_cell(cell, cell_index, *args, **kwargs)
        except CellTimeoutError:
            raise Stopped(State.TIMED_OUT, f"{_name(cell)} did not stop when asked to") from None

    def _take_changes(self, cell, cell_index, execute_reply):
        """nbclient's hook after each cell: the reply may tell of data that changed."""
        changed = execute_reply["content"].get("changed")
        if changed and cell.metadata.get("nbgrader", {}).get("grade", False):
            self.changed[cell.metadata.nbgrader.grade_id] = [str(name) for name in changed]

    async def _async_handle_timeout(self, timeout, cell=None):
        """Ask the kernel to stop this cell; the other cells still run. If it does not stop, everything does."""
        self.late.append(_name(cell))
        await self.km.interrupt_kernel()
        message = f"This cell ran for {timeout:g} s and was stopped. Is there a loop that never ends?"
        cell.outputs.append(_error("Timeout", message))
        return _reply(message)

    def process_message(self, msg, cell, cell_index):
        """Take an output; too many bytes of it end the notebook."""
        content = msg["content"]
        self.received += len(json.dumps(content, default=str))
        if self.received > self.limits.output:
            self._end(State.TOO_MUCH_OUTPUT, f"{_name(cell)} printed more than {self.limits.output >> 20} MB")
            raise self.stop
        return super().process_message(msg, cell, cell_index)

    async def _watch(self, deadline):
        """Look again and again at what the kernel's processes take; end them all at a limit."""
        process = psutil.Process(self.km.provisioner.process.pid)
        while True:
            await asyncio.sleep(HEARTBEAT)
            memory, count = _taken(process, self.limits.resident)
            if memory > self.limits.resident:
                self._end(State.OUT_OF_MEMORY, f"used more than {self.limits.resident >> 20} MB of memory")
            elif count > 2 * self.limits.processes:  # the system itself should have refused them
                self._end(State.KERNEL_DIED, f"started {count} processes and threads")
            elif time.monotonic() > deadline:
                self._end(State.TIMED_OUT, f"the notebook ran for more than {self.limits.seconds_notebook} s")

    def _end(self, state, note):
        if self.stop is None:
            self.stop = Stopped(state, f"{note} (in {_name(self.running)})" if self.running is not None else note)
            with suppress(psutil.Error, OSError):
                self.km.provisioner.process.kill()

    def _fail_what_did_not_run(self, note):
        reached = self.running is None
        for cell in self.nb.cells:
            reached = reached or cell is self.running
            if reached and cell.cell_type == "code":
                words = "Not finished" if cell is self.running else "Not run"
                cell.outputs = [*cell.outputs[:20], _error("Stopped", f"{words}: {note}.")]


def names_of_answers(exercise):
    """Names that the answer cells of the release ``exercise`` bind: what they mean is the learner's to say."""
    answers = [c for c in exercise.cells if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("solution")]
    return set().union(*(bound(cell.source) for cell in answers))


def names_that_change(exercise):
    """Names of what a learner's code may change in place, by tags of cells of the release ``exercise``."""
    tags = [tag for cell in exercise.cells for tag in cell.metadata.get("tags", [])]
    return {tag.removeprefix(MAY_CHANGE) for tag in tags if tag.startswith(MAY_CHANGE)}


def bound(source):
    """Names that a cell binds outside of functions and classes, IPython's own (_, __, ___) left out."""
    try:
        symbols = symtable.symtable(source, "<cell>", "exec").get_symbols()
    except (SyntaxError, ValueError):
        return set()
    names = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    return {name for name in names if name.strip("_")}


def _taken(process, limit):
    """Bytes of memory that ``process`` and all that it started have for themselves, and their count, threads included.

    At first what a fork still shares with its parent counts, too; where that passes ``limit``, the bytes are exact.
    """
    with suppress(psutil.Error):
        all_of_them = [process, *process.children(recursive=True)]
        taken = [_of(one, exact=False) for one in all_of_them]
        if sum(memory for memory, _ in taken) > limit:
            taken = [_of(one, exact=True) for one in all_of_them]
        return tuple(map(sum, zip(*taken, strict=True)))
    return 0, 0


def _of(process, exact):
    with suppress(psutil.Error):
        memory = process.memory_info()
        return process.memory_full_info().uss if exact else memory.rss - memory.shared, process.num_threads()
    return 0, 0


def _out_of_memory(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error" and (
                output.ename == "MemoryError" or "can't allocate memory" in output.evalue
            ):
                return f"{_name(cell)} asked for more memory than there is"
    return ""


def _name(cell):
    """How to call a cell to its writer: by its grade_id, or its first line."""
    if cell is None:
        return "the start"
    role = cell.metadata.get("nbgrader", {})
    return f"cell '{role['grade_id']}'" if role.get("grade_id") else f"the cell '{cell.source.strip()[:40]}'"


def _error(name, message):
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def _reply(message):
    return {"content": {"status": "error", "ename": "Timeout", "evalue": message, "traceback": []}}
