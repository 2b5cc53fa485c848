"""Figures of the page on output units."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import reference_impl as ri
from sitekit.palette import BLUE, GREEN, ORANGE, PURPLE

DELTA, BETA = 2.0, 1.0


def gradient_against_logit() -> Figure:
    """How hard three losses pull at the logit where the target is 1."""
    z = np.linspace(-8, 8, 321)
    ones = np.ones_like(z)
    log = ri.binary_cross_entropy_with_logits_backward(
        ones, z, ones, None, "none"
    )
    squared = ri.mse_loss_backward(ones, ri.sigmoid(z), ones, "none")
    curves = [
        (log.input, "−log σ(z), with the logarithm", "-", BLUE),
        (
            ri.sigmoid_backward(squared.input, z),
            "(σ(z) − 1)², squared error",
            "--",
            ORANGE,
        ),
        (
            ri.sigmoid_backward(-ones, z),
            "−σ(z), the probability itself",
            ":",
            GREEN,
        ),
    ]
    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    for gradient, name, line, colour in curves:
        axes.plot(z, -gradient, line, label=name, color=colour)
    axes.set(
        xlabel="logit z",
        ylabel="minus the gradient, target 1",
        ylim=(-0.03, 1.45),
    )
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.legend(loc="upper right", fontsize=9)
    return figure


def distances() -> Figure:
    """Four losses of a miss, and their slopes."""
    d = np.linspace(-4, 4, 401)
    zero, one = np.zeros_like(d), np.ones_like(d)
    losses = [
        ("mse", ri.mse_loss, ri.mse_loss_backward, (), "-", BLUE),
        ("l1", ri.l1_loss, ri.l1_loss_backward, (), "--", ORANGE),
        (
            "huber",
            ri.huber_loss,
            ri.huber_loss_backward,
            (DELTA,),
            "-.",
            GREEN,
        ),
        (
            "smooth l1",
            ri.smooth_l1_loss,
            ri.smooth_l1_loss_backward,
            (BETA,),
            ":",
            PURPLE,
        ),
    ]
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.2, 3.1))
    for name, loss, backward, bend, line, colour in losses:
        style = {"color": colour, "linestyle": line, "label": name}
        left.plot(d, loss(d, zero, "none", *bend), **style)
        slope = backward(one, d, zero, "none", *bend).input
        right.plot(d, slope, **style)
    left.set(title="loss", xlabel="miss d", ylim=(-0.3, 8.5))
    right.set(title="slope", xlabel="miss d", ylim=(-4.5, 4.5))
    figure.legend(
        *left.get_legend_handles_labels(), loc="lower center", ncol=4
    )
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    return figure
