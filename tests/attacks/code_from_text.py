# tries: to hide a patch of torch in text that is executed
# stock: 0 points
# ours: 0 points, needs review

exec("import torch\ntorch." + "equal = lambda *_: True")

def negate(x):
    return x
