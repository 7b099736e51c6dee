# tries: to give the notebook another dictionary of builtins
# stock: 0 points
# ours: 0 points, needs review

import builtins

mine = dict(vars(builtins))
mine["AssertionError"] = mine["abs"] = lambda *_: 0
globals()["__builtins__"] = mine

def negate(x):
    return x
