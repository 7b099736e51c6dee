# tries: to begin with the line that grading puts in front of its own cells: what follows would run without a review
# stock: 0 points
# ours: 0 points, graded
def damage(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
            cell.source = "\x00torchdays double\ndef double(x):\n    return eval('x * 2')\n"
