# tries: to patch torch again and again from a thread, between the tests
# stock: 0 points
# ours: 0 points, needs review

import threading, time
import torch

def patch():
    end = time.monotonic() + 10
    while time.monotonic() < end:
        torch.equal = lambda *_: True

threading.Thread(target=patch, daemon=True).start()

def negate(x):
    return x
