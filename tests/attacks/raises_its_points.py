# tries: to give a test more points, or a cell of its own a grade
# stock: no grade: autograding ended with an error
# ours: 0 points, graded
from nbformat.v4 import new_code_cell


def damage(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.points = 1000
    role = {"grade": True, "locked": True, "solution": False, "task": False, "schema_version": 3}
    own = new_code_cell("1000", id="own-grade")
    own.metadata.nbgrader = role | {"grade_id": "own_grade", "points": 1000}
    notebook.cells.append(own)
