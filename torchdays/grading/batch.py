"""Grades many submissions: executed side by side, written into the gradebook by one hand, resumable at any moment."""

import fcntl
import multiprocessing
import os
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager

import nbformat

from torchdays import course
from torchdays.course import CourseError
from torchdays.grading import chain, outcomes, sandbox, steps
from torchdays.grading.outcomes import Outcome, State

IN_FLIGHT = 3  # submissions per worker that are on their way at a time: memory stays flat


def grade_all(chosen, force=False, jobs=None, executor=None):
    """Grade every (day, students) of ``chosen``; yields an Outcome as each is done.

    force: also what has its grade; jobs: how many at a time (default: as many as there are cores)
    executor: a concurrent.futures.Executor that carries the work; a pool of processes by default.
    Killed at any moment and run again, it goes on with what has no feedback yet.
    """
    waiting = deque()
    for day, students in chosen:
        for student in students:
            if not force and steps.is_graded(day, student):
                yield steps.graded(day, student, fresh=False)
            else:
                waiting.append((day, student))
    if not waiting:
        return
    if not chain.walls_are_off():
        sandbox.require()
    jobs = jobs or len(os.sched_getaffinity(0))
    with _alone(), executor or _processes(min(jobs, len(waiting))) as pool:
        for _ in range(min(jobs, len(waiting))):
            pool.submit(warm_up)
        for day in dict.fromkeys(day for day, _ in waiting):
            steps.enter(day)
        yield from _Batch(pool, waiting, IN_FLIGHT * jobs)


def _processes(jobs):
    about = os.getpid(), not chain.walls_are_off()
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), sandbox.start_worker, about)


@contextmanager
def _alone():
    """Only one grading writes into the gradebook at a time."""
    lock = course.ROOT / ".grading"
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(
                "Another grading of this course is under way; run the command again when it ends."
            ) from None
        yield


class _Batch:
    """One run over what waits. Each submission goes: sanitise here, execute there, save here, draw the page there."""

    def __init__(self, pool, waiting, most):
        self.pool, self.waiting, self.most = pool, waiting, most
        self.sanitise = steps.Sanitiser()
        self.limits = chain.limits(steps.nbgrader().config)
        self.under_way = {}

    def __iter__(self):
        while self.waiting or self.under_way:
            while self.waiting and len(self.under_way) < self.most:
                yield from self._step(self._begin, *self.waiting.popleft())
            done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            for future in done:
                step, *about = self.under_way.pop(future)
                yield from self._step(step, *about, future)

    def _step(self, step, day, student, *rest):
        """Take one step; what fails in it fails this submission alone."""
        try:
            outcome = step(day, student, *rest)
        except Exception as error:
            reason = str(error).replace(f"{course.ROOT}{os.sep}", "") or type(error).__name__
            yield Outcome(student, day.name, State.NOT_GRADED, reason)
        else:
            if outcome is not None:
                yield outcome

    def _begin(self, day, student):
        path = course.SUBMITTED / student / day.name / day.solution.name
        if not path.exists():
            path.touch()  # an empty file is told to the learner as what it is; nbgrader would stop without one
        text = self.sanitise(day, student)
        key = chain.key(nbformat.reads(text, as_version=4), path.parent)
        job = self.pool.submit(execute, text, day.name, chain.files_beside(path.parent), self.limits)
        self.under_way[job] = self._executed, day, student, {str(path): text}, key

    def _executed(self, day, student, sanitised, key, job):
        chain.AHEAD.update(sanitised)
        chain.AHEAD[key] = job.result()
        steps.autograde(day, student)
        notebook, known = steps.with_grades(day, student)
        job = self.pool.submit(draw_page, nbformat.writes(notebook), known)
        self.under_way[job] = self._drawn, day, student

    def _drawn(self, day, student, job):
        chain.AHEAD[str(course.AUTOGRADED / student / day.name / day.solution.name)] = job.result()
        steps.write_feedback(day, student)
        return steps.graded(day, student)


def warm_up():
    """What a worker can do before there is work: by finding this function it has imported all that it needs."""


def execute(text, day_name, files, limits):
    """Run a sanitised notebook: what chain.run returns. For a worker: needs no gradebook and no submission's folder."""
    notebook = nbformat.reads(text, as_version=4)
    return chain.run(notebook, files, course.find(day_name), limits)


def draw_page(text, known):
    """The feedback page of a notebook with grades. For a worker, as execute()."""
    if "pages" not in _made:
        _made["pages"] = steps.Pages()
    return _made["pages"](nbformat.reads(text, as_version=4), known)


_made = {}


def summary(chosen):
    """The Outcome of everything in submitted/ that is graded, for the CSV."""
    return [steps.graded(day, s, fresh=False) for day, students in chosen for s in students if outcomes.stored(day, s)]
