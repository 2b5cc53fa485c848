"""Figures of the page on self-attention."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reference_impl import attention_weights, dot_product_self_attention
from sitekit.drawing import arrow, canvas, cells, frame, number, text
from sitekit.palette import BLUE, FAINT, INK, MUTED, PAPER

ELEMENTS = np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 0.0]])


def _shaded(
    axes: Axes, weights: np.ndarray, x: float, y: float, numbers: bool = True
) -> None:
    """Draw weights as cells that are darker the larger they are; NaN is hidden."""
    strength = 0.5 if numbers else 1
    for i, j in np.ndindex(weights.shape):
        value = weights[i, j]
        hidden = np.isnan(value)
        corner = (x + j, y + i)
        axes.add_patch(
            plt.Rectangle(
                corner,
                1,
                1,
                facecolor=PAPER,
                edgecolor=FAINT if hidden else MUTED,
                linestyle=":" if hidden else "-",
                linewidth=0.8,
            )
        )
        if hidden:
            continue
        axes.add_patch(
            plt.Rectangle(corner, 1, 1, facecolor=BLUE, alpha=strength * value)
        )
        if numbers:
            words = number(round(float(value), 2))
            text(axes, x + j + 0.5, y + i + 0.5, words, size=7.5, color=INK)


def three_steps() -> Figure:
    """Scores, weights and outputs of four elements."""
    figure, axes = canvas(17.4, 6.2, 6.2)
    scores = ELEMENTS @ ELEMENTS.T
    weights = attention_weights(ELEMENTS, ELEMENTS, scale=1.0)
    output = dot_product_self_attention(ELEMENTS).round(2)
    cells(axes, ELEMENTS, 0.2, 1.2, size=7.5)
    cells(axes, scores, 3.6, 1.2, size=7.5)
    _shaded(axes, weights, 9.0, 1.2)
    cells(axes, output, 14.6, 1.2, size=7)
    for x, width in ((3.6, 4), (9.0, 4), (14.6, 2)):
        frame(axes, x, 3.2, width, 1, BLUE)
    for x, name in (
        (1.2, "elements $x$"),
        (5.6, r"scores $\omega$"),
        (11.0, "weights $W$"),
        (15.6, "outputs $o$"),
    ):
        text(axes, x, 0.6, name, size=8.5)
    for x, end, name in (
        (2.35, 3.45, "dot"),
        (7.75, 8.85, "softmax"),
        (13.15, 14.45, "mean"),
    ):
        arrow(axes, (x, 3.2), (end, 3.2))
        text(axes, (x + end) / 2, 5.8, name, size=8, color=MUTED)
    return figure


def why_scale() -> Figure:
    """The largest weight by the length of the vectors."""
    rng = np.random.default_rng(0)
    sizes = 2 ** np.arange(1, 10)
    largest: dict[str, list[float]] = {"not scaled": [], "scaled": []}
    for d in sizes:
        query = rng.standard_normal((400, 1, d))
        key = rng.standard_normal((400, 16, d))
        for name, scale in (("not scaled", 1.0), ("scaled", None)):
            weights = attention_weights(query, key, scale=scale)
            largest[name].append(float(weights.max(axis=-1).mean()))
    figure, axes = plt.subplots(figsize=(5.2, 2.8))
    names = {
        "not scaled": "not scaled",
        "scaled": "divided by the root of $d_k$",
    }
    for name, values in largest.items():
        axes.plot(sizes, values, marker="o", markersize=4, label=names[name])
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, map(str, sizes))
    axes.set(
        xlabel=r"numbers in a vector, $d_k$",
        ylabel="largest weight, mean",
        ylim=(0, 1),
    )
    axes.legend()
    return figure


def masks() -> Figure:
    """The same weights without a mask, causal, and with padding hidden."""
    x = np.random.default_rng(3).standard_normal((6, 4))
    padding = np.arange(6) < 4
    causal = np.tril(np.ones((6, 6), bool))
    kinds = (
        ("all see all", np.ones((6, 6), bool)),
        ("causal", causal),
        ("two places are padding", np.broadcast_to(padding, (6, 6))),
    )
    figure, axes = canvas(21.4, 7.4, 6.2)
    for k, (name, seen) in enumerate(kinds):
        weights = attention_weights(x, x, attn_mask=seen)
        _shaded(
            axes, np.where(seen, weights, np.nan), 0.2 + 7.5 * k, 1.1, False
        )
        text(axes, 3.2 + 7.5 * k, 0.5, name, size=8.5)
    return figure
