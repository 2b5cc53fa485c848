"""Convolution as matrix products: the fast path of every layer of the chapter.

The cells that one output reads are copied into one column; a convolution is
then weights @ columns. Two things keep the copying cheap:

* Phases. The padded input is first split into sH * sW phases: phase (a, b)
  holds its rows a, a + sH, ... and columns b, b + sW, ... Whatever the
  stride, a kernel tap then reads neighbouring cells of one phase.
* Flat rows. A phase keeps its rows, of L cells each, one after the other. Tap
  (u, v) of output (i, j) is cell (i + u) * L + (j + v) of the phase, so that
  all outputs of a tap read one contiguous run of cells, from u * L + v on.
  A run has L - oW cells too many in each row: their outputs are cropped.

The backward functions are the same steps in the reverse order. Where the
forward product crops outputs, they multiply by zeros: next to a cell that is
not finite, a gradient may be nan.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, L row of a phase.
"""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

import numpy as np

BLOCK_BYTES = 2**20  # of columns at a time, or they would leave the cache
FEW_CHANNELS = 16  # below it, cropping costs more than copying row by row

Pair = tuple[int, int]


class Geometry(NamedTuple):
    """The sizes of a convolution; pairs are (height, width)."""

    input: Pair
    kernel: Pair
    stride: Pair
    before: Pair  # zeros above and to the left
    dilation: Pair
    output: Pair
    groups: int

    @property
    def phase(self) -> Pair:
        """Rows and columns of a phase, as many as the outputs read."""
        reach = zip(self.kernel, self.stride, self.dilation, strict=True)
        rows, columns = ((k - 1) * d // s for k, s, d in reach)
        return self.output[0] + rows, self.output[1] + columns

    @property
    def taps(self) -> list[tuple[Pair, Pair]]:
        """For each kernel tap ((row, phase), (column, phase)), row-major."""
        sizes = zip(self.kernel, self.stride, self.dilation, strict=True)
        rows, columns = (
            [divmod(u * d, s) for u in range(k)] for k, s, d in sizes
        )
        return [(row, column) for row in rows for column in columns]

    @property
    def pointwise(self) -> bool:
        """Whether each output reads one cell, its own: x is its columns."""
        ones = self.kernel == self.stride == (1, 1)
        return ones and self.before == (0, 0) and self.input == self.output


def correlate(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return the layer's output, shape (N, G*O, oH, oW)."""
    N, G, O = len(x), geometry.groups, len(w) // geometry.groups
    weights = w.reshape(G, O, prod(w.shape[1:]))
    bias = np.zeros(G * O, x.dtype) if b is None else b
    bias = bias.reshape(G, O, 1)
    y = np.empty((N, G, O, *geometry.output), x.dtype)
    for images, rows, columns in _column_blocks(x, geometry):
        block = y[images, :, :, rows]
        *outer, count, oW = block.shape
        result = block.reshape(*outer, count * oW)  # a view
        if columns.shape[-1] == count * oW:  # nothing to crop
            np.matmul(weights, columns, out=result)
            result += bias
        else:
            result = weights @ columns
            result += bias
            block[...] = _by_rows(result, rows)[..., :oW]
    return y.reshape(N, G * O, *geometry.output)


def weight_gradient(
    g: np.ndarray, x: np.ndarray, geometry: Geometry
) -> np.ndarray:
    """Return dL/dw, shape (G*O, C, kH, kW), given g = dL/dy."""
    N, G = len(x), geometry.groups
    C, O = x.shape[1] // G, g.shape[1] // G
    g = g.reshape(N, G, O, *geometry.output)
    total = np.zeros((G, C * prod(geometry.kernel), O), g.dtype)
    for images, rows, columns in _column_blocks(x, geometry):
        flat = _flatten(g[images, :, :, rows], columns.shape[-1])
        for product in columns @ flat.swapaxes(-1, -2):
            total += product
    return total.swapaxes(1, 2).reshape(G * O, C, *geometry.kernel)


def input_gradient(
    g: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return dL/dx, shape (N, G*C, H, W), given g = dL/dy; plus b, if any.

    The adjoint of `correlate`: multiply by the transposed weights, add each
    run where it was read, put the phases together. As the forward pass of a
    transposed convolution it has a bias, from which every cell starts.
    """
    N, G = len(g), geometry.groups
    C, O = w.shape[1], len(w) // G
    g = g.reshape(N, G, O, *geometry.output)
    weights = w.reshape(G, O, prod(w.shape[1:])).swapaxes(1, 2)
    dx = np.empty((N, G, C, *geometry.input), g.dtype)
    dx[...] = 0.0 if b is None else b.reshape(G, C, 1, 1)
    if geometry.pointwise:
        flat = g.reshape(N, G, O, prod(geometry.output))
        dx += (weights @ flat).reshape(dx.shape)
        return dx.reshape(N, G * C, *geometry.input)
    count, step, length = _block_sizes(C, g.itemsize, geometry)
    for images in _slices(N, count):
        padded = _zero_images(dx[images], geometry)
        if b is not None:
            padded += b.reshape(G, C, 1, 1)
        phases = _split(padded, geometry)
        for rows in _slices(geometry.output[0], step):
            P = (rows.stop - rows.start) * length
            columns = weights @ _flatten(g[images, :, :, rows], P)
            for run, column in _runs(phases, columns, rows, geometry):
                run += column
        inner, cells = _overlap(_join(phases), dx[images], geometry)
        cells[...] = inner
    return dx.reshape(N, G * C, *geometry.input)


def _column_blocks(
    x: np.ndarray, geometry: Geometry
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yield images, output rows and their columns (images, G, C*kH*kW, P).

    The next columns overwrite the last ones.
    """
    N, G, C = len(x), geometry.groups, x.shape[1] // geometry.groups
    x = x.reshape(N, G, C, *geometry.input)
    oH = geometry.output[0]
    count, step, length = _block_sizes(C, x.itemsize, geometry)
    if geometry.pointwise:
        flat = x.reshape(N, G, C, oH * length)
        for images in _slices(N, count):
            yield images, slice(0, oH), flat[images]
        return
    memory = _zero_images(x[:count], geometry)
    # An odd multiple of 16 cells a row: lengths that are a power of two would
    # crowd into a few lines of the cache.
    P = step * length
    shape = min(count, N), G, C * prod(geometry.kernel), P + (16 - P) % 32
    columns = np.empty(shape, x.dtype)
    for images in _slices(N, count):
        n = images.stop - images.start
        inner, cells = _overlap(memory[:n], x[images], geometry)
        inner[...] = cells
        phases = _split(memory[:n], geometry)
        for rows in _slices(oH, step):
            P = (rows.stop - rows.start) * length
            block = columns[:n, ..., :P]
            for run, column in _runs(phases, block, rows, geometry):
                column[...] = run
            yield images, rows, block


def _block_sizes(
    C: int, itemsize: int, geometry: Geometry
) -> tuple[int, int, int]:
    """Return images and output rows of a block, and the length of a row.

    A block is as many images as BLOCK_BYTES hold, but at least one, unless
    that is four times as large: to cut it costs more calls.
    """
    oH, length = geometry.output
    if C >= FEW_CHANNELS:
        length = geometry.phase[1]
    taps = geometry.groups * C * prod(geometry.kernel)
    size = max(1, oH * length * taps * itemsize)
    parts = max(1, size // (4 * BLOCK_BYTES))
    return max(1, BLOCK_BYTES // size), -(-oH // parts), length


def _slices(total: int, step: int) -> Iterator[slice]:
    """Yield slices of at most `step` that cover range(total)."""
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))


def _zero_images(x: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Return zeros for the padded images x, as much as the outputs read.

    The rows and columns are those of all phases, and one row more: the last
    runs end up to L - oW cells past their phase.
    """
    (rows, L), (sH, sW) = geometry.phase, geometry.stride
    return np.zeros((*x.shape[:3], (rows + 1) * sH, L * sW), x.dtype)


def _overlap(
    padded: np.ndarray, x: np.ndarray, geometry: Geometry
) -> tuple[np.ndarray, np.ndarray]:
    """Return the views of padded images and of images that are the same."""
    (top, left), (H, W) = geometry.before, geometry.input
    inner = padded[..., top : top + H, left : left + W]
    return inner, x[..., : inner.shape[-2], : inner.shape[-1]]


def _split(padded: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Return the phases (sH, sW, N, G, C, rows, L): a view at stride 1."""
    (sH, sW), (*outer, height, width) = geometry.stride, padded.shape
    rows = padded.reshape(*outer, height // sH, sH, width // sW, sW)
    return np.ascontiguousarray(rows.transpose(4, 6, 0, 1, 2, 3, 5))


def _join(phases: np.ndarray) -> np.ndarray:
    """Return the padded images of phases: a view at stride 1."""
    sH, sW, *outer, rows, L = phases.shape
    images = phases.transpose(2, 3, 4, 5, 0, 6, 1)
    return images.reshape(*outer, rows * sH, L * sW)


def _runs(
    phases: np.ndarray, columns: np.ndarray, rows: slice, geometry: Geometry
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, tap by tap, the cells it reads and its row of the columns.

    Both are views. Where the columns of these output rows have no cells to be
    cropped, a tap reads row by row instead of in one run.
    """
    *outer, height, L = phases.shape
    count, P = rows.stop - rows.start, columns.shape[-1]
    columns = columns.reshape(*outer[2:], prod(geometry.kernel), P)
    flat = phases.reshape(*outer, height * L)
    for tap, ((i, a), (j, b)) in enumerate(geometry.taps):
        column, i = columns[..., tap, :], i + rows.start
        if count * L == P:
            yield flat[a, b, ..., i * L + j : i * L + j + P], column
        else:
            oW = P // count
            cells = phases[a, b, ..., i : i + count, j : j + oW]
            yield cells, column.reshape(cells.shape)


def _flatten(g: np.ndarray, P: int) -> np.ndarray:
    """Return g, shape (N, G, O, rows, oW), as (N, G, O, P): zeros fill up."""
    *outer, rows, oW = g.shape
    if rows * oW < P:
        padded = np.zeros((*outer, rows, P // rows), g.dtype)
        padded[..., :oW] = g
        g = padded
    return g.reshape(*outer, P)


def _by_rows(columns: np.ndarray, rows: slice) -> np.ndarray:
    """Return a view (..., rows, L) of columns (..., P)."""
    *outer, P = columns.shape
    count = rows.stop - rows.start
    return columns.reshape(*outer, count, P // count)
