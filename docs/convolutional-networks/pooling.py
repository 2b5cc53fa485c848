"""Figures of the page on pooling."""

import numpy as np
from matplotlib.figure import Figure

from reference_impl import avg_pool2d, max_pool2d, max_pool2d_backward
from sitekit.drawing import arrow, canvas, cells, frame, text
from sitekit.palette import BLUE, BLUE_WASH, GREEN_WASH, ORANGE, ORANGE_WASH

IMAGE = np.array(
    [
        [1.0, 3.0, 2.0, 4.0],
        [5.0, 6.0, 1.0, 0.0],
        [7.0, 2.0, 9.0, 8.0],
        [4.0, 3.0, 6.0, 5.0],
    ]
)


def max_and_mean() -> Figure:
    """One image, its maxima and its means over 2 by 2 windows."""
    figure, axes = canvas(13, 5)
    cells(
        axes,
        IMAGE,
        0.2,
        0.8,
        marked=[(0, 0), (0, 1), (1, 0), (1, 1)],
        mark=BLUE_WASH,
    )
    frame(axes, 0.2, 0.8, 2, 2, BLUE)
    largest = max_pool2d(IMAGE[None], 2)[0]
    mean = avg_pool2d(IMAGE[None], 2)[0]
    for x, name, values in ((6, "maximum", largest), (10.4, "mean", mean)):
        cells(axes, values, x, 1.8, marked=[(0, 0)], mark=BLUE_WASH)
        text(axes, x + 1, 1.3, name)
    text(axes, 2.2, 0.4, "image, window 2 × 2, stride 2")
    arrow(axes, (4.5, 2.8), (5.7, 2.8))
    return figure


def backward() -> Figure:
    """Where the gradient of each maximum goes, windows tiled and overlapping."""
    figure, axes = canvas(13, 5.6)
    x = 0.2
    for name, stride in (
        ("stride 2", 2),
        ("stride 1: a cell can win twice", 1),
    ):
        output = max_pool2d(IMAGE[None], 2, stride=stride)
        grad = max_pool2d_backward(
            np.ones_like(output), IMAGE[None], 2, stride=stride
        )[0]
        once = [i for i in np.ndindex(4, 4) if grad[i] == 1]
        cells(axes, grad, x, 0.9, marked=once, mark=GREEN_WASH)
        for i in np.ndindex(4, 4):
            if grad[i] > 1:
                cells(
                    axes, grad[i][None], x + i[1], 0.9 + i[0], fill=ORANGE_WASH
                )
                frame(axes, x + i[1], 0.9 + i[0], 1, 1, ORANGE)
        text(axes, x + 2, 0.45, name)
        x += 7
    return figure
