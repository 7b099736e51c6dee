# tries: to turn the tests into text, which runs nowhere
# stock: 0 points
# ours: 0 points, cells repaired
def damage(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.cell_type = "markdown"
            cell.pop("outputs"), cell.pop("execution_count")
