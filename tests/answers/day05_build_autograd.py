# %% wrong unbroadcast: only the dimensions on the left are summed
# loses unbroadcast_stretched: Each of the 3 entries was stretched over 4 columns
# loses topological_order_engine: The engine's gradient differs
def unbroadcast(grad, shape):
    while grad.dim() > len(shape):
        grad = grad.sum(dim=0)
    return grad


# %% wrong unbroadcast: the dimension of size 1 is dropped
# loses unbroadcast_stretched: see keepdim
# loses topological_order_engine: your_engine stopped with
def unbroadcast(grad, shape):
    while grad.dim() > len(shape):
        grad = grad.sum(dim=0)
    for dim in reversed(range(len(shape))):
        if shape[dim] == 1:
            grad = grad.sum(dim=dim)
    return grad


# %% wrong unbroadcast: the mean of the copies instead of their sum
# loses unbroadcast_added: this is the mean of the copies
# loses unbroadcast_stretched: Each of the 3 entries was stretched over 4 columns
# loses topological_order_engine: The engine's gradient differs
def unbroadcast(grad, shape):
    while grad.dim() > len(shape):
        grad = grad.mean(dim=0)
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.mean(dim=dim, keepdim=True)
    return grad


# %% wrong unbroadcast: sum(dim=[]) sums over everything
# loses unbroadcast_added: there may be none, one or several
# loses unbroadcast_stretched: Beware: sum(dim=[])
# loses topological_order_engine: The engine's gradient differs
def unbroadcast(grad, shape):
    new = grad.dim() - len(shape)
    dims = [*range(new), *(new + i for i, size in enumerate(shape) if size == 1)]
    return grad.sum(dim=dims, keepdim=True)[(0,) * new]


# %% wrong unbroadcast: takes the first copy, as if all were the same
# loses unbroadcast_added: add up the 3 gradients
# loses unbroadcast_stretched: Each of the 3 entries was stretched over 4 columns
# loses topological_order_engine: The engine's gradient differs
def unbroadcast(grad, shape):
    while grad.dim() > len(shape):
        grad = grad[0]
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.narrow(dim, 0, 1)
    return grad


# %% right unbroadcast: torch has it
def unbroadcast(grad, shape):
    return grad.sum_to_size(tuple(shape))


# %% right unbroadcast: shapes padded with ones, one sum, one reshape
def unbroadcast(grad, shape):
    padded = (1,) * (grad.dim() - len(shape)) + tuple(shape)
    for dim in range(grad.dim()):
        if padded[dim] == 1 and grad.shape[dim] != 1:
            grad = grad.sum(dim, keepdim=True)
    return grad.reshape(shape)


# %% right unbroadcast: autograd of expand
def unbroadcast(grad, shape):
    with torch.enable_grad():
        small = torch.zeros(shape, dtype=grad.dtype, requires_grad=True)
        return torch.autograd.grad(small.expand(grad.shape), small, grad)[0]


# %% wrong mul: the shares are swapped
# loses mul_rule: the shares are swapped
# loses topological_order_engine: The engine's gradient differs
def mul(a, b):
    return Node(a.value * b.value, (a, b), lambda grad: (grad * a.value, grad * b.value))


# %% wrong mul: the rule forgets grad
# loses mul_rule: the rule forgets grad
# loses topological_order_engine: your_engine stopped with
def mul(a, b):
    return Node(a.value * b.value, (a, b), lambda grad: (b.value, a.value))


# %% wrong mul: the parents are not recorded
# loses mul_rule: the parents of the new node
# loses topological_order_engine: The engine's gradient differs
def mul(a, b):
    return Node(a.value * b.value)


# %% wrong mul: parents are the values, not the nodes
# loses mul_rule: the parents of the new node
# loses topological_order_engine: has no attribute
def mul(a, b):
    return Node(a.value * b.value, (a.value, b.value), lambda grad: (grad * b.value, grad * a.value))


# %% right mul: with a named rule that sums already
def mul(a, b):
    def rule(grad):
        return [(grad * b.value).sum_to_size(a.value.shape), (grad * a.value).sum_to_size(b.value.shape)]

    return Node(torch.mul(a.value, b.value), parents=[a, b], rule=rule)


