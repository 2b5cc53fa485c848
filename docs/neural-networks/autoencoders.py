"""Figures of the page on autoencoders: shape, angle, reconstructions, errors."""

import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import PCA, Adam, Autoencoder, autoencoder_train
from reference_impl.examples._command import tiles
from reference_impl.examples.digits_autoencoder import (
    largest_angle,
    squared_error,
)
from reference_impl.examples.digits_mlp import load_rows
from sitekit.drawing import canvas, text
from sitekit.palette import BLUE, BLUE_WASH, MUTED, ORANGE

CODE = 8
SIZES = (64, 256, CODE)


@functools.cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Return digits to learn from and digits held out."""
    (x, _), (x_test, _) = load_rows(0)
    return x, x_test


@functools.cache
def _deep(sizes: tuple[int, ...], epochs: int) -> Autoencoder:
    """Return a trained autoencoder."""
    rng = np.random.default_rng(0)
    model = Autoencoder(sizes, generator=rng)
    adam = Adam(model.parameters(), 2e-3)
    for _ in autoencoder_train(model, _digits()[0], epochs, adam, rng, 32):
        pass
    return model


def bottleneck() -> Figure:
    """How many features each layer has."""
    layers = [*SIZES, *SIZES[-2::-1]]
    names = ["input", "hidden", "code", "hidden", "output"]
    figure, axes = canvas(13, 5.4)
    for i, (name, features) in enumerate(zip(names, layers, strict=True)):
        height = 0.25 * features**0.5
        x, y = 0.6 + 2.6 * i, 2.3 - height / 2
        axes.add_patch(
            plt.Rectangle((x, y), 1, height, fc=BLUE_WASH, ec=BLUE, lw=1.4)
        )
        text(axes, x + 0.5, 2.3, str(features), size=9)
        text(axes, x + 0.5, 4.8, name, size=8.5, color=MUTED)
        if i + 1 < len(layers):
            following = 0.25 * layers[i + 1] ** 0.5
            for side in (-0.5, 0.5):
                axes.plot(
                    [x + 1, x + 2.6],
                    [2.3 + side * height, 2.3 + side * following],
                    color=MUTED,
                    lw=0.8,
                )
    return figure


def angle() -> Figure:
    """Angle and loss of a linear autoencoder, against the components."""
    x = _digits()[0].astype(float)
    pca = PCA(CODE).fit(x)
    best = squared_error(pca.inverse_transform(pca.transform(x)), x)
    model = Autoencoder((64, CODE), dtype=float, generator=0)
    adam, rng = Adam(model.parameters(), 0.01), np.random.default_rng(0)
    angles, excess = [], []
    for loss in autoencoder_train(
        model, x - pca.mean_, 600, adam, rng, len(x)
    ):
        angles.append(largest_angle(model, pca))
        excess.append(loss - best)
    figure, (above, below) = plt.subplots(
        2, 1, sharex=True, figsize=(5.2, 3.8)
    )
    above.semilogy(angles, color=BLUE)
    above.set_ylabel("largest angle, rad")
    below.semilogy(excess, color=ORANGE)
    below.set(xlabel="step", ylabel="loss in excess")
    return figure


def reconstructions() -> Figure:
    """Digits, and what codes of eight numbers keep of them."""
    x, x_test = _digits()
    pca = PCA(CODE).fit(x)
    shown = x_test[:10]
    rows = [
        shown,
        pca.inverse_transform(pca.transform(shown)),
        _deep(SIZES, 30)(shown),
    ]
    figure, axes = plt.subplots(figsize=(5.2, 1.7))
    picture = tiles(np.concatenate(rows), 10)
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([3.5, 12.5, 21.5], ["held out", "PCA", "deep"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def code_size() -> Figure:
    """Error on digits held out, by the size of the code."""
    x, x_test = _digits()
    sizes = [1, 2, 4, 8, 16, 32]
    linear, deep = [], []
    for k in sizes:
        pca = PCA(k).fit(x)
        back = pca.inverse_transform(pca.transform(x_test))
        linear.append(squared_error(back, x_test))
        model = _deep((64, 256, k), 30)
        deep.append(squared_error(model(x_test), x_test))
    figure, axes = plt.subplots(figsize=(5.2, 3))
    axes.loglog(sizes, linear, "o-", color=BLUE, label="principal components")
    axes.loglog(sizes, deep, "o-", color=ORANGE, label="deep autoencoder")
    axes.set(xlabel="numbers in the code", ylabel="squared error")
    axes.set_xticks(sizes, map(str, sizes))
    axes.minorticks_off()
    ticks = [0.05, 0.02, 0.01]
    axes.set_yticks(ticks, map(str, ticks))
    axes.legend()
    return figure
