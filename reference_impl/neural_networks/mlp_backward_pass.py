"""The way back through a multilayer perceptron, and the update.

Page: docs/neural-networks/multilayer-perceptron.md.

Axes: N examples, m inputs of a layer, d units of it, K units of the last one.
A layer computes Z = A W + b and passes on phi(Z). W has the shape (m, d):
PyTorch's weight transposed. delta is the error of a layer, dJ/dZ, one row an
example.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _activations
from reference_impl.neural_networks._mlp_arguments import (
    check_options,
    check_rows,
    check_target,
)
from reference_impl.neural_networks.mlp_forward_pass import MLPForward

__all__ = [
    "mlp_output_error",
    "mlp_hidden_error",
    "mlp_errors",
    "MLPGradients",
    "mlp_gradients",
    "mlp_update",
]


def mlp_output_error(
    output: np.ndarray,
    target: np.ndarray,
    cost: str = "cross_entropy",
    unit: str = "softmax",
) -> np.ndarray:
    """Return delta of the last layer: dJ/dZ, example by example.

    It is a - y where the cost is minus the log-likelihood that belongs to the
    unit: cross-entropy with softmax or sigmoid, squared error with identity.
    Squared error with sigmoid keeps a factor a (1 - a), and with softmax its
    whole Jacobian.

    Parameters
    ----------
    output : ndarray of shape (N, K), floating
        a = phi(Z) of the last layer.
    target : ndarray of shape (N, K), dtype of `output`
        One-hot rows, probabilities or, for "squared_error", any numbers.
    cost : {"cross_entropy", "squared_error"}, default "cross_entropy"
    unit : {"softmax", "sigmoid", "identity"}, default "softmax"

    Returns
    -------
    ndarray of the shape and dtype of `output`
        Not divided by N.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes differ, N is 0, an option is unknown, or the cost is
        "cross_entropy" and the unit "identity".

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 12.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_output_error
    >>> a, y = np.array([[0.75, 0.25]]), np.array([[0.0, 1.0]])
    >>> mlp_output_error(a, y)
    array([[ 0.75, -0.75]])
    >>> mlp_output_error(a, y, "squared_error", "sigmoid")
    array([[ 0.140625, -0.140625]])
    """
    a = _checks.floating("output", output)
    y = check_target("output", a, target)
    check_options(cost, unit)
    delta = a - y
    if cost == "cross_entropy" or unit == "identity":
        return delta
    if unit == "sigmoid":
        return delta * a * (1 - a)
    return a * (delta - (a * delta).sum(axis=1, keepdims=True))


def mlp_hidden_error(
    error: np.ndarray,
    weight: np.ndarray,
    net_input: np.ndarray,
    activation: str = "sigmoid",
) -> np.ndarray:
    """Return delta of a hidden layer, given that of the layer after it.

    Parameters
    ----------
    error : ndarray of shape (N, d), floating
        delta of the layer after this one.
    weight : ndarray of shape (m, d), dtype of `error`
        W of the layer after this one.
    net_input : ndarray of shape (N, m), dtype of `error`
        Z of this layer.
    activation : str, default "sigmoid"
        phi of this layer.

    Returns
    -------
    ndarray of shape (N, m), dtype of `error`

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If a shape does not fit or `activation` is unknown.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 12.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_hidden_error
    >>> W = np.array([[2.0], [3.0]])
    >>> mlp_hidden_error(np.array([[0.5]]), W, np.zeros((1, 2)))
    array([[0.25 , 0.375]])
    """
    delta = _checks.floating("error", error)
    N, d = _checks.shape("error", delta, ("N", "d"))
    W = _checks.floating_like("weight", weight, "error", delta)
    m, _ = _checks.shape("weight", W, ("m", d))
    Z = _checks.floating_like("net_input", net_input, "error", delta)
    _checks.shape("net_input", Z, (N, m))
    _activations.check(activation)
    return _activations.backward(activation, delta @ W.T, Z)


def mlp_errors(
    passed: MLPForward,
    target: np.ndarray,
    weights: Sequence[np.ndarray],
    activation: str = "sigmoid",
    cost: str = "cross_entropy",
    unit: str = "softmax",
) -> list[np.ndarray]:
    """Return delta of every layer, first to last; it is computed backwards.

    Parameters
    ----------
    passed : MLPForward
        What `mlp_forward` returned for these weights and options.
    target : ndarray of shape (N, K), dtype of the input
    weights : sequence of ndarray
    activation, cost, unit : str
        As `mlp_hidden_error` and `mlp_output_error` take them.

    Returns
    -------
    list of ndarray
        One a layer, of the shape of its net input.

    Raises
    ------
    TypeError, ValueError
        As `mlp_output_error` and `mlp_hidden_error`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 6.4.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_errors, mlp_forward
    >>> weights = [np.array([[1.0, 1.0]]), np.array([[2.0], [4.0]])]
    >>> biases = [np.zeros(2), np.zeros(1)]
    >>> x, y = np.array([[1.0]]), np.array([[5.0]])
    >>> passed = mlp_forward(x, weights, biases, "relu", "identity")
    >>> mlp_errors(passed, y, weights, "relu", "squared_error", "identity")
    [array([[2., 4.]]), array([[1.]])]
    """
    errors = [mlp_output_error(passed.activations[-1], target, cost, unit)]
    for l in range(len(weights) - 1, 0, -1):
        Z = passed.net_inputs[l - 1]
        errors.append(mlp_hidden_error(errors[-1], weights[l], Z, activation))
    return errors[::-1]


class MLPGradients(NamedTuple):
    """The gradients of the cost, one array a layer in each list."""

    weights: list[np.ndarray]
    biases: list[np.ndarray]


def mlp_gradients(
    errors: Sequence[np.ndarray],
    activations: Sequence[np.ndarray],
    weights: Sequence[np.ndarray],
    l2: float = 0.0,
    reduction: str = "mean",
) -> MLPGradients:
    """Return dJ/dW = A^T delta / N + l2 * W and dJ/db = sum of delta / N.

    With reduction="sum" nothing is divided by N: the larger the batch, the
    larger the step, and the weaker the penalty beside it. Biases are not
    penalised.

    Parameters
    ----------
    errors : sequence of ndarray of shape (N, d), floating
        delta of each layer.
    activations : sequence of ndarray of shape (N, m)
        What came into each layer; the network's output may follow.
    weights : sequence of ndarray of shape (m, d)
    l2 : float, default 0
        Strength of the penalty l2 / 2 * sum of W**2.
    reduction : {"mean", "sum"}, default "mean"
        Of the cost over the examples.

    Returns
    -------
    MLPGradients
        A named tuple (weights, biases).

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ or `l2` is no number.
    ValueError
        If a shape does not fit, N is 0, `l2` is negative or `reduction` is
        unknown.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 12.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_gradients
    >>> A, delta = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5], [1.0]])
    >>> mlp_gradients([delta], [A], [np.ones((2, 1))], l2=0.25)
    MLPGradients(weights=[array([[2.  ],
           [2.75]])], biases=[array([0.75])])
    """
    l2 = _checks.real("l2", l2, 0)
    _checks.one_of("reduction", reduction, ("mean", "sum"))
    if not 0 < len(errors) == len(weights) <= len(activations):
        raise ValueError(
            "errors, activations and weights must have one entry a layer, got "
            f"{len(errors)}, {len(activations)} and {len(weights)}"
        )
    gradients = MLPGradients([], [])
    for l, W in enumerate(weights):
        A, delta = _layer(l, activations[l], errors[l], W)
        if reduction == "mean":
            delta = delta / len(delta)
        to_weight = A.T @ delta
        if l2:
            to_weight += l2 * W
        gradients.weights.append(to_weight)
        gradients.biases.append(delta.sum(axis=0))
    return gradients


def mlp_update(
    parameters: Sequence[np.ndarray],
    gradients: Sequence[np.ndarray],
    learning_rate: float,
) -> list[np.ndarray]:
    """Return W - eta * dJ/dW for each parameter, as new arrays.

    Parameters
    ----------
    parameters, gradients : sequence of ndarray, floating
        Pairs of equal shape and dtype.
    learning_rate : float
        eta, at least 0.

    Returns
    -------
    list of ndarray

    Raises
    ------
    TypeError
        If an array is not floating, dtypes differ or `learning_rate` is no
        number.
    ValueError
        If shapes or lengths differ, or `learning_rate` is negative.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 4.5.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_update
    >>> mlp_update([np.array([1.0, 2.0])], [np.array([10.0, -10.0])], 0.25)
    [array([-1.5,  4.5])]
    """
    eta = _checks.real("learning_rate", learning_rate, 0)
    if len(parameters) != len(gradients):
        raise ValueError(
            "gradients must have one entry a parameter, got "
            f"len(gradients)={len(gradients)}, "
            f"len(parameters)={len(parameters)}"
        )
    updated = []
    for i, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
        p = _checks.floating(f"parameters[{i}]", p)
        g = _checks.floating_like(f"gradients[{i}]", g, f"parameters[{i}]", p)
        _checks.shape(f"gradients[{i}]", g, p.shape)
        updated.append(p - eta * g)
    return updated


def _layer(
    l: int, activation: np.ndarray, error: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (A, delta) of layer l once they fit each other and its weight."""
    name = f"weights[{l}]"
    W = _checks.floating(name, weight)
    m, d = _checks.shape(name, W, ("m", "d"))
    delta = _checks.floating_like(f"errors[{l}]", error, name, W)
    N, _ = _checks.shape(f"errors[{l}]", delta, ("N", d))
    check_rows(f"errors[{l}]", delta)
    A = _checks.floating_like(f"activations[{l}]", activation, name, W)
    _checks.shape(f"activations[{l}]", A, (N, m))
    return A, delta
