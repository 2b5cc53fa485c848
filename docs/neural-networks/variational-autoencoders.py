"""Figures of the page on variational autoencoders."""

import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reference_impl import (
    Adam,
    VariationalAutoencoder,
    kl_to_standard_normal,
    vae_train,
)
from reference_impl.examples._command import tiles
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.examples.digits_vae import latent_map
from sitekit.drawing import arrow, canvas, text
from sitekit.palette import BLUE, BLUE_WASH, GREEN, ORANGE, ORANGE_WASH


@functools.cache
def _trained(
    code: int, epochs: int, beta: float = 1.0
) -> tuple[VariationalAutoencoder, list[float]]:
    """Return a trained model, and its divergence epoch by epoch."""
    rng = np.random.default_rng(0)
    model = VariationalAutoencoder((64, 256, code), generator=rng)
    adam = Adam(model.parameters(), 2e-3)
    x = load_rows(0)[0][0]
    epochs_of = vae_train(model, x, epochs, adam, rng, 32, beta)
    return model, [mean.divergence for mean in epochs_of]


def network() -> Figure:
    """What depends on what."""
    figure, axes = canvas(13, 4.6)
    boxes = [
        (0.2, 1.6, "x", "64"),
        (2.6, 1.6, "encoder", ""),
        (5.0, 0.6, "μ", "k"),
        (5.0, 2.6, "s", "k"),
        (7.4, 1.6, "z", "k"),
        (9.4, 1.6, "decoder", ""),
        (11.6, 1.6, "a", "64"),
    ]
    for x, y, name, _ in boxes:
        wide = 1.6 if len(name) > 1 else 1.0
        axes.add_patch(
            plt.Rectangle((x, y), wide, 1, fc=BLUE_WASH, ec=BLUE, lw=1.4)
        )
        text(axes, x + wide / 2, y + 0.5, name)
    axes.add_patch(
        plt.Rectangle((7.4, 3.4), 1, 1, fc=ORANGE_WASH, ec=ORANGE, lw=1.4)
    )
    text(axes, 7.9, 3.9, "ε")
    arrow(axes, (1.2, 2.1), (2.6, 2.1))
    arrow(axes, (4.2, 2.0), (5.0, 1.2))
    arrow(axes, (4.2, 2.2), (5.0, 3.0))
    arrow(axes, (6.0, 1.2), (7.4, 2.0))
    arrow(axes, (6.0, 3.0), (7.4, 2.2))
    arrow(axes, (7.9, 3.4), (7.9, 2.6), ORANGE)
    arrow(axes, (8.4, 2.1), (9.4, 2.1))
    arrow(axes, (11.0, 2.1), (11.6, 2.1))
    return figure


def divergence() -> Figure:
    """The divergence of one latent variable, over mean and deviation."""
    figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(5.2, 2.4))
    mean = np.linspace(-2.5, 2.5, 101)[:, None]
    left.plot(mean, kl_to_standard_normal(mean, 0 * mean, "none"), color=BLUE)
    left.set(xlabel="mean, at deviation 1", ylabel="nats", ylim=(0, 3))
    sigma = np.linspace(0.03, 2.5, 200)[:, None]
    costs = kl_to_standard_normal(0 * sigma, 2 * np.log(sigma), "none")
    right.plot(sigma, costs, color=ORANGE)
    right.set(xlabel="deviation, at mean 0")
    return figure


def collapse() -> Figure:
    """The divergence while training, by its weight."""
    figure, axes = plt.subplots(figsize=(5.2, 2.6))
    for beta, colour in ((1.0, BLUE), (4.0, GREEN), (64.0, ORANGE)):
        _, values = _trained(8, 15, beta)
        epochs = np.arange(1, len(values) + 1)
        axes.plot(epochs, values, color=colour, label=f"β = {beta:.0f}")
    axes.set(xlabel="epoch", ylabel="divergence, nats", ylim=(0, None))
    axes.legend()
    return figure


def map_of_z() -> Figure:
    """What is decoded from a grid of z."""
    digits = latent_map(_trained(2, 40)[0], 10)
    figure, axes = plt.subplots(figsize=(3.6, 3.6))
    _show(axes, tiles(digits, 10))
    return figure


def samples() -> Figure:
    """New digits."""
    digits = _trained(8, 40)[0].sample(20, 3)
    figure, axes = plt.subplots(figsize=(5.2, 1.2))
    _show(axes, tiles(digits, 10))
    return figure


def clouds() -> Figure:
    """The means of held-out digits, by class."""
    x, labels = load_rows(0)[1]
    mean, _ = _trained(2, 40)[0].encode(x)
    figure, axes = plt.subplots(figsize=(5.2, 3.6))
    for digit in range(10):
        points = mean[labels == digit]
        for z in points:
            text(axes, *z, str(digit), size=7, color=f"C{digit % 6}")
    bound = np.abs(mean).max() * 1.05
    axes.set(xlim=(-bound, bound), ylim=(-bound, bound))
    axes.set(xlabel="first latent variable", ylabel="second")
    return figure


def _show(axes: Axes, picture: np.ndarray) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.axis("off")
