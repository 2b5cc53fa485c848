"""Convolution as matrix products: the fast path of every layer of the chapter.

The cells that one output reads are put into one column; a convolution is then
weights @ columns. Two things keep NumPy from wasting time on the copying:

* Stride. The padded input is first split into its sH * sW *phases*: phase
  (a, b) holds rows a, a + sH, ... and columns b, b + sW, ... A kernel tap
  then reads neighbouring cells of one phase, whatever the stride.
* Flat rows. A phase keeps its rows, L cells each, one after the other. Tap
  (u, v) of output (i, j) is cell (i + u) * L + (j + v): the cells that a tap
  reads are one contiguous run, shifted by u * L + v. Between the rows the run
  carries L - oW cells too many, whose results are cropped once, at the end.

One more row of ones below the columns meets the bias, so that the bias and its
gradient come out of the same products.

Axes: N batch, G groups, C and O channels of one group, H and W input, kH and
kW kernel, oH and oW output, K = C * kH * kW, P cells of a column block.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

BLOCK_BYTES = 2**20  # of columns at a time: they stay in the second-level cache
FEW_CHANNELS = 16  # where cropping the output costs more than short copies


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
    """Return the convolution layer's output, shape (N, G*O, oH, oW)."""
    G, O = geometry.groups, len(w) // geometry.groups
    bias = np.zeros((G, O, 1), w.dtype) if b is None else b.reshape(G, O, 1)
    weights = np.concatenate([w.reshape(G, O, -1), bias], axis=2)
    output = np.empty((len(x), G, O, *geometry.output), x.dtype)
    for block, columns in _column_blocks(x, geometry):
        y = output[block]
        if y.shape[-2] * y.shape[-1] == columns.shape[-1]
            
    return output.reshape(len(x), G * O, *geometry.output)
