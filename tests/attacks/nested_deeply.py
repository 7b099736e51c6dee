# tries: to exhaust the reader by brackets in brackets
# stock: no grade: autograding ended with an error
# ours: 0 points, not a notebook
def damage(notebook):
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
