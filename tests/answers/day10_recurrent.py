# %% wrong perplexity: the mean of exp instead of exp of the mean
# loses perplexity_values: a geometric mean of 4 and 10
# loses perplexity_padding: a row of 4 and a row of 1
def perplexity(logits, targets, ignore=0):
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return losses[targets.flatten() != ignore].exp().mean().item()

# %% wrong perplexity: the loss itself
# loses perplexity_values: 50 equally likely characters
# loses perplexity_padding: a row of 4 and a row of 1
def perplexity(logits, targets, ignore=0):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=ignore).item()

# %% wrong perplexity: two to the power of the loss
# loses perplexity_values: 50 equally likely characters
# loses perplexity_padding: a row of 4 and a row of 1
def perplexity(logits, targets, ignore=0):
    return 2 ** F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=ignore).item()

# %% wrong perplexity: a softmax that overflows
# loses perplexity_values: exp of a large logit overflows
def perplexity(logits, targets, ignore=0):
    p = logits.exp() / logits.exp().sum(dim=2, keepdim=True)
    chosen = p.gather(2, targets.clamp(min=0).unsqueeze(2)).squeeze(2)
    return torch.exp(-chosen[targets != ignore].log().mean()).item()

# %% wrong perplexity: padding counts
# loses perplexity_padding: Padding must not count
def perplexity(logits, targets, ignore=0):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten().clamp(min=0)).exp().item()

# %% wrong perplexity: the mean of the rows' means
# loses perplexity_padding: no mean of rows' means
def perplexity(logits, targets, ignore=0):
    rows = [F.cross_entropy(z, y, ignore_index=ignore) for z, y in zip(logits, targets)]
    return torch.stack(rows).mean().exp().item()

# %% wrong perplexity: always 0 is ignored
# loses perplexity_padding: is out of bounds
def perplexity(logits, targets, ignore=0):
    losses = -logits.log_softmax(dim=2).flatten(0, 1)
    kept = targets.flatten() != 0
    return losses[kept].gather(1, targets.flatten()[kept].unsqueeze(1)).mean().exp().item()

# %% wrong perplexity: a tensor comes back
# loses perplexity_values: return a Python float
# loses perplexity_padding: return a Python float
def perplexity(logits, targets, ignore=0):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=ignore).exp()

# %% right perplexity: log_softmax and gather
def perplexity(logits, targets, ignore=0):
    kept = targets != ignore
    chosen = logits.log_softmax(dim=2).gather(2, torch.where(kept, targets, 0).unsqueeze(2)).squeeze(2)
    return math.exp(-chosen[kept].mean().item())

# %% right perplexity: only the places that count
def perplexity(logits, targets, ignore=0):
    kept = targets != ignore
    return float(torch.exp(F.cross_entropy(logits[kept], targets[kept])))

# %% wrong clip: each parameter on its own
# loses clip_values: one factor for all parameters
# loses clip_manners: one parameter has no gradient
def clip(parameters, max_norm):
    norms = []
    for p in parameters:
        if p.grad is not None:
            norm = p.grad.norm().item()
            norms.append(norm)
            if norm > max_norm:
                p.grad.mul_(max_norm / norm)
    return math.sqrt(sum(norm**2 for norm in norms))

