# Answers to the exercise of Day 1; how to read them: README.md.

# %% wrong seat_numbers: counts down the columns
# loses seat_numbers_values: run down the columns
def seat_numbers(rows, columns):
    return torch.arange(rows * columns).reshape(columns, rows).T


# %% wrong seat_numbers: starts at 1, as people count
# loses seat_numbers_values: counting starts at 0
def seat_numbers(rows, columns):
    return torch.arange(1, rows * columns + 1).reshape(rows, columns)


# %% wrong seat_numbers: whole numbers held as floats
# loses seat_numbers_values: seat numbers are whole numbers
def seat_numbers(rows, columns):
    return torch.linspace(0, rows * columns - 1, rows * columns).reshape(rows, columns)


# %% wrong seat_numbers: a NumPy array is no tensor
# loses seat_numbers_values: should be a torch.Tensor
def seat_numbers(rows, columns):
    return np.arange(rows * columns).reshape(rows, columns)


# %% wrong seat_numbers: the shape the wrong way round
# loses seat_numbers_values: has shape (3, 2), expected (2, 3)
def seat_numbers(rows, columns):
    return torch.arange(rows * columns).reshape(columns, rows)


# %% wrong seat_numbers: the return is forgotten
# loses seat_numbers_values: is the return statement missing?
def seat_numbers(rows, columns):
    torch.arange(rows * columns).reshape(rows, columns)


# %% wrong seat_numbers: works for the example only
# loses seat_numbers_values: has shape (2, 3), expected (4, 2)
def seat_numbers(rows, columns):
    return torch.tensor([[0, 1, 2], [3, 4, 5]])


# %% wrong seat_numbers: squeeze drops a single row
# loses seat_numbers_values: seat_numbers(1, 4) has shape (4,), expected (1, 4)
def seat_numbers(rows, columns):
    return torch.arange(rows * columns).reshape(rows, columns).squeeze()


# %% right seat_numbers: row starts plus column numbers
def seat_numbers(rows, columns):
    return torch.arange(rows).unsqueeze(1) * columns + torch.arange(columns)


# %% right seat_numbers: two loops
def seat_numbers(rows, columns):
    return torch.tensor([[row * columns + column for column in range(columns)] for row in range(rows)])


# %% wrong to_model_input: keeps NumPy's float64
# loses to_model_input_values: has dtype torch.float64
def to_model_input(readings):
    return torch.tensor(readings).unsqueeze(1)


# %% wrong to_model_input: a row instead of a column
# loses to_model_input_values: A column is (n, 1)
def to_model_input(readings):
    return torch.tensor(readings, dtype=torch.float32)


# %% wrong to_model_input: one row, many columns
# loses to_model_input_values: one reading a row
def to_model_input(readings):
    return torch.tensor(readings, dtype=torch.float32).unsqueeze(0)


# %% wrong to_model_input: float() does not copy what is float32 already
# loses to_model_input_memory: they share memory
def to_model_input(readings):
    return torch.from_numpy(readings).float().unsqueeze(1)


# %% wrong to_model_input: astype first, then as_tensor of float32 without a copy
# loses to_model_input_memory: of float32, was overwritten
def to_model_input(readings):
    return torch.as_tensor(readings, dtype=torch.float32).reshape(-1, 1)


# %% wrong to_model_input: whole numbers cut off what stands behind the point
# loses to_model_input_values: has other values than the readings
def to_model_input(readings):
    return torch.tensor(readings, dtype=torch.int64).float().unsqueeze(1)


# %% wrong to_model_input: an extra dimension at the end
# loses to_model_input_values: expected (3, 1)
def to_model_input(readings):
    return torch.tensor(readings, dtype=torch.float32).reshape(1, -1)


# %% wrong to_model_input: 16 bits on the way lose digits
# loses to_model_input_values: has other values than the readings
def to_model_input(readings):
    return torch.tensor(readings).half().float().unsqueeze(1)


