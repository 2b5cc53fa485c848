"""Convolution and pooling whose gradients are variables again.

A convolution is linear in its input and in its weight, and so are its two
gradients. Each of the three has the other two as its gradients. A transposed
convolution is the gradient to the input.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from reference_impl.convolutional_networks import (
    _arguments,
    _bands,
    _columns,
    average_pooling,
    convolution_2d,
    convolution_layer_1d,
    pooling,
    transposed_convolution,
)
from reference_impl.neural_networks._graph_arithmetic import reshape, take
from reference_impl.neural_networks.backpropagation_variables import (
    Operation,
    Variable,
    as_node,
)

Function = Callable[..., Any]


def convolve(x: Variable, w: Variable, sizes: _bands.Geometry) -> Variable:
    """Return the convolution of `x` by `w`."""
    return Operation(
        "correlate",
        lambda x, w: _columns.correlate(x, w, None, sizes),
        (
            lambda D, y, x, w: input_gradient(D, w, sizes),
            lambda D, y, x, w: weight_gradient(D, x, sizes),
        ),
    )(x, w)


def input_gradient(
    g: Variable, w: Variable, sizes: _bands.Geometry
) -> Variable:
    """Return the gradient of `convolve` to its input, g being that to its output."""
    return Operation(
        "input_gradient",
        lambda g, w: _columns.input_gradient(g, w, None, sizes),
        (
            lambda D, y, g, w: convolve(D, w, sizes),
            lambda D, y, g, w: weight_gradient(g, D, sizes),
        ),
    )(g, w)


def weight_gradient(
    g: Variable, x: Variable, sizes: _bands.Geometry
) -> Variable:
    """Return the gradient of `convolve` to its weight, g being that to its output."""
    return Operation(
        "weight_gradient",
        lambda g, x: _columns.weight_gradient(g, x, sizes),
        (
            lambda D, y, g, x: convolve(x, D, sizes),
            lambda D, y, g, x: input_gradient(g, D, sizes),
        ),
    )(g, x)


def _convolve(
    axes: str,
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Variable:
    """Return conv1d (axes "L") or conv2d (axes "HW")."""
    x, w, b = map(_optional, (input, weight, bias))
    layer = _arguments.conv_layer(
        *(axes, x.value, w.value, None if b is None else b.value),
        *(stride, padding, dilation, groups),
    )
    return _output(layer, convolve, x, w, b)


def _convolve_transposed(
    axes: str,
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Variable:
    """Return conv_transpose1d (axes "L") or conv_transpose2d (axes "HW")."""
    x, w, b = map(_optional, (input, weight, bias))
    layer = _arguments.conv_transpose_layer(
        *(axes, x.value, w.value, None if b is None else b.value),
        *((stride, padding, output_padding, dilation), groups),
    )
    return _output(layer, input_gradient, x, w, b)


def _output(
    layer: _arguments.Layer,
    operation: Function,
    x: Variable,
    w: Variable,
    b: Variable | None,
) -> Variable:
    """Return what the layer computes, with the caller's axes."""
    x, w = reshape(x, layer.input.shape), reshape(w, layer.weight.shape)
    y = operation(x, w, layer.geometry)
    if b is not None:
        y = y + reshape(b, (-1, 1, 1))
    return reshape(y, layer.as_called(y.value).shape)


def _optional(x: Any) -> Any:
    return None if x is None else as_node(x)


def _max_pool(
    f: Function,
    input: Variable,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the cells of `input` that are the maxima of their windows."""
    sizes = kernel_size, stride, padding, dilation, ceil_mode
    _, indices = f(input.value, *sizes, return_indices=True)
    spatial = 1 if f is pooling.max_pool1d else 2
    planes = reshape(input, (-1, int(np.prod(input.shape[-spatial:]))))
    cells = indices.reshape(len(planes.value), -1)
    rows = np.arange(len(cells))[:, None]
    output = reshape(take(planes, (rows, cells)), indices.shape)
    return (output, indices) if return_indices else output


def _linear(
    f: Function, backward: Function, input: Variable, *a: Any, **k: Any
) -> Variable:
    """Return f of `input`, in which it is linear; its adjoint is `backward`."""
    zeros = np.zeros_like(input.value)
    forward = partial(_linear, f, backward)

    def adjoint(D: Variable) -> Variable:
        return Operation(
            backward.__name__,
            lambda D: backward(D, zeros, *a, **k),
            (lambda E, y, D: forward(E, *a, **k),),
        )(D)

    return Operation(
        f.__name__, lambda x: f(x, *a, **k), (lambda D, y, x: adjoint(D),)
    )(input)


#: By the function of arrays; the same arguments.
FUNCTIONS: dict[Function, Function] = {
    convolution_layer_1d.conv1d: partial(_convolve, "L"),
    convolution_2d.conv2d: partial(_convolve, "HW"),
    transposed_convolution.conv_transpose1d: partial(
        _convolve_transposed, "L"
    ),
    transposed_convolution.conv_transpose2d: partial(
        _convolve_transposed, "HW"
    ),
    pooling.max_pool1d: partial(_max_pool, pooling.max_pool1d),
    pooling.max_pool2d: partial(_max_pool, pooling.max_pool2d),
    average_pooling.avg_pool1d: partial(
        _linear,
        average_pooling.avg_pool1d,
        average_pooling.avg_pool1d_backward,
    ),
    average_pooling.avg_pool2d: partial(
        _linear,
        average_pooling.avg_pool2d,
        average_pooling.avg_pool2d_backward,
    ),
}
