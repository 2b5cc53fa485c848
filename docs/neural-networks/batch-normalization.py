"""Figures of the page on batch normalization."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    batch_norm,
    batch_norm_backward,
    group_norm_backward,
    instance_norm_backward,
    layer_norm_backward,
)
from sitekit.drawing import canvas, frame, text
from sitekit.palette import BLUE, BLUE_WASH, MUTED, ORANGE, PAPER

N, C, PLACES = 5, 6, (2, 2)


def who_sees_whom() -> Figure:
    """The examples and channels that one output depends on, by its gradient."""
    z = np.random.default_rng(0).standard_normal((N, C, *PLACES))
    G = np.zeros_like(z)
    G[1, 2, 0, 0] = 1.0
    grads = {
        "batch": batch_norm_backward(G, z, None, None, training=True),
        "layer": layer_norm_backward(G, z, (C, *PLACES)),
        "instance": instance_norm_backward(G, z),
        "group": group_norm_backward(G, z, C // 2),
    }
    figure, axes = canvas(26, 8.4, 6.2)
    for k, (name, found) in enumerate(grads.items()):
        x = 1 + 6.4 * k
        seen = np.abs(found.input).sum(axis=(2, 3)) > 0
        for n, c in np.ndindex(N, C):
            axes.add_patch(
                plt.Rectangle(
                    (x + n, 1.2 + c),
                    1,
                    1,
                    facecolor=BLUE_WASH if seen[n, c] else PAPER,
                    edgecolor=MUTED,
                    linewidth=0.8,
                )
            )
        frame(axes, x + 1, 3.2, 1, 1, BLUE)
        text(axes, x + N / 2, 0.6, f"{name} norm", size=8.5)
        text(axes, x + N / 2, 7.8, "examples", size=7.5, color=MUTED)
    text(axes, 0.4, 4.2, "channels", size=7.5, color=MUTED, rotation=90)
    return figure


def companions() -> Figure:
    """The output of one example in batches of other sizes."""
    rng = np.random.default_rng(0)
    figure, axes = plt.subplots(figsize=(5.2, 2.8))
    sizes = (2, 4, 8, 16, 64)
    for k, size in enumerate(sizes):
        # 200 batches at once, a channel each
        z = rng.standard_normal((size, 200))
        z[0] = 1.0
        out = batch_norm(z, None, None, training=True, eps=1e-12)[0]
        where = k + rng.uniform(-0.22, 0.22, out.size)
        axes.plot(where, out, ".", color=BLUE, markersize=1.2)
    axes.axhline(1.0, color=ORANGE, linewidth=1.2)
    axes.set_xticks(range(len(sizes)), map(str, sizes))
    axes.set(xlabel="examples in the batch", ylabel="output for the input 1")
    axes.grid(axis="x", visible=False)
    return figure


def one_pass() -> Figure:
    """The error of the variance in float32 by the size of the mean."""
    rng = np.random.default_rng(0)
    means = 10.0 ** np.arange(0, 5.01, 0.25)
    errors: dict[str, list[float]] = {"one pass": [], "two passes": []}
    for mean in means:
        x = (mean + rng.standard_normal(1000)).astype(np.float32)
        exact = np.var(x.astype(np.float64))
        one = np.mean(x**2) - np.mean(x) ** 2
        two = np.mean((x - np.mean(x)) ** 2)
        errors["one pass"].append(abs(one / exact - 1))
        errors["two passes"].append(abs(two / exact - 1))
    figure, axes = plt.subplots(figsize=(5.2, 2.8))
    for name, values in errors.items():
        axes.loglog(means, np.maximum(values, 1e-9), label=name)
    axes.axhline(1.0, color=MUTED, linewidth=0.8, linestyle=":")
    axes.set(xlabel="mean of the numbers", ylabel="relative error")
    axes.legend(loc="upper left")
    return figure
