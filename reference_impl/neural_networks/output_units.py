"""Output units: logistic and softmax, and their logarithms.

Page: docs/neural-networks/output-units.md

Their losses are in `bernoulli_losses` and `categorical_losses`.

Axes: C classes, along `dim`. The other functions work entry by entry.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _elementwise, _softmax

__all__ = [
    "sigmoid",
    "sigmoid_definition",
    "sigmoid_backward",
    "logsigmoid",
    "logsigmoid_definition",
    "logsigmoid_backward",
    "softplus",
    "softplus_definition",
    "softplus_backward",
    "softmax",
    "softmax_definition",
    "softmax_backward",
    "log_softmax",
    "log_softmax_definition",
    "log_softmax_backward",
]


def sigmoid_definition(input: np.ndarray) -> np.ndarray:
    """Evaluate 1 / (1 + exp(-x)), which overflows far below 0."""
    return 1 / (1 + np.exp(-_checks.floating("input", input)))


def sigmoid(input: np.ndarray) -> np.ndarray:
    """Return the logistic function of x.

    With e = exp(-abs(x)), which cannot overflow, it is 1 / (1 + e) above 0
    and e / (1 + e) below.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In [0, 1].

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 3.30.
    PyTorch, ``torch.nn.functional.sigmoid``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import sigmoid
    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    x = _checks.floating("input", input)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def sigmoid_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `sigmoid`: with e as there, e / (1 + e)^2.

    The textbook's s * (1 - s) is 0 where s rounds to 1, from 37 on.
    """
    g, x = _elementwise.pair(grad_output, input)
    e = np.exp(-np.abs(x))
    return g * (e / (1 + e) ** 2)


def logsigmoid_definition(input: np.ndarray) -> np.ndarray:
    """Evaluate log(1 / (1 + exp(-x))), which overflows far below 0."""
    return np.log(sigmoid_definition(input))


def logsigmoid(input: np.ndarray) -> np.ndarray:
    """Return the logarithm of the logistic function of x.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        min(x, 0) - log(1 + exp(-abs(x))); at most 0.

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 3.30
    and 3.34. PyTorch, ``torch.nn.functional.logsigmoid``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import logsigmoid
    >>> logsigmoid(np.array([-1e4, 1e4]))
    array([-10000.,      0.])
    """
    x = _checks.floating("input", input)
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def logsigmoid_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `logsigmoid`, whose derivative is sigmoid(-x)."""
    g, x = _elementwise.pair(grad_output, input)
    return g * sigmoid(-x)


def softplus_definition(input: np.ndarray, beta: float = 1.0) -> np.ndarray:
    """Evaluate log(1 + exp(beta*x)) / beta, which overflows far above 0."""
    x = _checks.floating("input", input)
    return np.log(1 + np.exp(beta * x)) / beta


def softplus(
    input: np.ndarray, beta: float = 1.0, threshold: float = np.inf
) -> np.ndarray:
    """Return log(1 + exp(beta*x)) / beta, a smooth max(0, x).

    Parameters
    ----------
    input : ndarray of any shape, floating
    beta : float, default 1
        Sharpness of the bend at 0; not 0.
    threshold : float, default infinity
        Return x itself where beta*x is larger. PyTorch's default is 20,
        which is off by up to 1e-10 of the value; no bound is needed here.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or an option is not a number.
    ValueError
        If `beta` is 0 or not finite, or `threshold` is NaN.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 3.31.
    PyTorch, ``torch.nn.functional.softplus``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import softplus
    >>> softplus(np.array([-1e4, 0.0, 1e4])).round(2)
    array([0.0e+00, 6.9e-01, 1.0e+04])
    """
    x = _checks.floating("input", input)
    beta = _nonzero("beta", beta)
    threshold = _checks.bound("threshold", threshold)
    z = beta * x
    smooth = (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))) / beta
    return np.where(z > threshold, x, smooth)


def softplus_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    beta: float = 1.0,
    threshold: float = np.inf,
) -> np.ndarray:
    """Return dL/dinput of `softplus`, whose derivative is sigmoid(beta*x)."""
    g, x = _elementwise.pair(grad_output, input)
    z = _nonzero("beta", beta) * x
    threshold = _checks.bound("threshold", threshold)
    return np.where(z > threshold, g, g * sigmoid(z))


