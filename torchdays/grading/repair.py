"""Puts back what a submission lost: deleted, doubled or shuffled cells of the exercise."""

import copy

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor

from torchdays import course


def repair(notebook, exercise):
    """Give ``notebook`` every cell of ``exercise`` that has a grade_id, once each, in the exercise's order; in place.

    A learner's own cells stay where they are, behind the cell that they followed. Of a doubled answer
    cell the first counts. What was done is returned as a list of sentences, empty for a sound notebook.
    """
    wanted = [cell for cell in exercise.cells if _grade_id(cell)]
    roles = {_grade_id(cell): cell for cell in wanted}
    first, notes = {}, []
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata and _grade_id(cell) not in roles:
            cell.metadata.pop("nbgrader")  # a cell that is none of the exercise's has no part in grading
        grade_id = _grade_id(cell)
        if grade_id and grade_id in first:
            notes.append(f"cell '{grade_id}' was there twice; the first one counts")
            cell.metadata.pop("nbgrader")
        elif grade_id:
            first[grade_id] = cell
            notes += _restore_role(cell, roles[grade_id])
    ids = [_grade_id(cell) for cell in wanted]
    present = [g for g in map(_grade_id, notebook.cells) if g in ids]
    if present != [g for g in ids if g in first]:
        notes.append("cells were in another order; they are back in the exercise's")
        followers = _followers(notebook.cells, set(ids))
        cells = followers.pop(None)
        for grade_id in ids:
            cells += [first[grade_id], *followers[grade_id]] if grade_id in first else []
        notebook.cells = cells
    for position, cell in enumerate(wanted):
        if ids[position] in first:
            continue
        notes.append(f"cell '{ids[position]}' was missing; it is back as it was released")
        before = {id(first[g]) for g in ids[:position]}
        place = max((i + 1 for i, c in enumerate(notebook.cells) if id(c) in before), default=0)
        first[ids[position]] = copy.deepcopy(cell)
        notebook.cells.insert(place, first[ids[position]])
    return notes


def _restore_role(cell, wanted):
    """Give a cell the type and the metadata that it was released with."""
    cell.metadata.nbgrader = copy.deepcopy(wanted.metadata.nbgrader)
    if cell.cell_type == wanted.cell_type:
        return
    source = cell.source
    cell.clear()
    cell.update(copy.deepcopy(wanted))
    if not wanted.metadata.nbgrader.get("locked"):
        cell.source = source
    yield f"cell '{_grade_id(wanted)}' was of another type; it is {wanted.cell_type} again"


def _followers(cells, ids):
    """The learner's own cells after each cell of the exercise; those before the first one under None."""
    followers, last = {None: []}, None
    for cell in cells:
        if _grade_id(cell) in ids:
            last = _grade_id(cell)
            followers[last] = []
        else:
            followers[last].append(cell)
    return followers


def _grade_id(cell):
    role = cell.metadata.get("nbgrader")
    grade_id = role.get("grade_id") if isinstance(role, dict) else None
    return grade_id if isinstance(grade_id, str) else None


class RepairCells(NbGraderPreprocessor):
    """The first step of autograding, in nbgrader_config.py."""

    def preprocess(self, nb, resources):
        """Repair ``nb`` by the released exercise; each repair is a warning in nbgrader's log."""
        day = course.find(resources["nbgrader"]["assignment"])
        nb.metadata.pop("repairs", None)
        if "unreadable" not in resources["nbgrader"]:
            nb.metadata.pop("outcome", None)  # a learner may have written one
        for note in repair(nb, nbformat.read(day.exercise, as_version=4)):
            self.log.warning("Repaired: %s", note)
            nb.metadata.setdefault("repairs", []).append(note)
        return nb, resources
