"""Figures of the page on output size."""

import numpy as np
from matplotlib.figure import Figure

from reference_impl import conv_output_size
from sitekit.drawing import canvas, cells, frame, text
from sitekit.palette import BLUE, MUTED, ORANGE

SIZE, KERNEL, STRIDE = 10, 3, 2


def positions() -> Figure:
    """Every window over ten cells, and the one that ceil_mode adds."""
    count = conv_output_size(SIZE, KERNEL, STRIDE)
    rounded_up = conv_output_size(SIZE, KERNEL, STRIDE, ceil_mode=True)
    figure, axes = canvas(13.5, 2.6 + 0.9 * rounded_up)
    cells(axes, np.arange(SIZE), 0.3, 0.8)
    text(axes, 0.3, 0.4, "the input's cells", ha="left", color=MUTED)
    for position in range(rounded_up):
        fits = position < count
        y = 2.1 + 0.9 * position
        frame(
            axes,
            0.3 + STRIDE * position,
            y,
            KERNEL,
            0.6,
            BLUE if fits else ORANGE,
        )
        words = f"output {position}" + ("" if fits else ", ceil_mode")
        text(axes, 0.6 + STRIDE * position + KERNEL, y + 0.3, words, ha="left")
    return figure
