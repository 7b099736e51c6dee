"""Makes the environment that the course runs in, or finds that it is there. Standard library only.

A person who works in a conda environment or a virtual environment of their own with the pinned
versions stays in it. Everybody else gets .venv at the root of the course.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
READY = VENV / "torchdays-ready"  # holds what was installed; written last
BEGUN = VENV / "torchdays-begun"  # there while an installation is under way


def enter():
    """Return if this interpreter has all that is needed; else go on in .venv, made or repaired first."""
    here = Path(sys.prefix).resolve() == VENV.resolve()
    if not here and missing() is None:
        return
    try:
        if not PYTHON.exists() or not READY.exists() or READY.read_text(encoding="utf-8") != _stamp():
            install()
    except OSError as error:
        sys.exit(
            f"TorchDays: the environment in {VENV} cannot be made: {error.strerror} ({error.filename}).\n"
            "Run the same command again when that is put right: it repairs what is half done."
        )
    if not here:
        _go_on_in(PYTHON)


def missing():
    """The first pinned package that this interpreter lacks or has in another version; None if there is none."""
    for name, version in pins():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            return name
        if found.split("+")[0] != version:
            return name
    return None


def pins():
    """(name, version) of every line of requirements.txt that holds on this machine without a condition."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [match.groups() for line in lines if (match := re.fullmatch(r"([\w.-]+)==([\w.!]+)", line.strip()))]


def install():
    """Make or repair .venv. An interrupted installation is thrown away and begun again."""
    if BEGUN.exists() or not PYTHON.exists():
        if VENV.exists():
            print("An earlier installation did not finish, or its Python is gone: starting again.", flush=True)
            PYTHON.unlink(missing_ok=True)  # first, so that an interruption of the next line is seen, too
            shutil.rmtree(VENV)
        print("Making a Python environment in .venv (once) ...", flush=True)
        VENV.mkdir()
        BEGUN.touch()
        _run([sys.executable, "-m", "venv", str(VENV)], "a virtual environment could not be made")
    BEGUN.touch()
    READY.unlink(missing_ok=True)
    print("Installing the pinned packages (once; some minutes, mostly PyTorch) ...", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "-r", str(REQUIREMENTS)], "the packages could not be installed")
    _run(
        [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
        "the course's own package could not be installed",
    )
    READY.write_text(_stamp(), encoding="utf-8")
    BEGUN.unlink()


def _stamp():
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def _run(command, failure):
    try:
        code = subprocess.call(command, cwd=ROOT)
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Run the same command again: it repairs what is half done.")
    if code:
        sys.exit(
            f"TorchDays: {failure}; the lines above say why. Is there a network, and room on the disk?\n"
            "Run the same command again when that is put right: it repairs what is half done."
        )


def _go_on_in(python):
    command = [str(python), "-m", "torchdays", *sys.argv[1:]]
    if os.name == "nt":  # exec on Windows returns to the shell at once
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)
