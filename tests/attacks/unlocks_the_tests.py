# tries: to make an answer of a test, by its metadata
# stock: no grade: autograding ended with an error
# ours: 0 points, graded
def damage(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.update(solution=True, locked=False)
            cell.source = "pass"
