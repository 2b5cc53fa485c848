"""Convolution as matrix products: the fast path of every layer of the chapter.

The cells that one output reads are put into one column; a convolution is then
weights @ columns. Two things keep NumPy from wasting time on the copying:

* Phases. The padded input is first split into sH * sW phases: phase (a, b)
  holds its rows a, a + sH, ... and columns b, b + sW, ... Whatever the
  stride, a kernel tap then reads neighbouring cells of one phase.
* Flat rows. A phase keeps its rows, L cells each, one after the other. Tap
  (u, v) of output (i, j) is its cell (i + u) * L + (j + v), so that a tap
  reads one contiguous run of cells, which starts at u * L + v. A run carries
  L - oW cells too many a row: their outputs are cropped, once.

A row of ones below the columns meets the bias: the bias and its gradient come
out of the same products.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, L row of a phase.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

BLOCK_BYTES = 2**20  # of columns at a time, so that they stay in the L2 cache
FEW_CHANNELS = 16  # below it cropping costs more than copying row by row


class Geometry(NamedTuple):
    """The sizes of a convolution; pairs are (height, width)."""

    input: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]  # zeros above and to the left
    dilation: tuple[int, int]
    output: tuple[int, int]
    groups: int


def correlate(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None, geometry: Geometry
) -> np.ndarray:
    """Return the output of the layer, shape (N, G*O, oH, oW)."""
    G, O = geometry.groups, len(w) // geometry.groups
    bias = np.zeros((G, O, 1), w.dtype) if b is None else b.reshape(G, O, 1)
    weights = np.concatenate([w.reshape(G, O, -1), bias], axis=2)
    y = np.empty((len(x), G, O, *geometry.output), x.dtype)
    for images, rows, columns in _column_blocks(x, geometry):
        block = y[images, :, :, rows]
        flat = (weights @ columns).reshape(*block.shape[:-1], -1)
        block[...] = flat[..., : block.shape[-1]]
    return y.reshape(len(x), len(w), *geometry.output)


def weight_gradient(
    g: np.ndarray, x: np.ndarray, geometry: Geometry
) -> tuple[np.ndarray, np.ndarray]:
    """Return dL/dw, shape (G*O, C, kH, kW), and dL/db, given g = dL/dy."""
    N, GO, oH, oW = g.shape
    G, C = geometry.groups, x.shape[1] // geometry.groups
    g = g.reshape(N, G, GO // G, oH, oW)
    grad = np.zeros((G, GO // G, C * np.prod(geometry.kernel) + 1), g.dtype)
    for images, rows, columns in _column_blocks(x, geometry):
        flat = _flatten(g[images, :, :, rows], geometry, C)
        grad += (flat @ columns.swapaxes(-1, -2)).sum(axis=0)
    return grad[..., :-1].reshape(GO, C, *geometry.kernel), grad[..., -1].ravel()


def input_gradient(
    g: np.ndarray, w: np.ndarray, geometry: Geometry
) -> np.ndarray:
    """Return dL/dx, shape (N, G*C, H, W), given g = dL/dy.

    This is the adjoint of `correlate`, step by step in the reverse order: the
    product with the transposed weights, then runs added where they were read.
    """
    N, GO, oH, oW = g.shape
    G, C = geometry.groups, w.shape[1]
    g = g.reshape(N, G, GO // G, oH, oW)
    weights = w.reshape(G, GO // G, -1).swapaxes(1, 2)
    phases = _empty_phases(N, C, g.dtype, geometry)
    for images, rows in _blocks(N, C, g.itemsize, geometry):
        columns = weights @ _flatten(g[images, :, :, rows], geometry, C)
        for run, column in _runs(phases[:, :, images], columns, rows, geometry):
            run += column
    dx = np.zeros((N, G, C, *geometry.input), g.dtype)
    for a, b in np.ndindex(geometry.stride):
        cells, grid = _phase(a, b, phases, geometry)
        dx[..., *cells] = phases[a, b, ..., *grid]
    return dx.reshape(N, G * C, *geometry.input)


def _column_blocks(
    x: np.ndarray, geometry: Geometry
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yield images, output rows, and their columns (n, G, C*kH*kW + 1, r*L).

    The array of columns is used again for the next block.
    """
    N, GC, H, W = x.shape
    G, C = geometry.groups, GC // geometry.groups
    x = x.reshape(N, G, C, H, W)
    phases = _empty_phases(N, C, x.dtype, geometry)
    for a, b in np.ndindex(geometry.stride):
        cells, grid = _phase(a, b, phases, geometry)
        phases[a, b, ..., *grid] = x[..., *cells]
    K = C * int(np.prod(geometry.kernel))
    scratch = None
    for images, rows in _blocks(N, C, x.itemsize, geometry):
        n, P = images.stop - images.start, (rows.stop - rows.start) * _width(geometry, C)
        if scratch is None:
            scratch = np.ones((n, G, K + 1, P + (16 - P % 32) % 32), x.dtype)
        columns = scratch[:n, ..., :P]
        for run, column in _runs(phases[:, :, images], columns[:, :, :K], rows, geometry):
            column[...] = run
        yield images, rows, columns


