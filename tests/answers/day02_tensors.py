# %% wrong outer: a and b have changed places
# loses outer_values: a and b have changed places
# loses outer_dtype: has shape (2, 3), expected (3, 2)
def outer(a, b):
    return b[:, None] * a

# %% wrong outer: pairs the numbers up
# loses outer_values: stopped with RuntimeError: The size of tensor a (3) must match
# loses outer_dtype: Compared from the right, two sizes must be equal
def outer(a, b):
    return a * b

# %% wrong outer: loops over both
# loses outer_values: makes more torch calls for bigger inputs
# loses outer_dtype: makes more torch calls for bigger inputs
def outer(a, b):
    out = torch.zeros(len(a), len(b), dtype=torch.promote_types(a.dtype, b.dtype))
    for i in range(len(a)):
        out[i] = a[i] * b
    return out

# %% wrong outer: loops by iterating over a tensor
# loses outer_values: takes values out of torch
# loses outer_dtype: takes values out of torch
def outer(a, b):
    return torch.stack([x * b for x in a])

# %% wrong outer: loops over Python numbers
# loses outer_values: takes values out of torch
# loses outer_dtype: takes values out of torch
def outer(a, b):
    return torch.tensor([[x * y for y in b.tolist()] for x in a.tolist()], dtype=torch.promote_types(a.dtype, b.dtype))

# %% wrong outer: fills a float table
# loses outer_dtype: whole numbers went in
def outer(a, b):
    out = torch.zeros(a.shape[0], b.shape[0], dtype=torch.float64 if a.dtype == torch.float64 else torch.float32)
    out[:] = a.unsqueeze(1) * b.unsqueeze(0)
    return out

# %% wrong outer: goes through float32 and back
# loses outer_dtype: lost digits
def outer(a, b):
    return (a.float()[:, None] * b.float()).to(a.dtype)

# %% wrong outer: whole numbers take the way through float64
# loses outer_dtype: lost digits
def outer(a, b):
    return (a.double()[:, None] * b.double()).to(a.dtype)

# %% wrong outer: no return
# loses outer_values: returned None
# loses outer_dtype: returned None
def outer(a, b):
    a[:, None] * b

# %% right outer: the function of torch
def outer(a, b):
    return torch.outer(a, b)

# %% right outer: einsum
def outer(a, b):
    return torch.einsum("i,j->ij", a, b)

# %% right outer: a matrix product of a column and a row
def outer(a, b):
    column, row = a.reshape(-1, 1), b.reshape(1, -1)
    return column @ row

# %% wrong outer: all whole numbers become int64
# loses outer_dtype: int32 went in
def outer(a, b):
    product = a[:, None] * b
    return product if product.is_floating_point() else product.to(torch.int64)

# %% right outer: a mesh
def outer(a, b):
    rows, columns = torch.meshgrid(a, b, indexing="ij")
    return rows * columns

# %% right outer: every pair, then the product of each
def outer(a, b):
    return torch.cartesian_prod(a, b).prod(dim=1, dtype=a.dtype).reshape(len(a), len(b))

# %% right outer: vmap
def outer(a, b):
    return torch.vmap(lambda number: number * b)(a)

# %% wrong diagonal: one list picks whole rows
# loses diagonal_values: index both axes at once
def diagonal(x):
    return x[torch.arange(min(x.shape))]

# %% wrong diagonal: as long as there are columns
# loses diagonal_values: stopped with IndexError
def diagonal(x):
    place = torch.arange(x.shape[1])
    return x[place, place]

# %% wrong diagonal: as long as there are rows
# loses diagonal_values: stopped with IndexError
def diagonal(x):
    place = torch.arange(len(x))
    return x[place, place]

# %% wrong diagonal: multiplies by a mask and sums
# loses diagonal_values: values beside the diagonal came in
def diagonal(x):
    return (x * torch.eye(*x.shape, dtype=x.dtype)).sum(dim=1)[: min(x.shape)]

# %% wrong diagonal: multiplies by a float mask
# loses diagonal_values: the result has x's dtype
def diagonal(x):
    return (x * torch.eye(*x.shape)).sum(dim=1)[: min(x.shape)]

# %% wrong diagonal: reads the cells one by one
# loses diagonal_values: makes more torch calls
def diagonal(x):
    return torch.stack([x[i, i] for i in range(min(x.shape))])

# %% wrong diagonal: recursion
# loses diagonal_values: makes more torch calls
def diagonal(x):
    if min(x.shape) == 1:
        return x[0, :1]
    return torch.cat([x[0, :1], diagonal(x[1:, 1:])])

# %% right diagonal: the method of torch
def diagonal(x):
    return x.diagonal()

# %% right diagonal: every (columns + 1)th cell
def diagonal(x):
    rows, columns = x.shape
    return x.reshape(-1)[:: columns + 1][: min(rows, columns)]

