# %% wrong heron: a Python number leaves the graph
# loses heron_gradient: the root has no graph
def heron(a, tolerance=1e-6, limit=100):
    x = a.detach()
    for rounds in range(1, limit + 1):
        new = (x + a.detach() / x) / 2
        if ((new - x).abs() <= tolerance * new).all():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: values by item(), a new tensor at the end
# loses heron_value: rounds instead of
# loses heron_gradient: the root has no graph
def heron(a, tolerance=1e-6, limit=100):
    roots, most = [], 0
    for number in a:
        x, rounds = number.item(), 0
        while abs(x * x - number.item()) > tolerance * number.item():
            x, rounds = (x + number.item() / x) / 2, rounds + 1
            if rounds > limit:
                raise ValueError("not settled")
        roots.append(x)
        most = max(most, rounds)
    return torch.tensor(roots, dtype=a.dtype), most

# %% wrong heron: any instead of all
# loses heron_value: when the first element has settled
# loses heron_gradient: these are not the roots
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance * new).any():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: the loop without gradients, the last round with
# loses heron_gradient: no gradient reaches a
def heron(a, tolerance=1e-6, limit=100):
    x = a.detach()
    for rounds in range(1, limit + 1):
        new = (x + a.detach() / x) / 2
        if ((new - x).abs() <= tolerance * new).all():
            return new.requires_grad_(), rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: in place, on the caller's tensor
# loses heron_value: changed a tensor it was given
# loses heron_gradient: a leaf Variable that requires grad
def heron(a, tolerance=1e-6, limit=100):
    number, x = a.clone(), a
    for rounds in range(1, limit + 1):
        before = x.clone()
        x += number / x
        x /= 2
        if ((x - before).abs() <= tolerance * x).all():
            return x, rounds
    raise ValueError("not settled")

# %% wrong heron: the limit is ignored
# loses heron_value: limit has no effect
def heron(a, tolerance=1e-6, limit=100):
    x, rounds = a, 0
    while True:
        new, rounds = (x + a / x) / 2, rounds + 1
        if ((new - x).abs() <= tolerance * new).all():
            return new, rounds
        x = new

# %% wrong heron: torch.sqrt and a guess at the rounds
# loses heron_value: rounds instead of
def heron(a, tolerance=1e-6, limit=100):
    return a.sqrt(), 7

# %% wrong heron: None is returned after the loop
# loses heron_value: returned None
# loses heron_gradient: returned None
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance * new).all():
            break
        x = new

# %% wrong heron: no abs, so a step up counts as settled
# loses heron_value: the size of each change
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if (x - new <= tolerance * new).all():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: no abs, so a step down counts as settled
# loses heron_value: the size of each change
# loses heron_gradient: these are not the roots
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if (new - x <= tolerance * new).all():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: returns the values before the last round
# loses heron_value: not those it began with
# loses heron_gradient: the value is right, the gradient is not
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance * new).all():
            return x, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: the tolerance is absolute
# loses heron_value: against tolerance times its own new value
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance).all():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: the tolerance is that of the old value
# loses heron_value: against tolerance times its own new value
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance * x).all():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: one round too few is allowed
# loses heron_value: ValueError too early
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance * new).all():
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: another error than the one asked for
# loses heron_value: ValueError is asked for
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if ((new - x).abs() <= tolerance * new).all():
            return new, rounds
        x = new
    raise RuntimeError("not settled")

# %% right heron: while, with a list of rounds
def heron(a, tolerance=1e-6, limit=100):
    xs = [a]
    while True:
        if len(xs) > limit:
            raise ValueError("no end in sight")
        xs.append(0.5 * (xs[-1] + a / xs[-1]))
        if torch.all(torch.abs(xs[-1] - xs[-2]) <= tolerance * xs[-1]).item():
            return xs[-1], len(xs) - 1

# %% right heron: one slope for all, the rounds under no_grad, then one recorded round
def heron(a, tolerance=1e-6, limit=100):
    x, rounds, settled = a.detach(), 0, False
    while not settled:
        if rounds == limit:
            raise ValueError("not settled")
        before = x
        x = (x + a.detach() / x) / 2
        rounds += 1
        settled = bool(((x - before).abs() <= tolerance * x).all())
    return (x + a / x) / 2, rounds

# %% right heron: recursion
def heron(a, tolerance=1e-6, limit=100, x=None, rounds=1):
    if rounds > limit:
        raise ValueError("not settled")
    x = a if x is None else x
    new = (x + a / x) / 2
    if (abs(new - x) <= tolerance * new).all():
        return new, rounds
    return heron(a, tolerance, limit, new, rounds + 1)

# %% wrong heron: a change of exactly the tolerance goes on
# loses heron_value: not more than that
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if bool(((new - x).abs() < tolerance * new).all()):
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong heron: one criterion for all, the smallest new value
# loses heron_value: its own new value
def heron(a, tolerance=1e-6, limit=100):
    x = a
    for rounds in range(1, limit + 1):
        new = (x + a / x) / 2
        if bool((new-x).abs().max() <= tolerance*new.min()):
            return new, rounds
        x = new
    raise ValueError("not settled")

# %% wrong random_depth: a layer for each depth
# loses random_depth_shared: All depths share one layer
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(deepest + 5))
        self.deepest = deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randint(0, self.deepest + 1, ()).item() if self.training else self.deepest
        for layer in self.layers[:depth]:
            x = torch.tanh(layer(x))
        return x

# %% wrong random_depth: the layer hides in a Python list
# loses random_depth_shared: hides layers
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layers = [nn.Linear(width, width)]
        self.deepest = deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randint(0, self.deepest + 1, ()).item() if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layers[0](x))
        return x

# %% wrong random_depth: the depth is drawn once, in __init__
# loses random_depth_modes: draw it in forward
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest
        self.drawn = torch.randint(0, deepest + 1, ()).item()

    def forward(self, x, depth=None):
        if depth is None:
            depth = self.drawn if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% wrong random_depth: randint leaves the upper end out
