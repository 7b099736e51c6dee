# tries: to use up the machine's memory (at most 2 GB)
# stock: 0 points
# ours: 0 points, out of memory

kept = []
for _ in range(32):
    kept.append(b"x" * (64 * 2**20))
