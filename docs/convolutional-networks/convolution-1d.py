"""Figures of the page on one-dimensional convolution."""

import numpy as np
from matplotlib.figure import Figure

from reference_impl import convolve
from sitekit.drawing import canvas, cells, frame, number, text
from sitekit.palette import BLUE, BLUE_WASH, MUTED, ORANGE_WASH

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


def padding_modes() -> Figure:
    """First and last place of the kernel in each mode."""
    n, m = len(SIGNAL), len(KERNEL)
    figure, axes = canvas(15, 10.2)
    for row, (mode, left) in enumerate(
        (("full", m - 1), ("same", (m - 1) // 2), ("valid", 0))
    ):
        y = 0.6 + 3.3 * row
        padded = np.pad(SIGNAL, left)
        ghosts = [(i,) for i in range(len(padded)) if not left <= i < left + n]
        x = 3.2 + m - 1 - left
        cells(axes, padded, x, y, ghosts=ghosts, fill=BLUE_WASH)
        frame(axes, x, y, m, 1, BLUE)
        frame(axes, x + len(padded) - m, y, m, 1, BLUE)
        text(axes, 0.2, y + 0.5, mode, ha="left", size=11)
        output = convolve(SIGNAL, KERNEL, mode)
        start = x + (m - 1) / 2
        cells(axes, output, start, y + 1.5)
        text(
            axes, 0.2, y + 2, f"{len(output)} outputs", ha="left", color=MUTED
        )
    return figure