# loses random_depth_modes: both ends included
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randint(0, max(self.deepest, 2), ()).item() if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% wrong random_depth: random in eval mode, too
# loses random_depth_modes: in eval mode
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randint(0, self.deepest + 1, ()).item()
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% wrong random_depth: depth=0 is taken for no depth
# loses random_depth_shared: 0 applications
# loses random_depth_modes: in eval mode the depth is always deepest
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        depth = depth or self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% wrong random_depth: detached between the uses
# loses random_depth_shared: sum over all uses
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randint(0, self.deepest + 1, ()).item() if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x.detach()))
        return x

# %% wrong random_depth: Python's random, which torch.manual_seed does not reach
# loses random_depth_modes: draw them with torch
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = random.randint(0, self.deepest) if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% wrong random_depth: never deeper than deepest
# loses random_depth_shared: for deepest=2
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randint(0, self.deepest + 1, ()).item() if self.training else self.deepest
        for _ in range(min(depth, self.deepest)):
            x = torch.tanh(self.layer(x))
        return x

# %% right random_depth: Parameters by hand, randperm, recursion
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width, width) / width**0.5)
        self.bias = nn.Parameter(torch.zeros(width))
        self.most = deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randperm(self.most + 1)[0].item() if self.training else self.most
        if depth == 0:
            return x
        return self.forward(torch.tanh(x @ self.weight.T + self.bias), depth - 1)

# %% right random_depth: Sequential of one shared step
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.step = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.deepest = deepest

    def forward(self, x, depth=None):
        if depth is None and self.training:
            depth = int(torch.rand(()) * (self.deepest + 1))
        elif depth is None:
            depth = self.deepest
        return nn.Sequential(*[self.step] * depth)(x)

# %% wrong random_depth: rounded, so the ends come half as often
# loses random_depth_modes: as likely as the others
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = round((torch.rand(()) * self.deepest).item()) if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% wrong random_depth: small depths come more often
# loses random_depth_modes: as likely as the others
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.layer, self.deepest = nn.Linear(width, width), deepest

    def forward(self, x, depth=None):
        if depth is None:
            depth = int(torch.rand(()) ** 3 * (self.deepest + 1)) if self.training else self.deepest
        for _ in range(depth):
            x = torch.tanh(self.layer(x))
        return x

# %% right random_depth: reduce over a list of one Sequential, drawn by randperm
from functools import reduce
class RandomDepth(nn.Module):
    def __init__(self, width, deepest):
        super().__init__()
        self.step = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.deepest = deepest
    def forward(self, x, depth=None):
        if depth is None:
            depth = torch.randperm(self.deepest + 1)[0].item() if self.training else self.deepest
        return reduce(lambda state, step: step(state), [self.step] * depth, x)

# %% wrong encode_batch: the state walks on through the padding
# loses encode_batch_values: last is the state after the padding
# loses encode_batch_padding: changes the result
# loses encode_batch_edges: should give zeros
def encode_batch(cell, x, lengths):
    state, states = x.new_zeros(len(x), cell.hidden_size), []
    for t in range(x.shape[1]):
        state = cell(x[:, t], state)
        states.append(state)
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    mean = (torch.stack(states, 1) * mask.unsqueeze(-1)).sum(1) / lengths.clamp(min=1).unsqueeze(1)
    return state, mean

# %% wrong encode_batch: the mean divides by time
# loses encode_batch_values: Divide by length, not by time
# loses encode_batch_edges: Divide by length, not by time
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    x = x.masked_fill(~mask.unsqueeze(-1), 0.0)
    state, total = x.new_zeros(len(x), cell.hidden_size), 0
    for t in range(x.shape[1]):
        real = mask[:, t : t + 1]
        state = torch.where(real, cell(x[:, t], state), state)
        total = total + state * real
    return state, total / x.shape[1]

# %% wrong encode_batch: mean over all time steps
# loses encode_batch_values: mean counts the states in the padding
# loses encode_batch_edges: should give zeros
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    x = x.masked_fill(~mask.unsqueeze(-1), 0.0)
    state, free = x.new_zeros(2, len(x), cell.hidden_size)
    states = []
    for t in range(x.shape[1]):
        free = cell(x[:, t], free)
        states.append(free)
        state = torch.where(mask[:, t : t + 1], free, state)
    return state, torch.stack(states, 1).mean(1)

# %% wrong encode_batch: masks the result only, so nan reaches the gradient
# loses encode_batch_padding: masking the result is too late
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    state = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(state)
    for t in range(x.shape[1]):
        real = mask[:, t : t + 1]
        state = torch.where(real, cell(x[:, t], state), state)
        total = total + torch.where(real, state, 0.0)
    return state, total / lengths.clamp(min=1).unsqueeze(1)

# %% wrong encode_batch: cleans by multiplying with the mask, nan times 0 is nan
# loses encode_batch_padding: nan in the padding reaches
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    x = x * mask.unsqueeze(-1)
    state = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(state)
    for t in range(x.shape[1]):
        real = mask[:, t : t + 1]
        state = torch.where(real, cell(x[:, t], state), state)
        total = total + torch.where(real, state, 0.0)
    return state, total / lengths.clamp(min=1).unsqueeze(1)

# %% wrong encode_batch: 0 / 0 for an empty sequence
# loses encode_batch_edges: 0 / 0
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    x = x.masked_fill(~mask.unsqueeze(-1), 0.0)
    state = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(state)
    for t in range(x.shape[1]):
        real = mask[:, t : t + 1]
        state = torch.where(real, cell(x[:, t], state), state)
        total = total + state * real
    return state, total / lengths.unsqueeze(1)

# %% wrong encode_batch: packed, and packing refuses length 0
# loses encode_batch_edges: encode_batch stopped with RuntimeError
def encode_batch(cell, x, lengths):
    rnn = nn.RNN(x.shape[2], cell.hidden_size, nonlinearity=cell.nonlinearity, batch_first=True).to(x.dtype)
    state = {f"{name}_l0": value for name, value in cell.named_parameters()}
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    output, last = torch.func.functional_call(rnn, state, (packed,))
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    return last[0], output.sum(1) / lengths.unsqueeze(1)

