"""Arithmetic and shapes of arrays, whose gradients are variables again."""

from typing import Any

import numpy as np

from reference_impl.neural_networks import _small_products
from reference_impl.neural_networks.backpropagation_variables import (
    Operation,
    Variable,
    as_node,
    like,
)


def sum_to(x: Variable, shape: tuple[int, ...]) -> Variable:
    """Return `x` summed over the axes along which `shape` was broadcast."""
    if x.value.shape == shape:
        return x
    extra = x.ndim - len(shape)
    ones = [i + extra for i, n in enumerate(shape) if n == 1]
    summed = total(x, (*range(extra), *ones))
    return reshape(summed, shape) if ones else summed


def broadcast_to(x: Variable, shape: tuple[int, ...]) -> Variable:
    """Return `x` repeated to `shape`."""
    if x.shape == shape:
        return x

    def f(x: np.ndarray) -> np.ndarray:
        output = np.empty(shape, x.dtype)
        if x.ndim > output.ndim:
            raise ValueError(
                f"shape must have at least {x.ndim} axes, got shape={shape}"
            )
        output[...] = x  # np.broadcast_to takes longer
        return output

    return Operation("broadcast_to", f, (lambda D, y, x: sum_to(D, x.shape),))(
        x
    )


def reshape(x: Variable, shape: Any) -> Variable:
    """Return `x` in another shape."""
    return Operation(
        "reshape",
        lambda x: x.reshape(shape),
        (lambda D, y, x: reshape(D, x.shape),),
    )(x)


def transpose(x: Variable, axes: tuple[int, ...] | None = None) -> Variable:
    """Return `x` with its axes in another order."""
    back = axes and tuple(np.argsort(np.asarray(axes) % x.ndim).tolist())
    return Operation(
        "transpose",
        lambda x: x.transpose(axes),
        (lambda D, y, x: transpose(D, back),),
    )(x)


def total(x: Variable, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return the sum over `axis`."""
    return Operation(
        "sum",
        lambda x: x.sum(axis=axis, keepdims=keepdims),
        (lambda D, y, x: _spread(D, x, axis),),
    )(x)


def maximum_of(x: Variable, axis: Any, keepdims: bool) -> Variable:
    """Return the maximum over `axis`."""

    def gradient(D: Variable, y: Variable, x: Variable) -> Variable:
        largest = x.value == _spread(y, x, axis).value
        ties = largest.sum(axis=axis, keepdims=True, dtype=x.value.dtype)
        return _spread(D, x, axis) * (largest / ties)

    return Operation(
        "max",
        lambda x: x.max(axis=axis, keepdims=keepdims),
        (gradient,),
    )(x)


def _spread(y: Variable, x: Variable, axis: Any) -> Variable:
    """Return `y`, a reduction of `x` over `axis`, in the shape of `x`."""
    if axis is not None and y.ndim < x.ndim:
        over = np.atleast_1d(axis) % x.ndim
        shape = (1 if i in over else n for i, n in enumerate(x.shape))
        y = reshape(y, tuple(shape))
    return broadcast_to(y, x.shape)


def take(x: Variable, index: Any) -> Variable:
    """Return x[index]."""
    return Operation(
        "take",
        lambda x: x[index],
        (lambda D, y, x: put(D, index, x.shape),),
    )(x)


def put(x: Variable, index: Any, shape: tuple[int, ...]) -> Variable:
    """Return zeros of `shape` to which `x` is added at `index`."""

    def f(x: np.ndarray) -> np.ndarray:
        output = np.zeros(shape, x.dtype)
        np.add.at(output, index, x)  # cells named twice get both
        return output

    return Operation("put", f, (lambda D, y, x: take(D, index),))(x)


def matmul(x: Any, y: Any) -> Variable:
    """Return x @ y."""
    x, y = as_node(x), as_node(y)
    if x.value.ndim > 1 and y.value.ndim > 1:
        return MATMUL(x, y)
    rows = reshape(x, (1, -1)) if x.ndim == 1 else x
    columns = reshape(y, (-1, 1)) if y.ndim == 1 else y
    product = MATMUL(rows, columns)
    *batch, n, m = product.shape
    ends = [n] * (x.ndim > 1) + [m] * (y.ndim > 1)
    return reshape(product, (*batch, *ends))


def choose(condition: Any, x: Any, y: Any) -> Variable:
    """Return `x` where the array `condition` holds, else `y`."""
    x, y = like(x, y), like(y, x)
    return Operation(
        "where",
        lambda x, y: np.asarray(np.where(condition, x, y)),
        (
            lambda D, z, x, y: sum_to(choose(condition, D, 0.0), x.shape),
            lambda D, z, x, y: sum_to(choose(condition, 0.0, D), y.shape),
        ),
    )(x, y)


def power(x: Any, y: Any) -> Variable:
    """Return x**y; a number as exponent is cheaper than an array."""
    if not isinstance(y, (int, float)):
        return POWER(x, y)
    if y == 2:
        return MULTIPLY(x, x)
    return Operation(
        "power",
        lambda x: x**y,
        (lambda D, _, x: D * (y * power(x, y - 1)) if y else D * 0.0,),
    )(x)


ADD = Operation(
    "add",
    np.add,
    (
        lambda D, z, x, y: sum_to(D, x.shape),
        lambda D, z, x, y: sum_to(D, y.shape),
    ),
)
SUBTRACT = Operation(
    "subtract",
    np.subtract,
    (
        lambda D, z, x, y: sum_to(D, x.shape),
        lambda D, z, x, y: sum_to(-D, y.shape),
    ),
)
MULTIPLY = Operation(
    "multiply",
    np.multiply,
    (
        lambda D, z, x, y: sum_to(D * y, x.shape),
        lambda D, z, x, y: sum_to(D * x, y.shape),
    ),
)
DIVIDE = Operation(
    "divide",
    np.divide,
    (
        lambda D, z, x, y: sum_to(D / y, x.shape),
        lambda D, z, x, y: sum_to(-D * z / y, y.shape),
    ),
)
POWER: Operation = Operation(
    "power",
    np.power,
    (
        lambda D, z, x, y: sum_to(D * y * POWER(x, y - 1), x.shape),
        lambda D, z, x, y: sum_to(D * z * np.log(x), y.shape),
    ),
)
NEGATIVE = Operation("negative", np.negative, (lambda D, y, x: -D,))
# Its own inverse, and so its own gradient.
SWAP: Operation = Operation(
    "transpose", lambda x: x.swapaxes(-1, -2), (lambda D, y, x: SWAP(D),)
)
MATMUL = Operation(
    "matmul",
    _small_products.product,
    (
        lambda D, z, x, y: sum_to(D @ SWAP(y), x.shape),
        lambda D, z, x, y: sum_to(SWAP(x) @ D, y.shape),
    ),
)
