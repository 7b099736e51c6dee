# tries: to ask for more memory than there is in one piece
# stock: 0 points
# ours: 0 points, out of memory

import torch

def double(x):
    return torch.zeros(2**36)
