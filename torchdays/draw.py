"""Draws tensors and graphs for the lessons, in the course's style (applied when this module is imported).

Every function makes a figure and shows it, unless it is given ``ax=`` to draw on; it returns None.
"""

import itertools
import operator

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import FancyArrowPatch, Rectangle

from torchdays.diagrams import boxes, graph  # noqa: F401  lessons find them here
from torchdays.look import BLUE, GOLD, GREEN, INK, ORANGE, PALE, PINK, SKY, WIDEST, tint

# --- tensors -----------------------------------------------------------------------------------

CELL_INCHES = 0.46  # side of a cell, unless the figure would become too wide
LOWEST = 0.9  # inches
SHOWN_ROWS, SHOWN_COLUMNS, SHOWN_SHEETS, SHOWN_STACKS = 8, 12, 4, 3  # of larger tensors, a part
OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "**": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
    "|": operator.or_,
}
SIGNS = {"-": "−", "*": "×", "/": "÷", "<=": "≤", ">=": "≥", "!=": "≠"}


def tensor(t, title=None, mark=None, ax=None):
    """Draw a tensor as cells that hold its values; its axes are named dim 0, dim 1, ...

    t:     a tensor of rank 0 to 4. Rank 3 is a pile of sheets, sheet 0 in front; rank 4 is a row of piles.
           Large tensors are cut short, with dots
    title: what stands above; the shape if left out
    mark:  a bool tensor of t's shape, True for the cells to colour
    ValueError for a rank above 4, or a mark of another shape.
    """
    tensors([t], titles=[title], marks=[mark], ax=ax)


def tensors(ts, titles=None, marks=None, ax=None):
    """Draw several tensors side by side, on one scale.

    ts:     a list of tensors, each of rank 0 to 4; a string between them ("+", "→") is written as it is
    titles: one for each tensor; None for its shape
    marks:  for each tensor a bool tensor of its shape, or None
    ValueError for a rank above 4, a mark of another shape, or lists of different lengths.
    """
    count = sum(not isinstance(t, str) for t in ts)
    for name, values in (("titles", titles), ("marks", marks)):
        if values is not None and len(values) != count:
            raise ValueError(f"{count} tensors, but {len(values)} {name}: give one for each tensor, or None")
    titles, marks = iter(titles or [None] * count), iter(marks or [None] * count)
    axes, own = _axes(ax)
    above = -0.75 if any(t.dim() for t in ts if isinstance(t, torch.Tensor)) else -0.3
    x = 0.0
    for t in ts:
        if isinstance(t, str):
            _write(axes, x - 0.35, 0.5, t, size=15)
            x += 0.8
            continue
        block = _Block(t, mark=next(marks))
        _name_dims(axes, block, x)
        title = next(titles)
        lift = block.height - block.rows  # sheets behind stand higher than the one in front
        block.paint(axes, x, lift)
        _title(axes, x, above, title or f"shape {_shape(t)}", width=block.width)
        x += block.width + 1.5
    _finish(axes, own)


def broadcast(a, b, titles=None, op="+", ax=None):
    """Draw how ``a op b`` stretches both tensors to one shape, and the result.

    a, b:   tensors whose result has a rank of 1 to 3. Cells that are stored are drawn in full colour;
            the pale dashed copies are never stored
    titles: for a, b and (if given) the result; None for their shapes
    op:     one of the keys of draw.OPERATIONS
    ValueError if the shapes do not fit, the rank is above 3, or the operation is unknown.
    """
    shape = _common_shape(a, b)
    if not 1 <= len(shape) <= 3:
        raise ValueError(f"the result has shape {shape}: broadcasting is drawn for ranks 1 to 3")
    if op not in OPERATIONS:
        raise ValueError(f"unknown operation {op!r}; one of {', '.join(OPERATIONS)}")
    titles = [*(titles or []), None, None, None][:3]
    axes, own = _axes(ax)
    x = 0.0
    parts = (
        (a, _is_copy(a, shape), BLUE, titles[0] or _shape(a)),
        (b, _is_copy(b, shape), GREEN, titles[1] or _shape(b)),
        (OPERATIONS[op](a, b), None, GOLD, titles[2] or str(shape)),
    )
    for sign, (t, copies, color, title) in zip(("", SIGNS.get(op, op), "="), parts, strict=True):
        block = _Block(t.expand(shape), color=color, copies=copies)
        if sign:
            _write(axes, x + 0.55, (block.height - 0.25) / 2, sign, size=16)
            x += 1.1
        block.paint(axes, x, block.height - block.rows)
        _title(axes, x, -0.3, title, width=block.width)
        x += block.width
    _finish(axes, own)


