# tries: to stop the batch by a file that is no text
# stock: no grade: autograding ended with an error
# ours: 0 points, not a notebook
def damage(notebook):
    return bytes(range(256)) * 100
