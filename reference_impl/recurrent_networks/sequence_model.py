"""A recurrent layer and an output layer above it, run and differentiated.

Page: docs/recurrent-networks/sequence-architectures.md.

Axes: T steps, B batch, I inputs, H hidden units, O outputs, G gates (1 of a
plain cell, 3 of a GRU, 4 of an LSTM).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks.gated_recurrent_unit import (
    gru,
    gru_backward,
)
from reference_impl.recurrent_networks.long_short_term_memory import (
    lstm,
    lstm_backward,
)
from reference_impl.recurrent_networks.recurrent_sequence import (
    rnn_tanh,
    rnn_tanh_backward,
)

__all__ = ["SequenceModel", "SequenceModelGradients", "sequence_model_init"]

Lengths = Sequence[int] | np.ndarray | None
GATES = {"rnn_tanh": 1, "gru": 3, "lstm": 4}
FUNCTIONS: dict[int, tuple[Callable[..., Any], Callable[..., Any]]] = {
    1: (rnn_tanh, rnn_tanh_backward),
    3: (gru, gru_backward),
    4: (lstm, lstm_backward),
}


class SequenceModel(NamedTuple):
    """A recurrent layer and an output layer above it.

    The cell is plain, a GRU or an LSTM where `w_hh` has H, 3*H or 4*H rows.
    """

    w_ih: np.ndarray  # (G*H, I)
    w_hh: np.ndarray  # (G*H, H)
    b_ih: np.ndarray  # (G*H,)
    b_hh: np.ndarray  # (G*H,)
    w_ho: np.ndarray  # (O, H)
    b_o: np.ndarray  # (O,)


class SequenceModelGradients(NamedTuple):
    """The gradient to the input, and those to the parameters."""

    input: np.ndarray
    model: SequenceModel


def sequence_model_init(
    generator: int | np.random.Generator,
    input_size: int,
    hidden_size: int,
    output_size: int,
    cell: str = "rnn_tanh",
    dtype: Any = np.float32,
) -> SequenceModel:
    """Draw the parameters of a model.

    The recurrent matrix, of each gate, is a rotation, so that at first no
    state fades or grows. The other weights are uniform within 1/sqrt(H), the
    biases 0, but for the LSTM's forget gate, whose bias is 1.

    Parameters
    ----------
    generator : int or numpy.random.Generator
        What is drawn from; an int draws the same each time.
    input_size, hidden_size, output_size : int
        I, H and O.
    cell : {"rnn_tanh", "gru", "lstm"}, default "rnn_tanh"
    dtype : floating dtype, default numpy.float32

    Returns
    -------
    SequenceModel

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` not floating.
    ValueError
        If a size is less than 1 or `cell` is another word.

    References
    ----------
    Le, Jaitly and Hinton 2015, section 2, start from the identity; Jozefowicz,
    Zaremba and Sutskever 2015 give the bias of 1.

    Examples
    --------
    >>> from reference_impl import sequence_model_init
    >>> model = sequence_model_init(0, 3, 5, 2, cell="lstm")
    >>> [value.shape for value in model]
    [(20, 3), (20, 5), (20,), (20,), (2, 5), (2,)]
    """
    I = _checks.integer("input_size", input_size, 1)
    H = _checks.integer("hidden_size", hidden_size, 1)
    O = _checks.integer("output_size", output_size, 1)
    _checks.one_of("cell", cell, tuple(GATES))
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise TypeError(f"dtype must be floating, got dtype={dtype!r}")
    rng, G, bound = np.random.default_rng(generator), GATES[cell], H**-0.5
    rotations = [
        np.linalg.qr(rng.standard_normal((H, H)))[0] for _ in range(G)
    ]
    b_ih = np.zeros(G * H)
    if cell == "lstm":
        b_ih[H : 2 * H] = 1.0
    drawn = (
        rng.uniform(-bound, bound, (G * H, I)),
        np.concatenate(rotations),
        b_ih,
        np.zeros(G * H),
        rng.uniform(-bound, bound, (O, H)),
        np.zeros(O),
    )
    return SequenceModel(*(value.astype(dtype) for value in drawn))


def run(
    x: np.ndarray, model: SequenceModel, lengths: Lengths = None
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Return h of all steps (T, B, H), the last (1, B, H), and the trace."""
    G = _gates(model, x)
    h, h_n, *_, trace = FUNCTIONS[G][0](
        x, _start(x, model, G), model[:4], lengths=lengths, return_trace=True
    )
    return h, h_n, trace


def outputs(h: np.ndarray, model: SequenceModel) -> np.ndarray:
    """Return W_ho h + b_o."""
    return h @ model.w_ho.T + model.b_o


def gradients(
    grad_output: np.ndarray,
    x: np.ndarray,
    model: SequenceModel,
    written: slice | None,
    lengths: Lengths = None,
) -> SequenceModelGradients:
    """Return the gradients; None for `written` is the last step of each."""
    h, h_n, trace = run(x, model, lengths)
    seen = h_n[0] if written is None else h[written]
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, (*seen.shape[:-1], len(model.b_o)))
    G, into = _gates(model, x), _into_states(g @ model.w_ho, h, written)
    if G == 4:
        into += (None,)  # to the cell state
    back = FUNCTIONS[G][1](
        into, x, _start(x, model, G), model[:4], lengths=lengths, trace=trace
    )
    rows, states = g.reshape(-1, g.shape[-1]), seen.reshape(-1, h.shape[-1])
    of_model = (*back.params, rows.T @ states, rows.sum(axis=0))
    return SequenceModelGradients(back.input, SequenceModel._make(of_model))


def _into_states(
    grad: np.ndarray, h: np.ndarray, written: slice | None
) -> tuple[np.ndarray | None, ...]:
    """Return the gradients to all states and to the last, from what was written."""
    if written is None:
        return None, grad[None]
    every = np.zeros_like(h)
    every[written] = grad
    return every, None


def _gates(model: SequenceModel, x: np.ndarray) -> int:
    """Return G, once the parts of the model that no layer checks are."""
    W = _checks.floating_like("w_hh", model.w_hh, "input", x)
    rows, H = _checks.shape("w_hh", W, ("G*H", "H"))
    if rows not in [G * H for G in FUNCTIONS]:
        raise ValueError(
            "w_hh must have H, 3*H or 4*H rows for its H columns, "
            f"got w_hh.shape={W.shape}"
        )
    O = _checks.shape("w_ho", np.asarray(model.w_ho), ("O", H))[0]
    wanted: dict[str, tuple[int, ...]] = {
        "w_ih": (rows, x.shape[-1]),
        "b_ih": (rows,),
        "b_hh": (rows,),
        "w_ho": (O, H),
        "b_o": (O,),
    }
    for name, size in wanted.items():
        value = getattr(model, name)
        _checks.shape(
            name, _checks.floating_like(name, value, "input", x), size
        )
    return rows // H


def _start(x: np.ndarray, model: SequenceModel, G: int) -> Any:
    """Return the zeros before the first step; of an LSTM a pair."""
    zeros = np.zeros((1, x.shape[1], model.w_hh.shape[1]), x.dtype)
    return (zeros, zeros) if G == 4 else zeros
