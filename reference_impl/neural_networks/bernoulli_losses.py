"""Negative log-likelihood of the Bernoulli distribution.

Page: docs/neural-networks/output-units.md.

All work entry by entry.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _reduction
from reference_impl.neural_networks._reduction import LossGradients
from reference_impl.neural_networks.output_units import sigmoid, softplus

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_definition",
    "binary_cross_entropy_with_logits_backward",
]

LOWEST_LOG = -100.0  # PyTorch's bound on both logarithms
LOWEST_VARIANCE = 1e-12  # PyTorch's bound on p (1 - p) in the gradient


def binary_cross_entropy(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    reduction: str = "mean",
) -> np.ndarray:
    """Return -(y * log(p) + (1 - y) * log(1 - p)), logarithms at least -100.

    Parameters
    ----------
    input : ndarray of any shape, floating
        Predicted probabilities.
    target : ndarray of the shape and dtype of `input`
        True probabilities.
    weight : ndarray that broadcasts to `input`, optional
        Factor of each loss; a constant without gradient. A mean divides by
        the number of losses, not by the sum of the weights.
    reduction : {"none", "mean", "sum"}, default "mean"

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating or an array has another dtype.
    ValueError
        If a shape does not fit, a probability is not in [0, 1], `reduction`
        is none of the three, or the mean of no entries is asked for.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.2.2.2.
    PyTorch, ``torch.nn.functional.binary_cross_entropy``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import binary_cross_entropy
    >>> p, y = np.array([0.5, 0.0]), np.array([1.0, 1.0])
    >>> binary_cross_entropy(p, y, reduction="none").round(4)
    array([  0.6931, 100.    ])
    """
    p, y = _reduction.arrays(input, target)
    _in_unit_interval("input", p)
    _in_unit_interval("target", y)
    with np.errstate(divide="ignore"):  # log(0) = -inf
        log_p = np.maximum(np.log(p), LOWEST_LOG)
        log_q = np.maximum(np.log1p(-p), LOWEST_LOG)
    losses = -(y * log_p + (1 - y) * log_q)
    return _reduction.reduce(_weighted("weight", losses, weight), reduction)


def binary_cross_entropy_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    reduction: str = "mean",
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of `binary_cross_entropy`.

    dL/dinput is (p - y) / max(p * (1 - p), 1e-12): bounded at 0 and 1, and
    not 0 where the logarithm is cut off, as in PyTorch. dL/dtarget takes the
    logarithms that the loss takes, at least -100; PyTorch's is infinite there.
    """
    p, y = _reduction.arrays(input, target)
    _in_unit_interval("input", p)
    _in_unit_interval("target", y)
    g = _reduction.spread(grad_output, p.shape, p.dtype, reduction)
    g = _weighted("weight", g, weight, p)
    with np.errstate(divide="ignore"):  # log(0) = -inf
        log_p = np.maximum(np.log(p), LOWEST_LOG)
        log_q = np.maximum(np.log1p(-p), LOWEST_LOG)
    slope = (p - y) / np.maximum(p * (1 - p), LOWEST_VARIANCE)
    return LossGradients(g * slope, g * (log_q - log_p))


def binary_cross_entropy_with_logits_definition(
    input: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Evaluate the loss of a logistic unit as written, without reduction."""
    x, y = _reduction.arrays(input, target)
    p = 1 / (1 + np.exp(-x))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def binary_cross_entropy_with_logits(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    reduction: str = "mean",
    pos_weight: np.ndarray | None = None,
) -> np.ndarray:
    """Return y * softplus(-x) + (1 - y) * softplus(x).

    That is `binary_cross_entropy` of sigmoid(x), without the logarithm of a
    number that has rounded to 0; for y = 0 or 1 it is softplus((1 - 2y) x).

    Parameters
    ----------
    input : ndarray of any shape, floating
        The logits.
    target : ndarray of the shape and dtype of `input`
        True probabilities.
    weight : ndarray that broadcasts to `input`, optional
        Factor of each loss; a constant without gradient. A mean divides by
        the number of losses, not by the sum of the weights.
    reduction : {"none", "mean", "sum"}, default "mean"
    pos_weight : ndarray that broadcasts to `input`, optional
        Factor of the term of y; a constant without gradient.

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating or an array has another dtype.
    ValueError
        If a shape does not fit, a target is not in [0, 1], `reduction` is
        none of the three, or the mean of no entries is asked for.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.26.
    PyTorch, ``torch.nn.functional.binary_cross_entropy_with_logits``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import binary_cross_entropy_with_logits
    >>> x, y = np.array([0.0, -1e4]), np.array([1.0, 1.0])
    >>> loss = binary_cross_entropy_with_logits(x, y, reduction="none")
    >>> loss.round(2)
    array([6.9e-01, 1.0e+04])
    """
    x, y = _reduction.arrays(input, target)
    _in_unit_interval("target", y)
    losses = _weighted("pos_weight", y * softplus(-x), pos_weight)
    losses = losses + (1 - y) * softplus(x)
    return _reduction.reduce(_weighted("weight", losses, weight), reduction)


def binary_cross_entropy_with_logits_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    reduction: str = "mean",
    pos_weight: np.ndarray | None = None,
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of the loss.

    Without weights dL/dinput is sigmoid(x) - y; it does not vanish where the
    unit is confidently wrong.
    """
    x, y = _reduction.arrays(input, target)
    _in_unit_interval("target", y)
    g = _reduction.spread(grad_output, x.shape, x.dtype, reduction)
    g = _weighted("weight", g, weight, x)
    positive = _weighted("pos_weight", np.ones_like(x), pos_weight)
    slope = (1 - y) * sigmoid(x) - positive * y * sigmoid(-x)
    to_target = positive * softplus(-x) - softplus(x)
    return LossGradients(g * slope, g * to_target)


def _weighted(
    name: str,
    values: np.ndarray,
    weight: np.ndarray | None,
    like: np.ndarray | None = None,
) -> np.ndarray:
    """Return values * weight; the weight must broadcast to `like`."""
    if weight is None:
        return values
    like = values if like is None else like
    w = _checks.floating_like(name, weight, "input", like)
    try:
        return values * np.broadcast_to(w, like.shape)
    except ValueError:
        raise ValueError(
            f"{name} must broadcast to input, got {name}.shape={w.shape}, "
            f"input.shape={like.shape}"
        ) from None


def _in_unit_interval(name: str, values: np.ndarray) -> None:
    """Raise ValueError unless all values are in [0, 1]."""
    if not np.all((values >= 0) & (values <= 1)):
        worst = values[~((values >= 0) & (values <= 1))].flat[0]
        raise ValueError(f"{name} must be in [0, 1], got an entry {worst}")
