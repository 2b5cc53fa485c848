"""A layer of a multilayer perceptron, in matrix form.

Page: docs/neural-networks/multilayer-perceptron.md.

Axes: I input features, O output features; any axes before I are a batch.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks

__all__ = ["linear", "linear_definition", "linear_backward", "LinearGradients"]


def linear_definition(
    input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None
) -> np.ndarray:
    """Evaluate the defining equation of `linear`, one output at a time."""
    x, W, b = _arguments(input, weight, bias)
    y = np.empty((*x.shape[:-1], len(W)), x.dtype)
    for *batch, o in np.ndindex(y.shape):
        y[*batch, o] = sum(
            (x[*batch, i] * W[o, i] for i in range(W.shape[1])),
            start=x.dtype.type(0) if b is None else b[o],
        )
    return y


def linear(
    input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None
) -> np.ndarray:
    """Return x W^T + b.

    Parameters
    ----------
    input : ndarray of shape (..., I), floating
    weight : ndarray of shape (O, I), dtype of `input`
        A row for each output.
    bias : ndarray of shape (O,), dtype of `input`, optional

    Returns
    -------
    ndarray of shape (..., O), dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or an array has another dtype.
    ValueError
        If a shape does not fit.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.2.2.1.
    PyTorch, ``torch.nn.functional.linear``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import linear
    >>> W, b = np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([10.0, 20.0])
    >>> linear(np.array([[1.0, 1.0]]), W, b)
    array([[13., 23.]])
    """
    x, W, b = _arguments(input, weight, bias)
    y = x @ W.T
    if b is not None:
        y += b
    return y


class LinearGradients(NamedTuple):
    """Gradients of `linear`; `bias` is None where there was none."""

    input: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None


def linear_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
) -> LinearGradients:
    """Return dL/dinput = g W, dL/dweight = g^T x and dL/dbias = sum of g.

    `grad_output` has shape (..., O). The last two are summed over the batch.
    """
    x, W, b = _arguments(input, weight, bias)
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, (*x.shape[:-1], len(W)))
    batch = int(np.prod(x.shape[:-1]))
    g_rows, x_rows = g.reshape(batch, len(W)), x.reshape(batch, W.shape[1])
    grad_bias = None if b is None else g_rows.sum(axis=0)
    return LinearGradients(g @ W, g_rows.T @ x_rows, grad_bias)


def _arguments(
    input: np.ndarray, weight: np.ndarray, bias: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return (input, weight, bias) once checked."""
    x = _checks.floating("input", input)
    W = _checks.floating_like("weight", weight, "input", x)
    _checks.shape("weight", W, ("O", "I"))
    if x.ndim == 0 or x.shape[-1] != W.shape[1]:
        raise ValueError(
            f"input must have shape (..., {W.shape[1]}), got "
            f"input.shape={x.shape}, weight.shape={W.shape}"
        )
    if bias is None:
        return x, W, None
    b = _checks.floating_like("bias", bias, "input", x)
    _checks.shape("bias", b, W.shape[:1])
    return x, W, b