# %% wrong encode_batch: the state is detached between the steps
# loses encode_batch_padding: no gradient reaches x or the cell
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    x = x.detach().masked_fill(~mask.unsqueeze(-1), 0.0)
    state = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(state)
    for t in range(x.shape[1]):
        real = mask[:, t : t + 1]
        state = torch.where(real, cell(x[:, t], state.detach()), state)
        total = total + state * real
    return state, total / lengths.clamp(min=1).unsqueeze(1)

# %% wrong encode_batch: states in float32, whatever x is
# loses encode_batch_values: encode_batch stopped with
# loses encode_batch_padding: encode_batch stopped with
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
    x = x.masked_fill(~mask.unsqueeze(-1), 0.0)
    state = torch.zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(state)
    for t in range(x.shape[1]):
        real = mask[:, t : t + 1]
        state = torch.where(real, cell(x[:, t], state), state)
        total = total + state * real
    return state, total / lengths.clamp(min=1).unsqueeze(1)

# %% right encode_batch: packed, the empty ones put back afterwards
def encode_batch(cell, x, lengths):
    last = x.new_zeros(len(x), cell.hidden_size)
    mean = torch.zeros_like(last)
    some = lengths.nonzero().squeeze(1)
    if len(some) == 0:
        return last, mean
    rnn = nn.RNN(x.shape[2], cell.hidden_size, nonlinearity=cell.nonlinearity, batch_first=True).to(x.dtype)
    weights = {f"{name}_l0": value for name, value in cell.named_parameters()}
    packed = nn.utils.rnn.pack_padded_sequence(x[some], lengths[some], batch_first=True, enforce_sorted=False)
    output, state = torch.func.functional_call(rnn, weights, (packed,))
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    return last.index_copy(0, some, state[0]), mean.index_copy(0, some, output.sum(1) / lengths[some].unsqueeze(1))

# %% right encode_batch: one sequence at a time
def encode_batch(cell, x, lengths):
    last, mean = [], []
    for i, length in enumerate(lengths.tolist()):
        state = torch.zeros(1, cell.hidden_size, dtype=x.dtype)
        states = [torch.zeros(1, cell.hidden_size, dtype=x.dtype)] if length == 0 else []
        for t in range(length):
            state = cell(x[i, t : t + 1], state)
            states.append(state)
        last.append(state)
        mean.append(torch.stack(states).mean(0))
    return torch.cat(last), torch.cat(mean)

# %% right encode_batch: a batch that shrinks, sorted by length
def encode_batch(cell, x, lengths):
    order = lengths.argsort(descending=True)
    state = torch.zeros(len(x), cell.hidden_size, dtype=x.dtype)
    total = torch.zeros_like(state)
    for t in range(x.shape[1]):
        running = int((lengths > t).sum())
        if not running:
            break
        new = cell(x[order[:running], t], state[:running])
        state = torch.cat([new, state[running:]])
        total = torch.cat([total[:running] + new, total[running:]])
    back = order.argsort()
    return state[back], total[back] / lengths.clamp(min=1).unsqueeze(1)

# %% right encode_batch: torch.where on clean input, states gathered at the end
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1])[None] < lengths[:, None]
    x = torch.where(mask[..., None], x, torch.zeros_like(x))
    states = [x.new_zeros(len(x), cell.hidden_size)]
    for step in x.unbind(1):
        states.append(cell(step, states[-1]))
    states = torch.stack(states, 1)
    last = states[torch.arange(len(x)), lengths]
    mean = (states[:, 1:] * mask[..., None]).sum(1) / lengths.clamp(min=1)[:, None]
    return last, mean

# %% wrong encode_batch: 0 / 0 for an empty sequence, replaced by torch.where
# loses encode_batch_edges: replaced too late
def encode_batch(cell, x, lengths):
    mask = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(-1)
    m, n = mask.to(x.dtype), lengths.unsqueeze(1)
    x = x.masked_fill(~mask, 0.0)
    h = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(h)
    for t in range(x.shape[1]):
        h = m[:, t] * cell(x[:, t], h) + (1 - m[:, t]) * h
        total = total + m[:, t] * h
    return h, torch.where(n > 0, total / n, 0.0)

# %% wrong encode_batch: 0 / 0 for an empty sequence, replaced by nan_to_num
# loses encode_batch_padding: clean only the padding
# loses encode_batch_edges: replaced too late
def encode_batch(cell, x, lengths):
    mask = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(-1)
    m, n = mask.to(x.dtype), lengths.unsqueeze(1)
    x = x.masked_fill(~mask, 0.0)
    h = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(h)
    for t in range(x.shape[1]):
        h = m[:, t] * cell(x[:, t], h) + (1 - m[:, t]) * h
        total = total + m[:, t] * h
    return h, (total / n).nan_to_num()

# %% wrong encode_batch: the formula by hand, always with tanh
# loses encode_batch_values: This cell uses relu
def encode_batch(cell, x, lengths):
    mask = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(-1)
    m, n = mask.to(x.dtype), lengths.unsqueeze(1)
    x = x.masked_fill(~mask, 0.0)
    h = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(h)
    for t in range(x.shape[1]):
        h = m[:, t] * torch.tanh(x[:, t] @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh) + (1 - m[:, t]) * h
        total = total + m[:, t] * h
    return h, total / n.clamp(min=1)

# %% wrong encode_batch: nan_to_num on all of x hides a nan in a real step
# loses encode_batch_padding: clean only the padding
def encode_batch(cell, x, lengths):
    mask = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(-1)
    m, n = mask.to(x.dtype), lengths.unsqueeze(1)
    x = x.masked_fill(~mask, 0.0)
    x = x.nan_to_num()
    h = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(h)
    for t in range(x.shape[1]):
        h = m[:, t] * cell(x[:, t], h) + (1 - m[:, t]) * h
        total = total + m[:, t] * h
    return h, total / n.clamp(min=1)

# %% wrong encode_batch: squeeze takes the batch axis, too
# loses encode_batch_edges: expected (1, 4)
def encode_batch(cell, x, lengths):
    mask = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(-1)
    m, n = mask.to(x.dtype), lengths.unsqueeze(1)
    x = x.masked_fill(~mask, 0.0)
    h = x.new_zeros(len(x), cell.hidden_size)
    total = torch.zeros_like(h)
    for t in range(x.shape[1]):
        h = m[:, t] * cell(x[:, t], h) + (1 - m[:, t]) * h
        total = total + m[:, t] * h
    return h.squeeze(), (total / n.clamp(min=1)).squeeze()

