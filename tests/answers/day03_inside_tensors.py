# %% wrong places: the offset is forgotten
# loses places_values: was the offset added?
# loses overlap_interleaved: two rows of one table share a storage, but no place in it
def places(shape, strides, offset):
    result = torch.tensor(0)
    for size, stride in zip(shape, strides):
        result = result.unsqueeze(-1) + stride * torch.arange(size)
    return result

# %% wrong places: numbered in reading order, as if every tensor were contiguous
# loses places_values: places of shape (2, 3), strides (4, 1), offset 5
# loses overlap_storage: a row and a column of one table meet in one place
# loses overlap_interleaved: even and odd columns lie between each other
def places(shape, strides, offset):
    count = 1
    for size in shape:
        count *= size
    return offset + torch.arange(count).reshape(shape)

# %% wrong places: for tables alone
# loses places_values: places stopped with IndexError
# loses overlap_storage: in places, line
# loses overlap_interleaved: in places, line
def places(shape, strides, offset):
    rows = torch.arange(shape[0])[:, None] * strides[0]
    columns = torch.arange(shape[1]) * strides[1]
    return offset + rows + columns

# %% wrong places: each new axis is put in front
# loses places_values: the axes have changed places
def places(shape, strides, offset):
    result = torch.tensor(offset)
    for size, stride in zip(shape, strides):
        result = result + (stride * torch.arange(size)).reshape(-1, *[1] * result.dim())
    return result

# %% wrong places: a Python list
# loses places_values: should be a torch.Tensor; it is a list
# loses overlap_storage: overlap stopped with
# loses overlap_interleaved: overlap stopped with
def places(shape, strides, offset):
    if not shape:
        return offset
    return [places(shape[1:], strides[1:], offset + i * strides[0]) for i in range(shape[0])]

# %% right places: torch walks along a row of all places itself
def places(shape, strides, offset):
    reach = offset + sum(max(size - 1, 0) * stride for size, stride in zip(shape, strides)) + 1
    return torch.arange(reach).as_strided(shape, strides, offset)

# %% right places: from the last axis to the first, with reshapes
def places(shape, strides, offset):
    result = torch.full(tuple(shape), offset)
    for axis in range(len(shape)):
        steps = torch.arange(shape[axis]) * strides[axis]
        result = result + steps.reshape([-1 if other == axis else 1 for other in range(len(shape))])
    return result

# %% right places: meshgrid of indices
def places(shape, strides, offset):
    if len(shape) == 0:
        return torch.tensor(offset)
    grids = torch.meshgrid([torch.arange(size) for size in shape], indexing="ij")
    return offset + sum(grid * stride for grid, stride in zip(grids, strides))

# %% wrong overlap: sharing a storage is taken for overlapping
# loses overlap_interleaved: share a storage, but no place in it
def overlap(a, b):
    return same_storage(a, b)

# %% wrong overlap: addresses of the first numbers are compared
# loses overlap_storage: data_ptr() is not the way to compare
def overlap(a, b):
    return a.data_ptr() == b.data_ptr()

# %% wrong overlap: only the first and the last place are looked at
# loses overlap_interleaved: even and odd columns lie between each other
def overlap(a, b):
    if not same_storage(a, b) or not a.numel() or not b.numel():
        return False
    mine = places(a.shape, a.stride(), a.storage_offset())
    theirs = places(b.shape, b.stride(), b.storage_offset())
    return bool(mine.min() <= theirs.max() and theirs.min() <= mine.max())

# %% wrong overlap: values are compared instead of places
# loses overlap_storage: a clone has memory of its own
def overlap(a, b):
    return bool(torch.isin(a.flatten(), b.flatten()).any())

# %% wrong overlap: places are compared, but not the storages
# loses overlap_storage: a clone has memory of its own
def overlap(a, b):
    mine = places(a.shape, a.stride(), a.storage_offset())
    theirs = places(b.shape, b.stride(), b.storage_offset())
    return bool(torch.isin(mine, theirs.flatten()).any())

# %% wrong overlap: returns the places in common
# loses overlap_storage: should return True or False
# loses overlap_interleaved: should return True or False
def overlap(a, b):
    mine = places(a.shape, a.stride(), a.storage_offset())
    theirs = places(b.shape, b.stride(), b.storage_offset())
    return mine[torch.isin(mine, theirs.flatten())]

