"""Convolution as matrix products: the fast path of every layer of the chapter.

The cells that one output reads are copied into one column; a convolution is
then weights @ columns. To copy each cell kH * kW times costs as much as the
product. One copy for each of the kW kernel columns is enough:

* Band v holds, for every row of the input, the cells that kernel column v
  reads for the outputs j = 0, 1, ..., oW - 1 of a row; its rows lie one after
  the other. One row further down the input is oW cells further in the band,
  and so is one row further down the output.
* Hence what kernel row u reads, for all outputs, is one contiguous run of the
  bands, from u * oW on. A run is a view: there is one product for each kernel
  row, and they are added up.

With a stride sH, row p * sH + a of the input is row p of phase a, and every
phase has its bands.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, P outputs of a block.
"""

from collections.abc import Iterator
from math import gcd
from typing import NamedTuple

import numpy as np

BLOCK_BYTES = 2**20  # read by one product, or it would leave the cache
FEW_READ = 32  # cells of a kernel row; below it, one product for all rows

Pair = tuple[int, int]


class Geometry(NamedTuple):
    """The sizes of a convolution; pairs are (height, width)."""

    input: Pair
    kernel: Pair
    stride: Pair
    before: Pair  # zeros above and to the left; below 0, cells left out
    dilation: Pair
    output: Pair
    groups: int

    @property
    def axes(self) -> list[tuple[int, ...]]:
        """The sizes of the height, and those of the width."""
        return list(zip(*self[:6], strict=True))

    @property
    def kernel_rows(self) -> list[Pair]:
        """For each kernel row (row, phase): what it reads for output row 0."""
        rows = range(self.kernel[0])
        return [divmod(u * self.dilation[0], self.stride[0]) for u in rows]

    @property
    def pointwise(self) -> bool:
        """Whether each output reads one cell, its own: x is its own band."""
        ones = self.kernel == self.stride == (1, 1)
        return ones and self.before == (0, 0) and self.input == self.output


class Block(NamedTuple):
    """Some rows of the output of some images, and the bands that they read."""

    images: slice
    rows: slice
    bands: np.ndarray  # (sH, images, G, C * kW, cells)


class Phase(NamedTuple):
    """Cells of one axis of the input that the same taps of a kernel read."""

    cells: slice
    taps: slice
    sizes: tuple[int, ...]  # of the correlation by those taps, flipped


