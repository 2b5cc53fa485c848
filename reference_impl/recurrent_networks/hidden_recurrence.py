"""A network whose steps hand on their hidden state.

Page: docs/recurrent-networks/recurrence-types.md.

Axes: T steps, B batch, I inputs, H hidden units, O outputs.
"""

from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._recurrence import (
    checked_input,
    outer,
    output_gradient,
)

__all__ = [
    "hidden_to_hidden_definition",
    "hidden_to_hidden",
    "hidden_to_hidden_backward",
]


class HiddenToHiddenGradients(NamedTuple):
    """The gradients of `hidden_to_hidden`'s arguments, in their order."""

    input: np.ndarray
    hx: np.ndarray
    w_ih: np.ndarray
    w_hh: np.ndarray
    w_ho: np.ndarray
    b_h: np.ndarray
    b_o: np.ndarray


def hidden_to_hidden_definition(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
) -> np.ndarray:
    """Evaluate the equations of `hidden_to_hidden`, sequence by sequence."""
    x = checked_input("H", input, hx, w_ih, w_hh, w_ho, b_h, b_o)
    o = np.empty((*x.shape[:2], len(b_o)), x.dtype)
    for b in range(x.shape[1]):
        h = hx[b]
        for t in range(len(x)):
            h = np.tanh(w_ih @ x[t, b] + w_hh @ h + b_h)
            o[t, b] = w_ho @ h + b_o
    return o


def hidden_to_hidden(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
) -> np.ndarray:
    """Return the outputs of a network whose hidden units feed themselves.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    hx : ndarray of shape (B, H), dtype of `input`
        The hidden state before the first step.
    w_ih, w_hh, w_ho : ndarray of shapes (H, I), (H, H) and (O, H)
        From input, from the hidden state of the step before, to the output.
    b_h, b_o : ndarray of shapes (H,) and (O,)
        Biases of the hidden units and of the outputs.

    Returns
    -------
    ndarray of shape (T, B, O), dtype of `input`
        h_t = tanh(W_ih x_t + W_hh h_(t-1) + b_h), o_t = W_ho h_t + b_o.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 10.8 to
    10.10.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import hidden_to_hidden
    >>> x, one, zero = np.zeros((3, 1, 1)), np.ones((1, 1)), np.zeros(1)
    >>> hidden_to_hidden(x, one, one, 0 * one, one, zero, zero + 5)[:, 0, 0]
    array([5., 5., 5.])
    """
    x = checked_input("H", input, hx, w_ih, w_hh, w_ho, b_h, b_o)
    h = _hidden_states(x, hx, w_ih, w_hh, b_h)
    return h[1:] @ w_ho.T + b_o


def hidden_to_hidden_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
) -> HiddenToHiddenGradients:
    """Return the gradients of `hidden_to_hidden`, back through all steps.

    Parameters
    ----------
    grad_output : ndarray of shape (T, B, O), dtype of `input`
        dL/doutput.
    input, hx, w_ih, w_hh, w_ho, b_h, b_o
        As given to `hidden_to_hidden`.

    Returns
    -------
    HiddenToHiddenGradients
        A named tuple (input, hx, w_ih, w_hh, w_ho, b_h, b_o), each of its
        argument's shape.

    Raises
    ------
    TypeError, ValueError
        As `hidden_to_hidden`; `grad_output` has the output's shape and dtype.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 10.21 to
    10.28.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import hidden_to_hidden_backward
    >>> x, one, zero = np.zeros((3, 1, 1)), np.ones((1, 1)), np.zeros(1)
    >>> args = x, 0 * one, one, 2 * one, one, zero, zero
    >>> grad = np.array([[[0.0]], [[0.0]], [[1.0]]])
    >>> hidden_to_hidden_backward(grad, *args).input[:, 0, 0]
    array([4., 2., 1.])
    """
    x = checked_input("H", input, hx, w_ih, w_hh, w_ho, b_h, b_o)
    g = output_gradient(grad_output, x, b_o)
    h = _hidden_states(x, hx, w_ih, w_hh, b_h)
    dh_out, dz = g @ w_ho, np.empty_like(h[1:])
    dh = np.zeros_like(hx)
    for t in reversed(range(len(x))):
        dz[t] = (dh + dh_out[t]) * (1 - h[t + 1] ** 2)
        dh = dz[t] @ w_hh
    return HiddenToHiddenGradients(
        dz @ w_ih,
        dh,
        outer(dz, x),
        outer(dz, h[:-1]),
        outer(g, h[1:]),
        dz.sum(axis=(0, 1)),
        g.sum(axis=(0, 1)),
    )


def _hidden_states(
    x: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_h: np.ndarray,
) -> np.ndarray:
    """Return h of the steps 0..T, (T + 1, B, H)."""
    z = x @ w_ih.T + b_h
    h = np.concatenate([hx[None], z])
    for t in range(len(x)):
        h[t + 1] = np.tanh(z[t] + h[t] @ w_hh.T)
    return h
