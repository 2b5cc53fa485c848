"""Softmax and its logarithm along the last axis, block of rows by block."""

import math

import numpy as np

from reference_impl import _checks

BLOCK_BYTES = 1 << 18  # rows worked on at a time; they stay in the L2 cache
SMALL = 30.0  # exp of it is far from the limits of float32


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
    """Return exp(x - m) / sum of exp(x - m), m the maximum along `axis`.

    Or 0, where no number is large.
    """
    rows, output, result = _rows(x, axis)
    for block in blocks(rows):
        part, y = rows[block], output[block]
        if small(part):
            total = np.exp(part, out=y) @ np.ones(y.shape[1], y.dtype)
        else:
            total = exponentials(part, out=y)[2] + 1
        y *= (1 / total)[:, None]
    return result


def small(x: np.ndarray) -> bool:
    """Return whether sums of exp(x) need no maximum subtracted from x."""
    if x.dtype == np.float16:
        return False
    return bool(x.max(initial=0) < SMALL and x.min(initial=0) > -SMALL)


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """Return x - m - log1p(sum of exp(x - m) but for the maximum m)."""
    rows, output, result = _rows(x, axis)
    for block in blocks(rows):
        _, m, rest = exponentials(rows[block], out=output[block])
        subtract(rows[block], m, out=output[block])
        output[block] -= np.log1p(rest)[:, None]
    return result


def exponentials(
    rows: np.ndarray, out: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write exp(x - m) to `out`, m being the maximum x of the row.

    Return where the maxima are, what they are, and the sum of each row of
    `out` less 1, all of shape (R,). The sum leaves out the maximum's own 1,
    beside which small terms would be lost.
    """
    n, top = np.arange(len(rows)), rows.argmax(axis=1)
    m = rows[n, top]
    np.exp(subtract(rows, m, out=out), out=out)
    one = out[n, top]  # 1, or NaN
    out[n, top] = 0
    rest = out @ np.ones(out.shape[1], out.dtype) + (one - 1)
    out[n, top] = one
    return top, m, rest


def subtract(
    rows: np.ndarray, m: np.ndarray, out: np.ndarray | None = None
) -> np.ndarray:
    """Return x - m, m of shape (R,); inf - inf is NaN, as in PyTorch."""
    with np.errstate(invalid="ignore"):
        return np.subtract(rows, m[:, None], out=out)


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