# %% right encode_batch: an nn.RNN with the cell's weights, on clean input
def encode_batch(cell, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths[:, None]
    twin = nn.RNN(cell.input_size, cell.hidden_size, nonlinearity=cell.nonlinearity, batch_first=True, bias=cell.bias).to(x.dtype)
    weights = {f"{name}_l0": value for name, value in cell.named_parameters()}
    states, _ = torch.func.functional_call(twin, weights, (x.masked_fill(~mask[..., None], 0.0),))
    states = torch.cat([states.new_zeros(len(x), 1, cell.hidden_size), states], dim=1)
    last = states.gather(1, lengths[:, None, None].expand(-1, 1, cell.hidden_size)).squeeze(1)
    return last, (states[:, 1:] * mask[..., None]).sum(1) / lengths.clamp(min=1)[:, None]

# %% wrong tree_evaluator: adds the leaves up and ignores the tree
# loses tree_evaluator_follows: the tree is not followed there
# loses tree_evaluator_learns: right at depth
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        self.inner, self.read = nn.Linear(hidden, hidden), nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        return sum(self.encode(part) for part in tree[1:])

    def forward(self, tree):
        return self.read(torch.tanh(self.inner(self.encode(tree))))

# %% wrong tree_evaluator: one layer for every operation
# loses tree_evaluator_follows: the operation at the root
# loses tree_evaluator_learns: weights of its own
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        self.one, self.two = nn.Linear(hidden, hidden), nn.Linear(2 * hidden, hidden)
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        vectors = [self.encode(part) for part in tree[1:]]
        state = vectors[0]
        if len(vectors) == 1:
            return torch.tanh(self.one(state))
        for vector in vectors[1:]:
            state = torch.tanh(self.two(torch.cat([state, vector])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: only the first two parts
# loses tree_evaluator_follows: the last of three parts
# loses tree_evaluator_learns: right at depth 1
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        return torch.tanh(self.layers[tree[0]](torch.cat([self.encode(part) for part in tree[1:3]])))

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: layers in a plain dict are not registered
# loses tree_evaluator_follows: hidden has no effect
# loses tree_evaluator_learns: right at depth
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = torch.randn(3, hidden)
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = {name: nn.Linear(size, hidden) for name, size in sizes.items()}
        self.squeeze, self.read = nn.Linear(3, 3), nn.Linear(hidden, 3)
        self.read.requires_grad_(False)
        self.read.bias = self.read.weight = None
        self.last = torch.randn(3, hidden) / hidden**0.5

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.squeeze(self.last @ self.encode(tree))

# %% wrong tree_evaluator: computes the truth in Python, and learns nothing
# loses tree_evaluator_follows: the answer to
# loses tree_evaluator_learns: the answer should be a torch.Tensor
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(hidden))

    def forward(self, tree):
        return truth(tree)

# %% wrong tree_evaluator: the parts are detached
# loses tree_evaluator_follows: no gradient reaches
# loses tree_evaluator_learns: right at depth
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1]).detach()
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)]))).detach()
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: logits of shape (1, 3)
# loses tree_evaluator_follows: expected (3,)
# loses tree_evaluator_learns: expected (3,)
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)].unsqueeze(0)
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)], dim=1)))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: no tanh, so every tree is one linear map
# loses tree_evaluator_learns: no effect together
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return self.layers["not"](state)
        for part in tree[2:]:
            state = self.layers[tree[0]](torch.cat([state, self.encode(part)]))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: hidden is ignored
