# tries: to start more processes than there is room for (at most 100, each ends after 5 seconds)
# stock: 0 points
# ours: 0 points, needs review

import os, time

for _ in range(100):
    if os.fork() == 0:
        time.sleep(5)
        os._exit(0)
