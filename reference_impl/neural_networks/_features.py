"""Normalization of rows over their own features.

Axes: R rows, D features. Rows are taken in blocks that stay in the cache.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
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
        x.reshape(R, D),
        None if w is None else w.reshape(D),
        None if b is None else b.reshape(D),
        _normalization.epsilon(eps),
        sizes,
    )


def centre(x: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return x - its mean over axis 1, written into `out`."""
    mean = x.sum(axis=1, keepdims=True) / x.shape[1]
    return np.subtract(x, mean, out=out)


def inverse_deviation(d: np.ndarray, eps: float) -> np.ndarray:
    """Return 1 / sqrt(mean of d*d over axis 1 + eps), shape (R, 1)."""
    return 1 / np.sqrt(np.vecdot(d, d)[:, None] / d.shape[1] + eps)


def gradients(
    g: np.ndarray, rows: Rows, centred: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return dL/dinput (R, D) and dL/dweight (D,).

    With d = x - mean, or x itself where it is not `centred`, xhat = r*d and
    h = g*weight: dL/dinput = r * (h - mean of h - xhat * mean of h*xhat), where
    the mean of h appears only if `centred`.
    """
    x, D = rows.input, rows.input.shape[1]
    grad_input, work = np.empty(x.shape, x.dtype), _normalization.scratch(x)
    grad_weight = np.zeros(D, x.dtype)
    weight = np.ones(D, x.dtype) if rows.weight is None else rows.weight
    for block in _normalization.blocks(x):
        d, part, h = work[: len(x[block])], g[block], grad_input[block]
        if centred:
            centre(x[block], out=d)
        else:
            d[...] = x[block]
        r = inverse_deviation(d, rows.eps)
        products = np.multiply(part, d, out=h)
        grad_weight += r[:, 0] @ products
        d *= r**2 * (products @ weight)[:, None] / D
        if centred:
            d += (part @ weight)[:, None] / D
        np.multiply(part, weight, out=h)
        h -= d
        h *= r
    return grad_input, grad_weight
