# tries: to leave a process behind that goes on after grading (it ends by itself after 30 seconds)
# stock: 0 points
# ours: 0 points, needs review

import os, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(30)
    os._exit(0)
