"""torchdays/checks.py and predict.py: what a learner reads when an answer is wrong, and that honest answers pass."""

import functools
import itertools
import linecache
import re
import sys
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from torchdays import checks, predict

SMALL, LARGE = (torch.arange(6.0).reshape(2, 3),), (torch.arange(600.0).reshape(20, 30),)


def refusal(check, *args, **kwargs):
    with pytest.raises(AssertionError) as refused:
        check(*args, **kwargs)
    return str(refused.value)


@pytest.fixture
def written():
    """Runs lines as a notebook's cell would, under a name that is no file; returns what they define."""

    def run(source, name):
        linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
        space = {"torch": torch}
        exec(compile(source, "<cell>", "exec"), space)
        return space[name]

    yield run
    linecache.cache.pop("<cell>", None)


# --- no_loop: loops of every kind, most of which never say "for" over a tensor ------------------


def comprehension_over_a_tensor(x):
    return torch.stack([row.sum() for row in x])


def list_of_a_tensor(x):
    return torch.stack(list(x))


def python_sum(x):
    return sum(x)


def reversed_rows(x):
    return torch.stack(list(reversed(x)))


def functional_map(x):
    return torch.stack(tuple(map(torch.sum, x)))


def unbind_and_reduce(x):
    return functools.reduce(torch.add, x.unbind(0))


def split_and_cat(x):
    return torch.cat([row * 2 for row in x.split(1)])


def through_a_list(x):
    return torch.tensor([sum(row) for row in x.tolist()])


def through_itertools(x):
    return torch.tensor(list(itertools.accumulate(x.flatten().tolist())))


def through_numpy(x):
    return torch.from_numpy(x.numpy().sum(1))


def through_numpy_asarray(x):
    return torch.tensor(np.asarray(x).sum(1))


def through_the_storage(x):
    return torch.tensor(list(x.untyped_storage()))


def python_on_each_cell(x):
    return x.clone().apply_(lambda value: value + 1)