# %% right diagonal: one place from each row
def diagonal(x):
    shorter = min(x.shape)
    return x[:shorter].gather(1, torch.arange(shorter).unsqueeze(1)).squeeze(1)

# %% right diagonal: a mask picks
def diagonal(x):
    return x[torch.eye(x.shape[0], x.shape[1], dtype=torch.bool)]

# %% wrong diagonal: steps on below the square part
# loses diagonal_values: it ends at the shorter side
def diagonal(x):
    return x.flatten()[:: x.shape[1] + 1]

# %% wrong diagonal: cut off at the number of rows, also where that is the longer side
# loses diagonal_values: it ends at the shorter side
def diagonal(x):
    return x.flatten()[:: x.shape[1] + 1][: len(x)]

# %% wrong diagonal: cleans nan and inf from the diagonal, too
# loses diagonal_values: *on* the diagonal
def diagonal(x):
    return x.nan_to_num(0)[torch.eye(*x.shape) == 1]

# %% wrong diagonal: a sum makes int64 of int32
# loses diagonal_values: int32 went in
def diagonal(x):
    return torch.where(torch.eye(*x.shape) == 1, x, 0).sum(1)[: min(x.shape)]

# %% wrong diagonal: squeezes the only cell, too
# loses diagonal_values: Shape (), expected (1,)
def diagonal(x):
    shorter = min(x.shape)
    return x[:shorter].gather(1, torch.arange(shorter)[:, None]).squeeze()

# %% right diagonal: another stride through the same memory
def diagonal(x):
    return x.as_strided((min(x.shape),), (sum(x.stride()),))

# %% wrong one_hot: whole numbers, and -1 raises
# loses one_hot_values: expected torch.float32
# loses one_hot_edges: stopped with RuntimeError
def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels, classes)

# %% wrong one_hot: as many columns as labels need
# loses one_hot_values: take the number of columns from `classes`
# loses one_hot_edges: has shape (2, 2), expected (2, 3)
def one_hot(labels, classes):
    return (labels.unsqueeze(-1) == torch.arange(int(labels.max()) + 1)).float()

# %% wrong one_hot: -1 counts from the end
# loses one_hot_edges: was given the last class
def one_hot(labels, classes):
    return torch.eye(classes)[labels]

# %% wrong one_hot: for one axis of labels only
# loses one_hot_edges: has shape (6, 4), expected (2, 3, 4)
def one_hot(labels, classes):
    return (labels.reshape(-1, 1) == torch.arange(classes)).float()

# %% wrong one_hot: classes down, labels along
# loses one_hot_values: labels run down the rows
# loses one_hot_edges: expected (2, 3)
def one_hot(labels, classes):
    return (labels == torch.arange(classes)[:, None]).float()

# %% wrong one_hot: returns the mask
# loses one_hot_values: dtype torch.bool, expected torch.float32
# loses one_hot_edges: dtype torch.bool, expected torch.float32
def one_hot(labels, classes):
    return labels.unsqueeze(-1) == torch.arange(classes)

# %% wrong one_hot: a new axis in the middle
# loses one_hot_edges: It was given: shape (2, 3)
def one_hot(labels, classes):
    return (labels[:, None] == torch.arange(classes)).float()

# %% wrong one_hot: writes the ones in pairs, and -1 counts from the end
# loses one_hot_edges: was given the last class
def one_hot(labels, classes):
    out = torch.zeros(len(labels), classes)
    out[torch.arange(len(labels)), labels] = 1
    return out

# %% right one_hot: the rows of the identity, with one row more for unknown labels
def one_hot(labels, classes):
    rows = torch.cat([torch.eye(classes), torch.zeros(1, classes)])
    return rows[torch.where(labels < 0, classes, labels)]

# %% right one_hot: one class more, found from the end by -1, and cut off
def one_hot(labels, classes):
    return torch.eye(classes + 1)[labels][..., :-1]

# %% right one_hot: torch's function, one class later
def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels + 1, classes + 1)[..., 1:].float()

# %% right one_hot: scatter into one column too many, then cut
def one_hot(labels, classes):
    out = torch.zeros(*labels.shape, classes + 1)
    out.scatter_(-1, (labels % (classes + 1)).unsqueeze(-1), 1.0)
    return out[..., :classes]

# %% wrong one_hot: knows two ranks
# loses one_hot_edges: It was given: shape ()
def one_hot(labels, classes):
    column = labels[:, None] if labels.dim() == 1 else labels[:, :, None]
    return (column == torch.arange(classes)).float()

# %% wrong bucketize: an edge belongs below
# loses bucketize_edges: a value that equals an edge belongs to the bucket above
def bucketize(values, edges):
    return (values[..., None] > edges).sum(-1)

# %% wrong bucketize: torch's function with its default side
# loses bucketize_edges: a value that equals an edge belongs to the bucket above
def bucketize(values, edges):
    return torch.bucketize(values, edges)

