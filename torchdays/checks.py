"""What the tests of every exercise share: call a learner's function, say clearly what is wrong.

Every function raises AssertionError with a sentence that a beginner can act on, prints
nothing, and draws no random numbers. NotImplementedError passes through, so that an
untouched exercise says that it is untouched.
"""

import sys
import traceback
import warnings

import torch
from torch.overrides import TorchFunctionMode

from torchdays import contents

ADVICE = {  # part of a message of torch's -> what to do
    "must match the size of tensor": "Compared from the right, two sizes must be equal, or one of them 1 "
    "(keepdim=True and None leave or make a size of 1).",
    "to have the same dtype": "A product of matrices converts nothing: bring both to one dtype, by .to(other.dtype).",
    "and 'NoneType'": "If the None is a .grad: backward() has not run yet, or the tensor is no leaf. "
    "x = x - ... makes a new tensor; x -= ... inside torch.no_grad() changes the leaf itself.",
    "does not require grad and does not have a grad_fn": "backward() found no record to follow: was it computed from "
    "a leaf that requires grad, after requires_grad_(), outside torch.no_grad(), without .item() or .detach() between?",
    "a leaf Variable that requires grad": "A leaf, a tensor that you made yourself, is changed in place (x -= ...) "
    "inside torch.no_grad() only: the change is no part of the function.",
    "Boolean value of Tensor": "and, or, not and if ask for a single yes or no. Between masks stand &, | and ~, with "
    "brackets around each comparison.",
    "backward through the graph a second time": "backward() uses up the record. Compute the loss anew in each round.",
}
OWN = {id(globals()), id(vars(contents))}  # modules whose work is not the learner's


def call(function, *args, **kwargs):
    """Call a learner's function; return what it returned, which is never None.

    AssertionError if it raised (with the line of the learner's code, and the shapes it was given),
    returned None, or changed a tensor, list, dict, set or array it was given (at any depth of lists, tuples and dicts).
    Its warnings are not shown: nbgrader gives no points to a test that writes on stderr.
    """
    name = getattr(function, "__name__", type(function).__name__)
    given = contents.Contents(objects=False)
    given.remember("argument", (args, kwargs))
    shapes = [_shape(t) for t in _tensors((args, kwargs))]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = function(*args, **kwargs)
    except NotImplementedError:
        raise
    except Exception as error:
        raise AssertionError(f"{name} stopped with {_described(error)}{_given(shapes)}") from error
    if got is None:
        raise AssertionError(f"{name} returned None: is the return statement missing?")
    for _, thing, held in given.differences():
        if isinstance(thing, torch.Tensor):
            raise AssertionError(
                f"{name} changed a tensor it was given, of shape {tuple(held.shape)}. Its caller still needs "
                "that tensor: build a new one (an operation ending in _ works in place)."
            )
        raise AssertionError(
            f"{name} changed a {type(thing).__name__} it was given. Its caller still needs it as it was: "
            "build a new one, or work on a copy."
        )
    return got


def tensor(got, shape=None, dtype=None, name="the result"):
    """Check that ``got`` is a tensor, of that shape (a tuple) and dtype where they are given."""
    if got is None:
        raise AssertionError(f"{name} is None: has its cell been run, and does it return something?")
    if not isinstance(got, torch.Tensor):
        raise AssertionError(f"{name} should be a torch.Tensor; it is a {type(got).__name__}: {_short(got)}")
    if shape is not None and tuple(got.shape) != tuple(shape):
        raise AssertionError(f"{name} has shape {tuple(got.shape)}, expected {tuple(shape)}")
    if dtype is not None and got.dtype != dtype:
        raise AssertionError(f"{name} has dtype {got.dtype}, expected {dtype}")


def close(got, expected, hint="", rtol=None, atol=None, equal_nan=False):
    """Check shape, dtype and values of ``got`` against the tensor ``expected``; ``hint`` names the likely cause.

    rtol and atol default to those of torch.testing.assert_close for the dtype.
    """
    tensor(got)
    hint = hint and f"{hint}\n"
    if got.shape != expected.shape:
        raise AssertionError(f"{hint}Shape {tuple(got.shape)}, expected {tuple(expected.shape)}.")
    if got.dtype != expected.dtype:
        raise AssertionError(f"{hint}dtype {got.dtype}, expected {expected.dtype}.")
    torch.testing.assert_close(
        got,
        expected,
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_device=False,
        msg=lambda details: f"{hint}{details}\nGot      {_short(got)}\nExpected {_short(expected)}",
    )


