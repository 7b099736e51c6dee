# tries: to hand in a link that leads to the solution
# stock: 20 points
# ours: 0 points, not a notebook
import os


def damage(notebook, path, course):
    os.symlink(course / "solutions" / path.parent.name / path.name, path)
