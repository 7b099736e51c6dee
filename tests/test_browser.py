"""A learner's way in a real browser, from the start page to the feedback, and what the instructor then sees."""

import re
import shutil

import nbformat
import pytest
from browser import Desk, Lab, chromium, positions
from courses import Copy, needs_a_sandbox, right_answers
from playwright.sync_api import expect

from torchdays import course

DAY = "day02_tensors"
ARTIFACTS = course.ROOT / "test-artifacts"


@pytest.fixture(scope="module")
def browser():
    if not shutil.which("chromium"):
        pytest.skip("there is no chromium to drive JupyterLab with: apt-get install chromium")
    with chromium() as browser:
        yield browser


@pytest.fixture
def lab(browser, tmp_path):
    copy = Copy(tmp_path / "course")
    with Lab(copy, tmp_path) as lab:
        lab.copy = copy
        yield lab


@pytest.fixture
def desk(browser, lab, request):
    """A browser on the start page; when the test fails, what it showed and what the server said are kept."""
    failed_before = request.session.testsfailed
    desk = Desk(browser)
    yield desk
    if request.session.testsfailed > failed_before:
        ARTIFACTS.mkdir(exist_ok=True)
        desk.page.screenshot(path=ARTIFACTS / f"{request.node.name}.png")
        shutil.copy(lab.log, ARTIFACTS / f"{request.node.name}.log")
    desk.page.context.close()


def test_start_page_lists_the_days_and_leads_into_the_first(lab, desk):
    desk.open(lab.address)
    for day in course.days():
        minutes = f"open ({day.lesson_minutes} min)", f"fetch ({day.exercise_minutes} min)"
        expect(desk.row(day).get_by_role("cell")).to_have_text([f"{day.number}", day.title, *minutes, "not fetched"])
    expect(desk.shown_tabs()).to_have_text(["start.ipynb"])
    expect_unchanged(desk)

    first = course.days()[0]
    desk.notebook.get_by_role("link", name="Day 1", exact=True).click()
    expect(desk.notebook.get_by_role("heading", name=first.title, level=1)).to_be_visible()
    expect(desk.shown_tabs()).to_have_text(["start.ipynb", f"{first.name}.ipynb"])
    expect_unchanged(desk)

    desk.tab("start.ipynb")
    expect(desk.row(first)).to_be_visible()
    desk.expect_nothing_in_the_way()


@needs_a_sandbox
def test_exercise_goes_from_fetch_to_feedback_and_formgrader(lab, desk):
    day = course.find(DAY)
    desk.open(lab.address)
    fetch_and_open(desk)
    work = lab.copy.root / "work" / DAY / f"{DAY}.ipynb"
    assert work.exists()

    answers = {name: without_markers(code) for name, code in right_answers(day).items()}
    mistaken = next(iter(answers))
    place = positions(work)
    for name, code in answers.items():
        desk.write(place[name], f"def {mistaken}(*_):\n    pass" if name == mistaken else code)
    desk.save()
    said = desk.validate()
    assert "The following cell failed" in said and first_line_of_tests(work, mistaken) in said
    submit(desk, times=1)
    fetch_feedback(desk)  # too early: nothing comes, and nothing breaks

    desk.tab(f"{DAY}.ipynb")
    desk.write(place[mistaken], answers[mistaken])
    desk.save()
    assert answers.items() <= {name: cell.source for name, cell in cells(work).items()}.items()
    assert "Success! Your notebook passes all the tests." in desk.validate()
    submit(desk, times=2)

    printed = lab.copy.make("grade", f"DAY={DAY}").stdout
    assert "20 / 20" in printed and f"feedback returned  {DAY}" in printed and "Traceback" not in printed
    assert "Warning" not in printed

    desk.tab("Assignments")
    fetch_feedback(desk)
    expect(desk.submissions().last).to_contain_text("view feedback")
    expect(desk.submissions().first).not_to_contain_text("view feedback")
    desk.tab("start.ipynb")
    desk.run(1)
    expect(desk.row(day)).to_contain_text("feedback is here")
    desk.row(day).get_by_role("link", name="here").click()
    feedback = desk.page.frame_locator(".jp-HTMLViewer iframe")
    expect(feedback.locator("body")).to_contain_text(f"{DAY} (Score: 20.0 / 20.0)")

    desk.menu("Nbgrader", "Formgrader")
    formgrader = desk.page.frame_locator('iframe[src*="formgrader"]')
    row = formgrader.locator("tr", has_text=DAY)
    row.get_by_role("link", name="1", exact=True).click()
    expect(formgrader.locator("tbody tr")).to_contain_text(["20 / 20"])
    formgrader.get_by_role("link", name="Manage Students").click()
    expect(formgrader.locator("tbody tr")).to_contain_text(["20 / 20"])
    desk.expect_nothing_in_the_way()
    assert "Traceback" not in lab.printed()


def expect_unchanged(desk):
    """Opening did not change what was opened."""
    desk.expect_ready()
    expect(desk.page.locator("#jp-main-dock-panel .jp-mod-dirty")).to_have_count(0)


def fetch_and_open(desk):
    desk.menu("Nbgrader", "Assignment List")
    desk.assignment("released", DAY).get_by_role("button", name="Fetch").click()
    fetched = desk.assignment("fetched", DAY)
    fetched.locator("a.assignment-notebooks-link").click()
    desk.page.locator("#fetched_assignments_list .nested_list_item").get_by_role("link", name=DAY).click()
    expect(desk.notebook.get_by_role("heading", level=1)).to_contain_text("Day 2 exercise")


def submit(desk, times):
    """Press Submit in the Assignment List; ``times``: how many submissions are then listed."""
    desk.tab("Assignments")
    desk.assignment("fetched", DAY).get_by_role("button", name="Submit").click()
    expect(desk.submissions()).to_have_count(times)


def fetch_feedback(desk):
    desk.assignment("submitted", DAY).get_by_role("button", name="Fetch Feedback").click()


def without_markers(code):
    return re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n?", "", code)


def cells(path):
    """The cells of the exercise at ``path`` that nbgrader knows: {grade_id: cell}."""
    return {c.metadata.nbgrader.grade_id: c for c in nbformat.read(path, 4).cells if "nbgrader" in c.metadata}


def first_line_of_tests(path, answer):
    """What a learner sees first of the first test of ``answer``."""
    tests = [cell for name, cell in cells(path).items() if name.startswith(answer) and cell.metadata.nbgrader.grade]
    return tests[0].source.splitlines()[0]
