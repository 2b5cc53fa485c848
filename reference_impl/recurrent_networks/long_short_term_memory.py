"""The long short-term memory: `lstm_cell` for a step, `lstm` for sequences.

Page: docs/recurrent-networks/lstm.md.

The module has a longer name than its page, because the package offers the
function `lstm` under the shorter one.

Axes: T steps, B batch, I inputs, H hidden units, L layers, D directions.
The 4*H rows of a weight are the gates i, f, g, o, in PyTorch's order.
"""

from collections.abc import Sequence
from math import tanh
from typing import Any, NamedTuple

import numpy as np

from reference_impl.recurrent_networks import _cells, _lstm_steps, _sequence
from reference_impl.recurrent_networks._arguments import (
    Generator,
    Weights,
    cell_weights,
    gradients_of,
    pair,
    recurrent_layers,
)
from reference_impl.recurrent_networks._sequence import Cell, Trace

__all__ = [
    "lstm_cell_definition",
    "lstm_cell",
    "lstm_cell_backward",
    "lstm_definition",
    "lstm",
    "lstm_backward",
]

Pair = tuple[np.ndarray, np.ndarray]


class LSTMCellGradients(NamedTuple):
    """The gradients of `lstm_cell`'s array arguments, in their order."""

    input: np.ndarray
    hx: Pair
    w_ih: np.ndarray
    w_hh: np.ndarray
    b_ih: np.ndarray | None
    b_hh: np.ndarray | None
    peephole: np.ndarray | None


class LSTMGradients(NamedTuple):
    """The gradients of `lstm`'s array arguments, in their order."""

    input: np.ndarray
    hx: Pair
    params: list[np.ndarray]
    peepholes: list[np.ndarray] | None


def lstm_cell_definition(
    input: np.ndarray,
    hx: Pair,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    peephole: np.ndarray | None = None,
) -> Pair:
    """Evaluate the equations of `lstm_cell`, unit by unit."""
    x, (h, c), weights = _cell(input, hx, w_ih, w_hh, b_ih, b_hh, peephole)
    net, sigma, H = _cells.net, _cells.sigma, h.shape[1]
    p = np.zeros((3, H)) if weights.peephole is None else weights.peephole
    new_h, new_c = np.empty_like(h), np.empty_like(c)
    for b, j in np.ndindex(h.shape):
        zi, zf, zg, zo = (
            net(w_ih, b_ih, gate * H + j, x[b])
            + net(w_hh, b_hh, gate * H + j, h[b])
            for gate in range(4)
        )
        i = sigma(zi + p[0, j] * c[b, j])
        f = sigma(zf + p[1, j] * c[b, j])
        new_c[b, j] = f * c[b, j] + i * tanh(zg)
        o = sigma(zo + p[2, j] * new_c[b, j])
        new_h[b, j] = o * tanh(new_c[b, j])
    return new_h, new_c


def lstm_cell(
    input: np.ndarray,
    hx: Pair,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    peephole: np.ndarray | None = None,
) -> Pair:
    """Return the next hidden state and the next cell state of an LSTM.

    Parameters
    ----------
    input : ndarray of shape (B, I), floating
        The input x of this step.
    hx : tuple (h, c) of ndarray of shape (B, H), dtype of `input`
        The hidden state and the cell state of the step before.
    w_ih : ndarray of shape (4*H, I), dtype of `input`
        From input to the gates i, f, g, o: H rows each.
    w_hh : ndarray of shape (4*H, H), dtype of `input`
        From hidden to the gates.
    b_ih, b_hh : ndarray of shape (4*H,), dtype of `input`, optional
        Two biases, as PyTorch has them; only their sum matters.
    peephole : ndarray of shape (3, H), dtype of `input`, optional
        Lets the gates i and f see the old cell state and o the new one, unit
        by unit: one row a gate. PyTorch has none.

    Returns
    -------
    tuple (h', c') of ndarray of shape (B, H), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ or `hx` is no tuple.
    ValueError
        If the shapes do not fit or `hx` has not two entries.

    References
    ----------
    Hochreiter and Schmidhuber 1997, *Long Short-Term Memory*; Gers,
    Schmidhuber and Cummins 2000, *Learning to Forget*: the gate f. Gers,
    Schraudolph and Schmidhuber 2002, *Learning Precise Timing with LSTM
    Recurrent Networks*: peepholes. PyTorch, ``torch.lstm_cell``: signature,
    order of the gates.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_cell
    >>> x, hx = np.zeros((1, 2)), (np.zeros((1, 1)), np.array([[3.0]]))
    >>> h, c = lstm_cell(x, hx, np.ones((4, 2)), np.ones((4, 1)))
    >>> c, h.round(4)  # all gates are 1/2: c' = 3/2, h' = tanh(3/2) / 2
    (array([[1.5]]), array([[0.4526]]))
    """
    arguments = _cell(input, hx, w_ih, w_hh, b_ih, b_hh, peephole)
    h, c = _cells.step(LSTM_CELL, *arguments)
    return h, c


