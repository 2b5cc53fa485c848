"""Figures of the page on one-dimensional convolution."""

import numpy as np
from matplotlib.figure import Figure

from reference_impl import convolve
from sitekit.drawing import canvas, cells, number, text
from sitekit.palette import BLUE_WASH, MUTED, ORANGE_WASH

SIGNAL = np.array([3.0, 1.0, 4.0, 2.0, 5.0])
KERNEL = np.array([2.0, 0.0, -1.0])


def sliding_dot_product() -> Figure:
    """The flipped kernel under the padded signal, one row an output."""
    n, m = len(SIGNAL), len(KERNEL)
    padded = np.pad(SIGNAL, m - 1)
    output = convolve(SIGNAL, KERNEL)
    ghosts = [(i,) for i in range(len(padded)) if not m - 1 <= i < m - 1 + n]
    figure, axes = canvas(13, 3 + len(output))
    cells(axes, padded, 0.2, 0.8, ghosts=ghosts, fill=BLUE_WASH)
    text(
        axes, 0.2, 0.4, "signal, padded with two zeros", ha="left", color=MUTED
    )
    text(axes, 11.2, 0.4, "output", color=MUTED)
    for i, value in enumerate(output):
        cells(axes, KERNEL[::-1], 0.2 + i, 2.2 + i, fill=ORANGE_WASH)
        text(axes, 11.2, 2.7 + i, number(value), size=10)
    return figure
