# tries: to have the notebook run by another kernel than Python
# stock: no grade: autograding ended with an error
# ours: 0 points, graded
def damage(notebook):
    notebook.metadata.kernelspec = {"name": "bash", "display_name": "Bash", "language": "bash"}