# loses tree_evaluator_follows: hidden has no effect
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        hidden = 16
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% right tree_evaluator: nn.Embedding for the leaves, sigmoid
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Embedding(3, hidden)
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves(torch.tensor(LEAVES.index(tree)))
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.sigmoid(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.sigmoid(self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% right tree_evaluator: from the right, with a hidden layer, leaves one by one
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaf = nn.ParameterDict({name: nn.Parameter(torch.randn(hidden)) for name in LEAVES})
        self.combine = nn.ModuleDict(
            {
                name: nn.Sequential(nn.Linear(parts * hidden, 2 * hidden), nn.Tanh(), nn.Linear(2 * hidden, hidden), nn.Tanh())
                for name, parts in (("not", 1), ("and", 2), ("or", 2))
            }
        )
        self.out = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaf[tree]
        if len(tree) > 3:
            tree = (tree[0], tree[1], (tree[0], *tree[2:]))
        return self.combine[tree[0]](torch.cat([self.encode(part) for part in tree[1:]]))

    def forward(self, tree):
        return self.out(self.encode(tree))

# %% right tree_evaluator: no encode, the operation as a vector beside its parts
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        self.names = nn.Parameter(torch.randn(3, hidden))
        self.inner, self.outer = nn.Linear(3 * hidden, 3 * hidden), nn.Linear(3 * hidden, hidden)
        self.read = nn.Linear(hidden, 3)

    def forward(self, tree):
        def value(tree):
            if isinstance(tree, str):
                return self.leaves[LEAVES.index(tree)]
            operation = self.names[("not", "and", "or").index(tree[0])]
            parts = [value(part) for part in tree[1:]]
            state = parts.pop(0)
            for other in parts or [state]:
                hidden = torch.tanh(self.inner(torch.cat([operation, state, other])))
                state = torch.tanh(self.outer(hidden))
            return state

        return self.read(value(tree))

# %% wrong tree_evaluator: no tanh, with a lucky seed
# loses tree_evaluator_learns: no effect together
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        torch.manual_seed(5)
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return (self.layers["not"](state))
        for part in tree[2:]:
            state = (self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: three slots for parts
# loses tree_evaluator_follows: cannot be multiplied
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        self.hidden = hidden
        sizes = {"not": hidden, "and": 3 * hidden, "or": 3 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        vectors = [self.encode(part) for part in tree[1:]]
        if tree[0] != "not":
            vectors = vectors + [self.leaves.new_zeros(self.hidden)] * (3 - len(vectors))
        return torch.tanh(self.layers[tree[0]](torch.cat(vectors)))

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: the first three parts only
# loses tree_evaluator_follows: of five does not change
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in tree[2:4]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: the first two parts and the last
# loses tree_evaluator_follows: changing part 3 of five
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in (tree[2], tree[-1])[: len(tree) - 2]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong tree_evaluator: encode with a batch axis
# loses tree_evaluator_follows: what encode returns
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)].unsqueeze(0)
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.tanh(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.tanh(self.layers[tree[0]](torch.cat([state, self.encode(part)], 1)))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree)).squeeze(0)

# %% right tree_evaluator: relu
class TreeEvaluator(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.leaves = nn.Parameter(torch.randn(3, hidden))
        sizes = {"not": hidden, "and": 2 * hidden, "or": 2 * hidden}
        self.layers = nn.ModuleDict({name: nn.Linear(size, hidden) for name, size in sizes.items()})
        self.read = nn.Linear(hidden, 3)

    def encode(self, tree):
        if isinstance(tree, str):
            return self.leaves[LEAVES.index(tree)]
        state = self.encode(tree[1])
        if tree[0] == "not":
            return torch.relu(self.layers["not"](state))
        for part in tree[2:]:
            state = torch.relu(self.layers[tree[0]](torch.cat([state, self.encode(part)])))
        return state

    def forward(self, tree):
        return self.read(self.encode(tree))

# %% wrong early_exit: the whole batch waits for its slowest row
# loses early_exit_values: each row has to be decided on its own
# loses early_exit_work: rows that have left must not go on
# loses early_exit_edges: each row has to be decided on its own
def early_exit(blocks, heads, x, threshold):
    hidden = x
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        if (logits.softmax(1).amax(1) >= threshold).all():
            break
    return logits, torch.full((len(x),), index)

# %% wrong early_exit: computes everything, then picks
# loses early_exit_work: rows that have left must not go on
def early_exit(blocks, heads, x, threshold):
    hidden, every = x, []
    for block, head in zip(blocks, heads):
        hidden = block(hidden)
        every.append(head(hidden))
    every = torch.stack(every, dim=1)
    sure = every.softmax(dim=2).amax(dim=2) >= threshold
    sure[:, -1] = True
    exits = sure.int().argmax(dim=1)
    return every[torch.arange(len(x)), exits], exits

# %% wrong early_exit: rows come back in the order in which they left
# loses early_exit_values: not in the order of x
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left = x, torch.arange(len(x)), []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.softmax(1).amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left), exits

# %% wrong early_exit: more than the threshold
# loses early_exit_edges: at least, not more than
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.softmax(1).amax(1) > threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: compares logits, not probabilities, with the threshold
# loses early_exit_values: rows left after blocks
# loses early_exit_work: rows, needed were
# loses early_exit_edges: threshold
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: probabilities are returned
# loses early_exit_values: logits, not probabilities
# loses early_exit_work: gradients reach the heads
# loses early_exit_edges: logits, not probabilities
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden).log_softmax(1)
        sure = (logits.exp().amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure].exp())
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: under no_grad, as if it were for inference only
# loses early_exit_work: have lost their graph
@torch.no_grad()
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.softmax(1).amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: softmax over the batch
# loses early_exit_values: all rows left together
# loses early_exit_work: rows, needed were
# loses early_exit_edges: rows left after blocks
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.softmax(0).amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: who is not sure in the end gets no answer
# loses early_exit_values: expected (8, 3)
# loses early_exit_work: gradients reach the heads
# loses early_exit_edges: after the last block
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [torch.zeros(0, heads[0].out_features if hasattr(heads[0], "out_features") else x.shape[1], dtype=x.dtype) * sum(p.sum() for h in heads for p in h.parameters())], [torch.zeros(0, dtype=torch.int64)]
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = logits.softmax(1).amax(1) >= threshold
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: what goes on is detached, so early blocks learn nothing from late exits
# loses early_exit_work: the gradient of block 0
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.softmax(1).amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure].detach(), waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: stops with an error when nobody waits
# loses early_exit_values: early_exit stopped with
# loses early_exit_work: early_exit stopped with
# loses early_exit_edges: early_exit stopped with
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = (logits.softmax(1).amax(1) >= threshold) | (index == len(blocks) - 1)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = torch.stack([row for row, goes in zip(hidden, ~sure) if goes]), waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% wrong early_exit: the last block is left out of the loop, and one block is none
# loses early_exit_edges: early_exit stopped with
def early_exit(blocks, heads, x, threshold):
    hidden, waiting, left, places = x, torch.arange(len(x)), [], []
    exits = torch.zeros(len(x), dtype=torch.int64)
    for index, (block, head) in enumerate(zip(blocks[:-1], heads[:-1])):
        hidden = block(hidden)
        logits = head(hidden)
        sure = logits.softmax(1).amax(1) >= threshold
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        hidden, waiting = hidden[~sure], waiting[~sure]
    exits[waiting] = index + 1
    left.append(heads[-1](blocks[-1](hidden)))
    places.append(waiting)
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% right early_exit: one row at a time
def early_exit(blocks, heads, x, threshold):
    logits, exits = [], []
    for row in x.split(1):
        for index, (block, head) in enumerate(zip(blocks, heads)):
            row = block(row)
            answer = head(row)
            if answer.softmax(dim=-1).max() >= threshold:
                break
        logits.append(answer)
        exits.append(index)
    return torch.cat(logits), torch.tensor(exits)

# %% right early_exit: index assignment into zeros, and an end as soon as nobody waits
def early_exit(blocks, heads, x, threshold):
    alive, out, exits = torch.ones(len(x), dtype=torch.bool), None, torch.zeros(len(x), dtype=torch.long)
    hidden = x
    for i in range(len(blocks)):
        hidden = blocks[i](hidden)
        logits = heads[i](hidden)
        if out is None:
            out = torch.zeros(len(x), logits.shape[1], dtype=logits.dtype)
        go = torch.softmax(logits, 1).max(1).values < threshold
        if i + 1 == len(blocks):
            go = torch.zeros_like(go)
        places = alive.nonzero().squeeze(1)
        out[places[~go]] = logits[~go]
        exits[places[~go]] = i
        alive[places[~go]] = False
        hidden = hidden[go]
        if not alive.any():
            break
    return out, exits

