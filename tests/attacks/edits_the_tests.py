# tries: to have tests that cannot fail
# stock: 0 points
# ours: 0 points, graded
def damage(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "pass"