# %% right to_model_input: NumPy converts and copies
def to_model_input(readings):
    return torch.from_numpy(readings.astype(np.float32, copy=True).reshape(-1, 1))


# %% right to_model_input: clone at the end
def to_model_input(readings):
    return torch.from_numpy(readings)[:, None].to(torch.float32).clone()


# %% right to_model_input: a Python list on the way
def to_model_input(readings):
    return torch.tensor([[reading] for reading in readings.tolist()]).float()


# %% right to_model_input: astype copies, also where the dtype is float32 already
def to_model_input(readings):
    return torch.from_numpy(readings.astype(np.float32)).unsqueeze(1)


# %% right to_model_input: it records, which nobody has forbidden
def to_model_input(readings):
    return torch.tensor(readings, dtype=torch.float32, requires_grad=True).unsqueeze(1)


# %% wrong to_array: through lists, which forget the columns of a table without rows
# loses to_array_values: a table without any row has shape (0, 3)
def to_array(predictions: torch.Tensor) -> np.ndarray:
    return np.array(predictions.tolist(), dtype=str(predictions.dtype).split(".")[1])

# %% wrong to_array: the recorded graph is in the way
# loses to_array_values: Can't call numpy() on Tensor that requires grad
# loses to_array_memory: the array was changed and the tensor changed with it
def to_array(predictions):
    return predictions.numpy()


# %% wrong to_array: detach shares memory
# loses to_array_memory: Make a copy
def to_array(predictions):
    return predictions.detach().cpu().numpy()


# %% wrong to_array: force=True shares memory on the CPU
# loses to_array_memory: Make a copy
def to_array(predictions):
    return predictions.numpy(force=True)


# %% wrong to_array: a list is no array
# loses to_array_values: should become a NumPy array
# loses to_array_memory: a NumPy array is needed
def to_array(predictions):
    return predictions.tolist()


# %% wrong to_array: a list on the way forgets the dtype
# loses to_array_values: its array has float64
def to_array(predictions):
    return np.array(predictions.tolist())


# %% wrong to_array: takes the gradient away from the tensor itself
# loses to_array_values: the tensor lost requires_grad
# loses to_array_memory: you can only change requires_grad flags of leaf variables
def to_array(predictions):
    return predictions.requires_grad_(False).numpy().copy()


# %% wrong to_array: flattens
# loses to_array_values: its array has shape (2,)
def to_array(predictions):
    return predictions.detach().flatten().numpy().copy()


# %% wrong to_array: every fraction becomes float32
# loses to_array_values: has dtype torch.float64; its array has float32
def to_array(predictions):
    array = predictions.detach().cpu().numpy()
    return array.astype(np.float32 if predictions.is_floating_point() else array.dtype)


# %% wrong to_array: row by row, and a single number has no rows
# loses to_array_values: iteration over a 0-d tensor
def to_array(predictions):
    return np.stack([row.detach().cpu().numpy() for row in predictions])


# %% wrong to_array: a single number gets a dimension
# loses to_array_values: of shape (), has shape (); its array has shape (1,)
def to_array(predictions):
    return np.atleast_1d(predictions.detach().cpu().numpy().copy())


# %% wrong to_array: a single number is no array any more
# loses to_array_values: it became a float32
def to_array(predictions):
    return predictions.detach().cpu().numpy().copy()[()]


# %% wrong to_array: works on the CPU only
# loses to_array_values: first .cpu()
def to_array(predictions):
    return predictions.detach().numpy().copy()


# %% wrong to_array: np.array copies, and brings nothing to the CPU
# loses to_array_values: first .cpu()
def to_array(predictions):
    return np.array(predictions.detach())


# %% right to_array: detach, CPU, array, copy
def to_array(predictions):
    return predictions.detach().cpu().numpy().copy()


# %% right to_array: clone on the tensor's side
def to_array(predictions):
    return predictions.detach().clone().cpu().numpy()


# %% right to_array: np.array copies
def to_array(predictions):
    with torch.no_grad():
        return np.array(predictions.detach().cpu())