# %% right overlap: sets of addresses
def overlap(a, b):
    def addresses(t):
        start = t.untyped_storage().data_ptr()
        return {start + p * t.element_size() for p in places(t.shape, t.stride(), t.storage_offset()).flatten().tolist()}

    return bool(addresses(a) & addresses(b))

# %% right overlap: marks a's places in a row of flags, and looks through b's strides
def overlap(a, b):
    if not same_storage(a, b):
        return False
    flags = torch.zeros(a.untyped_storage().nbytes() // a.element_size(), dtype=torch.bool)
    flags[places(a.shape, a.stride(), a.storage_offset())] = True
    return flags.as_strided(b.shape, b.stride(), b.storage_offset()).any()

# %% wrong view_or_copy: every index is believed to be a view
# loses view_or_copy_first: of the first five are right
# loses view_or_copy_last: of the last five are right
def view_or_copy():
    right = {key: "view" if same_storage(f(t := torch.arange(24).reshape(2, 3, 4)), t) else "copy" for key, f in EXPRESSIONS.items()}
    return right | {"t[:, [0, 2]]": "view", "t[t >= 0]": "view"}

# %% wrong view_or_copy: reshape is believed to make a view always, long a copy
# loses view_or_copy_last: of the last five are right
def view_or_copy():
    right = {key: "view" if same_storage(f(t := torch.arange(24).reshape(2, 3, 4)), t) else "copy" for key, f in EXPRESSIONS.items()}
    return right | {"t[:, :, :2].reshape(2, 6)": "view", "t.long()": "copy"}

# %% wrong view_or_copy: each of the two turned round
# loses view_or_copy_first: 0 of the first five are right
# loses view_or_copy_last: 0 of the last five are right
def view_or_copy():
    t = torch.arange(24).reshape(2, 3, 4)
    return {key: "copy" if same_storage(f(t), t) else "view" for key, f in EXPRESSIONS.items()}

# %% wrong view_or_copy: True and False in place of the words
# loses view_or_copy_first: the answer should be 'view' or 'copy'
# loses view_or_copy_last: the answer should be 'view' or 'copy'
def view_or_copy():
    t = torch.arange(24).reshape(2, 3, 4)
    return {key: same_storage(f(t), t) for key, f in EXPRESSIONS.items()}

# %% wrong view_or_copy: a list
# loses view_or_copy_first: should return a dictionary
# loses view_or_copy_last: should return a dictionary
def view_or_copy():
    return ["view", "copy", "view", "copy", "view", "view", "copy", "view", "copy", "view"]

# %% right view_or_copy: proved by the storage
def view_or_copy():
    t = torch.arange(24).reshape(2, 3, 4)
    return {key: "view" if same_storage(f(t), t) else "copy" for key, f in EXPRESSIONS.items()}

# %% right view_or_copy: proved by writing
def view_or_copy():
    answers = {}
    for key, expression in EXPRESSIONS.items():
        t = torch.arange(24).reshape(2, 3, 4)
        result = expression(t)
        before = result.clone()
        t += 1
        answers[key] = "copy" if torch.equal(before, result) else "view"
    return answers

# %% wrong windows: stacked slices are copies
# loses windows_memory: the windows were copied
def windows(x, size, step=1):
    time = x.shape[-1]
    if size < 1 or size > time or step < 1:
        raise ValueError("no such windows")
    return torch.stack([x[..., i : i + size] for i in range(0, time - size + 1, step)], dim=-2)

# %% wrong windows: a column is read along its row
# loses windows_memory: ran along the row
def windows(x, size, step=1):
    time = x.shape[-1]
    if size < 1 or size > time or step < 1:
        raise ValueError("no such windows")
    return x.as_strided((*x.shape[:-1], (time - size) // step + 1, size), (*x.stride()[:-1], step, 1))

# %% wrong windows: contiguous first, so a view is copied
# loses windows_memory: the windows of a view were copied
def windows(x, size, step=1):
    time = x.shape[-1]
    if size < 1 or size > time or step < 1:
        raise ValueError("no such windows")
    return x.contiguous().unfold(-1, size, step)

# %% wrong windows: one window too few
# loses windows_values: windows of 3 in a series of 7
# loses windows_memory: has shape (5, 3), expected (6, 3)
def windows(x, size, step=1):
    time = x.shape[-1]
    if size < 1 or size > time or step < 1:
        raise ValueError("no such windows")
    hop = x.stride(-1)
    return x.as_strided((*x.shape[:-1], (time - size) // step, size), (*x.stride()[:-1], step * hop, hop))

# %% wrong windows: step moves inside the window as well
# loses windows_values: windows of 3, every second one
# loses windows_memory: wrong for an x that is itself a view
def windows(x, size, step=1):
    time = x.shape[-1]
    if size < 1 or size > time or step < 1:
        raise ValueError("no such windows")
    count = (time - size) // step + 1
    return x.unfold(-1, size, 1)[..., :count, :]

# %% wrong windows: impossible sizes raise whatever unfold raises
# loses windows_values: should raise ValueError, not RuntimeError
def windows(x, size, step=1):
    return x.unfold(-1, size, step)

# %% wrong windows: only the greatest size is looked at
# loses windows_values: was accepted: raise ValueError
def windows(x, size, step=1):
    if size > x.shape[-1]:
        raise ValueError("size is larger than the series")
    return x.unfold(-1, size, step)

# %% wrong windows: the axes before the last are lost
# loses windows_values: do the axes before the last keep their strides
# loses windows_memory: ran along the row
def windows(x, size, step=1):
    count = (x.shape[-1] - size) // step + 1
    return x.as_strided((count, size), (step, 1))

# %% wrong windows: a size beyond the series gives no windows, silently
# loses windows_values: was accepted: raise ValueError
def windows(x, size, step=1):
    if size < 1 or size > x.shape[-1] or step < 1:
        return x.new_zeros(0, max(size, 0))
    return x.unfold(-1, size, step)

# %% right windows: unfold, after checking
def windows(x, size, step=1):
    if size < 1 or size > x.shape[-1] or step < 1:
        raise ValueError("no such windows")
    return x.unfold(-1, size, step)

# %% right windows: every window first, then every step-th of them
def windows(x, size, step=1):
    count = x.shape[-1] - size + 1
    if not (1 <= size and 1 <= count and step >= 1):
        raise ValueError(f"size {size}, step {step}")
    *lead, hop = x.stride()
    return torch.as_strided(x, x.shape[:-1] + (count, size), (*lead, hop, hop), x.storage_offset())[..., ::step, :]

# %% wrong equations: the trace adds up everything
# loses equations_tables: trace: 'ij->' computes something else
def equations():
    return {"trace": "ij->", "row_sums": "ij->i", "weighted_rows": "ij,i->ij", "batched_matmul": "nij,njk->nik",
            "attention_scores": "nqhd,nkhd->nhqk", "bilinear": "ni,oij,nj->no"}

# %% wrong equations: the weights run along the row
# loses equations_tables: weighted_rows: torch.einsum cannot compute
def equations():
    return {"trace": "ii->", "row_sums": "ij->i", "weighted_rows": "ij,j->ij", "batched_matmul": "nij,njk->nik",
            "attention_scores": "nqhd,nkhd->nhqk", "bilinear": "ni,oij,nj->no"}

# %% wrong equations: heads stay behind the words
# loses equations_batches: gives the axes in another order
def equations():
    return {"trace": "ii->", "row_sums": "ij->i", "weighted_rows": "ij,i->ij", "batched_matmul": "nij,njk->nik",
            "attention_scores": "nqhd,nkhd->nqhk", "bilinear": "ni,oij,nj->no"}

# %% wrong equations: words of different sentences meet, and the batch is summed over
# loses equations_batches: batched_matmul: 'nij,mjk->ik' computes something else
def equations():
    return {"trace": "ii->", "row_sums": "ij->i", "weighted_rows": "ij,i->ij", "batched_matmul": "nij,mjk->ik",
            "attention_scores": "nqhd,nkhd->nhqk", "bilinear": "ni,oij,nj->no"}

# %% wrong equations: bilinear without its outputs
# loses equations_bilinear: bilinear: 'ni,oij,nj->n' computes something else
def equations():
    return {"trace": "ii->", "row_sums": "ij->i", "weighted_rows": "ij,i->ij", "batched_matmul": "nij,njk->nik",
            "attention_scores": "nqhd,nkhd->nhqk", "bilinear": "ni,oij,nj->n"}

# %% wrong equations: two of them left out, one a function
# loses equations_tables: the equation of row_sums should be a string
# loses equations_batches: should return a dictionary with a key 'batched_matmul'
# loses equations_bilinear: should return a dictionary with a key 'bilinear'
def equations():
    return {"trace": "ii->", "row_sums": row_sums, "weighted_rows": "ij,i->ij"}

# %% wrong equations: the trace keeps its diagonal, row sums run down the columns
# loses equations_tables: trace: 'ii->i' computes something else
# loses equations_batches: gives the axes in another order
def equations():
    return {
        "trace": "ii->i",
        "row_sums": "ij->j",
        "weighted_rows": "ij,i->ij",
        "batched_matmul": "nij,njk->nik",
        "attention_scores": "nqhd,nkhd->nqkh",
        "bilinear": "ni,oij,nj->no",
    }

# %% right equations: other letters
def equations():
    return dict(
        trace="aa->",
        row_sums="rc->r",
        weighted_rows="rc,r->rc",
        batched_matmul="bmk,bkn->bmn",
        attention_scores="btnh,bsnh->bnts",
        bilinear="bx,zxy,by->bz",
    )

# %% right equations: dots and no arrow where none is needed
def equations():
    return {"trace": "ii", "row_sums": "i...->i", "weighted_rows": "i..., i -> i...", "batched_matmul": "...ij,...jk->...ik",
            "attention_scores": "nqhd, nkhd -> nhqk", "bilinear": "ni,oij,nj->no"}

# %% wrong squared_distances: stretched to (n, m, features)
# loses squared_distances_memory: was stored on the way
def squared_distances(a, b):
    return ((a[:, None] - b) ** 2).sum(dim=2)

# %% wrong squared_distances: not clamped
# loses squared_distances_values: some distances are negative
def squared_distances(a, b):
    return (a**2).sum(dim=1, keepdim=True) - 2 * a @ b.T + (b**2).sum(dim=1)

# %% wrong squared_distances: the root is taken
# loses squared_distances_values: these are the distances
# loses squared_distances_memory: between a row of 40 ones and a row of 40 zeros it is 40
def squared_distances(a, b):
    return torch.cdist(a, b)

# %% wrong squared_distances: row after row
# loses squared_distances_memory: there is a loop in it
# loses knn_predict_votes: there is a loop in it
# loses kmeans_step_means: there is a loop in it
def squared_distances(a, b):
    return torch.stack([((row - b) ** 2).sum(dim=1) for row in a])

# %% wrong squared_distances: the factor 2 is missing
# loses squared_distances_values: distances of 3 rows to 2 rows
# loses knn_predict_votes: gets the label of its nearest neighbour
# loses kmeans_step_means: labels: five points
# loses kmeans_step_empty: labels: the second centre
def squared_distances(a, b):
    return ((a**2).sum(dim=1, keepdim=True) - a @ b.T + (b**2).sum(dim=1)).clamp(min=0)

# %% wrong squared_distances: b against a
# loses squared_distances_values: has shape (2, 3), expected (3, 2)
# loses squared_distances_memory: has shape (50, 30), expected (30, 50)
# loses knn_predict_votes: has shape (5,), expected (3,)
# loses kmeans_step_means: kmeans_step stopped with
# loses kmeans_step_empty: labels: the second centre
def squared_distances(a, b):
    return ((b**2).sum(dim=1, keepdim=True) - 2 * b @ a.T + (a**2).sum(dim=1)).clamp(min=0)

# %% right squared_distances: torch's own
def squared_distances(a, b):
    return torch.cdist(a, b) ** 2

# %% right squared_distances: einsum and relu
def squared_distances(a, b):
    aa, bb = torch.einsum("pf,pf->p", a, a), torch.einsum("qf,qf->q", b, b)
    return torch.relu(aa[:, None] + bb[None, :] - 2 * torch.einsum("pf,qf->pq", a, b))

# %% right squared_distances: one product of longer rows, centred first
def squared_distances(a, b):
    shift = b.mean(dim=0)
    a, b = a - shift, b - shift
    left = torch.cat([a, (a * a).sum(1, keepdim=True), torch.ones_like(a[:, :1])], dim=1)
    right = torch.cat([-2 * b, torch.ones_like(b[:, :1]), (b * b).sum(1, keepdim=True)], dim=1)
    return torch.maximum(left @ right.T, torch.zeros((), dtype=a.dtype))

# %% wrong knn_predict: places instead of labels
# loses knn_predict_votes: not their labels
def knn_predict(train_X, train_y, X, k):
    return squared_distances(X, train_X).topk(k, largest=False).indices[:, 0]

# %% wrong knn_predict: only the nearest is asked
# loses knn_predict_votes: with k=3, the majority wins
def knn_predict(train_X, train_y, X, k):
    return train_y[squared_distances(X, train_X).argmin(dim=1)]

# %% wrong knn_predict: labels are averaged, as if they were measurements
# loses knn_predict_votes: with k=3, the majority wins
def knn_predict(train_X, train_y, X, k):
    places = squared_distances(X, train_X).topk(k, largest=False).indices
    return train_y[places].double().mean(dim=1).round().long()

# %% wrong knn_predict: the farthest vote
# loses knn_predict_votes: with k=1, each gets the label of its nearest neighbour
def knn_predict(train_X, train_y, X, k):
    places = squared_distances(X, train_X).topk(k).indices
    return F.one_hot(train_y[places]).sum(dim=1).argmax(dim=1)

# %% wrong knn_predict: of equal votes, the largest label
# loses knn_predict_votes: of equally many votes the smallest label
def knn_predict(train_X, train_y, X, k):
    places = squared_distances(X, train_X).topk(k, largest=False).indices
    votes = F.one_hot(train_y[places]).sum(dim=1)
    return votes.shape[1] - 1 - votes.flip(1).argmax(dim=1)

# %% wrong knn_predict: ten classes, as digits have
# loses knn_predict_votes: Class values must be smaller than num_classes
def knn_predict(train_X, train_y, X, k):
    places_ = squared_distances(X, train_X).topk(k, largest=False).indices
    return F.one_hot(train_y[places_], 10).sum(dim=1).argmax(dim=1)

# %% wrong knn_predict: a loop over the pictures
# loses knn_predict_votes: there is a loop in it
def knn_predict(train_X, train_y, X, k):
    places = squared_distances(X, train_X).topk(k, largest=False).indices
    return torch.stack([torch.bincount(train_y[row]).argmax() for row in places])

# %% right knn_predict: mode, which takes the smallest of equally frequent values
def knn_predict(train_X, train_y, X, k):
    places = squared_distances(X, train_X).topk(k, dim=1, largest=False).indices
    return train_y[places].mode(dim=1).values

# %% right knn_predict: sorted distances, votes collected by scatter
def knn_predict(train_X, train_y, X, k):
    places = torch.cdist(X, train_X).argsort(dim=1)[:, :k]
    votes = torch.zeros(len(X), int(train_y.max()) + 1).scatter_add(1, train_y[places], torch.ones(len(X), k))
    return votes.argmax(dim=1)

# %% wrong kmeans_step: an empty cluster becomes nan
# loses kmeans_step_empty: became nan
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres)).to(X.dtype)
    return labels, member.T @ X / member.sum(dim=0).unsqueeze(1)

# %% wrong kmeans_step: zeros and ones stay whole numbers
# loses kmeans_step_means: bring both to one dtype
# loses kmeans_step_empty: bring both to one dtype
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres))
    moved = member.T @ X / member.sum(dim=0)[:, None]
    return labels, moved

# %% wrong kmeans_step: an empty cluster jumps to zero
# loses kmeans_step_empty: jumped to zero
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres)).to(X.dtype)
    return labels, member.T @ X / member.sum(dim=0).clamp(min=1).unsqueeze(1)

