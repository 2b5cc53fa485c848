"""The way forward through a multilayer perceptron, and its cost.

Page: docs/neural-networks/multilayer-perceptron.md.

Axes: N examples, m inputs of a layer, d units of it, K units of the last one.
A layer computes Z = A W + b and passes on phi(Z). W has the shape (m, d):
PyTorch's weight transposed.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _activations
from reference_impl.neural_networks._mlp_arguments import (
    UNITS,
    check_layers,
    check_options,
    check_target,
    output_of,
)
from reference_impl.neural_networks.bernoulli_losses import (
    binary_cross_entropy_with_logits,
)
from reference_impl.neural_networks.categorical_losses import cross_entropy

__all__ = ["one_hot", "MLPForward", "mlp_forward", "mlp_cost"]


def one_hot(
    input: np.ndarray, num_classes: int = -1, *, dtype: Any = np.int64
) -> np.ndarray:
    """Return rows that are 1 at the class and 0 elsewhere.

    Parameters
    ----------
    input : ndarray of any shape, integer
        Classes, from 0.
    num_classes : int, default -1
        K; -1 for one more than the largest class.
    dtype : dtype, default int64

    Returns
    -------
    ndarray of shape (*input.shape, K), dtype `dtype`

    Raises
    ------
    TypeError
        If `input` is not integer or `num_classes` is not an int.
    ValueError
        If a class is negative or not below `num_classes`, or there is none to
        count.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 12. PyTorch,
    ``torch.nn.functional.one_hot``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import one_hot
    >>> one_hot(np.array([2, 0]), 4)
    array([[0, 0, 1, 0],
           [1, 0, 0, 0]])
    """
    classes = np.asarray(input)
    if not np.issubdtype(classes.dtype, np.integer):
        raise TypeError(
            f"input must be integer, got input.dtype={classes.dtype}"
        )
    K = _checks.integer("num_classes", num_classes, -1)
    if K == -1 and classes.size == 0:
        raise ValueError(
            "num_classes must be given for an empty input, got "
            f"num_classes=-1, input.shape={classes.shape}"
        )
    K = int(classes.max()) + 1 if K == -1 else K
    wrong = classes[(classes < 0) | (classes >= K)]
    if wrong.size:
        raise ValueError(
            f"input must hold classes from 0 to {K - 1}, got {wrong[0]}"
        )
    rows = np.zeros((*classes.shape, K), dtype)
    if rows.size:
        np.put_along_axis(rows, classes[..., None], 1, axis=-1)
    return rows


class MLPForward(NamedTuple):
    """What every layer computed.

    Attributes
    ----------
    net_inputs : list of ndarray
        Z of each layer, shape (N, d).
    activations : list of ndarray
        The input, then phi(Z) of each layer: one more than `net_inputs`.
    """

    net_inputs: list[np.ndarray]
    activations: list[np.ndarray]


def mlp_forward(
    input: np.ndarray,
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    activation: str = "sigmoid",
    unit: str = "softmax",
) -> MLPForward:
    """Return what each layer makes of a batch.

    Parameters
    ----------
    input : ndarray of shape (N, m), floating
    weights : sequence of ndarray of shape (m, d), dtype of `input`
        One a layer; d of a layer is m of the next.
    biases : sequence of ndarray of shape (d,), dtype of `input`
    activation : str, default "sigmoid"
        phi of the hidden layers: the name of an activation function.
    unit : {"softmax", "sigmoid", "identity"}, default "softmax"
        The function of the last layer.

    Returns
    -------
    MLPForward
        A named tuple (net_inputs, activations).

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If a shape does not fit, there is no layer, the lists differ in length,
        or `activation` or `unit` is unknown.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 12.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_forward
    >>> W, b = np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([0.5, 0.5])
    >>> mlp_forward(np.array([[1.0, 2.0]]), [W], [b], unit="identity")[0]
    [array([[ 5.5, -0.5]])]
    """
    A = _checks.floating("input", input)
    check_layers(A, weights, biases)
    _activations.check(activation)
    _checks.one_of("unit", unit, UNITS)
    net_inputs, activations = [], [A]
    last = len(weights) - 1
    for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
        Z = activations[l] @ W + b
        net_inputs.append(Z)
        activations.append(
            output_of(unit, Z)
            if l == last
            else _activations.forward(activation, Z)
        )
    return MLPForward(net_inputs, activations)


def mlp_cost(
    net_input: np.ndarray,
    target: np.ndarray,
    cost: str = "cross_entropy",
    unit: str = "softmax",
    reduction: str = "mean",
) -> float:
    """Return the cost J of a batch, without a penalty.

    Parameters
    ----------
    net_input : ndarray of shape (N, K), floating
        Z of the last layer: its logarithms are stable, those of phi(Z) not.
    target : ndarray of shape (N, K), dtype of `net_input`
        One-hot rows, probabilities or, for "squared_error", any numbers.
    cost : {"cross_entropy", "squared_error"}, default "cross_entropy"
        Of an example: minus the log-likelihood, or half the sum of squares.
    unit : {"softmax", "sigmoid", "identity"}, default "softmax"
    reduction : {"mean", "sum"}, default "mean"
        Over the examples.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes differ, N is 0, an option is unknown, or the cost is
        "cross_entropy" and the unit "identity".

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mlp_cost
    >>> z, y = np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> round(mlp_cost(z, y), 4), mlp_cost(z, y, "squared_error", "sigmoid")
    (0.6931, 0.25)
    """
    Z = _checks.floating("net_input", net_input)
    y = check_target("net_input", Z, target)
    check_options(cost, unit, reduction)
    if cost == "squared_error":
        e = output_of(unit, Z) - y
        total = float(np.vdot(e, e)) / 2
    elif unit == "softmax":
        total = float(cross_entropy(Z, y, reduction="sum"))
    else:
        total = float(binary_cross_entropy_with_logits(Z, y, reduction="sum"))
    return total / len(Z) if reduction == "mean" else total