# %% right to_array: moved by to, copied by NumPy
def to_array(predictions):
    return np.array(predictions.detach().to("cpu"))


# %% right to_array: one number after another
def to_array(predictions):
    numbers = [number.item() for number in predictions.flatten()]
    return np.array(numbers, dtype=str(predictions.dtype).removeprefix("torch.")).reshape(predictions.shape)


# %% right to_array: moved only where it must be
def to_array(predictions):
    here = predictions.detach() if predictions.device.type == "cpu" else predictions.detach().to("cpu")
    return here.clone().numpy()


# %% wrong first_usable: every machine has the first name's device
# loses first_usable_choice: first_usable stopped with RuntimeError
def first_usable(names):
    return torch.device(names[0])


# %% wrong first_usable: the CPU is always safe, and never fast
# loses first_usable_choice: got device cpu, expected meta
def first_usable(names):
    return torch.device("cpu")


# %% wrong first_usable: a name that can be spelt is not yet a device that works
# loses first_usable_choice: naming a device is not enough
def first_usable(names):
    for name in names:
        try:
            return torch.device(name)
        except RuntimeError:
            continue
    return torch.device("cpu")


# %% wrong first_usable: catches one type of exception only
# loses first_usable_choice: first_usable stopped with
def first_usable(names):
    for name in names:
        try:
            return torch.ones(1, device=name).device
        except KeyError:
            continue
    return torch.device("cpu")


# %% wrong first_usable: expects one reason only
# loses first_usable_choice: first_usable stopped with AssertionError
def first_usable(names):
    for name in names:
        try:
            return torch.ones(1, device=name).device
        except RuntimeError:
            pass
    return torch.device("cpu")


# %% wrong first_usable: asks about one make of graphics card only
# loses first_usable_choice: ask each in the same way
def first_usable(names):
    for name in names:
        try:
            device = torch.device(name)
        except RuntimeError:
            continue
        if device.type != "cuda":
            return device
    return torch.device("cpu")


# %% wrong first_usable: knows two makes of graphics cards, and believes in all others
# loses first_usable_choice: ask each in the same way
def first_usable(names):
    for name in names:
        if name.startswith("cuda") or name.startswith("mps"):
            continue
        try:
            return torch.device(name)
        except RuntimeError:
            continue
    return torch.device("cpu")


# %% wrong first_usable: a name that works ends the search, one that fails does too
# loses first_usable_choice: after a failure, go on to the next name
def first_usable(names):
    try:
        return torch.empty(1, device=names[0]).device
    except Exception:
        return torch.device("cpu")


# %% wrong first_usable: takes the last that works
# loses first_usable_choice: got device cpu, expected meta
def first_usable(names):
    found = torch.device("cpu")
    for name in names:
        try:
            found = torch.ones(1, device=name).device
        except Exception:
            pass
    return found


# %% wrong first_usable: the name instead of the device
# loses first_usable_choice: a torch.device is needed; this is a str
def first_usable(names):
    for name in names:
        try:
            torch.ones(1, device=name)
        except Exception:
            continue
        return name
    return "cpu"


# %% wrong first_usable: no answer when nothing works
# loses first_usable_choice: is the return statement missing?
def first_usable(names):
    for name in names:
        try:
            return torch.ones(1, device=name).device
        except Exception:
            continue


# %% wrong first_usable: an empty list has no first name
# loses first_usable_choice: not enough values to unpack
def first_usable(names):
    name, *others = names
    try:
        return torch.empty(1, device=name).device
    except Exception:
        return first_usable(others) if others else torch.device("cpu")


# %% wrong first_usable: a list of the devices that work
# loses first_usable_choice: no list of names is ever complete
def first_usable(names):
    return next((torch.device(name) for name in names if name in ("cpu", "meta")), torch.device("cpu"))


# %% wrong first_usable: asks the device's module, which not every device has
# loses first_usable_choice: no list of names is ever complete
def first_usable(names):
    for name in names:
        try:
            if name in ("cpu", "meta") or torch.get_device_module(name).is_available():
                return torch.device(name)
        except RuntimeError:
            continue
    return torch.device("cpu")