# %% wrong kmeans_step: a loop over the clusters
# loses kmeans_step_means: there is a loop in it
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    moved = [X[labels == j].mean(dim=0) if (labels == j).any() else centres[j] for j in range(len(centres))]
    return labels, torch.stack(moved)

# %% wrong kmeans_step: the centres are moved in place
# loses kmeans_step_means: changed a tensor it was given
# loses kmeans_step_empty: changed a tensor it was given
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres)).to(X.dtype)
    counts = member.sum(dim=0).unsqueeze(1)
    centres.copy_(torch.where(counts > 0, member.T @ X / counts, centres))
    return labels, centres

# %% wrong kmeans_step: the centres alone
# loses kmeans_step_means: should return two things
# loses kmeans_step_empty: should return two things
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres)).to(X.dtype)
    counts = member.sum(dim=0).unsqueeze(1)
    return torch.where(counts > 0, member.T @ X / counts, centres)

# %% wrong kmeans_step: counts as a row, divided along the wrong axis
# loses kmeans_step_means: moved centres
# loses kmeans_step_empty: kmeans_step stopped with RuntimeError
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres)).to(X.dtype)
    counts = member.sum(dim=0)
    return labels, torch.where(counts > 0, member.T @ X / counts, centres)

# %% right kmeans_step: 0 / 0 is nan, and nan gives way to the old centre
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    member = F.one_hot(labels, len(centres)).to(X.dtype)
    moved = member.T @ X / member.sum(dim=0)[:, None]
    return labels, torch.where(moved.isnan(), centres, moved)