def no_loop(function, small, large):
    """Check that ``function`` does not work harder, in Python, for large arguments than for small ones.

    small, large: two tuples of arguments; every size that a loop could run over is greater in ``large``,
                  and at least 2 in ``small``

    Three things are counted in both runs. None may grow:
    - torch calls: a loop over rows makes some for each row, vectorised code always the same number;
    - values that leave torch: .tolist(), .numpy(), iterating over a tensor, .item() in a loop;
    - lines run by code of the function's own module (a notebook): comprehensions, recursion, and
      loops that call no torch at all.
    Time is never looked at, so the verdict is the same on a slow machine. What torch does inside
    one call is its own affair, and is not counted.
    """
    name = getattr(function, "__name__", type(function).__name__)
    few, many = _Work.of(function, small), _Work.of(function, large)
    if many.values > few.values:
        raise AssertionError(
            f"{name} takes values out of torch one by one (for v in x, list(x), .tolist(), .numpy()): "
            f"{few.values} for a small input, {many.values} for a larger one. Keep them in tensors, and "
            "compute on all of them at once: there is a loop in it, or there soon will be."
        )
    if many.calls > few.calls:
        raise AssertionError(
            f"{name} makes more torch calls for bigger inputs ({few.calls} for a small one, {many.calls} for a larger "
            "one): there is a loop in it. Give the tensors shapes that stretch to the result, and compute it at once."
        )
    if many.lines > few.lines:
        raise AssertionError(
            f"{name} runs more lines of Python for bigger inputs ({few.lines} for a small one, {many.lines} for a "
            "larger one): there is a loop, a comprehension or a recursion in it."
        )


class _Work(TorchFunctionMode):
    """Counts what a function does in Python: torch calls, values taken out of torch, lines of its own module."""

    LEAVE = frozenset(["tolist", "numpy", "__array__", "untyped_storage", "__reversed__", "apply_", "map_", "map2_"])

    @classmethod
    def of(cls, function, arguments):
        work = cls()
        work.calls = work.values = work.lines = 0
        work.space = getattr(function, "__globals__", None)
        before = sys.gettrace()
        try:
            with work:
                sys.settrace(work._trace)
                call(function, *arguments)
        finally:
            sys.settrace(before)
        return work

    def __torch_function__(self, torch_function, types, args=(), kwargs=None):
        result = torch_function(*args, **(kwargs or {}))
        if id(sys._getframe(1).f_globals) not in OWN:  # what call() itself asks for is not the learner's
            self.calls += 1
            name = getattr(torch_function, "__name__", "")
            if name in self.LEAVE:
                self.values += args[0].numel()
            elif isinstance(result, (tuple, list)) and not isinstance(result, torch.Size):
                self.values += len(result)  # iterating over a tensor is one call of unbind
        return result

    def _trace(self, frame, event, argument):
        if frame.f_globals is not self.space:
            return None
        self.lines += 1
        return self._trace


def _tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def _described(error):
    """The error's type and message, and the last line of the learner's own code that led to it."""
    steps = [
        step
        for step in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in step.filename or step.filename.startswith("<")
    ]
    where = f"\nin {steps[-1].name}, line {steps[-1].lineno}: {steps[-1].line}" if steps and steps[-1].line else ""
    advice = "".join(f"\n{words}" for part, words in ADVICE.items() if part in str(error))
    return f"{type(error).__name__}: {error}{where}{advice}"


def _shape(t):
    return f"{tuple(t.shape)}" if t.dtype == torch.float32 else f"{tuple(t.shape)} of {t.dtype}"


def _given(shapes, limit=6):
    words = shapes[:limit] + ["and more"] * (len(shapes) > limit)
    return f"\nIt was given: shape {', '.join(words)}." if shapes else ""


def _short(value, limit=300):
    text = repr(value).replace("\n", "")
    return text if len(text) <= limit else f"{text[:limit]} ..."