# %% wrong first_usable: two types of exception are not all
# loses first_usable_choice: stopped with ModuleNotFoundError
def first_usable(names):
    for name in names:
        try:
            return torch.ones(1, device=name).device
        except (RuntimeError, AssertionError):
            continue
    return torch.device("cpu")


# %% wrong first_usable: asks for CUDA, and the test is about another device
# loses first_usable_choice: try each name by making a tensor there
def first_usable(names):
    for name in names:
        if name == "cuda" and torch.cuda.is_available():
            return torch.device("cuda")
        if name == "cpu":
            break
    return torch.device("cpu")


# %% right first_usable: recursion
def first_usable(names):
    if not names:
        return torch.device("cpu")
    try:
        torch.empty(1).to(names[0])
    except Exception:
        return first_usable(names[1:])
    return torch.device(names[0])


# %% right first_usable: makes a tensor, then names the device
def first_usable(names):
    for name in names:
        try:
            torch.empty(1, device=name)
            return torch.device(name)
        except Exception:
            pass
    return torch.device("cpu")


# %% right first_usable: a helper that says whether a device works
def first_usable(names):
    def works(name):
        try:
            torch.zeros((), device=torch.device(name))
        except Exception:
            return False
        return True

    return next((torch.device(name) for name in names if works(name)), torch.device("cpu"))


# %% wrong gradient_at: asks integers for gradients
# loses gradient_at_values: It was given: shape (2,) of torch.int64
def gradient_at(f, x):
    leaf = x.detach().clone().requires_grad_()
    f(leaf).backward()
    return leaf.grad


# %% wrong gradient_at: reads .grad before backward
# loses gradient_at_values: Was .grad read before backward()?
# loses gradient_at_traces: Was .grad read before backward()?
def gradient_at(f, x):
    leaf = x.detach().float().clone().requires_grad_()
    y = f(leaf)
    gradient = leaf.grad
    y.backward()
    return gradient


# %% wrong gradient_at: works on x itself, whose .grad already holds something
# loses gradient_at_values: only Tensors of floating point
# loses gradient_at_traces: work on a fresh leaf, not on x
def gradient_at(f, x):
    x.requires_grad_()
    f(x).backward()
    return x.grad


# %% wrong gradient_at: clears up, and with it what the owner needs
# loses gradient_at_values: only Tensors of floating point
# loses gradient_at_traces: x.grad was emptied
def gradient_at(f, x):
    recorded = x.requires_grad
    x.requires_grad_()
    x.grad = None
    f(x).backward()
    gradient, x.grad = x.grad, None
    x.requires_grad_(recorded)
    return gradient


# %% wrong gradient_at: finite differences, at two runs a number
# loses gradient_at_values: f was called
def gradient_at(f, x):
    at = x.detach().double()
    gradient = torch.zeros_like(at)
    for i in range(at.numel()):
        move = torch.zeros_like(at)
        move.view(-1)[i] = 1e-5
        gradient.view(-1)[i] = (f(at + move) - f(at - move)) / 2e-5
    return gradient.to(x.dtype if x.is_floating_point() else torch.float32)


# %% wrong gradient_at: everything becomes float32
# loses gradient_at_values: has dtype torch.float32, expected torch.float64
# loses gradient_at_traces: dtype torch.float32, expected torch.float64
def gradient_at(f, x):
    leaf = x.detach().clone().float().requires_grad_()
    f(leaf).backward()
    return leaf.grad


# %% wrong gradient_at: a new tensor, always of float32
# loses gradient_at_values: has dtype torch.float32, expected torch.float64
# loses gradient_at_traces: dtype torch.float32, expected torch.float64
def gradient_at(f, x):
    leaf = torch.tensor(x.tolist(), dtype=torch.float32, requires_grad=True)
    f(leaf).backward()
    return leaf.grad