def softmax_definition(input: np.ndarray, dim: int = -1) -> np.ndarray:
    """Evaluate exp(x_i) / sum over j of exp(x_j), which overflows."""
    e = np.exp(_checks.floating("input", input))
    return e / e.sum(axis=dim, keepdims=True)


def softmax(input: np.ndarray, dim: int = -1) -> np.ndarray:
    """Return exp(x_i) / sum over j of exp(x_j), along one axis.

    Parameters
    ----------
    input : ndarray of any shape, floating
        The logits.
    dim : int, default -1
        The axis of the classes.

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In [0, 1], of sum 1 along `dim`. All NaN where a logit is NaN or
        inf, or all are -inf.

    Raises
    ------
    TypeError
        If `input` is not floating or `dim` is not an int.
    ValueError
        If `input` has no axis `dim`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.29.
    PyTorch, ``torch.nn.functional.softmax``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import softmax
    >>> softmax(np.array([[1e4, 1e4, -1e4]]))
    array([[0.5, 0.5, 0. ]])
    """
    return _softmax.softmax(*_softmax.arguments(input, dim))


def softmax_backward(
    grad_output: np.ndarray, input: np.ndarray, dim: int = -1
) -> np.ndarray:
    """Return dL/dinput of `softmax`: p * (g - sum of g*p along `dim`).

    The same number added to all of g changes nothing. So that of the likeliest
    class is taken off first: where its p rounds to 1, g - g*p would be 0.
    """
    g, _ = _elementwise.pair(grad_output, input)
    p = softmax(input, dim)
    if p.size == 0:
        return p
    d = g - np.take_along_axis(g, _likeliest(p, dim), dim)
    return p * (d - (d * p).sum(axis=dim, keepdims=True))


def log_softmax_definition(input: np.ndarray, dim: int = -1) -> np.ndarray:
    """Evaluate log(exp(x_i) / sum over j of exp(x_j)), which overflows."""
    return np.log(softmax_definition(input, dim))


def log_softmax(input: np.ndarray, dim: int = -1) -> np.ndarray:
    """Return the logarithm of `softmax` along one axis.

    The largest logit m is taken out of the sum: log sum exp(x_j) is m +
    log1p(sum of exp(x_j - m) over the others), so that the probability of a
    near-certain class keeps all its digits.

    Parameters
    ----------
    input : ndarray of any shape, floating
        The logits.
    dim : int, default -1
        The axis of the classes.

    Returns
    -------
    ndarray of the shape and dtype of `input`
        At most 0.

    Raises
    ------
    TypeError
        If `input` is not floating or `dim` is not an int.
    ValueError
        If `input` has no axis `dim`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.30.
    PyTorch, ``torch.nn.functional.log_softmax``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import log_softmax
    >>> log_softmax(np.array([[0.0, -1e4]]))
    array([[    0., -10000.]])
    """
    return _softmax.log_softmax(*_softmax.arguments(input, dim))


def log_softmax_backward(
    grad_output: np.ndarray, input: np.ndarray, dim: int = -1
) -> np.ndarray:
    """Return dL/dinput of `log_softmax`: g - p * (sum of g along `dim`).

    For the likeliest class 1 - p is added up from the others, so that it keeps
    its digits where p rounds to 1.
    """
    g, _ = _elementwise.pair(grad_output, input)
    p = softmax(input, dim)
    if p.size == 0:
        return p
    top = _likeliest(p, dim)
    grad = g - p * g.sum(axis=dim, keepdims=True)
    at_top = np.take_along_axis(g, top, dim) * _others(p, top, dim)
    at_top -= np.take_along_axis(p, top, dim) * _others(g, top, dim)
    np.put_along_axis(grad, top, at_top, dim)
    return grad


def _likeliest(p: np.ndarray, dim: int) -> np.ndarray:
    """Return where the largest p is along `dim`, an axis of length 1."""
    return np.expand_dims(p.argmax(axis=dim), dim)


def _others(values: np.ndarray, top: np.ndarray, dim: int) -> np.ndarray:
    """Return the sum along `dim` of all values but those at `top`."""
    rest = values.copy()
    np.put_along_axis(rest, top, 0, dim)
    return rest.sum(axis=dim, keepdims=True)


def _nonzero(name: str, value: float) -> float:
    """Return `value` as a float; raise ValueError if it is 0."""
    if _checks.real(name, value) == 0:
        raise ValueError(f"{name} must not be 0, got {name}={value}")
    return float(value)