def shapes(a, b, titles=None, ax=None):
    """Draw two shapes under each other, aligned on the right, as broadcasting compares them.

    a, b:   tensors, or shapes as tuples
    titles: the names of a and b
    A green column is equal, in a golden one a 1 (dashed, if the size is missing) stretches, an orange one does not fit.
    """
    a, b = (tuple(s.shape) if isinstance(s, torch.Tensor) else tuple(s) for s in (a, b))
    titles = titles or ["a", "b"]
    axes, own = _axes(ax)
    rank = max(len(a), len(b))
    fits = True
    for column in range(rank):
        sizes = [s[column - rank] if len(s) >= rank - column else None for s in (a, b)]
        one, two = (1 if size is None else size for size in sizes)
        clash = one != two and 1 not in (one, two)
        fits = fits and not clash
        for row, size in enumerate(sizes):
            if clash:
                color = ORANGE
            elif one == two and size is not None:
                color = GREEN
            else:
                color = GOLD if size in (1, None) else BLUE
            x, y, missing = column * 1.5, row * 1.15, size is None
            _cell(axes, x, y, "1" if missing else str(size), tint(color, 0.12 if missing else 0.45), dashed=missing)
        if clash:
            verdict = f"{one} ≠ {two}"
        else:
            verdict = ("missing,\n" if None in sizes else "") + ("same" if one == two else "stretches")
        _write(axes, column * 1.5 + 0.5, 2.6, verdict, size=8.5, color=ORANGE if clash else INK)
        result = "✗" if clash else "0" if 0 in (one, two) else str(max(one, two))
        _cell(axes, column * 1.5, 3.05, result, tint(ORANGE, 0.45) if clash else tint(PALE, 0.5))
    for y, name in ((0.5, f"{titles[0]} {a}"), (1.65, f"{titles[1]} {b}"), (3.55, "result" if fits else "no result")):
        _write(axes, -0.4, y, name, size=11, ha="right")
    _finish(axes, own)


def gather(source, index, dim, ax=None):
    """Draw ``source.gather(dim, index)``: arrows lead from the picked cells to the result.

    source: a tensor of rank 2
    index:  an integer tensor of rank 2, not larger than source except along dim
    dim:    0 or 1, the axis along which index counts
    ValueError for another rank or dim; what torch.gather raises, where index does not fit.
    """
    if source.dim() != 2 or index.dim() != 2 or dim not in (0, 1):
        raise ValueError(f"gather is drawn for rank 2 and dim 0 or 1; got {_shape(source)}, {_shape(index)}, dim={dim}")
    result = source.gather(dim, index)
    picked = torch.zeros(source.shape, dtype=torch.bool).scatter(dim, index, True)
    axes, own = _axes(ax)
    parts = (
        (index, GREEN, None, f"index {_shape(index)}"),
        (source, BLUE, picked, f"source {_shape(source)}"),
        (result, GOLD, torch.ones(result.shape, dtype=torch.bool), f"gather(dim={dim}) {_shape(result)}"),
    )
    corner, corners = [0.0, 0.0], []
    for t, color, mark, title in parts:
        block = _Block(t, color=color, mark=mark)
        corners.append(tuple(corner))
        block.paint(axes, *corner)
        if dim == 1:
            _title(axes, corner[0], corner[1] - 0.3, title, width=max(block.width, 2))
            corner[0] += max(block.width, 2) + 2.2
        else:
            _write(axes, corner[0] + block.width + 0.5, corner[1] + block.rows / 2, title, size=11, ha="left")
            corner[1] += block.rows + 1.1
    for row in range(index.shape[0]):
        for column in range(index.shape[1]):
            place = [row, column]
            place[dim] = int(index[row, column])
            aside = 0.87 - 0.12 * ((row, column)[dim] % 6)  # beside the digits, and beside other arrows of its line
            if dim == 1:
                start = (corners[1][0] + place[1] + 0.5, corners[1][1] + row + aside)
                end = (corners[2][0] + column + 0.15, corners[2][1] + row + aside)
            else:
                start = (corners[1][0] + column + aside, corners[1][1] + place[0] + 0.5)
                end = (corners[2][0] + column + aside, corners[2][1] + row + 0.15)
            _arrow(axes, start, end, color=ORANGE)
    _finish(axes, own)


