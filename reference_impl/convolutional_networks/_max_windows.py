"""The maximum of each window, and which cell it came from.

Axes: P planes (all images and channels), H and W input height and width, oH
and oW output height and width. A window has kH x kW cells.
"""

from collections.abc import Iterator
from functools import reduce

import numpy as np

from reference_impl import _checks, _memory
from reference_impl.convolutional_networks import _windows
from reference_impl.convolutional_networks._windows import Window


def pool(input: np.ndarray, dims: int, windows: list[Window]) -> np.ndarray:
    """Return the maxima of all windows, block of planes by block."""
    x = _windows.planes(input, dims)  # (P, H, W)
    high, wide = windows
    output = np.empty((len(x), high.o, wide.o), x.dtype)
    for block in _windows.blocks(x):
        _maximum(x[block], high, wide, output[block])
    return output.reshape(_windows.output_shape(input, dims, windows))


def indices(
    input: np.ndarray, output: np.ndarray, dims: int, windows: list[Window]
) -> np.ndarray:
    """Return h*W + w of each maximum in `output`."""
    x, y = (_windows.planes(array, dims) for array in (input, output))
    high, wide = windows
    i, j = np.ogrid[: high.o, : wide.o]
    cells = np.full(y.shape, -1)
    for t, hit in enumerate(_hits(x, y, high, wide)):
        u, v = divmod(t, wide.k)
        h = i * high.s + u * high.d - high.p
        w = j * wide.s + v * wide.d - wide.p
        np.copyto(cells, h * wide.n + w, where=hit)
    if np.any(cells < 0):
        raise ValueError(
            "return_indices must be False where a window holds no cell of "
            f"input, got return_indices=True, dilation={(high.d, wide.d)}"
        )
    return cells.reshape(output.shape)


def pool_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    dims: int,
    windows: list[Window],
    output: np.ndarray | None,
) -> np.ndarray:
    """Return dL/dinput of either function, block of planes by block."""
    high, wide = windows
    x = _windows.planes(input, dims)
    shape = _windows.output_shape(input, dims, windows)
    g = _checks.floating_like("grad_output", grad_output, "input", input)
    _checks.shape("grad_output", g, shape)
    if output is None:
        output = pool(input, dims, windows)
    y = _checks.floating_like("output", output, "input", input)
    _checks.shape("output", y, shape)
    g, y = _windows.planes(g, dims), _windows.planes(y, dims)
    grad = np.empty(x.shape, x.dtype)
    blocks = _windows.blocks(x)
    # Cells are written here, in the cache, and then copied in one go.
    planes = max((len(x[block]) for block in blocks), default=0)
    scratch = _memory.aligned((planes, high.span, wide.span), x.dtype)
    for block in blocks:
        hits = _hits(x[block], y[block], high, wide)
        framed = scratch[: len(x[block])]
        _route(g[block], hits, high, wide, framed)
        grad[block] = framed[:, high.crop(), wide.crop()]
    return grad.reshape(input.shape)


def _maximum(
    x: np.ndarray, high: Window, wide: Window, out: np.ndarray
) -> None:
    """Write the maximum of each window to `out`, shape (P, oH, oW).

    Over the rows of a window first, then over its columns: kH + kW steps.
    """
    cells = _windows.padded(x, high, wide, -np.inf)
    tallest = reduce(np.maximum, [cells[:, u] for u in high.cells()])
    first, *others = [tallest[:, :, v] for v in wide.cells()]
    if not others:
        out[...] = first
    for column in others:
        np.maximum(first, column, out=out)
        first = out


def _hits(
    x: np.ndarray, maxima: np.ndarray, high: Window, wide: Window
) -> Iterator[np.ndarray]:
    """Yield, for each cell of the window, where it is the one chosen.

    Each is bool of shape (P, oH, oW).
    """
    # NaN around the input equals nothing: padding is never chosen.
    cells = _windows.padded(x, high, wide, np.nan)
    taken = np.zeros(maxima.shape, bool)
    nan = np.isnan(maxima.max(initial=-np.inf))
    if nan:
        nans = _windows.taps(
            np.isnan(_windows.padded(x, high, wide, 0)), high, wide
        )
        left = sum(nans, start=np.zeros(maxima.shape, int))
    for t, tap in enumerate(_windows.taps(cells, high, wide)):
        hit = (tap == maxima) > taken
        taken |= hit
        if nan:
            left -= nans[t]
            hit |= nans[t] & (left == 0)
        yield hit


def _route(
    grad: np.ndarray,
    hits: Iterator[np.ndarray],
    high: Window,
    wide: Window,
    out: np.ndarray,
) -> None:
    """Write to `out`, (P, high.span, wide.span), what each cell receives."""
    # As integers a factor of 0 or 1 is exact, for infinity and NaN as well.
    bits, integer = grad.view(f"u{grad.itemsize}"), f"u{grad.itemsize}"
    apart = high.apart and wide.apart
    if not (apart and high.gapless and wide.gapless):
        out[...] = 0  # else each cell is written below
    for hit, cells in zip(hits, _windows.taps(out, high, wide), strict=True):
        if apart:
            np.multiply(bits, hit, out=cells.view(integer))
        else:
            cells += np.multiply(bits, hit).view(grad.dtype)
