"""A learner's way in a real browser, from the start page to the feedback, and what the instructor then sees."""

import re
import shutil

import nbformat
import pytest
from browser import PATIENCE, Desk, Lab, chromium, positions
from courses import Copy, needs_a_sandbox, right_answers
from playwright.sync_api import expect
from toy import DAY as TOY
from toy import RIGHT, make_course, released

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


@needs_a_sandbox
def test_formgraders_button_grades_behind_the_wall_and_a_person_confirms_what_is_held(browser, tmp_path):
    course_of_toys = make_course(tmp_path / "course")
    honest, odd = RIGHT, RIGHT | {"double": "def double(x):\n    return eval('x * 2')"}
    for learner, answers in {"honest": honest, "odd": odd}.items():
        path = course_of_toys.root / "submitted" / learner / TOY / f"{TOY}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(released(course_of_toys, answers), path)
    course_of_toys.nbgrader("generate_assignment", TOY, "--force")
    with Lab(course_of_toys, tmp_path) as lab:
        formgrader = lab.address.partition("/lab/")[0] + "/formgrader"
        desk = Desk(browser)
        desk.open(lab.address)
        desk.expect_ready()
        # in a tab of its own: a page that is left while its kernel writes to it makes the server print tracebacks
        page = desk.page.context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{formgrader}/manage_submissions/{TOY}")
        for learner, status in {"honest": "graded", "odd": "needs manual grading"}.items():
            row = page.locator("tbody tr", has_text=learner)
            row.locator(".autograde a").click()
            expect(page.locator(".modal-body")).to_contain_text(f"Successfully autograded '{TOY}'")
            page.locator(".modal-footer button").click()
            expect(row.locator(".status")).to_have_text(status)
        expect(page.locator("tbody tr", has_text="honest").locator(".score")).to_have_text("20 / 20")
        expect(page.locator("tbody tr", has_text="odd").locator(".score")).to_have_text("0 / 20")

        page.goto(f"{formgrader}/gradebook/{TOY}/{TOY}")
        page.locator("tbody tr", has_text="0 / 20").filter(has_not_text="20 / 20").locator("a.name-hidden").click()
        reason = "Held for review: 12 points, if what was found is honest. line 2, eval: code made from text"
        expect(page.locator("body")).to_contain_text(reason)
        page.wait_for_function("formgrader.grades?.loaded")  # until then a box takes a number and forgets it
        for name, points in {"double_values": 12, "negate_values": 8}.items():
            with page.expect_response(lambda answer: answer.request.method == "PUT"):
                page.locator(f"#{name}").fill(f"{points}")
                page.locator(f"#{name}").blur()
        page.goto(f"{formgrader}/manage_submissions/{TOY}")
        row = page.locator("tbody tr", has_text="odd")
        expect(row.locator(".score")).to_have_text("20 / 20")
        expect(row.locator(".status")).to_have_text("graded")
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
