"""One list of versions; commands that are documented; words that hold."""

import re
import tomllib

import pytest
from courses import Copy

from torchdays import commands, course, install

ROOT = course.ROOT


def names(lines):
    return {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in lines}


def test_requirements_pin_every_dependency_and_name_no_place():
    pins = dict(install.pins())
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert len(pins) == len(lines), "each line is NAME==VERSION"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert names(project["dependencies"]) <= {name.lower() for name in pins}
    for dependency in project["dependencies"]:
        exact = re.fullmatch(r"([\w-]+)==(.+)", dependency)
        assert not exact or pins[exact[1]] == exact[2]
    assert not any(install_name.startswith("nvidia") for install_name in pins), "compiled with a CPU build of torch"


def test_installed_versions_are_the_pinned_ones():
    assert install.missing() is None


def test_environment_yml_has_no_list_of_its_own():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    packages = re.findall(r"(?m)^ +- (.+?):?$", text)
    assert packages == ["conda-forge", "python=3.11", "pip", "make", "pip", "-r requirements.txt", "-e ."]


def test_python_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert "python=3.11" in (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "(3, 11)" in (ROOT / "torchdays" / "__main__.py").read_text(encoding="utf-8")
    assert "(3, 11)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_command_has_a_line_of_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z]+):", makefile))
    assert targets == set(re.findall(r"(?m)^([a-z]+): *## \S", makefile))
    assert targets - {"help"} <= set(commands.COMMANDS)
    assert all(command.__doc__ for command in commands.COMMANDS.values())


# README: every command in it is run here, in tests/test_nbgrader.py or in tests/test_browser.py

ELSEWHERE = {
    "make lab": "tests/test_browser.py",
    'make lab ARGS="--no-browser --port=8890"': "tests/test_browser.py",
    "make grade": "tests/test_nbgrader.py",
    "make grade DAY=day02_tensors": "tests/test_nbgrader.py",
    "make test": "it is this run",
    # conda is not on every machine that tests: test_environment_yml_has_no_list_of_its_own stands in for it
    "conda env create -f environment.yml": "",
    "conda activate torchdays": "",
}
HERE = {
    "make help": ["make", "help"],
    "make lint": ["make", "lint"],
    "make bench ARGS=--few": ["make", "bench", "ARGS=--help"],
    "make refresh DAY=day01_meet_pytorch": ["make", "refresh", "DAY=day01_meet_pytorch"],
    "make release": ["make", "release"],
    "make test DAY=day02_tensors": ["make", "test", "DAY=day02_tensors", "ARGS=--collect-only -q"],
    "python -m torchdays lab": ["make", "lab", "ARGS=--version"],
    "python -m torchdays grade day02_tensors": ["make", "grade", "DAY=day02_tensors"],
    ".venv/bin/nbgrader export": ["nbgrader", "export"],
}


def documented():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```", text):
        for line in block.splitlines():
            command = line.split("  #")[0].strip()
            if command and not command.startswith("#"):
                yield command


def test_every_command_of_the_readme_is_tested():
    unknown = set(documented()) - ELSEWHERE.keys() - HERE.keys()
    assert not unknown, f"no test runs {unknown}"
    for command, where in ELSEWHERE.items():
        if where.startswith("tests/"):
            assert (ROOT / where).exists()
            assert command.split()[1] in (ROOT / where).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("readme") / "course")


@pytest.mark.parametrize("command", HERE)
def test_a_command_of_the_readme_works(copy, command):
    assert command in set(documented()), f"the README does not speak of {command}"
    program, *arguments = HERE[command]
    printed = getattr(copy, program)(*arguments).stdout
    assert "Traceback" not in printed


def test_readme_lists_the_days():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for day in course.days():
        row = next((line for line in text.splitlines() if f"lessons/{day.name}.ipynb" in line), "")
        assert f"[{day.title}](lessons/{day.name}.ipynb)" in row, day.name
        assert f"| {day.lesson_minutes} | {day.exercise_minutes} |" in row, day.name


def test_paths_of_the_readme_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        assert target.startswith("http") or (ROOT / target).exists(), target