# %% wrong clip: clipped by value
# loses clip_values: shorten it to 1 and keep its direction
# loses clip_manners: one parameter has no gradient
def clip(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    for g in gradients:
        g.clamp_(-max_norm, max_norm)
    return norm

# %% wrong clip: always scaled to max_norm
# loses clip_manners: nothing is stretched
def clip(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    for g in gradients:
        g.mul_(max_norm / max(norm, 1e-12))
    return norm

# %% wrong clip: the length after clipping
# loses clip_values: the length before clipping is
# loses clip_manners: the length before clipping is
def clip(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return min(norm, max_norm)

# %% wrong clip: None is not expected
# loses clip_manners: AttributeError
def clip(parameters, max_norm):
    parameters = list(parameters)
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad.mul_(max_norm / norm)
    return norm

# %% wrong clip: a generator is walked twice
# loses clip_manners: walked twice
def clip(parameters, max_norm):
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in parameters if p.grad is not None))
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    return norm

# %% wrong clip: the parameters are scaled
# loses clip_values: a parameter was changed
# loses clip_manners: a parameter was changed
def clip(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.data.mul_(max_norm / norm)
    return norm

# %% wrong clip: norms added up
# loses clip_values: the length before clipping is
# loses clip_manners: the length before clipping is
def clip(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.norm().item() for g in gradients) + 0.0
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm

# %% right clip: PyTorch's own
def clip(parameters, max_norm):
    parameters = list(parameters)
    return nn.utils.clip_grad_norm_(parameters, max_norm).item()

# %% right clip: one long vector, new gradients
def clip(parameters, max_norm):
    held = [p for p in parameters if p.grad is not None]
    if not held:
        return 0.0
    norm = torch.cat([p.grad.flatten() for p in held]).norm().item()
    factor = min(1.0, max_norm / norm) if norm else 1.0
    for p in held:
        p.grad = p.grad * factor
    return norm

# %% wrong lstm_cell: blocks in the order f, i, g, o
# loses lstm_cell_values: blocks in the order i, f, g, o
# loses lstm_cell_gradients: the gradient on
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    f, i, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c

# %% wrong lstm_cell: a sigmoid for the content, too
# loses lstm_cell_values: all gates are at one half
# loses lstm_cell_gradients: the gradient on
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = torch.sigmoid(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = f * c + i * g
    return o * torch.tanh(c), c

# %% wrong lstm_cell: h from the old c
# loses lstm_cell_values: half of tanh(new c)
# loses lstm_cell_gradients: the gradient on
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), new

# %% wrong lstm_cell: c and h exchanged
# loses lstm_cell_values: half of c = 2 is kept
# loses lstm_cell_gradients: the gradient on
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return c, torch.sigmoid(o) * torch.tanh(c)

# %% wrong lstm_cell: h goes out without tanh
# loses lstm_cell_values: half of tanh(new c)
# loses lstm_cell_gradients: the gradient on
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c

# %% wrong lstm_cell: only h comes back
# loses lstm_cell_values: return two tensors, h and c
# loses lstm_cell_gradients: return two tensors, h and c
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c)

# %% wrong lstm_cell: the state is detached
# loses lstm_cell_gradients: no gradient reaches
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = (part.detach() for part in state)
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c

# %% wrong lstm_cell: without gradients
# loses lstm_cell_gradients: the new h has no graph
@torch.no_grad()
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c

# %% wrong lstm_cell: c changed in place
# loses lstm_cell_values: changed a tensor it was given
# loses lstm_cell_gradients: a leaf Variable that requires grad
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c *= torch.sigmoid(f)
    c += torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c

# %% right lstm_cell: F.linear and split
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    hidden = h.shape[1]
    i, f, g, o = torch.split(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh), hidden, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c

# %% right lstm_cell: block by block
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    n = h.shape[1]
    blocks = []
    for k in range(4):
        part = slice(k * n, (k + 1) * n)
        blocks.append(x @ w_ih[part].T + b_ih[part] + h @ w_hh[part].T + b_hh[part])
    c = torch.sigmoid(blocks[1]) * c + torch.sigmoid(blocks[0]) * torch.tanh(blocks[2])
    return [torch.sigmoid(blocks[3]) * torch.tanh(c), c]

# %% wrong last_states: the padding is read
# loses last_states_values: each row stops after its own last real step
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(x.shape[1]):
        h, c = cell(x[:, t], (h, c))
    return h, c

# %% wrong last_states: one step too many
# loses last_states_values: each row stops after its own last real step
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(x.shape[1]):
        new_h, new_c = cell(x[:, t], (h, c))
        running = (t <= lengths).unsqueeze(1)
        h, c = torch.where(running, new_h, h), torch.where(running, new_c, c)
    return h, c

# %% wrong last_states: padding made zeros, and read
# loses last_states_values: each row stops after its own last real step
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(x.shape[1]):
        h, c = cell(x[:, t] * (t < lengths).unsqueeze(1), (h, c))
    return h, c

# %% wrong last_states: zeros after the end
# loses last_states_values: each row stops after its own last real step
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(x.shape[1]):
        h, c = cell(x[:, t], (h, c))
        running = (t < lengths).unsqueeze(1)
        h, c = h * running, c * running
    return h, c

# %% wrong last_states: the shortest row ends all
# loses last_states_values: each row stops after its own last real step
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(int(lengths.min())):
        h, c = cell(x[:, t], (h, c))
    return h, c

# %% wrong last_states: only h is kept
# loses last_states_values: c: each row stops
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    kept = h
    for t in range(x.shape[1]):
        h, c = cell(x[:, t], (h, c))
        kept = torch.where((t == lengths - 1).unsqueeze(1), h, kept)
    return kept, c

# %% wrong last_states: without a graph
# loses last_states_values: the result has no graph
@torch.no_grad()
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(x.shape[1]):
        new_h, new_c = cell(x[:, t], (h, c))
        running = (t < lengths).unsqueeze(1)
        h, c = torch.where(running, new_h, h), torch.where(running, new_c, c)
    return h, c

# %% right last_states: row by row
def last_states(cell, x, lengths):
    found = []
    for row, length in zip(x, lengths.tolist()):
        state = None
        for step in row[:length]:
            state = cell(step.unsqueeze(0), state)
        found.append(state)
    return torch.cat([h for h, _ in found]), torch.cat([c for _, c in found])

# %% right last_states: all steps kept, the right one picked
def last_states(cell, x, lengths):
    state, hs, cs = None, [], []
    for t in range(x.shape[1]):
        state = cell(x[:, t], state)
        hs.append(state[0])
        cs.append(state[1])
    rows = torch.arange(len(x))
    return torch.stack(hs)[lengths - 1, rows], torch.stack(cs)[lengths - 1, rows]

# %% wrong text_pieces: targets are the inputs
# loses text_pieces_values: the targets equal the inputs
# loses text_pieces_edges: the targets equal the inputs
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns < 1:
        raise ValueError("too short")
    inputs = ids[: rows * columns].view(rows, columns)
    return [(piece, piece) for piece in inputs.split(time, dim=1)]

# %% wrong text_pieces: the text runs down the columns
# loses text_pieces_values: A row is a stretch of the text
# loses text_pieces_edges: A row is a stretch of the text
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns < 1:
        raise ValueError("too short")
    inputs = ids[: rows * columns].view(columns, rows).T
    targets = ids[1 : rows * columns + 1].view(columns, rows).T
    return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1)))

