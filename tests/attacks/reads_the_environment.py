# tries: to read the instructor's environment variables
# stock: 0 points, and it reached what it looked for
# ours: 0 points, needs review

import os

def double(x):
    raise ValueError("REACHED " + str([name for name in os.environ if "CANARY" in name])
                     if "TORCHDAYS_CANARY" in os.environ else "nothing")
