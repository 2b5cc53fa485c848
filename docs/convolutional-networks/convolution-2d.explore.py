"""The figure of the page on two-dimensional convolution that a hand moves."""

import numpy as np

from reference_impl import conv2d
from sitekit.explorer import Range, explorer
from sitekit.palette import BLUE, BLUE_WASH, ORANGE_WASH
from sitekit.svg import Drawing, number

IMAGE = np.array(
    [
        [3.0, 0.0, 1.0, 2.0, 1.0],
        [1.0, 5.0, 2.0, 0.0, 4.0],
        [2.0, 1.0, 0.0, 3.0, 1.0],
        [0.0, 2.0, 4.0, 1.0, 2.0],
        [1.0, 3.0, 1.0, 0.0, 2.0],
    ]
)
#: By size, a column and a row: their products are the kernel.
FACTORS = {
    1: ([2.0], [1.0]),
    2: ([1.0, 2.0], [1.0, -1.0]),
    3: ([1.0, 2.0, 1.0], [1.0, 0.0, -1.0]),
    4: ([1.0, 2.0, 2.0, 1.0], [1.0, 1.0, -1.0, -1.0]),
}


@explorer(
    "Move the kernel",
    place=Range("output", 1, 81),
    kernel=Range("kernel size", 1, 4),
    stride=Range("stride", 1, 3),
    padding=Range("padding", 0, 2),
)
def sliding_window(
    place: int = 1, kernel: int = 3, stride: int = 1, padding: int = 0
) -> Drawing:
    """The window at one of its places, the kernel and the output."""
    weight = np.outer(*FACTORS[kernel])
    output = conv2d(IMAGE[None], weight[None, None], None, stride, padding)[0]
    place = min(place, output.size)
    row, column = divmod(place - 1, len(output))
    padded = np.pad(IMAGE, padding)
    height = len(padded) + 1.3
    width = len(padded) + 2 * 1.7 + kernel + len(output) + 0.6
    drawing = Drawing(max(width, 15), height)
    size = min(9.0, 0.42 * drawing.cell)
    top, left = row * stride, column * stride
    inside = np.pad(np.ones_like(IMAGE), padding)
    ghosts = {(int(i), int(j)) for i, j in np.argwhere(inside == 0)}
    marked = {(top + i, left + j) for i, j in np.ndindex(weight.shape)}
    drawing.cells(
        padded,
        (0.2, 1),
        ghosts=ghosts,
        marked=marked,
        mark=BLUE_WASH,
        size=size,
    )
    drawing.frame((0.2 + left, 1 + top), kernel, kernel, BLUE)
    middle = 1 + len(padded) / 2
    x = 0.2 + len(padded) + 1.7
    drawing.text((x - 0.85, middle), "×", size=13)
    drawing.cells(
        weight, (x, middle - kernel / 2), fill=ORANGE_WASH, size=size
    )
    drawing.text((x + kernel / 2, middle - kernel / 2 - 0.5), "kernel")
    x += kernel + 1.7
    drawing.arrow((x - 1.4, middle), (x - 0.3, middle))
    y = middle - len(output) / 2
    drawing.cells(
        output, (x, y), marked={(row, column)}, mark=BLUE_WASH, size=size
    )
    drawing.frame((x + column, y + row), 1, 1, BLUE)
    drawing.text((0.2 + len(padded) / 2, 0.5), "image")
    drawing.text((x + len(output) / 2, y - 0.5), "output")
    window = padded[top : top + kernel, left : left + kernel]
    drawing.most = {"place": output.size}
    drawing.told = (
        f"Output {place} of {output.size}, row {row}, column {column}: "
        f"{_products(window, weight)} = {number(output[row, column])}. "
        f"Rows: (5 + 2 · {padding} − {kernel}) / {stride} + 1, rounded down, "
        f"is {len(output)}."
    )
    return drawing


def _products(window: np.ndarray, weight: np.ndarray) -> str:
    """Write the sum of products, without those that are 0."""
    said = " + ".join(
        f"{number(x)} · {number(w)}"
        if w > 0
        else f"{number(x)} · ({number(w)})"
        for x, w in zip(window.flat, weight.flat, strict=True)
        if x * w
    )
    return said or "0"
