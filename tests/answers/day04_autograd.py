# Day 4 · Autograd. README.md has the format.

# %% wrong numeric_gradient: one-sided differences
# loses numeric_gradient_values: one-sided differences
# loses numeric_gradient_shapes: drags a graph along
def numeric_gradient(f, x, h=1e-5):
    slopes = torch.zeros_like(x)
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        slopes.view(-1)[i] = (f(x + step.reshape(x.shape)) - f(x)) / h
    return slopes


# %% wrong numeric_gradient: moves all numbers at once
# loses numeric_gradient_values: The slopes of x³ should be 3x²
# loses numeric_gradient_shapes: Wrong for a matrix
def numeric_gradient(f, x, h=1e-5):
    return torch.ones_like(x) * (f(x + h) - f(x - h)) / (2 * h)


# %% wrong numeric_gradient: forgets that 2h lie between the two places
# loses numeric_gradient_values: Is the difference divided by 2h?
# loses numeric_gradient_shapes: Wrong for a matrix
def numeric_gradient(f, x, h=1e-5):
    flat = x.detach().flatten()
    slopes = torch.zeros_like(flat)
    for i in range(len(flat)):
        step = torch.zeros_like(flat)
        step[i] = h
        slopes[i] = ((f((flat + step).reshape(x.shape)) - f((flat - step).reshape(x.shape))) / h).detach()
    return slopes.reshape(x.shape)


# %% wrong numeric_gradient: written for vectors only
# loses numeric_gradient_shapes: Wrong for a matrix
def numeric_gradient(f, x, h=1e-5):
    slopes = torch.zeros_like(x)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = h
        slopes[i] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


# %% wrong numeric_gradient: moves x itself, and leaves it moved
# loses numeric_gradient_values: changed a tensor it was given
# loses numeric_gradient_shapes: changed a tensor it was given
def numeric_gradient(f, x, h=1e-5):
    slopes = torch.zeros(x.shape, dtype=x.dtype)
    flat = x.view(-1)
    for i in range(x.numel()):
        flat[i] += h
        up = f(x)
        flat[i] -= 2 * h
        slopes.view(-1)[i] = ((up - f(x)) / (2 * h)).detach()
    return slopes


# %% wrong numeric_gradient: the result keeps a graph of f's parameters
# loses numeric_gradient_shapes: drags a graph along
def numeric_gradient(f, x, h=1e-5):
    flat = x.detach().flatten()
    slopes = []
    for i in range(len(flat)):
        step = torch.zeros_like(flat)
        step[i] = h
        slopes.append((f((flat + step).reshape(x.shape)) - f((flat - step).reshape(x.shape))) / (2 * h))
    return torch.stack(slopes).reshape(x.shape)


# %% right numeric_gradient: rows of the identity, without an inner index
@torch.no_grad()
def numeric_gradient(f, x, h=1e-5):
    steps = h * torch.eye(x.numel(), dtype=x.dtype)
    return torch.stack(
        [(f(x + step.reshape(x.shape)) - f(x - step.reshape(x.shape))) / (2 * h) for step in steps]
    ).reshape(x.shape)


# %% right numeric_gradient: moves one number of a copy and puts it back
def numeric_gradient(f, x, h=1e-5):
    moved = x.detach().clone().contiguous()
    flat = moved.view(-1)
    slopes = []
    for i in range(flat.numel()):
        old = flat[i].item()
        flat[i] = old + h
        up = float(f(moved))
        flat[i] = old - h
        slopes.append((up - float(f(moved))) / (2 * h))
        flat[i] = old
    return torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


# %% wrong value_and_grad: switches requires_grad on for x, and reads x.grad
# loses value_and_grad_clean: x.grad was filled
# loses value_and_grad_no_road: stopped with RuntimeError
def value_and_grad(f, x):
    x.requires_grad_()
    value = f(x)
    value.backward()
    return value.detach(), x.grad


# %% wrong value_and_grad: backward fills the .grad of parameters
# loses value_and_grad_clean: a parameter inside f got a .grad
# loses value_and_grad_no_road: stopped with RuntimeError
def value_and_grad(f, x):
    leaf = x.detach().clone().requires_grad_()
    value = f(leaf)
    value.backward()
    return value.detach(), leaf.grad


