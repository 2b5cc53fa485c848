"""Softmax and its logarithm along the last axis, block of rows by block."""

import math

import numpy as np

from reference_impl import _checks

BLOCK_BYTES = 1 << 18  # rows worked on at a time; they stay in the L2 cache


def arguments(input: np.ndarray, dim: int) -> tuple[np.ndarray, int]:
    """Return (input, dim) once checked."""
    x = _checks.floating("input", input)
    axis = _checks.integer("dim", dim)
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"dim must be an axis of input, got dim={dim}, "
            f"input.shape={x.shape}"
        )
    return x, axis


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """Return exp(x - m) / sum of exp(x - m), m the maximum along `axis`."""
    rows, output, result = _rows(x, axis)
    for block in blocks(rows):
        _, _, e, rest = exponentials(rows[block])
        np.divide(e, 1 + rest, out=output[block])
    return result


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """Return x - m - log1p(sum of exp(x - m) but for the maximum m)."""
    rows, output, result = _rows(x, axis)
    for block in blocks(rows):
        _, shifted, _, rest = exponentials(rows[block])
        np.subtract(shifted, np.log1p(rest), out=output[block])
    return result


def exponentials(
    rows: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return where the maximum m is, x - m, e = exp(x - m), and sum(e) - 1.

    The last is summed without the maximum's own 1, beside which small terms
    would be lost. Shapes (R, 1), (R, C), (R, C), (R, 1).
    """
    top = rows.argmax(axis=1)[:, None]
    with np.errstate(invalid="ignore"):  # inf - inf: NaN, as in PyTorch
        shifted = rows - np.take_along_axis(rows, top, axis=1)
    e = np.exp(shifted)
    one = np.take_along_axis(e, top, axis=1)  # 1, or NaN
    np.put_along_axis(e, top, 0, axis=1)
    rest = e.sum(axis=1, keepdims=True)
    np.put_along_axis(e, top, one, axis=1)
    return top, shifted, e, rest


def blocks(rows: np.ndarray) -> list[slice]:
    """Return slices of the first axis, each about BLOCK_BYTES large."""
    step = max(1, BLOCK_BYTES // max(1, rows.itemsize * rows.shape[1]))
    return [slice(r, r + step) for r in range(0, len(rows), step)]


def _rows(
    x: np.ndarray, axis: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `x` as (rows, classes), an output like it, and that as `x`."""
    moved = np.moveaxis(x, axis, -1)
    count = math.prod(moved.shape[:-1])
    output = np.empty(moved.shape, x.dtype)
    shape = (count, moved.shape[-1])
    if x.size == 0:
        shape = (0, 1)
    result = np.moveaxis(output, -1, axis)
    return moved.reshape(shape), output.reshape(shape), result
