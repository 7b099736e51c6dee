# tries: to place a file by the name of an attachment
# stock: 0 points
# ours: 0 points, graded
from nbformat.v4 import new_markdown_cell


def damage(notebook):
    cell = new_markdown_cell("![x](attachment:../../../REACHED.png)", id="attached")
    cell.attachments = {"../../../REACHED.png": {"image/png": "iVBORw0KGgo="}}
    notebook.cells.insert(0, cell)
