"""The notebooks as files: what nbval cannot see. Nothing is executed here."""

import ast
import json
import re
import statistics

import nbformat
import pytest
from graders import Exercise
from reach import binds, needs

from torchdays import course, notebooks
from torchdays.grading import steps

IGNORING = re.compile(r"nbval-ignore-output|nbval-skip|NBVAL_IGNORE_OUTPUT|NBVAL_SKIP|PYTEST_VALIDATE_IGNORE_OUTPUT")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outside_fences(text):
    return re.sub(r"(?ms)^```.*?^```", "", text)


@pytest.fixture
def stored(path):
    return nbformat.read(path, as_version=4)


# every stored notebook


def test_file_is_in_its_normal_form(path, stored):
    nbformat.validate(stored)
    assert path.read_text(encoding="utf-8") == notebooks.text(notebooks.normalise(stored)), "run `make refresh`"


def test_every_cell_was_run_in_order(path, stored):
    assert [cell.execution_count for cell in code(stored)] == list(range(1, len(code(stored)) + 1))
    assert all(cell.source.strip() for cell in stored.cells), "an empty cell"


def test_ids_are_unique(path, stored):
    ids = [cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]  # nbformat would repair them
    assert len(ids) == len(set(ids))
    grade_ids = [cell.metadata.nbgrader.grade_id for cell in stored.cells if "nbgrader" in cell.metadata]
    assert len(grade_ids) == len(set(grade_ids))


def test_nothing_is_stored_from_stderr_and_no_error(path, stored):
    for cell in code(stored):
        for output in cell.outputs:
            assert output.get("name") != "stderr", f"{cell.source}\n\nwrote on stderr: {output.text}"
            assert output.output_type != "error", (
                f"{cell.source}\n\nraised {output.ename}; catch it and print what matters"
            )


def test_no_figure_is_blank(path, stored):
    for cell in code(stored):
        for picture in notebooks.figures(cell):
            light_and_dark = picture.convert("L").getextrema()
            ink = sum(n for value, n in enumerate(picture.convert("L").histogram()) if value < 200)
            assert light_and_dark[0] < 200 < light_and_dark[1] and ink > 200, f"a blank figure below:\n{cell.source}"


def test_no_comparison_is_switched_off_without_a_reason(path, stored):
    for cell in code(stored):
        marks = IGNORING.findall(cell.source + " ".join(cell.metadata.get("tags", [])))
        assert not marks or "# not compared because" in cell.source, f"why is this not compared?\n{cell.source}"


def test_no_cell_ends_in_a_semicolon(path, stored):
    # nbval compares such a cell with an output that JupyterLab would not show
    assert not [cell.source for cell in code(stored) if cell.source.rstrip().endswith(";")]


def test_nothing_depends_on_one_machine(path, stored):
    unstable = re.compile(
        r"0x[0-9a-f]{6,}|/tmp/|/home/|/root/|site-packages|ipykernel_\d+|cuda:\d|device='(cuda|mps|xpu)"
    )
    for cell in code(stored):
        shown = "".join(
            output.get("text", "") + str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs
        )
        assert not unstable.search(shown), f"{unstable.search(shown)[0]!r} is printed by\n{cell.source}"


def test_links_and_assets_exist(path, stored):
    targets = re.findall(r"\]\(([^)\s]+)\)|src=[\"']([^\"']+)", outside_fences(prose(stored)))
    for target in (a or b for a, b in targets):
        if re.match(r"https?:|#|mailto:", target):
            continue
        assert (path.parent / target.split("#")[0]).exists(), f"the link to {target} leads nowhere"
    headings = {re.sub(r"\s", "-", h.strip()) for h in re.findall(r"(?m)^#+ (.+)$", prose(stored))}
    for target in (a or b for a, b in targets):
        assert not target.startswith("#") or target[1:] in headings, f"no heading for {target}"


def test_code_parses_and_imports_nothing_that_is_gone(path, stored):
    for cell in code(stored):
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n.split(".")[0] for n in names} & {"torchtext", "fairseq", "torchvision", "torchaudio", "gym"}


# lessons: the contract of the style