def range_and_assign(x):
    out = torch.zeros(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = x[i].sum()
    return out


def cell_by_cell(x):
    return torch.tensor([float(x[i, i]) for i in range(min(x.shape))])


def item_in_a_loop(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i, 0].item()
    return torch.tensor(total)


def map_of_indexing(x):
    return torch.stack(tuple(map(x.sum(1).__getitem__, range(x.shape[0]))))


def loop_in_a_helper(x):
    def helper(row):
        return row.sum()

    return torch.stack([helper(x[i]) for i in range(len(x))])


def recursion(x, i=0):
    return x[i].sum() if i == x.shape[0] - 1 else x[i].sum() + recursion(x, i + 1)


def mask_built_in_python(x):
    rows, columns = x.shape
    return torch.tensor([[float(j <= i) for j in range(columns)] for i in range(rows)])


def while_without_torch(x):
    rows, i = x.shape[0], 0
    while i < rows:
        i += 1
    return x * i


def generator_expression(x):
    rows = x.shape[0]
    return x * sum(i for i in range(rows))


TAKES_VALUES_OUT = [
    comprehension_over_a_tensor,
    list_of_a_tensor,
    python_sum,
    reversed_rows,
    functional_map,
    unbind_and_reduce,
    split_and_cat,
    through_a_list,
    through_itertools,
    through_numpy,
    through_numpy_asarray,
    through_the_storage,
    python_on_each_cell,
]
CALLS_TORCH_MORE_OFTEN = [
    range_and_assign,
    cell_by_cell,
    item_in_a_loop,
    map_of_indexing,
    loop_in_a_helper,
    recursion,
]
RUNS_MORE_LINES = [mask_built_in_python, while_without_torch, generator_expression]


def named(functions):
    return pytest.mark.parametrize("function", functions, ids=lambda function: function.__name__)


@named(TAKES_VALUES_OUT)
def test_a_loop_over_values_is_told_to_keep_them_in_tensors(function):
    assert f"{function.__name__} takes values out of torch" in refusal(checks.no_loop, function, SMALL, LARGE)


@named(CALLS_TORCH_MORE_OFTEN)
def test_a_loop_that_calls_torch_is_counted(function):
    assert f"{function.__name__} makes more torch calls" in refusal(checks.no_loop, function, SMALL, LARGE)


@named(RUNS_MORE_LINES)
def test_a_loop_without_torch_is_counted(function):
    assert f"{function.__name__} runs more lines of Python" in refusal(checks.no_loop, function, SMALL, LARGE)


# --- no_loop: honest functions ------------------------------------------------------------------


def pairwise_by_broadcasting(x):
    return (x[:, None] - x[None]).pow(2).sum(-1).sqrt()


def indexing_by_a_range(x):
    side = min(x.shape)
    return x[range(side), range(side)]


def einsum(x):
    return torch.einsum("ij,kj->ik", x, x)


def vmap(x):
    return torch.vmap(lambda row: row.sum())(x)


def two_answers_and_one_number(x):
    values, places = x.topk(2)
    first, second = places.unbind(-1)
    rows, columns = x.shape
    return values * int(x.max() > 0) + rows * columns + (first - second).unsqueeze(-1)


def a_function_of_torch_nn(x):
    return torch.nn.functional.one_hot(torch.arange(x.shape[0]), int(x.shape[0]))


def cdist(x):
    return torch.cdist(x, x)


def a_helper_called_once(x):
    def mean(values):
        return values.mean(-1, keepdim=True)

    return x - mean(x)


def a_loop_over_dims(x):
    for dim in (0, 1):
        x = x - x.mean(dim, keepdim=True)
    return x


def where_and_a_triangle(x):
    lower = torch.ones(len(x), len(x)).tril().bool()
    return torch.where(lower, x[:, :1], x.new_zeros(()))


HONEST = [
    pairwise_by_broadcasting,
    indexing_by_a_range,
    einsum,
    vmap,
    two_answers_and_one_number,
    a_function_of_torch_nn,
    cdist,
    a_helper_called_once,
    a_loop_over_dims,
    where_and_a_triangle,
]


@named(HONEST)
def test_vectorised_code_is_accepted(function):
    checks.no_loop(function, SMALL, LARGE)


def test_no_loop_lets_an_untouched_answer_say_so():
    def untouched(x):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        checks.no_loop(untouched, SMALL, LARGE)


@named([einsum, comprehension_over_a_tensor])
def test_no_loop_leaves_tracing_as_it_was(function):
    seen = []

    def debugger(frame, event, argument):
        seen.append(event)

    before = sys.gettrace()
    sys.settrace(debugger)
    try:
        checks.no_loop(function, SMALL, LARGE)
    except AssertionError:
        pass
    finally:
        kept = sys.gettrace()
        sys.settrace(before)
    assert kept is debugger


# --- call ---------------------------------------------------------------------------------------


def test_call_returns_what_the_function_returned():
    assert checks.call(lambda a, b=0: (a, b), 1, b=2) == (1, 2)


def test_an_exception_is_told_with_the_learners_own_line(written):
    answer = written("def answer(x):\n    y = x + 1\n    return y.nosuch()\n", "answer")
    message = refusal(checks.call, answer, torch.zeros(2, 3))
    assert "answer stopped with AttributeError" in message
    assert "in answer, line 3: return y.nosuch()" in message


def test_the_innermost_of_the_learners_lines_is_shown(written):
    lines = "def helper(x):\n    return torch.reshape(x, (5,))\n\ndef answer(x):\n    return helper(x)\n"
    assert "in helper, line 2: return torch.reshape" in refusal(
        checks.call, written(lines, "answer"), torch.zeros(2, 3)
    )


def test_an_exception_is_told_with_the_shapes_that_were_given():
    def answer(points, more):
        raise ValueError("no")

    message = refusal(checks.call, answer, torch.zeros(2, 3), {"more": [torch.zeros(4)]})
    assert message == "answer stopped with ValueError: no\nIt was given: shape (2, 3), (4,)."
    assert refusal(checks.call, answer, *[1, 2]) == "answer stopped with ValueError: no"
    assert refusal(checks.call, answer, [torch.zeros(1)] * 9, 0).endswith("(1,), (1,), and more.")


def test_shapes_that_do_not_fit_are_explained():
    message = refusal(checks.call, lambda a, b: a * b, torch.zeros(4, 3), torch.zeros(4))
    assert "Compared from the right" in message and "keepdim=True" in message


def test_a_product_of_two_dtypes_is_explained():
    message = refusal(checks.call, lambda a, b: a @ b, torch.zeros(2, 3), torch.ones(3, 2).bool())
    assert ".to(other.dtype)" in message


def twice(x):
    loss = x.requires_grad_().square().sum()
    loss.backward()
    return loss.backward()


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (lambda x: x.sum().backward(), "a leaf that requires grad"),
        (lambda x: x.requires_grad_().add_(1), "inside torch.no_grad() only"),
        (lambda x: x > 0 and x < 1, "Between masks stand &"),
        (twice, "Compute the loss anew"),
    ],
    ids=["no record", "leaf in place", "and between masks", "backward twice"],
)
def test_a_beginners_error_of_torchs_is_explained(answer, advice):
    assert advice in refusal(checks.call, answer, torch.zeros(3))


