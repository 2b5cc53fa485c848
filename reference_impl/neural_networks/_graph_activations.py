"""Activation functions and losses whose gradients are variables again."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference_impl.neural_networks import activation_functions as act
from reference_impl.neural_networks import hard_activations as hard
from reference_impl.neural_networks import hidden_units as hidden
from reference_impl.neural_networks import output_units as out
from reference_impl.neural_networks import smooth_activations as smooth
from reference_impl.neural_networks._graph_arithmetic import (
    choose,
    reshape,
    take,
)
from reference_impl.neural_networks.backpropagation_variables import (
    Operation,
    Variable,
    as_node,
)

Function = Callable[..., Any]


def _pointwise(f: Function, slope: Function) -> Function:
    """Return f of a variable, with dy/dx = slope(x, y, *the arguments)."""
    plain = Operation(f.__name__, f, (lambda D, y, x: D * slope(x, y),))

    def node(input: Any, *args: Any, **kwargs: Any) -> Variable:
        if not (args or kwargs):
            return plain(input)
        return Operation(
            f.__name__,
            lambda x: f(x, *args, **kwargs),
            (lambda D, y, x: D * slope(x, y, *args, **kwargs),),
        )(input)

    return node


def _piecewise_linear(f: Function, backward: Function) -> Function:
    """Return f of a variable; its slope does not change with x."""

    def slope(x: Variable, y: Variable, *args: Any, **kwargs: Any) -> Any:
        return backward(np.ones_like(x.value), x.value, *args, **kwargs)

    return _pointwise(f, slope)


SIGMOID = _pointwise(out.sigmoid, lambda x, y: y * (1.0 - y))
TANH = _pointwise(act.tanh, lambda x, y: 1.0 - y * y)
ERFC = _pointwise(
    smooth.erfc, lambda x, y: -2 / math.sqrt(math.pi) * np.exp(-x * x)
)


def _softplus_slope(
    x: Variable, y: Variable, beta: float = 1.0, threshold: float = np.inf
) -> Variable:
    return choose(beta * x.value > threshold, 1.0, SIGMOID(beta * x))


def _elu_slope(x: Variable, y: Variable, alpha: float = 1.0) -> Variable:
    return choose(x > 0, 1.0, y + alpha)


def _selu_slope(x: Variable, y: Variable) -> Variable:
    scale = smooth.SELU_SCALE
    return choose(x > 0, scale, y + scale * smooth.SELU_ALPHA)


def _gelu_slope(
    x: Variable, y: Variable, approximate: str = "none"
) -> Variable:
    if approximate == "none":
        density = np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
        return ERFC(x * -math.sqrt(0.5)) * 0.5 + x * density
    scale, cubic = math.sqrt(8 / math.pi), smooth.GELU_CUBIC
    s = SIGMOID(scale * (x + cubic * x * x * x))
    return s + x * s * (1.0 - s) * (scale * (1.0 + 3 * cubic * x * x))


def _silu_slope(x: Variable, y: Variable) -> Variable:
    s = SIGMOID(x)
    return s * (1.0 + x * (1.0 - s))


def _mish_slope(x: Variable, y: Variable) -> Variable:
    t = TANH(SOFTPLUS(x))
    return t + x * (1.0 - t * t) * SIGMOID(x)


def _hardswish_slope(x: Variable, y: Variable) -> Variable:
    fixed = hard.hardswish_backward(np.ones_like(x.value), x.value)
    inside = np.abs(x.value) < 3
    return choose(inside, x * (1 / 3) + 0.5, fixed)


SOFTPLUS = _pointwise(out.softplus, _softplus_slope)


def _prelu(input: Variable, weight: Variable) -> Variable:
    x, w = as_node(input), as_node(weight)
    hidden.prelu(x.value, w.value)  # checks the shapes
    ones = [1] * (x.ndim - 2)
    slope = reshape(w, (-1, *ones) if w.value.size > 1 else ())
    return choose(x > 0, x, x * slope)


def _maxout(input: Variable, pieces: int) -> Variable:
    units = hidden.maxout(input.value, pieces).shape
    groups = reshape(input, (*units, pieces))
    first = groups.value.argmax(axis=-1)
    return take(groups, (*np.indices(units, sparse=True), first))


def _softmax(input: Variable, dim: int = -1) -> Variable:
    return Operation(
        "softmax",
        lambda x: out.softmax(x, dim),
        (lambda D, y, x: y * (D - (y * D).sum(dim, keepdims=True)),),
    )(input)


def _log_softmax(input: Variable, dim: int = -1) -> Variable:
    return Operation(
        "log_softmax",
        lambda x: out.log_softmax(x, dim),
        (lambda D, y, x: D - np.exp(y) * D.sum(dim, keepdims=True),),
    )(input)


#: By the function of arrays; the same arguments.
FUNCTIONS: dict[Function, Function] = {
    act.identity: _piecewise_linear(act.identity, act.identity_backward),
    act.unit_step: _piecewise_linear(act.unit_step, act.unit_step_backward),
    act.sign: _piecewise_linear(act.sign, act.sign_backward),
    hard.hardtanh: _piecewise_linear(hard.hardtanh, hard.hardtanh_backward),
    hard.relu6: _piecewise_linear(hard.relu6, hard.relu6_backward),
    hard.hardsigmoid: _piecewise_linear(
        hard.hardsigmoid, hard.hardsigmoid_backward
    ),
    hidden.relu: _pointwise(hidden.relu, lambda x, y: x > 0),
    hidden.absolute: _piecewise_linear(
        hidden.absolute, hidden.absolute_backward
    ),
    hidden.leaky_relu: _piecewise_linear(
        hidden.leaky_relu, hidden.leaky_relu_backward
    ),
    act.tanh: TANH,
    act.softsign: _pointwise(
        act.softsign, lambda x, y: (1.0 + np.abs(x)) ** -2
    ),
    hard.hardswish: _pointwise(hard.hardswish, _hardswish_slope),
    smooth.elu: _pointwise(smooth.elu, _elu_slope),
    smooth.selu: _pointwise(smooth.selu, _selu_slope),
    smooth.gelu: _pointwise(smooth.gelu, _gelu_slope),
    smooth.silu: _pointwise(smooth.silu, _silu_slope),
    smooth.mish: _pointwise(smooth.mish, _mish_slope),
    smooth.erf: _pointwise(
        smooth.erf, lambda x, y: 2 / math.sqrt(math.pi) * np.exp(-x * x)
    ),
    smooth.erfc: ERFC,
    out.sigmoid: SIGMOID,
    out.logsigmoid: _pointwise(out.logsigmoid, lambda x, y: SIGMOID(-x)),
    out.softplus: SOFTPLUS,
    out.softmax: _softmax,
    out.log_softmax: _log_softmax,
    hidden.prelu: _prelu,
    hidden.maxout: _maxout,
}
