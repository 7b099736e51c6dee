"""An exercise is proved, not written: its grader meets right answers, wrong answers and mutants."""

import pytest
from graders import Grader, read_answers, read_equivalents
from mutants import mutants

FLOOR = 0.95  # of the mutants that do not compute the same as the solution


@pytest.fixture(scope="module")
def grader(exercise_day):
    with Grader(exercise_day.solution) as grader:
        yield grader


def test_solution_earns_every_point(grader):
    assert grader.verdict() == {}
    assert sum(grader.exercise.points.values()) + grader.exercise.manual_points == 20


def test_there_are_wrong_and_right_answers_for_every_task(grader, exercise_day):
    answers = read_answers(exercise_day.name)
    cells = set(grader.exercise.solutions)
    assert {a.cell for a in answers} <= cells, "an answer names a cell that does not exist"
    assert {a.cell for a in answers if a.kind == "wrong"} == cells, "every answer cell needs a wrong answer"
    assert sum(a.kind == "wrong" for a in answers) >= 6
    lost = {test for a in answers for test in a.loses}
    assert lost == set(grader.exercise.tests), "every test must be lost by some wrong answer"


def test_each_answer_gets_what_it_deserves(grader, exercise_day):
    surprises = []
    for answer in read_answers(exercise_day.name):
        failed = grader.verdict(answer.code, answer.cell, honest=answer.kind == "right")
        label = f"{answer.kind} {answer.cell}: {answer.title}"
        for test in failed.keys() - answer.loses.keys():
            surprises.append(f"{label}\n    also loses {test}: {failed[test]}")
        for test, words in answer.loses.items():
            if test not in failed:
                surprises.append(f"{label}\n    passes {test}")
            elif words not in failed[test]:
                surprises.append(f"{label}\n    {test} does not say '{words}' but: {failed[test]}")
    assert not surprises, "\n".join(["", *surprises])


def test_mutants_are_killed(grader, exercise_day, record_property):
    equivalents = read_equivalents(exercise_day.name)
    killed, excused, survivors = 0, set(), []
    for cell, index in grader.exercise.solutions.items():
        for mutant in mutants(grader.exercise.cells[index].source):
            if grader.verdict(mutant.code, cell, until_lost=True):
                killed += 1
            elif (cell, mutant.change) in equivalents:
                excused.add((cell, mutant.change))
            else:
                survivors.append(f"{cell}: {mutant.change}")
    score = killed / (killed + len(survivors))
    record_property("mutation", (exercise_day.name, killed, len(survivors), len(excused)))
    assert not survivors and score >= FLOOR, (
        f"mutation score {score:.1%}; kill these, or list them in tests/answers/{exercise_day.name}.py as equivalent:\n"
        + "\n".join(survivors)
    )
    unused = equivalents.keys() - excused
    assert not unused, f"listed as equivalent but killed, or no mutant at all: {sorted(unused)}"
