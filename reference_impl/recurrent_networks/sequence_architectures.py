"""One recurrent network, wired in four ways between input and output.

Page: docs/recurrent-networks/sequence-architectures.md.

Axes: T steps read, S steps written, B batch, I inputs, H hidden units, O
outputs, G gates (1 of a plain cell, 3 of a GRU, 4 of an LSTM).
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

__all__ = [
    "SequenceModel",
    "SequenceModelGradients",
    "sequence_model_init",
    "many_to_one",
    "many_to_one_backward",
    "one_to_many",
    "one_to_many_backward",
    "many_to_many",
    "many_to_many_backward",
    "many_to_many_delayed",
    "many_to_many_delayed_backward",
]

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


def many_to_one(
    input: np.ndarray, model: SequenceModel, *, lengths: Lengths = None
) -> np.ndarray:
    """Read a sequence, and give one output from the last state.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    model : SequenceModel
        Arrays of the dtype of `input`.
    lengths : sequence of B ints in 1..T, optional
        The steps that each sequence has.

    Returns
    -------
    ndarray of shape (B, O), dtype of `input`
        W_ho h_T + b_o.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If shapes or `lengths` do not fit, or there is no step.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_one
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, 3 * one, zero + 1)
    >>> x = np.array([[[1.0]], [[0.0]]])
    >>> many_to_one(x, model).round(4)  # 3*tanh(2*tanh(1)) + 1
    array([[3.7278]])
    """
    x = _input("input", input, ("T", "B", "I"))
    return _output(_run(x, model, lengths)[1][0], model)


def many_to_one_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    *,
    lengths: Lengths = None,
) -> SequenceModelGradients:
    """Return the gradients of `many_to_one`.

    Parameters
    ----------
    grad_output : ndarray of shape (B, O), dtype of `input`
    input, model, lengths
        As given to `many_to_one`.

    Returns
    -------
    SequenceModelGradients
        A named tuple (input, model), the latter a `SequenceModel` of
        gradients.

    Raises
    ------
    TypeError, ValueError
        As `many_to_one`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_one_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, 3 * one, zero)
    >>> many_to_one_backward(one, np.zeros((3, 1, 1)), model).input.ravel()
    array([12.,  6.,  3.])
    """
    x = _input("input", input, ("T", "B", "I"))
    return _backward(grad_output, x, model, None, lengths)


def one_to_many(
    input: np.ndarray, model: SequenceModel, steps: int
) -> np.ndarray:
    """Read one vector at the first step, and give an output at every step.

    Later steps read zeros: what the vector said is in the state alone.

    Parameters
    ----------
    input : ndarray of shape (B, I), floating
    model : SequenceModel
        Arrays of the dtype of `input`.
    steps : int
        S, at least 1.

    Returns
    -------
    ndarray of shape (S, B, O), dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ or `steps` is no int.
    ValueError
        If shapes do not fit or `steps` is less than 1.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, one_to_many
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> one_to_many(np.array([[1.0]]), model, steps=3).ravel().round(4)
    array([0.7616, 0.9093, 0.9487])
    """
    x = _padded(_input("input", input, ("B", "I"))[None], steps, 1)
    return _output(_run(x, model)[0], model)


def one_to_many_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    steps: int,
) -> SequenceModelGradients:
    """Return the gradients of `one_to_many`.

    Parameters
    ----------
    grad_output : ndarray of shape (S, B, O), dtype of `input`
    input, model, steps
        As given to `one_to_many`.

    Returns
    -------
    SequenceModelGradients

    Raises
    ------
    TypeError, ValueError
        As `one_to_many`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, one_to_many_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> g = np.ones((3, 1, 1))
    >>> one_to_many_backward(g, 0 * one, model, steps=3).input
    array([[7.]])
    """
    x = _padded(_input("input", input, ("B", "I"))[None], steps, 1)
    grads = _backward(grad_output, x, model, slice(None))
    return SequenceModelGradients(grads.input[0], grads.model)


def many_to_many(
    input: np.ndarray, model: SequenceModel, *, lengths: Lengths = None
) -> np.ndarray:
    """Give an output at every step that is read.

    Parameters
    ----------
    input, model, lengths
        As in `many_to_one`.

    Returns
    -------
    ndarray of shape (T, B, O), dtype of `input`
        W_ho h_t + b_o; after the end of a sequence b_o.

    Raises
    ------
    TypeError, ValueError
        As `many_to_one`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 10.10.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x = np.array([[[1.0]], [[0.0]], [[0.0]]])
    >>> many_to_many(x, model).ravel().round(4)
    array([0.7616, 0.9093, 0.9487])
    """
    x = _input("input", input, ("T", "B", "I"))
    return _output(_run(x, model, lengths)[0], model)


def many_to_many_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    *,
    lengths: Lengths = None,
) -> SequenceModelGradients:
    """Return the gradients of `many_to_many`.

    Parameters
    ----------
    grad_output : ndarray of shape (T, B, O), dtype of `input`
    input, model, lengths
        As given to `many_to_many`.

    Returns
    -------
    SequenceModelGradients

    Raises
    ------
    TypeError, ValueError
        As `many_to_many`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x = np.zeros((3, 1, 1))
    >>> many_to_many_backward(np.ones((3, 1, 1)), x, model).input.ravel()
    array([7., 3., 1.])
    """
    x = _input("input", input, ("T", "B", "I"))
    return _backward(grad_output, x, model, slice(None), lengths)


def many_to_many_delayed(
    input: np.ndarray, model: SequenceModel, steps: int
) -> np.ndarray:
    """Read the whole sequence first, then give outputs.

    While it writes, the network reads zeros.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    model : SequenceModel
        Arrays of the dtype of `input`.
    steps : int
        S, at least 1.

    Returns
    -------
    ndarray of shape (S, B, O), dtype of `input`
        W_ho h_t + b_o of the steps t = T + 1..T + S.

    Raises
    ------
    TypeError, ValueError
        As `one_to_many`.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many_delayed
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x = np.array([[[1.0]]])
    >>> many_to_many_delayed(x, model, steps=2).ravel().round(4)
    array([0.9093, 0.9487])
    """
    x = _input("input", input, ("T", "B", "I"))
    h = _run(_padded(x, steps, 0), model)[0]
    return _output(h[len(x) :], model)


def many_to_many_delayed_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    model: SequenceModel,
    steps: int,
) -> SequenceModelGradients:
    """Return the gradients of `many_to_many_delayed`.

    Parameters
    ----------
    grad_output : ndarray of shape (S, B, O), dtype of `input`
    input, model, steps
        As given to `many_to_many_delayed`.

    Returns
    -------
    SequenceModelGradients

    Raises
    ------
    TypeError, ValueError
        As `many_to_many_delayed`; `grad_output` has the output's shape and
        dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SequenceModel, many_to_many_delayed_backward
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> model = SequenceModel(one, 2 * one, zero, zero, one, zero)
    >>> x, g = np.zeros((2, 1, 1)), np.ones((1, 1, 1))
    >>> many_to_many_delayed_backward(g, x, model, steps=1).input.ravel()
    array([4., 2.])
    """
    x = _input("input", input, ("T", "B", "I"))
    T = len(x)
    grads = _backward(grad_output, _padded(x, steps, 0), model, slice(T, None))
    return SequenceModelGradients(grads.input[:T], grads.model)


def _input(
    name: str, input: np.ndarray, letters: tuple[str, ...]
) -> np.ndarray:
    """Return the checked input."""
    x = _checks.floating(name, input)
    _checks.shape(name, x, letters)
    return x


def _padded(x: np.ndarray, steps: int, within: int) -> np.ndarray:
    """Return `x` with zeros after it; `within` of `steps` are there already."""
    more = _checks.integer("steps", steps, 1) - within
    return np.concatenate([x, np.zeros((more, *x.shape[1:]), x.dtype)])


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


def _run(
    x: np.ndarray, model: SequenceModel, lengths: Lengths = None
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Return h of all steps (T, B, H), the last (1, B, H), and the trace."""
    G = _gates(model, x)
    output, h_n, *_, trace = FUNCTIONS[G][0](
        x, _start(x, model, G), model[:4], lengths=lengths, return_trace=True
    )
    return output, h_n, trace