def test_lesson_opens_with_what_a_reader_needs(lesson_path):
    notebook = nbformat.read(lesson_path, as_version=4)
    day = course.find(lesson_path.stem)
    text = prose(notebook)
    first = notebook.cells[0].source
    assert re.match(rf"# Day {day.number} · \S", first), "the first cell starts with '# Day N · Title'"
    assert len(re.findall(r"(?m)^# ", outside_fences(text))) == 1, "one H1"
    top = "\n".join(cell.source for cell in notebook.cells[:4])
    learn = re.search(r"\*\*You will learn\*\*.*?\n((?:\s*[-*\d].+\n?)+)", top)
    assert learn and 3 <= len(re.findall(r"(?m)^\s*(?:[-*]|\d\.) ", learn[1])) <= 6
    before = re.search(r"\*\*Before you start:?\*\*.*", top)
    assert before and f"{day.lesson_minutes} minutes" in top, (
        "the minutes of the text and of the file's metadata differ"
    )


def test_lesson_ends_as_every_lesson_does(lesson_path):
    sections = re.findall(r"(?m)^## (.+)$", outside_fences(prose(nbformat.read(lesson_path, as_version=4))))
    assert sections[-4:] == ["Check yourself", "Recap", "Go further", "Now practise"]
    assert "When it goes wrong" in sections


def test_lesson_asks_before_it_shows(lesson_path):
    cells = code(nbformat.read(lesson_path, as_version=4))
    guesses = [i for i, cell in enumerate(cells) if re.search(r"(?m)^guess\w* = None$", cell.source)]
    checks = [i for i, cell in enumerate(cells) if "predict.check(" in cell.source]
    assert len(guesses) >= 4 and len(checks) >= 4
    assert all(not cells[i].outputs for i in guesses), "a cell for a guess shows nothing"
    assert all(any(0 < c - g <= 2 for c in checks) for g in guesses), "a guess is checked in one of the next two cells"


def test_lesson_has_pictures_and_short_cells(lesson_path):
    cells = code(nbformat.read(lesson_path, as_version=4))
    lengths = [len(cell.source.splitlines()) for cell in cells]
    assert sum(1 for cell in cells for _ in notebooks.figures(cell)) >= 3
    assert statistics.median(lengths) < 8 and max(lengths) <= 30
    assert all(picture.width <= 960 for cell in cells for picture in notebooks.figures(cell)), "wider than the page"


def test_lesson_asks_three_questions_and_explains_every_option(lesson_path):
    text = prose(nbformat.read(lesson_path, as_version=4))
    section = re.search(r"(?ms)^## Check yourself(.*?)^## Recap", text)[1]
    folded = re.findall(r"(?s)<details>(.*?)</details>", section)
    assert len(folded) == 3 and all("<summary>" in part for part in folded)
    questions = re.split(r"(?s)<details>.*?</details>", section)
    for question, answer in zip(questions, folded, strict=False):
        options = re.findall(r"(?m)^\s*[-*]?\s*\*{0,2}\(?([a-e])[).]", question)
        explained = re.findall(r"(?m)(?:^|\W)\*{0,2}\(?([a-e])[).]", answer)
        assert len(options) >= 3 and set(options) <= set(explained), f"explain {set(options) - set(explained)}"


def test_functions_of_a_lesson_are_called(lesson_path):
    cells = code(nbformat.read(lesson_path, as_version=4))
    everything = "\n".join(cell.source for cell in cells)
    for cell in cells:
        for node in ast.parse(cell.source).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                uses = len(re.findall(rf"\b{node.name}\b", everything))
                assert uses > 1, f"{node.name} is defined and never used"


def test_prose_keeps_its_promises(lesson_path):
    text = outside_fences(prose(nbformat.read(lesson_path, as_version=4)))
    text = re.sub(r"`[^`]*`", "", text)
    hype = re.findall(
        r"(?i)\b(?:simply|obviously|trivially|amazing|awesome|just type|blazing|state-of-the-art|magic(?:al)?ly)\b",
        text,
    )
    american = re.findall(
        r"(?i)\b(?:color|colors|behavior|normalize[ds]?|initialize[ds]?|optimize[ds]?|vectorize[ds]?|center|analyze[ds]?|regularization|initialization|generalize[ds]?)\b",
        text,
    )
    emoji = re.findall("[\U0001f300-\U0001faff\u2600-\u27bf]", text)
    assert not hype and not emoji and not american
    running = "\n".join(line for line in text.splitlines() if not re.match(r"\s*([-*#|<>]|\d+[.)] )", line))
    long = [paragraph for paragraph in re.split(r"\n\s*\n", running) if len(paragraph.split()) > 130]
    assert not long, f"a wall of text:\n{long[0] if long else ''}"


