"""Fixtures that several test files share, what is collected, and the tables at the end of a run."""

import collections
import os
import re
import sys
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # this checkout's torchdays, wherever another one may be installed

from torchdays import course, notebooks  # noqa: E402

# Budgets: shown in the table at the end, and never a reason to fail, since machines are noisy
SECONDS = {"lessons": 60, "solutions": 30}
NBVAL_TO_PLAIN = 1.5  # what nbval's comparing may cost
SLOW = r"tests/test_(?:graders|nbgrader|notebooks_run)\.py"  # they take minutes for each day


def pytest_addoption(parser):
    parser.addoption("--day", action="append", default=[], help="only this day (may be given several times)")


def pytest_configure(config):
    config.addinivalue_line("markers", "accelerator: needs a GPU or the like; left out where there is none")


def pytest_generate_tests(metafunc):
    days = course.chosen(metafunc.config.getoption("--day"))
    lessons, solutions = [day.lesson for day in days], [day.solution for day in days]
    names = [day.name for day in days]

    def over(fixture, values, ids):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, values, ids=ids, scope="module")

    over("exercise_day", days, names)
    over("lesson_path", lessons, names)
    of_the_manual = [path for path in lessons + solutions if "data.manual()" in path.read_text(encoding="utf-8")]
    over("manual_path", of_the_manual, [f"{path.parent.name}-{path.stem}" for path in of_the_manual])
    over("path", lessons + solutions, [f"lesson-{n}" for n in names] + [f"solution-{n}" for n in names])


def pytest_collection_modifyitems(config, items):
    import torch

    accelerated = torch.accelerator.is_available()
    left_out = [
        item
        for item in items
        if item.name.endswith("[NOTSET]")  # none of the chosen days has such a notebook
        or (item.get_closest_marker("accelerator") and not accelerated)
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted((item for item in items if item not in left_out), key=_turn)


def _turn(item):
    """What takes minutes comes first and notebooks last, large days before small ones: no worker waits for another."""
    kind = 0 if re.match(SLOW, item.nodeid) else 2 if ".ipynb::" in item.nodeid else 1
    return kind, -_day(item.nodeid)


def _day(nodeid):
    """The number of the day that a test of SLOW or a cell of a notebook belongs to; 0 for all other tests."""
    day = re.match(rf"(?:{SLOW}::.*\[.*?|lessons/|solutions/)day(\d\d)", nodeid)
    return int(day[1]) if day else 0


class ByFileAndDay(LoadFileScheduling):
    """A worker takes one file at a time, and of the files that go through the days one day at a time."""

    def _split_scope(self, nodeid):
        return f"{super()._split_scope(nodeid)} {_day(nodeid)}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFileAndDay(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI nothing may be skipped: what a laptop may lack is installed there."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter):
    mutation, plain, compared = {}, {}, collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "mutation":
                    mutation[value[0]] = value[1:]
                elif name == "plain":
                    plain[value[0]] = value[1]
    for report in _every_report(terminalreporter):
        if ".ipynb::" in report.nodeid:
            compared[report.nodeid.split("::")[0]] += report.duration
    _show_broken_claims(terminalreporter)
    _show_mutation(terminalreporter, mutation)
    _show_times(terminalreporter, plain, compared)


def _show_broken_claims(terminalreporter):
    """For each cell that nbval failed: the lesson, its section, and the sentence that the cell stands behind."""
    failed = [r.nodeid for r in terminalreporter.stats.get("failed", []) if ".ipynb::Cell " in r.nodeid]
    if failed:
        terminalreporter.section("what the notebooks say and no longer holds")
    for nodeid in failed:
        name, number = nodeid.split("::Cell ")
        section, sentence = said_before(notebooks.read(ROOT / name), int(number))
        terminalreporter.write_line(f"{name}, code cell {number}, in '{section}'\n    {sentence}")


def said_before(notebook, number):
    """The section, and the last sentence of the prose, before the code cell that is ``number`` from the top, from 0."""
    section, prose, code_cells = "", "", 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            section = (re.findall(r"(?m)^#+ (.+)$", cell.source) or [section])[-1]
            prose = re.sub(r"(?m)^#+ .+$", "", cell.source).strip() or prose
        elif code_cells == number:
            break
        else:
            code_cells += 1
    return section, re.split(r"(?<=[.:?!])\s+(?=[A-Z`*])", prose)[-1].replace("\n", " ")


def _every_report(terminalreporter):
    """Reports of all phases, also of those that terminalreporter.stats files under ''."""
    return [
        r
        for reports in terminalreporter.stats.values()
        for r in reports
        if hasattr(r, "duration") and hasattr(r, "nodeid")
    ]


def _show_mutation(terminalreporter, rows):
    if rows:
        terminalreporter.section("mutants of the solutions")
    for name, (killed, survived, equivalent) in sorted(rows.items()):
        score = killed / (killed + survived)
        terminalreporter.write_line(
            f"{name:28} {score:6.1%}   {killed} killed, {survived} survived, {equivalent} compute the same"
        )


def _show_times(terminalreporter, plain, compared):
    both = sorted(plain.keys() & compared.keys())
    if not both:
        return
    terminalreporter.section("seconds: executed plainly, and compared by nbval")
    for name in both:
        over = "   OVER its budget" if plain[name] > SECONDS[name.split("/")[0]] else ""
        terminalreporter.write_line(f"{name:64} {plain[name]:7.1f} {compared[name]:7.1f}{over}")
    totals = sum(plain[name] for name in both), sum(compared[name] for name in both)
    ratio = totals[1] / totals[0]
    verdict = "" if ratio <= NBVAL_TO_PLAIN else f"   OVER the budget of {NBVAL_TO_PLAIN}"
    terminalreporter.write_line(f"{'all':64} {totals[0]:7.1f} {totals[1]:7.1f}   ratio {ratio:.2f}{verdict}")