# %% wrong bucketize: counts values, not edges
# loses bucketize_values: Sum along the edges' axis
# loses bucketize_edges: has shape (2,), expected (3,)
def bucketize(values, edges):
    return (values[..., None] >= edges).sum(0)

# %% wrong bucketize: a float sum
# loses bucketize_values: the number of a bucket is whole
# loses bucketize_edges: has dtype torch.float32
def bucketize(values, edges):
    return (values[..., None] >= edges).float().sum(-1)

# %% wrong bucketize: for values of one axis only
# loses bucketize_edges: stopped with RuntimeError
def bucketize(values, edges):
    return (values[:, None] >= edges).sum(dim=1)

# %% wrong bucketize: loops over the edges
# loses bucketize_values: takes values out of torch
# loses bucketize_edges: takes values out of torch
def bucketize(values, edges):
    out = torch.zeros(values.shape, dtype=torch.int64)
    for edge in edges:
        out += values >= edge
    return out

# %% wrong bucketize: a new axis at the end, summed as if it were dim 1
# loses bucketize_edges: has shape (2, 2), expected (2, 3)
def bucketize(values, edges):
    return (values.unsqueeze(-1) >= edges).sum(dim=1)

# %% wrong bucketize: equal edges count once
# loses bucketize_edges: one edge twice
def bucketize(values, edges):
    return torch.bucketize(values, edges.unique(), right=True)

# %% wrong bucketize: the highest edge reached, where there is one
# loses bucketize_edges: stopped with IndexError
def bucketize(values, edges):
    return torch.where(values[..., None] >= edges, torch.arange(1, len(edges) + 1), 0).amax(-1)

# %% wrong bucketize: the first edge not reached, which inf does not find
# loses bucketize_values: inf has reached every edge
def bucketize(values, edges):
    padded = torch.cat([edges, torch.tensor([torch.inf], dtype=torch.float64)])
    return (values[..., None] < padded).int().argmax(-1)

# %% wrong bucketize: whole numbers take the way through float32
# loses bucketize_values: way through floats
def bucketize(values, edges):
    return (values.float()[..., None] >= edges.float()).sum(-1)

# %% wrong bucketize: subtracts, and bytes wrap
# loses bucketize_edges: Compare instead of subtracting
def bucketize(values, edges):
    return (values[..., None] - edges >= 0).sum(-1)

# %% wrong bucketize: edges in front of two axes
# loses bucketize_edges: It was given: shape (2, 1, 3)
def bucketize(values, edges):
    return (values >= edges[:, None, None]).sum(0).reshape(values.shape)

# %% right bucketize: counts what is not zero
def bucketize(values, edges):
    return torch.count_nonzero(values[..., None] >= edges, dim=-1)

# %% right bucketize: torch's function, from the right
def bucketize(values, edges):
    return torch.bucketize(values, edges, right=True)

# %% right bucketize: searchsorted
def bucketize(values, edges):
    return torch.searchsorted(edges, values.contiguous(), side="right")

# %% wrong running_total: looks into the future
# loses running_total_values: so the rows must be s, the columns t
# loses running_total_window: each step and the one before it
def running_total(x, window):
    step = torch.arange(x.shape[1])
    back = step[:, None] - step
    return x @ ((back >= 0) & (back < window)).to(x.dtype)

# %% wrong running_total: adds up along the batch
# loses running_total_values: adds up along the batch
# loses running_total_window: each step and the one before it
def running_total(x, window):
    return x.cumsum(0)

# %% wrong running_total: forgets the window
# loses running_total_window: sums of all steps so far
def running_total(x, window):
    return x.cumsum(1)

# %% wrong running_total: window off by one
# loses running_total_window: these are windows of 3
def running_total(x, window):
    step = torch.arange(x.shape[1])
    back = step[:, None] - step
    return x @ ((back >= 0) & (back <= window)).to(x.dtype).T

# %% wrong running_total: a float mask
# loses running_total_values: stopped with RuntimeError
# loses running_total_window: stopped with RuntimeError
def running_total(x, window):
    step = torch.arange(x.shape[1])
    back = step[:, None] - step
    return x @ ((back >= 0) & (back < window)).float().T

# %% wrong running_total: a bool mask
# loses running_total_values: bring both to one dtype
# loses running_total_window: bring both to one dtype
def running_total(x, window):
    t = torch.arange(x.shape[1])[:, None]
    s = torch.arange(x.shape[1])
    return x @ ((s <= t) & (t - s < window)).T

# %% wrong running_total: whole numbers take the way through floats
# loses running_total_window: lost digits
def running_total(x, window):
    step = torch.arange(x.shape[1])
    back = step[:, None] - step
    return (x.double() @ ((back >= 0) & (back < window)).double().T).to(x.dtype)

# %% wrong running_total: in place
# loses running_total_values: changed a tensor it was given
# loses running_total_window: changed a tensor it was given
def running_total(x, window):
    total = x.cumsum(1)
    x.copy_(total)
    x[:, window:] -= total[:, :-window]
    return x

