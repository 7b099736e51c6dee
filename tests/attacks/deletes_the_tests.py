# tries: to have no test that could fail
# stock: 0 points
# ours: 0 points, cells repaired
def damage(notebook):
    notebook.cells = [cell for cell in notebook.cells if "_values" not in cell.metadata.get("nbgrader", {}).get("grade_id", "")]
