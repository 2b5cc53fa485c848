"""Figures of the page on the GRU: the unit, and a unit that holds a value."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reference_impl import gru
from sitekit.drawing import arrow, canvas, number, text
from sitekit.palette import (
    BLUE,
    BLUE_WASH,
    FAINT,
    INK,
    MUTED,
    ORANGE,
    ORANGE_WASH,
    PAPER,
)


def unit() -> Figure:
    """One step of one unit, with the numbers of the example on the page."""
    weights = [
        np.array([[0.0], [0], [-0.5]]),
        np.array([[0.0], [0], [1]]),
        np.array([0, np.log(3), 0]),
        np.zeros(3),
    ]
    x, h = np.ones((1, 1, 1)), np.ones((1, 1, 1))
    _, new, trace = gru(x, h, weights, return_trace=True)
    r, z, n = (number(a) for a in trace.records[0].gates.ravel())
    figure, axes = canvas(13, 7.2)
    rail, bus = 1.5, 6.2
    arrow(axes, (1.3, rail), (3.75, rail), BLUE)
    arrow(axes, (4.45, rail), (9.05, rail), BLUE)
    arrow(axes, (9.75, rail), (11.5, rail), BLUE)
    text(axes, 0.1, rail, f"$h^{{(t-1)}}$\n{number(h.item())}", ha="left")
    text(axes, 11.6, rail, f"$h^{{(t)}}$\n{number(new.item())}", ha="left")
    text(axes, 0.1, bus, "$x^{(t)}$\n$h^{(t-1)}$", ha="left")
    axes.plot([1.3, 7.6], [bus, bus], color=MUTED, lw=1.2)
    for x0, name, value, wash in (
        (2.2, "$r$", r, BLUE_WASH), (4.1, "$z$", z, BLUE_WASH),
        (7.6, r"$\tilde{h}$", n, ORANGE_WASH),
    ):  # fmt: skip
        _box(axes, x0, 4.7, f"{name}\n{value}", wash)
        arrow(axes, (x0, bus), (x0, 5.3))
    _knot(axes, 4.1, rail, "×")
    _knot(axes, 9.4, rail, "+")
    _knot(axes, 7.6, 2.7, "×")
    _knot(axes, 6.1, 5.5, "×")
    arrow(axes, (4.1, 4.1), (4.1, rail + 0.4))
    axes.plot([4.1, 6.2], [2.7, 2.7], color=MUTED, lw=1.2)
    text(axes, 5.6, 2.35, "1 − z", size=8, color=MUTED)
    arrow(axes, (6.0, 2.7), (7.2, 2.7))
    arrow(axes, (7.6, 4.1), (7.6, 3.1))
    arrow(axes, (7.9, 2.45), (9.1, 1.75))
    axes.plot([2.75, 6.1], [3.6, 3.6], color=MUTED, lw=1.2)
    axes.plot([2.2, 2.2, 2.75], [4.15, 3.6, 3.6], color=MUTED, lw=1.2)
    arrow(axes, (6.1, 3.6), (6.1, 5.1))
    arrow(axes, (6.1, bus), (6.1, 5.9))
    arrow(axes, (6.45, 5.4), (7.0, 5.0))
    return figure


def hold() -> Figure:
    """A unit with gates set by hand, that keeps what it was told to keep."""
    signal, marks, state = _held()
    steps = np.arange(1, len(signal) + 1)
    figure, axes = plt.subplots(figsize=(5.2, 2.6))
    for k in steps[marks == 1]:
        axes.axvline(k, color=FAINT, lw=6)
    axes.plot(steps, signal, ".", color=ORANGE, label="input")
    axes.plot(steps, state, color=BLUE, label="hidden state")
    axes.set(xlabel="step", ylim=(-1.05, 1.05))
    axes.grid(axis="x", visible=False)
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def _box(axes: Axes, x: float, y: float, words: str, fill: str) -> None:
    """Draw a box of words around (x, y)."""
    axes.add_patch(
        plt.Rectangle((x - 0.55, y - 0.55), 1.1, 1.1, fc=fill, ec=MUTED, lw=1)
    )
    text(axes, x, y, words)


def _knot(axes: Axes, x: float, y: float, sign: str) -> None:
    """Draw a circle with a sign at (x, y)."""
    axes.add_patch(plt.Circle((x, y), 0.35, fc=PAPER, ec=INK, lw=1, zorder=3))
    text(axes, x, y, sign)


def _held() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an input, the marks beside it and the state of the unit."""
    rng = np.random.default_rng(3)
    signal = rng.uniform(-0.95, 0.95, 60)
    marks = np.isin(np.arange(60), [3, 17, 30, 48]) * 1.0
    x = np.stack([signal, marks], axis=-1)[:, None]
    w_ih = np.array([[0.0, 0], [0, -40], [1, 0]])  # r, z, candidate
    b_ih = np.array([0, 20.0, 0])
    params = [w_ih, np.zeros((3, 1)), b_ih, np.zeros(3)]
    output, _ = gru(x, np.zeros((1, 1, 1)), params)
    return signal, marks, output[:, 0, 0]