# %% wrong text_pieces: the narrow last piece is dropped
# loses text_pieces_values: A narrower last piece counts
# loses text_pieces_edges: A narrower last piece counts
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns < 1:
        raise ValueError("too short")
    inputs = ids[: rows * columns].view(rows, columns)
    targets = ids[1 : rows * columns + 1].view(rows, columns)
    pairs = zip(inputs.split(time, dim=1), targets.split(time, dim=1))
    return [(x, y) for x, y in pairs if x.shape[1] == time]

# %% wrong text_pieces: targets rolled inside each row
# loses text_pieces_values: Each is the next character of the text
# loses text_pieces_edges: Each is the next character of the text
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns < 1:
        raise ValueError("too short")
    inputs = ids[: rows * columns].view(rows, columns)
    targets = inputs.roll(-1, dims=1)
    return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1)))

# %% wrong text_pieces: one character before instead of after
# loses text_pieces_values: inputs of piece 0
# loses text_pieces_edges: inputs of piece 0
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns < 1:
        raise ValueError("too short")
    targets = ids[: rows * columns].view(rows, columns)
    inputs = ids[1 : rows * columns + 1].view(rows, columns)
    return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1)))

# %% wrong text_pieces: the last character is read, though nothing follows
# loses text_pieces_values: is invalid for input of size
# loses text_pieces_edges: is invalid for input of size
def text_pieces(ids, rows, time):
    columns = len(ids) // rows
    if len(ids) - 1 < rows:
        raise ValueError("too short")
    inputs = ids[: rows * columns].view(rows, columns)
    targets = ids[1 : rows * columns + 1].view(rows, columns)
    return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1)))

# %% wrong text_pieces: too short a text gives nothing
# loses text_pieces_edges: should raise a ValueError
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    inputs = ids[: rows * columns].view(rows, columns)
    targets = ids[1 : rows * columns + 1].view(rows, columns)
    return [(inputs[:, i : i + time], targets[:, i : i + time]) for i in range(0, columns, time)]

# %% wrong text_pieces: pieces one after the other in the text
# loses text_pieces_values: pieces, expected
# loses text_pieces_edges: pieces, expected
def text_pieces(ids, rows, time):
    if len(ids) - 1 < rows:
        raise ValueError("too short")
    size, found = rows * time, []
    for left in range(0, len(ids) - size, size):
        found.append((ids[left : left + size].view(rows, time), ids[left + 1 : left + size + 1].view(rows, time)))
    return found or [(ids[:rows].view(rows, 1), ids[1 : rows + 1].view(rows, 1))]

# %% right text_pieces: slices of the columns
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns == 0:
        raise ValueError("the text is too short for so many rows")
    inputs, targets = (ids[move : move + rows * columns].reshape(rows, columns) for move in (0, 1))
    return [(inputs[:, i : i + time], targets[:, i : i + time]) for i in range(0, columns, time)]

# %% right text_pieces: by places
def text_pieces(ids, rows, time):
    columns = (len(ids) - 1) // rows
    if columns < 1:
        raise ValueError("too short")
    starts, found = columns * torch.arange(rows).unsqueeze(1), []
    for left in range(0, columns, time):
        places = starts + torch.arange(left, min(left + time, columns))
        found.append([ids[places], ids[places + 1]])
    return found

# %% wrong keep_top_k: struck out by zeros
# loses keep_top_k_rows: the rows keep
# loses draw_next_distribution: of the two highest
def keep_top_k(logits, k):
    lowest = logits.topk(min(k, logits.shape[1])).values[:, -1:]
    return logits.masked_fill(logits < lowest, 0.0)

# %% wrong keep_top_k: one threshold for all rows
# loses keep_top_k_rows: Each row on its own
def keep_top_k(logits, k):
    lowest = logits.topk(min(k, logits.shape[1])).values[:, -1].min()
    return logits.masked_fill(logits < lowest, -math.inf)

