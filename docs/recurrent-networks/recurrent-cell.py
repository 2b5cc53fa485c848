"""Figures of the page on the recurrent cell."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import hidden_to_hidden, rnn_tanh
from sitekit.drawing import arrow, canvas, cells, text
from sitekit.palette import BLUE, BLUE_WASH, GREEN, ORANGE


def unrolled() -> Figure:
    """The cell at four steps; equal arrows are equal matrices."""
    x = np.array([1.0, 0, -1, 2]).reshape(4, 1, 1)
    w_ih, w_hh = np.array([[0.5], [1.0]]), np.array([[0.8, 0.3], [-0.4, 0.6]])
    w_ho, zero = np.array([[1.0, 2.0]]), np.zeros((1, 1, 2))
    h, _ = rnn_tanh(x, zero, [w_ih, w_hh], has_biases=False)
    o = hidden_to_hidden(
        x, zero[0], w_ih, w_hh, w_ho, np.zeros(2), np.zeros(1)
    )
    figure, axes = canvas(14.6, 7.2)
    for t in range(4):
        left = 1.5 + 3.5 * t
        cells(axes, h[t, 0].round(2), left, 3.1, fill=BLUE_WASH, size=8)
        text(axes, left + 1, 6.2, f"{x[t, 0, 0]:g}".replace("-", "−"))
        text(axes, left + 1, 1.0, f"{o[t, 0, 0]:.2f}".replace("-", "−"))
        text(axes, left + 1, 6.8, f"$x^{{({t + 1})}}$")
        text(axes, left + 1, 0.4, f"$o^{{({t + 1})}}$")
        arrow(axes, (left + 1, 5.8), (left + 1, 4.2), ORANGE)
        text(axes, left + 1.6, 5.1, "$W_{xh}$", color=ORANGE)
        arrow(axes, (left + 1, 3.0), (left + 1, 1.4), GREEN)
        text(axes, left + 1.6, 2.2, "$W_{ho}$", color=GREEN)
        arrow(axes, (left - 1.4, 3.6), (left - 0.1, 3.6), BLUE)
        text(axes, left - 0.75, 3.1, "$W_{hh}$", color=BLUE)
    return figure


def memory() -> Figure:
    """What a single unit keeps of a push, by its recurrent weight."""
    steps = 16
    x = np.zeros((steps, 1, 1))
    x[0] = 1.0
    figure, axes = plt.subplots(figsize=(5.2, 2.9))
    for weight, style in ((0.5, "-"), (0.9, "-"), (1.5, "-"), (-0.9, "--")):
        params = [np.ones((1, 1)), np.full((1, 1), weight)]
        h, _ = rnn_tanh(x, np.zeros((1, 1, 1)), params, has_biases=False)
        label = f"$w_{{hh}}$ = {weight:g}".replace("-", "−")
        axes.plot(range(1, steps + 1), h.ravel(), style, label=label)
    axes.set(xlabel="step", ylabel="hidden state", xticks=range(1, 17, 3))
    axes.legend(
        ncols=4,
        fontsize=8,
        loc="lower center",
        bbox_to_anchor=(0.5, 1),
        handlelength=1.2,
        columnspacing=1.2,
    )
    return figure
