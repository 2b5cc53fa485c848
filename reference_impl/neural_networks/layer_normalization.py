"""Layer normalization.

Page: docs/neural-networks/transformer.md.

Axes: R rows, each of which is normalised by itself, D features of a row (all
entries of the normalised axes).
"""

import numpy as np

from reference_impl.neural_networks import _features, _normalization
from reference_impl.neural_networks._normalization import NormGradients, like

__all__ = ["layer_norm_definition", "layer_norm", "layer_norm_backward"]


def layer_norm_definition(
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> np.ndarray:
    """Evaluate the equations of `layer_norm`, one row at a time."""
    rows = _features.arguments(input, normalized_shape, weight, bias, eps)
    x, gamma, beta = rows.input, rows.weight, rows.bias
    y = np.empty_like(x)
    R, D = x.shape
    for r in range(R):
        mu = sum(x[r, k] for k in range(D)) / D
        var = sum((x[r, k] - mu) ** 2 for k in range(D)) / D
        for d in range(D):
            standard = (x[r, d] - mu) / (var + rows.eps) ** 0.5
            scale = 1 if gamma is None else gamma[d]
            shift = 0 if beta is None else beta[d]
            y[r, d] = scale * standard + shift
    return y.reshape(np.shape(input))


def layer_norm(
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> np.ndarray:
    """Standardise each row over its own features, then scale and shift.

    Parameters
    ----------
    input : ndarray of shape (..., *normalized_shape), floating
    normalized_shape : int or tuple of int
        Sizes of the last axes, over which the mean and variance are taken.
    weight, bias : ndarray of shape `normalized_shape`, dtype of `input`, optional
        Scale and shift of each feature; 1 and 0 when None.
    eps : float, default 1e-5
        Added to the variance (the sum of squares divided by D); positive.

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
    Ba, Kiros and Hinton 2016, *Layer normalization*, equation 3. PyTorch,
    ``torch.nn.functional.layer_norm``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import layer_norm
    >>> x = np.array([[1.0, 3.0], [30.0, 10.0]])
    >>> layer_norm(x, 2, bias=np.array([0.0, 0.5])).round(4)
    array([[-1. ,  1.5],
           [ 1. , -0.5]])
    """
    rows = _features.arguments(input, normalized_shape, weight, bias, eps)
    x = rows.input
    y, work = np.empty(x.shape, x.dtype), _normalization.scratch(x)
    ones = np.ones(x.shape[1], x.dtype)
    for block in _normalization.blocks(x):
        part = _features.centre(x[block], ones, out=work[: len(x[block])])
        part *= _features.inverse_deviation(part, rows.eps)
        if rows.weight is not None:
            part *= rows.weight
        np.add(part, 0 if rows.bias is None else rows.bias, out=y[block])
    return like(y, input)


def layer_norm_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    normalized_shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> NormGradients:
    """Return the gradients of `layer_norm` to `input`, `weight` and `bias`.

    Parameters
    ----------
    grad_output : ndarray of the shape and dtype of `input`
        dL/doutput.
    input, normalized_shape, weight, bias, eps
        As given to `layer_norm`.

    Returns
    -------
    NormGradients
        A named tuple (input, weight, bias); None for what was None.

    Raises
    ------
    TypeError
        As `layer_norm`, or if `grad_output` has another dtype than `input`.
    ValueError
        As `layer_norm`, or if `grad_output` has another shape than `input`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import layer_norm_backward
    >>> x, g = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 0.0, 0.0]])
    >>> layer_norm_backward(g, x, 3).input.round(4)
    array([[ 0.2041, -0.4082,  0.2041]])
    """
    rows = _features.arguments(input, normalized_shape, weight, bias, eps)
    g = _normalization.gradient(grad_output, np.asarray(input))
    g = g.reshape(rows.input.shape)
    grad_input, grad_weight = _features.gradients(g, rows, centred=True)
    grad_bias = np.ones(len(g), g.dtype) @ g
    return NormGradients(
        like(grad_input, input),
        None if weight is None else like(grad_weight, input, rows.sizes),
        None if bias is None else like(grad_bias, input, rows.sizes),
    )
