"""Figures of the page on two-dimensional convolution."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_sample_image

from reference_impl import conv2d

KERNEL = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
FILTERS = (
    ("blur", np.full((3, 3), 1 / 9)),
    ("vertical edges", KERNEL),
    ("horizontal edges", KERNEL.T),
)


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
