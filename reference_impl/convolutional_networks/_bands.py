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
phase has its bands. With few channels, the runs of all kernel rows are put one
above the other, so that there is one product for them and no sum after it.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, P outputs of a block.
"""

from collections.abc import Iterator
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
    bands: np.ndarray  # (sH, images, G, K cells of a column, cells of x)
    runs: list[np.ndarray]  # (images, G, K or kH * K, P), of each product


def products(C: int, geometry: Geometry) -> int:
    """Return into how many products a convolution is cut."""
    kH, kW = geometry.kernel
    return kH if C * kW >= FEW_READ else 1


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
    together = kH // products(C, geometry)  # kernel rows of one product
    read = C * kW * max(geometry.stride[0], together)
    size = max(1, G * read * oH * oW * x.itemsize)
    count = max(1, min(N, BLOCK_BYTES // size))
    if geometry.pointwise:
        for images in _slices(N, count):
            bands = x[None, images]  # of one kernel column
            bands = bands.reshape(*bands.shape[:4], oH * oW)
            yield Block(images, slice(0, oH), bands, list(bands))
        return
    step = max(1, -(-oH // max(1, size // (4 * BLOCK_BYTES))))
    reach = max(row for row, _ in geometry.kernel_rows)
    K = C * kW + ones
    for rows in _slices(oH, step):
        P = (rows.stop - rows.start) * oW
        shape = geometry.stride[0], count, G, K, P + reach * oW
        bands = _rows(shape, x.dtype)
        bands[..., C * kW :, :] = 1
        taps = bands[..., : C * kW, :]
        taps[...] = 0
        taps = taps.reshape(*shape[:3], C, kW, shape[-1] // oW, oW)
        columns = _rows((count, G, kH * K, P if together > 1 else 0), x.dtype)
        copies = _copies(rows, reach, geometry)
        for images in _slices(N, count):
            n = images.stop - images.start
            for (phase, v, p, j), cells in copies:
                taps[phase, :n, :, :, v, p, j] = x[images, :, :, *cells]
            runs = [
                bands[phase, :n, ..., start : start + P]
                for start, (_, phase) in zip(
                    geometry.starts, geometry.kernel_rows, strict=True
                )
            ]
            if together > 1:
                runs = [np.concatenate(runs, axis=2, out=columns[:n])]
            yield Block(images, rows, bands[:, :n], runs)


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
