"""Figures of the page on activation functions."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import reference_impl as ri
from sitekit.palette import BLUE, FAINT, MUTED, ORANGE

FUNCTIONS: list[tuple[str, str, tuple[Any, ...]]] = [
    ("identity", "identity", ()),
    ("unit step", "unit_step", ()),
    ("sign", "sign", ()),
    ("hardtanh", "hardtanh", ()),
    ("logistic", "sigmoid", ()),
    ("tanh", "tanh", ()),
    ("softsign", "softsign", ()),
    ("hardsigmoid", "hardsigmoid", ()),
    ("ReLU", "relu", ()),
    ("absolute", "absolute", ()),
    ("leaky ReLU", "leaky_relu", (0.1,)),
    ("PReLU", "prelu", (np.array([0.4]),)),
    ("ReLU6", "relu6", ()),
    ("softplus", "softplus", ()),
    ("ELU", "elu", ()),
    ("SELU", "selu", ()),
    ("GELU", "gelu", ()),
    ("SiLU", "silu", ()),
    ("mish", "mish", ()),
    ("hardswish", "hardswish", ()),
]


def curves_and_slopes() -> Figure:
    """Every function and, dashed, its slope."""
    z = np.linspace(-4, 4, 161)
    figure, grid = plt.subplots(5, 4, figsize=(5.2, 6.4))
    for axes, (title, name, arguments) in zip(
        grid.flat, FUNCTIONS, strict=True
    ):
        backward = getattr(ri, name + "_backward")
        slope = backward(np.ones_like(z), z, *arguments)
        if name == "prelu":
            slope = slope.input
        axes.plot(z, getattr(ri, name)(z, *arguments), color=BLUE)
        axes.plot(z, slope, "--", color=ORANGE, linewidth=1.2)
        axes.set_title(title, size=10, pad=3)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.set(xlim=(-4, 4), ylim=(-1.6, 2.6), xticks=[], yticks=[])
        for line in (axes.axhline, axes.axvline):
            line(0, color=MUTED, linewidth=0.7, zorder=1)
        axes.axhline(1, color=FAINT, linewidth=0.7, zorder=0)
        axes.axhline(-1, color=FAINT, linewidth=0.7, zorder=0)
    for axes in grid[:, 0]:
        axes.set_yticks([-1, 0, 1])
    for axes in grid[-1]:
        axes.set_xticks([-3, 0, 3])
    figure.tight_layout(pad=0.3, h_pad=0.6, w_pad=0.6)
    return figure


def gelu_difference() -> Figure:
    """The tanh form of GELU less the exact one, and their slopes."""
    z = np.linspace(-6, 6, 301)
    one = np.ones_like(z)
    value = ri.gelu(z, "tanh") - ri.gelu(z)
    slope = ri.gelu_backward(one, z, "tanh") - ri.gelu_backward(one, z)
    figure, axes = plt.subplots(figsize=(5.2, 2.8))
    axes.plot(z, 1e4 * value, color=BLUE, label="value")
    axes.plot(z, 1e4 * slope, "--", color=ORANGE, label="slope")
    axes.set(xlabel="z", ylabel="difference, 1/10,000")
    axes.legend()
    return figure