# %% wrong value_and_grad: the value keeps its history
# loses value_and_grad_clean: the value still has its history
# loses value_and_grad_no_road: stopped with RuntimeError
def value_and_grad(f, x):
    leaf = x.detach().clone().requires_grad_()
    value = f(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    return value, gradient


# %% wrong value_and_grad: no road gives None
# loses value_and_grad_no_road: the gradient is None: no road leads back
def value_and_grad(f, x):
    leaf = x.detach().clone().requires_grad_()
    value = f(leaf)
    if not value.requires_grad:
        return value, None
    return value.detach(), torch.autograd.grad(value, leaf, allow_unused=True)[0]


# %% wrong value_and_grad: sees one of the two ways to be constant
# loses value_and_grad_no_road: appears to not have been used
def value_and_grad(f, x):
    leaf = x.detach().clone().requires_grad_()
    value = f(leaf)
    if not value.requires_grad:
        return value, torch.zeros_like(x).detach()
    return value.detach(), torch.autograd.grad(value, leaf)[0]


# %% wrong value_and_grad: a copy by way of a list, which forgets float64
# loses value_and_grad_values: dtype torch.float32, expected torch.float64
# loses value_and_grad_no_road: dtype torch.float32, expected torch.float64
def value_and_grad(f, x):
    leaf = torch.tensor(x.tolist(), requires_grad=True)
    value = f(leaf)
    if not value.requires_grad:
        return value, torch.zeros_like(leaf)
    gradient = torch.autograd.grad(value, leaf, allow_unused=True)[0]
    return value.detach(), torch.zeros_like(leaf) if gradient is None else gradient


# %% wrong value_and_grad: the gradient only
# loses value_and_grad_values: return two things
# loses value_and_grad_clean: The gradient of (weight * x).sum() is weight
# loses value_and_grad_no_road: stopped with RuntimeError
def value_and_grad(f, x):
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(f(leaf), leaf)[0]


# %% right value_and_grad: backward into one leaf only
def value_and_grad(f, x):
    leaf = x.detach().clone().requires_grad_(True)
    value = f(leaf)
    if value.requires_grad:
        value.backward(inputs=[leaf])
    gradient = torch.zeros_like(x).detach() if leaf.grad is None else leaf.grad
    return value.detach(), gradient


# %% right value_and_grad: materialised zeros, and a value tied to the leaf
def value_and_grad(f, x):
    leaf = torch.zeros_like(x, requires_grad=True)
    with torch.no_grad():
        leaf.copy_(x)
    value = f(leaf)
    if value.grad_fn is None and not value.requires_grad:
        return value, torch.zeros(x.shape, dtype=x.dtype)
    gradient = torch.autograd.grad(value, [leaf], materialize_grads=True)[0]
    return value.detach(), gradient


# %% wrong train_linear: gradients never emptied
# loses train_linear_steps: the second step used the sum of both gradients
# loses train_linear_losses: here they should fall
# loses train_linear_patients: after 300 steps the loss is
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
    return w.detach(), b.detach(), losses


# %% wrong train_linear: the update replaces the leaf
# loses train_linear_steps: does not have a grad_fn
# loses train_linear_losses: does not have a grad_fn
# loses train_linear_patients: does not have a grad_fn
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w = w - lr * w.grad
            b = b - lr * b.grad
    return w.detach(), b.detach(), losses


# %% wrong train_linear: updates outside no_grad
# loses train_linear_steps: a leaf Variable that requires grad is being used in an in-place operation
# loses train_linear_losses: in-place operation
# loses train_linear_patients: in-place operation
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        w -= lr * w.grad
        b -= lr * b.grad
        w.grad, b.grad = None, None
    return w.detach(), b.detach(), losses


# %% wrong train_linear: b stays where it was
# loses train_linear_steps: b has not moved
# loses train_linear_patients: Does every step update w and b?
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            w.grad = None
    return w.detach(), b, losses


# %% wrong train_linear: sum of the squared errors instead of their mean
# loses train_linear_steps: take the mean over the rows, not the sum
# loses train_linear_losses: the first loss should be
# loses train_linear_patients: after 300 steps the loss is
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_linear: the log keeps the graphs
# loses train_linear_losses: each of which keeps its graph in memory
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss)
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_linear: logs the loss after the update, returns leaves
# loses train_linear_losses: the first loss should be that of w = b = 0
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        ((X @ w + b - y) ** 2).mean().backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
            losses.append(((X @ w + b - y) ** 2).mean().item())
    return w, b, losses


