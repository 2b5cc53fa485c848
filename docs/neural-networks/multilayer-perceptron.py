"""Figures of the page on the multilayer perceptron: errors, and a training."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from reference_impl import NeuralNetMLP, mlp_errors, mlp_forward
from reference_impl.examples.digits_mlp import load_rows
from sitekit.drawing import arrow, canvas, number, text
from sitekit.palette import BLUE, BLUE_WASH, MUTED, ORANGE

X, TARGET = np.array([[1.0, 2.0]]), np.array([[0.0, 3.0]])
WEIGHTS = [
    np.array([[2.0, -1.0], [1.0, 1.0]]),
    np.array([[1.0, 0.5], [-2.0, 1.0]]),
]
BIASES = [np.array([-1.0, 0.0]), np.array([0.0, -0.5])]
COLUMNS, ROWS, RADIUS = (1.4, 5.6, 9.8), (1.9, 4.9), 0.52
EPOCHS = 100


def error_flow() -> Figure:
    """The example's network: what flows forward and what flows back."""
    passed = mlp_forward(X, WEIGHTS, BIASES, "relu", "identity")
    errors = mlp_errors(
        *(passed, TARGET, WEIGHTS),
        *("relu", "squared_error", "identity"),
    )
    figure, axes = canvas(12.6, 6.5)
    for l, weight in enumerate(WEIGHTS):
        for i, j in np.ndindex(weight.shape):
            _line(axes, l, i, j, weight[i, j])
    for l, values in enumerate(passed.activations):
        for j, value in enumerate(values[0]):
            x, y = COLUMNS[l], ROWS[j]
            axes.add_patch(
                Circle((x, y), RADIUS, fc=BLUE_WASH, ec=BLUE, lw=1.6, zorder=3)
            )
            text(axes, x, y, number(value), color=BLUE, size=11)
            if l:
                delta = f"δ = {number(errors[l - 1][0, j])}"
                text(axes, x, y + 0.95, delta, color=ORANGE, size=10.5)
    for j, target in enumerate(TARGET[0]):
        words = f"target {number(target)}"
        text(
            axes,
            COLUMNS[2] + 0.75,
            ROWS[j],
            words,
            ha="left",
            color=MUTED,
            size=10,
        )
    for x, name in zip(COLUMNS, ("input", "hidden", "output"), strict=True):
        text(axes, x, 0.9, name, color=MUTED, size=10)
    for left, right in pairwise(COLUMNS):
        arrow(axes, (left + 1.3, 0.35), (right - 1.3, 0.35), BLUE)
        arrow(axes, (right - 1.3, 6.2), (left + 1.3, 6.2), ORANGE)
    return figure


def _line(axes: Axes, l: int, i: int, j: int, weight: float) -> None:
    """Draw the weight from unit i of column l to unit j of the next."""
    start = np.array((COLUMNS[l], ROWS[i]))
    end = np.array((COLUMNS[l + 1], ROWS[j]))
    axes.plot(*zip(start, end, strict=True), color=MUTED, lw=1, zorder=1)
    x, y = start + 0.3 * (end - start)
    text(axes, x, y - 0.22, number(weight), size=10, color=MUTED)


def training() -> Figure:
    """Cost and held-out error by epoch, trained as the command does."""
    train, test = load_rows(0)
    model = NeuralNetMLP(l2=1e-3, random_state=0)
    errors = []
    for _ in range(EPOCHS):
        model.partial_fit(*train, classes=range(10))
        errors.append(100 * (1 - model.score(*test)))
    epochs = np.arange(1, EPOCHS + 1)
    figure, (above, below) = plt.subplots(
        2, 1, sharex=True, figsize=(5.2, 3.8)
    )
    above.semilogy(epochs, model.history_["cost"], color=BLUE)
    above.set_ylabel("cost")
    above.set_yticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"], minor=False)
    above.set_yticks([], minor=True)
    below.plot(epochs, errors, color=ORANGE)
    below.set(xlabel="epoch", ylabel="held-out error, %", ylim=(0, None))
    return figure
