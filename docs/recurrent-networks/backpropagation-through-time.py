"""Figures of the page on backpropagation through time."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    Adam,
    immediate_derivative,
    jacobian_product,
    jacobian_product_norms,
    rnn_tanh,
    rnn_tanh_backward,
    rnn_tanh_jacobians,
)
from sitekit.drawing import arrow, canvas, cells, text
from sitekit.palette import BLUE, BLUE_WASH, GREEN, MUTED, ORANGE, RED


def terms() -> Figure:
    """The terms of one unit's gradient, each with the way it comes."""
    hidden, w = np.array([[1.0], [0.5], [0.5], [0.0]]), np.array([[2.0]])
    jacobians = rnn_tanh_jacobians(hidden, w)
    figure, axes = canvas(14.2, 6.6)
    for t in range(4):
        x = 0.6 + 3.8 * t
        cells(axes, hidden[t], x, 2.2, fill=BLUE_WASH)
        text(axes, x + 0.5, 1.6, f"$h^{{({t})}}$")
        if t == 0:
            continue
        arrow(axes, (x - 2.7, 2.7), (x - 0.1, 2.7), BLUE)
        text(axes, x - 1.4, 2.2, f"× {jacobians[t - 1, 0, 0]:g}", color=BLUE)
        now = immediate_derivative(hidden[t], hidden[t - 1]).item()
        arrow(axes, (x + 0.5, 5.2), (x + 0.5, 3.3), ORANGE)
        text(axes, x + 0.7, 4.3, f"{now:g}", color=ORANGE, ha="left")
        text(axes, x + 0.5, 5.6, "$w$", color=ORANGE)
        term = jacobian_product(jacobians, 3, t).item() * now
        text(axes, x + 0.5, 6.2, f"term {term:g}", size=8, color=MUTED)
    text(axes, 6.4, 0.7, "a change travels this way", size=8, color=MUTED)
    return figure


def norms() -> Figure:
    """How the product of Jacobians grows or shrinks with its length."""
    rng, hidden_size, steps = np.random.default_rng(0), 64, 60
    w = rng.standard_normal((hidden_size, hidden_size))
    w /= np.abs(np.linalg.eigvals(w)).max()
    w_ih = rng.standard_normal((hidden_size, 4))
    x = 0.05 * rng.standard_normal((steps, 1, 4))
    figure, axes = plt.subplots(figsize=(5.2, 3.3))
    for radius, color in ((0.8, BLUE), (1.0, GREEN), (1.2, RED)):
        params = [w_ih, radius * w]
        h, _ = rnn_tanh(
            x, np.zeros((1, 1, hidden_size)), params, has_biases=False
        )
        states = np.concatenate([np.zeros((1, hidden_size)), h[:, 0]])
        for values, style in ((states, "-"), (0 * states, ":")):
            jacobians = rnn_tanh_jacobians(values, radius * w)
            axes.semilogy(
                jacobian_product_norms(jacobians),
                style,
                color=color,
                label=f"radius {radius:g}" if style == "-" else None,
            )
    axes.set(xlabel="steps between $h^{(k)}$ and $h^{(t)}$", ylabel="norm")
    axes.legend(fontsize=8.5, loc="lower left")
    return figure


def truncation() -> Figure:
    """Learning to repeat what was read six steps ago, by length of chunk."""
    figure, axes = plt.subplots(figsize=(5.2, 3.0))
    for steps, color in ((6, RED), (7, ORANGE), (36, BLUE)):
        label = f"chunks of {steps}" if steps < 36 else "the whole sequence"
        axes.plot(_echo(steps), color=color, label=label, linewidth=1.2)
    axes.set(xlabel="update", ylabel="squared error", ylim=(0, 1.3))
    axes.legend(fontsize=8.5)
    return figure


def _echo(steps: int, delay: int = 6, updates: int = 300) -> list[float]:
    """Train 8 units with truncated gradients; return the error by update."""
    rng, T, B, H = np.random.default_rng(0), 36, 16, 8
    params = [
        0.5 * rng.standard_normal((H, 1)),
        0.7 / H**0.5 * rng.standard_normal((H, H)),
        0.1 * rng.standard_normal(H),
        np.zeros(H),
    ]
    w_ho = 0.3 * rng.standard_normal((1, H))
    optimizer, errors = Adam([*params, w_ho], lr=0.01), []
    for _ in range(updates):
        x = rng.choice([-1.0, 1.0], (T, B, 1))
        target = np.concatenate([np.zeros((delay, B, 1)), x[:-delay]])
        hx, total, error = np.zeros((1, B, H)), None, 0.0
        for start in range(0, T, steps):  # the state goes on, its gradient not
            chunk = slice(start, start + steps)
            run = x[chunk], hx, params
            h, hx, trace = rnn_tanh(*run, return_trace=True)
            gap = h @ w_ho.T - target[chunk]
            error += float(np.sum(gap**2)) / (B * (T - delay))
            g = gap / (B * T)
            grads = rnn_tanh_backward((g @ w_ho, None), *run, trace=trace)
            new = [*grads.params, np.einsum("tbo,tbh->oh", g, h)]
            total = (
                new
                if total is None
                else [a + b for a, b in zip(total, new, strict=True)]
            )
        optimizer.step(total)
        errors.append(error)
    return errors
