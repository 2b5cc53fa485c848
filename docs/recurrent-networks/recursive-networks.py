"""Figures of the page on recursive networks: a tree and its states, all states."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reference_impl import sigmoid
from reference_impl.examples import logic_trees as examples
from sitekit.drawing import canvas, frame, text
from sitekit.palette import BLUE, FAINT, MUTED, ORANGE

TEXT = "((T and (not F)) xor (F or T))"


@cache
def _trained() -> examples.LogicModel:
    """Return a network with a state of 16 numbers, briefly trained."""
    model = examples.new_model(seed=0, hidden=16)
    for _ in examples.train(model, seed=0, updates=800):
        pass
    return model


def tree() -> Figure:
    """An expression's tree, with the state of each node as a strip of cells."""
    model, expression = _trained(), examples.parse(TEXT)
    leaves, children, kind = expression
    h = examples.node_states(model, examples.forest([expression]))
    percent = 100 * sigmoid(h @ model.w_o + model.b_o)
    places = [(5.0 * v + 2.5, 13.6) for v in range(len(leaves))]
    names = ["FT"[leaf] for leaf in leaves]
    figure, axes = canvas(20, 15.6)
    for pair, k in zip(children, kind, strict=True):
        below = [places[child] for child in pair if child >= 0]
        x = float(np.mean([x for x, _ in below]))
        y = min(y for _, y in below) - 4.1
        for x0, y0 in below:
            axes.plot([x, x0], [y + 0.7, y0 - 1.75], color=MUTED, lw=1.2)
        places.append((x, y))
        names.append(examples.OPERATORS[k])
    for (x, y), name, state, part in zip(
        places, names, h, percent, strict=True
    ):
        text(axes, x - 1.9, y - 1.15, name, ha="left", size=10)
        style = {"ha": "right", "size": 8.5, "color": MUTED}
        text(axes, x + 2, y - 1.15, f"{part:.0f} % true", **style)
        _strip(axes, state, x - 2, y - 0.5)
    return figure


def _strip(axes: Axes, state: np.ndarray, x: float, y: float) -> None:
    """Draw 16 numbers between -1 and 1 as two rows of coloured cells."""
    for at, value in enumerate(state.clip(-1, 1)):
        corner = x + 0.5 * (at % 8), y + 0.5 * (at // 8)
        axes.add_patch(
            Rectangle(
                corner,
                0.5,
                0.5,
                facecolor=BLUE if value > 0 else ORANGE,
                alpha=abs(float(value)),
            )
        )
    frame(axes, x, y, 4, 1, FAINT)


def states() -> Figure:
    """The states of all brackets of deep expressions, in two directions."""
    model, rng = _trained(), np.random.default_rng(1)
    trees = [examples.parse(t) for t in examples.draw(rng, 12, 12)]
    n = sum(len(tree.leaves) for tree in trees)
    h = examples.node_states(model, examples.forest(trees))[n:]
    value = np.concatenate(
        [examples.truth(tree)[len(tree.leaves) :] for tree in trees]
    )
    centred = h - h.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    shown = centred @ directions[:2].T
    figure, axes = plt.subplots(figsize=(5.2, 2.6))
    for truth, colour, name in (
        (True, BLUE, "true"),
        (False, ORANGE, "false"),
    ):
        points = shown[value == truth]
        axes.plot(
            *points.T, ".", color=colour, alpha=0.5, label=name, markersize=4
        )
    axes.set(xlabel="first principal component", ylabel="second")
    axes.legend(loc="center")
    return figure