def _backward(
    grad_output: np.ndarray,
    x: np.ndarray,
    model: SequenceModel,
    written: slice | None,
    lengths: Lengths = None,
) -> SequenceModelGradients:
    """Return the gradients; None for `written` is the last step of each."""
    h, h_n, trace = _run(x, model, lengths)
    seen = h_n[0] if written is None else h[written]
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, (*seen.shape[:-1], len(model.b_o)))
    G, dh = _gates(model, x), g @ model.w_ho
    if written is None:
        grads = [None, dh[None], None]
    else:
        every = np.zeros_like(h)
        every[written] = dh
        grads = [every, None, None]
    if G != 4:
        del grads[2]  # of the cell state, which only an LSTM has
    back = FUNCTIONS[G][1](
        grads, x, _start(x, model, G), model[:4], lengths=lengths, trace=trace
    )
    w_ih, w_hh, b_ih, b_hh = back.params
    rows, states = g.reshape(-1, g.shape[-1]), seen.reshape(-1, h.shape[-1])
    grad = SequenceModel(
        w_ih, w_hh, b_ih, b_hh, rows.T @ states, rows.sum(axis=0)
    )
    return SequenceModelGradients(back.input, grad)


def _start(x: np.ndarray, model: SequenceModel, G: int) -> Any:
    """Return the zeros before the first step; of an LSTM a pair."""
    zeros = np.zeros((1, x.shape[1], model.w_hh.shape[1]), x.dtype)
    return (zeros, zeros) if G == 4 else zeros


def _output(h: np.ndarray, model: SequenceModel) -> np.ndarray:
    """Return W_ho h + b_o."""
    return h @ model.w_ho.T + model.b_o
