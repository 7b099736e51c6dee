"""What each command does. One function a command; its docstring is its help."""

import argparse
import inspect
import itertools
import os
import re
import subprocess
import sys

from torchdays import course
from torchdays.course import CourseError


def lab(arguments):
    """Publish the exercises and open JupyterLab on the start page (ARGS go to JupyterLab)."""
    from torchdays import start
    from torchdays.grading import steps

    if sys.platform != "win32":  # nbgrader has no exchange there; start.prepare copies the exercises instead
        for day in steps.publish(course.days()):
            print(f"  published  {day.name}")
    try:
        start.prepare()
    except OSError as error:
        raise CourseError(f"work/ cannot be written: {error.strerror} ({error.filename}).") from None
    page = f"/lab/tree/{start.PAGE.relative_to(course.ROOT).as_posix()}"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={course.ROOT}",
        f"--LabApp.default_url={page}",
    ]
    command += [
        f"--LabApp.app_settings_dir={course.JUPYTERLAB_SETTINGS}",
        "--LabApp.extension_manager=readonly",
        *arguments,
    ]
    raise SystemExit(_run(command))


def test(days, arguments):
    """Prove the course: every notebook, grader and command (DAY... for some days only)."""
    chosen = course.chosen(days)
    paths = ["tests", *(str(p.relative_to(course.ROOT)) for day in chosen for p in (day.lesson, day.solution))]
    paths += [f"--day={day.name}" for day in chosen] if days else []
    workers = ["--numprocesses=logical", "--maxprocesses=8", "--dist=loadfile", "--no-loadscope-reorder"]
    # a worker's second thread finds its core taken by the other worker: it shall sleep, not spin (half of the time)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    raise SystemExit(_run([sys.executable, "-m", "pytest", *workers, *paths, *arguments]))


def refresh(days, check=False):
    """Execute and normalise the lessons and solutions of DAY..., storing their outputs (--check: only compare)."""
    from torchdays import notebooks

    stale = []
    for day in course.chosen(days):
        for path in (day.lesson, day.solution):
            stored, fresh = notebooks.read(path), notebooks.refreshed(path)
            name = path.relative_to(course.ROOT)
            normal = path.read_text(encoding="utf-8") == notebooks.text(notebooks.normalise(stored))
            if normal and not notebooks.differences(stored, fresh):
                print(f"  same     {name}")
            elif check:
                stale.append(str(name))
                print(f"  differs  {name}")
            else:
                notebooks.write(fresh, path)
                print(f"  stored   {name}")
    if stale:
        raise CourseError(f"Not as `make refresh` would store them: {', '.join(stale)}")


def release(days):
    """Generate exercises/ of DAY... anew from solutions/."""
    from torchdays.grading import steps

    for day, changed in steps.release(course.chosen(days)):
        print(f"  {'written' if changed else 'same   '}  {day.exercise.relative_to(course.ROOT)}")


def collect(days):
    """Copy the newest submissions of DAY... from the exchange to submitted/."""
    from torchdays.grading import steps

    for day in course.chosen(days):
        steps.collect(day)


def grade(days, student="*", force=False, jobs=None, no_sandbox=False):
    """Autograde what lies in submitted/ for DAY..., write the feedback, show a table.

    Killed and run again, it goes on where it was. --no-sandbox: only in a container that is itself the wall.
    """
    from torchdays.grading import batch, report, steps

    if no_sandbox:
        os.environ["TORCHDAYS_NO_SANDBOX"] = "1"
        print("WITHOUT A SANDBOX: submissions can read, change and send whatever you can. Each grade says so.")
    chosen = [(day, steps.submissions(day, student)) for day in course.chosen(days)]
    if not any(students for _, students in chosen):
        names = ", ".join(day.name for day, _ in chosen)
        print(f"Nothing to grade: submitted/ holds no submission of {names}.")
        return
    report.show(batch.grade_all(chosen, force, jobs), sum(len(students) for _, students in chosen))
    report.write(batch.summary([(day, steps.submissions(day)) for day in course.days()]))


def give_back(days):
    """Put the feedback of DAY... into the exchange, from where learners fetch it."""
    from torchdays.grading import steps

    for day in course.chosen(days):
        if steps.give_back(day):
            print(f"  feedback returned  {day.name}")


def lint():
    """Check style and spelling of code, notebooks and prose."""
    checks = ("ruff", "check", "--quiet"), ("ruff", "format", "--quiet", "--check"), ("codespell_lib",)
    failed = [" ".join(check) for check in checks if _run([sys.executable, "-m", *check])]
    if failed:
        raise CourseError(f"{', '.join(failed)} found something; the lines above say what.")


def bench(arguments):
    """Measure grading: the same submissions by stock nbgrader and by ours (--few for a quick look)."""
    raise SystemExit(_run([sys.executable, "tests/bench.py", *arguments]))


def requirements():
    """Compile requirements.txt, every version pinned, from pyproject.toml."""
    options = ["--quiet", "--upgrade", "--no-header", "--no-annotate", "--strip-extras", "--allow-unsafe"]
    options += ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"]
    output = course.ROOT / "requirements.txt"
    if _run([sys.executable, "-m", "piptools", "compile", *options, "--output-file", str(output), "pyproject.toml"]):
        raise CourseError("requirements.txt could not be compiled; the lines above say why.")
    # a CPU build calls itself 2.13.0+cpu, and the pin must hold for every build; pip comes with the environment
    pins = re.findall(r"(?m)^(?!pip==)[\w.-]+==[\w.!]+", output.read_text(encoding="utf-8"))
    output.write_text("\n".join(pins) + "\n", encoding="utf-8")


def _run(command):
    """Run a program at the course's root; its exit status."""
    return subprocess.call(command, cwd=course.ROOT)


def main(arguments):
    """Parse ``arguments``, run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m torchdays", description="TorchDays: PyTorch, one day at a time.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__.strip().splitlines()[0], description=run.__doc__)
        command.set_defaults(run=run)
        for parameter in inspect.signature(run).parameters.values():
            if parameter.name == "days":
                command.add_argument("days", nargs="*", metavar="DAY", help="as day02_tensors, or 2; every day if none")
            elif parameter.name == "student":
                command.add_argument("--student", default="*", help="only this learner's submissions")
            elif parameter.name == "jobs":
                command.add_argument(
                    "--jobs", type=int, help="how many at a time; as many as there are cores if not given"
                )
            elif parameter.name in ("force", "check", "no_sandbox"):
                command.add_argument(f"--{parameter.name.replace('_', '-')}", action="store_true")
    # what follows the first option of `lab`, `test` and `bench` goes to JupyterLab, pytest and the benchmark
    passing = arguments[:1] in (["lab"], ["test"], ["bench"]) and arguments[1:2] not in (["-h"], ["--help"])
    own = [arguments[0], *itertools.takewhile(lambda a: not a.startswith("-"), arguments[1:])] if passing else arguments
    options = vars(parser.parse_args(own))
    run = options.pop("run")
    options.pop("command")
    if passing:
        options["arguments"] = arguments[len(own) :]
    try:
        run(**options)
    except CourseError as error:
        print(f"TorchDays: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    return 0


COMMANDS = {
    "lab": lab,
    "test": test,
    "grade": grade,
    "collect": collect,
    "return": give_back,
    "refresh": refresh,
    "release": release,
    "lint": lint,
    "bench": bench,
    "requirements": requirements,
}
