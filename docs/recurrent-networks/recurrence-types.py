"""Figures of the page on hidden and output recurrence."""

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    Adam,
    hidden_to_hidden,
    hidden_to_hidden_backward,
    output_to_hidden,
    output_to_hidden_backward,
    output_to_output,
    output_to_output_backward,
)
from sitekit.drawing import arrow, canvas, frame, text
from sitekit.palette import BLUE, GREEN, MUTED, ORANGE, PURPLE, RED

HIDDEN = 8


def kinds() -> Figure:
    """Which box hands on to the next step."""
    figure, axes = canvas(17, 15.6)
    for k, name in enumerate(
        ("hidden to hidden", "output to hidden", "output to output")
    ):
        top = 0.4 + 5.2 * k
        text(axes, 2.2, top + 2.0, name.replace(" to ", "\nto "), color=MUTED)
        for t in range(3):
            x = 5.2 + 4.2 * t
            frame(axes, x, top, 1.2, 1.2, GREEN)
            text(axes, x + 0.6, top + 0.6, "$o$")
            frame(axes, x, top + 2.4, 1.2, 1.2, MUTED)
            text(axes, x + 0.6, top + 3.0, "$h$")
            arrow(axes, (x + 0.6, top + 2.3), (x + 0.6, top + 1.3))
            arrow(axes, (x + 0.6, top + 4.5), (x + 0.6, top + 3.7), ORANGE)
            if t < 2:
                start = (x + 1.3, top + (3.0 if k == 0 else 0.6))
                end = (x + 4.1, top + (0.6 if k == 2 else 3.0))
                arrow(axes, start, end, BLUE)
    return figure


def recall() -> Figure:
    """Learning to say at the end what was read at the start."""
    figure, axes = plt.subplots(figsize=(5.2, 3.1))
    one, all_units = np.zeros((2, 1)), np.zeros((2, HIDDEN))
    runs: list[tuple[str, str, str, Any, Any, np.ndarray, bool]] = [
        ("hidden to hidden", BLUE, "-", hidden_to_hidden,
         hidden_to_hidden_backward, all_units, False),
        ("output to hidden, forced", RED, "-", output_to_hidden,
         output_to_hidden_backward, one, True),
        ("output to hidden, free", ORANGE, "--", output_to_hidden,
         output_to_hidden_backward, one, False),
        ("output to output, free", PURPLE, "-", output_to_output,
         output_to_output_backward, one, False),
    ]  # fmt: skip
    for name, color, style, run, back, state, forced in runs:
        axes.plot(
            _errors(run, back, state, forced),
            style,
            color=color,
            label=name,
            linewidth=1.3,
        )
    axes.set(xlabel="update", ylabel="error of the answer", ylim=(0, 2.0))
    axes.legend(ncols=2, fontsize=8, loc="upper right")
    return figure


def _errors(
    run: Callable[..., np.ndarray],
    back: Callable[..., Any],
    state: np.ndarray,
    forced: bool,
    updates: int = 600,
) -> list[float]:
    """Train on the two sequences; return the error of the last output."""
    bit = np.array([-1.0, 1.0])
    x, y = np.zeros((6, 2, 2)), np.zeros((6, 2, 1))
    x[0, :, 0], x[-1, :, 1], y[-1, :, 0] = bit, 1, bit
    rng, S, H = np.random.default_rng(0), state.shape[1], HIDDEN
    shapes = [(H, 2), (H, S), (1, H)]
    if run is output_to_output:
        shapes = [(H, 2), (1, H), (1, 1)]
    weights = [0.5 * rng.standard_normal(shape) for shape in shapes]
    weights += [np.zeros(H), np.zeros(1)]
    optimizer, told = Adam(weights, lr=0.01), (y,) if forced else ()
    errors = []
    for _ in range(updates):
        errors.append(float(np.mean((run(x, state, *weights) - y)[-1] ** 2)))
        gap = run(x, state, *weights, *told) - y
        grads = back(gap, x, state, *weights, *told)
        optimizer.step(list(grads[2:7]))
    return errors