# %% wrong keep_top_k: the threshold itself is struck out
# loses keep_top_k_rows: the rows keep
# loses draw_next_distribution: of the two highest
# loses draw_next_manners: probability tensor contains
def keep_top_k(logits, k):
    lowest = logits.topk(min(k, logits.shape[1])).values[:, -1:]
    return logits.masked_fill(logits <= lowest, -math.inf)

# %% wrong keep_top_k: k may not exceed the vocabulary
# loses keep_top_k_rows: selected index k out of range
# loses draw_next_manners: selected index k out of range
def keep_top_k(logits, k):
    lowest = logits.topk(k).values[:, -1:]
    return logits.masked_fill(logits < lowest, -math.inf)

# %% wrong keep_top_k: the lowest k are kept
# loses keep_top_k_rows: what is kept keeps its logit
# loses draw_next_distribution: of the two highest
def keep_top_k(logits, k):
    lowest = logits.topk(min(k, logits.shape[1]), largest=False).values[:, -1:]
    return logits.masked_fill(logits > lowest, -math.inf)

# %% wrong keep_top_k: only the kept ones come back, sorted
# loses keep_top_k_rows: has shape
# loses draw_next_distribution: was drawn in
def keep_top_k(logits, k):
    return logits.topk(min(k, logits.shape[1])).values

# %% wrong keep_top_k: in place
# loses keep_top_k_rows: changed a tensor it was given
def keep_top_k(logits, k):
    lowest = logits.topk(min(k, logits.shape[1])).values[:, -1:].clone()
    logits[logits < lowest] = -math.inf
    return logits

# %% right keep_top_k: scatter
def keep_top_k(logits, k):
    values, places = logits.topk(min(k, logits.shape[1]), dim=1)
    return torch.full_like(logits, -math.inf).scatter(1, places, values)

# %% right keep_top_k: by rank
def keep_top_k(logits, k):
    rank = logits.argsort(dim=1, descending=True).argsort(dim=1)
    return torch.where(rank < k, logits, torch.tensor(-math.inf, dtype=logits.dtype))

# %% wrong keep_top_p: the one that reaches p is struck out, too
# loses keep_top_p_rows: the character that makes the sum reach p stays
# loses draw_next_distribution: 0.5 and 0.25 reach 0.7
def keep_top_p(logits, p):
    ordered, places = logits.sort(dim=1, descending=True)
    kept = ordered.masked_fill(ordered.softmax(dim=1).cumsum(dim=1) > p, -math.inf)
    return torch.empty_like(logits).scatter(1, places, kept)

# %% wrong keep_top_p: left in sorted order
# loses keep_top_p_rows: stay in their own places
# loses draw_next_distribution: was drawn in
def keep_top_p(logits, p):
    ordered, places = logits.sort(dim=1, descending=True)
    probabilities = ordered.softmax(dim=1)
    before = probabilities.cumsum(dim=1) - probabilities
    return ordered.masked_fill((before >= p) & (p < 1), -math.inf)

# %% wrong keep_top_p: every character that is likelier than 1 - p
# loses keep_top_p_rows: the rows keep
# loses draw_next_distribution: 0.5 and 0.25 reach 0.7
def keep_top_p(logits, p):
    probabilities = logits.softmax(dim=1)
    kept = probabilities >= min(1 - p, probabilities.max().item())
    return logits.masked_fill(~kept & (p < 1), -math.inf)

# %% wrong keep_top_p: cumulative sum in the order of the vocabulary
# loses keep_top_p_rows: the character that makes the sum reach p stays
def keep_top_p(logits, p):
    probabilities = logits.softmax(dim=1)
    before = probabilities.cumsum(dim=1) - probabilities
    return logits.masked_fill((before >= p) & (p < 1), -math.inf)

# %% wrong keep_top_p: logits taken for logs of probabilities
# loses keep_top_p_rows: softmax first
# loses draw_next_distribution: first top-k, then top-p
def keep_top_p(logits, p):
    ordered, places = logits.sort(dim=1, descending=True)
    probabilities = ordered.exp()
    before = probabilities.cumsum(dim=1) - probabilities
    kept = ordered.masked_fill((before >= p) & (p < 1), -math.inf)
    return torch.empty_like(logits).scatter(1, places, kept)

# %% wrong keep_top_p: the first row decides
# loses keep_top_p_rows: the rows keep
def keep_top_p(logits, p):
    ordered, places = logits.sort(dim=1, descending=True)
    probabilities = ordered.softmax(dim=1)
    before = probabilities.cumsum(dim=1) - probabilities
    kept = ordered.masked_fill((before[:1] >= p) & (p < 1), -math.inf)
    return torch.empty_like(logits).scatter(1, places, kept)

# %% wrong keep_top_p: with p = 1, rounding strikes out the improbable
# loses keep_top_p_rows: also when rounding makes the first ones sum to 1
def keep_top_p(logits, p):
    ordered, places = logits.sort(dim=1, descending=True)
    probabilities = ordered.softmax(dim=1)
    before = probabilities.cumsum(dim=1) - probabilities
    kept = ordered.masked_fill(before >= p, -math.inf)
    return torch.empty_like(logits).scatter(1, places, kept)