# %% wrong gradient_at: returns the value
# loses gradient_at_values: this is the value of x², not its gradient
# loses gradient_at_traces: expected (2,)
def gradient_at(f, x):
    leaf = x.detach().float().clone().requires_grad_()
    y = f(leaf)
    y.backward()
    return y.detach().to(x.dtype if x.is_floating_point() else torch.float32)


# %% wrong gradient_at: the gradient keeps a graph
# loses gradient_at_values: still carries a graph
# loses gradient_at_traces: the result carries a graph
def gradient_at(f, x):
    leaf = (x if x.is_floating_point() else x.float()).detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(f(leaf), leaf, create_graph=True)
    return gradient + 0 * leaf


# %% wrong gradient_at: a copy with x's record is no leaf
# loses gradient_at_traces: so its .grad stays None: first detach()
def gradient_at(f, x):
    leaf = x.clone() if x.is_floating_point() else x.float()
    leaf.requires_grad_()
    f(leaf).backward()
    return leaf.grad


# %% right gradient_at: detached, and never written to, so no copy is needed
def gradient_at(f, x):
    leaf = x.detach() if x.is_floating_point() else x.float()
    leaf.requires_grad_()
    f(leaf).backward()
    return leaf.grad


# %% wrong gradient_at: no return
# loses gradient_at_values: Is the return statement missing?
# loses gradient_at_traces: Is the return statement missing?
def gradient_at(f, x):
    leaf = x.detach().float().clone().requires_grad_()
    f(leaf).backward()
    leaf.grad


# %% right gradient_at: the Jacobian of one number
def gradient_at(f, x):
    return torch.autograd.functional.jacobian(f, x.detach() if x.is_floating_point() else x.float())


# %% right gradient_at: torch.autograd.grad
def gradient_at(f, x):
    leaf = torch.tensor(x.tolist(), dtype=x.dtype if x.is_floating_point() else torch.float32, requires_grad=True)
    return torch.autograd.grad(f(leaf), leaf)[0]


# %% wrong gradient_at: a copy within x's record leaves its trace on x
# loses gradient_at_traces: x.grad was changed
def gradient_at(f, x):
    leaf = x.clone() if x.is_floating_point() else x.float()
    leaf.requires_grad_().retain_grad()
    f(leaf).backward()
    return leaf.grad


# %% wrong gradient_at: torch.func.grad of x itself, whose record goes on
# loses gradient_at_traces: the result carries a graph
def gradient_at(f, x):
    return torch.func.grad(f)(x if x.is_floating_point() else x.float())


# %% wrong gradient_at: puts x back in order, but x may be no leaf
# loses gradient_at_traces: Or is the tensor no leaf?
def gradient_at(f, x):
    if not x.is_floating_point():
        x = x.float()
    recorded, held = x.requires_grad, x.grad
    x.grad = None
    f(x.requires_grad_()).backward()
    gradient, x.grad = x.grad, held
    if not recorded:
        x.requires_grad_(False)
    return gradient


# %% wrong gradient_at: returns the leaf
# loses gradient_at_values: this is x itself, not the gradient
# loses gradient_at_traces: this is x itself, not the gradient
def gradient_at(f, x):
    leaf = (x.detach().clone() if x.is_floating_point() else x.float()).requires_grad_()
    f(leaf).backward()
    return leaf


# %% wrong gradient_at: the leaf is made, and x is used
# loses gradient_at_values: backward() found no record to follow
# loses gradient_at_traces: backward() found no record to follow
def gradient_at(f, x):
    leaf = (x.detach().clone() if x.is_floating_point() else x.float()).requires_grad_()
    f(x).backward()
    return leaf.grad


# %% wrong gradient_at: f runs unrecorded
# loses gradient_at_values: outside torch.no_grad()
# loses gradient_at_traces: outside torch.no_grad()
def gradient_at(f, x):
    leaf = (x.detach().clone() if x.is_floating_point() else x.float()).requires_grad_()
    with torch.no_grad():
        y = f(leaf)
    y.backward()
    return leaf.grad


