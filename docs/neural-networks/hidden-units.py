"""Figures of the page on hidden units."""

import functools
from collections.abc import Callable
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import reference_impl as ri
from reference_impl.examples.digits_cnn import load_digits
from sitekit.palette import BLUE, GREEN, INK, ORANGE, PURPLE

Function = Callable[..., np.ndarray]
UNITS, RATES, SEEDS = 64, (0.1, 0.3, 1.0, 1.5, 2.0, 3.0, 5.0), 3


def rectifiers() -> Figure:
    """The rectified linear unit and three relatives."""
    z = np.linspace(-3, 3, 241)
    curves = [
        ("ReLU", ri.relu(z), "-", BLUE),
        ("leaky ReLU, α = 0.1", ri.leaky_relu(z, 0.1), "--", ORANGE),
        ("PReLU, α = 0.4 learnt", ri.prelu(z, np.array([0.4])), "-.", GREEN),
        ("absolute value, α = −1", ri.absolute(z), ":", PURPLE),
    ]
    figure, axes = plt.subplots(figsize=(5.2, 3.4))
    for name, h, line, colour in curves:
        axes.plot(z, h, line, color=colour, label=name)
    axes.set(xlabel="z", ylabel="h", ylim=(-1.4, 3.1))
    axes.legend(loc="upper center", fontsize=9)
    return figure


@functools.cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    (images, labels), _ = load_digits(0)
    return images.reshape(len(images), -1).astype(float), labels


def _train(
    unit: Function,
    backward: Function,
    rate: float,
    *,
    bias: float = 0.0,
    epochs: int = 5,
    seed: int = 0,
) -> tuple[float, list[float]]:
    """Train one hidden layer; return the share of dead units and the losses."""
    x, y = _digits()
    rng = np.random.default_rng(seed)
    sizes = (x.shape[1], UNITS, 10)
    w = [rng.standard_normal(s) * np.sqrt(2 / s[0]) for s in pairwise(sizes)]
    b = [np.full(UNITS, bias), np.zeros(10)]
    losses = []
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x)), 28):
            z = x[rows] @ w[0] + b[0]
            h = unit(z)
            loss, gradients = ri.cross_entropy_and_gradients(
                h @ w[1] + b[1], y[rows]
            )
            g = gradients.input
            g_z = backward(g @ w[1].T, z)
            w[1] -= rate * h.T @ g
            b[1] -= rate * g.sum(axis=0)
            w[0] -= rate * x[rows].T @ g_z
            b[0] -= rate * g_z.sum(axis=0)
            losses.append(float(loss))
    z = x @ w[0] + b[0]
    passed = backward(np.ones_like(z), z) != 0
    return float(1 - passed.any(axis=0).mean()), losses


def dead_units() -> Figure:
    """Units dead by learning rate; losses from a start with all units off."""

    def leaky(z: np.ndarray) -> np.ndarray:
        return ri.leaky_relu(z, 0.1)

    def leaky_backward(g: np.ndarray, z: np.ndarray) -> np.ndarray:
        return ri.leaky_relu_backward(g, z, 0.1)

    units: list[tuple[str, Function, Function, str, str]] = [
        ("ReLU", ri.relu, ri.relu_backward, "-", BLUE),
        ("leaky ReLU, α = 0.1", leaky, leaky_backward, "--", ORANGE),
        ("absolute value", ri.absolute, ri.absolute_backward, ":", PURPLE),
    ]
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.2, 3.2))
    for name, unit, backward, line, colour in units:
        style = {"color": colour, "linestyle": line, "label": name}
        _, losses = _train(unit, backward, 0.3, bias=-3.0, epochs=8)
        epochs = np.arange(1, len(losses) + 1) / 28
        right.plot(epochs, losses, **style)
        if unit is ri.absolute:
            continue
        dead = [
            np.mean(
                [_train(unit, backward, r, seed=s)[0] for s in range(SEEDS)]
            )
            for r in RATES
        ]
        left.semilogx(RATES, 100 * np.array(dead), marker="o", ms=4, **style)
    left.set(title="dead units, %", xlabel="learning rate", ylim=(-4, 104))
    left.set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    left.minorticks_off()
    right.set(title="loss, all units off at first", xlabel="epoch")
    right.set_ylim(0, 2.6)
    figure.legend(
        *right.get_legend_handles_labels(),
        loc="lower center",
        ncol=3,
        fontsize=9,
        columnspacing=1.2,
    )
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    return figure


def pieces() -> Figure:
    """A parabola as the largest of a few of its tangents."""
    x = np.linspace(-1.5, 1.5, 301)
    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    axes.plot(x, x**2, color=INK, linewidth=1, label="x²")
    for k, line, colour in (
        (2, ":", BLUE),
        (3, "--", ORANGE),
        (5, "-.", GREEN),
    ):
        at = np.linspace(-1, 1, k)
        tangents = 2 * at * x[:, None] - at**2
        h = ri.maxout(tangents, pieces=k)[:, 0]
        axes.plot(x, h, line, color=colour, label=f"{k} pieces")
    axes.set(xlabel="x", ylabel="h")
    axes.legend(loc="upper center")
    return figure
