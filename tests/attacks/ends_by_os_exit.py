# tries: to end the kernel before it is tested
# stock: TO MEASURE
# ours: 0 points, kernel died

import os

def double(x):
    os._exit(0)
