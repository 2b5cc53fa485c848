"""Normalization of rows over their own features.

Axes: R rows, D features. Rows are taken in blocks that stay in the cache.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from reference_impl import _checks, _memory
from reference_impl.neural_networks import _normalization


class Rows(NamedTuple):
    """The checked arguments of a normalization of rows."""

    input: np.ndarray  # (R, D)
    weight: np.ndarray | None  # (D,)
    bias: np.ndarray | None  # (D,)
    eps: float
    sizes: tuple[int, ...]  # the axes that D stands for


def arguments(
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    eps: float,
) -> Rows:
    """Return the arguments once checked."""
    x = _checks.floating("input", input)
    axes = max(1, np.size(normalized_shape))
    sizes = _checks.integers("normalized_shape", normalized_shape, axes, 1)
    if x.ndim < axes or x.shape[x.ndim - axes :] != sizes:
        raise ValueError(
            "normalized_shape must be the last axes of input, got "
            f"normalized_shape={normalized_shape}, input.shape={x.shape}"
        )
    R, D = prod(x.shape[: x.ndim - axes]), prod(sizes)
    w = _normalization.parameter("weight", weight, sizes, x)
    b = _normalization.parameter("bias", bias, sizes, x)
    return Rows(
        _normalization.wide(x).reshape(R, D),
        None if w is None else w.reshape(D),
        None if b is None else b.reshape(D),
        _normalization.epsilon(eps),
        sizes,
    )


def centre(x: np.ndarray, ones: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return x - its mean over axis 1, written into `out`.

    A product with `ones` (D,) reads memory faster than a sum does.
    """
    mean = np.vecdot(x, ones) / len(ones)
    return np.subtract(x, mean[:, None], out=out)


def inverse_deviation(d: np.ndarray, eps: float) -> np.ndarray:
    """Return 1 / sqrt(mean of d*d over axis 1 + eps), shape (R, 1)."""
    return 1 / np.sqrt(np.vecdot(d, d)[:, None] / d.shape[1] + eps)


def gradients(
    g: np.ndarray, rows: Rows, centred: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return dL/dinput (R, D) and dL/dweight (D,).

    With xhat the standardised row, r its scale and h = g*weight, dL/dinput is
    r * (h - xhat * mean of h*xhat - mean of h), the last only if `centred`. It
    is made in the rows of the result, so that all of a row stays in the cache.
    """
    x, D = rows.input, rows.input.shape[1]
    grad_input = _memory.aligned(x.shape, x.dtype)
    grad_weight = np.zeros(D, x.dtype)
    ones, work = np.ones(D, x.dtype), _normalization.scratch(x)
    weight = ones if rows.weight is None else rows.weight
    for block in _normalization.blocks(x):
        part, h, xhat = g[block], grad_input[block], work[: len(x[block])]
        if centred:
            centre(x[block], ones, out=xhat)
        else:
            xhat[...] = x[block]
        r = inverse_deviation(xhat, rows.eps)
        xhat *= r
        np.multiply(part, xhat, out=h)
        # Long rows come one at a time: their sum would be a copy.
        grad_weight += h[0] if len(h) == 1 else h.sum(axis=0)
        np.multiply(part, weight, out=h)
        if centred:
            h -= np.vecdot(part, weight)[:, None] / D
        xhat *= np.vecdot(h, xhat)[:, None] / D
        h -= xhat
        h *= r
    return grad_input, grad_weight
