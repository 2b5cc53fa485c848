"""Geometry that max and average pooling share: a window along one axis."""

import math
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks.output_size import conv_output_size

BLOCK_BYTES = 1 << 18  # what is worked on at a time; it stays in the L2 cache


class Tap(NamedTuple):
    """One cell of the window, at all positions where it lies in the input."""

    u: int  # which cell of the window
    outputs: slice  # the window positions
    cells: slice  # the input cell that each of them reads


class Window(NamedTuple):
    """A window of k cells, s apart from the next, over n cells padded by p."""

    n: int
    k: int
    s: int
    p: int
    d: int
    o: int

    def taps(self) -> list[Tap]:
        """Return the taps that read at least one input cell, in order."""
        taps = []
        for u in range(self.k):
            first = u * self.d - self.p  # the cell that position 0 reads
            low = max(0, -(first // self.s))
            high = min(self.o, (self.n - 1 - first) // self.s + 1)
            if low < high:
                start, last = (i * self.s + first for i in (low, high - 1))
                cells = slice(start, last + 1, self.s)
                taps.append(Tap(u, slice(low, high), cells))
        return taps


def geometry(
    input: np.ndarray,
    letters: tuple[str, ...],
    kernel_size: int | tuple[int, ...],
    stride: int | tuple[int, ...] | None,
    padding: int | tuple[int, ...],
    dilation: int | tuple[int, ...],
    ceil_mode: bool,
) -> tuple[np.ndarray, list[Window]]:
    """Return `input`, checked, and its two windows (height, width).

    `letters` are the batched axes of `input`; the first may be absent. One
    dimension is a height of one cell.
    """
    input = _checks.floating("input", input)
    if input.ndim != len(letters) - 1:
        _checks.shape("input", input, letters)
    dims = len(letters) - 2
    if 0 in input.shape[-dims:]:
        raise ValueError(
            "input must have at least one cell along "
            f"{' and '.join(letters[-dims:])}, got input.shape={input.shape}"
        )
    kernel = _checks.integers("kernel_size", kernel_size, dims, 1)
    step = kernel if stride is None else stride
    step = _checks.integers("stride", step, dims, 1)
    margin = _checks.integers("padding", padding, dims, 0)
    spread = _checks.integers("dilation", dilation, dims, 1)
    if any(2 * p > k for p, k in zip(margin, kernel, strict=True)):
        raise ValueError(
            "padding must be at most half of kernel_size, got "
            f"padding={padding}, kernel_size={kernel_size}"
        )
    windows = [
        Window(*axis, o=conv_output_size(*axis, ceil_mode=ceil_mode))
        for axis in zip(
            input.shape[-dims:], kernel, step, margin, spread, strict=True
        )
    ]
    return input, [Window(1, 1, 1, 0, 1, 1)] * (2 - dims) + windows


def planes(array: np.ndarray, dims: int) -> np.ndarray:
    """Return `array` as (planes, height, width); 1-D has a height of 1."""
    height = array.shape[-2] if dims == 2 else 1
    return np.reshape(array, (-1, height, array.shape[-1]))


def blocks(array: np.ndarray) -> list[slice]:
    """Return slices of the first axis, each about BLOCK_BYTES large."""
    plane_bytes = array.itemsize * math.prod(array.shape[1:])
    step = max(1, BLOCK_BYTES // plane_bytes)
    return [slice(p, p + step) for p in range(0, len(array), step)]


def maximum(x: np.ndarray, axis: int, window: Window) -> np.ndarray:
    """Return the maximum of each window: `x` with o cells along `axis`."""
    output = np.full(_resized(x, axis, window.o), -np.inf, x.dtype)
    for tap in window.taps():
        out = output[_along(axis, tap.outputs)]
        np.maximum(out, x[_along(axis, tap.cells)], out=out)
    return output


def choice(
    x: np.ndarray, axis: int, window: Window
) -> tuple[np.ndarray, np.ndarray]:
    """Return (maximum, u of the first maximum or last NaN) of each window."""
    output = np.full(_resized(x, axis, window.o), -np.inf, x.dtype)
    chosen = np.zeros(output.shape, np.min_scalar_type(window.k - 1))
    for tap in reversed(window.taps()):  # all -inf: the first cell there is
        chosen[_along(axis, tap.outputs)] = tap.u
    for tap in window.taps():
        outs, cells = _along(axis, tap.outputs), x[_along(axis, tap.cells)]
        better = (cells > output[outs]) | np.isnan(cells)
        np.copyto(chosen[outs], chosen.dtype.type(tap.u), where=better)
        np.maximum(output[outs], cells, out=output[outs])
    return output, chosen


def cell(
    position: np.ndarray, chosen: np.ndarray, window: Window
) -> np.ndarray:
    """Return the input cell that each window chose, int64."""
    cells = position * window.s + chosen.astype(np.int64) * window.d - window.p
    if np.any((cells < 0) | (cells >= window.n)):
        raise ValueError(
            "return_indices must be False where a window holds no cell of "
            f"input, got dilation={window.d}, input size {window.n}"
        )
    return cells


def route(
    grad: np.ndarray, chosen: np.ndarray, axis: int, window: Window
) -> np.ndarray:
    """Return each gradient at the cell its window chose: n cells on `axis`."""
    output = np.zeros(_resized(grad, axis, window.n), grad.dtype)
    for tap in window.taps():
        outs = _along(axis, tap.outputs)
        output[_along(axis, tap.cells)] += np.where(
            chosen[outs] == tap.u, grad[outs], 0
        )
    return output


def _along(axis: int, cells: slice) -> tuple[slice, ...]:
    """Return the index that takes `cells` of one axis and all of the rest."""
    return (*[slice(None)] * axis, cells)


def _resized(array: np.ndarray, axis: int, size: int) -> tuple[int, ...]:
    """Return the shape of `array` with `size` cells along `axis`."""
    return (*array.shape[:axis], size, *array.shape[axis + 1 :])