def lstm_cell_backward(
    grad_output: Sequence[np.ndarray | None],
    input: np.ndarray,
    hx: Pair,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    peephole: np.ndarray | None = None,
) -> LSTMCellGradients:
    """Return the gradients of `lstm_cell` to its array arguments.

    Parameters
    ----------
    grad_output : tuple (h', c') of ndarray of shape (B, H) or None
        dL/dh' and dL/dc'; None stands for zeros.
    input, hx, w_ih, w_hh, b_ih, b_hh, peephole
        As given to `lstm_cell`.

    Returns
    -------
    LSTMCellGradients
        A named tuple (input, hx, w_ih, w_hh, b_ih, b_hh, peephole), each of
        its argument's shape; None for an absent one.

    Raises
    ------
    TypeError
        As `lstm_cell`, or if `grad_output` is no tuple or of another dtype.
    ValueError
        As `lstm_cell`, or if a shape in `grad_output` does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_cell_backward
    >>> x, hx = np.zeros((1, 2)), (np.zeros((1, 1)), np.array([[3.0]]))
    >>> grad_output = None, np.array([[8.0]])
    >>> grads = lstm_cell_backward(
    ...     grad_output, x, hx, np.ones((4, 2)), np.ones((4, 1))
    ... )
    >>> grads.hx  # dc = 8/2; dh = 8 (3/4 through f, 1/2 through g)
    (array([[10.]]), array([[4.]]))
    """
    x, states, weights = _cell(input, hx, w_ih, w_hh, b_ih, b_hh, peephole)
    shapes = [state.shape for state in states]
    g = gradients_of(("h", "c"), grad_output, shapes, x)
    grad_x, (grad_h, grad_c), grads = _cells.step_backward(
        LSTM_CELL, g, x, states, weights
    )
    return LSTMCellGradients(grad_x, (grad_h, grad_c), *grads)


def lstm_definition(
    input: np.ndarray,
    hx: Pair,
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    num_layers: int = 1,
    dropout: float = 0.0,
    train: bool = False,
    bidirectional: bool = False,
    batch_first: bool = False,
    *,
    lengths: Sequence[int] | np.ndarray | None = None,
    generator: Generator = None,
    peepholes: Sequence[np.ndarray] | None = None,
) -> tuple[np.ndarray, ...]:
    """Evaluate `lstm` with `lstm_cell_definition`, step by step."""
    layers = recurrent_layers(
        4, input, pair("hx", hx), params, has_biases, num_layers, dropout,
        train, bidirectional, batch_first, lengths, generator, peepholes,
    )  # fmt: skip
    return _sequence.call_definition(LSTM_CELL, layers)


def lstm(
    input: np.ndarray,
    hx: Pair,
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    num_layers: int = 1,
    dropout: float = 0.0,
    train: bool = False,
    bidirectional: bool = False,
    batch_first: bool = False,
    *,
    lengths: Sequence[int] | np.ndarray | None = None,
    generator: Generator = None,
    peepholes: Sequence[np.ndarray] | None = None,
    return_trace: bool = False,
) -> tuple[Any, ...]:
    """Run `lstm_cell` over sequences, in layers and directions.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    hx : tuple (h_0, c_0) of ndarray of shape (L*D, B, H), dtype of `input`
        The states before the first step: layer by layer, forward first.
    params : sequence of ndarray, dtype of `input`
        Layer by layer, forward first: w_ih (4*H, I), w_hh (4*H, H), b_ih and
        b_hh (4*H,). In layers above the first, D*H stands for I.
    has_biases : bool, default True
        Whether `params` holds biases.
    num_layers : int, default 1
        L.
    dropout : float in [0, 1], default 0.0
        In training, the share of each layer's outputs, but the last one's,
        that are set to 0; the others are divided by 1 - dropout.
    train : bool, default False
        Whether dropout acts.
    bidirectional : bool, default False
        Whether D is 2: a second run reads the steps from last to first.
    batch_first : bool, default False
        Whether `input` and output have the shape (B, T, ...).
    lengths : sequence of B ints in 1..T, optional
        The steps that each sequence has; what `input` holds after them is not
        read. In any order.
    generator : int or numpy.random.Generator, optional
        What dropout draws from; an int draws the same each time.
    peepholes : sequence of L*D ndarray of shape (3, H), optional
        As `lstm_cell` has them, one a layer and direction.
    return_trace : bool, default False
        Return also what every step computed, for `lstm_backward` and for
        looking at the gates.

    Returns
    -------
    output : ndarray of shape (T, B, D*H), dtype of `input`
        The last layer's hidden states; zeros after the end of a sequence.
    h_n, c_n : ndarray of shape (L*D, B, H)
        The states after each sequence's last step; of the backward direction,
        after its first.
    trace : Trace
        Only with `return_trace`: `records`, one a layer and direction, with
        `hidden` and `cell` (T + 1, B, H), `gates` (4, T, B, H), `tanh_cell`
        and `input`, and `masks` of dropout. The steps are in the order in
        which the direction read them, the sequences, where `lengths` are
        given, by falling length.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, an argument is of
        another kind, or dropout acts without a `generator`.
    ValueError
        If shapes, the number of `params` or `peepholes`, `dropout` or
        `lengths` do not fit, or `input` has no step.

    References
    ----------
    As `lstm_cell`. PyTorch, ``torch.lstm``: signature, layout of `params`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm
    >>> x, state = np.zeros((3, 1, 2)), np.full((1, 1, 1), 8.0)
    >>> params = [np.zeros((4, 2)), np.zeros((4, 1))]
    >>> output, h_n, c_n = lstm(x, (state, state), params, has_biases=False)
    >>> output.shape, c_n  # all gates are 1/2: c halves three times
    ((3, 1, 1), array([[[1.]]]))
    """
    layers = recurrent_layers(
        4, input, pair("hx", hx), params, has_biases, num_layers, dropout,
        train, bidirectional, batch_first, lengths, generator, peepholes,
    )  # fmt: skip
    return _sequence.call(LSTM_CELL, layers, return_trace)