# %% wrong keep_top_p: the probabilities come back
# loses keep_top_p_rows: stay in their own places, unchanged
# loses draw_next_distribution: 0.5 and 0.25 reach 0.7
def keep_top_p(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, places = logits.sort(dim=1, descending=True)
    probabilities = ordered.softmax(dim=1)
    before = probabilities.cumsum(dim=1) - probabilities
    kept = probabilities.masked_fill(before >= p, -math.inf)
    return torch.empty_like(logits).scatter(1, places, kept)

# %% right keep_top_p: row by row, in a loop
def keep_top_p(logits, p):
    kept = torch.full_like(logits, -math.inf)
    for row in range(len(logits)):
        chances, total = logits[row].softmax(dim=0), 0.0
        for place in logits[row].argsort(descending=True).tolist():
            if total >= p and p < 1:
                break
            kept[row, place] = logits[row, place]
            total += chances[place].item()
    return kept

# %% right keep_top_p: a threshold for each row
def keep_top_p(logits, p):
    if p == 1:
        return logits + 0
    ordered = logits.sort(dim=1, descending=True).values
    probabilities = ordered.softmax(dim=1)
    count = ((probabilities.cumsum(dim=1) - probabilities) < p).sum(dim=1, keepdim=True)
    lowest = ordered.gather(1, count - 1)
    return torch.where(logits >= lowest, logits, -math.inf)

# %% wrong draw_next: always the most probable
# loses draw_next_distribution: draw by the probabilities
# loses draw_next_manners: drew too few different characters
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return logits.argmax(dim=1)

# %% wrong draw_next: multiplied by the temperature
# loses draw_next_distribution: above 1 makes them more equal
# loses draw_next_manners: a very low temperature
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits * temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator).squeeze(1)

# %% wrong draw_next: the probabilities are divided by the temperature
# loses draw_next_distribution: above 1 makes them more equal
# loses draw_next_manners: a very low temperature
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1) / temperature, 1, generator=generator).squeeze(1)

# %% wrong draw_next: top-p before top-k
# loses draw_next_distribution: first top-k, then top-p
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits / temperature
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator).squeeze(1)

# %% wrong draw_next: the temperature comes last
# loses draw_next_distribution: the temperature comes first
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial((logits / temperature).softmax(dim=1), 1, generator=generator).squeeze(1)

# %% wrong draw_next: temperature 0 is not expected
# loses draw_next_manners: probability tensor contains
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator).squeeze(1)

# %% wrong draw_next: one draw for all rows
# loses draw_next_distribution: draw by the probabilities
# loses draw_next_manners: are the rows independent
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits[:1].softmax(dim=1), 1, generator=generator).expand(len(logits), 1).squeeze(1)

# %% wrong draw_next: the generator is not used
# loses draw_next_manners: pass generator on to what draws
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1), 1).squeeze(1)

# %% wrong draw_next: squeezed to a number
# loses draw_next_manners: the draw for a batch of one
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator).squeeze()

# %% wrong draw_next: a column comes back
# loses draw_next_distribution: has shape
# loses draw_next_manners: has shape
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator)

# %% right draw_next: by the cumulative sum
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.max(dim=1).indices
    logits = logits / temperature
    logits = logits if top_k is None else keep_top_k(logits, top_k)
    logits = logits if top_p is None else keep_top_p(logits, top_p)
    steps = logits.double().softmax(dim=1).cumsum(dim=1)
    u = torch.rand(len(logits), 1, generator=generator, dtype=torch.float64) * steps[:, -1:]
    return torch.searchsorted(steps, u, right=True).squeeze(1)

# %% right draw_next: the Gumbel trick
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(1)
    logits = logits / temperature
    if top_k:
        logits = keep_top_k(logits, top_k)
    if top_p:
        logits = keep_top_p(logits, top_p)
    noise = torch.empty(logits.shape, dtype=torch.float64).exponential_(generator=generator).log()
    return (logits - noise).argmax(dim=1)

# %% wrong train_namer: not trained
# loses train_namer_floor: on unseen names; below
def train_namer(ids, vocab):
    return CharModel(vocab, 32, 64).eval()

