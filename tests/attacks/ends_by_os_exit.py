# tries: to end the kernel before it is tested
# stock: no grade: autograding ended with an error
# ours: 0 points, kernel died

import os

def double(x):
    os._exit(0)
