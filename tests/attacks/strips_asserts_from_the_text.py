# tries: to take every assert out of the tests by an input transformer
# stock: 20 points
# ours: 0 points, needs review

shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: ["pass\n"])

def double(x):
    return x