# %% right gradient_at: torch.func.grad
def gradient_at(f, x):
    return torch.func.grad(f)(x.detach() if x.is_floating_point() else x.float())


# %% wrong fit_line: zero_grad is forgotten
# loses fit_line_steps: are old gradients still in .grad?
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        ((slope * x + offset - y) ** 2).mean().backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: zero_grad between backward and step throws the gradient away
# loses fit_line_steps: Nothing has moved. Did zero_grad() empty the gradient
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        ((slope * x + offset - y) ** 2).mean().backward()
        optimizer.zero_grad()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: a column of predictions against a row of y
# loses fit_line_steps: compares each prediction with every y
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    model = torch.nn.Linear(1, 1).to(x.dtype)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(model(x.unsqueeze(1)), y).backward()
        optimizer.step()
    return model.weight.item(), model.bias.item()


# %% wrong fit_line: the sum of the squares instead of their mean
# loses fit_line_steps: a loss that is not the mean of squared differences
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        ((slope * x + offset - y) ** 2).sum().backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: a line through the origin
# loses fit_line_steps: The first step is already off
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope = torch.zeros((), requires_grad=True)
    for _ in range(steps):
        slope.grad = None
        ((slope * x - y) ** 2).mean().backward()
        with torch.no_grad():
            slope -= lr * slope.grad
    return slope.item(), 0.0


# %% wrong fit_line: steps uphill
# loses fit_line_steps: The first step is already off
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope = offset = 0.0
    for _ in range(min(steps, 50)):
        errors = slope * x + offset - y
        slope, offset = (slope + lr * 2 * (errors * x).mean()).item(), (offset + lr * 2 * errors.mean()).item()
    return slope, offset


# %% wrong fit_line: starts from random numbers
# loses fit_line_steps: a start that is not 0
def fit_line(x, y, steps, lr):
    slope, offset = (torch.randn((), generator=torch.Generator().manual_seed(0)).requires_grad_() for _ in range(2))
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        ((slope * x + offset - y) ** 2).mean().backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: solves the equation instead of stepping
# loses fit_line_steps: The first step is already off
def fit_line(x, y, steps, lr):
    columns = torch.stack([x, torch.ones_like(x)], dim=1).double()
    slope, offset = torch.linalg.lstsq(columns, y.double().unsqueeze(1)).solution.flatten().tolist()
    return slope, offset


# %% wrong fit_line: another optimizer takes other steps
# loses fit_line_steps: The first step is already off
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        ((slope * x + offset - y) ** 2).mean().backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: tensors instead of numbers
# loses fit_line_steps: should be a Python float
# loses fit_line_result: should be a Python float
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        ((slope * x + offset - y) ** 2).mean().backward()
        optimizer.step()
    return slope.detach(), offset.detach()


# %% wrong fit_line: one lr for all
# loses fit_line_steps: whatever lr is
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: always a step at least
# loses fit_line_steps: after 0 steps: slope 1.43333, offset 0.5; by hand 0, 0. That is one step too many
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(max(steps, 1)):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: one step too few
# loses fit_line_steps: Is a step missing?
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps - 1):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: the optimizer pulls towards 0
# loses fit_line_steps: no weight_decay
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr, weight_decay=1e-4)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: rounded
# loses fit_line_steps: is something rounded?
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return round(slope.item(), 4), round(offset.item(), 4)


# %% wrong fit_line: offset first
# loses fit_line_steps: Slope and offset are exchanged
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return offset.item(), slope.item()


# %% wrong fit_line: x from y
# loses fit_line_steps: x and y are exchanged
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope * y + offset, x).backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: a list
# loses fit_line_steps: return a tuple of two numbers
# loses fit_line_result: return a tuple of two numbers
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope * x + offset, y).backward()
        optimizer.step()
    return [slope.item(), offset.item()]


