"""Geometry that max and average pooling share: a window along one axis."""

import math
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks.output_size import conv_output_size

BLOCK_BYTES = 1 << 19  # what is worked on at a time; it stays in the cache


class Window(NamedTuple):
    """A window of k cells, along one axis of n cells padded by p.

    It steps by s, its cells are d apart, and it has o positions.
    """

    n: int
    k: int
    s: int
    p: int
    d: int
    o: int

    @property
    def width(self) -> int:
        """Cells from the first cell of a window to its last."""
        return self.d * (self.k - 1) + 1

    @property
    def span(self) -> int:
        """Cells of the input and of all padding that a window reads."""
        return max(self.p + self.n, (self.o - 1) * self.s + self.width)

    def cells(self) -> list[slice]:
        """Return, for each cell u of the window, where its positions lie.

        The slices index an axis of `span` cells and have o cells each.
        """
        steps = (self.o - 1) * self.s + 1
        return [
            slice(u * self.d, u * self.d + steps, self.s)
            for u in range(self.k)
        ]

    @property
    def apart(self) -> bool:
        """Whether no cell lies in two windows."""
        return self.s >= self.width

    @property
    def gapless(self) -> bool:
        """Whether every cell of the span lies in a window."""
        reached = (self.o - 1) * self.s + self.width
        return self.d == 1 and self.s <= self.k and reached == self.span

    def crop(self) -> slice:
        """Return where the input lies in an axis of `span` cells."""
        return slice(self.p, self.p + self.n)


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
    if input.itemsize > 8:
        raise TypeError(
            "input must be float16, float32 or float64, got "
            f"input.dtype={input.dtype}"
        )
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


def output_shape(
    input: np.ndarray, dims: int, windows: list[Window]
) -> tuple[int, ...]:
    """Return the shape of the output, with N only if `input` has it."""
    return *input.shape[:-dims], *(window.o for window in windows[-dims:])


def planes(array: np.ndarray, dims: int) -> np.ndarray:
    """Return `array` as (planes, height, width); 1-D has a height of 1."""
    height = array.shape[-2] if dims == 2 else 1
    return np.reshape(array, (-1, height, array.shape[-1]))


def blocks(array: np.ndarray) -> list[slice]:
    """Return slices of the first axis, each about BLOCK_BYTES large."""
    plane_bytes = array.itemsize * math.prod(array.shape[1:])
    step = max(1, BLOCK_BYTES // plane_bytes)
    return [slice(p, p + step) for p in range(0, len(array), step)]


def padded(
    x: np.ndarray, high: Window, wide: Window, value: float
) -> np.ndarray:
    """Return `x` with cells of `value` around it: (P, high.span, wide.span).

    It is `x` itself where no window leaves it.
    """
    spans = len(x), high.span, wide.span
    if spans == x.shape:
        return x
    framed = np.full(spans, value, x.dtype)
    framed[:, high.crop(), wide.crop()] = x
    return framed


def taps(array: np.ndarray, high: Window, wide: Window) -> list[np.ndarray]:
    """Return a view for each cell (u, v) of the window, in row-major order.

    `array` has shape (P, high.span, wide.span), each view (P, oH, oW).
    """
    return [
        array[:, rows, columns]
        for rows in high.cells()
        for columns in wide.cells()
    ]
