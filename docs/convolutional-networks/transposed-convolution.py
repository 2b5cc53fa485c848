"""Figures of the page on transposed convolution."""

import numpy as np
from matplotlib.figure import Figure

from reference_impl import conv_transpose1d
from sitekit.drawing import arrow, canvas, cells, text
from sitekit.palette import BLUE_WASH, GREEN_WASH, MUTED, ORANGE_WASH

INPUT = np.array([1.0, 10.0])
KERNEL = np.array([1.0, 2.0, 3.0])
STRIDE = 2


def zero_insertion() -> Figure:
    """Spread the inputs, slide the flipped kernel, read the outputs."""
    m = len(KERNEL)
    spread = np.zeros((len(INPUT) - 1) * STRIDE + 1)
    spread[::STRIDE] = INPUT
    padded = np.pad(spread, m - 1)
    output = conv_transpose1d(INPUT[None], KERNEL[None, None], stride=STRIDE)[
        0
    ]
    figure, axes = canvas(13, 8.6)
    x = 4.2
    cells(axes, INPUT, x + 2.5, 0.4, fill=BLUE_WASH)
    inside = range(m - 1, m - 1 + len(spread))
    cells(
        axes,
        padded,
        x,
        2.4,
        ghosts=[(i,) for i in range(len(padded)) if i not in inside],
        marked=[(i,) for i in inside if (i - m + 1) % STRIDE == 0],
        mark=BLUE_WASH,
    )
    for row in (0, len(output) - 1):
        y = 4.4 + (1.1 if row else 0)
        cells(axes, KERNEL[::-1], x + row, y, fill=ORANGE_WASH)
        where = "first" if row == 0 else "last"
        text(
            axes,
            0.2,
            y + 0.5,
            f"flipped kernel, {where}",
            ha="left",
            color=MUTED,
        )
    cells(axes, output, x + (m - 1) / 2, 7.3, fill=GREEN_WASH)
    for y, words in ((0.9, "input"), (2.9, "zeros inserted"), (7.8, "output")):
        text(axes, 0.2, y, words, ha="left")
    arrow(axes, (x + 3.5, 1.5), (x + 3.5, 2.3))
    arrow(axes, (x + 3.5, 6.7), (x + 3.5, 7.2))
    return figure
