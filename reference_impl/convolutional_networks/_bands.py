"""What the taps of a kernel read, as contiguous runs of a few bands.

The cells that one output reads are copied into one column; a convolution is
then weights @ columns. To copy each cell kH * kW times costs as much as the
product. One copy for each of the kW kernel columns is enough:

* Band v holds, for every row of the input, the cells that kernel column v
  reads for the outputs j = 0, 1, ..., oW - 1 of a row; its rows lie one after
  the other. One row further down the input is oW cells further in the band,
  and so is one row further down the output.
* Hence what kernel row u reads, for all outputs, is one contiguous run of the
  bands, from u * oW on. A run is a view.
* Below the bands comes a row of ones where there is a bias: as one more weight
  it costs nothing, added to the output it costs a pass.

With a stride sH, row p * sH + a of the input is row p of phase a, and every
phase has its bands, those of phase a + 1 below those of phase a. So kernel rows
that start in row p of phases that follow each other read one run of more bands:
one product for them, and no sum after it. With few channels, the runs of all
kernel rows are copied one above the other, to the same end.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, P outputs of a block.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from reference_impl import _memory

BLOCK_BYTES = 2**19  # read by one product, or it would leave the cache
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
    def kernel_bands(self) -> list[slice]:
        """Kernel rows that read one run: the same row of the next phase."""
        rows = self.kernel_rows
        new = [
            u
            for u, (row, phase) in enumerate(rows)
            if u == 0 or (row, phase - 1) != rows[u - 1]
        ]
        return [slice(*ends) for ends in pairwise([*new, len(rows)])]

    @property
    def starts(self) -> list[int]:
        """For each kernel row: where in its band the run of outputs starts."""
        return [row * self.output[1] for row, _ in self.kernel_rows]

    @property
    def pointwise(self) -> bool:
        """Whether each output reads one cell, its own: x is its own band."""
        ones = self.kernel == self.stride == (1, 1)
        return ones and self.before == (0, 0) and self.input == self.output


class Block(NamedTuple):
    """Some rows of the output of some images, and the bands that they read."""

    images: slice
    rows: slice
    bands: np.ndarray  # (images, G, sH, K cells of a column, cells of x)
    runs: list[np.ndarray]  # (images, G, its kernel rows * K, P), of a product


def products(C: int, geometry: Geometry) -> list[slice]:
    """Return the kernel rows of each product that a convolution is cut into."""
    kH, kW = geometry.kernel
    few = C * kW < FEW_READ
    return [slice(0, kH)] if few else geometry.kernel_bands


def outputs_of(g: np.ndarray, block: Block, geometry: Geometry) -> np.ndarray:
    """Return g at the outputs of a block, shape (images, G, O, P)."""
    N, channels, oH, oW = g.shape
    G = geometry.groups
    g = g.reshape(N, G, channels // G, oH * oW)
    first, last = block.rows.start * oW, block.rows.stop * oW
    return g[block.images, ..., first:last]


def blocks_of(
    x: np.ndarray, C: int, geometry: Geometry, ones: bool = False
) -> Iterator[Block]:
    """Yield blocks of work; each overwrites the arrays of the last.

    A block is as many images as BLOCK_BYTES hold, but at least one, unless
    that is four times as large: to cut it costs more calls.
    """
    N, G = len(x), geometry.groups
    (oH, oW), (kH, kW) = geometry.output, geometry.kernel
    x = x.reshape(N, G, C, *geometry.input)
    parts = products(C, geometry)
    copied = parts != geometry.kernel_bands  # one above the other
    read = C * kW * max(geometry.stride[0], kH if copied else 1)
    size = max(1, G * read * oH * oW * x.itemsize)
    count = max(1, min(N, BLOCK_BYTES // size))
    if geometry.pointwise:
        for images in _slices(N, count):
            bands = x[images, :, None]  # one phase, one kernel column
            bands = bands.reshape(*bands.shape[:4], oH * oW)
            yield Block(images, slice(0, oH), bands, [bands[:, :, 0]])
        return
    step = max(1, -(-oH // max(1, size // (4 * BLOCK_BYTES))))
    reach = max(row for row, _ in geometry.kernel_rows)
    K = C * kW + ones
    for rows in _slices(oH, step):
        P = (rows.stop - rows.start) * oW
        shape = count, G, geometry.stride[0], K, P + reach * oW
        bands = _rows(shape, x.dtype)
        bands[..., C * kW :, :] = 1
        taps = bands[..., : C * kW, :]
        taps[...] = 0
        taps = taps.reshape(*shape[:3], C, kW, shape[-1] // oW, oW)
        columns = _rows((count, G, kH * K, P if copied else 0), x.dtype)
        copies = [
            (taps[:, :, phase, :, v, p, j], cells)
            for (phase, v, p, j), cells in _copies(rows, reach, geometry)
        ]
        # A slice of a view costs less than to work out where the view lies.
        views = [
            _run(bands, part, P, geometry) for part in geometry.kernel_bands
        ]
        for images in _slices(N, count):
            n = images.stop - images.start
            for place, cells in copies:
                place[:n] = x[images, :, :, *cells]
            runs = [view[:n] for view in views]
            if copied:
                runs = [np.concatenate(runs, axis=2, out=columns[:n])]
            yield Block(images, rows, bands[:n], runs)


def _run(
    bands: np.ndarray, part: slice, P: int, geometry: Geometry
) -> np.ndarray:
    """Return what some kernel rows read: a view, (images, G, rows * K, P)."""
    _, phase = geometry.kernel_rows[part.start]
    start = geometry.starts[part.start]
    count = part.stop - part.start
    run = bands[:, :, phase : phase + count, :, start : start + P]
    return run.reshape(*run.shape[:2], count * run.shape[3], P)


def _rows(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an empty array with rows an odd multiple of 16 cells apart.

    Lengths that are a power of two would crowd into a few lines of the cache.
    """
    *outer, P = shape
    rows = _memory.aligned((*outer, P + (16 - P) % 32), dtype)
    return rows[..., :P]


def _copies(
    rows: slice, reach: int, geometry: Geometry
) -> list[tuple[tuple[int, int, slice, slice], tuple[slice, slice]]]:
    """Return where the bands of these rows get which cells of the input.

    A place is (phase, kernel column, band's rows, band's columns).
    """
    (sH, sW), (top, left) = geometry.stride, geometry.before
    H, W = geometry.input
    copies = []
    for phase in {phase for _, phase in geometry.kernel_rows}:
        above = rows.start * sH + phase - top
        p, row = _inside(above, sH, rows.stop - rows.start + reach, H)
        for v in range(geometry.kernel[1]):
            start = v * geometry.dilation[1] - left
            j, column = _inside(start, sW, geometry.output[1], W)
            copies.append(((phase, v, p, j), (row, column)))
    return copies


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
