"""Negative log-likelihood of the Gaussian distribution.

Page: docs/neural-networks/output-units.md.

It works entry by entry; one variance may serve a whole last axis.
"""

import math
from numbers import Real
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _reduction

__all__ = [
    "gaussian_nll_loss",
    "gaussian_nll_loss_backward",
    "GaussianNLLGradients",
]


def gaussian_nll_loss(
    input: np.ndarray,
    target: np.ndarray,
    var: np.ndarray | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> np.ndarray:
    """Return (log(var) + (x - y)^2 / var) / 2.

    Parameters
    ----------
    input, target : ndarray of any one shape and dtype, floating
        The predicted mean and the observed value.
    var : float or ndarray of the shape of `input`, or of that without its \
last axis or with 1 there
        The predicted variance.
    full : bool, default False
        Add the constant log(2 pi) / 2.
    eps : float, default 1e-6
        The least variance used.
    reduction : {"none", "mean", "sum"}, default "mean"

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating or an array has another dtype.
    ValueError
        If a shape does not fit, a variance is negative, `eps` is not above
        0, `reduction` is none of the three, or the mean of no entries is
        asked for.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 3.21.
    PyTorch, ``torch.nn.functional.gaussian_nll_loss``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gaussian_nll_loss
    >>> x, y = np.array([1.0, 2.0]), np.array([1.0, 5.0])
    >>> gaussian_nll_loss(x, y, 1.0, reduction="none")
    array([0. , 4.5])
    """
    x, y = _reduction.arrays(input, target)
    v = _variance(x, var, eps)
    _checks.one_of("full", full, (False, True))
    losses = (np.log(v) + (x - y) ** 2 / v) / 2
    if full:
        losses = losses + math.log(2 * math.pi) / 2
    return _reduction.reduce(losses, reduction)


class GaussianNLLGradients(NamedTuple):
    """Gradients of `gaussian_nll_loss`; `var` is None for a number."""

    input: np.ndarray
    target: np.ndarray
    var: np.ndarray | None


def gaussian_nll_loss_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    var: np.ndarray | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> GaussianNLLGradients:
    """Return the gradients of `gaussian_nll_loss`.

    A variance below `eps` gets the gradient it would have at `eps`, not 0,
    so that it can recover: PyTorch's choice.
    """
    x, y = _reduction.arrays(input, target)
    v = _variance(x, var, eps)
    _checks.one_of("full", full, (False, True))
    g = _reduction.spread(grad_output, x.shape, x.dtype, reduction)
    scaled = (x - y) / v
    if isinstance(var, Real):
        return GaussianNLLGradients(g * scaled, -g * scaled, None)
    grad_var = g * (1 / v - scaled**2) / 2
    if v.shape != x.shape:  # one variance for a whole row
        grad_var = grad_var.sum(axis=-1)
    grad_var = grad_var.reshape(np.shape(var))
    return GaussianNLLGradients(g * scaled, -g * scaled, grad_var)


def _variance(
    x: np.ndarray, var: np.ndarray | float, eps: float
) -> np.ndarray:
    """Return `var`, at least `eps`, in a shape that broadcasts with `x`."""
    eps = _checks.real("eps", eps)
    if eps <= 0:
        raise ValueError(f"eps must be above 0, got eps={eps}")
    if isinstance(var, Real):
        var = np.full(x.shape, var, x.dtype)
    v = _checks.floating_like("var", var, "input", x)
    if v.shape not in (x.shape, x.shape[:-1], (*x.shape[:-1], 1)):
        raise ValueError(
            "var must have the shape of input, that without its last axis, "
            f"or 1 there, got var.shape={v.shape}, input.shape={x.shape}"
        )
    if np.any(v < 0):
        raise ValueError(
            f"var must have no negative entry, got var.min()={v.min()}"
        )
    return np.maximum(v if v.ndim == x.ndim else v[..., None], eps)
