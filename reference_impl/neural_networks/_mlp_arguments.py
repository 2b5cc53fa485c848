"""The arguments that the functions of a multilayer perceptron share."""

from collections.abc import Sequence

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.output_units import sigmoid, softmax

UNITS = ("softmax", "sigmoid", "identity")
COSTS = ("cross_entropy", "squared_error")


def output_of(unit: str, Z: np.ndarray) -> np.ndarray:
    """Return the last layer's function of Z."""
    if unit == "softmax":
        return softmax(Z, dim=1)
    return sigmoid(Z) if unit == "sigmoid" else Z.copy()


def check_options(cost: str, unit: str, reduction: str = "mean") -> None:
    """Raise unless the three are known and fit each other."""
    _checks.one_of("cost", cost, COSTS)
    _checks.one_of("unit", unit, UNITS)
    _checks.one_of("reduction", reduction, ("mean", "sum"))
    if (cost, unit) == ("cross_entropy", "identity"):
        raise ValueError(
            "unit must be 'softmax' or 'sigmoid' with cost='cross_entropy', "
            "got unit='identity'"
        )


def check_layers(
    A: np.ndarray,
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
) -> None:
    """Raise unless the layers fit the input and one another."""
    _, m = _checks.shape("input", A, ("N", "m"))
    if not 0 < len(weights) == len(biases):
        raise ValueError(
            "weights and biases must have one entry a layer, got "
            f"len(weights)={len(weights)}, len(biases)={len(biases)}"
        )
    for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
        W = _checks.floating_like(f"weights[{l}]", W, "input", A)
        _, d = _checks.shape(f"weights[{l}]", W, (m, "d"))
        b = _checks.floating_like(f"biases[{l}]", b, "input", A)
        _checks.shape(f"biases[{l}]", b, (d,))
        m = d


def check_target(name: str, a: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return `target` as an array of the shape of `a`, which is not empty."""
    N, K = _checks.shape(name, a, ("N", "K"))
    check_rows(name, a)
    y = _checks.floating_like("target", target, name, a)
    _checks.shape("target", y, (N, K))
    return y


def check_rows(name: str, a: np.ndarray) -> None:
    """Raise if a batch is empty: it has no mean."""
    if len(a) == 0:
        raise ValueError(
            f"{name} must have at least one row, got {name}.shape={a.shape}"
        )
