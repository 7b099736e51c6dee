# tries: to replace the course's own checks
# stock: 0 points
# ours: 0 points, needs review

from torchdays import checks

checks.close = checks.tensor = lambda *_, **__: None
checks.call = lambda function, *_, **__: None

def double(x):
    return x
