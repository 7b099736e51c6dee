"""What data hold: taken down once, compared with later, and put back.

A protected name still stands for a list that anybody can empty, and a function can change what it is given. What
is taken down here is what each list, dictionary, set, tensor and array held; where it is asked for, each class and
object of the notebook's own, too.
"""

from collections import deque
from operator import is_

import numpy as np
import torch
from torch import nn

OBJECTS = {"__main__", "types", "torchdays"}  # packages whose objects are looked into; and torch's modules


class Contents:
    """What things held when they were first seen. objects: also look into classes, modules of torch's and objects."""

    def __init__(self, objects=True):
        self.objects = objects
        self._seen = {}  # id -> (name, thing, what it held)

    def remember(self, name, thing):
        """Take down what ``thing``, called ``name``, holds, and what that holds, as far as it is not known."""
        todo = [thing]
        while todo:
            thing = todo.pop()
            if isinstance(thing, (str, int, float, type(None))) or id(thing) in self._seen:
                continue
            held = _held(thing, self.objects)
            if held is None:
                continue
            self._seen[id(thing)] = name, thing, held
            if isinstance(held, dict):
                todo += held.values()
            elif isinstance(held, (list, tuple)):
                todo += held

    def differences(self):
        """(name, thing, what it held) of each thing that holds something else now."""
        return [found for found in self._seen.values() if not _holds(*found[1:])]

    def restore(self):
        """Let all things, which stay the same things, hold what they held; names of those that did not, sorted."""
        found = self.differences()
        for _, thing, held in found:
            _put(thing, held)
        return sorted({name for name, *_ in found})


def _held(thing, objects):
    """What ``thing`` holds, in a copy that is as deep as one thing; None where it holds nothing that could change."""
    if isinstance(thing, (tuple, frozenset)):
        return tuple(thing)
    if isinstance(thing, (list, set, deque)):
        return list(thing)
    if isinstance(thing, dict):
        return dict(thing)
    if isinstance(thing, torch.Tensor):
        return thing.detach().clone() if thing.layout == torch.strided and not thing.is_meta else None
    if isinstance(thing, np.ndarray):
        return thing.copy()
    if not objects:
        return None
    if isinstance(thing, type):
        return dict(vars(thing)) if thing.__module__ == "__main__" else None
    if isinstance(thing, nn.Module) or type(thing).__module__.partition(".")[0] in OBJECTS:
        return dict(vars(thing)) if hasattr(thing, "__dict__") else None
    return None


def _holds(thing, held):
    """Whether ``thing`` still holds ``held``: the same things, and the same numbers."""
    if isinstance(held, tuple):
        return True
    if isinstance(held, list):
        return len(thing) == len(held) and all(map(is_, thing, held))
    if isinstance(held, dict):
        now = thing if isinstance(thing, dict) else vars(thing)
        return len(now) == len(held) and all(map(is_, now, held)) and all(map(is_, now.values(), held.values()))
    if thing.shape != held.shape or thing.dtype != held.dtype:
        return False
    if isinstance(held, np.ndarray):
        return thing.tobytes() == held.tobytes()
    if torch.equal(thing, held):
        return True
    return torch.equal(_bytes(thing.detach()), _bytes(held))  # a NaN equals none, but its bytes do


def _bytes(tensor):
    return tensor.reshape(-1).view(torch.uint8)


def _put(thing, held):
    if isinstance(thing, (list, deque)):
        thing.clear()
        thing.extend(held)
    elif isinstance(thing, (set, dict)):
        thing.clear()
        thing.update(held)
    elif isinstance(thing, torch.Tensor):
        thing.data = held.clone()
    elif isinstance(thing, np.ndarray):
        thing.setflags(write=True)
        thing.shape = held.shape
        thing[...] = held
    elif isinstance(thing, type):
        for name in set(vars(thing)) - set(held):
            delattr(thing, name)
        for name, value in held.items():
            if vars(thing).get(name) is not value:
                setattr(thing, name, value)
    else:
        vars(thing).clear()
        vars(thing).update(held)
