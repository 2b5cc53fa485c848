"""The plain recurrent cell, with tanh or ReLU: one step.

Page: docs/recurrent-networks/recurrent-cell.md.

Axes: B batch, I inputs, H hidden units.
"""

from functools import partial
from math import tanh
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks import _cells, _rnn_steps
from reference_impl.recurrent_networks._arguments import Weights, cell_weights
from reference_impl.recurrent_networks._sequence import Cell

__all__ = [
    "rnn_tanh_cell_definition",
    "rnn_tanh_cell",
    "rnn_tanh_cell_backward",
    "rnn_relu_cell_definition",
    "rnn_relu_cell",
    "rnn_relu_cell_backward",
]


class CellGradients(NamedTuple):
    """The gradients of a cell's array arguments, in their order."""

    input: np.ndarray
    hx: np.ndarray
    w_ih: np.ndarray
    w_hh: np.ndarray
    b_ih: np.ndarray | None
    b_hh: np.ndarray | None


def rnn_tanh_cell_definition(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
) -> np.ndarray:
    """Evaluate the equation of `rnn_tanh_cell`, unit by unit."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    x, (h,), _ = cell_weights(1, input, {"hx": hx}, weights)
    new = np.empty_like(h)
    for b, j in np.ndindex(h.shape):
        z = _cells.net(w_ih, b_ih, j, x[b]) + _cells.net(w_hh, b_hh, j, h[b])
        new[b, j] = tanh(z)
    return new


def rnn_tanh_cell(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
) -> np.ndarray:
    """Return h' = tanh(W_ih x + b_ih + W_hh h + b_hh), the next hidden state.

    Parameters
    ----------
    input : ndarray of shape (B, I), floating
        The input x of this step.
    hx : ndarray of shape (B, H), dtype of `input`
        The hidden state h of the step before.
    w_ih : ndarray of shape (H, I), dtype of `input`
        From input to hidden.
    w_hh : ndarray of shape (H, H), dtype of `input`
        From hidden to hidden.
    b_ih, b_hh : ndarray of shape (H,), dtype of `input`, optional
        Two biases, as PyTorch has them; only their sum matters.

    Returns
    -------
    ndarray of shape (B, H), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 10.8 and
    10.9. PyTorch, ``torch.rnn_tanh_cell``: signature, two biases.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_tanh_cell
    >>> x, h = np.array([[1.0, 2.0]]), np.array([[0.5]])
    >>> w_ih, w_hh = np.array([[0.3, -0.1]]), np.array([[0.8]])
    >>> rnn_tanh_cell(x, h, w_ih, w_hh).round(4)  # tanh(0.3 - 0.2 + 0.4)
    array([[0.4621]])
    """
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    arguments = cell_weights(1, input, {"hx": hx}, weights)
    return _cells.step(TANH, *arguments)[0]


def rnn_tanh_cell_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
) -> CellGradients:
    """Return the gradients of `rnn_tanh_cell` to its array arguments.

    Parameters
    ----------
    grad_output : ndarray of shape (B, H), dtype of `input`
        dL/dh'.
    input, hx, w_ih, w_hh, b_ih, b_hh
        As given to `rnn_tanh_cell`.

    Returns
    -------
    CellGradients
        A named tuple (input, hx, w_ih, w_hh, b_ih, b_hh), each of its
        argument's shape; None for an absent bias.

    Raises
    ------
    TypeError
        As `rnn_tanh_cell`, or if `grad_output` has another dtype.
    ValueError
        As `rnn_tanh_cell`, or if `grad_output` has not the output's shape.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 10.2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_tanh_cell_backward
    >>> x, h = np.array([[1.0, 2.0]]), np.array([[0.0]])
    >>> w_ih, w_hh = np.array([[2.0, -1.0]]), np.array([[0.5]])
    >>> rnn_tanh_cell_backward(np.array([[3.0]]), x, h, w_ih, w_hh).input
    array([[ 6., -3.]])
    """
    return _backward(TANH, grad_output, input, hx, w_ih, w_hh, b_ih, b_hh)


def rnn_relu_cell_definition(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
) -> np.ndarray:
    """Evaluate the equation of `rnn_relu_cell`, unit by unit."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    x, (h,), _ = cell_weights(1, input, {"hx": hx}, weights)
    new = np.empty_like(h)
    for b, j in np.ndindex(h.shape):
        z = _cells.net(w_ih, b_ih, j, x[b]) + _cells.net(w_hh, b_hh, j, h[b])
        new[b, j] = max(0.0, z)
    return new


def rnn_relu_cell(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
) -> np.ndarray:
    """Return h' = max(0, W_ih x + b_ih + W_hh h + b_hh).

    Parameters
    ----------
    input, hx, w_ih, w_hh, b_ih, b_hh
        The arguments of `rnn_tanh_cell`.

    Returns
    -------
    ndarray of shape (B, H), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    PyTorch, ``torch.rnn_relu_cell``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_relu_cell
    >>> x, h = np.array([[1.0, 2.0]]), np.array([[0.5]])
    >>> rnn_relu_cell(x, h, np.array([[3.0, -1.0]]), np.array([[0.5]]))
    array([[1.25]])
    """
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    arguments = cell_weights(1, input, {"hx": hx}, weights)
    return _cells.step(RELU, *arguments)[0]


def rnn_relu_cell_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
) -> CellGradients:
    """Return the gradients of `rnn_relu_cell` to its array arguments.

    At the kink, where the net input is 0, the slope is taken to be 0.

    Parameters
    ----------
    grad_output : ndarray of shape (B, H), dtype of `input`
        dL/dh'.
    input, hx, w_ih, w_hh, b_ih, b_hh
        As given to `rnn_relu_cell`.

    Returns
    -------
    CellGradients
        A named tuple (input, hx, w_ih, w_hh, b_ih, b_hh), each of its
        argument's shape; None for an absent bias.

    Raises
    ------
    TypeError
        As `rnn_relu_cell`, or if `grad_output` has another dtype.
    ValueError
        As `rnn_relu_cell`, or if `grad_output` has not the output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_relu_cell_backward
    >>> x, h = np.array([[1.0, 2.0]]), np.array([[0.5]])
    >>> w_ih, w_hh = np.array([[3.0, -1.0]]), np.array([[0.5]])
    >>> rnn_relu_cell_backward(np.array([[4.0]]), x, h, w_ih, w_hh).w_ih
    array([[4., 8.]])
    """
    return _backward(RELU, grad_output, input, hx, w_ih, w_hh, b_ih, b_hh)


def _backward(
    cell: Cell,
    grad_output: np.ndarray,
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None,
    b_hh: np.ndarray | None,
) -> CellGradients:
    """Return the gradients of either cell."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    x, states, weights = cell_weights(1, input, {"hx": hx}, weights)
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, states[0].shape)
    grad_x, (grad_h,), grads = _cells.step_backward(
        cell, [g], x, states, weights
    )
    return CellGradients(grad_x, grad_h, *grads[:4])


TANH = Cell(
    1,
    1,
    partial(_rnn_steps.forward, _rnn_steps.TANH),
    partial(_rnn_steps.backward, _rnn_steps.TANH),
    lambda x, states, w: (rnn_tanh_cell_definition(x, *states, *w[:4]),),
)
RELU = Cell(
    1,
    1,
    partial(_rnn_steps.forward, _rnn_steps.RELU),
    partial(_rnn_steps.backward, _rnn_steps.RELU),
    lambda x, states, w: (rnn_relu_cell_definition(x, *states, *w[:4]),),
)
