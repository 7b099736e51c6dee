"""What runs inside the sandbox: a warm parent that has imported torch, and forks a kernel for each submission.

The parent is our code alone. Each kernel gets namespaces, folders and limits of its own before a
line of a learner's code runs. Talks to sandbox.py by lines of JSON; Linux only. What grades imports this module,
too, and no torch: that is imported where a kernel is made.
"""

import base64
import ctypes
import gc
import importlib
import io
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.ultratb import AutoFormattedTB

WARM = [  # what exercises import: imported once, before the fork, and shared by all kernels
    "numpy",
    "torch",
    "torch._dynamo",
    "torch.export",
    "torch.func",
    "torch.utils.data",
    "torch.testing",
    "matplotlib.pyplot",
    "sklearn.datasets",
    "torchdays.checks",
    "torchdays.data",
    "torchdays.draw",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "sqlite3",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "matplotlib_inline.backend_inline",
    "stack_data",
]
WORK = Path("/submission")  # where a kernel works
SOCKETS = Path("/sockets")  # where its sockets are
ORDER = "\x00torchdays "  # begins a line in front of a cell of the exercise's own, which is no code
CHANGING = "*"  # begins a name in it that stands for something which a learner's code may change

_libc = ctypes.CDLL(None, use_errno=True)
NEW_USER, NEW_OTHERS = 0x10000000, 0x00020000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
MS_NOSUID, MS_NODEV, MS_PRIVATE_ALL = 2, 4, 0x44000
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 24, 4, 38
CAPABILITIES = 64


def serve(warm):
    """Import what kernels need, say how many threads that left, then fork a kernel for each line on stdin."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a kernel; the system reaps it
    for name in WARM if warm else ():
        importlib.import_module(name)
    if warm:
        _draw_once()
        _fail_once()
    gc.collect()
    gc.freeze()
    tell(ready=True, threads=len(list(Path("/proc/self/task").iterdir())))
    for line in sys.stdin:
        order = json.loads(line)
        if os.fork() == 0:
            _guard(order)


def _draw_once():
    """The first figure takes longest: fonts are found, and modules imported that only drawing needs."""
    from matplotlib import pyplot

    pyplot.plot([0, 1])
    pyplot.savefig(io.BytesIO(), bbox_inches="tight")
    pyplot.close("all")


def _fail_once():
    """The first traceback, too: what most of them pass through is parsed, and modules that only they need imported."""
    from torch import ones, zeros

    from torchdays import checks

    try:
        checks.close(zeros(1), ones(1))
    except AssertionError:
        AutoFormattedTB(mode="Context").structured_traceback(*sys.exc_info())


def tell(stream=1, **what):
    """One line to sandbox.py; short enough to be written in one piece."""
    os.write(stream, (json.dumps(what) + "\n").encode())


def _guard(order):
    """Between the parent and the kernel: makes the namespaces, forks the kernel as their first process, sees it end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        _new_namespaces()
        pid = os.fork()
        if pid == 0:
            _kernel(order)
        tell(id=order["id"], pid=pid)
        _, status = os.waitpid(pid, 0)
        tell(id=order["id"], ended=os.waitstatus_to_exitcode(status))
    except BaseException:
        tell(id=order["id"], failed=traceback.format_exc()[-2000:])
    os._exit(0)


