"""What can become of a submission: exactly one State, a note, and words for the learner. Stored with the notebook."""

import csv
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from torchdays import course, notebooks
from torchdays.course import CourseError


class State(StrEnum):
    """The typed outcome of a submission; the first that holds is the one that counts."""

    NOT_A_NOTEBOOK = "not a notebook"
    TOO_MUCH_OUTPUT = "too much output"
    OUT_OF_MEMORY = "out of memory"
    TIMED_OUT = "timed out"
    KERNEL_DIED = "kernel died"
    NEEDS_REVIEW = "needs review"
    REPAIRED = "cells repaired"
    GRADED = "graded"
    NOT_GRADED = "not graded"  # nbgrader or this machine failed, never the submission


WORDS = {
    State.NOT_A_NOTEBOOK: "What you handed in could not be read as a notebook, so nothing in it could be graded. "
    "Open your exercise, check that it looks right, save it, and submit it again.",
    State.TOO_MUCH_OUTPUT: "Your notebook printed more than can be kept, and was stopped there. "
    "Take the print out of the loop, and submit again. What ran before counts.",
    State.OUT_OF_MEMORY: "Your notebook needed more memory than there is. A size that stretches without being asked "
    "for is the usual cause: look at the shapes in the cell that is named. The other cells count.",
    State.TIMED_OUT: "A cell of your notebook did not end in time and was stopped. Is there a loop whose condition "
    "never becomes false? The other cells count.",
    State.KERNEL_DIED: "Python ended while your notebook ran, so what stood below that place was not run. "
    "Restart the kernel, run all cells, and submit again.",
    State.NEEDS_REVIEW: "Some of your points wait until a person has looked at your answer; none is lost.",
    State.REPAIRED: "Cells of the exercise were missing or doubled; they were put back as they were released.",
    State.GRADED: "",
    State.NOT_GRADED: "",
}


@dataclass
class Outcome:
    """What became of one submission. score and points are None where the gradebook has none."""

    student: str
    day: str
    state: State
    note: str = ""
    score: float | None = None
    points: float | None = None
    held: dict = field(default_factory=dict)  # grade_id of a test -> why its points wait
    wall: bool = True  # whether it ran in the sandbox
    fresh: bool = True  # graded now, and not before

    @property
    def words(self):
        """What the learner is told; empty where there is nothing to say."""
        return " ".join(part for part in (WORDS[self.state], self.note and f"({self.note}.)") if part)


KEPT = "state", "note", "held", "wall"


def put(notebook, state, note="", held=None, wall=True):
    """Store an outcome in ``notebook``, which nbgrader keeps in autograded/."""
    notebook.metadata["outcome"] = {"state": str(state), "note": note, "held": held or {}, "wall": wall}


def get(notebook):
    """What put() stored, with a State; None if there is nothing."""
    kept = notebook.metadata.get("outcome")
    return kept and {**kept, "state": State(kept["state"])}


def stored(day, student):
    """The Outcome of a graded submission, without its score; None if it is not graded."""
    try:
        kept = get(notebooks.read(course.AUTOGRADED / student / day.name / day.solution.name))
    except CourseError:
        return None
    return kept and Outcome(student, day.name, **{name: kept[name] for name in KEPT})


def write_csv(outcomes, path):
    """One row an outcome, for a spreadsheet."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "learner", "outcome", "points", "of", "sandbox", "held", "remark"])
        for o in outcomes:
            row = asdict(o)
            writer.writerow(
                [o.day, o.student, o.state, row["score"], row["points"], "yes" if o.wall else "NO", len(o.held), o.note]
            )
