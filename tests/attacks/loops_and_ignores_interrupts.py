# tries: to keep the batch waiting, deaf to interrupts (it ends by itself after 40 seconds)
# stock: no grade: autograding ended with an error
# ours: 0 points, timed out

import time

def wait(end):
    while time.monotonic() < end:
        try:
            while time.monotonic() < end:
                pass
        except BaseException:
            pass

wait(time.monotonic() + 40)
