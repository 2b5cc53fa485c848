"""Figures of the page on generative adversarial networks."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    Adam,
    FeedForward,
    gan_value_backward,
    generator_loss_backward,
    optimal_discriminator,
    sigmoid,
)
from reference_impl.examples._command import tiles
from reference_impl.examples.digits_gan import digits_gan
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.examples.mixture_gan import mixture_gan, ring, train
from sitekit.palette import BLUE, GREEN, INK, MUTED, ORANGE


def optimal() -> Figure:
    """Two densities, the best discriminator, and a trained one."""
    rng = np.random.default_rng(0)
    network = FeedForward((1, 32, 1), "tanh", generator=rng)
    adam = Adam(network.parameters(), 0.02)
    for _ in range(1500):
        real = rng.normal(-1, 1, (128, 1)).astype(np.float32)
        fake = rng.normal(1, 0.7, (128, 1)).astype(np.float32)
        logits, pullback = network.vjp(np.concatenate([real, fake]))
        g = gan_value_backward(-1.0, logits[:128, 0], logits[128:, 0])
        adam.step(pullback(np.concatenate(g)[:, None]).parameters)
    x = np.linspace(-4, 3.5, 200)
    p = np.exp(-((x + 1) ** 2) / 2) / np.sqrt(2 * np.pi)
    q = np.exp(-(((x - 1) / 0.7) ** 2) / 2) / np.sqrt(2 * np.pi) / 0.7
    points = np.linspace(-3, 2.5, 23, dtype=np.float32)
    trained = sigmoid(network(points[:, None]))[:, 0]
    figure, axes = plt.subplots(figsize=(5.2, 3))
    axes.plot(x, p, color=BLUE, label="data p")
    axes.plot(x, q, color=ORANGE, label="generator q")
    axes.plot(x, optimal_discriminator(p, q), color=INK, label="p / (p + q)")
    axes.plot(points, trained, ".", color=GREEN, label="trained D")
    axes.set(xlabel="x", ylim=(0, 1.05), xlim=(-4, 3.5))
    axes.legend(loc="center left", fontsize=8)
    return figure


def gradients() -> Figure:
    """The pull on the logit of a generated example, by both losses."""
    logits = np.linspace(-6, 6, 200)
    figure, axes = plt.subplots(figsize=(5.2, 2.6))
    for saturating, name, colour in (
        (True, "log(1 − D), saturating", BLUE),
        (False, "−log D, non-saturating", ORANGE),
    ):
        pull = [
            -generator_loss_backward(1.0, logits[i : i + 1], saturating)[0]
            for i in range(len(logits))
        ]
        axes.plot(sigmoid(logits), pull, color=colour, label=name)
    axes.set(xlabel="D of the generated example", ylabel="pull on its logit")
    axes.set_ylim(0, 1.5)  # room for the legend
    axes.legend()
    return figure


def mixture() -> Figure:
    """Generated points through training."""
    rng = np.random.default_rng(0)
    x, _ = ring(8, 20_000, rng)
    gan = mixture_gan(rng)
    marks, shown = (1, 100, 400, 1000, 2000), []
    for number, _ in enumerate(train(gan, x, 2000, rng, 128, 2e-3), 1):
        if number in marks:
            shown.append(gan.sample(250, rng))
    figure, grid = plt.subplots(1, 5, figsize=(5.2, 1.3))
    for axes, number, points in zip(grid, marks, shown, strict=True):
        axes.plot(*x[:160].T, ".", color=MUTED, ms=0.8)
        axes.plot(*points[:160].T, ".", color=ORANGE, ms=1.6)
        axes.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[])
        axes.set_aspect("equal")
        axes.set_title(f"step {number}", size=7)
        axes.spines[:].set_visible(False)
    return figure


def digits() -> Figure:
    """Generated digits through training."""
    rng = np.random.default_rng(0)
    (x, _), _ = load_rows(0)
    gan = digits_gan(rng)
    marks, shown = (1, 100, 500, 1200, 2500), []
    noise = gan.noise(10, 1)
    for number, _ in enumerate(train(gan, x, 2500, rng, 64, 2e-3), 1):
        if number in marks:
            shown.append(gan.generator(noise))
    figure, axes = plt.subplots(figsize=(5.2, 2.6))
    picture = tiles(np.concatenate(shown), 10)
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([3.5 + 9 * i for i in range(5)], list(map(str, marks)))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure
