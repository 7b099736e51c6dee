"""nbgrader's whole loop from the command line: release, fetch, submit, collect, grade, return, export."""

import csv
import math
import re

import pytest
from courses import Copy, answered, needs_a_sandbox, right_answers
from graders import Exercise, Grader, read_answers

from torchdays import course

pytestmark = needs_a_sandbox
DAY = "day02_tensors"
MANY = 3  # wrong answers of each day that are graded by nbgrader itself


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    copy = Copy(tmp_path_factory.mktemp("classroom") / "course")
    copy.torchdays("release")
    return copy


@pytest.fixture(scope="module")
def graded(classroom):
    """Day 2, handed in by four learners through the exchange and graded by one command."""
    day = course.find(DAY)
    right = right_answers(day)
    wrong = next(answer for answer in read_answers(DAY) if answer.kind == "wrong")
    classroom.nbgrader("generate_assignment", DAY, "--force")
    classroom.nbgrader("release_assignment", DAY)
    for learner, answers in {
        "learner_perfect": right,
        "learner_partly": right | {wrong.cell: wrong.code},
        "learner_blank": {},
    }.items():
        classroom.put(day, answered(day, answers))
        classroom.nbgrader("submit", DAY, f"--student={learner}")
    (classroom.root / day.work.relative_to(course.ROOT)).write_text('{"cells": [', encoding="utf-8")
    classroom.nbgrader("submit", DAY, "--student=learner_corrupt")
    points = Exercise(day.solution).points
    printed = classroom.make("grade", f"DAY={DAY}").stdout
    return (
        classroom,
        printed,
        {
            "learner_perfect": 20,
            "learner_partly": 20 - sum(points[test] for test in wrong.loses),
            "learner_blank": 0,
            "learner_corrupt": 0,
        },
    )


def test_gradebook_holds_the_scores_expected(graded):
    classroom, _, expected = graded
    assert scores(classroom) == expected


def scores(classroom):
    classroom.nbgrader("export", "--to=grades.csv")
    with (classroom.root / "grades.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == DAY and row["timestamp"]]
    return {row["student_id"]: float(row["score"]) for row in rows}


def test_a_corrupt_file_is_reported_and_stops_nobody(graded):
    _, printed, _ = graded
    assert re.search(r"learner_corrupt\W+not a notebook", printed) and "Traceback" not in printed
    assert "4 of 4 submissions have a grade: 3 graded, 1 not a notebook." in printed


def test_grading_again_changes_nothing(graded):
    classroom, _, expected = graded
    printed = classroom.torchdays("grade", DAY).stdout
    assert printed.count("unchanged") == len(expected) and scores(classroom) == expected


def test_feedback_reaches_the_learner(graded):
    classroom, _, expected = graded
    for learner, score in expected.items():
        page = (classroom.root / "feedback" / learner / DAY / f"{DAY}.html").read_text(encoding="utf-8")
        assert f"(Score: {float(score)} / 20.0)" in page
        assert any((classroom.root / ".exchange" / course.COURSE_ID / "feedback").iterdir())


def test_plain_nbgrader_grades_as_make_grade_does(graded):
    classroom, _, expected = graded
    classroom.nbgrader("autograde", DAY, "--student=learner_partly", "--force")
    assert scores(classroom) == expected


def test_fast_verdict_is_nbgraders(exercise_day, tmp_path):
    """tests/graders.py, which proves the graders, and nbgrader agree on what an answer is worth."""
    classroom = Copy(tmp_path / "course")
    right = right_answers(exercise_day)
    wrong = [answer for answer in read_answers(exercise_day.name) if answer.kind == "wrong"]
    chosen = wrong[:: math.ceil(len(wrong) / MANY)]
    with Grader(exercise_day.solution) as grader:
        most = 20 - grader.exercise.manual_points  # which a person gives
        worth = {"learner_right": most}
        for number, answer in enumerate(chosen):
            failed = grader.verdict(answer.code, answer.cell)
            worth[f"learner_{number}"] = most - sum(grader.exercise.points[test] for test in failed)
    submit(classroom, exercise_day, "learner_right", right)
    for number, answer in enumerate(chosen):
        submit(classroom, exercise_day, f"learner_{number}", right | {answer.cell: answer.code})
    printed = classroom.torchdays("grade", exercise_day.name, COLUMNS="200").stdout
    for learner, points in worth.items():
        row = next(line for line in printed.splitlines() if learner in line and "/ 20" in line)
        assert f"{points:g} / 20" in row, row


def submit(classroom, day, learner, answers):
    """Put an answered notebook where `nbgrader collect` would."""
    import nbformat

    folder = classroom.root / "submitted" / learner / day.name
    folder.mkdir(parents=True)
    nbformat.write(answered(day, answers), folder / f"{day.name}.ipynb")