# %% right mul: the values copied, so that later changes do no harm
def mul(a, b):
    left, right = a.value.clone(), b.value.clone()
    node = Node(left * right, (a, b))
    node.rule = lambda grad: (right * grad, left * grad)
    return node


# %% wrong tanh: the square of the input
# loses tanh_rule: takes the square of tanh(a)
# loses topological_order_engine: The engine's gradient differs
def tanh(a):
    return Node(a.value.tanh(), (a,), lambda grad: (grad * (1 - a.value**2),))


# %% wrong tanh: a share instead of a tuple
# loses tanh_rule: mind the comma
# loses topological_order_engine: stopped with
def tanh(a):
    value = a.value.tanh()
    return Node(value, (a,), lambda grad: grad * (1 - value**2))


# %% wrong tanh: the rule forgets grad
# loses tanh_rule: the rule forgets grad
# loses topological_order_engine: The engine's gradient differs
def tanh(a):
    value = a.value.tanh()
    return Node(value, (a,), lambda grad: (1 - value**2,))


# %% wrong tanh: a tensor comes back, not a node
# loses tanh_rule: an operation returns a Node; this is a Tensor
# loses topological_order_engine: stopped with
def tanh(a):
    return a.value.tanh()


# %% right tanh: by cosh
def tanh(a):
    return Node(torch.tanh(a.value), (a,), lambda grad: (grad / torch.cosh(a.value) ** 2,))


# %% right tanh: through the node's own value
def tanh(a):
    node = Node(a.value.tanh(), (a,))
    node.rule = lambda grad: (grad - grad * node.value * node.value,)
    return node


# %% wrong matmul: .T reverses all dimensions of a batch
# loses matmul_batches: the last two dimensions only (.mT)
# loses topological_order_engine: stopped with
def matmul(a, b):
    def transposed(x):
        return x.permute(*reversed(range(x.dim())))

    return Node(a.value @ b.value, (a, b), lambda grad: (grad @ transposed(b.value), transposed(a.value) @ grad))


# %% wrong matmul: the factors in the wrong order
# loses matmul_batches: stopped with
# loses topological_order_engine: stopped with
def matmul(a, b):
    return Node(a.value @ b.value, (a, b), lambda grad: (b.value.mT @ grad, grad @ a.value.mT))


# %% wrong matmul: nothing is transposed
# loses matmul_batches: stopped with
# loses topological_order_engine: your_engine stopped with
def matmul(a, b):
    return Node(a.value @ b.value, (a, b), lambda grad: (grad @ b.value, a.value @ grad))


# %% right matmul: transpose by dimensions, batch summed in the rule
def matmul(a, b):
    def rule(grad):
        to_a = torch.matmul(grad, b.value.transpose(-1, -2))
        to_b = torch.matmul(a.value.transpose(-1, -2), grad)
        return to_a.sum_to_size(a.value.shape), to_b.sum_to_size(b.value.shape)

    return Node(torch.matmul(a.value, b.value), (a, b), rule)


# %% right matmul: einsum
def matmul(a, b):
    def rule(grad):
        to_a = torch.einsum("...nm,...km->...nk", grad, b.value)
        to_b = torch.einsum("...nk,...nm->...km", a.value, grad)
        return to_a, to_b

    return Node(torch.einsum("...nk,...km->...nm", a.value, b.value), (a, b), rule)


# %% wrong sum_over: the dropped dimension is not put back
# loses sum_over_one_dim: must come back (unsqueeze)
def sum_over(a, dim=None, keepdim=False):
    return Node(a.value.sum(dim=dim, keepdim=keepdim), (a,), lambda grad: (grad.expand(a.value.shape),))


# %% wrong sum_over: puts the dimension back at the end, wherever it was
# loses sum_over_one_dim: the_rule stopped with
def sum_over(a, dim=None, keepdim=False):
    def rule(grad):
        if dim is not None and not keepdim:
            grad = grad.unsqueeze(-1)
        return (grad.expand(a.value.shape),)

    return Node(a.value.sum(dim=dim, keepdim=keepdim), (a,), rule)


