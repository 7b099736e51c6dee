# tries: to bring an outcome of its own, one that nobody knows
# stock: 0 points
# ours: 0 points, graded
def damage(notebook):
    notebook.metadata.outcome = {"state": "excellent", "note": "", "held": {}, "wall": True}
    notebook.metadata.repairs = ["nothing"]
