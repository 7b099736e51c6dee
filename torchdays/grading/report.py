"""Shows what became of a batch of submissions."""

from rich.console import Console
from rich.table import Table


def show(outcomes):
    """Print a line as each outcome comes, then a table and a count."""
    console = Console()
    done = []
    for outcome in outcomes:
        done.append(outcome)
        console.print(f"  {outcome.state:10}  {outcome.day}  {outcome.student}", highlight=False)
    table = Table("Day", "Learner", "Outcome", "Points", "Remark")
    for outcome in done:
        points = "" if outcome.score is None else f"{outcome.score:g} / {outcome.points:g}"
        table.add_row(outcome.day, outcome.student, outcome.state, points, outcome.note)
    console.print(table)
    failed = sum(outcome.state == "not graded" for outcome in done)
    console.print(f"{len(done) - failed} of {len(done)} submissions have a grade.", highlight=False)
