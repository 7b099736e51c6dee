"""`make bench`: the same submissions of one real day graded by stock nbgrader and by ours, alternating.

Prints seconds a submission, their ratio and peak memory, then the cost of many, which must stay flat.
ARGS="--few" for a quick look. Ratios of one run; never a test, since machines are noisy.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
from courses import Copy, answered, fresh_environment, right_answers
from graders import read_answers
from rich.console import Console
from rich.table import Table

from torchdays import course

STOCK = """
c.Autograde.sanitize_preprocessors = [
    f"nbgrader.preprocessors.{step}"
    for step in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")
]
c.Autograde.autograde_preprocessors = [
    f"nbgrader.preprocessors.{step}"
    for step in ("Execute", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")
]
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.GenerateFeedback.exporter_class = "nbconvert.exporters.HTMLExporter"
"""


class Way:
    """One way to grade, in a copy of the course of its own."""

    def __init__(self, name, folder, day, commands, settings=""):
        self.name, self.day, self.commands = name, day, commands
        self.copy = Copy(folder / name)
        config = self.copy.root / "nbgrader_config.py"
        config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
        self.copy.nbgrader("generate_assignment", day.name, "--force")
        self.seconds, self.peak, self.count = 0.0, 0, 0

    def grade(self, notebooks):
        """Grade ``notebooks`` from scratch; the seconds that it took."""
        for folder in "submitted", "autograded", "feedback":
            shutil.rmtree(self.copy.root / folder, ignore_errors=True)
        for number, notebook in enumerate(notebooks):
            path = self.copy.root / "submitted" / f"learner_{number:03}" / self.day.name / f"{self.day.name}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(notebook, path)
        began = time.perf_counter()
        for command in self.commands:
            peak = _run(command, self.copy.root)
            self.peak = max(self.peak, peak)
        taken = time.perf_counter() - began
        pages = len(list((self.copy.root / "feedback").glob("*/*/*.html")))
        assert pages == len(notebooks), f"{self.name} wrote {pages} feedback pages for {len(notebooks)} submissions"
        self.seconds, self.count = self.seconds + taken, self.count + len(notebooks)
        return taken


def _run(command, folder):
    """Run to the end; the most memory, in bytes, that it and all its children took together."""
    process = subprocess.Popen(
        command, cwd=folder, env=fresh_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0

    def look():
        nonlocal peak
        while process.poll() is None:
            taken = 0
            for one in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                try:
                    taken += one.memory_full_info().pss
                except psutil.Error:
                    continue
            peak = max(peak, taken)
            time.sleep(0.5)

    watcher = threading.Thread(target=_quietly(look), daemon=True)
    watcher.start()
    process.wait()
    watcher.join()
    return peak


def _quietly(look):
    def watch():
        try:
            look()
        except psutil.Error:
            return  # the process ended between two looks

    return watch


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--day", default="day02_tensors")
    options.add_argument("--few", action="store_true", help="8 submissions instead of 40, and 16 instead of 400")
    options = options.parse_args()
    day = course.find(options.day)
    number, many = (8, 16) if options.few else (40, 400)
    right = right_answers(day)
    wrong = [a for a in read_answers(day.name) if a.kind == "wrong" and "for ever" not in a.title]
    students = [
        right if i % 4 == 0 else right | {w.cell: w.code} for i, w in zip(range(number), wrong * 40, strict=False)
    ]
    notebooks = [answered(day, answers) for answers in students]
    console = Console()
    with tempfile.TemporaryDirectory(prefix="torchdays-bench-") as folder:
        nbgrader = str(Path(sys.executable).parent / "nbgrader")
        stock = Way(
            "stock",
            Path(folder),
            day,
            [[nbgrader, "autograde", day.name, "--create"], [nbgrader, "generate_feedback", day.name]],
            STOCK,
        )
        ours = Way("ours", Path(folder), day, [[sys.executable, "-m", "torchdays", "grade", day.name]])
        for turn in range(2):
            seconds = [way.grade(notebooks) / number for way in (stock, ours)]
            console.print(f"turn {turn + 1}: stock {seconds[0]:.2f} s, ours {seconds[1]:.2f} s a submission")
        table = Table("", "seconds a submission", "peak memory, MB", title=f"{number} submissions of {day.name}")
        for way in stock, ours:
            table.add_row(way.name, f"{way.seconds / way.count:.2f}", f"{way.peak / 2**20:.0f}")
        console.print(table)
        console.print(f"stock / ours: {stock.seconds / ours.seconds:.1f}  (starts included)")
        ours.peak = 0
        for count in (many // 4, many):
            taken = ours.grade((notebooks * (many // number + 1))[:count])
            console.print(f"{count} at once: {taken / count:.2f} s a submission, peak {ours.peak / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
