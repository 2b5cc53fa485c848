"""Networks whose steps hand on nothing but their output.

Page: docs/recurrent-networks/recurrence-types.md.

Axes: T steps, B batch, I inputs, H hidden units, O outputs.

`target` is teacher forcing: the correct output y_(t-1) takes the place of
o_(t-1). No step then waits for another.
"""

from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._recurrence import (
    checked_input,
    outer,
    output_gradient,
)

__all__ = [
    "output_to_hidden_definition",
    "output_to_hidden",
    "output_to_hidden_backward",
    "output_to_output_definition",
    "output_to_output",
    "output_to_output_backward",
]


class OutputToHiddenGradients(NamedTuple):
    """The gradients of `output_to_hidden`'s arguments, in their order."""

    input: np.ndarray
    ox: np.ndarray
    w_ih: np.ndarray
    w_oh: np.ndarray
    w_ho: np.ndarray
    b_h: np.ndarray
    b_o: np.ndarray
    target: np.ndarray | None


class OutputToOutputGradients(NamedTuple):
    """The gradients of `output_to_output`'s arguments, in their order."""

    input: np.ndarray
    ox: np.ndarray
    w_ih: np.ndarray
    w_ho: np.ndarray
    w_oo: np.ndarray
    b_h: np.ndarray
    b_o: np.ndarray
    target: np.ndarray | None


