# tries: to change in place what the exercise's own cell made while a test runs, which needs it a moment later
# stock: 8 points
# ours: 0 points, needs review
def negate(x):
    for number in MINUS:
        MINUS[number] = number
    return x