# %% right kmeans_step: index_add
def kmeans_step(X, centres):
    labels = squared_distances(X, centres).argmin(dim=1)
    sums = torch.zeros_like(centres).index_add(0, labels, X)
    counts = torch.bincount(labels, minlength=len(centres)).unsqueeze(1)
    return labels, torch.where(counts > 0, sums / counts.clamp(min=1), centres)

# %% right kmeans_step: scatter_reduce leaves what nobody writes to
def kmeans_step(X, centres):
    labels = torch.cdist(X, centres).argmin(dim=1)
    index = labels.unsqueeze(1).expand(-1, X.shape[1])
    return labels, centres.scatter_reduce(0, index, X, reduce="mean", include_self=False)

# %% wrong im2col: merged without bringing the axes into order
# loses im2col_plain: Right shape, wrong places
# loses im2col_options: Right shape, wrong places
# loses conv2d_values: Values differ from F.conv2d's
def im2col(x, size, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    batch, channels = x.shape[:2]
    return x.unfold(2, size, stride).unfold(3, size, stride).reshape(batch, channels * size * size, -1)

# %% wrong im2col: F.unfold itself
# loses im2col_plain: it is what you are to rebuild
# loses im2col_options: it is what you are to rebuild
# loses conv2d_values: it is what you are to rebuild
def im2col(x, size, stride=1, padding=0):
    return F.unfold(x, size, stride=stride, padding=padding)

# %% wrong im2col: padding forgotten
# loses im2col_options: With padding 1
# loses conv2d_values: conv2d stopped with RuntimeError: unflatten
def im2col(x, size, stride=1, padding=0):
    batch, channels = x.shape[:2]
    patches = x.unfold(2, size, stride).unfold(3, size, stride)
    return patches.permute(0, 1, 4, 5, 2, 3).reshape(batch, channels * size * size, -1)

# %% wrong im2col: padding on two sides only
# loses im2col_options: With padding 1
# loses conv2d_values: conv2d stopped with RuntimeError: unflatten
def im2col(x, size, stride=1, padding=0):
    x = F.pad(x, (padding, padding))
    batch, channels = x.shape[:2]
    patches = x.unfold(2, size, stride).unfold(3, size, stride)
    return patches.permute(0, 1, 4, 5, 2, 3).reshape(batch, channels * size * size, -1)

# %% wrong im2col: stride forgotten along the width
# loses im2col_options: With stride 2
# loses conv2d_values: expected
def im2col(x, size, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    batch, channels = x.shape[:2]
    patches = x.unfold(2, size, stride).unfold(3, size, 1)
    return patches.permute(0, 1, 4, 5, 2, 3).reshape(batch, channels * size * size, -1)

# %% wrong im2col: the windows come before the columns
# loses im2col_plain: (batch, channels * size * size, windows)
# loses im2col_options: (batch, channels * size * size, windows)
# loses conv2d_values: conv2d stopped with RuntimeError
def im2col(x, size, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    batch, channels = x.shape[:2]
    patches = x.unfold(2, size, stride).unfold(3, size, stride)
    return patches.permute(0, 2, 3, 1, 4, 5).reshape(batch, -1, channels * size * size)

# %% right im2col: by strides
def im2col(x, size, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    n, c, h, w = x.shape
    high, wide = (h - size) // stride + 1, (w - size) // stride + 1
    sn, sc, sh, sw = x.stride()
    view = x.as_strided((n, c, size, size, high, wide), (sn, sc, sh, sw, stride * sh, stride * sw))
    return view.reshape(n, c * size * size, high * wide)

# %% right im2col: a slice for each place in the window
def im2col(x, size, stride=1, padding=0):
    padded = torch.zeros(*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding, dtype=x.dtype)
    padded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]] = x
    high, wide = (padded.shape[2] - size) // stride + 1, (padded.shape[3] - size) // stride + 1
    slices = [
        padded[:, :, i : i + stride * high : stride, j : j + stride * wide : stride][:, :, :high, :wide]
        for i in range(size)
        for j in range(size)
    ]
    return torch.stack(slices, dim=2).flatten(3).flatten(1, 2)

# %% wrong conv2d: F.conv2d itself
# loses conv2d_values: it is what you are to rebuild
def conv2d(x, weight, bias=None, stride=1, padding=0):
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)

# %% wrong conv2d: stride is not passed on
# loses conv2d_values: expected (1, 2, 2, 3)
def conv2d(x, weight, bias=None, stride=1, padding=0):
    size = weight.shape[-1]
    out = weight.flatten(1) @ im2col(x, size, padding=padding)
    if bias is not None:
        out = out + bias[:, None]
    height = x.shape[2] + 2 * padding - size + 1
    return out.reshape(len(x), len(weight), height, -1)

# %% wrong conv2d: the bias is forgotten
# loses conv2d_values: Two channels in, three out, with a bias
def conv2d(x, weight, bias=None, stride=1, padding=0):
    size = weight.shape[-1]
    result = weight.flatten(1) @ im2col(x, size, stride, padding)
    return result.unflatten(2, ((x.shape[2] + 2 * padding - size) // stride + 1, -1))

# %% wrong conv2d: the window is turned round, as in mathematics
# loses conv2d_values: Values differ from F.conv2d's
def conv2d(x, weight, bias=None, stride=1, padding=0):
    size = weight.shape[-1]
    result = weight.flip(2, 3).flatten(1) @ im2col(x, size, stride, padding)
    if bias is not None:
        result = result + bias[:, None]
    return result.unflatten(2, ((x.shape[2] + 2 * padding - size) // stride + 1, -1))

# %% wrong conv2d: height and width exchanged
# loses conv2d_values: expected (1, 1, 2, 3)
def conv2d(x, weight, bias=None, stride=1, padding=0):
    size = weight.shape[-1]
    result = weight.flatten(1) @ im2col(x, size, stride, padding)
    if bias is not None:
        result = result + bias[:, None]
    return result.unflatten(2, (-1, (x.shape[2] + 2 * padding - size) // stride + 1))

# %% wrong conv2d: the bias runs along the windows
# loses conv2d_values: conv2d stopped with RuntimeError
def conv2d(x, weight, bias=None, stride=1, padding=0):
    size = weight.shape[-1]
    result = weight.flatten(1) @ im2col(x, size, stride, padding)
    if bias is not None:
        result = result + bias
    return result.unflatten(2, ((x.shape[2] + 2 * padding - size) // stride + 1, -1))

# %% right conv2d: einsum over windows, without im2col
def conv2d(x, weight, bias=None, stride=1, padding=0):
    x = F.pad(x, (padding,) * 4)
    size = weight.shape[-1]
    patches = x.unfold(2, size, stride).unfold(3, size, stride)
    result = torch.einsum("nchwij,ocij->nohw", patches, weight)
    return result if bias is None else result + bias[:, None, None]

# %% right conv2d: columns last, bias as a start
def conv2d(x, weight, bias=None, stride=1, padding=0):
    size = weight.shape[2]
    high = (x.shape[2] + 2 * padding - size) // stride + 1
    wide = (x.shape[3] + 2 * padding - size) // stride + 1
    bias = x.new_zeros(len(weight)) if bias is None else bias
    rows = im2col(x, size, stride=stride, padding=padding).mT @ weight.reshape(len(weight), -1).T + bias
    return rows.mT.reshape(len(x), len(weight), high, wide)

# %% wrong cluster_repaired: not repaired
# loses cluster_repaired_points: changed a tensor it was given
def cluster_repaired(X, k, steps):
    return cluster(X, k, steps)

# %% wrong cluster_repaired: the caller's data is protected, the points still move inside
# loses cluster_repaired_points: Does your repair only hide the symptom?
def cluster_repaired(X, k, steps):
    return cluster(X.clone(), k, steps)

# %% wrong cluster_repaired: the data is put back at the end
# loses cluster_repaired_points: Does your repair only hide the symptom?
def cluster_repaired(X, k, steps):
    before = X.clone()
    centres, labels = cluster(X, k, steps)
    centres = centres.clone()
    X.copy_(before)
    return centres, labels

# %% wrong cluster_repaired: contiguous() taken for a copy
# loses cluster_repaired_points: changed a tensor it was given
def cluster_repaired(X, k, steps):
    centres = X[:k].contiguous()
    for _ in range(steps):
        labels = ((X[:, None] - centres) ** 2).sum(dim=2).argmin(dim=1)
        for j in range(k):
            centres[j] = X[labels == j].mean(dim=0)
    return centres, labels

# %% wrong cluster_repaired: other points to start from
# loses cluster_repaired_points: the rest stays as it was
def cluster_repaired(X, k, steps):
    centres = X[-k:].clone()
    for _ in range(steps):
        labels = ((X[:, None] - centres) ** 2).sum(dim=2).argmin(dim=1)
        for j in range(k):
            centres[j] = X[labels == j].mean(dim=0)
    return centres, labels

# %% wrong cluster_repaired: the centres alone
# loses cluster_repaired_points: should return two things
def cluster_repaired(X, k, steps):
    return cluster(X.clone(), k, steps)[0]

# %% right cluster_repaired: the program as it was, with one clone
def cluster_repaired(X, k, steps):
    centres = X[:k].clone()
    for _ in range(steps):
        distances = ((X[:, None] - centres) ** 2).sum(dim=2)
        labels = distances.argmin(dim=1)
        for j in range(k):
            centres[j] = X[labels == j].mean(dim=0)
    return centres, labels

# %% right cluster_repaired: indexing by a list copies
def cluster_repaired(X, k, steps):
    centres = X[list(range(k))]
    for _ in range(steps):
        distances = ((X[:, None] - centres) ** 2).sum(dim=2)
        labels = distances.argmin(dim=1)
        for j in range(k):
            centres[j] = X[labels == j].mean(dim=0)
    return centres, labels

# %% right cluster_repaired: new centres in every step
def cluster_repaired(X, k, steps):
    centres = X[:k]
    for _ in range(steps):
        labels = ((X[:, None] - centres) ** 2).sum(dim=2).argmin(dim=1)
        centres = torch.stack([X[labels == j].mean(dim=0) for j in range(k)])
    return centres, labels

# %% right cluster_repaired: with the step of task 6
def cluster_repaired(X, k, steps):
    centres = X[:k]
    for _ in range(steps):
        labels, centres = kmeans_step(X, centres)
    return centres, labels

# %% wrong lab_cause: blames the missing seed
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "e"

# %% wrong lab_cause: blames float32
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "d"

# %% wrong lab_cause: a sentence
# loses lab_cause_letter: one letter from 'a' to 'e'
def lab_cause():
    return "it is a view"

# %% right lab_cause: a capital letter
def lab_cause():
    return "B"

# %% right lab_cause: with a space
def lab_cause():
    return "b "

# %% equivalent overlap: return same_storage(a, b) and bool(torch.isin(mine.flatten(), theirs.flatten()).any()) -> return same_storage(b, a) and bool(torch.isin(mine.flatten(), theirs.flatten()).any())
# because sharing a storage is mutual

# %% equivalent overlap: return same_storage(a, b) and bool(torch.isin(mine.flatten(), theirs.flatten()).any()) -> return same_storage(a, b) and bool(torch.isin(theirs.flatten(), mine.flatten()).any())
# because having a place in common is mutual

# %% equivalent conv2d: size = weight.shape[-1] -> size = weight.shape[-2]
# because the task's windows are square

# %% equivalent cluster_repaired: labels = ((X[:, None] - centres) ** 2).sum(dim=2).argmin(dim=1) -> labels = ((X[:, None] - centres) ** 2).mean(dim=2).argmin(dim=1)
# because all distances shrink by one factor, and the nearest centre stays the nearest