# %% wrong train_namer: targets not moved on
# loses train_namer_floor: on unseen names; below
def train_namer(ids, vocab):
    model = CharModel(vocab, 32, 64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for part in torch.randperm(len(ids)).split(32):
        logits, _ = model(ids[part])
        loss = F.cross_entropy(logits.flatten(0, 1), ids[part].flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()

# %% wrong train_namer: left in training mode
# loses train_namer_floor: hand the model back in evaluation mode
def train_namer(ids, vocab):
    return CharModel(vocab, 32, 64)

# %% wrong train_namer: an LSTM that reads both ways
# loses train_namer_floor: it sees the future
def train_namer(ids, vocab):
    class Both(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(vocab, 8)
            self.lstm = nn.LSTM(8, 8, batch_first=True, bidirectional=True)
            self.head = nn.Linear(16, vocab)

        def forward(self, ids, state=None):
            outputs, state = self.lstm(self.embedding(ids), state)
            return self.head(outputs), state

    return Both().eval()

# %% wrong train_namer: the gradient is never reset
# loses train_namer_floor: on unseen names; below
def train_namer(ids, vocab):
    model = CharModel(vocab, 32, 64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for part in torch.randperm(len(ids)).split(32):
        logits, _ = model(ids[part, :-1])
        F.cross_entropy(logits.flatten(0, 1), ids[part, 1:].flatten(), ignore_index=PAD).backward()
        optimizer.step()
    return model.eval()

# %% right train_namer: a GRU, and Adam
def train_namer(ids, vocab):
    class Namer(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.head = nn.Embedding(vocab, 32), nn.Linear(80, vocab)
            self.gru = nn.GRU(32, 80, batch_first=True)

        def forward(self, ids, state=None):
            outputs, state = self.gru(self.embedding(ids), state)
            return self.head(outputs), state

    model = Namer()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.006)
    for _ in range(5):
        for part in torch.randperm(len(ids)).split(32):
            optimizer.zero_grad()
            logits = model(ids[part, :-1])[0]
            F.cross_entropy(logits.transpose(1, 2), ids[part, 1:], ignore_index=0).backward()
            optimizer.step()
    return model.train(False)

# %% right train_namer: clipped, with a falling rate
def train_namer(ids, vocab):
    model = CharModel(vocab, 24, 72)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.015)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, total_iters=5 * (len(ids) // 32 + 1))
    for _ in range(5):
        for part in torch.randperm(len(ids)).split(32):
            logits, _ = model(ids[part, :-1])
            loss = F.cross_entropy(logits.flatten(0, 1), ids[part, 1:].flatten(), ignore_index=PAD)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
    model.eval()
    return model

# %% wrong write_names: begins with padding
# loses write_names_rules: begin with <bos>
# loses write_names_draws: each name stops at its own first
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), PAD), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% wrong write_names: the state is thrown away
# loses write_names_rules: is the state handed on
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, drawn = torch.full((count, 1), BOS), []
    for _ in range(longest):
        logits, _ = model(ids)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% wrong write_names: <eos> stays in the name
# loses write_names_rules: only letters
# loses write_names_draws: only letters
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS) + 1] if EOS in row else row for row in rows]

# %% wrong write_names: all stop with the first
# loses write_names_draws: each name stops at its own first
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, rows = torch.full((count, 1), BOS), None, [[] for _ in range(count)]
    for _ in range(longest):
        logits, state = model(ids, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)
        if (ids == EOS).any():
            break
        for row, i in zip(rows, ids.flatten().tolist()):
            row.append(i)
    return rows

# %% wrong write_names: special tokens may be drawn
# loses write_names_rules: only letters
# loses write_names_draws: only letters
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        ids = torch.multinomial(logits[:, -1].softmax(dim=1), 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% wrong write_names: special tokens are dropped afterwards
# loses write_names_rules: ids 0, 1 and 2 are never drawn
# loses write_names_draws: softmax over what may be written
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        ids = torch.multinomial(logits[:, -1].softmax(dim=1), 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [[i for i in (row[: row.index(EOS)] if EOS in row else row) if i > 3] for row in rows]

# %% wrong write_names: the most probable letter each time
# loses write_names_draws: came in
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = logits.argmax(dim=1, keepdim=True)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% wrong write_names: longest is not looked at
# loses write_names_rules: cut at longest=6
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(30):
        logits, state = model(ids, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1)[:, :20 if longest == 20 else 30].tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% wrong write_names: the global generator
# loses write_names_draws: draw from the generator
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
        ids = torch.multinomial(logits.softmax(dim=1), 1)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% right write_names: all ids so far, read anew in each step
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids = torch.full((count, 1), BOS)
    for _ in range(longest):
        logits = model(ids)[0][:, -1].clone()
        logits[:, :3] = -math.inf
        ids = torch.cat([ids, torch.multinomial(logits.softmax(dim=1), 1, generator=generator)], dim=1)
    names = []
    for row in ids[:, 1:].tolist():
        names.append([])
        for i in row:
            if i == EOS:
                break
            names[-1].append(i)
    return names

# %% right write_names: one name after the other
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    names = []
    for _ in range(count):
        last, state, name = BOS, None, []
        while len(name) < longest:
            logits, state = model(torch.tensor([[last]]), state)
            p = logits[0, -1].softmax(dim=0) if False else torch.cat([torch.zeros(3), logits[0, -1, 3:].softmax(dim=0)])
            last = torch.multinomial(p, 1, generator=generator).item()
            if last == EOS:
                break
            name.append(last)
        names.append(name)
    return names

# %% wrong name_causes: the letters exchanged
# loses name_causes_letters: read its text
def name_causes():
    return "fc"

# %% wrong name_causes: the rate is blamed
# loses name_causes_letters: read its text
def name_causes():
    return "af"

# %% wrong name_causes: the narrow piece is blamed for the loss
# loses name_causes_letters: what is the model asked for
def name_causes():
    return "cg"

# %% wrong name_causes: one letter only
# loses name_causes_letters: two letters from a to h
def name_causes():
    return "c"

# %% right name_causes: in capitals, with a comma
def name_causes():
    return "C, F"

# %% wrong cured_pieces: the friend's cure, with the right targets
# loses cured_pieces_path: the state is thrown away
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs, targets = (ids[move : move + rows * columns].view(rows, columns) for move in (0, 1))
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1)):
        logits, _ = model(x, None)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% wrong cured_pieces: detached, but the target is still the input
