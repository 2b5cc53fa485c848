"""Clipping: gradients are made shorter before a step, in place.

Page: docs/neural-networks/vanishing-and-exploding-gradients.md.
"""

import math
from collections.abc import Sequence

import numpy as np

from reference_impl import _checks

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


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
    arrays = _checks.listed("grads", grads)
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