# exercises


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """One folder for all days, since its gradebook takes seconds to make."""
    return tmp_path_factory.mktemp("generated")


def test_release_is_what_its_source_generates(exercise_day, generated):
    steps.generate(exercise_day, generated)
    fresh = (generated / exercise_day.name / exercise_day.exercise.name).read_text(encoding="utf-8")
    assert fresh == exercise_day.exercise.read_text(encoding="utf-8"), "run `make release`"


def test_release_gives_nothing_away(exercise_day):
    release = exercise_day.exercise.read_text(encoding="utf-8")
    source = nbformat.read(exercise_day.solution, as_version=4)
    for marker in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        assert marker not in release
    given = {
        line.strip()
        for cell in nbformat.read(exercise_day.exercise, as_version=4).cells
        for line in cell.source.splitlines()
    }
    for cell in source.cells:
        for kind in ("SOLUTION", "HIDDEN TESTS"):
            for hidden in re.findall(rf"(?s)### BEGIN {kind}\n(.*?)### END {kind}", cell.source):
                lines = [line.strip() for line in hidden.splitlines() if len(line.strip()) > 30]
                leaked = [line for line in lines if line in given and not line.startswith(("#", "assert isinstance"))]
                assert len(leaked) <= len(lines) / 2, f"the release shows {leaked}"
    assert not any(cell.get("outputs") for cell in nbformat.read(exercise_day.exercise, as_version=4).cells)


def test_exercise_is_laid_out_as_every_exercise(exercise_day):
    notebook = nbformat.read(exercise_day.solution, as_version=4)
    text = prose(notebook)
    assert re.match(rf"# Day {exercise_day.number} exercise · \S", notebook.cells[0].source)
    assert f"{exercise_day.exercise_minutes} minutes" in "\n".join(c.source for c in notebook.cells[:3])
    assert "Validate" in text and "Submit" in text and re.search(r"(?m)^\| .*(?:points|Points)", text)
    tasks = re.findall(r"(?m)^## (\d+) · .+\((\d+) points?\)", text)
    assert 5 <= len(tasks) <= 8 and [int(n) for n, _ in tasks] == list(range(1, len(tasks) + 1))
    assert sum(int(points) for _, points in tasks) == 20
    assert len(re.findall("<details>", text)) >= 2 * (len(tasks) - 1), "two hints a task"
    assert re.search(r"(?m)^## Stretch", text)
    graded = sum(
        cell.metadata.nbgrader.points for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")
    )
    assert graded == 20


def test_every_answer_says_what_it_wants(exercise_day):
    for cell in nbformat.read(exercise_day.solution, as_version=4).cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("solution") and not meta.get("grade"):
            assert "### BEGIN SOLUTION" in cell.source and '"""' in cell.source, cell.source


def test_every_assert_of_a_test_says_what_is_wrong(exercise_day):
    for cell in notebooks.read(exercise_day.solution).cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                said = not isinstance(node, ast.Assert) or node.msg is not None
                assert said, f"{cell.metadata.nbgrader.grade_id}: nothing is said with {ast.unparse(node)}"


def test_a_failed_test_takes_nothing_from_the_tests_after_it(exercise_day):
    """What a test cell binds after its first check is missing where the check fails: no other test may need it."""
    exercise = Exercise(exercise_day.solution)
    tests, early, late = exercise.tests.items(), set(), {}
    for index, cell in enumerate(exercise.cells):
        checked = False
        for statement in ast.parse(cell.source).body:
            if checked:
                late |= dict.fromkeys(binds(statement), cell.metadata.nbgrader.grade_id)
            else:
                early |= binds(statement)
            checked |= index in exercise.tests.values() and may_fail(statement)
    for test, index in tests:
        wanted = needs(exercise.cells[index].source, words=False) & (late.keys() - early)
        missing = {name: late[name] for name in wanted if late[name] != test}
        assert not missing, f"{test} needs what another test binds after a check: {missing}"


def may_fail(statement):
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return False
    return any(isinstance(node, (ast.Assert, ast.Raise, ast.Call)) for node in ast.walk(statement))