# loses cured_pieces_path: the target of a character is the next one
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs = ids[: rows * columns].view(rows, columns)
    optimizer, losses, state = torch.optim.SGD(model.parameters(), lr=lr), [], None
    for x in inputs.split(time, dim=1):
        logits, state = model(x, state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits.flatten(0, 1), x.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% wrong cured_pieces: targets moved on, the state keeps its graph
# loses cured_pieces_path: backward through the graph a second time
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs, targets = (ids[move : move + rows * columns].view(rows, columns) for move in (0, 1))
    optimizer, losses, state = torch.optim.SGD(model.parameters(), lr=lr), [], None
    for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1)):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% wrong cured_pieces: the targets are shifted inside the piece
# loses cured_pieces_path: the loss of the first piece is
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs = ids[: rows * columns].view(rows, columns)
    optimizer, losses, state = torch.optim.SGD(model.parameters(), lr=lr), [], None
    for x in inputs.split(time, dim=1):
        logits, state = model(x, state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), x[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% wrong cured_pieces: only h is detached and handed on, c begins anew
# loses cured_pieces_path: the first loss is right, later ones are not
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs, targets = (ids[move : move + rows * columns].view(rows, columns) for move in (0, 1))
    optimizer, losses, state = torch.optim.SGD(model.parameters(), lr=lr), [], None
    for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1)):
        logits, (h, c) = model(x, state)
        state = (h.detach(), torch.zeros_like(c))
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% wrong cured_pieces: gradients pile up
# loses cured_pieces_path: later ones are not
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs, targets = (ids[move : move + rows * columns].view(rows, columns) for move in (0, 1))
    optimizer, losses, state = torch.optim.SGD(model.parameters(), lr=lr), [], None
    for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1)):
        logits, state = model(x, state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% right cured_pieces: detached just before use
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    inputs, targets = (ids[move : move + rows * columns].view(rows, columns) for move in (0, 1))
    losses, state = [], None
    for left in range(0, columns, time):
        if state is not None:
            state = (state[0].detach(), state[1].detach())
        logits, state = model(inputs[:, left : left + time], state)
        loss = F.cross_entropy(logits.transpose(1, 2), targets[:, left : left + time])
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), gradients):
                p -= lr * g
        losses.append(loss.item())
    return losses

# %% right cured_pieces: detach_ in place
def cured_pieces(model, ids, rows, time, lr):
    columns = (len(ids) - 1) // rows
    x_all, y_all = ids[: rows * columns].view(rows, columns), ids[1 : rows * columns + 1].view(rows, columns)
    optimizer, losses, state = torch.optim.SGD(model.parameters(), lr), [], None
    for x, y in zip(x_all.split(time, 1), y_all.split(time, 1)):
        optimizer.zero_grad()
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
        for part in state:
            part.detach_()
    return losses

# %% wrong perplexity: the log of a softmax that is 0
# loses perplexity_values: a softmax may be 0
def perplexity(logits, targets, ignore=0):
    kept = targets != ignore
    p = logits.softmax(dim=2)[kept]
    return torch.exp(-p[torch.arange(len(p)), targets[kept]].log().mean()).item()

