"""Hidden units: the rectified linear unit and its generalisations.

Page: docs/neural-networks/hidden-units.md.

Axes: N batch, C channel. The other functions work entry by entry.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _elementwise

__all__ = [
    "relu",
    "relu_backward",
    "absolute",
    "absolute_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "prelu",
    "prelu_backward",
    "PReLUGradients",
    "maxout",
    "maxout_backward",
]


def relu(input: np.ndarray) -> np.ndarray:
    """Return max(0, x), the rectified linear unit.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In [0, inf); NaN stays NaN.

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.3.1.
    PyTorch, ``torch.nn.functional.relu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import relu
    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(_checks.floating("input", input), 0)


def relu_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `relu`; its derivative at 0 is 0."""
    g, x = _elementwise.pair(grad_output, input)
    return _elementwise.zero_where(x <= 0, g)


def absolute(input: np.ndarray) -> np.ndarray:
    """Return abs(x): absolute value rectification, a slope of -1 below 0.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In [0, inf).

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.3.1,
    "absolute value rectification". PyTorch, ``torch.absolute``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import absolute
    >>> absolute(np.array([-2.0, 0.0, 3.0]))
    array([2., 0., 3.])
    """
    return np.absolute(_checks.floating("input", input))


def absolute_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `absolute`; its derivative at 0 is 0."""
    g, x = _elementwise.pair(grad_output, input)
    return g * np.sign(x)


def leaky_relu(input: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """Return x above 0 and negative_slope * x below it.

    Parameters
    ----------
    input : ndarray of any shape, floating
    negative_slope : float, default 0.01
        Slope below 0.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or `negative_slope` is not a number.
    ValueError
        If `negative_slope` is not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.3.1.
    PyTorch, ``torch.nn.functional.leaky_relu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import leaky_relu
    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]), negative_slope=0.25)
    array([-0.5,  0. ,  3. ])
    """
    x = _checks.floating("input", input)
    slope = _checks.real("negative_slope", negative_slope)
    return np.where(x > 0, x, slope * x)


def leaky_relu_backward(
    grad_output: np.ndarray, input: np.ndarray, negative_slope: float = 0.01
) -> np.ndarray:
    """Return dL/dinput of `leaky_relu`; at 0 it has the slope below 0."""
    g, x = _elementwise.pair(grad_output, input)
    slope = _checks.real("negative_slope", negative_slope)
    return np.where(x > 0, g, slope * g)


def prelu(input: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return x above 0 and weight * x below it: a slope that is learnt.

    Parameters
    ----------
    input : ndarray of shape (N, C, ...) or of any shape, floating
    weight : ndarray of shape (C,) or (1,), dtype of `input`
        Slope below 0: one a channel, or one for all.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or `weight` has another dtype.
    ValueError
        If `weight` has neither 1 entry nor one for each channel.

    References
    ----------
    He, Zhang, Ren and Sun 2015, *Delving deep into rectifiers*, equation 1.
    PyTorch, ``torch.nn.functional.prelu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import prelu
    >>> prelu(np.array([[-2.0, -2.0, 3.0]]), np.array([0.5, 0.25, 0.125]))
    array([[-1. , -0.5,  3. ]])
    """
    x, slope = _prelu_arguments(input, weight)
    return np.where(x > 0, x, slope * x)


class PReLUGradients(NamedTuple):
    """Gradients of the array arguments of `prelu`."""

    input: np.ndarray
    weight: np.ndarray


def prelu_backward(
    grad_output: np.ndarray, input: np.ndarray, weight: np.ndarray
) -> PReLUGradients:
    """Return dL/dinput and dL/dweight of `prelu`.

    The slope gathers g*x from all entries it was applied to, those at or
    below 0; at 0 dL/dinput has the slope below 0.
    """
    g, x = _elementwise.pair(grad_output, input)
    x, slope = _prelu_arguments(x, weight)
    to_slope = np.where(x > 0, 0, g * x)
    shared = slope.size == 1
    axes = tuple(a for a in range(x.ndim) if shared or a != 1)
    return PReLUGradients(
        np.where(x > 0, g, slope * g),
        to_slope.sum(axis=axes).reshape(np.shape(weight)),
    )


def maxout(input: np.ndarray, pieces: int) -> np.ndarray:
    """Return the largest of each `pieces` neighbours along the last axis.

    Parameters
    ----------
    input : ndarray of shape (..., units*pieces), floating
        Outputs of a linear layer; a unit's pieces stand side by side.
    pieces : int
        How many linear pieces each unit takes the maximum of.

    Returns
    -------
    ndarray of shape (..., units), dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or `pieces` is not an int.
    ValueError
        If `pieces` is less than 1 or does not divide the last axis.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.37.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import maxout
    >>> maxout(np.array([[1.0, 5.0, 2.0, -3.0]]), pieces=2)
    array([[5., 2.]])
    """
    return _groups(input, pieces).max(axis=-1)


def maxout_backward(
    grad_output: np.ndarray, input: np.ndarray, pieces: int
) -> np.ndarray:
    """Return dL/dinput of `maxout`: of equal maxima the first receives it."""
    groups = _groups(input, pieces)
    g = _checks.floating_like("grad_output", grad_output, "input", groups)
    _checks.shape("grad_output", g, groups.shape[:-1])
    grad = np.zeros(groups.shape, groups.dtype)
    first = groups.argmax(axis=-1)
    np.put_along_axis(grad, first[..., None], g[..., None], axis=-1)
    return grad.reshape(np.shape(input))


def _prelu_arguments(
    input: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return `input` and `weight`, the latter shaped to broadcast with it."""
    x = _checks.floating("input", input)
    w = _checks.floating_like("weight", weight, "input", x)
    channels = x.shape[1] if x.ndim > 1 else 1
    if w.ndim > 1 or w.size not in (1, channels):
        raise ValueError(
            f"weight must have 1 entry or one a channel ({channels}), got "
            f"weight.shape={w.shape}, input.shape={x.shape}"
        )
    if w.size == 1:
        return x, w.reshape(())
    return x, w.reshape(-1, *[1] * (x.ndim - 2))


def _groups(input: np.ndarray, pieces: int) -> np.ndarray:
    """Return `input` as (..., units, pieces)."""
    x = _checks.floating("input", input)
    k = _checks.integer("pieces", pieces, 1)
    if x.ndim == 0 or x.shape[-1] % k:
        raise ValueError(
            "pieces must divide the last axis of input, got "
            f"pieces={k}, input.shape={x.shape}"
        )
    return x.reshape(*x.shape[:-1], x.shape[-1] // k, k)
