"""Figures of the page on architectures."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import many_to_one, one_to_many
from reference_impl.examples import sequence_architectures as examples
from sitekit.drawing import arrow, canvas, frame, text
from sitekit.palette import BLUE, GREEN, MUTED, ORANGE

#: Name, steps, and at which of them something is read and written.
WIRINGS = (
    ("many to one", 3, (0, 1, 2), (2,)),
    ("one to many", 3, (0,), (0, 1, 2)),
    ("many to many,\nsynchronised", 3, (0, 1, 2), (0, 1, 2)),
    ("many to many,\ndelayed", 6, (0, 1, 2), (3, 4, 5)),
)


def wirings() -> Figure:
    """Where something goes in and where something comes out."""
    figure, axes = canvas(25.4, 14.2)
    for k, (name, steps, reads, writes) in enumerate(WIRINGS):
        left, top = 0.8 + 10.4 * (k % 2), 1.2 + 7.4 * (k // 2)
        for t in range(steps):
            x = left + 2.4 * t
            frame(axes, x, top + 1.6, 1.2, 1.2, BLUE)
            if t + 1 < steps:
                arrow(axes, (x + 1.3, top + 2.2), (x + 2.3, top + 2.2), BLUE)
            if t in reads:
                arrow(axes, (x + 0.6, top + 4.3), (x + 0.6, top + 2.9), ORANGE)
            if t in writes:
                arrow(axes, (x + 0.6, top + 1.5), (x + 0.6, top + 0.1), GREEN)
        middle = left + 1.2 * (steps - 1) + 0.6
        text(axes, middle, top + 5.2, name, size=8.5, color=MUTED)
    return figure


def flowers() -> Figure:
    """What one number makes the network draw."""
    task = examples.TASKS[1]._replace(updates=1100)
    model = examples.new_model(task, 0)
    for _ in examples.train(task, model, 0):
        pass
    numbers = np.array([0, 0.5, 1], np.float32)
    drawn = one_to_many(numbers[:, None], model, examples.POINTS)
    wanted = examples.flower(numbers)
    figure, all_axes = plt.subplots(1, 3, figsize=(5.2, 2.0))
    for k, axes in enumerate(all_axes):
        axes.plot(*np.r_[wanted[:, k], wanted[:1, k]].T, color=MUTED, lw=0.8)
        axes.plot(*drawn[:, k].T, "o", color=BLUE, markersize=3)
        axes.set(aspect="equal", xlim=(-1.15, 1.15), ylim=(-1.15, 1.15))
        axes.set_title(f"reads {numbers[k]:g}", fontsize=9)
        axes.axis("off")
    return figure


def parity() -> Figure:
    """How often the parity is right, by the number of bits."""
    task = examples.TASKS[0]._replace(updates=700)
    model = examples.new_model(task, 0)
    for _ in examples.train(task, model, 0):
        pass
    rng, right = np.random.default_rng(3), []
    lengths = [*range(1, 13), *range(16, 101, 4)]
    for steps in lengths:
        bits = rng.integers(0, 2, (steps, 400, 1)).astype(np.float32)
        odd = bits.sum(axis=(0, 2)) % 2
        answer = many_to_one(bits, model).argmax(axis=-1)
        right.append(100 * np.mean(answer == odd))
    figure, axes = plt.subplots(figsize=(5.2, 2.5))
    axes.axvspan(1, 12, color=ORANGE, alpha=0.15, linewidth=0)
    axes.plot(lengths, right, ".-", color=BLUE)
    axes.axhline(50, color=MUTED, linestyle=":", linewidth=1)
    axes.text(100, 52, "guessing", ha="right", color=MUTED, fontsize=8.5)
    axes.set(xlabel="bits", ylabel="right, %", ylim=(40, 103))
    return figure
