"""The gated recurrent unit: `gru_cell` for a step, `gru` for sequences.

Page: docs/recurrent-networks/gru.md.

The module has a longer name than its page, because the package offers the
function `gru` under the shorter one.

Axes: T steps, B batch, I inputs, H hidden units, L layers, D directions.
The 3*H rows of a weight are the gates r, z, n, in PyTorch's order.
"""

from collections.abc import Sequence
from math import tanh
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks import _cells, _gru_steps, _sequence
from reference_impl.recurrent_networks._arguments import (
    Generator,
    Weights,
    cell_weights,
    flag,
    recurrent_layers,
)
from reference_impl.recurrent_networks._sequence import Cell, Trace
from reference_impl.recurrent_networks.recurrent_cell import CellGradients
from reference_impl.recurrent_networks.recurrent_sequence import (
    RecurrentGradients,
)

__all__ = [
    "gru_cell_definition",
    "gru_cell",
    "gru_cell_backward",
    "gru_definition",
    "gru",
    "gru_backward",
]


def gru_cell_definition(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    reset_after: bool = True,
) -> np.ndarray:
    """Evaluate the equations of `gru_cell`, unit by unit."""
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    x, (h,), _ = cell_weights(3, input, {"hx": hx}, weights)
    net, sigma, (B, H) = _cells.net, _cells.sigma, h.shape
    new = np.empty_like(h)
    for b in range(B):
        r, z = (
            [
                sigma(
                    net(w_ih, b_ih, gate * H + j, x[b])
                    + net(w_hh, b_hh, gate * H + j, h[b])
                )
                for j in range(H)
            ]
            for gate in range(2)
        )
        for j in range(H):
            if reset_after:
                recurrent = r[j] * net(w_hh, b_hh, 2 * H + j, h[b])
            else:
                recurrent = net(w_hh, b_hh, 2 * H + j, r * h[b])
            n = tanh(net(w_ih, b_ih, 2 * H + j, x[b]) + recurrent)
            new[b, j] = (1 - z[j]) * n + z[j] * h[b, j]
    return new


def gru_cell(
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    reset_after: bool = True,
) -> np.ndarray:
    """Return the next hidden state of a gated recurrent unit.

    Parameters
    ----------
    input : ndarray of shape (B, I), floating
        The input x of this step.
    hx : ndarray of shape (B, H), dtype of `input`
        The hidden state h of the step before.
    w_ih : ndarray of shape (3*H, I), dtype of `input`
        From input to the reset gate r, the update gate z and the candidate n:
        H rows each.
    w_hh : ndarray of shape (3*H, H), dtype of `input`
        From hidden to r, z, n.
    b_ih, b_hh : ndarray of shape (3*H,), dtype of `input`, optional
        Two biases; those of n do not stand side by side where `reset_after`.
    reset_after : bool, default True
        Where r acts: on W_hn h + b_hn, as in PyTorch, or, if False, on h
        before W_hn, as in the paper as published.

    Returns
    -------
    ndarray of shape (B, H), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ or `reset_after` is no
        bool.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Cho et al. 2014, *Learning Phrase Representations using RNN
    Encoder-Decoder for Statistical Machine Translation*, equations 5 to 8.
    PyTorch, ``torch.gru_cell``: signature, order of the gates, place of r.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_cell
    >>> x, h = np.zeros((1, 2)), np.array([[4.0]])
    >>> gru_cell(x, h, np.ones((3, 2)), np.zeros((3, 1)))  # z = 1/2, n = 0
    array([[2.]])
    """
    cell = _kind(reset_after)
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    arguments = cell_weights(3, input, {"hx": hx}, weights)
    return _cells.step(cell, *arguments)[0]


def gru_cell_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    hx: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    reset_after: bool = True,
) -> CellGradients:
    """Return the gradients of `gru_cell` to its array arguments.

    Parameters
    ----------
    grad_output : ndarray of shape (B, H), dtype of `input`
        dL/dh'.
    input, hx, w_ih, w_hh, b_ih, b_hh, reset_after
        As given to `gru_cell`.

    Returns
    -------
    CellGradients
        A named tuple (input, hx, w_ih, w_hh, b_ih, b_hh), each of its
        argument's shape; None for an absent bias.

    Raises
    ------
    TypeError
        As `gru_cell`, or if `grad_output` has another dtype.
    ValueError
        As `gru_cell`, or if `grad_output` has not the output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_cell_backward
    >>> x, h = np.zeros((1, 2)), np.array([[4.0]])
    >>> w_ih, w_hh = np.ones((3, 2)), np.zeros((3, 1))
    >>> grads = gru_cell_backward(np.array([[1.0]]), x, h, w_ih, w_hh)
    >>> grads.hx, grads.input  # of n: 1 - z = 1/2; of z: h z (1 - z) = 1
    (array([[0.5]]), array([[1.5, 1.5]]))
    """
    cell = _kind(reset_after)
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    x, states, weights = cell_weights(3, input, {"hx": hx}, weights)
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, states[0].shape)
    grad_x, (grad_h,), grads = _cells.step_backward(
        cell, [g], x, states, weights
    )
    return CellGradients(grad_x, grad_h, *grads[:4])