def lstm_backward(
    grad_output: Sequence[np.ndarray | None],
    input: np.ndarray,
    hx: Pair,
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    num_layers: int = 1,
    dropout: float = 0.0,
    train: bool = False,
    bidirectional: bool = False,
    batch_first: bool = False,
    *,
    lengths: Sequence[int] | np.ndarray | None = None,
    generator: Generator = None,
    peepholes: Sequence[np.ndarray] | None = None,
    trace: Trace | None = None,
) -> LSTMGradients:
    """Return the gradients of `lstm` by backpropagation through time.

    Parameters
    ----------
    grad_output : tuple (output, h_n, c_n) of ndarray or None
        dL/doutput, dL/dh_n and dL/dc_n, each of its output's shape and dtype;
        None stands for zeros.
    input, hx, params, has_biases, num_layers, dropout, train
        As given to `lstm`.
    bidirectional, batch_first, lengths, generator, peepholes
        As given to `lstm`. Where dropout acts and there is no `trace`, the
        `generator` has to be the same int.
    trace : Trace, optional
        What `lstm` returned with `return_trace`, to save running it again.

    Returns
    -------
    LSTMGradients
        A named tuple (input, hx, params, peepholes), each of its argument's
        shape; that to `input` is 0 after the end of a sequence.

    Raises
    ------
    TypeError
        As `lstm`; or if `grad_output` is not a tuple, an entry has another
        dtype than `input`, or `trace` is none.
    ValueError
        As `lstm`, or if a shape in `grad_output` or `trace` does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_backward
    >>> x, state = np.zeros((3, 1, 2)), np.zeros((1, 1, 1))
    >>> params = [np.ones((4, 2)), np.zeros((4, 1))]
    >>> grad_output = None, None, np.array([[[16.0]]])
    >>> grads = lstm_backward(grad_output, x, (state, state), params, False)
    >>> grads.input[:, 0, 0], grads.hx[1].item()  # f = 1/2 at each step
    (array([2., 4., 8.]), 2.0)
    """
    layers = recurrent_layers(
        4, input, pair("hx", hx), params, has_biases, num_layers, dropout,
        train, bidirectional, batch_first, lengths, generator, peepholes,
    )  # fmt: skip
    grad_x, (grad_h, grad_c), grads = _sequence.call_backward(
        LSTM_CELL, layers, grad_output, trace
    )
    peephole = [w.peephole for w in grads if w.peephole is not None]
    return LSTMGradients(
        grad_x, (grad_h, grad_c), _sequence.flat(grads), peephole or None
    )


def _cell(
    input: np.ndarray,
    hx: Pair,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None,
    b_hh: np.ndarray | None,
    peephole: np.ndarray | None,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], Weights]:
    """Return the checked input, states and weights."""
    h, c = pair("hx", hx)
    weights = Weights(w_ih, w_hh, b_ih, b_hh, peephole)
    return cell_weights(4, input, {"hx[0]": h, "hx[1]": c}, weights)


LSTM_CELL = Cell(
    4,
    2,
    _lstm_steps.forward,
    _lstm_steps.backward,
    lambda x, states, w: lstm_cell_definition(
        x, states, *w[:4], peephole=w.peephole
    ),
)
