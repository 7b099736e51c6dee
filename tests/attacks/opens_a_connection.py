# tries: to reach a port of this machine that the test opened
# stock: 0 points, and it reached what it looked for
# ours: 0 points, needs review

import socket

def double(x):
    socket.create_connection(("127.0.0.1", PORT), timeout=2).close()
    raise ValueError("REACHED the network")