def output_to_hidden_definition(
    input: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_oh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> np.ndarray:
    """Evaluate the equations of `output_to_hidden`, sequence by sequence."""
    x = checked_input("O", input, ox, w_ih, w_oh, w_ho, b_h, b_o, target)
    o = np.empty((*x.shape[:2], len(b_o)), x.dtype)
    for t, b in np.ndindex(x.shape[:2]):
        before = (o if target is None else target)[t - 1, b] if t else ox[b]
        h = np.tanh(w_ih @ x[t, b] + w_oh @ before + b_h)
        o[t, b] = w_ho @ h + b_o
    return o


def output_to_hidden(
    input: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_oh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> np.ndarray:
    """Return the outputs of a network whose outputs feed its hidden units.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    ox : ndarray of shape (B, O), dtype of `input`
        The output before the first step.
    w_ih, w_oh, w_ho : ndarray of shapes (H, I), (H, O) and (O, H)
        From input, from the output of the step before, to the output.
    b_h, b_o : ndarray of shapes (H,) and (O,)
        Biases of the hidden units and of the outputs.
    target : ndarray of shape (T, B, O), dtype of `input`, optional
        The correct outputs, for teacher forcing; the last is not read.

    Returns
    -------
    ndarray of shape (T, B, O), dtype of `input`
        h_t = tanh(W_ih x_t + W_oh o_(t-1) + b_h), o_t = W_ho h_t + b_o.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 10.2.1 and
    figure 10.4.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import output_to_hidden
    >>> x, one, zero = np.zeros((3, 1, 1)), np.ones((1, 1)), np.zeros(1)
    >>> args = x, 0 * one, one, one, one, zero, zero
    >>> output_to_hidden(*args, target=0 * x)[:, 0, 0]
    array([0., 0., 0.])
    """
    x = checked_input("O", input, ox, w_ih, w_oh, w_ho, b_h, b_o, target)
    return _output_to_hidden(x, ox, w_ih, w_oh, w_ho, b_h, b_o, target)[1][1:]


def output_to_hidden_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_oh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> OutputToHiddenGradients:
    """Return the gradients of `output_to_hidden`.

    With `target` the gradient of a step ends in the step: none goes back
    through time.

    Parameters
    ----------
    grad_output : ndarray of shape (T, B, O), dtype of `input`
        dL/doutput.
    input, ox, w_ih, w_oh, w_ho, b_h, b_o, target
        As given to `output_to_hidden`.

    Returns
    -------
    OutputToHiddenGradients
        A named tuple (input, ox, w_ih, w_oh, w_ho, b_h, b_o, target), each of
        its argument's shape; None for an absent target.

    Raises
    ------
    TypeError, ValueError
        As `output_to_hidden`; `grad_output` has the output's shape and dtype.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 10.2.1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import output_to_hidden_backward
    >>> x, one, zero = np.zeros((3, 1, 1)), np.ones((1, 1)), np.zeros(1)
    >>> args = x, 0 * one, one, one, 2 * one, zero, zero
    >>> grad = np.array([[[0.0]], [[0.0]], [[1.0]]])
    >>> output_to_hidden_backward(grad, *args).input[:, 0, 0]
    array([8., 4., 2.])
    >>> output_to_hidden_backward(grad, *args, target=0 * x).input[:, 0, 0]
    array([0., 0., 2.])
    """
    x = checked_input("O", input, ox, w_ih, w_oh, w_ho, b_h, b_o, target)
    g = output_gradient(grad_output, x, b_o)
    h, o = _output_to_hidden(x, ox, w_ih, w_oh, w_ho, b_h, b_o, target)
    before = o[:-1] if target is None else _before(ox, target)
    do, slope = g.copy(), 1 - h**2
    if target is None:
        for t in reversed(range(1, len(x))):
            do[t - 1] += (do[t] @ w_ho * slope[t]) @ w_oh
    dz = do @ w_ho * slope
    d_before = dz @ w_oh
    return OutputToHiddenGradients(
        dz @ w_ih,
        _first(d_before, ox),
        outer(dz, x),
        outer(dz, before),
        outer(do, h),
        dz.sum(axis=(0, 1)),
        do.sum(axis=(0, 1)),
        None if target is None else _shifted(d_before),
    )


def output_to_output_definition(
    input: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_ho: np.ndarray,
    w_oo: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> np.ndarray:
    """Evaluate the equations of `output_to_output`, sequence by sequence."""
    x = checked_input("OO", input, ox, w_ih, w_oo, w_ho, b_h, b_o, target)
    o = np.empty((*x.shape[:2], len(b_o)), x.dtype)
    for t, b in np.ndindex(x.shape[:2]):
        before = (o if target is None else target)[t - 1, b] if t else ox[b]
        h = np.tanh(w_ih @ x[t, b] + b_h)
        o[t, b] = w_ho @ h + w_oo @ before + b_o
    return o


def output_to_output(
    input: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_ho: np.ndarray,
    w_oo: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> np.ndarray:
    """Return the outputs of a network whose outputs feed themselves.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    ox : ndarray of shape (B, O), dtype of `input`
        The output before the first step.
    w_ih, w_ho, w_oo : ndarray of shapes (H, I), (O, H) and (O, O)
        From input, to the output, from the output of the step before.
    b_h, b_o : ndarray of shapes (H,) and (O,)
        Biases of the hidden units and of the outputs.
    target : ndarray of shape (T, B, O), dtype of `input`, optional
        The correct outputs, for teacher forcing; the last is not read.

    Returns
    -------
    ndarray of shape (T, B, O), dtype of `input`
        h_t = tanh(W_ih x_t + b_h), o_t = W_ho h_t + W_oo o_(t-1) + b_o.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import output_to_output
    >>> x, one, zero = np.zeros((3, 1, 1)), np.ones((1, 1)), np.zeros(1)
    >>> output_to_output(x, one, one, one, 2 * one, zero, zero)[:, 0, 0]
    array([2., 4., 8.])
    """
    x = checked_input("OO", input, ox, w_ih, w_oo, w_ho, b_h, b_o, target)
    h = np.tanh(x @ w_ih.T + b_h)
    return _output_to_output(h, ox, w_ho, w_oo, b_o, target)[1:]


def output_to_output_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_ho: np.ndarray,
    w_oo: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> OutputToOutputGradients:
    """Return the gradients of `output_to_output`.

    Parameters
    ----------
    grad_output : ndarray of shape (T, B, O), dtype of `input`
        dL/doutput.
    input, ox, w_ih, w_ho, w_oo, b_h, b_o, target
        As given to `output_to_output`.

    Returns
    -------
    OutputToOutputGradients
        A named tuple (input, ox, w_ih, w_ho, w_oo, b_h, b_o, target), each of
        its argument's shape; None for an absent target.

    Raises
    ------
    TypeError, ValueError
        As `output_to_output`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import output_to_output_backward
    >>> x, one, zero = np.zeros((3, 1, 1)), np.ones((1, 1)), np.zeros(1)
    >>> args = x, one, one, one, 2 * one, zero, zero
    >>> grad = np.array([[[0.0]], [[0.0]], [[1.0]]])
    >>> output_to_output_backward(grad, *args).input[:, 0, 0]
    array([4., 2., 1.])
    """
    x = checked_input("OO", input, ox, w_ih, w_oo, w_ho, b_h, b_o, target)
    g = output_gradient(grad_output, x, b_o)
    h = np.tanh(x @ w_ih.T + b_h)
    o = _output_to_output(h, ox, w_ho, w_oo, b_o, target)
    before = o[:-1] if target is None else _before(ox, target)
    do = g.copy()
    if target is None:
        for t in reversed(range(1, len(x))):
            do[t - 1] += do[t] @ w_oo
    dz, d_before = do @ w_ho * (1 - h**2), do @ w_oo
    return OutputToOutputGradients(
        dz @ w_ih,
        _first(d_before, ox),
        outer(dz, x),
        outer(do, h),
        outer(do, before),
        dz.sum(axis=(0, 1)),
        do.sum(axis=(0, 1)),
        None if target is None else _shifted(d_before),
    )


def _output_to_hidden(
    x: np.ndarray,
    ox: np.ndarray,
    w_ih: np.ndarray,
    w_oh: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return h of the steps 1..T (T, B, H) and o of 0..T (T + 1, B, O)."""
    z = x @ w_ih.T + b_h
    if target is not None:
        h = np.tanh(z + _before(ox, target) @ w_oh.T)
        return h, np.concatenate([ox[None], h @ w_ho.T + b_o])
    h = np.empty_like(z)
    o = np.empty((len(x) + 1, *ox.shape), x.dtype)
    o[0] = ox
    for t in range(len(x)):
        h[t] = np.tanh(z[t] + o[t] @ w_oh.T)
        o[t + 1] = h[t] @ w_ho.T + b_o
    return h, o


def _output_to_output(
    h: np.ndarray,
    ox: np.ndarray,
    w_ho: np.ndarray,
    w_oo: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None,
) -> np.ndarray:
    """Return o of the steps 0..T, (T + 1, B, O)."""
    o = np.concatenate([ox[None], h @ w_ho.T + b_o])
    if target is not None:
        o[1:] += _before(ox, target) @ w_oo.T
        return o
    for t in range(len(h)):
        o[t + 1] += o[t] @ w_oo.T
    return o


def _before(ox: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return what each step is told its predecessor's output was."""
    return np.concatenate([ox[None], target])[:-1]


def _first(d_before: np.ndarray, ox: np.ndarray) -> np.ndarray:
    """Return the gradient to `ox`, zeros where there is no step."""
    return d_before[0] if len(d_before) else np.zeros_like(ox)


def _shifted(d_before: np.ndarray) -> np.ndarray:
    """Return the gradient to the target of each step; the last has none."""
    return np.concatenate([d_before[1:], np.zeros_like(d_before[:1])])
