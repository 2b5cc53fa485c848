"""A plain recurrent layer over sequences: `rnn_tanh` and `rnn_relu`.

Page: docs/recurrent-networks/recurrent-cell.md.

Axes: T steps, B batch, I inputs, H hidden units, L layers, D directions.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl.recurrent_networks import _sequence
from reference_impl.recurrent_networks._arguments import (
    Generator,
    recurrent_layers,
)
from reference_impl.recurrent_networks._sequence import Trace
from reference_impl.recurrent_networks.recurrent_cell import RELU, TANH

__all__ = [
    "rnn_tanh_definition",
    "rnn_tanh",
    "rnn_tanh_backward",
    "rnn_relu_definition",
    "rnn_relu",
    "rnn_relu_backward",
]


class RecurrentGradients(NamedTuple):
    """The gradients of a recurrent layer's arrays, in argument order."""

    input: np.ndarray
    hx: np.ndarray
    params: list[np.ndarray]


def rnn_tanh_definition(
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
) -> tuple[np.ndarray, ...]:
    """Evaluate `rnn_tanh` with `rnn_tanh_cell_definition`, step by step."""
    layers = recurrent_layers(
        1, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    return _sequence.call_definition(TANH, layers)


def rnn_tanh(
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
    return_trace: bool = False,
) -> tuple[Any, ...]:
    """Run `rnn_tanh_cell` over sequences, in layers and directions.

    A layer reads the hidden states of the layer below; of two directions, both
    side by side.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    hx : ndarray of shape (L*D, B, H), dtype of `input`
        The states before the first step: layer by layer, forward first.
    params : sequence of ndarray, dtype of `input`
        Layer by layer, forward first: w_ih (H, I), w_hh (H, H), b_ih (H,) and
        b_hh (H,). In layers above the first, D*H stands for I.
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
    return_trace : bool, default False
        Return also what every step computed, for `rnn_tanh_backward`.

    Returns
    -------
    output : ndarray of shape (T, B, D*H), dtype of `input`
        The last layer's hidden states; zeros after the end of a sequence.
    h_n : ndarray of shape (L*D, B, H)
        The hidden states after each sequence's last step; of the backward
        direction, after its first.
    trace : Trace
        Only with `return_trace`: `records`, one a layer and direction, with
        `hidden` (T + 1, B, H) and `input`, and `masks` of dropout. The steps
        are in the order in which the direction read them, the sequences,
        where `lengths` are given, by falling length.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, an argument is of
        another kind, or dropout acts without a `generator`.
    ValueError
        If shapes, the number of `params`, `dropout` or `lengths` do not fit,
        or `input` has no step.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 10.8 and
    10.9. PyTorch, ``torch.rnn_tanh``: signature, layout of `params`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_tanh
    >>> x, h_0 = np.array([[[1.0]], [[0.0]], [[0.0]]]), np.zeros((1, 1, 1))
    >>> params = [np.array([[1.0]]), np.array([[2.0]])]
    >>> output, h_n = rnn_tanh(x, h_0, params, has_biases=False)
    >>> output[:, 0, 0].round(4)  # tanh(1), tanh(2*tanh(1)), ...
    array([0.7616, 0.9093, 0.9487])
    """
    layers = recurrent_layers(
        1, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    return _sequence.call(TANH, layers, return_trace)


def rnn_tanh_backward(
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
    trace: Trace | None = None,
) -> RecurrentGradients:
    """Return the gradients of `rnn_tanh` by backpropagation through time.

    Parameters
    ----------
    grad_output : tuple (output, h_n) of ndarray or None
        dL/doutput and dL/dh_n, each of its output's shape and dtype; None
        stands for zeros.
    input, hx, params, has_biases, num_layers, dropout, train
        As given to `rnn_tanh`.
    bidirectional, batch_first, lengths, generator
        As given to `rnn_tanh`. Where dropout acts and there is no `trace`, the
        `generator` has to be the same int.
    trace : Trace, optional
        What `rnn_tanh` returned with `return_trace`, to save running it again.

    Returns
    -------
    RecurrentGradients
        A named tuple (input, hx, params), each of its argument's shape; that
        to `input` is 0 after the end of a sequence.

    Raises
    ------
    TypeError
        As `rnn_tanh`; or if `grad_output` is not a tuple, an entry has another
        dtype than `input`, or `trace` is none.
    ValueError
        As `rnn_tanh`, or if a shape in `grad_output` or `trace` does not fit.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 10.2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_tanh_backward
    >>> x, h_0 = np.zeros((3, 1, 1)), np.zeros((1, 1, 1))
    >>> params = [np.array([[1.0]]), np.array([[2.0]])]
    >>> grad_h_n = np.array([[[1.0]]])
    >>> grads = rnn_tanh_backward((None, grad_h_n), x, h_0, params, False)
    >>> grads.input[:, 0, 0], grads.hx.item()  # all slopes are 1 at 0
    (array([4., 2., 1.]), 8.0)
    """
    layers = recurrent_layers(
        1, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    grad_x, (grad_h,), grads = _sequence.call_backward(
        TANH, layers, grad_output, trace
    )
    return RecurrentGradients(grad_x, grad_h, _sequence.flat(grads))


def rnn_relu_definition(
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
) -> tuple[np.ndarray, ...]:
    """Evaluate `rnn_relu` with `rnn_relu_cell_definition`, step by step."""
    layers = recurrent_layers(
        1, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    return _sequence.call_definition(RELU, layers)


def rnn_relu(
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
    return_trace: bool = False,
) -> tuple[Any, ...]:
    """Run `rnn_relu_cell` over sequences, in layers and directions.

    Parameters
    ----------
    input, hx, params, has_biases, num_layers, dropout, train
        The arguments of `rnn_tanh`.
    bidirectional, batch_first, lengths, generator, return_trace
        The arguments of `rnn_tanh`.

    Returns
    -------
    output : ndarray of shape (T, B, D*H), dtype of `input`
    h_n : ndarray of shape (L*D, B, H)
    trace : Trace
        Only with `return_trace`. All as of `rnn_tanh`.

    Raises
    ------
    TypeError, ValueError
        As `rnn_tanh`.

    References
    ----------
    PyTorch, ``torch.rnn_relu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_relu
    >>> x, h_0 = np.array([[[1.0]], [[0.0]], [[-8.0]]]), np.zeros((1, 1, 1))
    >>> params = [np.array([[1.0]]), np.array([[2.0]])]
    >>> output, h_n = rnn_relu(x, h_0, params, has_biases=False)
    >>> output[:, 0, 0]
    array([1., 2., 0.])
    """
    layers = recurrent_layers(
        1, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    return _sequence.call(RELU, layers, return_trace)


def rnn_relu_backward(
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
    trace: Trace | None = None,
) -> RecurrentGradients:
    """Return the gradients of `rnn_relu`; at the kink the slope is 0.

    Parameters
    ----------
    grad_output : tuple (output, h_n) of ndarray or None
    input, hx, params, has_biases, num_layers, dropout, train
        As given to `rnn_relu`.
    bidirectional, batch_first, lengths, generator, trace
        As `rnn_tanh_backward` has them.

    Returns
    -------
    RecurrentGradients
        A named tuple (input, hx, params), each of its argument's shape.

    Raises
    ------
    TypeError, ValueError
        As `rnn_tanh_backward`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_relu_backward
    >>> x, h_0 = np.array([[[1.0]], [[0.0]], [[5.0]]]), np.zeros((1, 1, 1))
    >>> params = [np.array([[1.0]]), np.array([[2.0]])]
    >>> grad_h_n = np.array([[[1.0]]])
    >>> grads = rnn_relu_backward((None, grad_h_n), x, h_0, params, False)
    >>> grads.input[:, 0, 0], grads.hx.item()
    (array([4., 2., 1.]), 8.0)
    """
    layers = recurrent_layers(
        1, input, [hx], params, has_biases, num_layers, dropout, train,
        bidirectional, batch_first, lengths, generator,
    )  # fmt: skip
    grad_x, (grad_h,), grads = _sequence.call_backward(
        RELU, layers, grad_output, trace
    )
    return RecurrentGradients(grad_x, grad_h, _sequence.flat(grads))