def reduce(t, dim, op="sum", keepdim=False, ax=None):
    """Draw ``t.op(dim=dim, keepdim=keepdim)``: cells of one colour are combined into the cell of that colour.

    t:   a tensor of rank 2
    dim: 0 or 1, the axis that is walked along
    op:  the name of a reduction: "sum", "mean", "amax", ...
    ValueError for another rank or dim.
    """
    if t.dim() != 2 or dim not in (0, 1):
        raise ValueError(f"a reduction is drawn for rank 2 and dim 0 or 1; got {_shape(t)}, dim={dim}")
    result = getattr(t, op)(dim=dim, keepdim=keepdim)
    axes, own = _axes(ax)
    hues = [BLUE, ORANGE, GREEN, PINK, GOLD, SKY]
    block = _Block(t, hues=(1 - dim, hues))
    _name_dims(axes, block, 0)
    block.paint(axes, 0, 0)
    _title(axes, 0, -0.75, f"shape {_shape(t)}", width=block.width)
    shown = result if result.dim() == 2 else result.unsqueeze(0)
    x, y = (0, block.rows + 1.6) if dim == 0 else (block.width + 2.6, 0)
    other = _Block(shown, hues=(1 if result.dim() == 1 else 1 - dim, hues))
    other.paint(axes, x, y)
    call = f"{op}(dim={dim}{', keepdim=True' if keepdim else ''})"
    _title(axes, x, y - (0.3 if dim == 0 else 0.75), f"{call}: {_shape(result)}", width=other.width)
    for line in range(block.columns if dim == 0 else block.rows):
        color = hues[line % len(hues)]
        if dim == 0:
            _arrow(axes, (line + 0.86, 0.2), (line + 0.86, block.rows - 0.1), color=color)
        else:
            _arrow(axes, (0.2, line + 0.86), (block.columns - 0.1, line + 0.86), color=color)
    _finish(axes, own)


