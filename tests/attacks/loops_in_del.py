# tries: to hang the kernel while an object is thrown away (it ends by itself after 40 seconds)
# stock: 0 points
# ours: 0 points, timed out

import time

class Late:
    def __del__(self):
        end = time.monotonic() + 40
        while time.monotonic() < end:
            pass

def double(x):
    Late()
    return x
