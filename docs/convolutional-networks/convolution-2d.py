"""Figures of the page on two-dimensional convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_sample_image

from reference_impl import conv2d
from sitekit.drawing import arrow, canvas, cells, frame, text
from sitekit.palette import BLUE, BLUE_WASH, ORANGE_WASH

IMAGE = np.array(
    [
        [3.0, 0.0, 1.0, 2.0, 1.0],
        [1.0, 5.0, 2.0, 0.0, 4.0],
        [2.0, 1.0, 0.0, 3.0, 1.0],
        [0.0, 2.0, 4.0, 1.0, 2.0],
        [1.0, 3.0, 1.0, 0.0, 2.0],
    ]
)
KERNEL = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
FILTERS = (
    ("blur", np.full((3, 3), 1 / 9)),
    ("vertical edges", KERNEL),
    ("horizontal edges", KERNEL.T),
)


def sliding_window() -> Figure:
    """The window at its first place, the kernel and the output."""
    figure, axes = canvas(15, 6.3)
    output = conv2d(IMAGE[None], KERNEL[None, None])[0]
    window = [(i, j) for i in range(3) for j in range(3)]
    cells(axes, IMAGE, 0.2, 1.0, marked=window, mark=BLUE_WASH)
    frame(axes, 0.2, 1.0, 3, 3, BLUE)
    cells(axes, KERNEL, 6.9, 2.0, fill=ORANGE_WASH)
    cells(axes, output, 11.7, 2.0, marked=[(0, 0)], mark=BLUE_WASH)
    frame(axes, 11.7, 2.0, 1, 1, BLUE)
    for x, words in ((2.7, "image"), (8.4, "kernel"), (13.2, "output")):
        text(axes, x, 0.5, words)
    text(axes, 6.05, 3.5, "×", size=13)
    arrow(axes, (10.2, 3.5), (11.4, 3.5))
    return figure


def filtered_image() -> Figure:
    """A photograph and what three kernels make of it, in one picture."""
    photograph = load_sample_image("china.jpg")[::3, ::3].mean(axis=2)
    names, panels = ["photograph"], [photograph[1:-1, 1:-1]]
    for name, kernel in FILTERS:
        result = conv2d(photograph[None], kernel[None, None])[0]
        names.append(name)
        panels.append(np.minimum(np.abs(result), 255))
    height, width = panels[0].shape
    rows = [np.hstack(panels[:2]), np.hstack(panels[2:])]
    figure, axes = plt.subplots(figsize=(5.2, 3.7))
    axes.imshow(np.vstack(rows), cmap="gray", vmin=0, vmax=255)
    axes.axis("off")
    for k, name in enumerate(names):
        x, y = width * (k % 2 + 0.5), -8 if k < 2 else 2 * height + 16
        axes.text(x, y, name, ha="center")
    return figure
