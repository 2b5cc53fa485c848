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

The backward functions are the same steps in the reverse order.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, L row of a phase.
"""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

import numpy as np

BLOCK_BYTES = 2**21  # of columns at a time: more would leave the caches
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
        sizes = zip(self.output, self.kernel, self.stride, self.dilation)
        rows, columns = (o + (k - 1) * d // s for o, k, s, d in sizes)
        return rows, columns

    @property
    def pointwise(self) -> bool:
        """Whether every output reads one cell, its own: no columns needed."""
        ones = self.kernel == self.stride == (1, 1)
        return ones and self.before == (0, 0) and self.input == self.output


def correlate(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return the layer's output, shape (N, G*O, oH, oW)."""
    N, G, O = len(x), geometry.groups, len(w) // geometry.groups
    weights = w.reshape(G, O, prod(w.shape[1:]))
    bias = np.zeros(G * O, x.dtype) if b is None else b
    bias = bias.reshape(G, O, 1, 1)
    y = np.empty((N, G, O, *geometry.output), x.dtype)
    for images, rows, columns in _column_blocks(x, geometry):
        block = y[images, :, :, rows]
        *outer, oW = block.shape
        flat = weights @ columns
        cropped = flat.reshape(*outer, flat.shape[-1] // outer[-1])[..., :oW]
        np.add(cropped, bias, out=block)
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
        total += (columns @ flat.swapaxes(-1, -2)).sum(axis=0)
    return total.swapaxes(1, 2).reshape(G * O, C, *geometry.kernel)


def input_gradient(
    g: np.ndarray, w: np.ndarray, geometry: Geometry
) -> np.ndarray:
    """Return dL/dx, shape (N, G*C, H, W), given g = dL/dy.

    The adjoint of `correlate`: multiply by the transposed weights, add each
    run where it was read, put the phases together.
    """
    N, G = len(g), geometry.groups
    C, O = w.shape[1], len(w) // G
    g = g.reshape(N, G, O, *geometry.output)
    weights = w.reshape(G, O, prod(w.shape[1:])).swapaxes(1, 2)
    if geometry.pointwise:
        dx = weights @ g.reshape(N, G, O, prod(geometry.output))
        return dx.reshape(N, G * C, *geometry.input)
    dx = np.zeros((N, G, C, *geometry.input), g.dtype)
    for images, row_blocks in _blocks(N, C, g.itemsize, geometry):
        phases = _zero_phases(dx[images], geometry)
        for rows, P in row_blocks:
            columns = weights @ _flatten(g[images, :, :, rows], P)
            for run, column in _runs(phases, columns, rows, geometry):
                run += column
        for phase, cells in _phase_cells(phases, dx[images], geometry):
            cells[...] = phase
    return dx.reshape(N, G * C, *geometry.input)


def _column_blocks(
    x: np.ndarray, geometry: Geometry
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yield images, output rows and their columns (images, G, C*kH*kW, P).

    The next columns overwrite the last ones.
    """
    N, G, C = len(x), geometry.groups, x.shape[1] // geometry.groups
    x = x.reshape(N, G, C, *geometry.input)
    memory = None
    for images, row_blocks in _blocks(N, C, x.itemsize, geometry):
        if geometry.pointwise:
            block = x[images]
            yield images, slice(None), block.reshape(*block.shape[:3], -1)
            continue
        phases = _zero_phases(x[images], geometry)
        for phase, cells in _phase_cells(phases, x[images], geometry):
            phase[...] = cells
        for rows, P in row_blocks:
            if memory is None:  # no later block is larger than the first
                # An odd multiple of 16 cells: lengths that are a power of two
                # would crowd into a few lines of the cache.
                shape = G, C * prod(geometry.kernel), P + (16 - P) % 32
                memory = np.empty((len(phases[0, 0]), *shape), x.dtype)
            columns = memory[: phases.shape[2], ..., :P]
            for run, column in _runs(phases, columns, rows, geometry):
                column[...] = run
            yield images, rows, columns


def _blocks(
    N: int, C: int, itemsize: int, geometry: Geometry
) -> Iterator[tuple[slice, list[tuple[slice, int]]]]:
    """Yield images and their blocks of output rows, each with its P.

    P is the number of columns that one image has in the block. A block is as
    many whole images as BLOCK_BYTES hold, or a part of one.
    """
    oH, length = geometry.output
    if C >= FEW_CHANNELS:
        length = geometry.phase[1]
    taps = geometry.groups * C * prod(geometry.kernel)
    size = max(1, oH * length * taps * itemsize)
    step = -(-oH // max(1, round(size / BLOCK_BYTES)))
    starts = range(0, oH, max(1, step))
    rows = [slice(i, min(i + step, oH)) for i in starts]
    row_blocks = [(r, (r.stop - r.start) * length) for r in rows]
    count = max(1, BLOCK_BYTES // size)
    for n in range(0, N, count):
        yield slice(n, min(n + count, N)), row_blocks


def _zero_phases(x: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Return zeros of shape (sH, sW, N, G, C, rows, L) for a block of images.

    One row is spare: the last run ends up to L - oW cells past the others.
    """
    rows, L = geometry.phase
    return np.zeros((*geometry.stride, *x.shape[:3], rows + 1, L), x.dtype)


def _phase_cells(
    phases: np.ndarray, x: np.ndarray, geometry: Geometry
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield each phase without its padding, and the cells of x it holds."""
    for offset in np.ndindex(geometry.stride):
        inside, cells = [], []
        for axis, a in enumerate(offset):
            s, p = geometry.stride[axis], geometry.before[axis]
            n, size = geometry.input[axis], geometry.phase[axis]
            # Row i of the phase is row i * s + a - p of x.
            first = max(0, -((a - p) // s))
            last = max(first, min(size, -((a - p - n) // s)))
            inside.append(slice(first, last))
            cells.append(slice(first * s + a - p, max(0, last * s + a - p), s))
        yield phases[*offset, ..., *inside], x[..., *cells]


def _runs(
    phases: np.ndarray, columns: np.ndarray, rows: slice, geometry: Geometry
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, tap by tap, the cells it reads and its row of every column.

    Both are views. Where the columns have no cells to be cropped, a run is
    not contiguous: it leaves them out.
    """
    N, G, C, _, L = phases.shape[2:]
    count, P = rows.stop - rows.start, columns.shape[-1]
    flat = P == count * L
    columns = columns.reshape(N, G, C, prod(geometry.kernel), P)
    for tap, uv in enumerate(np.ndindex(geometry.kernel)):
        (i, a), (j, b) = (
            divmod(k * d, s)
            for k, d, s in zip(uv, geometry.dilation, geometry.stride)
        )
        i += rows.start
        column = columns[..., tap, :]
        if flat:
            cells = phases[a, b].reshape(N, G, C, -1)
            yield cells[..., i * L + j : i * L + j + P], column
        else:
            oW = geometry.output[1]
            cells = phases[a, b, ..., i : i + count, j : j + oW]
            yield cells, column.reshape(cells.shape)


def _flatten(g: np.ndarray, P: int) -> np.ndarray:
    """Return g, shape (N, G, O, rows, oW), as (N, G, O, P): zeros fill up."""
    *outer, rows, oW = g.shape
    if P > rows * oW:
        padded = np.zeros((*outer, rows, P // rows), g.dtype)
        padded[..., :oW] = g
        g = padded
    return g.reshape(*outer, P)