# %% wrong running_total: a loop over time
# loses running_total_values: there is a loop in it
# loses running_total_window: there is a loop in it
def running_total(x, window):
    return torch.stack([x[:, max(0, t - window + 1) : t + 1].sum(1, dtype=x.dtype) for t in range(x.shape[1])], dim=1)

# %% wrong running_total: the difference of two sums keeps a trace of what has left the window
# loses running_total_window: The difference of two large sums
def running_total(x, window):
    total = x.cumsum(dim=1, dtype=x.dtype)
    earlier = torch.zeros_like(total)
    earlier[:, window:] = total[:, :-window]
    return total - earlier

# %% wrong running_total: a sum makes int64 of int32
# loses running_total_window: torch.int32 went in
def running_total(x, window):
    padded = torch.cat([x.new_zeros(x.shape[0], window - 1), x], dim=1)
    return padded.unfold(1, window, 1).sum(dim=-1)

# %% wrong running_total: fractions take the way through float32
# loses running_total_values: in float64
# loses running_total_window: torch.float64 went in
def running_total(x, window):
    padded = torch.nn.functional.pad(x, (window - 1, 0)).unfold(1, window, 1)
    return padded.sum(dim=-1, dtype=torch.float32 if x.is_floating_point() else x.dtype)

# %% wrong running_total: later steps count, too
# loses running_total_values: later steps must not count
# loses running_total_window: if s <= t and t - s < window
def running_total(x, window):
    t = torch.arange(x.shape[1])
    return x @ (t - t[:, None] < window).to(x.dtype)

# %% wrong running_total: the start of the series takes from its end
# loses running_total_values: come round from the end
# loses running_total_window: No step before the first
def running_total(x, window):
    time = x.shape[1]
    place = (torch.arange(time)[:, None] - torch.arange(min(window, time))) % time
    return x[:, place].sum(-1).to(x.dtype)

# %% wrong running_total: Python's and
# loses running_total_values: Between masks stand &
# loses running_total_window: Between masks stand &
def running_total(x, window):
    t = torch.arange(x.shape[1])
    s = t[:, None]
    return x @ (s <= t and t - s < window).to(x.dtype)

# %% right running_total: the places of each window, and where for those before the start
def running_total(x, window):
    back = torch.arange(min(window, x.shape[1]))
    place = torch.arange(x.shape[1])[:, None] - back
    return torch.where(place >= 0, x[:, place.clamp(min=0)], 0).sum(-1).to(x.dtype)

# %% right running_total: sliding windows over a padded series
def running_total(x, window):
    padded = torch.cat([x.new_zeros(x.shape[0], window - 1), x], dim=1)
    return padded.unfold(1, window, 1).sum(dim=-1, dtype=x.dtype)

# %% right running_total: where and sum, one axis more, and back to the dtype
def running_total(x, window):
    t = torch.arange(x.shape[1]).unsqueeze(1)
    s = torch.arange(x.shape[1]).unsqueeze(0)
    return torch.where((s <= t) & (s > t - window), x.unsqueeze(1), 0).sum(dim=2).to(x.dtype)

# %% right running_total: a mask cut by tril and triu
def running_total(x, window):
    ones = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype)
    return x @ ones.triu().tril(window - 1)

# %% wrong masked_mean: plain mean counts the padding
# loses masked_mean_values: the padding is being counted
# loses masked_mean_empty: zeros for a sentence without real steps
# loses masked_mean_nan: nan came through
def masked_mean(x, mask):
    return x.mean(dim=1)

# %% wrong masked_mean: divides by time
# loses masked_mean_values: divide by the number of real steps
# loses masked_mean_empty: zeros for a sentence without real steps
# loses masked_mean_nan: the masked step holds nan and inf
def masked_mean(x, mask):
    return torch.where(mask[:, :, None], x, 0).mean(dim=1)

# %% wrong masked_mean: only the sum
# loses masked_mean_values: this is the sum of the real steps
# loses masked_mean_empty: zeros for a sentence without real steps
# loses masked_mean_nan: the masked step holds nan and inf
def masked_mean(x, mask):
    return torch.where(mask[:, :, None], x, 0).sum(dim=1)

# %% wrong masked_mean: multiplies by the mask
# loses masked_mean_nan: 0 * nan is nan
def masked_mean(x, mask):
    weights = mask.unsqueeze(-1).to(x.dtype)
    return (x * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)

# %% wrong masked_mean: divides by zero
# loses masked_mean_empty: from 0 / 0
# loses masked_mean_nan: all padding is -inf here
def masked_mean(x, mask):
    real = mask.unsqueeze(-1)
    return torch.where(real, x, 0).sum(dim=1) / real.sum(dim=1)

# %% wrong masked_mean: adds something small to the divisor
# loses masked_mean_values: wrong for shape
# loses masked_mean_empty: a little off
def masked_mean(x, mask):
    real = mask.unsqueeze(-1)
    return torch.where(real, x, 0).sum(dim=1) / (real.sum(dim=1).to(x.dtype) + 1e-6)

