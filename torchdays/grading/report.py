"""Shows what becomes of a batch of submissions, and what became of it."""

from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from torchdays import course
from torchdays.grading import outcomes
from torchdays.grading.outcomes import State


def show(found, total):
    """A bar and a line as each Outcome comes, then a table, and a count of each state."""
    console = Console()
    done = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("grading", total=total)
        for outcome in found:
            done.append(outcome)
            state = outcome.state if outcome.fresh else "unchanged"
            progress.console.print(f"  {state:16}  {outcome.day}  {outcome.student}", highlight=False, markup=False)
            progress.advance(task)
    table = Table("Day", "Learner", "Outcome", "Points", "Remark")
    for outcome in sorted(done, key=lambda o: (o.day, o.student)):
        points = "" if outcome.score is None else f"{outcome.score:g} / {outcome.points:g}"
        remark = "; ".join(filter(None, [outcome.note, *_held(outcome), "" if outcome.wall else "NO SANDBOX"]))
        table.add_row(*(_plain(text) for text in (outcome.day, outcome.student, outcome.state, points, remark)))
    console.print(table)
    missing = sum(o.state == State.NOT_GRADED for o in done)
    counts = ", ".join(f"{number} {state}" for state, number in Counter(o.state for o in done).most_common())
    console.print(f"{len(done) - missing} of {len(done)} submissions have a grade: {counts}.", highlight=False)


def _held(outcome):
    if outcome.held:
        yield f"points of {', '.join(outcome.held)} wait in Formgrader"


def _plain(text):
    return str(text).replace("[", r"\[")


def write(found):
    """Write all outcomes into outcomes.csv, beside the gradebook."""
    outcomes.write_csv(found, course.OUTCOMES)
    print(f"Every outcome stands in {course.OUTCOMES.name}.")
