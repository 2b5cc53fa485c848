"""The Kullback-Leibler divergence between two distributions.

Page: docs/neural-networks/output-units.md.

It works entry by entry; the divergence is the sum over one distribution.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _reduction
from reference_impl.neural_networks._reduction import LossGradients

__all__ = ["kl_div", "kl_div_backward"]


def kl_div(
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    log_target: bool = False,
) -> np.ndarray:
    """Return y * (log(y) - x), the terms of the divergence from exp(x) to y.

    Parameters
    ----------
    input : ndarray of any shape, floating
        Logarithms of the predicted probabilities.
    target : ndarray of the shape and dtype of `input`
        True probabilities; with `log_target` their logarithms. A term is 0
        where the probability is.
    reduction : {"none", "mean", "sum", "batchmean"}, default "mean"
        The divergence is the sum. "batchmean" divides it by the length of
        the first axis; "mean", by the number of entries.
    log_target : bool, default False

    Returns
    -------
    ndarray of the shape of `input`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `input` is not floating or `target` has another dtype.
    ValueError
        As `mse_loss`, and if a probability is negative.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 3.50.
    PyTorch, ``torch.nn.functional.kl_div``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import kl_div
    >>> p, q = np.array([[0.5, 0.5, 0.0]]), np.array([[0.25, 0.5, 0.25]])
    >>> print(f"{kl_div(np.log(q), p, reduction='batchmean'):.6f}")
    0.346574
    """
    x, y = _reduction.arrays(input, target)
    p, log_p = _probabilities(y, log_target)
    how = _reduction.with_batchmean(reduction, _batch(x))
    return _reduction.reduce(p * _where_possible(p, log_p, x), *how)


def kl_div_backward(
    grad_output: np.ndarray | float,
    input: np.ndarray,
    target: np.ndarray,
    reduction: str = "mean",
    log_target: bool = False,
) -> LossGradients:
    """Return dL/dinput and dL/dtarget of `kl_div`.

    Where a probability is 0 its gradient is the limit -inf (in PyTorch NaN);
    with `log_target`, 0.
    """
    x, y = _reduction.arrays(input, target)
    p, log_p = _probabilities(y, log_target)
    how = _reduction.with_batchmean(reduction, _batch(x))
    g = _reduction.spread(grad_output, x.shape, x.dtype, *how)
    if not log_target:
        return LossGradients(-g * p, g * (log_p + 1 - x))
    slope = p * (_where_possible(p, log_p, x) + 1)
    return LossGradients(-g * p, g * slope)


def _probabilities(
    y: np.ndarray, log_target: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the target as (probabilities, their logarithms)."""
    _checks.one_of("log_target", log_target, (False, True))
    if log_target:
        return np.exp(y), y
    if np.any(y < 0):
        raise ValueError(
            "target must have no negative probability, got "
            f"target.min()={y.min()}"
        )
    with np.errstate(divide="ignore"):  # log(0) = -inf
        return y, np.log(y)


def _where_possible(
    p: np.ndarray, log_p: np.ndarray, x: np.ndarray
) -> np.ndarray:
    """Return log(p) - x, and 0 where p is 0."""
    possible = p != 0
    return np.where(possible, log_p - np.where(possible, x, 0), 0)


def _batch(x: np.ndarray) -> int:
    """Return the length of the first axis; 1 without one."""
    return x.shape[0] if x.ndim else 1
