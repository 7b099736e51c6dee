"""Boxes and arrows: the graph that autograd recorded, and diagrams of any kind. Lessons reach both through draw."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import networkx as nx
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from torchdays.look import BLUE, GOLD, INK, WIDEST, tint

HEIGHT = 0.5  # of an operation's box; all measures are inches
LONGEST = 7  # layers that still run across the page; longer graphs run down


def graph(tensor, names=None, title=None, ax=None):
    """Draw the graph that autograd recorded on the way to ``tensor``.

    names: tensors by name, as {"x": x, "y": y}: leaves, results on the way, or ``tensor`` itself

    Blue boxes are leaves that collect a gradient, white ones the recorded operations, the golden
    one is ``tensor``. Arrows run as the computation did; backward() walks them in reverse. Numbers
    and tensors that need no gradient are not recorded, so they are not drawn.
    ValueError if nothing was recorded.
    """
    if not tensor.requires_grad:
        raise ValueError("nothing was recorded for this tensor: no tensor that led to it has requires_grad=True")
    labels, colors, flow = _recorded(tensor, names or {})
    layers = _layers(flow)
    rows = _rows(flow, layers)
    layers |= {stop: stop[2] for stop in rows if isinstance(stop, tuple)}
    across = max(layers.values()) < LONGEST
    width = max(0.95, *(0.3 + 0.085 * len(line) for label in labels.values() for line in label.split("\n")))
    if across:
        places = {node: (layers[node] * (width + 0.45), row * 0.72) for node, row in rows.items()}
    else:
        places = {node: (row * (width + 0.25), -layers[node] * 0.85) for node, row in rows.items()}
    axes, scale = _canvas(places.values(), width, HEIGHT, title, ax)
    for points in _routes(flow, places, width if across else HEIGHT, across):
        _curve(axes, points, across, scale)
    for node, label in labels.items():
        _box(axes, places[node], (width, HEIGHT), label, colors[node], scale)
    if ax is None:
        plt.show()


def boxes(places, arrows=(), title=None, ax=None):
    """Draw labelled boxes and the arrows between them: pipelines, cycles, who calls whom.

    places: {"text": (column, row)} or {"text": (column, row, color)}; row 0 is on top; fractions are fine
    arrows: tuples ("text from", "text to"), then, where wanted, a label, a color, and a bend: 0 is
            straight, 0.3 a bow. There and back with one bend makes two bows that stay apart.
    """
    width = 0.3 + 0.088 * max(len(line) for text in places for line in text.split("\n"))
    height = 0.26 + 0.19 * max(text.count("\n") + 1 for text in places)
    columns = max(place[0] for place in places.values()) - min(place[0] for place in places.values())
    label_width = 0.09 * max((len(arrow[2]) for arrow in arrows if len(arrow) > 2), default=0)
    gap = max(0.4, min(0.5 + label_width, (WIDEST - 0.2 - width) / max(columns, 1) - width))
    spots = {text: (place[0] * (width + gap), -place[1] * (height + 0.5)) for text, place in places.items()}
    axes, scale = _canvas(spots.values(), width, height, title, ax)
    drawn = {}
    for text, place in places.items():
        drawn[text] = _box(axes, spots[text], (width, height), text, place[2] if len(place) > 2 else None, scale)
    for start, end, *more in arrows:
        label, color, bend = [*more, *("", INK, 0.0)[len(more) :]]
        (x, y), (to_x, to_y) = spots[start], spots[end]
        style = {"connectionstyle": f"arc3,rad={bend}", "patchA": drawn[start], "patchB": drawn[end]}
        _pointer(axes, color, scale, posA=(x, y), posB=(to_x, to_y), shrinkA=1, shrinkB=1, **style)
        if label:
            middle = (x + to_x + bend * (to_y - y)) / 2, (y + to_y - bend * (to_x - x)) / 2
            behind = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
            font = {"fontsize": 10 * scale, "color": color, "ha": "center", "va": "center"}
            axes.text(*middle, label, bbox=behind, zorder=4, **font)
    if ax is None:
        plt.show()


def _recorded(tensor, names):
    """Labels and colors of what led to ``tensor``, and a graph of it with edges as the computation ran."""
    on_the_way = {named.grad_fn: name for name, named in names.items() if named.grad_fn is not None}
    leaves = {id(named): name for name, named in names.items() if named.grad_fn is None}
    own_name = next((name for name, named in names.items() if named is tensor), "result")
    labels, colors, flow = {"end": f"{own_name}\n{_value(tensor)}"}, {"end": GOLD}, nx.MultiDiGraph()
    flow.add_node("end")
    if tensor.grad_fn is None:
        return labels, {"end": BLUE}, flow
    flow.add_edge(tensor.grad_fn, "end")
    on_the_way.pop(tensor.grad_fn, None)  # its name stands in the golden box
    waiting = [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node in labels:
            continue
        if hasattr(node, "variable"):
            labels[node] = f"{leaves.get(id(node.variable), 'leaf')}\n{_value(node.variable)}"
            colors[node] = BLUE
        else:
            operation = re.sub(r"Backward\d*$", "", node.name())
            labels[node] = f"{operation}\n{on_the_way[node]}" if node in on_the_way else operation
            colors[node] = None
        for earlier, _ in node.next_functions:
            if earlier is not None:
                flow.add_edge(earlier, node)
                waiting.append(earlier)
    return labels, colors, flow


def _value(tensor):
    if tensor.numel() > 3:
        return f"{tuple(tensor.shape)}"
    numbers = ", ".join(f"{number:.4g}" for number in tensor.detach().flatten().tolist())
    return "[" * tensor.dim() + numbers + "]" * tensor.dim()


def _layers(flow):
    """The layer of each node: just before the first that uses it, so that leaves stand near their use."""
    to_end = {}
    for node in reversed(list(nx.topological_sort(flow))):
        to_end[node] = max((to_end[later] + 1 for later in flow.successors(node)), default=0)
    return {node: max(to_end.values()) - distance for node, distance in to_end.items()}


def _rows(flow, layers):
    """A row for each node, and for each layer that a long edge passes, a stop (from, to, layer) beside the boxes.

    Each layer is ordered by the mean row of its neighbours, again and again from both sides
    (Sugiyama, Tagawa and Toda, 1981, "Methods for visual understanding of hierarchical system structures").
    """
    in_layer = [[] for _ in range(max(layers.values()) + 1)]
    for node, layer in layers.items():
        in_layer[layer].append(node)
    between = nx.Graph()
    between.add_nodes_from(flow)
    for start, end in dict.fromkeys(flow.edges()):
        stops = [(start, end, layer) for layer in range(layers[start] + 1, layers[end])]
        nx.add_path(between, [start, *stops, end])
        for stop in stops:
            in_layer[stop[2]].append(stop)
    layer_of = {node: layer for layer, nodes in enumerate(in_layer) for node in nodes}
    rows = {node: row - (len(nodes) - 1) / 2 for nodes in in_layer for row, node in enumerate(nodes)}
    for sweep in range(20):
        side = 1 if sweep % 2 == 0 else -1
        for layer in range(len(in_layer))[::-side]:
            wish = {}
            for node in in_layer[layer]:
                near = [rows[other] for other in between[node] if (layer_of[other] - layer) * side > 0]
                wish[node] = sum(near) / len(near) if near else rows[node]
            in_layer[layer].sort(key=wish.get)
            rows |= _apart(in_layer[layer], wish)
    return rows


def _apart(nodes, wish):
    """Rows for ``nodes`` in their order, far enough apart, as near to their wishes as that allows (least squares)."""
    reach = [0.0]  # where each would stand if all touched
    for before, node in pairwise(nodes):
        reach.append(reach[-1] + sum(0.2 if isinstance(n, tuple) else 0.5 for n in (before, node)))
    groups = []  # [mean slack, count]: neighbours that would overlap touch and move together
    for node, offset in zip(nodes, reach, strict=True):
        groups.append([wish[node] - offset, 1])
        while len(groups) > 1 and groups[-2][0] >= groups[-1][0]:
            (mean, count), (other, others) = groups.pop(), groups.pop()
            groups.append([(mean * count + other * others) / (count + others), count + others])
    slack = [mean for mean, count in groups for _ in range(count)]
    return {node: offset + extra for node, offset, extra in zip(nodes, reach, slack, strict=True)}


def _routes(flow, places, size, across):
    """The points of each edge: where it leaves its box, the stops it passes, where it arrives."""
    side = 1 if across else 0
    edges = list(flow.edges(keys=True))
    for edge in edges:
        ends = []
        for end, sign in ((0, 1), (1, -1)):
            # edges that share this side of the box are spread along it
            mine = [other for other in edges if other[end] == edge[end]]
            mine.sort(key=lambda other: (places[other[1 - end]][side], other[2]))
            shift = (mine.index(edge) - (len(mine) - 1) / 2) * min(0.2, 0.4 / len(mine))
            x, y = places[edge[end]]
            ends.append((x + sign * size / 2, y + shift) if across else (x + shift, y - sign * size / 2))
        stops = sorted(
            (stop for stop in places if isinstance(stop, tuple) and stop[:2] == edge[:2]), key=lambda s: s[2]
        )
        yield [ends[0], *(places[stop] for stop in stops), ends[1]]


def _curve(axes, points, across, scale):
    vertices, codes = [points[0]], [Path.MOVETO]
    for (x, y), (to_x, to_y) in pairwise(points):
        if across:
            vertices += [((x + to_x) / 2, y), ((x + to_x) / 2, to_y), (to_x, to_y)]
        else:
            vertices += [(x, (y + to_y) / 2), (to_x, (y + to_y) / 2), (to_x, to_y)]
        codes += [Path.CURVE4] * 3
    _pointer(axes, INK, scale, path=Path(vertices, codes))


def _pointer(axes, color, scale, **where):
    look = {"arrowstyle": "-|>", "mutation_scale": 12 * scale, "linewidth": 1.4 * scale, "color": color}
    axes.add_patch(FancyArrowPatch(**where, **look, zorder=1))


def _box(axes, center, size, text, color, scale):
    (x, y), (width, height) = center, size
    box = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.09",
        facecolor=tint(color) if color else "white",
        edgecolor=color or INK,
        linewidth=1.4 * scale,
        zorder=2,
    )
    axes.add_patch(box)
    axes.text(x, y, text, ha="center", va="center", fontsize=10 * scale, color=INK, linespacing=1.25, zorder=3)
    return box


def _canvas(centers, width, height, title, ax):
    """Axes measured in inches with room for boxes of that size, and the factor by which type must shrink there."""
    xs, ys = zip(*centers, strict=True)
    left, right = min(xs) - width / 2 - 0.1, max(xs) + width / 2 + 0.1
    low, high = min(ys) - height / 2 - 0.1, max(ys) + height / 2 + 0.1
    if ax is None:
        right = max(right, left + 0.092 * len(title or ""))  # a title may be longer than its picture
        scale = min(1, WIDEST / (right - left))
        figure = plt.figure(figsize=((right - left) * scale, (high - low) * scale + (0.35 if title else 0)))
        ax = figure.add_subplot()
    else:
        spot, inches = ax.get_position(), ax.figure.get_size_inches()
        scale = min(1, spot.width * inches[0] / (right - left), spot.height * inches[1] / (high - low))
    ax.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    return ax, scale