def strides(t, title=None, ax=None):
    """Draw a tensor beside the memory that it lives in: the walk that reads each row.

    t:     a tensor of rank 1 to 3, of at most 6 rows and 12 columns, in a storage of at most 24 numbers. (Of rank 3,
           the rows of a sheet stand below those of the sheet before.) A row and the places in memory that it
           visits have one colour; a place of several rows has all their colours, a place of none is white.
           The first hop bears the last stride
    title: stands before shape, strides and offset
    ValueError for another rank, or anything larger.
    """
    count = t.untyped_storage().nbytes() // t.element_size()
    if not 1 <= t.dim() <= 3 or t.numel() == 0:
        raise ValueError(f"shape {_shape(t)}: strides are drawn for ranks 1 to 3, and at least one number")
    places = torch.arange(count).as_strided(t.shape, t.stride(), t.storage_offset()).reshape(-1, t.shape[-1])
    hues = [BLUE, ORANGE, GREEN, PINK, GOLD, SKY]
    if places.shape[0] > len(hues) or places.shape[1] > SHOWN_COLUMNS or count > 2 * SHOWN_COLUMNS:
        raise ValueError(f"shape {_shape(t)} in a storage of {count} numbers: too large for a picture")
    axes, own = _axes(ax)
    block = _Block(t.reshape(places.shape), hues=(0, hues))
    block.paint(axes, 0, 0)
    left, label = block.columns + 1.5, _labels(t)
    memory = t.detach().cpu().as_strided((count,), (1,), 0)
    for place, value in enumerate(memory):
        x, rows = left + place, (places == place).any(dim=1).nonzero().flatten().tolist()
        for band, row in enumerate(rows):
            color = tint(hues[row], 0.3)
            axes.add_patch(Rectangle((x, -2 + band / len(rows)), 1, 1 / len(rows), facecolor=color, zorder=1.5))
        _cell(axes, x, -2, label(value), "none")
        _write(axes, x + 0.5, -0.75, str(place), size=8, color="#777777")
        axes.plot([x + 0.5] * 2, [-0.45, len(places)], color=PALE, linewidth=0.8, zorder=1)
    for row, visits in enumerate(places.tolist()):
        color, y = hues[row], row + 0.6
        spots = [left + place + 0.5 for place in visits]
        axes.scatter(spots, [y] * len(spots), s=28, color=color, zorder=6)
        for start, end in itertools.pairwise(spots):
            if start != end:
                _arrow(axes, (start, y), (end - 0.1, y), color=color)
        if spots[0] == spots[-1] and len(spots) > 1:
            _write(axes, spots[0] + 0.25, y, f"{len(spots)} times", size=8.5, color=color, ha="left")
        elif row == 0 and len(spots) > 1:
            _write(axes, (spots[0] + spots[1]) / 2, y - 0.45, f"+{t.stride(-1)}", size=8.5, color=color)
    _write(axes, left - 0.25, -1.5, "memory", size=10, ha="right")
    facts = f"shape {_shape(t)}, strides {t.stride()}, offset {t.storage_offset()}"
    _write(axes, 0, -2.7, f"{title}: {facts}" if title else facts, size=11, ha="left")
    _finish(axes, own)


class _Block:
    """The cells of one tensor: what to write and how to colour each, and how much room all of them need.

    width, height: of everything, in cells; rows, columns: of one sheet
    """

    STEP = 1.0  # how far a sheet lies behind the one before it, to the right and upwards
    GAP = 1.2  # between two piles

    def __init__(self, t, color=SKY, mark=None, copies=None, hues=None):
        if not isinstance(t, torch.Tensor):
            raise ValueError(f"draw takes tensors; this is a {type(t).__name__}")
        if t.dim() > 4:
            raise ValueError(f"shape {_shape(t)} has rank {t.dim()}: a picture shows at most 4")
        if mark is not None and mark.shape != t.shape:
            raise ValueError(f"mark has shape {_shape(mark)}, the tensor {_shape(t)}: they must be equal")
        self.t, self.color, self.hues = t.detach().cpu(), color, hues
        self.mark = None if mark is None else self._four(mark.bool().cpu())
        self.copies = None if copies is None else self._four(copies)
        self.values = self._four(self.t)
        limits = (SHOWN_STACKS, SHOWN_SHEETS, SHOWN_ROWS, SHOWN_COLUMNS)
        self.shown = [_shown(size, limit) for size, limit in zip(self.values.shape, limits, strict=True)]
        self.stacks, self.sheets, self.rows, self.columns = (len(indices) for indices in self.shown)
        self.pile = self.columns + (self.sheets - 1) * self.STEP
        self.width = self.stacks * self.pile + (self.stacks - 1) * self.GAP
        self.height = self.rows + (self.sheets - 1) * self.STEP
        self.label = _labels(self.t)

    def _four(self, t):
        return t.reshape((1,) * (4 - t.dim()) + tuple(t.shape))

    def paint(self, ax, x, y):
        """Draw with the top left corner of the sheet in front at (x, y)."""
        if self.t.numel() == 0:
            _cell(ax, x, y, "empty", "white", size=7, dashed=True)
        for stack, s in enumerate(self.shown[0]):
            left = x + stack * (self.pile + self.GAP)
            if s is None:
                _write(ax, left + self.pile / 2, y + self.rows / 2, "…", size=16)
                continue
            if self.t.dim() == 4:
                _write(ax, left + self.columns / 2, y + self.rows + 0.45, f"[{s}]", size=9, color=BLUE)
            for depth, k in reversed(list(enumerate(self.shown[1]))):
                self._sheet(ax, left + depth * self.STEP, y - depth * self.STEP, s, k, depth)

    def _sheet(self, ax, x, y, stack, sheet, depth):
        if self.t.dim() >= 3:
            name = "…" if sheet is None else f"[{sheet}]"
            if depth:
                _write(ax, x - 0.1, y + 0.5, name, size=9, color=BLUE, ha="right")
        for row, r in enumerate(self.shown[2]):
            for column, c in enumerate(self.shown[3]):
                place = (stack, sheet, r, c)
                if None in place:
                    dots = "" if sheet is None else "…"
                    _cell(ax, x + column, y + row, dots, tint(self.color, 0.1 + 0.1 * min(depth, 3)), depth=depth)
                    continue
                color, strength, dashed = self.color, 0.3 + 0.1 * min(depth, 3), False
                if self.hues:
                    axis, hues = self.hues
                    color = hues[(r, c)[axis] % len(hues)]
                if self.mark is not None and self.mark[place]:
                    color, strength = GOLD, 0.65
                if self.copies is not None and self.copies[place]:
                    strength, dashed = 0.07, True
                label, shade = self.label(self.values[place]), tint(color, strength)
                _cell(ax, x + column, y + row, label, shade, dashed=dashed, depth=depth)


