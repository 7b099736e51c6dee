# tries: to read the hidden test from its caller's frame, and to show it in its own error
# stock: 0 points
# ours: 0 points, needs review

import linecache, sys

def double(x):
    frame = sys._getframe(1)
    while frame:
        text = "".join(linecache.getlines(frame.f_code.co_filename))
        if "HIDDEN TESTS" in text:
            raise ValueError(text)
        frame = frame.f_back
    return x