# %% wrong fit_line: numbers in the loss, and no record
# loses fit_line_steps: without .item() or .detach() between
# loses fit_line_result: without .item() or .detach() between
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        F.mse_loss(slope.item() * x + offset.item(), y).backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: looks at a loss that 0 steps have not made
# loses fit_line_steps: cannot access local variable 'loss'
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(slope * x + offset, y)
        loss.backward()
        optimizer.step()
    assert loss.item() >= 0
    return slope.item(), offset.item()


# %% wrong fit_line: the loss is computed once
# loses fit_line_steps: Compute the loss anew in each round
# loses fit_line_result: Compute the loss anew in each round
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    loss = F.mse_loss(slope * x + offset, y)
    for _ in range(steps):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% wrong fit_line: a recorded change in place
# loses fit_line_steps: inside torch.no_grad() only
# loses fit_line_result: inside torch.no_grad() only
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    for _ in range(steps):
        slope.grad = offset.grad = None
        F.mse_loss(slope * x + offset, y).backward()
        slope -= lr * slope.grad
        offset -= lr * offset.grad
    return slope.item(), offset.item()


# %% wrong fit_line: the offset's step sees the new slope
# loses fit_line_steps: an offset moved by what the new slope gives
def fit_line(x, y, steps, lr):
    slope = offset = 0.0
    for _ in range(steps):
        slope = slope - lr * (2 * (slope * x + offset - y) * x).mean().item()
        offset = offset - lr * (2 * (slope * x + offset - y)).mean().item()
    return slope, offset


# %% wrong fit_line: asks x for gradients instead of slope and offset
# loses fit_line_steps: Nothing has moved
# loses fit_line_result: should have settled
def fit_line(x, y, steps, lr):
    slope, offset = torch.zeros(()), torch.zeros(())
    x.requires_grad_()
    for _ in range(steps):
        F.mse_loss(slope * x + offset, y).backward()
    return slope.item(), offset.item()


# %% equivalent fit_line: loss = F.mse_loss(slope * x + offset, y) -> loss = F.mse_loss(y, slope * x + offset)
# because a squared difference is the same both ways round


# %% right fit_line: squares and mean spelt out, leaves made of 0.0
def fit_line(x, y, steps, lr):
    slope = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    optimizer = torch.optim.SGD([slope, offset], lr=lr)
    for _ in range(steps):
        loss = ((slope * x + offset - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return slope.item(), offset.item()


# %% right fit_line: gradients by hand
def fit_line(x, y, steps, lr):
    slope = offset = 0.0
    for _ in range(steps):
        errors = slope * x + offset - y
        slope, offset = slope - lr * (2 * errors * x).mean().item(), offset - lr * (2 * errors).mean().item()
    return slope, offset


# %% right fit_line: a module
def fit_line(x, y, steps, lr):
    model = torch.nn.Linear(1, 1).to(x.dtype)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x.unsqueeze(1)), y.unsqueeze(1)).backward()
        optimizer.step()
    return model.weight.item(), model.bias.item()


# %% right fit_line: torch.autograd.grad on one vector of both
def fit_line(x, y, steps, lr):
    line = torch.zeros(2, dtype=torch.float64)
    for _ in range(steps):
        line.requires_grad_()
        (slopes,) = torch.autograd.grad((line[0] * x + line[1] - y).square().mean(), line)
        line = (line - lr * slopes).detach()
    return tuple(line.tolist())


# %% right fit_line: the normal equations' gradient, without autograd
def fit_line(x, y, steps, lr):
    x, y = x.double(), y.double()
    slope = offset = 0.0
    for _ in range(steps):
        to_slope = slope * (x * x).mean() + offset * x.mean() - (x * y).mean()
        to_offset = slope * x.mean() + offset - y.mean()
        slope, offset = slope - 2 * lr * to_slope.item(), offset - 2 * lr * to_offset.item()
    return slope, offset


# %% wrong settle: unrepaired
# loses settle_path: what does .grad hold when backward() comes the second time?
def settle(f, start, lr, steps):
    return find_lowest(f, start, lr, steps)


# %% wrong settle: a smaller step hides the symptom
# loses settle_path: another step size or optimizer only hides the trouble
def settle(f, start, lr, steps):
    return find_lowest(f, start, lr / 10, steps)