def _shape(t):
    return str(tuple(t.shape))


def _shown(size, limit):
    """The indices to draw along an axis; None stands for those left out."""
    if size <= limit:
        return list(range(size))
    return [*range(limit - 2), None, size - 1]


def _labels(t):
    """A function that writes one value of ``t``, with digits that suit all of them."""
    if t.dtype == torch.bool:
        return lambda value: "True" if value else "False"
    if not t.dtype.is_floating_point:
        return lambda value: str(value.item())
    finite = t[t.isfinite()].double()
    if not finite.numel() or (bool((finite == finite.round()).all()) and finite.abs().max() < 1e5):
        return lambda value: f"{value.item():.0f}." if value.isfinite() else str(value.item())
    largest = finite.abs().max().item()
    one_digit = bool((finite * 10 == (finite * 10).round()).all())
    pattern = ".0e" if largest >= 1e4 or largest < 5e-3 else ".1f" if largest >= 100 or one_digit else ".2f"
    return lambda value: format(value.item(), pattern) if value.isfinite() else str(value.item())


def _axes(ax):
    """The axes to draw on, and whether they are ours to size and show."""
    own = ax is None
    if own:
        _, ax = plt.subplots()
    ax.set_axis_off()
    ax.set_aspect("equal")
    return ax, own


def _finish(ax, own):
    """Fit the limits to what was drawn; size the figure so that cells and letters match; show it."""
    box = ax.dataLim
    ax.set_xlim(box.x0 - 0.15, box.x1 + 0.15)
    ax.set_ylim(box.y1 + 0.15, box.y0 - 0.15)  # rows count downwards
    if own:
        width, height = box.width + 0.3, box.height + 0.3
        unit = min(CELL_INCHES, WIDEST / width)
        for text in ax.texts:
            text.set_fontsize(text.get_fontsize() * unit / CELL_INCHES)
        ax.figure.set_layout_engine("none")
        ax.set_position([0, 0, 1, 1])
        ax.figure.set_size_inches(width * unit, max(height * unit, LOWEST))
        plt.show()