def _blocks(N, C, itemsize, geometry):
    oH = geometry.output[0]
    row = geometry.groups * (C * np.prod(geometry.kernel) + 1) * _width(geometry, C) * itemsize
    n = int(max(1, BLOCK_BYTES // (row * oH)))
    parts = max(1, min(oH,  int(row * oH // BLOCK_BYTES)))
    r = -(-oH // parts)
    for i in range(0, N, n):
        for j in range(0, oH, r):
            yield slice(i, min(i + n, N)), slice(j, min(j + r, oH))


def _grid(geometry):
    """Return rows and columns of phase"""
    need = [(o - 1) * s + (k - 1) * d + 1 for o, s, k, d in zip(geometry.output, geometry.stride, geometry.kernel, geometry.dilation)]
    Hq, L = (-(-n // s) for n, s in zip(need, geometry.stride))
    return Hq, L


def _width(geometry, C):
    return geometry.output[1] if C < FEW_CHANNELS else _grid(geometry)[1]


def _empty_phases(N, C, dtype, geometry):
    Hq, L = _grid(geometry)
    return np.zeros((*geometry.stride, N, geometry.groups, C, Hq + 1, L), dtype)


def _phase(a, b, phases, geometry):
    cells, grid = [], []
    for r, s, p, n, q in zip((a, b), geometry.stride, geometry.before, geometry.input, _grid(geometry)):
        q0 = max(0, -((r - p) // s))
        h0 = q0 * s + r - p
        count = max(0, min(q - q0, -((h0 - n) // s)))
        cells.append(slice(h0, h0 + count * s, s))
        grid.append(slice(q0, q0 + count))
    return tuple(cells), tuple(grid)


def _runs(phases, columns, rows, geometry):
    (sH, sW), (dH, dW) = geometry.stride, geometry.dilation
    n, G, C, _, L = phases.shape[2:]
    oW = geometry.output[1]
    r = rows.stop - rows.start
    T = int(np.prod(geometry.kernel))
    columns = columns.reshape(n, G, C, T, columns.shape[-1])
    flat = columns.shape[-1] == r * L
    for t, (u, v) in enumerate(np.ndindex(geometry.kernel)):
        (i, a), (j, b) = divmod(u * dH, sH), divmod(v * dW, sW)
        i += rows.start
        phase = phases[a, b]
        if flat:
            start = i * L + j
            yield phase.reshape(n, G, C, -1)[..., start : start + r * L], columns[..., t, :]
        else:
            yield phase[..., i : i + r, j : j + oW], columns[..., t, :].reshape(n, G, C, r, oW)


def _flatten(g, geometry, C):
    """Return g with rows of L cells, zeros after column oW"""
    L = _width(geometry, C)
    if L == g.shape[-1]:
        flat = g
    else:
        flat = np.zeros((*g.shape[:-1], L), g.dtype)
        flat[..., : g.shape[-1]] = g
    return flat.reshape(*g.shape[:-2], -1)
