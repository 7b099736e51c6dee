# tries: to make reading the notebook take for ever (3000 cells)
# stock: 0 points
# ours: 0 points, not a notebook
from nbformat.v4 import new_code_cell


def damage(notebook):
    notebook.cells += [new_code_cell("1", id=f"more-{number}") for number in range(3000)]
