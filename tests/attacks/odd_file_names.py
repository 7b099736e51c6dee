# tries: to place files by odd names
# stock: 0 points
# ours: 0 points, graded
def damage(notebook, path, course):
    for name in ("-rf", "~", "a b\nc", "x" * 200, "<script>", "$(touch REACHED)"):
        (path.parent / name).write_text("x")