# %% wrong sum_over: the gradient is shared out, as by a mean
# loses sum_over_everything: a sum does not divide it
# loses sum_over_one_dim: must come back
# loses topological_order_engine: The engine's gradient differs
def sum_over(a, dim=None, keepdim=False):
    value = a.value.sum(dim=dim, keepdim=keepdim)

    def rule(grad):
        if dim is not None and not keepdim:
            grad = grad.unsqueeze(dim)
        return (grad.expand(a.value.shape) * value.numel() / a.value.numel(),)

    return Node(value, (a,), rule)


# %% wrong sum_over: the gradient is not expanded
# loses sum_over_everything: belongs to a parent of shape
# loses sum_over_one_dim: belongs to a parent of shape
def sum_over(a, dim=None, keepdim=False):
    return Node(a.value.sum(dim=dim, keepdim=keepdim), (a,), lambda grad: (grad,))


# %% right sum_over: ones times the gradient
def sum_over(a, dim=None, keepdim=False):
    if dim is None:
        return Node(torch.sum(a.value), (a,), lambda grad: (torch.ones_like(a.value) * grad,))
    kept = a.value.sum(dim=dim, keepdim=True)
    value = kept if keepdim else kept.squeeze(dim)
    return Node(value, (a,), lambda grad: (torch.ones_like(a.value) * grad.reshape(kept.shape),))


# %% right sum_over: repeat_interleave
def sum_over(a, dim=None, keepdim=False):
    def rule(grad):
        if dim is None:
            return (torch.full_like(a.value, grad.item()),)
        grad = grad if keepdim else grad.unsqueeze(dim)
        return (grad.repeat_interleave(a.value.shape[dim], dim=dim),)

    return Node(a.value.sum() if dim is None else a.value.sum(dim, keepdim), (a,), rule)


# %% wrong topological_order: a queue from the output, turned round
# loses topological_order_order: a node stands before one of its parents
# loses topological_order_engine: look at the order
def topological_order(output):
    order = [output]
    for node in order:
        for parent in node.parents:
            if parent not in order:
                order.append(parent)
    return order[::-1]


