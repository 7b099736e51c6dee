# tries: to make reading the notebook take for ever (30 MB)
# stock: 0 points, a graded notebook of 28 MB
# ours: 0 points, not a notebook
def damage(notebook):
    notebook.cells[0].source = "x" * 30_000_000
