# tries: to use up the machine's memory (at most 2 GB)
# stock: TO MEASURE
# ours: 0 points, out of memory

kept = []
for _ in range(32):
    kept.append(b"x" * (64 * 2**20))