def _cell(ax, x, y, label, color, size=None, dashed=False, depth=0):
    style = {"linestyle": (0, (3, 2)), "edgecolor": "#999999"} if dashed else {"edgecolor": "#555555"}
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=color, linewidth=0.8, zorder=2 - depth / 10, **style))
    size = size or {1: 11, 2: 11, 3: 10, 4: 9, 5: 8}.get(len(label), 6.5)
    _write(ax, x + 0.5, y + 0.5, label, size=size, color="#888888" if dashed else INK, zorder=2.05 - depth / 10)


def _write(ax, x, y, text, size, color=INK, ha="center", zorder=3):
    ax.text(x, y, text, fontsize=size, color=color, ha=ha, va="center", zorder=zorder)
    wide, high = _extent(text, size)
    left = {"center": x - wide / 2, "left": x, "right": x - wide}[ha]
    ax.update_datalim([(left, y - high / 2), (left + wide, y + high / 2)])


def _extent(text, size):
    """About how much room a text takes, in cells."""
    lines = text.split("\n")
    return max(map(len, lines)) * size * 0.6 / 72 / CELL_INCHES, len(lines) * size * 1.3 / 72 / CELL_INCHES


def _title(ax, x, y, text, width):
    """Write above a block; broken after a name, before its shape, where it would run into its neighbour."""
    if _extent(text, 11)[0] > width + 1.2 and " (" in text:
        text = text.replace(" (", "\n(", 1)
    _write(ax, x, y - _extent(text, 11)[1] / 2 + 0.2, text, size=11, ha="left")


def _arrow(ax, start, end, color):
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=9,
            linewidth=1.3,
            color=color,
            shrinkA=0,
            shrinkB=0,
            zorder=5,
        )
    )
    ax.update_datalim([start, end])


def _name_dims(ax, block, x):
    """Arrows named dim 0, dim 1, ... along the sides of a block painted at (x, height - rows)."""
    rank, lift = block.t.dim(), block.height - block.rows
    if rank == 0:
        return
    across, down, deep, apart = (f"dim {rank - back}" if rank >= back else None for back in (1, 2, 3, 4))
    blue = {"size": 8.5, "color": BLUE}
    right = x + (block.sheets - 1) * block.STEP
    _write(ax, right + 0.05, -0.3, across, ha="left", **blue)
    _arrow(ax, (right + 1.35, -0.3), (right + max(block.columns, 2.0), -0.3), color=BLUE)
    if down:
        ax.text(x - 0.3, lift + 0.05, down, fontsize=8.5, color=BLUE, ha="center", va="top", rotation=90)
        ax.update_datalim([(x - 0.6, lift)])
        _arrow(ax, (x - 0.3, lift + 1.35), (x - 0.3, lift + max(block.rows, 2.0)), color=BLUE)
    if deep and block.sheets > 1:
        edge = (x + block.columns + 0.25, lift + block.rows + 0.1)
        reach = (block.sheets - 1) * block.STEP
        _arrow(ax, edge, (edge[0] + reach, edge[1] - reach), color=BLUE)
        _write(ax, edge[0] + 0.1, edge[1] + 0.3, deep, ha="left", **blue)
    if apart:
        _write(ax, x, lift + block.rows + 1.1, apart, ha="left", **blue)
        _arrow(ax, (x + 1.35, lift + block.rows + 1.1), (x + block.width, lift + block.rows + 1.1), color=BLUE)


def _common_shape(a, b):
    try:
        return tuple(torch.broadcast_shapes(a.shape, b.shape))
    except RuntimeError:
        pairs = zip(reversed(a.shape), reversed(b.shape), strict=False)
        one, two = next((m, n) for m, n in pairs if m != n and 1 not in (m, n))
        raise ValueError(
            f"shapes {_shape(a)} and {_shape(b)} do not fit: compared from the right, {one} meets {two}"
        ) from None


def _is_copy(t, shape):
    """For each cell of ``t`` stretched to ``shape``: is it a copy, which is never stored?"""
    first = torch.ones(shape, dtype=torch.bool)
    for axis, size in enumerate(shape):
        own = axis - (len(shape) - t.dim())
        if own < 0 or t.shape[own] != size:
            first &= (torch.arange(size) == 0).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return ~first
