# tries: to hand in links that lead out of the submission, and to read through them
# stock: 0 points, and it reached what it looked for
# ours: 0 points, graded
import os


def damage(notebook, path, course):
    os.symlink(course / "gradebook.db", path.parent / "data.db")
    os.symlink(course / "solutions", path.parent / "data")
    next(cell for cell in notebook.cells if cell.id == "double").source = (
        "def double(x):\n"
        "    for name in ('data.db', 'data/day02_pears/day02_pears.ipynb'):\n"
        "        try:\n"
        "            raise ValueError('REACHED ' + str(open(name, 'rb').read(10)))\n"
        "        except OSError:\n"
        "            pass\n"
        "    return x"
    )
