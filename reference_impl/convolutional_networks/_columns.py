"""Convolution as matrix products: the fast path of every layer of the chapter.

The columns are runs of a few bands (see `_bands`), one for each kernel row. In
steps of one row, one product of all the kernel's weights with the bands holds
all that is to be added up: what kernel row u adds starts u rows further on.
With a stride, kernel rows that read one run have one product.

Axes: N batch, G groups, C and O channels of one group, kH and kW kernel, P
outputs of a block.
"""

from collections.abc import Iterable
from math import gcd, prod
from typing import NamedTuple

import numpy as np

from reference_impl import _memory
from reference_impl.convolutional_networks._bands import (
    Geometry,
    blocks_of,
    outputs_of,
    products,
)

AT_ONCE = 2**18  # numbers, of one image, that one product may hold


class Phase(NamedTuple):
    """Cells of one axis of the input that the same taps of a kernel read."""

    cells: slice
    taps: slice
    sizes: tuple[int, ...]  # of the correlation by those taps, flipped


def correlate(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return the layer's output, shape (N, G*O, oH, oW)."""
    G, C = geometry.groups, w.shape[1]
    ones = b is not None and not geometry.pointwise
    weights = _weights(w, b if ones else None, geometry)
    O, parts = len(w) // G, len(weights)
    at_once = parts > 1 and geometry.stride[0] == 1
    above = np.concatenate(weights, axis=1) if at_once else None
    y = np.empty((len(x), G * O, *geometry.output), x.dtype)
    work = np.empty(0, x.dtype)
    others: Iterable[np.ndarray]
    for block in blocks_of(x, C, geometry, ones):
        outputs, band = outputs_of(y, block, geometry), block.bands[:, :, 0]
        shape = len(band), G, parts * O, band.shape[-1]
        if above is not None and prod(shape[1:]) <= AT_ONCE:
            if work.shape != shape:
                work = _memory.aligned(shape, x.dtype)
            terms = np.matmul(above, band, out=work)
            terms = terms.reshape(len(band), G, parts, O, band.shape[-1])
            first, second, *others = (
                terms[:, :, u, :, start : start + outputs.shape[-1]]
                for u, start in enumerate(geometry.starts)
            )
            np.add(first, second, out=outputs)
        else:
            np.matmul(weights[0], block.runs[0], out=outputs)
            others = map(np.matmul, weights[1:], block.runs[1:])
        for other in others:
            outputs += other
        if b is not None and not ones:
            outputs += b.reshape(G, O, 1)
    return y


def _weights(
    w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> list[np.ndarray]:
    """Return the weights of each product: (G, O, its kernel rows * K).

    The bias comes last among those of the first kernel row.
    """
    G, (C, kH, kW) = geometry.groups, w.shape[1:]
    O = len(w) // G
    weights = np.zeros((G, O, kH, C * kW + (b is not None)), w.dtype)
    rows = w.reshape(G, O, C, kH, kW).swapaxes(2, 3)
    weights[..., : C * kW] = rows.reshape(G, O, kH, C * kW)
    if b is not None:
        weights[..., 0, -1] = b.reshape(G, O)
    parts = (weights[:, :, part] for part in products(C, geometry))
    return [part.reshape(G, O, prod(part.shape[2:])) for part in parts]


def weight_gradient(
    g: np.ndarray, x: np.ndarray, geometry: Geometry
) -> np.ndarray:
    """Return dL/dw, shape (G*O, C, kH, kW), given g = dL/dy."""
    G, (kH, kW) = geometry.groups, geometry.kernel
    C, O = x.shape[1] // G, g.shape[1] // G
    rows = np.zeros((G, kH, C * kW, O), x.dtype)
    totals = [rows[:, part] for part in products(C, geometry)]
    for block in blocks_of(x, C, geometry):
        outputs = outputs_of(g, block, geometry).swapaxes(2, 3)
        for total, run in zip(totals, block.runs, strict=True):
            for product in run @ outputs:
                total += product.reshape(total.shape)
    dw = rows.reshape(G, kH, C, kW, O)
    return dw.transpose(0, 4, 2, 1, 3).reshape(G * O, C, kH, kW)


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