# %% right early_exit: recursion on those who wait
def early_exit(blocks, heads, x, threshold, index=0):
    hidden = blocks[index](x)
    logits = heads[index](hidden)
    exits = torch.full((len(x),), index)
    stay = logits.softmax(1).amax(1) < threshold
    if index < len(blocks) - 1 and stay.any():
        later, later_exits = early_exit(blocks, heads, hidden[stay], threshold, index + 1)
        logits = logits.index_put((stay,), later)
        exits[stay] = later_exits
    return logits, exits

# %% wrong early_exit: the logits in float32, whatever the heads return
# loses early_exit_values: expected torch.float64
def early_exit(blocks, heads, x, threshold):
    waiting, hidden = torch.arange(len(x)), x
    exits = torch.zeros(len(x), dtype=torch.int64)
    out = None
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = logits.softmax(1).amax(1) >= threshold
        if index == len(blocks) - 1:
            sure = torch.ones_like(sure)
        if out is None:
            out = torch.zeros(len(x), logits.shape[1])
        exits[waiting[sure]] = index
        out = out.index_copy(0, waiting[sure], logits[sure].float())
        waiting, hidden = waiting[~sure], hidden[~sure]
        if not len(waiting):
            break
    return out, exits

# %% wrong early_exit: the last block is known by its head
# loses early_exit_edges: a matter of place
def early_exit(blocks, heads, x, threshold):
    waiting, hidden = torch.arange(len(x)), x
    exits = torch.zeros(len(x), dtype=torch.int64)
    out = None
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = block(hidden)
        logits = head(hidden)
        sure = logits.softmax(1).amax(1) >= threshold
        if head is heads[-1]:
            sure = torch.ones_like(sure)
        if out is None:
            out = torch.zeros(len(x), logits.shape[1], dtype=logits.dtype)
        exits[waiting[sure]] = index
        out = out.index_copy(0, waiting[sure], logits[sure])
        waiting, hidden = waiting[~sure], hidden[~sure]
        if not len(waiting):
            break
    return out, exits

# %% wrong early_exit: written back into hidden, whose width stays
# loses early_exit_edges: early_exit stopped with
def early_exit(blocks, heads, x, threshold):
    waiting, hidden = torch.arange(len(x)), x.clone()
    exits = torch.zeros(len(x), dtype=torch.int64)
    left, places = [], []
    for index, (block, head) in enumerate(zip(blocks, heads)):
        hidden = hidden.clone()
        hidden[waiting] = block(hidden[waiting])
        logits = head(hidden[waiting])
        sure = logits.softmax(1).amax(1) >= threshold
        if index == len(blocks) - 1:
            sure = torch.ones_like(sure)
        exits[waiting[sure]] = index
        left.append(logits[sure])
        places.append(waiting[sure])
        waiting = waiting[~sure]
    return torch.cat(left)[torch.cat(places).argsort()], exits

# %% right early_exit: recursion on the rest of the lists, with index_copy
def early_exit(blocks, heads, x, threshold):
    hidden = blocks[0](x)
    logits = heads[0](hidden)
    exits = torch.zeros(len(x), dtype=torch.int64)
    waiting = (logits.softmax(1).amax(1) < threshold).nonzero().squeeze(1)
    if len(blocks) > 1 and len(waiting):
        later, after = early_exit(blocks[1:], heads[1:], hidden[waiting], threshold)
        logits = logits.index_copy(0, waiting, later)
        exits = exits.index_copy(0, waiting, after + 1)
    return logits, exits

# %% wrong exportable_gate: the if stays
# loses exportable_gate_export: torch.export refuses
class ExportableGate(Gate):
    def forward(self, x):
        return self.bright(x) if (x.mean() > 0.5).item() else torch.tanh(self.dark(x))

# %% wrong exportable_gate: each row on its own
# loses exportable_gate_values: each row was decided on its own
class ExportableGate(Gate):
    def forward(self, x):
        return torch.where(x.mean(dim=1, keepdim=True) > 0.5, self.bright(x), torch.tanh(self.dark(x)))

# %% wrong exportable_gate: a soft mixture
# loses exportable_gate_values: not what Gate gives
# loses exportable_gate_export: does not follow the batch
class ExportableGate(Gate):
    def forward(self, x):
        share = torch.sigmoid((x.mean() - 0.5) * 10)
        return share * self.bright(x) + (1 - share) * torch.tanh(self.dark(x))

# %% wrong exportable_gate: the decision is made once and kept
# loses exportable_gate_values: not what Gate gives
# loses exportable_gate_export: one branch was burned in
class ExportableGate(Gate):
    def forward(self, x):
        if not hasattr(self, "decision"):
            self.decision = bool(x.mean() > 0.5)
        return self.bright(x) if self.decision else torch.tanh(self.dark(x))

# %% wrong exportable_gate: the branches are the wrong way round
# loses exportable_gate_values: not what Gate gives for a bright batch
# loses exportable_gate_export: does not follow
class ExportableGate(Gate):
    def forward(self, x):
        return torch.cond(x.mean() > 0.5, lambda x: torch.tanh(self.dark(x)), lambda x: self.bright(x), (x,))

# %% wrong exportable_gate: sizes of the example in a reshape
# loses exportable_gate_values: stopped with
# loses exportable_gate_export: refuses
class ExportableGate(Gate):
    def forward(self, x):
        return torch.where(x.mean() > 0.5, self.bright(x), torch.tanh(self.dark(x))).reshape(4, 2)

# %% wrong exportable_gate: under no_grad, as if it were for inference only
# loses exportable_gate_values: the result has no graph
class ExportableGate(Gate):
    @torch.no_grad()
    def forward(self, x):
        return torch.where(x.mean() > 0.5, self.bright(x), torch.tanh(self.dark(x)))

# %% wrong exportable_gate: the dark branch is detached
# loses exportable_gate_values: the gradient of dark.weight
class ExportableGate(Gate):
    def forward(self, x):
        return torch.where(x.mean() > 0.5, self.bright(x), torch.tanh(self.dark(x).detach()))

