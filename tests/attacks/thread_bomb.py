# tries: to start more threads than there is room for (at most 200, each ends after 5 seconds)
# stock: 0 points
# ours: 0 points, needs review

import threading, time

for _ in range(200):
    threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
