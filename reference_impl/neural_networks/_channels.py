"""Normalization of channels: the arguments, and sums over all positions.

Axes: N batch, C channel, M positions. An image is taken as one long row of
C*M values, and what belongs to a channel is repeated M times beside it: long
contiguous rows are what NumPy is fastest at. The variance is taken from
differences from the mean; then mean and scale become one factor and one shift,
whose rounding is no worse than that of the input.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._normalization import (
    blocks,
    epsilon,
    parameter,
    scratch,
    wide,
)


class Layer(NamedTuple):
    """The checked arguments: `input` (N, C, M), vectors (C,)."""

    input: np.ndarray
    running_mean: np.ndarray
    running_var: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    momentum: float
    eps: float


def arguments(
    input: np.ndarray,
    running_mean: np.ndarray | None,
    running_var: np.ndarray | None,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    momentum: float,
    eps: float,
    learn: str,
    learns: bool,
) -> Layer:
    """Return the checked arguments; a vector that is None becomes 0 or 1.

    `learn` is the name of the argument that says whether to use the
    statistics of the input, `learns` its value.
    """
    x = _checks.floating("input", input)
    if x.ndim < 2:
        raise ValueError(
            f"input must have shape (N, C, ...), got input.shape={x.shape}"
        )
    _checks.one_of(learn, learns, (False, True))
    if (running_mean is None) != (running_var is None) or (
        running_mean is None and not learns
    ):
        raise ValueError(
            "running_mean and running_var must both be given, or neither with "
            f"{learn}=True, got running_mean={running_mean}, "
            f"running_var={running_var}, {learn}={learns}"
        )
    if learns:
        _check_moves("running_mean", running_mean)
        _check_moves("running_var", running_var)
    z = wide(x)
    return Layer(
        z.reshape(x.shape[0], x.shape[1], prod(x.shape[2:])),
        _vector("running_mean", running_mean, 0, x),
        _vector("running_var", running_var, 1, x),
        _vector("weight", weight, 1, x),
        _vector("bias", bias, 0, x),
        _checks.real("momentum", momentum, 0, 1),
        epsilon(eps),
    )


def _vector(
    name: str, value: np.ndarray | None, default: float, input: np.ndarray
) -> np.ndarray:
    """Return `value`, or the default as many times as there are channels."""
    C = input.shape[1]
    vector = parameter(name, value, (C,), input)
    return wide(np.full(C, default, input.dtype)) if vector is None else vector


def _check_moves(name: str, value: np.ndarray | None) -> None:
    """Raise unless `value`, a running statistic, can be written to."""
    if value is None:
        return
    if not isinstance(value, np.ndarray):
        raise TypeError(
            f"{name} must be an ndarray where it moves, got {name}={value!r}"
        )
    if not value.flags.writeable:
        raise ValueError(
            f"{name} must be writeable where it moves, "
            f"got {name}.flags.writeable=False"
        )


def move(running: np.ndarray | None, new: np.ndarray, momentum: float) -> None:
    """Move a running statistic towards `new`, in place."""
    if running is not None:
        running *= 1 - momentum
        running += momentum * new


def gradients(
    g: np.ndarray, layer: Layer, learns: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dL/dinput (N, C, M), dL/dweight and dL/dbias (C,)."""
    x, m = layer.input, layer.input.shape[0] * layer.input.shape[2]
    mean = sums(x) / m if learns else layer.running_mean
    squares, products = centred_products(x, mean, g)
    var = squares / m if learns else layer.running_var
    inverse = 1 / np.sqrt(var + layer.eps)
    grad_weight, grad_bias = products * inverse, sums(g)
    scale = layer.weight * inverse
    if not learns:
        return g * scale[:, None], grad_weight, grad_bias
    # scale * (g - mean of g - xhat * mean of g*xhat)
    slope = -scale * inverse * grad_weight / m
    shift = -scale * grad_bias / m - slope * mean
    return combine([(g, scale), (x, slope)], shift), grad_weight, grad_bias


def sums(x: np.ndarray) -> np.ndarray:
    """Return the sum of each channel of `x` (N, C, M): shape (C,)."""
    N, C, M = x.shape
    ones = np.ones(N, x.dtype)
    return (ones @ x.reshape(N, C * M)).reshape(C, M).sum(axis=1)


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and variance of each channel, in two passes: (C,)."""
    count = x.shape[0] * x.shape[2]
    mean = sums(x) / count
    return mean, centred_products(x, mean)[0] / count


def centred_products(
    x: np.ndarray, mean: np.ndarray, g: np.ndarray | None = None
) -> np.ndarray:
    """Return the sums of d*d and of d*g, for d = x - mean: (2, C)."""
    N, C, M = x.shape
    rows, centre = x.reshape(N, C * M), np.repeat(mean, M)
    totals, work = np.zeros((2, C), x.dtype), scratch(rows)
    for block in blocks(rows):
        part = rows[block]
        d = np.subtract(part, centre, out=work[: len(part)])
        d = d.reshape(len(part), C, M)
        totals[0] += np.vecdot(d, d).sum(axis=0)
        if g is not None:
            totals[1] += np.vecdot(d, g[block]).sum(axis=0)
    return totals


def combine(
    terms: list[tuple[np.ndarray, np.ndarray]], shift: np.ndarray
) -> np.ndarray:
    """Return the sum of array * scale over `terms`, plus `shift`.

    Each array is (N, C, M), each scale, and the shift, (C,).
    """
    (x, first), *others = terms
    N, C, M = x.shape
    rows, output = x.reshape(N, C * M), np.empty((N, C * M), x.dtype)
    slope, level = np.repeat(first, M), np.repeat(shift, M)
    total, term = scratch(rows), scratch(rows)
    more = [(y.reshape(N, C * M), np.repeat(scale, M)) for y, scale in others]
    for block in blocks(rows):
        part = rows[block]
        part = np.multiply(part, slope, out=total[: len(part)])
        for y, scale in more:
            part += np.multiply(y[block], scale, out=term[: len(part)])
        np.add(part, level, out=output[block])
    return output.reshape(x.shape)