# %% right exportable_gate: both ways, then where
class ExportableGate(Gate):
    def forward(self, x):
        return torch.where(x.mean() > 0.5, self.bright(x), torch.tanh(self.dark(x)))

# %% right exportable_gate: a hard gate of 0 or 1
class ExportableGate(Gate):
    def forward(self, x):
        gate = (x.mean() > 0.5).to(x.dtype)
        return gate * self.bright(x) + (1 - gate) * self.dark(x).tanh()

# %% right exportable_gate: cond with named functions, dark first
class ExportableGate(Gate):
    def forward(self, x):
        def when_dark(x):
            return torch.tanh(self.dark(x))

        def when_bright(x):
            return self.bright(x)

        return torch.cond(x.mean() <= 0.5, when_dark, when_bright, [x])

# %% wrong exportable_gate: the first row decides
# loses exportable_gate_values: not what Gate gives
class ExportableGate(Gate):
    def forward(self, x):
        return torch.where(x[0].mean() > 0.5, self.bright(x), torch.tanh(self.dark(x)))

# %% wrong exportable_gate: exactly 0.5 is taken for bright
# loses exportable_gate_values: for a dark batch
class ExportableGate(Gate):
    def forward(self, x):
        return torch.where(x.mean() >= 0.5, self.bright(x), torch.tanh(self.dark(x)))

# %% wrong exportable_gate: the rounded mean as a gate
# loses exportable_gate_values: not what Gate gives
class ExportableGate(Gate):
    def forward(self, x):
        g = x.mean().round()
        return g * self.bright(x) + (1 - g) * torch.tanh(self.dark(x))

# %% wrong exportable_gate: a steep sigmoid
# loses exportable_gate_values: for a dark batch
class ExportableGate(Gate):
    def forward(self, x):
        g = torch.sigmoid(1e4 * (x.mean() - 0.5))
        return g * self.bright(x) + (1 - g) * torch.tanh(self.dark(x))

# %% wrong exportable_gate: the number of rows as a Python int
# loses exportable_gate_export: refuses a batch
class ExportableGate(Gate):
    def forward(self, x):
        rows = int(x.shape[0])
        return torch.where(x.sum() / (3 * rows) > 0.5, self.bright(x), torch.tanh(self.dark(x))).expand(rows, 2)

# %% right exportable_gate: both ways stacked, one picked
class ExportableGate(Gate):
    def forward(self, x):
        return torch.stack([torch.tanh(self.dark(x)), self.bright(x)])[(x.mean() > 0.5).long()]

