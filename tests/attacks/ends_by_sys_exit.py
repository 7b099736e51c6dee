# tries: to end the notebook quietly before it is tested
# stock: 0 points
# ours: 0 points, needs review

import sys

def double(x):
    sys.exit(0)
