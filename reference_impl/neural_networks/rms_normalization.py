"""Root-mean-square normalization: layer normalization that does not centre.

Page: docs/neural-networks/transformer.md.

Axes: R rows, each of which is normalised by itself, D features of a row (all
entries of the normalised axes).
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _features, _normalization

__all__ = [
    "rms_norm_definition",
    "rms_norm",
    "rms_norm_backward",
    "RMSNormGradients",
]


def rms_norm_definition(
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    eps: float | None = None,
) -> np.ndarray:
    """Evaluate the equations of `rms_norm`, one row at a time."""
    eps = _default_eps(input, eps)
    rows = _features.arguments(input, normalized_shape, weight, None, eps)
    x, gamma = rows.input, rows.weight
    y = np.empty_like(x)
    R, D = x.shape
    for r in range(R):
        rms = (sum(x[r, k] ** 2 for k in range(D)) / D + rows.eps) ** 0.5
        for d in range(D):
            y[r, d] = x[r, d] / rms * (1 if gamma is None else gamma[d])
    return y.reshape(np.shape(input))


def rms_norm(
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    eps: float | None = None,
) -> np.ndarray:
    """Divide each row by the root of its mean square, then scale.

    Parameters
    ----------
    input : ndarray of shape (..., *normalized_shape), floating
    normalized_shape : int or tuple of int
        Sizes of the last axes, over which the mean square is taken.
    weight : ndarray of shape `normalized_shape`, dtype of `input`, optional
        Scale of each feature; 1 when None.
    eps : float, optional
        Added to the mean square; positive. The machine epsilon of the dtype of
        `input` when None.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or a size is not an
        int.
    ValueError
        If a shape does not fit or `eps` is not positive.

    References
    ----------
    Zhang and Sennrich 2019, *Root mean square layer normalization*, equation
    4. PyTorch, ``torch.nn.functional.rms_norm``: eps.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rms_norm
    >>> rms_norm(np.array([[1.0, 7.0], [-3.0, 3.0]]), 2).round(4)
    array([[ 0.2,  1.4],
           [-1. ,  1. ]])
    """
    eps = _default_eps(input, eps)
    rows = _features.arguments(input, normalized_shape, weight, None, eps)
    x = rows.input
    y = np.empty(x.shape, x.dtype)
    for block in _normalization.blocks(x):
        inverse = _features.inverse_deviation(x[block], rows.eps)
        part = np.multiply(x[block], inverse, out=y[block])
        if rows.weight is not None:
            part *= rows.weight
    return _normalization.like(y, input)


class RMSNormGradients(NamedTuple):
    """Gradients of `rms_norm`; `weight` is None where there was none."""

    input: np.ndarray
    weight: np.ndarray | None


def rms_norm_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    eps: float | None = None,
) -> RMSNormGradients:
    """Return dL/dinput and dL/dweight of `rms_norm`.

    `grad_output` has the shape and dtype of `input`.
    """
    eps = _default_eps(input, eps)
    rows = _features.arguments(input, normalized_shape, weight, None, eps)
    g = _normalization.gradient(grad_output, np.asarray(input))
    g = g.reshape(rows.input.shape)
    grad_input, grad_weight = _features.gradients(g, rows, centred=False)
    return RMSNormGradients(
        _normalization.like(grad_input, input),
        None
        if weight is None
        else _normalization.like(grad_weight, input, rows.sizes),
    )


def _default_eps(input: np.ndarray, eps: float | None) -> float:
    """Return `eps`, or the machine epsilon of the input's dtype."""
    if eps is None:
        return float(np.finfo(_checks.floating("input", input).dtype).eps)
    return eps
