"""JupyterLab as a person at the screen meets it: starts `make lab`, then clicks and types in headless Chromium.

`python tests/browser.py assets/screenshot.png` takes the README's picture anew.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
from courses import Copy, fresh_environment
from playwright.sync_api import expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SCREEN = {"width": 1400, "height": 900}
SECONDS = 1000  # Playwright counts in milliseconds
PATIENCE = 60 * SECONDS  # a kernel starts, and the machine may have much else to do
expect.set_options(timeout=PATIENCE)


class Lab:
    """`make lab` in a copy of the course, with settings of its own; ends with every kernel that it started."""

    def __init__(self, copy, folder, port=None):
        self.log = Path(folder) / "lab.log"
        self.runtime = Path(folder) / "JUPYTER_RUNTIME_DIR"
        own = "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"
        environment = fresh_environment()
        environment.pop("JUPYTER_TOKEN", None)
        arguments = f"--no-browser --port={port or free_port()} --ServerApp.allow_root=True"
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["make", "lab", f"ARGS={arguments}", f"PYTHON={sys.executable}"],
                cwd=copy.root,
                env=environment | {name: str(Path(folder) / name) for name in own},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self):
        try:
            wait_until(lambda: "?token=" in self.printed() or self.process.poll() is not None, "an address in the log")
            assert self.process.poll() is None, f"`make lab` ended with:\n{self.printed()}"
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            servers = [json.loads(path.read_text(encoding="utf-8")) for path in self.runtime.glob("jpserver-*.json")]
            for server in servers:
                os.kill(server["pid"], signal.SIGTERM)  # it ends its kernels, then itself; `make` ends with it
            if not servers:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE / SECONDS)

    @property
    def address(self):
        """Where the start page is, with the token, as JupyterLab says it."""
        return re.search(r"http://127\.0\.0\.1\S+\?token=\w+", self.printed())[0]

    def printed(self):
        return self.log.read_text(encoding="utf-8")


class Desk:
    """One browser window on JupyterLab, and what a person does there."""

    def __init__(self, browser):
        self.page = browser.new_context(viewport=SCREEN).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.requests = []

    def open(self, address):
        self.page.goto(address)
        expect(self.page.locator("#jp-main-dock-panel")).to_be_visible()
        expect(self.notebook).to_be_visible()

    @property
    def notebook(self):
        """The notebook in front."""
        return self.page.locator(".jp-NotebookPanel:visible")

    def menu(self, *path):
        for entry in path:
            self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def tab(self, name):
        """Bring the tab called ``name`` to the front."""
        self.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=name).click()

    def shown_tabs(self):
        return self.page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")

    def cell(self, position):
        """The cell at ``position`` of the notebook in front, counted as in its file."""
        return self.notebook.locator(f'.jp-Cell[data-windowed-list-index="{position}"]')

    def write(self, position, text):
        """Click into a cell, select all that is there, and write ``text`` instead."""
        editor = self.cell(position).locator(".cm-content")
        editor.click(position={"x": 40, "y": 8})
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def run(self, position):
        """Click into a cell and press what runs it."""
        self.cell(position).locator(".cm-content").click(position={"x": 40, "y": 8})
        self.page.keyboard.press("Shift+Enter")

    def save(self):
        """Save the notebook in front; its tab loses the mark of a change."""
        self.page.keyboard.press("ControlOrMeta+s")
        expect(self.page.locator("#jp-main-dock-panel .lm-mod-current.jp-mod-dirty")).to_have_count(0)

    def validate(self):
        """Press Validate; what the dialog says, after it was closed."""
        self.notebook.get_by_role("button", name="Validate").click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_be_visible()
        said = dialog.inner_text()
        dialog.get_by_role("button", name="Ok").click()
        expect(dialog).to_have_count(0)
        return said

    def row(self, day):
        """The row of ``day`` in the start page's table."""
        number = self.page.get_by_role("cell", name=f"{day.number}", exact=True)
        return self.notebook.locator("tr").filter(has=number)

    def assignment(self, kind, name):
        """The row of an assignment in the Assignment List; kind: released, fetched or submitted."""
        return self.page.locator(f"#{kind}_assignments_list .list_item", has_text=name).first

    def submissions(self):
        return self.page.locator("#submitted_assignments_list .nested_list_item")

    def expect_ready(self):
        """The notebook in front has a kernel, which waits for something to do."""
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("Python 3 (ipykernel) | Idle")

    def expect_nothing_in_the_way(self):
        """No dialog, no notification, and nothing asked for outside this machine."""
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        expect(self.page.locator(".jp-Notification-Status [title='No notifications']")).to_have_count(1)
        strangers = [url for url in self.requests if re.match(r"\w+://(?!127\.0\.0\.1[:/])", url)]
        assert not strangers, f"the page asked for {strangers}"


@contextmanager
def chromium():
    """The system's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


def positions(path):
    """Where in the notebook at ``path`` the cells with a grade_id are: {grade_id: position}."""
    cells = nbformat.read(path, as_version=4).cells
    return {c.metadata.nbgrader.grade_id: i for i, c in enumerate(cells) if "nbgrader" in c.metadata}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.1)


def take_picture(path, lesson="day02_tensors"):
    """Store the README's picture: the start page, and beside it a lesson where it draws."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder) / "course")
        with Lab(copy, folder) as lab, chromium() as browser:
            desk = Desk(browser)
            desk.open(lab.address)
            desk.menu("File", "Open from Path…")
            desk.page.locator(".jp-Dialog input").fill(f"lessons/{lesson}.ipynb")
            desk.page.locator(".jp-Dialog").get_by_role("button", name="Open").click()
            expect(desk.notebook).to_contain_text("Before you start")
            _drag_to_the_right(desk.page, lesson)
            expect(desk.notebook).to_have_count(2)
            desk.page.keyboard.press("ControlOrMeta+b")  # the file browser makes room
            lesson_shown = desk.notebook.filter(has_text="Before you start")
            lesson_shown.locator(".jp-RenderedImage").first.scroll_into_view_if_needed()
            desk.expect_ready()
            desk.save()
            desk.expect_nothing_in_the_way()
            desk.page.screenshot(path=path)


def _drag_to_the_right(page, name):
    """Pull a tab to the right edge, where JupyterLab splits the screen."""
    page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=name).hover()
    page.mouse.down()
    page.mouse.move(SCREEN["width"] / 2, SCREEN["height"] / 2, steps=12)
    page.mouse.move(SCREEN["width"] - 120, SCREEN["height"] / 2, steps=12)
    expect(page.locator(".lm-DockPanel-overlay:visible")).to_have_count(1)  # where the tab would fall
    page.mouse.up()


if __name__ == "__main__":
    take_picture(Path(sys.argv[1]))
