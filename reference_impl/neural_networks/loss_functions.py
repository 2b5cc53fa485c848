"""Losses that measure a distance: squared, absolute, and between the two.

Page: docs/neural-networks/output-units.md.

All work entry by entry on `input` and `target` of one shape. Each backward
function returns the gradients of both; `grad_output` has that shape with
``reduction="none"`` and is a number otherwise.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _reduction
from reference_impl.neural_networks._reduction import LossGradients

__all__ = [
    "mse_loss",
    "mse_loss_backward",
    "l1_loss",
    "l1_loss_backward",
    "smooth_l1_loss",
    "smooth_l1_loss_backward",
    "huber_loss",
    "huber_loss_backward",
    "LossGradients",
]


def mse_loss(
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Return the squared error (x - y)^2.

    Parameters
    ----------
    input, target : ndarray of any one shape and dtype, floating
        The prediction and the true value.
    reduction : {"none", "mean", "sum"}, default "mean"
    weight : ndarray of the shape and dtype of `input`, optional
        Factor of each loss; a constant without gradient. A mean divides by
        the sum of the weights.

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating or `target` has another dtype.
    ValueError
        If the shapes differ, `reduction` is none of the three, or the mean
        of no entries, or of weights of sum 0, is asked for.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 5.4.
    PyTorch, ``torch.nn.functional.mse_loss``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mse_loss
    >>> print(mse_loss(np.array([1.0, 2.0]), np.array([1.0, 5.0])))
    4.5
    """
    x, y = _reduction.arrays(input, target)
    w, total = _weight(weight, x)
    return _reduction.reduce(w * (x - y) ** 2, reduction, total)


def mse_loss_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    weight: np.ndarray | None = None,
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of `mse_loss`."""
    x, y = _reduction.arrays(input, target)
    w, total = _weight(weight, x)
    return _opposite(grad_output, 2 * w * (x - y), reduction, total)


def l1_loss(
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Return the absolute error abs(x - y).

    Parameters
    ----------
    input, target : ndarray of any one shape and dtype, floating
        The prediction and the true value.
    reduction : {"none", "mean", "sum"}, default "mean"
    weight : ndarray of the shape and dtype of `input`, optional
        Factor of each loss; a constant without gradient. A mean divides by
        the sum of the weights.

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating or `target` has another dtype.
    ValueError
        As `mse_loss`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 6.15.
    PyTorch, ``torch.nn.functional.l1_loss``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import l1_loss
    >>> print(l1_loss(np.array([1.0, 2.0]), np.array([1.0, 5.0])))
    1.5
    """
    x, y = _reduction.arrays(input, target)
    w, total = _weight(weight, x)
    return _reduction.reduce(w * np.abs(x - y), reduction, total)


def l1_loss_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    weight: np.ndarray | None = None,
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of `l1_loss`; 0 where x = y."""
    x, y = _reduction.arrays(input, target)
    w, total = _weight(weight, x)
    return _opposite(grad_output, w * np.sign(x - y), reduction, total)


def smooth_l1_loss(
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    beta: float = 1.0,
) -> np.ndarray:
    """Return d^2 / (2 beta) for d = abs(x - y) < beta, else d - beta/2.

    Parameters
    ----------
    input, target : ndarray of any one shape and dtype, floating
        The prediction and the true value.
    reduction : {"none", "mean", "sum"}, default "mean"
    beta : float, default 1
        Where the parabola meets its tangents; 0 gives `l1_loss`.

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating, `target` has another dtype, or `beta` is
        not a number.
    ValueError
        As `mse_loss`, and if `beta` is negative.

    References
    ----------
    Girshick 2015, *Fast R-CNN*, equation 3. PyTorch,
    ``torch.nn.functional.smooth_l1_loss``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import smooth_l1_loss
    >>> x, y = np.array([1.0, 2.0]), np.array([1.5, 5.0])
    >>> smooth_l1_loss(x, y, reduction="none")
    array([0.125, 2.5  ])
    """
    beta = _checks.real("beta", beta, 0)
    if beta == 0:
        return l1_loss(input, target, reduction)
    x, y = _reduction.arrays(input, target)
    return _reduction.reduce(_huber(x - y, beta) / beta, reduction)


def smooth_l1_loss_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    beta: float = 1.0,
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of `smooth_l1_loss`."""
    beta = _checks.real("beta", beta, 0)
    if beta == 0:
        return l1_loss_backward(grad_output, input, target, reduction)
    x, y = _reduction.arrays(input, target)
    slope = np.clip(x - y, -beta, beta) / beta
    return _opposite(grad_output, slope, reduction)


def huber_loss(
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Return d^2 / 2 for d = abs(x - y) <= delta, else delta*(d - delta/2).

    It is delta times `smooth_l1_loss`.

    Parameters
    ----------
    input, target : ndarray of any one shape and dtype, floating
        The prediction and the true value.
    reduction : {"none", "mean", "sum"}, default "mean"
    delta : float, default 1
        Where the parabola meets its tangents; above 0.
    weight : ndarray of the shape and dtype of `input`, optional
        Factor of each loss; a constant without gradient. A mean divides by
        the number of losses, as in PyTorch, unlike that of `mse_loss`.

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating, `target` has another dtype, or `delta` is
        not a number.
    ValueError
        As `mse_loss`, and if `delta` is not above 0.

    References
    ----------
    Huber 1964, *Robust estimation of a location parameter*, section 4.
    PyTorch, ``torch.nn.functional.huber_loss``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import huber_loss
    >>> x, y = np.array([1.0, 2.0]), np.array([1.5, 5.0])
    >>> huber_loss(x, y, reduction="none", delta=2.0)
    array([0.125, 4.   ])
    """
    x, y = _reduction.arrays(input, target)
    w, _ = _weight(weight, x)
    return _reduction.reduce(w * _huber(x - y, _positive(delta)), reduction)


def huber_loss_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: np.ndarray | None = None,
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of `huber_loss`."""
    x, y = _reduction.arrays(input, target)
    delta = _positive(delta)
    w, _ = _weight(weight, x)
    slope = w * np.clip(x - y, -delta, delta)
    return _opposite(grad_output, slope, reduction)


def _opposite(
    grad_output: np.ndarray | float,
    slope: np.ndarray,
    reduction: str,
    divisor: float | None = None,
) -> LossGradients:
    """Return the gradients of a loss of x - y that has this derivative."""
    g = _reduction.spread(
        grad_output, slope.shape, slope.dtype, reduction, divisor
    )
    return LossGradients(g * slope, -g * slope)


def _weight(
    weight: np.ndarray | None, x: np.ndarray
) -> tuple[np.ndarray, float | None]:
    """Return the weights and their sum; 1 and None where there are none."""
    if weight is None:
        return np.ones((), x.dtype), None
    w = _checks.floating_like("weight", weight, "input", x)
    _checks.shape("weight", w, x.shape)
    return w, float(w.sum(dtype=np.float64))


def _huber(d: np.ndarray, delta: float) -> np.ndarray:
    """Return d^2 / 2 near 0, and its tangents beyond delta."""
    size = np.abs(d)
    near = np.minimum(size, delta)
    return near * (size - near / 2)


def _positive(delta: float) -> float:
    """Return `delta` once checked."""
    if _checks.real("delta", delta) <= 0:
        raise ValueError(f"delta must be above 0, got delta={delta}")
    return float(delta)