def _new_namespaces():
    user, group = os.getuid(), os.getgid()
    _done(_libc.unshare(NEW_OTHERS | (NEW_USER if user else 0)), "unshare")
    if user:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def _kernel(order):
    """In the new namespaces: fold away what is not the kernel's, set the limits, give up all rights, and run."""
    voice = os.dup(1)
    try:
        limits = order["limits"]
        _done(_libc.mount(b"none", b"/", None, MS_PRIVATE_ALL, None), "mount")
        if _libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV, None):
            _empty("/proc", 4096, order["user"])  # where parts of /proc are hidden the system gives no new one
        _empty(str(SOCKETS), 1 << 20, order["user"])
        for folder in str(WORK), "/run", "/dev/shm":
            _empty(folder, limits["disk"], order["user"])
        for name, content in order["files"].items():
            path = WORK / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
        null = os.open("/dev/null", os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        for kind, limit in (
            (resource.RLIMIT_AS, limits["memory"]),
            (resource.RLIMIT_FSIZE, limits["disk"]),
            (resource.RLIMIT_CPU, limits["processor"]),
            (resource.RLIMIT_NPROC, limits["processes"]),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (limit, limit))
        _give_up_rights(order["user"])
        os.chdir(WORK)
        os.environ.clear()
        os.environ.update(order["environment"])
        path = SOCKETS / "connection.json"
        path.write_text(json.dumps(order["connection"]), encoding="ascii")
        app = prepare(path)
        tell(voice, id=order["id"], bound=True)
        os.close(voice)
        voice = None
        app.start()
    except BaseException:
        if voice is not None:
            tell(voice, id=order["id"], failed=traceback.format_exc()[-2000:])
    os._exit(1)


def _empty(folder, size, user):
    """Cover ``folder`` by an empty one that takes ``size`` bytes, and belongs to ``user``."""
    options = f"size={size},nr_inodes=4096,mode=0700,uid={user},gid={user if os.getuid() == 0 else os.getgid()}"
    _done(_libc.mount(b"tmpfs", folder.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options.encode()), f"mount {folder}")


def _give_up_rights(user):
    """Become ``user`` (where root started the sandbox), without capabilities, and never able to gain any."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    for capability in range(CAPABILITIES):
        _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _done(_libc.capset(header, none), "capset")
    _done(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # /proc/self/mem, where the tests' text lies, stays shut
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _done(result, what):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prepare(path):
    """A kernel that is ready to start, by the connection file at ``path``, which is removed."""
    IPKernelApp.kernel_class = Kernel
    app = IPKernelApp.instance()
    options = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=ERROR"]
    app.initialize(["-f", str(path), *options, "--IPKernelApp.capture_fd_output=False"])
    sys.stderr = sys.stdout  # a warning is no error: nbgrader gives no points for a test that writes on stderr
    path.unlink()
    return app


class Kernel(IPythonKernel):
    """IPython's kernel, which can put back what tests rely on before a cell, and remember what the cell defines."""

    def __init__(self, **kwargs):
        from torchdays.contents import Contents

        super().__init__(**kwargs)
        self._kept, self._contents, self._restored = {}, Contents(), True
        self._untouched = Untouched(self.shell)

    async def do_execute(self, code, *args, **kwargs):
        """Execute ``code``, which may begin with a line of kernels.OrderingClient: ORDER and names.

        Then whatever a learner's cell may have replaced is put back before, and the names mean nothing unless a cell
        of the exercise's own has bound them; what they mean afterwards, and what that holds, is put back every time
        from then on. The reply says under "changed" which of these held something else when ``code`` had run: then
        a learner's code changed them while it was tested.
        """
        if not code.startswith(ORDER):
            self._restored = False
            return await super().do_execute(code, *args, **kwargs)
        wanted, _, code = code[len(ORDER) :].partition("\n")
        names, fixed = self.shell.user_ns, {name for name in wanted.split() if name[0] != CHANGING}
        wanted = fixed | {name[1:] for name in wanted.split() if name[0] == CHANGING}
        self._untouched.restore()
        for name in wanted:
            names.pop(name, None)
        names.update(self._kept)
        if not self._restored:
            self._contents.restore()
        reply = await super().do_execute(code, *args, **kwargs)
        reply["changed"] = self._contents.restore()
        self._restored = True
        self._kept.update({name: names[name] for name in wanted & names.keys()})
        for name in sorted(fixed & names.keys()):
            self._contents.remember(name, names[name])
        return reply


class Untouched:
    """The shell, builtins and the libraries that tests compare with, as they were before a learner's code ran."""

    MODULES = (
        *("builtins", "math", "operator", "copy", "inspect", "sys", "traceback", "warnings"),
        *("numpy", "numpy.testing", "torch", "torch.testing", "torch.nn", "torch.nn.functional", "torch.linalg"),
        *("torch.autograd", "torch.func", "torch.random", "torch.overrides"),
        *("torchdays.checks", "torchdays.contents", "torchdays.data"),
    )
    SYS = ("settrace", "setprofile", "gettrace", "_getframe", "excepthook", "displayhook")  # the rest of sys lives

    def __init__(self, shell):
        import torch

        from torchdays.contents import Contents

        self.shell = shell
        self.names = dict(shell.user_ns)
        self.modules = {name: dict(vars(importlib.import_module(name))) for name in self.MODULES}
        self.modules["sys"] = {name: self.modules["sys"][name] for name in self.SYS}
        classes = {torch.Tensor, torch.nn.Module, torch.nn.Parameter, Contents}
        classes |= {*Kernel.__mro__, *type(shell).__mro__}
        self.classes = {cls: dict(vars(cls)) for cls in classes - {object}}
        self.own = set(vars(shell))
        self.lists = [shell.ast_transformers, shell.input_transformers_post, shell.input_transformers_cleanup]
        manager = shell.input_transformer_manager
        self.lists += [manager.cleanup_transforms, manager.line_transforms, manager.token_transformers]
        self.lists += list(shell.events.callbacks.values())
        self.before = [list(items) for items in self.lists]

    def restore(self):
        """Put everything back. What a module gained stays; what a class gained hides what it inherits, and goes."""
        sys.settrace(None)
        sys.setprofile(None)
        for name, before in self.modules.items():
            now = vars(sys.modules[name])
            for key, value in before.items():
                if now.get(key) is not value and key != "_":
                    now[key] = value
            if "__getattr__" not in before:
                now.pop("__getattr__", None)
        for cls, before in self.classes.items():
            for key in set(vars(cls)) - set(before):
                delattr(cls, key)
            for key, value in before.items():
                if vars(cls).get(key) is not value and key not in ("__dict__", "__weakref__", "__abstractmethods__"):
                    setattr(cls, key, value)
        for key in set(vars(self.shell)) - self.own:
            if callable(vars(self.shell)[key]):
                delattr(self.shell, key)
        for items, before in zip(self.lists, self.before, strict=True):
            items[:] = before
        self.shell.custom_exceptions = ()
        names = self.shell.user_ns
        names.pop("__builtins__", None)  # Python puts the right one back
        for name in names.keys() & self.modules["builtins"].keys():  # a global named as a builtin hides it from tests
            if name in self.names:
                names[name] = self.names[name]
            elif not name.startswith("__"):
                del names[name]


if __name__ == "__main__":
    from torchdays.grading import inside  # so that the kernel's classes have one home, not __main__

    if sys.argv[1] in ("--warm", "--cold"):
        inside.serve(sys.argv[1] == "--warm")
    else:
        inside.prepare(Path(sys.argv[1])).start()