def test_dtypes_that_were_given_are_told_where_they_are_unusual():
    message = refusal(checks.call, lambda *_: [].pop(), torch.zeros(2), torch.zeros(3, dtype=torch.int64))
    assert message.endswith("It was given: shape (2,), (3,) of torch.int64.")


def test_a_missing_return_is_named():
    def answer(x):
        x + 1

    assert refusal(checks.call, answer, 1) == "answer returned None: is the return statement missing?"


@pytest.mark.parametrize("pack", [lambda x: x, lambda x: [1, (x,)], lambda x: {"a": {"b": x}}])
def test_a_changed_input_is_found_at_any_depth(pack):
    x = torch.zeros(2, 3)

    def answer(given):
        x[1, 1] = 5
        return x

    assert "answer changed a tensor it was given, of shape (2, 3)" in refusal(checks.call, answer, pack(x))


@pytest.mark.parametrize(
    ("given", "change"),
    [
        ([3, 1], lambda x: x.sort()),
        ({"a": [1]}, lambda x: x["a"].append(2)),
        ({"a": 1}, lambda x: x.pop("a")),
        (({1, 2},), lambda x: x[0].add(3)),
        (np.zeros(2), lambda x: x.fill(1)),
    ],
    ids=["list", "list in a dict", "dict", "set", "array"],
)
def test_a_changed_container_is_found(given, change):
    def answer(x):
        change(x)
        return 1

    message = refusal(checks.call, answer, given)
    assert re.match(r"answer changed a (list|dict|set|ndarray) it was given\. .* build a new one", message), message
    assert checks.call(len, given) == len(given)


def test_an_object_that_a_function_is_given_may_be_changed():
    layer = nn.Linear(1, 1)
    assert checks.call(lambda x: x.requires_grad_(False), layer) is layer and not layer.weight.requires_grad


def test_an_input_whose_shape_changed_counts_as_changed():
    assert "changed a tensor" in refusal(checks.call, lambda x: x.unsqueeze_(0), torch.zeros(3))


def test_a_nan_made_in_an_input_counts_as_changed_and_one_that_was_there_does_not():
    x = torch.tensor([torch.nan, 1.0])
    assert checks.call(lambda x: x + 1, x) is not None
    assert "changed a tensor" in refusal(checks.call, lambda x: x.log_(), torch.tensor([-1.0, 1.0]))


def test_call_lets_an_untouched_answer_say_so():
    def untouched(x):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        checks.call(untouched, 1)


