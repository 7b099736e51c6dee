# tries: to stop the batch by a notebook of an old format
# stock: no grade: autograding ended with an error
# ours: 0 points, cells repaired
def damage(notebook):
    return b'{"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [], "metadata": {}}]}'
