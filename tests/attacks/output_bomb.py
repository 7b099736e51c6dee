# tries: to print more than can be kept (at most 20 MB)
# stock: 0 points, a graded notebook of 20 MB
# ours: 0 points, too much output

for _ in range(20):
    print("x" * 2**20)
