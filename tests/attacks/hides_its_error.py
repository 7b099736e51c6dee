# tries: to fail a test by an error that cannot be shown
# stock: 0 points
# ours: 0 points, graded

class Odd(Exception):
    def __str__(self):
        raise ValueError

    __repr__ = __str__

def double(x):
    raise Odd()
