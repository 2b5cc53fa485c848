"""Figures of the page on the LSTM: the cell, its gates, its gradient."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reference_impl import (
    lstm,
    lstm_backward,
    rnn_tanh_backward,
)
from sitekit.drawing import arrow, canvas, number, text
from sitekit.palette import (
    BLUE,
    BLUE_WASH,
    GREEN,
    GREEN_WASH,
    INK,
    MUTED,
    ORANGE,
    ORANGE_WASH,
    PAPER,
)


def cell() -> Figure:
    """One step of one unit, with the numbers of the example on the page."""
    # All weights are 0, so the gates are what the biases say.
    biases = np.array([0, np.log(3), np.arctanh(0.6), np.log(4)])
    weights = [np.zeros((4, 1)), np.zeros((4, 1)), biases, np.zeros(4)]
    x, h, c = np.ones((1, 1, 1)), np.zeros((1, 1, 1)), np.full((1, 1, 1), 4.0)
    *_, trace = lstm(x, (h, c), weights, return_trace=True)
    record = trace.records[0]
    i, f, g, o = (number(value) for value in record.gates.ravel())
    new_c, new_h = record.cell[1].item(), record.hidden[1].item()
    figure, axes = canvas(13, 7.6)
    rail, bus = 1.6, 6.4
    for x0, x1, y in (
        (1.2, 2.55, rail), (3.25, 5.85, rail), (6.55, 11.2, rail),
    ):  # fmt: skip
        arrow(axes, (x0, y), (x1, y), BLUE)
    text(axes, 0.1, rail, f"$C^{{(t-1)}}$\n{number(c.item())}", ha="left")
    text(axes, 11.3, rail, f"$C^{{(t)}}$\n{number(new_c)}", ha="left")
    text(axes, 0.1, bus, "$x^{(t)}$\n$h^{(t-1)}$", ha="left")
    for x, name, value, wash in (
        (2.9, "$f$", f, BLUE_WASH), (5.2, "$i$", i, BLUE_WASH),
        (7.2, r"$\tilde{C}$", g, ORANGE_WASH), (8.6, "$o$", o, BLUE_WASH),
    ):  # fmt: skip
        _box(axes, x, 5.0, f"{name}\n{value}", wash)
        arrow(axes, (x, bus), (x, 5.55))
    axes.plot([1.2, 8.6], [bus, bus], color=MUTED, lw=1.2)
    _knot(axes, 2.9, rail, "×")
    _knot(axes, 6.2, rail, "+")
    _knot(axes, 6.2, 3.2, "×")
    _knot(axes, 9.9, 3.9, "×")
    arrow(axes, (2.9, 4.45), (2.9, rail + 0.4))
    arrow(axes, (5.3, 4.45), (5.95, 3.5))
    arrow(axes, (7.1, 4.45), (6.45, 3.5))
    arrow(axes, (6.2, 2.85), (6.2, rail + 0.4))
    arrow(axes, (9.1, 4.7), (9.6, 4.15))
    arrow(axes, (9.9, rail), (9.9, 2.2))
    _box(axes, 9.9, 2.6, "tanh", GREEN_WASH, 0.35)
    arrow(axes, (9.9, 2.98), (9.9, 3.5))
    arrow(axes, (10.25, 3.9), (11.2, 3.9))
    text(axes, 11.3, 3.9, f"$h^{{(t)}}$\n{number(round(new_h, 3))}", ha="left")
    text(axes, 4.4, 0.75, "what is kept", size=8, color=MUTED)
    text(axes, 7.55, 2.6, "what is added", size=8, color=MUTED)
    return figure


def survival() -> Figure:
    """How much of a gradient is left after so many steps back."""
    figure, axes = plt.subplots()
    for bias, colour, style in (
        (4, BLUE, "-"),
        (2, ORANGE, "--"),
        (0, GREEN, ":"),
    ):
        name = f"LSTM, $b_f$ = {bias}"
        axes.semilogy(_left_in_lstm(bias), style, color=colour, label=name)
    axes.semilogy(_left_in_rnn(), "-.", color=INK, label="tanh RNN")
    axes.set(
        xlabel="steps back", ylabel="gradient left", xlim=(0, 100),
        yticks=[1e-30, 1e-20, 1e-10, 1],
    )  # fmt: skip
    axes.legend(loc="lower left", fontsize=9)
    return figure


def _left_in_lstm(bias: float, T: int = 100, H: int = 32) -> np.ndarray:
    """Return |dL/dC_0| for a gradient of norm 1 at C_k, k = 0..T."""
    rng = np.random.default_rng(0)
    x, g, params = _draw(rng, T, H, 4)
    params[2] = np.repeat([0.0, bias, 0, 0], H)
    zero, norms = 0 * g, [1.0]
    for k in range(1, T + 1):
        back = lstm_backward((None, None, g), x[:k], (zero, zero), params)
        norms.append(float(np.linalg.norm(back.hx[1])))
    return np.array(norms)


def _left_in_rnn(T: int = 100, H: int = 32) -> np.ndarray:
    """Return |dL/dh_0| for a gradient of norm 1 at h_k, k = 0..T."""
    x, g, params = _draw(np.random.default_rng(0), T, H, 1)
    norms = [1.0]
    for k in range(1, T + 1):
        back = rnn_tanh_backward((None, g), x[:k], 0 * g, params)
        norms.append(float(np.linalg.norm(back.hx)))
    return np.array(norms)


def _draw(
    rng: np.random.Generator, T: int, H: int, gates: int
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return an input, a gradient of norm 1, weights of deviation H^-1/2."""
    x, g = rng.standard_normal((T, 1, H)), rng.standard_normal((1, 1, H))
    w_ih, w_hh = rng.standard_normal((2, gates * H, H)) / H**0.5
    biases = np.zeros((2, gates * H))
    return x, g / np.linalg.norm(g), [w_ih, w_hh, *biases]


def _box(
    axes: Axes, x: float, y: float, words: str, fill: str, half: float = 0.55
) -> None:
    """Draw a box of words around (x, y)."""
    axes.add_patch(
        plt.Rectangle(
            (x - 0.55, y - half), 1.1, 2 * half, fc=fill, ec=MUTED, lw=1
        )
    )
    text(axes, x, y, words)


def _knot(axes: Axes, x: float, y: float, sign: str) -> None:
    """Draw a circle with a sign at (x, y)."""
    axes.add_patch(plt.Circle((x, y), 0.35, fc=PAPER, ec=INK, lw=1, zorder=3))
    text(axes, x, y, sign)
