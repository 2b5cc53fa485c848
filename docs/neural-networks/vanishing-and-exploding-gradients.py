"""Figures of the page on gradients that vanish or explode, from runs."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    clip_grad_norm_,
    gradient_norms,
    kaiming_normal,
    mlp_cost,
    mlp_errors,
    mlp_forward,
    mlp_gradients,
    mlp_update,
    naive_normal,
    xavier_normal,
)
from sitekit.palette import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, RED

Norms = Callable[[int], np.ndarray]


def _norms(
    activation: str, initialize: Callable[..., np.ndarray], **skip: float
) -> Norms:
    """Return the function from a depth to the norms by layer."""

    def of_depth(depth: int) -> np.ndarray:
        return gradient_norms(
            depth, activation, initialize, of="input", **skip
        )

    return of_depth


SIGMOID = _norms("sigmoid", xavier_normal)
TANH = _norms("tanh", xavier_normal)
RELU = _norms("relu", kaiming_normal)
SKIPS = _norms("relu", kaiming_normal, skip=True, branch=1 / 8)
XAVIER = _norms("relu", xavier_normal)
LARGE = _norms("relu", naive_normal)
SMALL = _norms("relu", partial(naive_normal, std=0.01))


def by_layer() -> Figure:
    """The gradient in each of 32 layers, for four kinds of network."""
    return _layers(
        ("ReLU with skips", SKIPS, GREEN),
        ("ReLU", RELU, BLUE),
        ("tanh", TANH, PURPLE),
        ("sigmoid", SIGMOID, ORANGE),
    )


def first_weights() -> Figure:
    """The gradient in each of 32 layers of ReLU, for four first weights."""
    return _layers(
        ("deviation 1", LARGE, RED),
        ("He", RELU, BLUE),
        ("Xavier", XAVIER, PURPLE),
        ("deviation 0.01", SMALL, ORANGE),
    )


def _layers(*curves: tuple[str, Norms, str]) -> Figure:
    figure, axes = plt.subplots()
    layers = np.arange(1, 33)
    for name, norms, color in curves:
        axes.semilogy(layers, norms(32), color=color, label=name)
    axes.set(xlabel="layer, the last at the right", ylabel="gradient norm")
    axes.set_xticks([1, 8, 16, 24, 32])
    axes.legend()
    return figure


def by_depth() -> Figure:
    """What reaches the first layer of what reaches the last."""
    figure, axes = plt.subplots(figsize=(5.2, 4.0))
    depths = [2, 4, 8, 16, 32, 64]
    for name, norms, color in (
        ("ReLU, deviation 1", LARGE, RED),
        ("ReLU with skips", SKIPS, GREEN),
        ("ReLU, He", RELU, BLUE),
        ("tanh, Xavier", TANH, PURPLE),
        ("ReLU, Xavier", XAVIER, MUTED),
        ("sigmoid, Xavier", SIGMOID, ORANGE),
    ):
        found = map(norms, depths)
        ratios = [g[0] / g[-1] for g in found]
        axes.semilogy(depths, ratios, "o-", ms=3, color=color, label=name)
    axes.set(xlabel="layers", ylabel="first / last layer", ylim=(1e-42, 1e49))
    axes.set_xticks(depths[2:])
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def clipping() -> Figure:
    """The cost of one training, with and without clipping."""
    figure, axes = plt.subplots()
    with np.errstate(all="ignore"):
        free, clipped = list(_costs(np.inf, 4)), list(_costs(1.0, 300))
    axes.semilogy(clipped, color=BLUE, label="norm at most 1")
    axes.semilogy(free, "o-", ms=3, color=RED, label="not clipped")
    axes.set(xlabel="step", ylabel="cost", ylim=(0.2, 1e5))
    axes.legend(labelcolor=INK)
    return figure


def _costs(max_norm: float, steps: int) -> Iterator[float]:
    """Train as the snippet on the page does; give the cost of each step."""
    rng = np.random.default_rng(0)
    x = 5 * rng.standard_normal((50, 3))
    y = np.abs(x).sum(axis=1, keepdims=True)
    sizes = [3, 30, 30, 30, 1]
    W = [kaiming_normal((d, m), rng=rng).T for m, d in pairwise(sizes)]
    b = [np.zeros(d) for d in sizes[1:]]
    ends = {"cost": "squared_error", "unit": "identity"}
    for _ in range(steps):
        passed = mlp_forward(x, W, b, "relu", "identity")
        yield mlp_cost(passed.net_inputs[-1], y, **ends)
        errors = mlp_errors(passed, y, W, "relu", **ends)
        grads = mlp_gradients(errors, passed.activations, W)
        g = grads.weights + grads.biases
        clip_grad_norm_(g, max_norm)
        W, b = mlp_update(W, g[:4], 0.05), mlp_update(b, g[4:], 0.05)
