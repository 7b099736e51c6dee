# tries: to have a second test of the same name, which cannot fail
# stock: no grade: autograding ended with an error
# ours: 0 points, cells repaired
import copy


def damage(notebook):
    for cell in [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]:
        easy = copy.deepcopy(cell)
        easy.source, easy.id = "pass", f"easy-{cell.id}"
        notebook.cells.insert(0, easy)