def correlate(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return the layer's output, shape (N, G*O, oH, oW)."""
    N, G, (C, kH, kW) = len(x), geometry.groups, w.shape[1:]
    O, parts = len(w) // G, _parts(C, geometry)
    rows = w.reshape(G, O, C, parts, kH // parts, kW)
    read = C * kH * kW // parts  # cells of a column
    weights = rows.transpose(3, 0, 1, 4, 2, 5).reshape(parts, G, O, read)
    y = np.empty((N, G * O, *geometry.output), x.dtype)
    for block in _read(x, C, geometry):
        first, *others = _runs(block, parts, geometry)
        outputs = _outputs(y, block, geometry)
        np.matmul(weights[0], first, out=outputs)
        if b is not None:
            outputs += b.reshape(G, O, 1)
        for part, run in zip(weights[1:], others, strict=True):
            outputs += part @ run
    return y


def weight_gradient(
    g: np.ndarray, x: np.ndarray, geometry: Geometry
) -> np.ndarray:
    """Return dL/dw, shape (G*O, C, kH, kW), given g = dL/dy."""
    G, (kH, kW) = geometry.groups, geometry.kernel
    C, O = x.shape[1] // G, g.shape[1] // G
    parts = _parts(C, geometry)
    total = np.zeros((parts, G, C * kH * kW // parts, O), x.dtype)
    for block in _read(x, C, geometry):
        outputs = _outputs(g, block, geometry).swapaxes(2, 3)
        runs = _runs(block, parts, geometry)
        for part, run in zip(total, runs, strict=True):
            for product in run @ outputs:
                part += product
    dw = total.reshape(parts, G, kH // parts, C, kW, O)
    return dw.transpose(1, 5, 3, 0, 2, 4).reshape(G * O, C, kH, kW)


def input_gradient(
    g: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return dL/dx, shape (N, G*C, H, W), given g = dL/dy; plus b, if any.

    The adjoint of a correlation is a correlation by the flipped kernel: for
    each phase of rows and columns of x, by the taps that read it. As the
    forward pass of a transposed convolution it has a bias.
    """
    G, O, C = geometry.groups, len(w) // geometry.groups, w.shape[1]
    kernels = w.reshape(G, O, C, *geometry.kernel).swapaxes(1, 2)
    row_phases, column_phases = (_phases(*axis) for axis in geometry.axes)

    def part(row: Phase, column: Phase) -> np.ndarray:
        flipped = kernels[..., row.taps, column.taps][..., ::-1, ::-1]
        flipped = flipped.reshape(G * C, O, *flipped.shape[-2:])
        sizes = zip(row.sizes, column.sizes, strict=True)
        return correlate(g, flipped, b, Geometry._make([*sizes, G]))

    if geometry.stride == (1, 1):  # one phase, which is all of dx
        return part(*row_phases, *column_phases)
    dx = np.empty((len(g), G * C, *geometry.input), g.dtype)
    dx[...] = 0.0 if b is None else b.reshape(G * C, 1, 1)
    for row in row_phases:
        for column in column_phases:
            dx[..., row.cells, column.cells] = part(row, column)
    return dx


def _phases(
    input: int,
    kernel: int,
    stride: int,
    before: int,
    dilation: int,
    output: int,
) -> list[Phase]:
    """Return the phases of one axis of the input that any tap reads.

    Output i reads by tap u the cell i * stride + u * dilation - before. The
    cells of a phase are `stride` apart, its taps `every`.
    """
    common = gcd(stride, dilation)
    every, step = stride // common, dilation // common
    phases = []
    for u in range(min(every, kernel)):
        row, phase = divmod(u * dilation, stride)
        first = (phase - before) % stride
        count = len(range(first, input, stride))
        taps = len(range(u, kernel, every))
        start = (taps - 1) * step + row - (first + before) // stride
        sizes = output, taps, 1, start, step, count
        cells = slice(first, None, stride)
        if count:
            phases.append(Phase(cells, slice(u, None, every), sizes))
    return phases


def _parts(C: int, geometry: Geometry) -> int:
    """Return into how many products a convolution is cut."""
    kH, kW = geometry.kernel
    return kH if C * kW >= FEW_READ else 1


def _outputs(g: np.ndarray, block: Block, geometry: Geometry) -> np.ndarray:
    """Return g at the outputs of a block, shape (images, G, O, P)."""
    N, channels, oH, oW = g.shape
    G = geometry.groups
    g = g.reshape(N, G, channels // G, oH * oW)
    first, last = block.rows.start * oW, block.rows.stop * oW
    return g[block.images, ..., first:last]


def _read(x: np.ndarray, C: int, geometry: Geometry) -> Iterator[Block]:
    """Yield blocks of work; each overwrites the bands of the last.

    A block is as many images as BLOCK_BYTES hold, but at least one, unless
    that is four times as large: to cut it costs more calls.
    """
    N, G = len(x), geometry.groups
    (oH, oW), (kH, kW) = geometry.output, geometry.kernel
    x = x.reshape(N, G, C, *geometry.input)
    taps = kW * max(geometry.stride[0], kH // _parts(C, geometry))
    size = max(1, G * C * taps * oH * oW * x.itemsize)
    count = max(1, min(N, BLOCK_BYTES // size))
    if geometry.pointwise:
        for images in _slices(N, count):
            bands = x[None, images]  # of one kernel column
            bands = bands.reshape(*bands.shape[:4], oH * oW)
            yield Block(images, slice(0, oH), bands)
        return
    step = max(1, -(-oH // max(1, size // (4 * BLOCK_BYTES))))
    reach = max(row for row, _ in geometry.kernel_rows)
    P = (step + reach) * oW
    for rows in _slices(oH, step):
        # An odd multiple of 16 cells a row: lengths that are a power of two
        # would crowd into a few lines of the cache.
        shape = geometry.stride[0], count, G, C * kW, P + (16 - P) % 32
        bands = np.zeros(shape, x.dtype)[..., :P]
        for images in _slices(N, count):
            n = images.stop - images.start
            block = Block(images, rows, bands[:, :n])
            _fill(block, x, geometry)
            yield block


def _fill(block: Block, x: np.ndarray, geometry: Geometry) -> None:
    """Copy the cells of x into the bands."""
    (_, kW), (_, oW) = geometry.kernel, geometry.output
    (sH, sW), (top, left) = geometry.stride, geometry.before
    *outer, K, P = block.bands.shape
    bands = block.bands.reshape(*outer, K // kW, kW, P // oW, oW)
    for phase in {phase for _, phase in geometry.kernel_rows}:
        above = block.rows.start * sH + phase - top
        p, row = _inside(above, sH, P // oW, geometry.input[0])
        for v in range(kW):
            start = v * geometry.dilation[1] - left
            j, column = _inside(start, sW, oW, geometry.input[1])
            cells = x[block.images, :, :, row, column]
            bands[phase, :, :, :, v, p, j] = cells


def _runs(block: Block, parts: int, geometry: Geometry) -> list[np.ndarray]:
    """Return what the kernel rows read: (images, G, cells, P), for each part."""
    oW = geometry.output[1]
    P = (block.rows.stop - block.rows.start) * oW
    runs = [
        block.bands[phase, ..., row * oW : row * oW + P]
        for row, phase in geometry.kernel_rows
    ]
    return runs if parts == len(runs) else [np.concatenate(runs, axis=2)]


def _slices(total: int, step: int) -> Iterator[slice]:
    """Yield slices of at most `step` that cover range(total)."""
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))


def _inside(
    start: int, step: int, count: int, size: int
) -> tuple[slice, slice]:
    """Return the k in range(count) with start + k * step in range(size), and these."""
    first = max(0, -(start // step))
    last = max(first, min(count, -((start - size) // step)))
    at = start + first * step
    return slice(first, last), slice(at, at + (last - first) * step, step)
