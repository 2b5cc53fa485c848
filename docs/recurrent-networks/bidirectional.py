"""Figures of the page on bidirectional networks."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import bidirectional_rnn
from reference_impl.examples import bidirectional_tagging as tagging
from sitekit.drawing import arrow, canvas, cells, text
from sitekit.palette import (
    BLUE,
    BLUE_WASH,
    MUTED,
    ORANGE,
    ORANGE_WASH,
)


def two_runs() -> Figure:
    """Both runs over four steps, with the weights of the page's example."""
    x = np.array([0.0, 1, 0, 0]).reshape(4, 1, 1)
    run = np.array([[20.0]]), np.array([[20.0]]), np.zeros(1)
    h = bidirectional_rnn(x, np.zeros((2, 1, 1)), *run, *run)[:, 0].round(2)
    figure, axes = canvas(14.4, 8.6)
    top, up, low, bottom = 0.9, 3.0, 5.2, 7.6
    for t in range(4):
        left = 1.6 + 3.4 * t
        cells(axes, h[t, 1:], left + 0.8, up, fill=ORANGE_WASH)
        cells(axes, h[t, :1], left - 0.4, low, fill=BLUE_WASH)
        text(axes, left + 0.7, bottom, f"{x[t, 0, 0]:g}")
        text(axes, left + 0.7, bottom + 0.6, f"$x^{{({t + 1})}}$")
        text(axes, left + 0.7, top, f"({h[t, 0]:g}, {h[t, 1]:g})")
        text(axes, left + 0.7, top - 0.6, f"$h^{{({t + 1})}}$")
        arrow(axes, (left + 0.5, bottom - 0.4), (left + 0.1, low + 1.05))
        arrow(axes, (left + 0.9, bottom - 0.4), (left + 1.3, up + 1.05))
        arrow(axes, (left + 0.1, low - 0.05), (left + 0.5, top + 0.4))
        arrow(axes, (left + 1.3, up - 0.05), (left + 0.9, top + 0.4))
        if t < 3:
            arrow(
                axes, (left + 0.65, low + 0.5), (left + 2.95, low + 0.5), BLUE
            )
            arrow(
                axes, (left + 4.15, up + 0.5), (left + 1.85, up + 0.5), ORANGE
            )
    text(axes, 0.1, low + 0.5, r"$\overrightarrow{h}$", color=BLUE, ha="left")
    text(axes, 0.1, up + 0.5, r"$\overleftarrow{h}$", color=ORANGE, ha="left")
    return figure


def own_end() -> Figure:
    """Backward states of padded sequences, with their lengths and without."""
    rng = np.random.default_rng(4)
    lengths = np.array([6, 4, 2])
    x = rng.standard_normal((6, 3, 1))
    x[np.arange(6)[:, None] >= lengths] = 0
    run = np.ones((1, 1)), np.full((1, 1), 0.9), np.full(1, 0.5)
    figure, axes = canvas(6.6, 9.6, 4.2)
    states = []
    for k, given in enumerate((lengths, None)):
        h = bidirectional_rnn(
            x, np.zeros((2, 3, 1)), *run, *run, lengths=given
        )
        states.append(h[..., 1].T.round(2))
        top = 1.0 + 4.9 * k
        padding = {(b, t) for b in range(3) for t in range(lengths[b], 6)}
        wrong = {
            (b, t)
            for b, t in np.ndindex(3, 6)
            if abs(states[k][b, t] - states[0][b, t]) > 0.005
        }
        cells(
            axes,
            states[k],
            0.3,
            top,
            ghosts=padding,
            marked=wrong,
            mark=ORANGE_WASH,
            size=8.5,
        )
        name = "with lengths" if k == 0 else "without lengths"
        text(axes, 3.3, top - 0.5, name, color=MUTED)
        arrow(axes, (6.1, top + 3.4), (0.5, top + 3.4), ORANGE)
    return figure


def by_step() -> Figure:
    """The share of right tags by step, and the best guess."""
    figure, axes = plt.subplots(figsize=(5.2, 2.9))
    steps = np.arange(1, tagging.LONGEST + 1)
    p = tagging.comes_again()
    axes.plot(
        steps, 100 * np.maximum(p, 1 - p), color=MUTED, label="best guess"
    )
    lines = tagging.unseen_lines(0)
    for direction, updates, style in (
        ("both", 1500, "o-"),
        ("forwards", 900, "o"),
    ):
        model = tagging.new_tagger(direction, 0)
        for _ in tagging.train(model, direction, 0, updates):
            pass
        right = tagging.right(model, direction, lines) & lines.inside
        share = 100 * right.sum(axis=1) / lines.inside.sum(axis=1)
        color = ORANGE if direction == "both" else BLUE
        name = "reads both ways" if direction == "both" else "reads forwards"
        axes.plot(steps, share, style, color=color, markersize=4, label=name)
    axes.set(xlabel="step", ylabel="tags right, %", ylim=(45, 103))
    axes.set_xticks([1, 5, 10, 15, 20])
    axes.legend(
        ncols=3, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1)
    )
    return figure