# %% wrong topological_order: the output comes first
# loses topological_order_order: a node stands before one of its parents
# loses topological_order_large: for a chain there is one order only
# loses topological_order_engine: look at the order
def topological_order(output):
    order, seen, waiting = [], set(), [(output, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in node.parents)
    return order[::-1]


# %% wrong topological_order: a stack from the output, turned round
# loses topological_order_order: a node stands before one of its parents
# loses topological_order_engine: look at the order
def topological_order(output):
    order, todo, seen = [], [output], {output}
    while todo:
        node = todo.pop()
        order.append(node)
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return order[::-1]


# %% wrong topological_order: marked as seen when put on the list
# loses topological_order_order: a node stands before one of its parents
# loses topological_order_engine: look at the order
def topological_order(output):
    order, todo, seen = [], [(output, False)], {output}
    while todo:
        node, done = todo.pop()
        if done:
            order.append(node)
        else:
            todo.append((node, True))
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    todo.append((parent, False))
    return order


# %% wrong topological_order: nobody remembers who was seen
# loses topological_order_order: a node stands in the list twice
# loses topological_order_large: stopped with
# loses topological_order_engine: look at the order
def topological_order(output):
    order, todo = [], [(output, False)]
    while todo:
        node, done = todo.pop()
        if done:
            order.append(node)
        else:
            todo.append((node, True))
            todo.extend((parent, False) for parent in node.parents)
    return order


# %% wrong topological_order: right order, but every path is walked
# loses topological_order_large: every path is walked
def topological_order(output):
    order, todo = [], [(output, False)]
    while todo:
        node, done = todo.pop()
        if not done:
            todo.append((node, True))
            todo.extend((parent, False) for parent in node.parents)
        elif node not in order:
            order.append(node)
    return order


# %% wrong topological_order: the lesson's recursion
# loses topological_order_large: RecursionError
def topological_order(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order


# %% wrong topological_order: leaves are left out
# loses topological_order_order: led to the output
# loses topological_order_large: for a chain there is one order only
# loses topological_order_engine: stopped with KeyError
def topological_order(output):
    order, seen, waiting = [], set(), [(output, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            if node.parents:
                order.append(node)
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in node.parents)
    return order


# %% right topological_order: count who has reported (Kahn, 1962)
def topological_order(output):
    users, todo, reached = {output: 0}, [output], []
    while todo:
        node = todo.pop()
        reached.append(node)
        for parent in node.parents:
            if parent not in users:
                users[parent] = 0
                todo.append(parent)
            users[parent] += 1
    backwards, ready = [], [output]
    while ready:
        node = ready.pop()
        backwards.append(node)
        for parent in node.parents:
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)
    return backwards[::-1]


# %% right topological_order: iterators on a stack
def topological_order(output):
    order, seen, stack = [], {output}, [(output, iter(output.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, iter(parent.parents)))
                break
        else:
            stack.pop()
            order.append(node)
    return order


# %% right topological_order: recursion, with room for it
def topological_order(output):
    import sys

    sys.setrecursionlimit(20_000)
    order = {}

    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order[node] = None

    visit(output)
    return list(order)


# %% wrong cross_entropy_backward: the sum over the batch, not the mean
# loses cross_entropy_backward_values: the loss is the mean
def cross_entropy_backward(logits, targets):
    return torch.softmax(logits, dim=1) - F.one_hot(targets, logits.shape[1])


# %% wrong cross_entropy_backward: softmax by hand overflows
# loses cross_entropy_backward_values: overflows
def cross_entropy_backward(logits, targets):
    exp = logits.exp()
    return (exp / exp.sum(dim=1, keepdim=True) - F.one_hot(targets, logits.shape[1])) / len(targets)


# %% wrong cross_entropy_backward: softmax over the batch
# loses cross_entropy_backward_values: softmax over the classes
def cross_entropy_backward(logits, targets):
    return (torch.softmax(logits, dim=0) - F.one_hot(targets, logits.shape[1])) / len(targets)


# %% wrong cross_entropy_backward: lets autograd do it
# loses cross_entropy_backward_values: does not require grad
def cross_entropy_backward(logits, targets):
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(logits, targets), logits)[0]


# %% right cross_entropy_backward: one-hot
def cross_entropy_backward(logits, targets):
    return (logits.softmax(-1) - F.one_hot(targets, logits.shape[1]).to(logits.dtype)) / logits.shape[0]


# %% right cross_entropy_backward: row by row, from log-softmax
def cross_entropy_backward(logits, targets):
    rows = []
    for row, target in zip(logits, targets.tolist()):
        gradient = (row - row.logsumexp(0)).exp()
        gradient[target] -= 1
        rows.append(gradient / len(targets))
    return torch.stack(rows)


# %% wrong layer_norm_backward: mean and variance taken for constants
# loses layer_norm_backward_x: treats mean and variance as constants
def layer_norm_backward(grad, x, weight, eps=1e-5):
    scale = (x.var(dim=1, correction=0, keepdim=True) + eps).rsqrt()
    x_hat = (x - x.mean(dim=1, keepdim=True)) * scale
    return grad * weight * scale, (grad * x_hat).sum(dim=0), grad.sum(dim=0)


# %% wrong layer_norm_backward: the way through the variance is forgotten
# loses layer_norm_backward_x: treats the variance as a constant
def layer_norm_backward(grad, x, weight, eps=1e-5):
    scale = (x.var(dim=1, correction=0, keepdim=True) + eps).rsqrt()
    x_hat = (x - x.mean(dim=1, keepdim=True)) * scale
    g = grad * weight
    return (g - g.mean(dim=1, keepdim=True)) * scale, (grad * x_hat).sum(dim=0), grad.sum(dim=0)


# %% wrong layer_norm_backward: the variance divides by one less
# loses layer_norm_backward_parameters: unless you say correction=0
# loses layer_norm_backward_x: Differs from autograd
def layer_norm_backward(grad, x, weight, eps=1e-5):
    scale = (x.var(dim=1, keepdim=True) + eps).rsqrt()
    x_hat = (x - x.mean(dim=1, keepdim=True)) * scale
    g = grad * weight
    grad_x = (g - g.mean(dim=1, keepdim=True) - x_hat * (g * x_hat).mean(dim=1, keepdim=True)) * scale
    return grad_x, (grad * x_hat).sum(dim=0), grad.sum(dim=0)


# %% wrong layer_norm_backward: the gradients of weight and bias keep the batch
# loses layer_norm_backward_parameters: sum over the batch
def layer_norm_backward(grad, x, weight, eps=1e-5):
    scale = (x.var(dim=1, correction=0, keepdim=True) + eps).rsqrt()
    x_hat = (x - x.mean(dim=1, keepdim=True)) * scale
    g = grad * weight
    grad_x = (g - g.mean(dim=1, keepdim=True) - x_hat * (g * x_hat).mean(dim=1, keepdim=True)) * scale
    return grad_x, grad * x_hat, grad


# %% wrong layer_norm_backward: eps stands outside the root
# loses layer_norm_backward_parameters: in every row
# loses layer_norm_backward_x: Differs from autograd
def layer_norm_backward(grad, x, weight, eps=1e-5):
    scale = 1 / (x.std(dim=1, correction=0, keepdim=True) + eps)
    x_hat = (x - x.mean(dim=1, keepdim=True)) * scale
    g = grad * weight
    grad_x = (g - g.mean(dim=1, keepdim=True) - x_hat * (g * x_hat).mean(dim=1, keepdim=True)) * scale
    return grad_x, (grad * x_hat).sum(dim=0), grad.sum(dim=0)


# %% right cross_entropy_backward: softmax, and 1 taken off in place
def cross_entropy_backward(logits, targets):
    p = torch.softmax(logits, dim=1)
    p[torch.arange(len(targets)), targets] -= 1
    return p / len(targets)


# %% right layer_norm_backward: the Jacobian of each row
def layer_norm_backward(grad, x, weight, eps=1e-5):
    features = x.shape[1]
    rows, x_hats = [], []
    for g, row in zip(grad * weight, x):
        scale = 1 / torch.sqrt(row.var(correction=0) + eps)
        x_hat = (row - row.mean()) * scale
        jacobian = scale * (torch.eye(features, dtype=x.dtype) - 1 / features - torch.outer(x_hat, x_hat) / features)
        rows.append(jacobian @ g)
        x_hats.append(x_hat)
    return torch.stack(rows), (grad * torch.stack(x_hats)).sum(0), grad.sum(0)


# %% right layer_norm_backward: the three ways of the chain rule, one after another
def layer_norm_backward(grad, x, weight, eps=1e-5):
    n = x.shape[-1]
    centred = x - x.mean(-1, keepdim=True)
    variance = (centred**2).sum(-1, keepdim=True) / n
    root = torch.sqrt(variance + eps)
    to_x_hat = grad * weight
    to_variance = (to_x_hat * centred).sum(-1, keepdim=True) * -0.5 / root**3
    to_centred = to_x_hat / root + to_variance * 2 * centred / n
    to_x = to_centred - to_centred.sum(-1, keepdim=True) / n
    return [to_x, torch.einsum("bf,bf->f", grad, centred / root), torch.einsum("bf->f", grad)]


# %% wrong binarise: the true derivative, zero everywhere
# loses binarise_backward: the gradient is zero everywhere
def binarise(x):
    one = torch.ones_like(x)
    return torch.where(x >= 0, one, -one) + 0 * x


# %% wrong binarise: straight through everywhere
# loses binarise_backward: straight through everywhere
class Binarise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.where(x >= 0, 1.0, -1.0).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        return grad


def binarise(x):
    return Binarise.apply(x)


# %% wrong binarise: torch.sign, and the incoming gradient forgotten
# loses binarise_forward: torch.sign does that
# loses binarise_backward: the incoming gradient is forgotten
class Binarise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return (x.abs() <= 1).to(x.dtype)


def binarise(x):
    return Binarise.apply(x)


# %% wrong binarise: both ends shut, and float32 whatever x is
# loses binarise_forward: has dtype torch.float32
# loses binarise_backward: Pass grad where |x| <= 1
class Binarise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() < 1)


def binarise(x):
    return Binarise.apply(x)


# %% wrong binarise: saves the output, which is never beyond 1
# loses binarise_backward: straight through everywhere
class Binarise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = torch.where(x >= 0, torch.ones_like(x), -torch.ones_like(x))
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad):
        (out,) = ctx.saved_tensors
        return grad * (out.abs() <= 1)