def gru_definition(
    input: np.ndarray,
    hx: np.ndarray,
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
    reset_after: bool = True,
) -> tuple[np.ndarray, ...]:
    """Evaluate `gru` with `gru_cell_definition`, step by step."""
    layers = recurrent_layers(
        3, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    return _sequence.call_definition(_kind(reset_after), layers)


def gru(
    input: np.ndarray,
    hx: np.ndarray,
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
    reset_after: bool = True,
    return_trace: bool = False,
) -> tuple[Any, ...]:
    """Run `gru_cell` over sequences, in layers and directions.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    hx : ndarray of shape (L*D, B, H), dtype of `input`
        The states before the first step: layer by layer, forward first.
    params : sequence of ndarray, dtype of `input`
        Layer by layer, forward first: w_ih (3*H, I), w_hh (3*H, H), b_ih and
        b_hh (3*H,). In layers above the first, D*H stands for I.
    has_biases, num_layers, dropout, train, bidirectional, batch_first
        As `rnn_tanh` has them.
    lengths, generator, return_trace
        As `rnn_tanh` has them.
    reset_after : bool, default True
        As `gru_cell` has it.

    Returns
    -------
    output : ndarray of shape (T, B, D*H), dtype of `input`
        The last layer's hidden states; zeros after the end of a sequence.
    h_n : ndarray of shape (L*D, B, H)
        The hidden states after each sequence's last step; of the backward
        direction, after its first.
    trace : Trace
        Only with `return_trace`, as of `rnn_tanh`; a record has also `gates`
        (3, T, B, H) and `reset` (T, B, H): W_hn h + b_hn, or r*h if not
        `reset_after`.

    Raises
    ------
    TypeError, ValueError
        As `rnn_tanh`, or if `reset_after` is no bool.

    References
    ----------
    As `gru_cell`. PyTorch, ``torch.gru``: signature, layout of `params`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru
    >>> x, h_0 = np.zeros((3, 1, 2)), np.full((1, 1, 1), 8.0)
    >>> params = [np.zeros((3, 2)), np.zeros((3, 1))]
    >>> output, h_n = gru(x, h_0, params, has_biases=False)
    >>> output[:, 0, 0]  # z = 1/2, n = 0
    array([4., 2., 1.])
    """
    layers = recurrent_layers(
        3, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    return _sequence.call(_kind(reset_after), layers, return_trace)


def gru_backward(
    grad_output: Sequence[np.ndarray | None],
    input: np.ndarray,
    hx: np.ndarray,
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
    reset_after: bool = True,
    trace: Trace | None = None,
) -> RecurrentGradients:
    """Return the gradients of `gru` by backpropagation through time.

    Parameters
    ----------
    grad_output : tuple (output, h_n) of ndarray or None
        dL/doutput and dL/dh_n, each of its output's shape and dtype; None
        stands for zeros.
    input, hx, params, has_biases, num_layers, dropout, train
        As given to `gru`.
    bidirectional, batch_first, lengths, generator, reset_after
        As given to `gru`. Where dropout acts and there is no `trace`, the
        `generator` has to be the same int.
    trace : Trace, optional
        What `gru` returned with `return_trace`, to save running it again.

    Returns
    -------
    RecurrentGradients
        A named tuple (input, hx, params), each of its argument's shape; that
        to `input` is 0 after the end of a sequence.

    Raises
    ------
    TypeError
        As `gru`; or if `grad_output` is not a tuple, an entry has another
        dtype than `input`, or `trace` is none.
    ValueError
        As `gru`, or if a shape in `grad_output` or `trace` does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_backward
    >>> x, h_0 = np.zeros((3, 1, 2)), np.zeros((1, 1, 1))
    >>> params = [np.ones((3, 2)), np.zeros((3, 1))]
    >>> grad_output = None, np.array([[[16.0]]])
    >>> grads = gru_backward(grad_output, x, h_0, params, False)
    >>> grads.input[:, 0, 0], grads.hx.item()  # z = 1/2 at each step
    (array([2., 4., 8.]), 2.0)
    """
    layers = recurrent_layers(
        3, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    grad_x, (grad_h,), grads = _sequence.call_backward(
        _kind(reset_after), layers, grad_output, trace
    )
    return RecurrentGradients(grad_x, grad_h, _sequence.flat(grads))


def _kind(reset_after: bool) -> Cell:
    """Return the cell that `reset_after` names."""
    flag("reset_after", reset_after)
    return GRU_CELL if reset_after else GRU_CELL_RESET_BEFORE


GRU_CELL = Cell(
    3,
    1,
    _gru_steps.forward,
    _gru_steps.backward,
    lambda x, states, w: (gru_cell_definition(x, *states, *w[:4]),),
)
GRU_CELL_RESET_BEFORE = Cell(
    3,
    1,
    _gru_steps.forward_reset_before,
    _gru_steps.backward_reset_before,
    lambda x, states, w: (
        gru_cell_definition(x, *states, *w[:4], reset_after=False),
    ),
)
