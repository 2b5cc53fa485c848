"""Figures of the page on the small network: its shape, its training, its filters."""

import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from reference_impl import CNNParameters, cnn_init, cnn_train
from reference_impl.convolutional_networks.implementing_a_cnn import _layers
from reference_impl.examples.digits_cnn import accuracy, load_digits
from sitekit.drawing import arrow, canvas, text
from sitekit.palette import BLUE, MUTED, ORANGE

EPOCHS = 20


def architecture() -> Figure:
    """The shape of what each layer puts out."""
    parameters = cnn_init(np.random.default_rng(0))
    image = np.ones((1, 1, 8, 8), np.float32)
    _, h1, p1, _, h2, p2, _, logits = _layers(parameters, image)
    boxes = [
        ("image", image),
        ("convolution\n3 × 3, ReLU", h1),
        ("pooling\n2 × 2", p1),
        ("convolution\n3 × 3, ReLU", h2),
        ("pooling\n2 × 2", p2),
        ("linear", logits),
    ]
    figure, axes = canvas(15.6, 4.6)
    for k, (name, value) in enumerate(boxes):
        x, side = 0.4 + 2.6 * k, 0.5 + value.shape[-1] / 8
        if value.ndim == 2:
            side = 0.5
        y = 2.1 - side / 2
        axes.add_patch(
            plt.Rectangle((x, y), side, side, fill=False, ec=BLUE, lw=1.6)
        )
        size = " × ".join(map(str, value.shape[1:]))
        text(axes, x + 0.9, 3.5, size, size=8.5)
        text(axes, x + 0.9, 4.2, name, size=7.5, color=MUTED)
        if k + 1 < len(boxes):
            arrow(axes, (x + side + 0.1, 2.1), (x + 2.5, 2.1))
    return figure


@functools.cache
def _run() -> tuple[list[float], list[float], CNNParameters]:
    """Train as the command does; return losses, held-out errors, parameters."""
    rng = np.random.default_rng(0)
    train, test = load_digits(0)
    losses, errors = [], []
    for epoch in cnn_train(cnn_init(rng), *train, EPOCHS, rng):
        losses.append(float(np.mean(epoch.losses)))
        errors.append(1 - accuracy(epoch.parameters, *test))
    return losses, errors, epoch.parameters


def training() -> Figure:
    """Loss and held-out error by epoch."""
    losses, errors, _ = _run()
    epochs = np.arange(1, EPOCHS + 1)
    figure, (above, below) = plt.subplots(
        2, 1, sharex=True, figsize=(5.2, 3.8)
    )
    above.semilogy(epochs, losses, color=BLUE)
    above.set_ylabel("training loss")
    below.plot(epochs, 100 * np.array(errors), color=ORANGE)
    below.set(xlabel="epoch", ylabel="held-out error, %", ylim=(0, None))
    below.set_xticks(range(0, EPOCHS + 1, 5))
    return figure


def filters() -> Figure:
    """The kernels of the first layer."""
    kernels = _run()[2].conv1_weight[:, 0]
    bound = np.abs(kernels).max()
    colours = LinearSegmentedColormap.from_list(
        "signed", ["#2563b8", "#f7f7f7", "#b4540a"]
    )
    padded = np.pad(kernels, [(0, 0), (0, 1), (0, 1)], constant_values=np.nan)
    rows = [np.hstack(padded[k : k + 8]) for k in (0, 8)]
    figure, axes = plt.subplots(figsize=(5.2, 1.5))
    picture = np.vstack(rows)[:-1, :-1]
    axes.pcolormesh(picture, cmap=colours, vmin=-bound, vmax=bound)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.axis("off")
    return figure
