# tries: to fill the disk (at most 300 MB)
# stock: 0 points
# ours: 0 points, needs review

with open("filling", "wb") as file:
    for _ in range(300):
        file.write(b"x" * 2**20)