def binarise(x):
    return Binarise.apply(x)


# %% wrong binarise: changes x itself
# loses binarise_forward: changed a tensor it was given
# loses binarise_backward: stopped with
def binarise(x):
    x[x >= 0] = 1
    x[x < 0] = -1
    return x


# %% wrong binarise: cut off from x
# loses binarise_backward: cut off from x
def binarise(x):
    return torch.where(x >= 0, torch.ones_like(x), -torch.ones_like(x)).detach()


# %% right binarise: the detach trick around a clamp
def binarise(x):
    soft = x.clamp(-1, 1)
    hard = torch.where(x >= 0, torch.ones_like(x), -torch.ones_like(x))
    return soft + (hard - soft).detach()


# %% right binarise: setup_context, and a mask kept instead of x
class Binarise(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return (x >= 0).to(x.dtype) * 2 - 1

    @staticmethod
    def setup_context(ctx, inputs, output):
        (x,) = inputs
        ctx.passes = (x >= -1) & (x <= 1)

    @staticmethod
    def backward(ctx, grad):
        return torch.where(ctx.passes, grad, torch.zeros_like(grad))


def binarise(x):
    return Binarise.apply(x)


# %% wrong newton: gradient descent
# loses newton_jump: this is a step of gradient descent
# loses newton_logistic: the gradient should vanish
def newton(loss, start, steps):
    x = start
    for _ in range(steps):
        x = x - torch.func.grad(loss)(x)
    return x


# %% wrong newton: only the diagonal of the Hessian
# loses newton_jump: only the diagonal of the Hessian
# loses newton_logistic: the gradient should vanish
def newton(loss, start, steps):
    x = start
    for _ in range(steps):
        x = x - torch.func.grad(loss)(x) / torch.func.hessian(loss)(x).diagonal()
    return x


# %% wrong newton: the Hessian of the start for all steps
# loses newton_jump: computed anew at each point
# loses newton_logistic: the gradient should vanish
def newton(loss, start, steps):
    x, H = start, torch.func.hessian(loss)(start)
    for _ in range(steps):
        x = x - torch.linalg.solve(H, torch.func.grad(loss)(x))
    return x


# %% wrong newton: gradient and Hessian of the start for all steps
# loses newton_jump: computed anew at each point
# loses newton_logistic: the gradient should vanish
def newton(loss, start, steps):
    g, H = torch.func.grad(loss)(start), torch.func.hessian(loss)(start)
    x = start
    for _ in range(steps):
        x = x - torch.linalg.solve(H, g)
    return x


# %% wrong newton: moves the caller's start
# loses newton_jump: changed a tensor it was given
# loses newton_logistic: changed a tensor it was given
def newton(loss, start, steps):
    x = start
    for _ in range(steps):
        x -= torch.inverse(torch.func.hessian(loss)(x)) @ torch.func.grad(loss)(x)
    return x


# %% wrong newton: one jump too many
# loses newton_jump: the steps counted right
def newton(loss, start, steps):
    x = start
    for _ in range(steps + 1):
        x = x - torch.linalg.solve(torch.func.hessian(loss)(x), torch.func.grad(loss)(x))
    return x


# %% right newton: create_graph, row by row
def newton(loss, start, steps):
    x = start.clone()
    for _ in range(steps):
        x = x.detach().requires_grad_()
        (g,) = torch.autograd.grad(loss(x), x, create_graph=True)
        H = torch.stack([torch.autograd.grad(entry, x, retain_graph=True)[0] for entry in g])
        x = x.detach() - torch.linalg.inv(H) @ g.detach()
    return x


# %% right newton: the older interface, and the Jacobian of the gradient
def newton(loss, start, steps):
    if steps == 0:
        return start.clone()
    g = torch.func.grad(loss)(start)
    H = torch.func.jacrev(torch.func.grad(loss))(start)
    return newton(loss, start - torch.linalg.lstsq(H, g.unsqueeze(1)).solution.squeeze(1), steps - 1)


# %% wrong fit_repaired: as it was
# loses fit_repaired_descends: the losses of the broken program
# loses fit_repaired_forgets: memory and work grow
def fit_repaired(X, y, lr, steps):
    return fit(X, y, lr, steps)


# %% wrong fit_repaired: a new local name, the tape stays
# loses fit_repaired_descends: makes a new, local name
# loses fit_repaired_forgets: memory and work grow
def fit_repaired(X, y, lr, steps):
    w = Var(torch.zeros(X.shape[1], dtype=X.dtype))
    losses = []
    for _ in range(steps):
        tape = []  # noqa: F841
        loss = mean_square(linear(X, w), y)
        w.grad = torch.zeros_like(w.value)
        play_back(loss)
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% wrong fit_repaired: a smaller learning rate hides the symptom
# loses fit_repaired_descends: only hides the symptom
# loses fit_repaired_forgets: memory and work grow
def fit_repaired(X, y, lr, steps):
    return fit(X, y, lr / 100, steps)


# %% wrong fit_repaired: the gradient divided by the number of steps so far
# loses fit_repaired_descends: only hides the symptom
# loses fit_repaired_forgets: memory and work grow
def fit_repaired(X, y, lr, steps):
    w, losses = Var(torch.zeros(X.shape[1], dtype=X.dtype)), []
    for step in range(steps):
        loss = mean_square(linear(X, w), y)
        w.grad = torch.zeros_like(w.value)
        play_back(loss)
        w.value = w.value - lr * w.grad / (step + 1)
        losses.append(loss.value.item())
    return w.value, losses


# %% wrong fit_repaired: a new w each step, but the tape still grows
# loses fit_repaired_forgets: memory and work grow
def fit_repaired(X, y, lr, steps):
    value, losses = torch.zeros(X.shape[1], dtype=X.dtype), []
    for _ in range(steps):
        w = Var(value)
        loss = mean_square(linear(X, w), y)
        play_back(loss)
        value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return value, losses


# %% wrong fit_repaired: old gradients set to zero, but the tape still grows
# loses fit_repaired_forgets: memory and work grow
def fit_repaired(X, y, lr, steps):
    w, losses = Var(torch.zeros(X.shape[1], dtype=X.dtype)), []
    for _ in range(steps):
        loss = mean_square(linear(X, w), y)
        for result, parents, _rule in tape:
            for var in (result, *parents):
                var.grad = torch.zeros_like(var.grad)
        play_back(loss)
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% wrong fit_repaired: the tape is emptied before it is played
# loses fit_repaired_descends: make each step's gradient right
def fit_repaired(X, y, lr, steps):
    w, losses = Var(torch.zeros(X.shape[1], dtype=X.dtype)), []
    for _ in range(steps):
        loss = mean_square(linear(X, w), y)
        w.grad = torch.zeros_like(w.value)
        tape.clear()
        play_back(loss)
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% right fit_repaired: cleared after it was played
def fit_repaired(X, y, lr, steps):
    w, losses = Var(torch.zeros(X.shape[1], dtype=X.dtype)), []
    for _ in range(steps):
        loss = mean_square(linear(X, w), y)
        w.grad = torch.zeros_like(w.value)
        play_back(loss)
        del tape[:]
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% right fit_repaired: cleared before each step, so that the last step's lines stay
def fit_repaired(X, y, lr, steps):
    w = Var(torch.zeros(X.shape[1], dtype=X.dtype))
    losses = []
    for _ in range(steps):
        tape.clear()
        loss = mean_square(linear(X, w), y)
        w.grad = torch.zeros_like(w.value)
        play_back(loss)
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% right fit_repaired: a new tape for each step
def fit_repaired(X, y, lr, steps):
    global tape
    w, losses = Var(torch.zeros(X.shape[1], dtype=X.dtype)), []
    for _ in range(steps):
        tape = []
        w = Var(w.value)
        loss = mean_square(linear(X, w), y)
        play_back(loss)
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% right fit_repaired: a play_back that takes each line off the tape
def fit_repaired(X, y, lr, steps):
    def play_once(loss):
        loss.grad = torch.ones_like(loss.value)
        while tape:
            result, parents, rule = tape.pop()
            for parent, share in zip(parents, rule(result.grad)):
                parent.grad = parent.grad + share

    w, losses = Var(torch.zeros(X.shape[1], dtype=X.dtype)), []
    for _ in range(steps):
        loss = mean_square(linear(X, w), y)
        w.grad = torch.zeros_like(w.value)
        play_once(loss)
        w.value = w.value - lr * w.grad
        losses.append(loss.value.item())
    return w.value, losses


# %% wrong lab_cause: the first suspect
# loses lab_cause_letter: that is not the cause
def lab_cause():
    return "b"


# %% wrong lab_cause: a word instead of a letter
# loses lab_cause_letter: expected one letter
def lab_cause():
    return "the tape"


# %% right lab_cause: a capital letter
def lab_cause():
    return "C"