# %% wrong masked_mean: sweeps every nan under the carpet
# loses masked_mean_nan: a nan in a *real* step was hidden
def masked_mean(x, mask):
    real = mask.unsqueeze(-1)
    return torch.where(real, x, 0).nan_to_num().sum(dim=1) / real.sum(dim=1).clamp(min=1)

# %% wrong masked_mean: the mean that skips nan skips those of real steps, too
# loses masked_mean_nan: a nan in a *real* step was hidden
def masked_mean(x, mask):
    return x.masked_fill(~mask.unsqueeze(-1), torch.nan).nanmean(dim=1).nan_to_num(posinf=torch.inf, neginf=-torch.inf)

# %% wrong masked_mean: cleans all data first
# loses masked_mean_nan: a nan in a *real* step was hidden
def masked_mean(x, mask):
    clean = x.nan_to_num(0, 0, 0) * mask.unsqueeze(-1)
    return clean.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)

# %% wrong masked_mean: zeroes the caller's tensor
# loses masked_mean_values: changed a tensor it was given
# loses masked_mean_empty: changed a tensor it was given
# loses masked_mean_nan: changed a tensor it was given
def masked_mean(x, mask):
    x[~mask] = 0
    return x.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)

# %% wrong masked_mean: forgets keepdim when dividing
# loses masked_mean_values: stopped with RuntimeError: The size of tensor a (3) must match
# loses masked_mean_empty: zeros for a sentence without real steps
# loses masked_mean_nan: keepdim=True and None leave or make a size of 1
def masked_mean(x, mask):
    return torch.where(mask[:, :, None], x, 0).sum(dim=1) / mask.sum(dim=1).clamp(min=1)

# %% wrong masked_mean: sentence by sentence
# loses masked_mean_values: loop
# loses masked_mean_empty: loop
# loses masked_mean_nan: loop
def masked_mean(x, mask):
    out = torch.zeros(x.shape[0], x.shape[2], dtype=x.dtype)
    for b in range(x.shape[0]):
        if mask[b].any():
            out[b] = x[b][mask[b]].mean(dim=0)
    return out

# %% wrong masked_mean: divides by the steps of the whole batch
# loses masked_mean_values: of the whole batch
# loses masked_mean_nan: was hidden
def masked_mean(x, mask):
    return torch.where(mask[..., None], x, 0).sum(1) / mask.sum().clamp(min=1)

# %% wrong masked_mean: the mean of the padding
# loses masked_mean_values: the mean of the padding
# loses masked_mean_empty: zeros for a sentence without real steps
# loses masked_mean_nan: nan came through
def masked_mean(x, mask):
    return torch.where(mask[..., None], 0, x).sum(1) / (~mask).sum(1, keepdim=True).clamp(min=1)

# %% wrong masked_mean: hides the inf of real steps
# loses masked_mean_nan: in a *real* step was hidden
def masked_mean(x, mask):
    kept = torch.where(mask[..., None], x, 0)
    return torch.where(kept.isinf(), 0, kept).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)

# %% wrong masked_mean: keeps nan, and makes a large number of inf
# loses masked_mean_nan: in a *real* step was hidden
def masked_mean(x, mask):
    kept = torch.where(mask[..., None], x, 0).nan_to_num(torch.nan)
    return kept.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)

# %% wrong masked_mean: adds very little to the divisor
# loses masked_mean_empty: a little off
def masked_mean(x, mask):
    count = mask.sum(1, keepdim=True).double() + 1e-8
    return torch.where(mask[..., None], x, 0).sum(1) / count.to(x.dtype)

# %% right masked_mean: adds up the real steps by their sentence's number
def masked_mean(x, mask):
    sentence, step = mask.nonzero(as_tuple=True)
    total = x.new_zeros(x.shape[0], x.shape[2]).index_add(0, sentence, x[sentence, step])
    return total / mask.sum(1, keepdim=True).clamp(min=1)

# %% right masked_mean: the number of steps as a column
def masked_mean(x, mask):
    return torch.where(mask[:, :, None], x, 0).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)

# %% right masked_mean: divides by 0, and replaces what comes of it
def masked_mean(x, mask):
    real = mask[..., None]
    count = real.sum(dim=1)
    return torch.where(count > 0, torch.where(real, x, 0).sum(dim=1) / count, 0)

# %% right masked_mean: masked_fill on a copy, then a sum
def masked_mean(x, mask):
    kept = x.masked_fill(~mask.unsqueeze(2), 0)
    return kept.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)

# %% right masked_mean: zero the padding of a clone, then a batched matrix product
def masked_mean(x, mask):
    clean = x.clone()
    clean[~mask] = 0
    weights = mask.to(x.dtype) / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return (weights.unsqueeze(1) @ clean).squeeze(1)