# %% wrong train_linear: returns parameters that still require gradients
# loses train_linear_losses: return them detached
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w, b, losses


# %% wrong train_linear: targets as a column, so (N, 1) meets (N,)
# loses train_linear_steps: w is wrong after one step
# loses train_linear_patients: after 300 steps the loss is
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X @ w + b - y.unsqueeze(1)) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_linear: float32 zeros, whatever X is
# loses train_linear_steps: same dtype
# loses train_linear_losses: w, for X in float64, has dtype torch.float32
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    losses = []
    for step in range(steps):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% right train_linear: autograd.grad and fresh leaves
def train_linear(X, y, lr, steps):
    w, b, losses = torch.zeros_like(X[0]), torch.zeros_like(y[0]), []
    for _ in range(steps):
        w, b = w.detach().requires_grad_(), b.detach().requires_grad_()
        loss = torch.nn.functional.mse_loss(X @ w + b, y)
        gw, gb = torch.autograd.grad(loss, [w, b])
        w, b = w - lr * gw, b - lr * gb
        losses += [float(loss.detach())]
    return w.detach(), b.detach(), losses


# %% right train_linear: with torch's own optimizer
def train_linear(X, y, lr, steps):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    optimizer, losses = torch.optim.SGD([w, b], lr=lr), []
    for _ in range(steps):
        loss = (X @ w + b - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return w.detach(), b.detach(), losses


# %% right train_linear: a column of ones carries b, gradients by hand
def train_linear(X, y, lr, steps):
    columns = torch.cat([X, torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
    wb, losses = torch.zeros(columns.shape[1], dtype=X.dtype), []
    for _ in range(steps):
        miss = columns @ wb - y
        losses.append((miss**2).mean().item())
        wb = wb - lr * 2 * columns.T @ miss / len(X)
    return wb[:-1], wb[-1], losses


# %% wrong train_logistic: log of a probability that was rounded
# loses train_logistic_stable: the log of 0 is infinite
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        p = torch.sigmoid(X @ w + b)
        loss = -torch.where(y == 1, p, 1 - p).log().mean() + penalty * (w**2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: probabilities clamped before the log
# loses train_logistic_stable: the loss is cut off
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        p = torch.sigmoid(X @ w + b).clamp(1e-7, 1 - 1e-7)
        loss = -torch.where(y == 1, p, 1 - p).log().mean() + penalty * (w**2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: integer labels refused
# loses train_logistic_steps: stopped with RuntimeError
# loses train_logistic_stable: stopped with RuntimeError
# loses train_logistic_penalty: stopped with RuntimeError
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(X @ w + b, y) + penalty * (w**2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: sigmoid twice
# loses train_logistic_steps: w is wrong after one step
# loses train_logistic_stable: cost as much as the logit says
# loses train_logistic_penalty: b should reach log(3 / 1)
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        p = torch.sigmoid(X @ w + b) - 0.5
        loss = torch.nn.functional.binary_cross_entropy_with_logits(p, y.to(X.dtype)) + penalty * (w**2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: labels the wrong way round
# loses train_logistic_steps: w moves the wrong way
# loses train_logistic_stable: w is wrong for large features
# loses train_logistic_penalty: the weight should stay clearly smaller
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        z = X @ w + b
        loss = torch.nn.functional.softplus(torch.where(y == 0, -z, z)).mean() + penalty * (w**2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: b is penalised too
# loses train_logistic_penalty: leave b out of the penalty
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        z = X @ w + b
        loss = torch.nn.functional.softplus(torch.where(y == 1, -z, z)).mean() + penalty * ((w**2).sum() + b**2)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: the penalty is ignored
# loses train_logistic_penalty: the weight should stay clearly smaller
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        z = X @ w + b
        loss = torch.nn.functional.softplus(torch.where(y == 1, -z, z)).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: half the penalty, as some books write it
# loses train_logistic_penalty: a sum, with no factor of its own
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        z = X @ w + b
        loss = torch.nn.functional.softplus(torch.where(y == 1, -z, z)).mean() + penalty / 2 * (w**2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: the mean of the squared weights instead of their sum
# loses train_logistic_penalty: a sum, with no factor of its own
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for step in range(steps):
        z = X @ w + b
        loss = torch.nn.functional.softplus(torch.where(y == 1, -z, z)).mean() + penalty * (w**2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% wrong train_logistic: the log leaves the penalty out
# loses train_logistic_penalty: belongs to the logged loss
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    losses = []
    for step in range(steps):
        z = X @ w + b
        loss = torch.nn.functional.softplus(torch.where(y == 1, -z, z)).mean()
        losses.append(loss.item())
        (loss + penalty * (w**2).sum()).backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach(), losses


# %% right train_logistic: binary_cross_entropy_with_logits and an optimizer
def train_logistic(X, y, lr, steps, penalty=0.0):
    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros((), dtype=X.dtype, requires_grad=True)
    optimizer, losses = torch.optim.SGD([w, b], lr=lr), []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(X @ w + b, y.to(X.dtype)) + penalty * w.dot(w)
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    return w.detach(), b.detach(), losses


# %% right train_logistic: logaddexp and signs
def train_logistic(X, y, lr, steps, penalty=0.0):
    sign = 2 * y.to(X.dtype) - 1
    w, b, losses = torch.zeros(X.shape[1], dtype=X.dtype), torch.tensor(0.0, dtype=X.dtype), []
    for _ in range(steps):
        w, b = w.detach().requires_grad_(), b.detach().requires_grad_()
        margin = sign * (X @ w + b)
        loss = torch.logaddexp(torch.zeros_like(margin), -margin).mean() + penalty * w.square().sum()
        gw, gb = torch.autograd.grad(loss, (w, b))
        losses.append(loss.item())
        w, b = w - lr * gw, b - lr * gb
    return w.detach(), b.detach(), losses


# %% right train_logistic: gradient by hand, loss from the logit
def train_logistic(X, y, lr, steps, penalty=0.0):
    y = y.to(X.dtype)
    w, b, losses = torch.zeros(X.shape[1], dtype=X.dtype), torch.zeros((), dtype=X.dtype), []
    for _ in range(steps):
        z = X @ w + b
        losses.append((torch.nn.functional.softplus(z).mean() - (y * z).mean() + penalty * (w**2).sum()).item())
        miss = torch.sigmoid(z) - y
        w, b = w - lr * (X.T @ miss / len(y) + 2 * penalty * w), b - lr * miss.mean()
    return w, b, losses


# %% wrong gradient_penalty: the walk back is not recorded
# loses gradient_penalty_learns: create_graph=True
# loses gradient_penalty_edges: does not require grad
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x)
    return ((torch.linalg.vector_norm(slopes.flatten(1), dim=1) - 1) ** 2).mean()


# %% wrong gradient_penalty: the square root of a sum of squares
# loses gradient_penalty_edges: nan reached the parameters
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (((slopes**2).flatten(1).sum(dim=1).sqrt() - 1) ** 2).mean()


# %% wrong gradient_penalty: slope of the mean score
# loses gradient_penalty_values: A slope of (3, 4) has length 5
# loses gradient_penalty_learns: The gradient that reaches
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).mean(), x, create_graph=True)
    return ((torch.linalg.vector_norm(slopes.flatten(1), dim=1) - 1) ** 2).mean()


# %% wrong gradient_penalty: one length for the whole batch
# loses gradient_penalty_values: A slope of (3, 4) has length 5
# loses gradient_penalty_learns: The gradient that reaches
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (torch.linalg.vector_norm(slopes) - 1) ** 2


# %% wrong gradient_penalty: lengths along dim 1 only
# loses gradient_penalty_values: The length runs over everything but the batch
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((torch.linalg.vector_norm(slopes, dim=1) - 1) ** 2).mean()


# %% wrong gradient_penalty: the square of the mean instead of the mean of squares
# loses gradient_penalty_values: First the length of each row's slope
# loses gradient_penalty_learns: Wrong gradient for the first layer
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (torch.linalg.vector_norm(slopes.flatten(1), dim=1) - 1).mean() ** 2


# %% wrong gradient_penalty: switches the caller's x
# loses gradient_penalty_edges: x itself was switched to requires_grad
def gradient_penalty(critic, x):
    x.requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((torch.linalg.vector_norm(slopes.flatten(1), dim=1) - 1) ** 2).mean()


# %% wrong gradient_penalty: backward for the inner slope
# loses gradient_penalty_learns: filled the .grad of a parameter
# loses gradient_penalty_edges: does not require grad
def gradient_penalty(critic, x):
    x = x.detach().requires_grad_()
    critic(x).sum().backward()
    return ((torch.linalg.vector_norm(x.grad.flatten(1), dim=1) - 1) ** 2).mean()


# %% wrong gradient_penalty: x keeps its history
# loses gradient_penalty_edges: flowed on to what made x
def gradient_penalty(critic, x):
    x = x if x.requires_grad else x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((torch.linalg.vector_norm(slopes.flatten(1), dim=1) - 1) ** 2).mean()


# %% right gradient_penalty: row by row
def gradient_penalty(critic, x):
    total = 0
    for row in x.detach():
        row = row.unsqueeze(0).clone().requires_grad_()
        slope = torch.autograd.grad(critic(row)[0], row, create_graph=True)[0]
        total = total + (slope.norm() - 1) ** 2
    return total / len(x)


# %% right gradient_penalty: weights of one, and a small number under the root
def gradient_penalty(critic, x):
    x = x.detach().clone().requires_grad_(True)
    scores = critic(x)
    slopes = torch.autograd.grad(scores, x, grad_outputs=torch.ones_like(scores), create_graph=True)[0]
    return (((slopes.reshape(len(x), -1) ** 2).sum(1) + 1e-12).sqrt() - 1).square().mean()


# %% equivalent saliency: slopes, = torch.autograd.grad(chosen.sum(), pixels) -> slopes, = torch.autograd.grad(chosen.mean(), pixels)
# because each map is divided by its own largest value, so one common factor cancels


# %% wrong saliency: slopes of all logits at once
# loses saliency_values: a class that was not predicted
# loses saliency_clean: Wrong where one image of a batch has no slope
def saliency(classifier, images):
    pixels = images.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(classifier(pixels).sum(), pixels)
    maps = slopes.abs()
    largest = maps.amax(dim=(1, 2), keepdim=True)
    return torch.where(largest > 0, maps / largest, 0)


# %% wrong saliency: signs kept
# loses saliency_values: take the absolute value
def saliency(classifier, images):
    pixels = images.detach().requires_grad_()
    (maps,) = torch.autograd.grad(classifier(pixels).amax(dim=1).sum(), pixels)
    largest = maps.abs().amax(dim=(1, 2), keepdim=True)
    return torch.where(largest > 0, maps / largest, 0)


# %% wrong saliency: one largest value for the whole batch
# loses saliency_values: divide each map by its own largest value
def saliency(classifier, images):
    pixels = images.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(classifier(pixels).amax(dim=1).sum(), pixels)
    return slopes.abs() / slopes.abs().max().clamp(min=1e-12)


# %% wrong saliency: 0 / 0 for a map of zeros
# loses saliency_clean: became nan
def saliency(classifier, images):
    pixels = images.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(classifier(pixels).amax(dim=1).sum(), pixels)
    maps = slopes.abs()
    return maps / maps.amax(dim=(1, 2), keepdim=True)


# %% wrong saliency: backward fills the network's gradients
# loses saliency_clean: the network's weights got a .grad
def saliency(classifier, images):
    pixels = images.detach().clone().requires_grad_()
    classifier(pixels).amax(dim=1).sum().backward()
    maps = pixels.grad.abs()
    largest = maps.amax(dim=(1, 2), keepdim=True)
    return torch.where(largest > 0, maps / largest, 0)


# %% wrong saliency: the images themselves become leaves
# loses saliency_clean: the images themselves were switched
def saliency(classifier, images):
    images.requires_grad_()
    (slopes,) = torch.autograd.grad(classifier(images).amax(dim=1).sum(), images)
    maps = slopes.abs()
    largest = maps.amax(dim=(1, 2), keepdim=True)
    return torch.where(largest > 0, maps / largest, 0)


# %% wrong saliency: the largest logit's place instead of its value
# loses saliency_values: does not require grad
# loses saliency_clean: does not require grad
def saliency(classifier, images):
    pixels = images.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(classifier(pixels).argmax(dim=1).float().sum(), pixels)
    maps = slopes.abs()
    largest = maps.amax(dim=(1, 2), keepdim=True)
    return torch.where(largest > 0, maps / largest, 0)


# %% wrong saliency: zeros only where the whole batch has none
# loses saliency_clean: Wrong where one image of a batch has no slope
def saliency(classifier, images):
    images = images.detach().requires_grad_()
    best = classifier(images).amax(dim=1).sum()
    (slopes,) = torch.autograd.grad(best, images)
    slopes = slopes.abs()
    if (slopes == 0).all():
        return slopes
    return slopes / slopes.amax(dim=(1, 2), keepdim=True)


# %% right saliency: one image at a time
def saliency(classifier, images):
    maps = []
    for image in images.detach():
        pixels = image.clone().unsqueeze(0).requires_grad_()
        logits = classifier(pixels)[0]
        slope = torch.autograd.grad(logits[logits.argmax()], pixels)[0][0].abs()
        maps.append(slope / slope.max() if slope.max() > 0 else slope)
    return torch.stack(maps)


# %% right saliency: gather and clamp
def saliency(classifier, images):
    pixels = images.detach().clone().requires_grad_()
    logits = classifier(pixels)
    chosen = logits.gather(1, logits.argmax(dim=1, keepdim=True))
    slopes = torch.autograd.grad(chosen, pixels, torch.ones_like(chosen))[0].abs()
    return slopes / slopes.flatten(1).max(dim=1).values.clamp(min=1e-30).view(-1, 1, 1)


# %% wrong fit_network: nothing repaired
# loses fit_network_repaired: that is the bug
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            inner -= lr * inner.grad
            outer -= lr * outer.grad
    return inner, outer, losses


# %% wrong fit_network: a smaller learning rate
# loses fit_network_repaired: only hides the symptom
def fit_network(X, y, lr, steps, seed):
    lr = lr / 50
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            inner -= lr * inner.grad
            outer -= lr * outer.grad
    return inner, outer, losses


# %% wrong fit_network: gradients clipped, still summed
# loses fit_network_repaired: a shortened gradient) only hides the symptom
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        torch.nn.utils.clip_grad_norm_([inner, outer], 1.0)
        with torch.no_grad():
            inner -= lr * inner.grad
            outer -= lr * outer.grad
    return inner, outer, losses


# %% wrong fit_network: a learning rate that shrinks with the steps
# loses fit_network_repaired: A learning rate that shrinks
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for step in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            inner -= lr / (step + 1) * inner.grad
            outer -= lr / (step + 1) * outer.grad
    return inner, outer, losses


# %% wrong fit_network: empties one of the two
# loses fit_network_repaired: each step should use its own gradient
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            inner -= lr * inner.grad
            outer -= lr * outer.grad
        inner.grad = None
    return inner, outer, losses


# %% wrong fit_network: emptied between backward and the update
# loses fit_network_repaired: NoneType
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        inner.grad, outer.grad = None, None
        with torch.no_grad():
            inner -= lr * inner.grad
            outer -= lr * outer.grad
    return inner, outer, losses


# %% right fit_network: zero_ before each walk back
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        for t in (inner, outer):
            if t.grad is not None:
                t.grad.zero_()
        loss.backward()
        with torch.no_grad():
            inner -= lr * inner.grad
            outer -= lr * outer.grad
    return inner.detach(), outer.detach(), losses


# %% right fit_network: fresh leaves
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        inner = (inner - lr * inner.grad).detach().requires_grad_()
        outer = (outer - lr * outer.grad).detach().requires_grad_()
    return inner, outer, losses


# %% right fit_network: autograd.grad
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        slopes = torch.autograd.grad(loss, [inner, outer])
        with torch.no_grad():
            inner -= lr * slopes[0]
            outer -= lr * slopes[1]
    return inner, outer, losses


# %% right fit_network: an optimizer that empties
def fit_network(X, y, lr, steps, seed):
    generator = torch.Generator().manual_seed(seed)
    inner = (0.5 * torch.randn(X.shape[1], 8, generator=generator)).requires_grad_()
    outer = (0.5 * torch.randn(8, generator=generator)).requires_grad_()
    optimizer = torch.optim.SGD([inner, outer], lr=lr)
    losses = []
    for _ in range(steps):
        loss = (((X @ inner).relu() @ outer - y) ** 2).mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return inner, outer, losses


# %% wrong calibrate: nothing repaired
# loses calibrate_repaired: no gradient reaches it
def calibrate(readings, truth, lr, steps):
    log_scale = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(steps):
        scale = log_scale.exp().item()
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (log_scale, offset):
                if parameter.grad is not None:
                    parameter -= lr * parameter.grad
                    parameter.grad = None
    return log_scale, offset, losses


# %% wrong calibrate: a larger learning rate for more progress
# loses calibrate_repaired: no gradient reaches it
def calibrate(readings, truth, lr, steps):
    lr = 3 * lr
    log_scale = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(steps):
        scale = log_scale.exp().detach()
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            offset -= lr * offset.grad
            offset.grad = None
    return log_scale, offset, losses


# %% wrong calibrate: wraps the number into a new tensor
# loses calibrate_repaired: no gradient reaches it
def calibrate(readings, truth, lr, steps):
    log_scale = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(steps):
        scale = torch.tensor(log_scale.exp().item(), requires_grad=True)
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (log_scale, offset):
                if parameter.grad is not None:
                    parameter -= lr * parameter.grad
                    parameter.grad = None
    return log_scale, offset, losses


# %% wrong calibrate: gives up the exponential, so the scale may become negative
# loses calibrate_repaired: the scale is its exponential
def calibrate(readings, truth, lr, steps):
    scale = torch.tensor(1.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (scale, offset):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return scale.detach().log(), offset, losses


# %% wrong calibrate: removes .item() from the log as well
# loses calibrate_repaired: the losses should stay plain numbers
def calibrate(readings, truth, lr, steps):
    log_scale = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(steps):
        scale = log_scale.exp()
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss)
        loss.backward()
        with torch.no_grad():
            for parameter in (log_scale, offset):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return log_scale, offset, losses


# %% wrong calibrate: the scale is computed once, before the loop
# loses calibrate_repaired: backward through the graph a second time
def calibrate(readings, truth, lr, steps):
    log_scale = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    scale = log_scale.exp()
    losses = []
    for _ in range(steps):
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (log_scale, offset):
                parameter -= lr * parameter.grad
                parameter.grad = None
    return log_scale, offset, losses


# %% right calibrate: autograd.grad and fresh leaves
def calibrate(readings, truth, lr, steps):
    log_scale, offset, losses = torch.tensor(0.0), torch.tensor(0.0), []
    for _ in range(steps):
        log_scale, offset = log_scale.detach().requires_grad_(), offset.detach().requires_grad_()
        loss = torch.nn.functional.mse_loss(torch.exp(log_scale) * readings + offset, truth)
        slopes = torch.autograd.grad(loss, (log_scale, offset))
        log_scale, offset = log_scale - lr * slopes[0], offset - lr * slopes[1]
        losses.append(loss.item())
    return log_scale.detach(), offset.detach(), losses


# %% right calibrate: .item() removed and nothing else
def calibrate(readings, truth, lr, steps):
    log_scale = torch.tensor(0.0, requires_grad=True)
    offset = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(steps):
        scale = log_scale.exp()
        loss = ((scale * readings + offset - truth) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for parameter in (log_scale, offset):
                if parameter.grad is not None:
                    parameter -= lr * parameter.grad
                    parameter.grad = None
    return log_scale, offset, losses


# %% wrong locate: nothing repaired
# loses locate_repaired: the place is still nan
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = ((beacons - place) ** 2).sum(dim=1).sqrt()
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% wrong locate: a smaller learning rate
# loses locate_repaired: Neither a smaller learning rate
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = ((beacons - place) ** 2).sum(dim=1).sqrt()
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr / 1000 * place.grad
            place.grad = None
    return place


# %% wrong locate: where after the root
# loses locate_repaired: torch.where around the result
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        squares = ((beacons - place) ** 2).sum(dim=1)
        away = torch.where(squares > 0, squares.sqrt(), 0)
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% wrong locate: nan in the gradient replaced by zero
# loses locate_repaired: only hides the symptom: the other three
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = ((beacons - place) ** 2).sum(dim=1).sqrt()
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad.nan_to_num()
            place.grad = None
    return place


# %% wrong locate: starts beside the beacon
# loses locate_repaired: the start was moved
def locate(beacons, distances, start, lr, steps):
    place = (start + 0.01).requires_grad_()
    for _ in range(steps):
        away = ((beacons - place) ** 2).sum(dim=1).sqrt()
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% wrong locate: the beacon at the start is dropped for good
# loses locate_repaired: should follow the slopes of the other beacons
def locate(beacons, distances, start, lr, steps):
    kept = ((beacons - start) ** 2).sum(dim=1) > 0
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = ((beacons - place) ** 2).sum(dim=1)[kept].sqrt()
        loss = ((away - distances[kept]) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% wrong locate: squares compared with squares, another loss
# loses locate_repaired: lr times the gradient of the same loss
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        squares = ((beacons - place) ** 2).sum(dim=1)
        loss = ((squares - distances**2) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr / 300 * place.grad
            place.grad = None
    return place


# %% right locate: a small number under the root
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = (((beacons - place) ** 2).sum(dim=1) + 1e-12).sqrt()
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% right locate: the input of the root made safe by where
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        squares = ((beacons - place) ** 2).sum(dim=1)
        zero = squares == 0
        away = torch.where(zero, 0.0, torch.where(zero, 1.0, squares).sqrt())
        loss = ((away - distances) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, place)
        place = (place - lr * slope).detach().requires_grad_()
    return place.detach()


# %% right locate: clamp under the root
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = ((beacons - place) ** 2).sum(dim=1).clamp(min=1e-10).sqrt()
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% right locate: torch.cdist
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = torch.cdist(place.unsqueeze(0), beacons)[0]
        loss = ((away - distances) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
            place.grad = None
    return place


# %% right locate: norm of each difference, in a list
def locate(beacons, distances, start, lr, steps):
    place = start.clone().requires_grad_()
    for _ in range(steps):
        away = torch.stack([(beacon - place).norm() for beacon in beacons])
        loss = torch.nn.functional.mse_loss(away, distances)
        loss.backward()
        with torch.no_grad():
            place -= lr * place.grad
        place.grad = None
    return place


# %% wrong lab_causes: blames the learning rate for the explosion
# loses lab_causes_named: the cause of loop 1
def lab_causes():
    return "adf"


# %% wrong lab_causes: blames the start for the nan
# loses lab_causes_named: the cause of loop 3
def lab_causes():
    return "bde"


# %% wrong lab_causes: blames logged graphs for the plateau
# loses lab_causes_named: the cause of loop 2
def lab_causes():
    return "bgf"


# %% wrong lab_causes: a list of three
# loses lab_causes_named: return a string of three letters
def lab_causes():
    return ["b", "d", "f"]


# %% right lab_causes: capital letters, with commas
def lab_causes():
    return "B, D, F"
