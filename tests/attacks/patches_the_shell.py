# tries: to replace the method by which the shell shows that a test failed
# stock: 0 points
# ours: 0 points, needs review

shell = get_ipython()
type(shell).showtraceback = lambda *_, **__: None
type(shell).run_code = lambda *_, **__: False
shell.run_cell = lambda *_, **__: None

def double(x):
    return x