# %% wrong distances: something tiny under the root
# loses distances_same: distance 0 from itself
def distances(a, b):
    return (((a[:, None] - b) ** 2).sum(-1) + 1e-20).sqrt()

# %% wrong distances: squared
# loses distances_values: the root is missing
# loses distances_same: distances of four points
# loses distances_far: two points 5 m apart
def distances(a, b):
    return ((a[:, None] - b) ** 2).sum(-1)

# %% wrong distances: absolute differences
# loses distances_values: sum of the absolute differences
# loses distances_same: distances of four points
# loses distances_far: two points 5 m apart
def distances(a, b):
    return (a[:, None] - b).abs().sum(-1)

# %% wrong distances: b down, a along
# loses distances_values: a's points run down the rows
# loses distances_far: has shape (1, 2), expected (2, 1)
def distances(a, b):
    return torch.linalg.vector_norm(b[:, None] - a, dim=-1)

# %% wrong distances: subtracts in pairs
# loses distances_values: stopped with RuntimeError
# loses distances_same: has shape (4,), expected (4, 4)
# loses distances_far: has shape (2,), expected (2, 1)
def distances(a, b):
    return ((a - b) ** 2).sum(-1).sqrt()

# %% wrong distances: the binomial formula
# loses distances_same: 2ab
# loses distances_far: subtract first
def distances(a, b):
    return ((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T).sqrt()

# %% wrong distances: the binomial formula, clamped
# loses distances_same: 2ab
# loses distances_far: subtract first
def distances(a, b):
    return ((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T).clamp(min=0).sqrt()

# %% wrong distances: the binomial formula around the mean of a
# loses distances_same: around whatever centre
# loses distances_far: two clusters
def distances(a, b):
    middle = a.mean(dim=0)
    a, b = a - middle, b - middle
    return ((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T).clamp(min=0).sqrt()

# %% wrong distances: the binomial formula around the mean of both
# loses distances_same: around whatever centre
# loses distances_far: two clusters
def distances(a, b):
    middle = torch.cat([a, b]).mean(dim=0)
    a, b = a - middle, b - middle
    return ((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T).clamp(min=0).sqrt()

# %% wrong distances: torch's function around the mean
# loses distances_far: two clusters
def distances(a, b):
    middle = a.mean(dim=0)
    return torch.cdist(a - middle, b - middle)

# %% wrong distances: float64 takes the way through float32
# loses distances_values: Is float64 kept
# loses distances_far: float32 cannot tell them apart
def distances(a, b):
    return ((a.float()[:, None] - b.float()) ** 2).sum(-1).sqrt().to(a.dtype)

# %% wrong distances: something small under the root
# loses distances_same: something small was added before the root
def distances(a, b):
    return (((a[:, None] - b) ** 2).sum(-1) + 1e-16).sqrt()

# %% wrong distances: torch's function for pairs, which adds something small
# loses distances_values: in float64
# loses distances_same: something small was added before the root
def distances(a, b):
    return torch.nn.functional.pairwise_distance(a[:, None], b)

# %% wrong distances: rounds
# loses distances_values: every point of a from every point of b
# loses distances_same: distances of four points
# loses distances_far: 30 points near 10,000
def distances(a, b):
    return ((a[:, None] - b) ** 2).sum(-1).sqrt().round(decimals=3)

# %% wrong distances: sums over the points of b
# loses distances_values: summed over b's points
# loses distances_same: has shape (4, 3), expected (4, 4)
# loses distances_far: has shape (2, 2), expected (2, 1)
def distances(a, b):
    return ((a[:, None] - b) ** 2).sum(1).sqrt()

# %% wrong distances: a loop over the points of a
# loses distances_values: loop
# loses distances_same: loop
# loses distances_far: loop
def distances(a, b):
    return torch.stack([torch.linalg.vector_norm(point - b, dim=1) for point in a])

# %% right distances: the norm
def distances(a, b):
    return torch.linalg.vector_norm(a.unsqueeze(1) - b.unsqueeze(0), dim=2)

# %% wrong distances: torch's function, which takes the formula for many points
# loses distances_far: for more than 25 points
def distances(a, b):
    return torch.cdist(a, b)

# %% right distances: torch's function, without the formula
def distances(a, b):
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")

# %% right distances: differences in float64, around the mean of all points
def distances(a, b):
    middle = torch.cat([a, b]).double().mean(dim=0)
    a_, b_ = a.double() - middle, b.double() - middle
    difference = a_.unsqueeze(1) - b_.unsqueeze(0)
    return torch.einsum("nmd,nmd->nm", difference, difference).sqrt().to(a.dtype)

# %% wrong normalise: one mean for everything
# loses normalise_values: which dims should disappear
# loses normalise_edges: channel 0 is of one colour
def normalise(images, eps=1e-5):
    return (images - images.mean()) / (images.var(correction=0) + eps).sqrt()

# %% wrong normalise: over the batch, as batch normalisation does
# loses normalise_values: which dims should disappear
# loses normalise_edges: for an eps of
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(0, 2, 3), keepdim=True)
    variance = images.var(dim=(0, 2, 3), keepdim=True, correction=0)
    return (images - mean) / (variance + eps).sqrt()

# %% wrong normalise: the sample variance
# loses normalise_values: pass correction=0
# loses normalise_edges: channel 1 is not of one colour
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / (images.var(dim=(2, 3), keepdim=True) + eps).sqrt()

# %% wrong normalise: forgets keepdim
# loses normalise_values: stopped with RuntimeError
# loses normalise_edges: stopped with RuntimeError
def normalise(images, eps=1e-5):
    return (images - images.mean(dim=(2, 3))) / (images.var(dim=(2, 3), correction=0) + eps).sqrt()

# %% wrong normalise: no eps
# loses normalise_values: wrong for shape
# loses normalise_edges: from 0 / 0
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / images.std(dim=(2, 3), keepdim=True, correction=0)

# %% wrong normalise: eps added to the deviation
# loses normalise_values: Is eps added to the variance
# loses normalise_edges: added before the root
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / (images.std(dim=(2, 3), keepdim=True, correction=0) + eps)

# %% wrong normalise: a small number of its own
# loses normalise_values: Is eps added to the variance
# loses normalise_edges: with eps=0.5
def normalise(images, eps=1e-5):
    centred = images - images.mean(dim=(2, 3), keepdim=True)
    return centred / (images.std(dim=(2, 3), keepdim=True, correction=0) + 1e-5)

# %% wrong normalise: divides by the variance
# loses normalise_values: the root is missing
# loses normalise_edges: channel 1 is not of one colour
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / (images.var(dim=(2, 3), keepdim=True, correction=0) + eps)

# %% wrong normalise: the mean of the squares minus the square of the mean
# loses normalise_values: subtract the mean first
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    variance = (images**2).mean(dim=(2, 3), keepdim=True) - mean**2
    return (images - mean) / (variance + eps).sqrt()

# %% wrong normalise: all pictures become float32
# loses normalise_values: has dtype torch.float32, expected torch.float64
# loses normalise_edges: dtype torch.float32, expected torch.float64
def normalise(images, eps=1e-5):
    images = images.float()
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / (images.var(dim=(2, 3), keepdim=True, correction=0) + eps).sqrt()

# %% wrong normalise: in place
# loses normalise_values: changed a tensor it was given
# loses normalise_edges: changed a tensor it was given
def normalise(images, eps=1e-5):
    images -= images.mean(dim=(2, 3), keepdim=True)
    images /= (images.var(dim=(2, 3), keepdim=True, correction=0) + eps).sqrt()
    return images

# %% wrong normalise: another eps than the given one
# loses normalise_edges: the eps that was given
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / (images.var(dim=(2, 3), keepdim=True, correction=0) + 1e-5).sqrt()

# %% wrong normalise: eps as a floor of the variance
# loses normalise_values: Is eps added to the variance
# loses normalise_edges: expected (images - mean) / sqrt(variance + 0.5)
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    return (images - mean) / images.var(dim=(2, 3), keepdim=True, correction=0).clamp(min=eps).sqrt()

# %% wrong normalise: hides nan
# loses normalise_edges: must not be hidden
def normalise(images, eps=1e-5):
    mean = images.mean(dim=(2, 3), keepdim=True)
    variance = images.var(dim=(2, 3), keepdim=True, correction=0)
    return ((images - mean) / (variance + eps).sqrt()).nan_to_num(0)

# %% right normalise: torch's function
def normalise(images, eps=1e-5):
    return torch.nn.functional.instance_norm(images, eps=eps)

# %% right normalise: the normalisation of layers, over height and width
def normalise(images, eps=1e-5):
    return torch.nn.functional.layer_norm(images, images.shape[2:], eps=eps)

# %% wrong normalise: as a batch of one, by torch's function, which refuses an eps of 0
# loses normalise_edges: eps must be positive
def normalise(images, eps=1e-5):
    flat = images.reshape(1, -1, *images.shape[2:])
    return torch.nn.functional.batch_norm(flat, None, None, training=True, eps=eps).reshape(images.shape)

# %% right normalise: groups of one channel
def normalise(images, eps=1e-5):
    return torch.nn.functional.group_norm(images, images.shape[1], eps=eps)

# %% right normalise: flat pictures, and the mean of the squares by hand
def normalise(images, eps=1e-5):
    flat = images.flatten(start_dim=2)
    centred = flat - flat.mean(dim=-1, keepdim=True)
    return (centred * (centred.square().mean(dim=-1, keepdim=True) + eps).rsqrt()).reshape(images.shape)

# %% wrong train: unrepaired
# loses train_fits: everybody still gets the same mark
# loses train_steps: as in the friend's program
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        predictions = features @ weight + bias
        loss = ((predictions - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% wrong train: hides the symptom with a random start
# loses train_fits: only hide it
# loses train_steps: Keep zeros as the start
def train(features, marks, steps=400, rate=0.1):
    weight = torch.randn(features.shape[1], 1, generator=torch.Generator().manual_seed(0), requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% wrong train: hides the symptom with more and larger steps
# loses train_fits: only hide it
# loses train_steps: one step from weight 0
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(5 * steps):
        loss = ((features @ weight + bias - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= 2 * rate * weight.grad
            bias -= 2 * rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% wrong train: right shapes, but the gradients add up
# loses train_fits: differ from those of least squares
# loses train_steps: is the gradient cleared
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
    return weight.detach(), bias.detach(), loss.item()

# %% wrong train: the exact solution instead of the repair
# loses train_steps: one step from weight 0
def train(features, marks, steps=400, rate=0.1):
    with_ones = torch.cat([features, torch.ones(len(features), 1)], dim=1)
    solution = torch.linalg.lstsq(with_ones, marks.unsqueeze(1)).solution
    return solution[:-1], solution[-1], ((with_ones @ solution - marks.unsqueeze(1)) ** 2).mean().item()

# %% wrong train: the sum of the errors, with a rate to suit
# loses train_steps: one step from weight 0
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            weight -= 0.005 * weight.grad
            bias -= 0.005 * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item() / len(marks)

# %% wrong train: the loss after the last step instead of before it
# loses train_steps: taken before the parameters move
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), ((features @ weight + bias - marks) ** 2).mean().item()

# %% wrong train: right shapes, and a sum that makes the steps too long
# loses train_fits: grew instead of falling
# loses train_steps: the mean of the squared errors as the loss
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        predictions = features @ weight + bias
        loss = ((predictions[:, 0] - marks) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% wrong train: right shapes, and another rate
# loses train_fits: grew instead of falling
# loses train_steps: at rate 0.5
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        predictions = features @ weight + bias
        loss = ((predictions[:, 0] - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= 100 * rate * weight.grad
            bias -= 100 * rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% wrong train: a bias for each mark
# loses train_fits: expected 2 weights and 1 bias
# loses train_steps: all marks share them
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(len(marks), 1, requires_grad=True)
    for _ in range(steps):
        predictions = features @ weight + bias
        loss = ((predictions[:, 0] - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% right train: predictions as a row
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        predictions = features @ weight + bias
        loss = ((predictions.T - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% right train: the gradient by hand
def train(features, marks, steps=400, rate=0.1):
    weight, bias = torch.zeros(features.shape[1]), torch.zeros(1)
    for _ in range(steps):
        error = features @ weight + bias - marks
        loss = (error**2).mean().item()
        weight -= rate * 2 * (error @ features) / len(marks)
        bias -= rate * 2 * error.mean()
    return weight, bias, loss

# %% right train: marks as a column
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    target = marks.unsqueeze(1)
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(features @ weight + bias, target)
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad.zero_()
        bias.grad.zero_()
    return weight, bias, loss.item()

# %% right train: a weight of rank 1, and an optimizer
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], requires_grad=True)
    bias = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (features @ weight + bias - marks).square().mean()
        loss.backward()
        optimizer.step()
    return weight.detach(), bias.detach(), loss.item()

# %% right train: the diagonal of the table
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks).diagonal() ** 2).mean()
        weight_grad, bias_grad = torch.autograd.grad(loss, [weight, bias])
        with torch.no_grad():
            weight -= rate * weight_grad
            bias -= rate * bias_grad
    return weight.detach(), bias.detach(), loss.item()

# %% wrong lab_cause: blames the learning rate
# loses lab_cause_letter: another one
def lab_cause():
    return "b"

# %% wrong lab_cause: a sentence instead of a letter
# loses lab_cause_letter: return one letter
def lab_cause():
    return "the shapes"

# %% right lab_cause: a capital letter
def lab_cause():
    return "C"

# %% right lab_cause: with spaces
def lab_cause():
    return " c "

# %% right train: squeezed predictions
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        predictions = (features @ weight + bias).squeeze(1)
        loss = ((predictions - marks) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.item()

# %% equivalent train: assert predictions.shape == marks.shape, 'each prediction belongs to one mark' -> pass
# because the shapes are equal in every call once weight has rank 1: the line guards later changes, and computes nothing

# %% right train: a list of the three
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks[:, None]) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return [weight.detach(), bias.detach(), loss.item()]

# %% wrong train: the loss stays a tensor
# loses train_fits: the loss should be a Python float
# loses train_steps: a Python float
def train(features, marks, steps=400, rate=0.1):
    weight = torch.zeros(features.shape[1], 1, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    for _ in range(steps):
        loss = ((features @ weight + bias - marks[:, None]) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= rate * weight.grad
            bias -= rate * bias.grad
        weight.grad = bias.grad = None
    return weight.detach(), bias.detach(), loss.detach()
