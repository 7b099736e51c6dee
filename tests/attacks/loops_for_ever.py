# tries: to keep the batch waiting (it ends by itself after 40 seconds)
# stock: 0 points
# ours: 0 points, timed out

import time

end = time.monotonic() + 40
while time.monotonic() < end:
    pass
