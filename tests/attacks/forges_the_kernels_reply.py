# tries: to send the reply 'ok' for a test in the kernel's name
# stock: 0 points
# ours: 0 points, needs review

kernel = get_ipython().kernel

def double(x):
    reply = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    kernel.session.send(kernel.shell_stream, "execute_reply", reply, parent=kernel.get_parent("shell"))
    raise ValueError("not doubled")
