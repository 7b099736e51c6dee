"""The wall around submissions: bubblewrap, with a warm parent inside it that forks a kernel for each of them."""

import atexit
import base64
import ctypes
import itertools
import json
import os
import shutil
import signal
import site
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import psutil

from torchdays import course
from torchdays.course import CourseError

WORK, SOCKETS, SCRATCH = "/submission", "/sockets", "/run"  # folders in the sandbox; inside.py knows them, too
START = 120  # seconds until the parent has imported torch, on a machine with much else to do
SYSTEM = "/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/alternatives", "/etc/ld.so.cache", "/etc/fonts"
MIB = 1 << 20
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Limits:
    """What one submission may take. seconds_*: wall time; processor: seconds; the rest: bytes and counts."""

    seconds_cell: int = 60
    seconds_notebook: int = 240
    processor: int = 200
    memory: int = 6144 * MIB  # address space of one process; torch alone maps about 2 GiB
    resident: int = 2048 * MIB  # memory really used by all its processes together
    processes: int = 64
    disk: int = 64 * MIB  # of each folder that it may write to, and of a file
    output: int = 2 * MIB


def missing():
    """Why there is no sandbox on this machine, and what to do; None if there is one."""
    if not sys.platform.startswith("linux"):
        return "the sandbox needs Linux; grade in a Linux container or virtual machine"
    if shutil.which("bwrap") is None:
        return "there is no bubblewrap: install it (Debian, Ubuntu: sudo apt-get install bubblewrap)"
    probe = subprocess.run([*_bwrap(), "true"], capture_output=True, text=True, check=False)
    if probe.returncode:
        return f"bubblewrap does not work here ({probe.stderr.strip()}): allow user namespaces, or grade as root"
    return None


def require():
    """CourseError unless submissions can be run behind a wall. Grading never goes on without one by itself."""
    reason = missing()
    if reason:
        raise CourseError(
            f"Submissions are not run, since {reason}.\n"
            "Only where the machine itself is the wall (a container made for this, and thrown away afterwards): "
            "python -m torchdays grade --no-sandbox"
        )


def _bwrap():
    """bubblewrap's command: no network, nothing to write to; to read, the interpreter, the course's code and assets."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--die-with-parent", "--as-pid-1", "--new-session", "--hostname", "torchdays", "--clearenv"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", SCRATCH, "--dir", WORK, "--dir", SOCKETS]
    if os.getuid():
        command += ["--unshare-user"]
    else:
        command += ["--cap-add", "ALL"]  # for the parent, which gives each kernel a user of its own without any
    shown = [Path(path) for path in (*SYSTEM, sys.base_prefix, sys.prefix, *site.getsitepackages())]
    shown += [path.resolve() for path in shown if path.is_symlink()] + [course.CODE, course.ASSETS]
    for path in dict.fromkeys(shown):
        if any(folder.is_symlink() for folder in path.parents):
            continue  # it is there under its real name
        for folder in reversed(path.parents[:-1]) if path.exists() else ():
            command += ["--perms", "0755", "--dir", str(folder)]
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    for name, value in environment().items():
        command += ["--setenv", name, value]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/"]


def environment():
    """The variables that a submission sees; none of the instructor's."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": WORK,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(course.ROOT),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TMPDIR": SCRATCH,
        "MPLCONFIGDIR": SCRATCH,
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }


class Sandbox:
    """One bubblewrap with a parent in it that forks kernels. Use as a context; at its end everything inside is gone.

    warm: the parent imports what exercises import, so that no kernel has to; else it imports nothing
    """

    def __init__(self, warm=True):
        require()
        self._numbers = itertools.count()
        self._events, self._news = {}, threading.Condition()
        self.process = subprocess.Popen(
            [*_bwrap(), sys.executable, "-m", "torchdays.grading.inside", "--warm" if warm else "--cold"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    @cached_property
    def forkable(self):
        """Whether its parent can be forked, once that has imported everything: a process with threads must not be."""
        return self._wait("ready", "threads", START) == 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the parent, and with it every kernel."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def fork(self, key, files, limits):
        """Fork a kernel; (its process id on this machine, how to connect to it).

        key: bytes, signs the messages; files: {name: bytes}, put into its working folder; limits: Limits
        """
        number = str(next(self._numbers))
        connection = {f"{port}_port": i for i, port in enumerate(PORTS, start=1)}
        connection |= {"transport": "ipc", "key": key.decode(), "signature_scheme": "hmac-sha256"}
        order = {
            "id": number,
            "user": self._user(int(number)),
            "connection": connection | {"ip": f"{SOCKETS}/k"},
            "environment": environment(),
            "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
            "limits": asdict(limits),
        }
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise SandboxError("the sandbox ended") from None
        pid = self._pid(self._wait(number, "pid", START))
        self._wait(number, "bound", START)  # who connects sooner is put off for a tenth of a second
        return pid, connection | {"ip": f"/proc/{pid}/root{SOCKETS}/k", "key": key}

    def failure(self):
        """Why the newest kernel did not start; empty if it did."""
        with self._news:
            return next((event["failed"] for event in reversed(self._events.values()) if "failed" in event), "")

    def _user(self, number):
        """The user that a kernel runs as: this one, or where this one is root, one that owns nothing else.

        The system counts processes by user, so that kernels which run at the same time need different ones.
        """
        return os.getuid() or 1_000_000 + 100 * (os.getpid() % 100_000) + number % 100

    def _pid(self, inside):
        """The process id on this machine of the process that is ``inside`` in the sandbox."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            numbers = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
            if len(numbers) >= 3 and numbers[-2] == str(inside):
                return process.pid
        raise SandboxError("a kernel ended at once")

    def _listen(self):
        for line in self.process.stdout:
            event = json.loads(line)
            with self._news:
                self._events.setdefault(event.get("id", "ready"), {}).update(event)
                self._news.notify_all()
        with self._news:
            self._events["over"] = {}
            self._news.notify_all()

    def _wait(self, name, key, seconds):
        """What the event called ``name`` says of ``key``. SandboxError if it does not come."""

        def come():
            event = self._events.get(name, {})
            return key in event or "failed" in event or "ended" in event or "over" in self._events

        with self._news:
            self._news.wait_for(come, timeout=seconds)
            event = self._events.get(name, {})
        if key not in event:
            raise SandboxError(f"no kernel could be started in the sandbox\n{event.get('failed', '')}")
        return event[key]


def kept():
    """This process's sandbox: made when first asked for, used for all submissions, gone with the process.

    Where its parent must not be forked, since importing left threads, one that has imported nothing takes its place:
    then each submission imports for itself.
    """
    if not _kept:
        _keep()
    if not _kept[0].forkable:
        close()
        print("Importing torch leaves threads here: each submission imports it for itself, which is slower.")
        _keep(warm=False)
    return _kept[0]


def _keep(**how):
    _kept.append(Sandbox(**how))
    atexit.register(close)


def close():
    """End this process's sandbox."""
    while _kept:
        _kept.pop().close()


_kept = []


def start_worker(parent, walled):
    """In a process that grades for ``parent``, a process id: end with it, and let the sandbox start meanwhile."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # killed before this line
            os._exit(1)
    if walled:
        _keep()


class SandboxError(Exception):
    """The sandbox itself failed: no fault of the submission's, which is to be run again."""


PORTS = "shell", "iopub", "stdin", "control", "hb"