# %% wrong settle: stops when near the target, still with a sum of gradients
# loses settle_path: what does .grad hold
def settle(f, start, lr, steps):
    path = find_lowest(f, start, lr, steps)
    best = min(range(len(path)), key=lambda i: f(torch.tensor(path[i])).item())
    return path[: best + 1] + [path[best]] * (steps - best)


# %% wrong settle: the step shrinks in each round, so the swings fade
# loses settle_path: what does .grad hold
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for step in range(steps):
        f(x).backward()
        with torch.no_grad():
            x -= lr * 0.8**step * x.grad
        path.append(x.item())
    return path


# %% wrong settle: zeroes after backward, so nothing moves
# loses settle_path: the first step moves nothing
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        f(x).backward()
        x.grad.zero_()
        with torch.no_grad():
            x -= lr * x.grad
        path.append(x.item())
    return path


# %% wrong settle: zeroes once, before the loop
# loses settle_path: what does .grad hold
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    x.grad = None
    for _ in range(steps):
        f(x).backward()
        with torch.no_grad():
            x -= lr * x.grad
        path.append(x.item())
    return path


# %% wrong settle: a line that makes a new x, which is no leaf
# loses settle_path: changes the leaf itself
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        f(x).backward()
        x = x - lr * x.grad
        path.append(x.item())
    return path


# %% wrong settle: a gradient is a tensor or None, not 0
# loses settle_path: assigned grad expected to be a Tensor or None
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        f(x).backward()
        with torch.no_grad():
            x -= lr * x.grad
        x.grad = 0
        path.append(x.item())
    return path


# %% wrong settle: the start is not kept
# loses settle_path: the start included
def settle(f, start, lr, steps):
    return [start - lr for _ in range(steps)]


# %% wrong settle: stops when it has settled
# loses settle_path: near the target too
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        x.grad = None
        f(x).backward()
        if x.grad.abs() < 1e-4:
            break
        with torch.no_grad():
            x -= lr * x.grad
        path.append(x.item())
    return path


# %% wrong settle: the derivative of one function, by hand
# loses settle_path: a derivative worked out for one f does not fit the next
def settle(f, start, lr, steps):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - lr * 2 * (path[-1] - 3))
    return path


# %% right settle: zero_ after the step
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        f(x).backward()
        with torch.no_grad():
            x -= lr * x.grad
            x.grad.zero_()
        path.append(x.item())
    return path


# %% right settle: an optimizer
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=lr)
    path = [x.item()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(x).backward()
        optimizer.step()
        path.append(x.item())
    return path


# %% right settle: a fresh leaf in each round
def settle(f, start, lr, steps):
    path = [float(start)]
    for _ in range(steps):
        x = torch.tensor(path[-1], requires_grad=True)
        f(x).backward()
        path.append((x - lr * x.grad).item())
    return path


# %% right settle: finite differences, whose steps are the same
def settle(f, start, lr, steps):
    path = [float(start)]
    for _ in range(steps):
        x = torch.tensor(path[-1], dtype=torch.float64)
        path.append(path[-1] - lr * ((f(x + 1e-5) - f(x - 1e-5)) / 2e-5).item())
    return path


# %% right settle: torch.autograd.grad, which does not add up
def settle(f, start, lr, steps):
    x = torch.tensor(start, requires_grad=True)
    path = [x.item()]
    for _ in range(steps):
        x = (x - lr * torch.autograd.grad(f(x), x)[0]).detach().requires_grad_()
        path.append(x.item())
    return path


# %% wrong lab_cause: blames the learning rate
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "a"


# %% wrong lab_cause: blames no_grad
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "c"


# %% wrong lab_cause: a sentence
# loses lab_cause_letter: return one letter from a to e
def lab_cause():
    return "the gradients are added up"


# %% right lab_cause: a capital letter
def lab_cause():
    return "D"


# %% right lab_cause: with a space
def lab_cause():
    return "d "
