"""Any function of NumPy or of this package as a node of the graph.

Page: docs/neural-networks/backpropagation.md.

Three kinds. NumPy's functions and those of this package whose gradients are
written with variables can be differentiated to any order. Every other function
that has a ``_backward`` beside it can be differentiated once.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference_impl.neural_networks import (
    _graph_activations,
    _graph_convolutions,
)
from reference_impl.neural_networks._graph_arithmetic import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NEGATIVE,
    SUBTRACT,
    broadcast_to,
    choose,
    matmul,
    power,
    reshape,
    sum_to,
    take,
    transpose,
)
from reference_impl.neural_networks._graph_functions import once
from reference_impl.neural_networks.backpropagation_variables import (
    Operation,
    Variable,
    as_node,
    like,
)

__all__ = ["apply"]


def apply(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return function(*args, **kwargs) as a variable that has gradients.

    Parameters
    ----------
    function : callable
        Of NumPy or of this package.
    *args, **kwargs
        Its arguments. A `Variable` among them, or within a list or tuple of
        them, can be differentiated to. What a random generator gave to the
        function, it gives to its gradient too.

    Returns
    -------
    Variable or tuple of Variable

    Raises
    ------
    TypeError
        If no gradient of `function` is known, it returns something else than
        arrays, or a `Variable` stands where it has no gradient.
    NotImplementedError
        On differentiating twice what can be differentiated only once.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Variable, apply, grad, silu
    >>> x = Variable(np.array([-1.0, 2.0]))
    >>> y = apply(silu, x)
    >>> y.value.round(3), grad(y.sum(), [x])[0].value.round(3)
    (array([-0.269,  1.762]), array([0.072, 1.091]))
    """
    if function in FUNCTIONS:
        return FUNCTIONS[function](*args, **kwargs)
    name = getattr(function, "__name__", repr(function))
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    backward = getattr(module, f"{name}_backward", None)
    if backward is None:
        raise TypeError(
            f"function must have a known gradient, got function={name}"
        )
    return once(function, backward, args, kwargs)


def _binary(operation: Operation) -> Callable[[Any, Any], Variable]:
    return lambda x, y: operation(like(x, y), like(y, x))


def _unary(
    f: np.ufunc, slope: Callable[[Variable, Variable], Any]
) -> Operation:
    """Return an operation with dy/dx = slope(x, y), entry by entry."""
    return Operation(f.__name__, f, (lambda D, y, x: D * slope(x, y),))


def _extreme(f: np.ufunc) -> Callable[[Any, Any], Variable]:
    """Return np.maximum or np.minimum; a tie is shared equally."""

    def share(x: Variable, y: Variable, output: Variable) -> np.ndarray:
        won = (x.value == output.value).astype(output.value.dtype)
        return np.where(x.value == y.value, won / 2, won)

    return _binary(
        Operation(
            f.__name__,
            f,
            (
                lambda D, z, x, y: sum_to(D * share(x, y, z), x.shape),
                lambda D, z, x, y: sum_to(D * share(y, x, z), y.shape),
            ),
        )
    )


def _concatenate(arrays: Sequence[Any], axis: int = 0) -> Variable:
    """Return np.concatenate(arrays, axis)."""
    ends = np.cumsum([np.shape(getattr(x, "value", x))[axis] for x in arrays])

    def part(i: int) -> Callable[..., Variable]:
        def gradient(D: Variable, *_: Variable) -> Variable:
            index: list[Any] = [slice(None)] * D.ndim
            index[axis] = slice(ends[i - 1] if i else 0, ends[i])
            return take(D, tuple(index))

        return gradient

    return Operation(
        "concatenate",
        lambda *arrays: np.concatenate(arrays, axis),
        tuple(map(part, range(len(arrays)))),
    )(*arrays)


def _stack(arrays: Sequence[Any], axis: int = 0) -> Variable:
    """Return np.stack(arrays, axis)."""
    index = (slice(None),) * (axis % (as_node(arrays[0]).ndim + 1))
    return _concatenate(
        [take(as_node(x), (*index, None)) for x in arrays], axis
    )


#: What `apply` computes with variables; every gradient is a variable again.
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.add: _binary(ADD),
    np.subtract: _binary(SUBTRACT),
    np.multiply: _binary(MULTIPLY),
    np.divide: _binary(DIVIDE),
    np.power: lambda x, y: power(like(x, y), y),
    np.matmul: matmul,
    np.maximum: _extreme(np.maximum),
    np.minimum: _extreme(np.minimum),
    np.negative: NEGATIVE,
    np.positive: lambda x: x,
    np.reciprocal: lambda x: 1.0 / x,
    np.square: lambda x: x * x,
    np.absolute: _unary(np.absolute, lambda x, y: np.sign(x.value)),
    np.sign: _unary(np.sign, lambda x, y: 0.0),
    np.exp: _unary(np.exp, lambda x, y: y),
    np.expm1: _unary(np.expm1, lambda x, y: y + 1.0),
    np.log: _unary(np.log, lambda x, y: 1.0 / x),
    np.log1p: _unary(np.log1p, lambda x, y: 1.0 / (1.0 + x)),
    np.sqrt: _unary(np.sqrt, lambda x, y: 0.5 / y),
    np.sin: _unary(np.sin, lambda x, y: np.cos(x)),
    np.cos: _unary(np.cos, lambda x, y: -np.sin(x)),
    np.tanh: _unary(np.tanh, lambda x, y: 1.0 - y * y),
    np.sum: lambda x, axis=None, keepdims=False: x.sum(axis, keepdims),
    np.mean: lambda x, axis=None, keepdims=False: x.mean(axis, keepdims),
    np.max: lambda x, axis=None, keepdims=False: x.max(axis, keepdims),
    np.reshape: reshape,
    np.transpose: transpose,
    np.broadcast_to: broadcast_to,
    np.where: choose,
    np.concatenate: _concatenate,
    np.stack: _stack,
    **_graph_activations.FUNCTIONS,
    **_graph_convolutions.FUNCTIONS,
}
