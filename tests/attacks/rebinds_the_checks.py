# tries: to give the name by which tests call the checks another meaning
# stock: 0 points
# ours: 0 points, graded

class checks:
    call = close = tensor = staticmethod(lambda *_, **__: None)

def double(x):
    return x
