# tries: to make the shell forget failing tests by a handler of its own
# stock: 0 points
# ours: 0 points, needs review

get_ipython().set_custom_exc((Exception,), lambda *_, **__: None)

def double(x):
    return x
