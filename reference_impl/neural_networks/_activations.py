"""Activation functions by name, for networks that take one as an option."""

from collections.abc import Callable

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import activation_functions as plain
from reference_impl.neural_networks import hard_activations as hard
from reference_impl.neural_networks import hidden_units as hidden
from reference_impl.neural_networks import output_units as smooth_steps
from reference_impl.neural_networks import smooth_activations as smooth

Function = Callable[..., np.ndarray]

#: Those without a parameter to learn that keep the shape: (f, f_backward).
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    name: (getattr(module, name), getattr(module, f"{name}_backward"))
    for module, names in (
        (plain, ("identity", "unit_step", "sign", "tanh", "softsign")),
        (hard, ("hardtanh", "relu6", "hardsigmoid", "hardswish")),
        (hidden, ("relu", "absolute", "leaky_relu")),
        (smooth, ("elu", "selu", "gelu", "silu", "mish")),
        (smooth_steps, ("sigmoid", "logsigmoid", "softplus")),
    )
    for name in names
}


def check(name: str) -> None:
    """Raise unless there is an activation function called `name`."""
    _checks.one_of("activation", name, tuple(ACTIVATIONS))


def forward(name: str, z: np.ndarray) -> np.ndarray:
    """Return the activation function called `name` of z."""
    return ACTIVATIONS[name][0](z)


def backward(name: str, g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return g times the derivative at z."""
    return ACTIVATIONS[name][1](g, z)