# %% wrong count_graphs: the new graphs of each call
# loses count_graphs_counts: count all so far
# loses count_graphs_dynamic: count all so far
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    for arguments in calls:
        graphs.clear()
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: nothing is forgotten between two counts
# loses count_graphs_counts: torch.compile stops at 8 versions
# loses count_graphs_dynamic: forget what was compiled before
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: compiles anew for every call
# loses count_graphs_counts: Other values need no new graph
# loses count_graphs_dynamic: The second length
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    for arguments in calls:
        torch.compiler.reset()
        torch.compile(function, backend=backend, dynamic=dynamic)(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: dynamic is not handed on
# loses count_graphs_dynamic: one graph for each length
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: the backend returns nothing
# loses count_graphs_counts: count_graphs stopped with
# loses count_graphs_dynamic: count_graphs stopped with
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []
    torch.compiler.reset()
    compiled = torch.compile(function, backend=lambda graph, inputs: graphs.append(graph), dynamic=dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: the backend counts its own calls at run time
# loses count_graphs_counts: Other values need no new graph
# loses count_graphs_dynamic: The second length
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        def run(*inputs):
            graphs.append(graph)
            return graph.forward(*inputs)

        return run

    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: a set of shapes instead of graphs
# loses count_graphs_counts: another dtype does
# loses count_graphs_dynamic: The second length
def count_graphs(function, calls, dynamic=None):
    seen, counts = set(), []
    for arguments in calls:
        function(*arguments)
        seen.add(tuple(tuple(a.shape) if isinstance(a, torch.Tensor) else a for a in arguments))
        counts.append(len(seen))
    return counts

# %% wrong count_graphs: dynamic=True is taken for the default
# loses count_graphs_dynamic: one graph for all lengths
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=None if dynamic else dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: dynamic=False is taken for the default
# loses count_graphs_dynamic: one graph for each length
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=dynamic or None)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong count_graphs: the last count of an empty list
# loses count_graphs_counts: count_graphs stopped with IndexError
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []

    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    return counts[:-1] + [counts[-1]]

# %% right count_graphs: a class as backend, a comprehension
def count_graphs(function, calls, dynamic=None):
    class Backend:
        count = 0

        def __call__(self, graph, example_inputs):
            self.count += 1
            return graph

    backend = Backend()
    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    return [(compiled(*arguments), backend.count)[1] for arguments in calls]

# %% right count_graphs: the counter that torch's own tests use
def count_graphs(function, calls, dynamic=None):
    from torch._dynamo.testing import CompileCounter

    torch._dynamo.reset()
    counter, counts = CompileCounter(), []
    compiled = torch.compile(function, backend=counter, dynamic=dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(counter.frame_count)
    return counts

# %% wrong count_graphs: forgets afterwards, not before
# loses count_graphs_dynamic: What others compiled before
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []
    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    for arguments in calls:
        compiled(*arguments)
        counts.append(len(graphs))
    torch.compiler.reset()
    return counts

# %% right count_graphs: calls the plain function, too
def count_graphs(function, calls, dynamic=None):
    graphs, counts = [], []
    def backend(graph, example_inputs):
        graphs.append(graph)
        return graph.forward
    torch.compiler.reset()
    compiled = torch.compile(function, backend=backend, dynamic=dynamic)
    for arguments in calls:
        function(*arguments)
        compiled(*arguments)
        counts.append(len(graphs))
    return counts

# %% wrong lab_train: the program as it was
# loses lab_train_repaired: graphs still keep
lab_train = train

# %% wrong lab_train: gc.collect after each step
# loses lab_train_repaired: graphs still keep
def lab_train(model, batches, validation, steps, lr=0.1):
    import gc

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        for X, y in validation:
            total = total + F.cross_entropy(model(X), y) * len(y)
            count += len(y)
        curve.append(total / count)
        del loss, total
        gc.collect()
    return curve

# %% wrong lab_train: eval mode, which records just as much
# loses lab_train_repaired: graphs still keep
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        model.train()
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        model.eval()
        for X, y in validation:
            total = total + F.cross_entropy(model(X), y) * len(y)
            count += len(y)
        curve.append(total / count)
    model.train()
    return curve

# %% wrong lab_train: clone copies the number and keeps the graph
# loses lab_train_repaired: graphs still keep
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        for X, y in validation:
            total = total + F.cross_entropy(model(X), y) * len(y)
            count += len(y)
        curve.append((total / count).clone())
    return curve

# %% wrong lab_train: a backward on the validation loss frees the memory, and spoils the gradients
# loses lab_train_repaired: only hides the leak
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        for X, y in validation:
            total = total + F.cross_entropy(model(X), y) * len(y)
            count += len(y)
        (total / count).backward()
        curve.append(total / count)
    return curve

# %% wrong lab_train: the same, with a detached curve
# loses lab_train_repaired: only hides the leak
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        for X, y in validation:
            total = total + F.cross_entropy(model(X), y) * len(y)
            count += len(y)
        (total / count).backward()
        curve.append((total / count).detach())
    return curve

# %% wrong lab_train: everything is cleaned up after the last step
# loses lab_train_repaired: still grows with the number of steps
def lab_train(model, batches, validation, steps, lr=0.1):
    return [loss.item() for loss in train(model, batches, validation, steps, lr)]

# %% wrong lab_train: only the last losses are kept
# loses lab_train_repaired: slows the leak down
def lab_train(model, batches, validation, steps, lr=0.1):
    return [loss.item() for loss in train(model, batches, validation, steps, lr)[-3:]]

# %% wrong lab_train: no_grad around everything, and a swallowed error
# loses lab_train_repaired: it is not trained any more
def lab_train(model, batches, validation, steps, lr=0.1):
    curve = []
    with torch.no_grad():
        for _ in range(steps):
            total = sum(F.cross_entropy(model(X), y).item() * len(y) for X, y in validation)
            curve.append(total / sum(len(y) for _, y in validation))
    return curve

# %% wrong lab_train: no_grad switched on for good after the last step
# loses lab_train_repaired: left switched off
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        torch.set_grad_enabled(True)
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        torch.set_grad_enabled(False)
        total = sum(F.cross_entropy(model(X), y) * len(y) for X, y in validation)
        curve.append(total / sum(len(y) for _, y in validation))
    return curve

# %% wrong lab_train: plain SGD, because the optimizer was suspected
# loses lab_train_repaired: the validation losses are not those
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        with torch.no_grad():
            total = sum(F.cross_entropy(model(X), y) * len(y) for X, y in validation)
        curve.append(total / sum(len(y) for _, y in validation))
    return curve

# %% wrong lab_train: eval mode for the validation, and no way back after the last step
# loses lab_train_repaired: left in eval mode
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        model.train()
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        model.eval()
        total = sum(F.cross_entropy(model(X), y).item() * len(y) for X, y in validation)
        curve.append(total / sum(len(y) for _, y in validation))
    return curve

# %% wrong lab_train: requires_grad switched off instead of recording
# loses lab_train_repaired: requires_grad was switched off
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        model.requires_grad_(True)
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        model.requires_grad_(False)
        total = sum(F.cross_entropy(model(X), y).item() * len(y) for X, y in validation)
        curve.append(total / sum(len(y) for _, y in validation))
    return curve

# %% right lab_train: detach where the loss is stored
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        for X, y in validation:
            total = total + F.cross_entropy(model(X), y) * len(y)
            count += len(y)
        curve.append((total / count).detach())
    return curve

# %% right lab_train: item() for each batch
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total, count = 0.0, 0
        for X, y in validation:
            total += F.cross_entropy(model(X), y).item() * len(y)
            count += len(y)
        curve.append(total / count)
    return curve

# %% right lab_train: inference mode and eval, as a function, and back to train
def lab_train(model, batches, validation, steps, lr=0.1):
    @torch.inference_mode()
    def on_validation():
        model.eval()
        total = sum(F.cross_entropy(model(X), y, reduction="sum") for X, y in validation)
        model.train()
        return (total / sum(len(y) for _, y in validation)).item()

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        curve.append(on_validation())
    return curve

# %% right lab_train: float() of a detached tensor, and gradients set to None by hand
def lab_train(model, batches, validation, steps, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    curve = []
    for step in range(steps):
        X, y = batches[step % len(batches)]
        for parameter in model.parameters():
            parameter.grad = None
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        losses = [F.cross_entropy(model(X), y).detach() for X, y in validation]
        sizes = [len(y) for _, y in validation]
        curve.append(float(sum(loss * size for loss, size in zip(losses, sizes))) / sum(sizes))
    return curve

# %% wrong lab_cause: the garbage collector is blamed
# loses lab_cause_letter: not the cause
def lab_cause():
    return "b"

# %% wrong lab_cause: the optimizer is blamed
# loses lab_cause_letter: not the cause
def lab_cause():
    return "a"

# %% wrong lab_cause: a sentence instead of a letter
# loses lab_cause_letter: return one letter
def lab_cause():
    return "the curve keeps the graphs"

# %% right lab_cause: a capital letter
def lab_cause():
    return "D"

# %% equivalent random_depth: self.layer = nn.Linear(width, width) -> self.layer = nn.Linear(width, width)
# because the two arguments that were swapped are the same

# %% equivalent encode_batch: clean = x.masked_fill(~mask.unsqueeze(-1), 0.0) -> clean = x.masked_fill(~mask.unsqueeze(-1), 1.0)
# because what the cell makes of the padding is never kept, as long as it is finite

# %% equivalent early_exit: exits = torch.zeros(len(x), dtype=torch.int64) -> exits = torch.ones(len(x), dtype=torch.int64)
# because every row leaves somewhere, and is given its index there
