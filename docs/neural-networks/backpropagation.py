"""The figure of the page on backpropagation: a graph and its gradient."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from reference_impl import Graph, Variable, general_backprop
from sitekit.drawing import canvas, number, text
from sitekit.palette import BLUE, BLUE_WASH, MUTED, ORANGE, ORANGE_WASH

RADIUS, LEFT, STEP = 0.6, 1.9, 4.2


def gradient_graph() -> Figure:
    """The graph of z = xy + x, and the nodes its gradient adds."""
    x, y = Variable(np.array(2.0)), Variable(np.array(5.0))
    p = x * y
    z = p + x
    G = Graph(z)
    forward = list(G)
    table = general_backprop([x], G, z)
    backward = [V for V in G if V not in forward]
    names = {x: "x", y: "y", p: "p = xy", z: "z = p + x"}
    (share,) = (V for V in backward if V not in table.values())
    names |= {
        table[z]: "∂z/∂z",
        share: "∂z/∂p · y",
        table[x]: "∂z/∂x",
    }
    last = max(_depths(forward).values())
    places = _places(forward, y=2.4)
    below = _places(backward, y=6.6)
    places |= {
        V: (2 * LEFT + last * STEP - a, b) for V, (a, b) in below.items()
    }
    figure, axes = canvas(12.6, 8.9)
    for V in G:
        for parent in V.inputs:
            color = BLUE if V in forward else ORANGE
            _edge(axes, places[parent], places[V], color)
        _node(axes, places[V], V, names[V], V in forward)
    return figure


def _depths(nodes: list[Variable]) -> dict[Variable, int]:
    """Return for each node the longest way to it within `nodes`."""
    depths: dict[Variable, int] = {}
    for V in nodes:
        before = [depths[x] for x in V.inputs if x in depths]
        depths[V] = max(before, default=-1) + 1
    return depths


def _places(
    nodes: list[Variable], y: float
) -> dict[Variable, tuple[float, float]]:
    """Return a column for each depth, its nodes below one another."""
    rows: dict[int, int] = {}
    places = {}
    for V, depth in _depths(nodes).items():
        row = rows.get(depth, 0)
        rows[depth] = row + 1
        places[V] = (LEFT + STEP * depth, y + 2.1 * row)
    return places


def _node(
    axes: Axes, at: tuple[float, float], V: Variable, name: str, forward: bool
) -> None:
    """Draw a node with its value and its name."""
    color, wash = (BLUE, BLUE_WASH) if forward else (ORANGE, ORANGE_WASH)
    axes.add_patch(Circle(at, RADIUS, fc=wash, ec=color, lw=1.6, zorder=3))
    text(axes, *at, number(V.value.item()), color=color, size=12)
    side = 1.0 if V.operation or not forward else -1.0
    text(axes, at[0], at[1] + side, name, color=MUTED, size=11)


def _edge(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str,
) -> None:
    """Draw an arrow from one node to another, around those between."""
    far = abs(end[0] - start[0]) > 1.5 * STEP
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "->",
            "color": color,
            "linewidth": 1.2,
            "connectionstyle": f"arc3,rad={-0.35 if far else 0}",
            "shrinkA": 17,
            "shrinkB": 17,
        },
    )
