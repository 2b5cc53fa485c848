"""Clipping, penalties, and how a gradient's norm changes with depth.

Page: docs/neural-networks/vanishing-and-exploding-gradients.md.

Axes: N examples, D units of a layer. A layer is h -> phi(h W^T + b), with a
skip connection h -> h + c * phi(h W^T + b).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.activation_functions import (
    tanh,
    tanh_backward,
)
from reference_impl.neural_networks.hidden_units import relu, relu_backward
from reference_impl.neural_networks.initialization import xavier_normal
from reference_impl.neural_networks.output_units import (
    sigmoid,
    sigmoid_backward,
)

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "l1_penalty",
    "l1_penalty_backward",
    "l2_penalty",
    "l2_penalty_backward",
    "gradient_norms",
]

ACTIVATIONS = {
    "sigmoid": (sigmoid, sigmoid_backward),
    "tanh": (tanh, tanh_backward),
    "relu": (relu, relu_backward),
}


def clip_grad_norm_(
    grads: np.ndarray | Sequence[np.ndarray],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> float:
    """Scale gradients in place so that their common norm is at most max_norm.

    Their direction stays. As in PyTorch the factor is min(1, max_norm /
    (norm + 1e-6)), so that what is clipped ends just below `max_norm`.

    Parameters
    ----------
    grads : ndarray or sequence of ndarray, floating
        The gradients of all parameters: they count as one vector. Changed.
    max_norm : float
        At least 0; `numpy.inf` only measures the norm.
    norm_type : float, default 2
        More than 0; `numpy.inf` is the largest absolute value.
    error_if_nonfinite : bool, default False
        Raise if the norm is NaN or infinite. Else gradients become NaN, or 0
        where they are finite and the norm is infinite.

    Returns
    -------
    float
        The norm before clipping. It is computed without overflow or
        underflow, unlike PyTorch's.

    Raises
    ------
    TypeError
        If a gradient is not a floating array or a number is none.
    ValueError
        If a gradient cannot be written to, `max_norm` or `norm_type` is out
        of range, or the norm is not finite and `error_if_nonfinite` is set.
        Nothing is changed then.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, *On the difficulty of training recurrent
    neural networks*, algorithm 1. PyTorch,
    ``torch.nn.utils.clip_grad_norm_``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import clip_grad_norm_
    >>> grads = [np.array([3.0]), np.array([[0.0, 4.0]])]
    >>> clip_grad_norm_(grads, max_norm=1.0)
    5.0
    >>> [g.round(4) for g in grads]
    [array([0.6]), array([[0. , 0.8]])]
    """
    arrays = _writeable(grads)
    max_norm = _checks.bound("max_norm", max_norm, 0)
    p = _checks.bound("norm_type", norm_type)
    if p <= 0:
        raise ValueError(f"norm_type must be positive, got {norm_type=}")
    _checks.one_of("error_if_nonfinite", error_if_nonfinite, (False, True))
    norm = _norm(arrays, p)
    if error_if_nonfinite and not math.isfinite(norm):
        raise ValueError(f"grads must have a finite norm, got norm={norm}")
    factor = min(max_norm / (norm + 1e-6), 1.0)  # NaN stays NaN
    with np.errstate(invalid="ignore"):  # inf * 0: NaN, as in PyTorch
        for g in arrays:
            np.multiply(g, factor, out=g)
    return norm


def clip_grad_value_(
    grads: np.ndarray | Sequence[np.ndarray], clip_value: float
) -> None:
    """Limit each entry of the gradients to [-clip_value, clip_value], in place.

    Their direction may change.

    Parameters
    ----------
    grads : ndarray or sequence of ndarray, floating
        Changed; NaN stays NaN.
    clip_value : float
        At least 0; `numpy.inf` changes nothing.

    Raises
    ------
    TypeError
        If a gradient is not a floating array or `clip_value` is no number.
    ValueError
        If a gradient cannot be written to or `clip_value` is negative.
        Nothing is changed then.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 10.11.1.
    PyTorch, ``torch.nn.utils.clip_grad_value_``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import clip_grad_value_
    >>> grad = np.array([-7.0, 0.5, 3.0])
    >>> clip_grad_value_(grad, 2.0)
    >>> grad
    array([-2. ,  0.5,  2. ])
    """
    arrays = _writeable(grads)
    bound = _checks.bound("clip_value", clip_value, 0)
    for g in arrays:
        np.clip(g, -bound, bound, out=g)


def l1_penalty(weights: Sequence[np.ndarray], strength: float) -> float:
    """Return strength times the sum of absolute weights.

    Parameters
    ----------
    weights : sequence of ndarray, floating
        Leave the biases out of it.
    strength : float
        At least 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array is not floating or `strength` is not a number.
    ValueError
        If `strength` is negative or not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 7.18.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import l1_penalty
    >>> l1_penalty([np.array([[1.0, -2.0]]), np.array([[4.0]])], 0.5)
    3.5
    """
    arrays, strength = _weights(weights, strength)
    return strength * sum(float(np.abs(w).sum()) for w in arrays)


def l1_penalty_backward(
    grad_output: np.ndarray | float,
    weights: Sequence[np.ndarray],
    strength: float,
) -> list[np.ndarray]:
    """Return the gradient of `l1_penalty` to each of `weights`; 0 at 0.

    `grad_output` is one number, dL/dpenalty.
    """
    arrays, strength = _weights(weights, strength)
    scale = _number("grad_output", grad_output) * strength
    return [scale * np.sign(w) for w in arrays]


def l2_penalty(weights: Sequence[np.ndarray], strength: float) -> float:
    """Return strength / 2 times the sum of squared weights.

    With the half, the gradient is strength * w.

    Parameters
    ----------
    weights : sequence of ndarray, floating
        Leave the biases out of it.
    strength : float
        At least 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array is not floating or `strength` is not a number.
    ValueError
        If `strength` is negative or not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 7.2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import l2_penalty
    >>> l2_penalty([np.array([[1.0, -2.0]]), np.array([[4.0]])], 0.5)
    5.25
    """
    arrays, strength = _weights(weights, strength)
    return strength / 2 * sum(float(np.vdot(w, w)) for w in arrays)


def l2_penalty_backward(
    grad_output: np.ndarray | float,
    weights: Sequence[np.ndarray],
    strength: float,
) -> list[np.ndarray]:
    """Return the gradient of `l2_penalty` to each of `weights`.

    `grad_output` is one number, dL/dpenalty.
    """
    arrays, strength = _weights(weights, strength)
    scale = _number("grad_output", grad_output) * strength
    return [scale * w for w in arrays]


def gradient_norms(
    depth: int,
    activation: str = "sigmoid",
    initialize: Callable[..., np.ndarray] = xavier_normal,
    skip: bool = False,
    branch: float = 1.0,
    of: str = "weight",
    width: int = 64,
    examples: int = 128,
    seed: int = 0,
) -> np.ndarray:
    """Return the norm of the gradient in each layer, before training.

    A network of `depth` equal layers is fed normal inputs, and a random
    gradient of norm 1 enters at its output.

    Parameters
    ----------
    depth : int
        Layers.
    activation : {"sigmoid", "tanh", "relu"}, default "sigmoid"
    initialize : callable, default `xavier_normal`
        Called as ``initialize((width, width), rng=rng)``. Biases are 0.
    skip : bool, default False
        Add each layer's input to its output.
    branch : float, default 1
        c, by which a layer with a skip connection scales what it adds.
    of : {"weight", "input"}, default "weight"
        To what of the layer: its weights or its input. With rectifiers the
        two tell different things: to the weights, what an input lost on its
        way makes up for what the gradient has not lost yet.
    width, examples : int
        D units a layer, N examples.
    seed : int, default 0

    Returns
    -------
    ndarray of shape (depth,), float64
        The first layer first.

    Raises
    ------
    TypeError
        If a size is not an int or `branch` is not a number.
    ValueError
        If a size is less than 1, or `activation` or `of` is unknown.

    References
    ----------
    Glorot and Bengio 2010, figure 7. He et al. 2016, *Deep residual learning
    for image recognition*, equation 1.

    Examples
    --------
    >>> from reference_impl import gradient_norms
    >>> gradient_norms(4).round(5)
    array([0.02038, 0.05843, 0.26718, 1.0345 ])
    """
    for name, size in (
        ("depth", depth),
        ("width", width),
        ("examples", examples),
    ):
        _checks.integer(name, size, 1)
    _checks.one_of("activation", activation, tuple(ACTIVATIONS))
    _checks.one_of("of", of, ("weight", "input"))
    c = _checks.real("branch", branch)
    phi, phi_backward = ACTIVATIONS[activation]
    rng = np.random.default_rng(_checks.integer("seed", seed, 0))
    weights = [initialize((width, width), rng=rng) for _ in range(depth)]
    h, z = [rng.standard_normal((examples, width))], []
    for W in weights:
        z.append(h[-1] @ W.T)
        h.append(h[-1] + c * phi(z[-1]) if skip else phi(z[-1]))
    g = rng.standard_normal(h[-1].shape)
    g /= np.linalg.norm(g)
    norms = np.empty(depth)
    for l in reversed(range(depth)):
        delta = phi_backward(c * g if skip else g, z[l])
        g = delta @ weights[l] + (g if skip else 0)
        norms[l] = np.linalg.norm(g if of == "input" else delta.T @ h[l])
    return norms


def _norm(arrays: list[np.ndarray], p: float) -> float:
    """Return the p-norm of all entries together, without overflow."""
    largest = [float(np.abs(g).max()) for g in arrays if g.size]
    top = float(np.max(largest, initial=0.0))  # NaN if any is NaN
    if p == np.inf or top == 0 or not math.isfinite(top):
        return top
    total = 0.0
    for g in arrays:
        scaled = np.abs(g) / g.dtype.type(top)
        total += float((scaled**p).sum(dtype=np.float64))
    with np.errstate(over="ignore"):  # a norm may be infinite for small p
        return float(top * np.float64(total) ** (1 / p))


def _writeable(
    grads: np.ndarray | Sequence[np.ndarray],
) -> list[np.ndarray]:
    """Return `grads` as a list, once each may be changed in place."""
    if isinstance(grads, np.ndarray):
        grads = [grads]
    arrays = _listed("grads", grads)
    for i, g in enumerate(arrays):
        if not isinstance(g, np.ndarray):
            raise TypeError(
                f"grads[{i}] must be an ndarray, got grads[{i}]={g!r}"
            )
        _checks.floating(f"grads[{i}]", g)
        if not g.flags.writeable:
            raise ValueError(
                f"grads[{i}] must be writeable, got a read-only array"
            )
    return arrays


def _listed(name: str, arrays: Iterable[Any]) -> list[Any]:
    """Return what is in `arrays`, a sequence or whatever else has entries."""
    if not isinstance(arrays, Iterable):
        raise TypeError(
            f"{name} must be a sequence of arrays, got {name}={arrays!r}"
        )
    return list(arrays)


def _number(name: str, value: np.ndarray | float) -> float:
    """Return `value`, a number or an array of no axes, as a float."""
    array = _checks.floating(name, value)
    _checks.shape(name, array, ())
    return float(array)


def _weights(
    weights: Sequence[np.ndarray], strength: float
) -> tuple[list[np.ndarray], float]:
    """Return (weights, strength) once checked."""
    if isinstance(weights, np.ndarray):
        raise TypeError(
            "weights must be a list of arrays, got one array of shape "
            f"{weights.shape}"
        )
    arrays = [
        _checks.floating(f"weights[{i}]", w)
        for i, w in enumerate(_listed("weights", weights))
    ]
    return arrays, _checks.real("strength", strength, 0)
