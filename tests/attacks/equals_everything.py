# tries: to return an object that is equal to all others
# stock: 0 points
# ours: 0 points, needs review

class Equal:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

def double(x):
    return Equal()

def negate(x):
    return Equal()