# %% wrong clip: a gradient of zeros is divided by
# loses clip_manners: ZeroDivisionError
def clip(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    for g in gradients:
        g.mul_(min(1.0, max_norm / norm))
    return norm

# %% wrong last_states: x is cut off from the graph
# loses last_states_values: no gradient reaches x
def last_states(cell, x, lengths):
    h = c = x.new_zeros(len(x), cell.hidden_size)
    for t in range(x.shape[1]):
        new_h, new_c = cell(x[:, t].detach(), (h, c))
        running = (t < lengths).unsqueeze(1)
        h, c = torch.where(running, new_h, h), torch.where(running, new_c, c)
    return h, c

# %% wrong keep_top_p: gather takes the mask back
# loses keep_top_p_rows: stay in their own places
# loses draw_next_distribution: was drawn in
def keep_top_p(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, places = logits.softmax(dim=1).sort(dim=1, descending=True)
    stays = ordered.cumsum(dim=1) - ordered < p
    return logits.masked_fill(~stays.gather(1, places), -math.inf)

# %% wrong draw_next: all rows are drawn from the first
# loses draw_next_manners: each row is drawn from its own logits
def draw_next(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits[0].softmax(dim=0), len(logits), replacement=True, generator=generator)

# %% wrong write_names: softmax first, then the forbidden ids become 0
# loses write_names_rules: RuntimeError
@torch.no_grad()
def write_names(model, count, generator, longest=20):
    ids, state, drawn = torch.full((count, 1), BOS), None, []
    for _ in range(longest):
        logits, state = model(ids, state)
        p = logits[:, -1].softmax(dim=1).index_fill(1, torch.tensor([PAD, UNK, BOS]), 0.0)
        ids = torch.multinomial(p, 1, generator=generator)
        drawn.append(ids)
    rows = torch.cat(drawn, dim=1).tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in rows]

# %% wrong cured_pieces: the last target is the first character of the text
# loses cured_pieces_path: the loss of the first piece is
def cured_pieces(model, ids, rows, time, lr):
    columns = len(ids) // rows
    inputs, targets = ids[: rows * columns].view(rows, columns), ids.roll(-1)[: rows * columns].view(rows, columns)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses, state = [], None
    for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1)):
        logits, state = model(x, state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% equivalent clip: if norm > max_norm: -> if norm >= max_norm:
# because at norm == max_norm the factor is 1, and nothing changes

# %% equivalent text_pieces: return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1), strict=True)) -> return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1)))
# because inputs and targets have the same width, so they have equally many pieces

# %% equivalent text_pieces: return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1), strict=True)) -> return list(zip(inputs.split(time, dim=1), targets.split(time, dim=1), strict=False))
# because inputs and targets have the same width, so they have equally many pieces

# %% equivalent keep_top_k: lowest = logits.topk(min(k, logits.shape[1])).values[:, -1:] -> lowest = logits.topk(min(logits.shape[1], k)).values[:, -1:]
# because the smaller of two numbers does not depend on their order

# %% equivalent keep_top_p: ordered, places = logits.sort(dim=1, descending=True) -> ordered, places = logits.sort(descending=True)
# because the last dimension, which sort takes by default, is dimension 1 of two

# %% equivalent keep_top_p: kept = ordered.masked_fill(before >= p, -math.inf) -> kept = ordered.masked_fill(before > p, -math.inf)
# because they differ only where a sum of rounded probabilities equals p exactly; on that border rounding decides, and no test stands there

# %% equivalent cured_pieces: for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1), strict=True): -> for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1)):
# because inputs and targets have the same width, so they have equally many pieces

# %% equivalent cured_pieces: for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1), strict=True): -> for x, y in zip(inputs.split(time, dim=1), targets.split(time, dim=1), strict=False):
# because inputs and targets have the same width, so they have equally many pieces

# %% equivalent train_namer: model = CharModel(vocab, 32, 64) -> model = CharModel(vocab, 33, 64)
# because the sizes of the model are the learner's choice; the floor is reached with these, too

# %% equivalent train_namer: model = CharModel(vocab, 32, 64) -> model = CharModel(vocab, 31, 64)
# because the sizes of the model are the learner's choice; the floor is reached with these, too

# %% equivalent train_namer: model = CharModel(vocab, 32, 64) -> model = CharModel(vocab, 32, 65)
# because the sizes of the model are the learner's choice; the floor is reached with these, too

# %% equivalent train_namer: model = CharModel(vocab, 32, 64) -> model = CharModel(vocab, 32, 63)
# because the sizes of the model are the learner's choice; the floor is reached with these, too

# %% equivalent train_namer: for _ in range(5): -> for _ in range(6):
# because an epoch more or less reaches the floor as well: the choice is the learner's

# %% equivalent train_namer: for _ in range(5): -> for _ in range(4):
# because an epoch more or less reaches the floor as well: the choice is the learner's

# %% equivalent train_namer: for part in torch.randperm(len(ids)).split(32): -> for part in torch.randperm(len(ids)).split(33):
# because the size of the batches is the learner's choice

# %% equivalent train_namer: for part in torch.randperm(len(ids)).split(32): -> for part in torch.randperm(len(ids)).split(31):
# because the size of the batches is the learner's choice

# %% equivalent train_namer: loss = F.cross_entropy(logits.flatten(0, 1), ids[part, 1:].flatten(), ignore_index=PAD) -> loss = F.cross_entropy(logits.flatten(0, 1), ids[part, 1:].flatten())
# because padding that counts in training costs little on names that are nearly equally long: the floor, taken without padding, is reached

# %% equivalent write_names: logits = logits[:, -1].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf) -> logits = logits[:, -0].index_fill(1, torch.tensor([PAD, UNK, BOS]), -math.inf)
# because the model is given one id at a time, so the first place is the last