# --- tensor and close ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "wanted", "message"),
    [
        (None, {}, "the result is None"),
        ([1, 2], {}, "should be a torch.Tensor; it is a list: [1, 2]"),
        (torch.zeros(3), {"shape": (3, 1)}, "the result has shape (3,), expected (3, 1)"),
        (torch.zeros(3), {"dtype": torch.int64}, "the result has dtype torch.float32, expected torch.int64"),
        (torch.zeros(3), {"shape": (4,), "name": "weights"}, "weights has shape (3,), expected (4,)"),
    ],
)
def test_tensor_says_what_came_and_what_was_expected(got, wanted, message):
    assert message in refusal(checks.tensor, got, **wanted)


def test_tensor_accepts_what_fits():
    checks.tensor(torch.zeros(2, 3), shape=(2, 3), dtype=torch.float32)
    checks.tensor(torch.tensor(1), shape=())


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (2.0, "should be a torch.Tensor"),
        (torch.zeros(1, 2), "Shape (1, 2), expected (2,)"),
        (torch.zeros(2, dtype=torch.float64), "dtype torch.float64, expected torch.float32"),
        (torch.tensor([1.0, 3.0]), "Got      tensor([1., 3.])\nExpected tensor([1., 2.])"),
        (torch.tensor([1.0, torch.nan]), "Expected tensor([1., 2.])"),
    ],
)
def test_close_shows_both_sides(got, message):
    assert message in refusal(checks.close, got, torch.tensor([1.0, 2.0]))


@pytest.mark.parametrize("got", [torch.zeros(3), torch.zeros(2).long(), torch.zeros(2)])
def test_close_begins_with_its_hint(got):
    assert refusal(checks.close, got, torch.ones(2), "a sum over dim 1").startswith("a sum over dim 1\n")


def test_close_allows_rounding_but_no_more_and_nan_only_if_told():
    checks.close(torch.tensor([1.0 + 1e-7]), torch.tensor([1.0]))
    checks.close(torch.tensor([1.05]), torch.tensor([1.0]), rtol=0.1, atol=0)
    assert refusal(checks.close, torch.tensor([1.001]), torch.tensor([1.0]))
    nan = torch.tensor([torch.nan])
    checks.close(nan, nan, equal_nan=True)
    assert refusal(checks.close, nan, nan)


def test_close_cuts_long_tensors_short():
    assert len(refusal(checks.close, torch.rand(500), torch.zeros(500) - 1)) < 1200


# --- predict ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ((2, 3), (2, 3)),
        ([2, 3], (2, 3)),
        (torch.Size([2, 3]), (2, 3)),
        ((2, (1.0, "A")), (2, (1, "a"))),
        (3, 3.0),
        (0.333, 1 / 3),
        (" Tensor ", "tensor"),
        (True, True),
        ((True, False), (True, False)),
    ],
)
def test_a_right_guess_is_confirmed(guess, answer, capsys):
    predict.check(guess, answer)
    assert capsys.readouterr().out == f"Yes: {answer}\n"


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ((3, 2), (2, 3)),
        ((2,), (2, 3)),
        (2, (2,)),
        ("(2, 3)", (2, 3)),
        (0.3, 1 / 3),
        (1, True),
        (True, 1),
        (0, False),
        (5, "five"),
        ("five", 5),
        (1e-9, 0),
    ],
)
def test_a_wrong_guess_is_shown_beside_the_answer(guess, answer, capsys):
    predict.check(guess, answer)
    assert capsys.readouterr().out.startswith(f"Your guess was {guess!r}. Answer: {answer}\n")


def test_no_guess_shows_the_answer(capsys):
    predict.check(None, (2, 3))
    assert capsys.readouterr().out == "Answer: (2, 3)\n"


def test_call_lets_a_warning_cost_nothing(capsys):
    def warns(x):
        warnings.warn("old, but it works", DeprecationWarning, stacklevel=1)
        return x + 1

    assert checks.call(warns, torch.tensor(1)) == 2
    assert capsys.readouterr().err == ""
