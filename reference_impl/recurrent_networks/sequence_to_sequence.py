"""Sequence to sequence: an encoder and a decoder with attention.

Page: docs/recurrent-networks/sequence-to-sequence.md.

Axes: T tokens that are read, S tokens that are written, B batch, E numbers of
an embedding, D of a state, A of the layer before the output, V source and W
target tokens.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.embedding_layer import embedding_backward
from reference_impl.neural_networks.output_units import log_softmax
from reference_impl.recurrent_networks.gated_recurrent_unit import (
    gru,
    gru_backward,
)
from reference_impl.recurrent_networks.multiplicative_scores import (
    multiplicative_attention,
    multiplicative_attention_backward,
)

__all__ = [
    "Seq2SeqModel",
    "Encoded",
    "seq2seq_init",
    "seq2seq",
    "seq2seq_backward",
    "seq2seq_encode",
    "seq2seq_step",
]

Lengths = Sequence[int] | np.ndarray | None


class Seq2SeqModel(NamedTuple):
    """The parameters: of a GRU that reads both ways, and one that writes."""

    embed_source: np.ndarray  # (V, E)
    encoder: tuple[np.ndarray, ...]  # params of a `gru` in both directions
    embed_target: np.ndarray  # (W, E)
    decoder: tuple[np.ndarray, ...]  # params of a `gru`
    w_score: np.ndarray  # (D, D)
    w_state: np.ndarray  # (A, D)
    w_context: np.ndarray  # (A, D)
    b_u: np.ndarray  # (A,)
    w_o: np.ndarray  # (W, A)
    b_o: np.ndarray  # (W,)

    def parameters(self) -> list[np.ndarray]:
        """Return all arrays, in order."""
        return [
            array
            for field in self
            for array in (field if isinstance(field, tuple) else (field,))
        ]


class Encoded(NamedTuple):
    """What the decoder knows of B sources: one row each."""

    state: np.ndarray  # (B, D), the decoder's
    keys: np.ndarray  # (B, T, D), the encoder's states
    mask: np.ndarray  # (B, 1, T), False after the end of a source


class Seq2SeqTrace(NamedTuple):
    """What a run computed on its way to the logits."""

    reading: Any  # of `gru`
    encoded: Encoded
    writing: Any  # of `gru`
    states: np.ndarray  # (S, B, D)
    context: np.ndarray  # (S, B, D)
    weights: np.ndarray  # (B, S, T)
    u: np.ndarray  # (S, B, A)


def seq2seq_init(
    generator: int | np.random.Generator,
    source_size: int,
    target_size: int,
    embedding_size: int,
    hidden_size: int,
    dtype: Any = np.float32,
) -> Seq2SeqModel:
    """Draw the parameters of a model.

    Parameters
    ----------
    generator : int or numpy.random.Generator
        What is drawn from; an int draws the same each time.
    source_size, target_size, embedding_size : int
        V, W and E.
    hidden_size : int
        D = A, even: half of it for each direction of the encoder.
    dtype : floating dtype, default numpy.float32

    Returns
    -------
    Seq2SeqModel
        Embeddings are standard normal; all else is uniform within 1/sqrt(n)
        for n numbers that come in, but for w_score, which is divided by
        sqrt(D) once more so that attention starts out even.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` not floating.
    ValueError
        If a size is less than 1 or `hidden_size` odd.

    Examples
    --------
    >>> from reference_impl import seq2seq_init
    >>> model = seq2seq_init(0, 30, 12, 8, 6)
    >>> [p.shape for p in model.encoder[:2]], model.w_o.shape
    ([(9, 8), (9, 3)], (12, 6))
    """
    V = _checks.integer("source_size", source_size, 1)
    W = _checks.integer("target_size", target_size, 1)
    E = _checks.integer("embedding_size", embedding_size, 1)
    D = _checks.integer("hidden_size", hidden_size, 2)
    if D % 2:
        raise ValueError(f"hidden_size must be even, got hidden_size={D}")
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise TypeError(f"dtype must be floating, got dtype={dtype!r}")
    rng, H = np.random.default_rng(generator), D // 2
    kind = np.dtype(dtype).type

    def uniform(*shape: int, of: int = D) -> np.ndarray:
        return rng.uniform(-1, 1, shape).astype(kind) * kind(of**-0.5)

    def cell(size: int) -> list[np.ndarray]:
        shapes = (3 * size, E), (3 * size, size), (3 * size,), (3 * size,)
        return [uniform(*shape, of=size) for shape in shapes]

    return Seq2SeqModel(
        rng.standard_normal((V, E)).astype(dtype),
        (*cell(H), *cell(H)),
        rng.standard_normal((W, E)).astype(dtype),
        tuple(cell(D)),
        uniform(D, D, of=D**2),
        uniform(D, D, of=2 * D),
        uniform(D, D, of=2 * D),
        uniform(D, of=2 * D),
        uniform(W, D),
        uniform(W),
    )


def seq2seq(
    source: np.ndarray,
    target: np.ndarray,
    model: Seq2SeqModel,
    *,
    lengths: Lengths = None,
    return_trace: bool = False,
) -> Any:
    """Read sources, and give the logits of each next token of the targets.

    The decoder reads the true tokens, whatever it would have written itself:
    teacher forcing.

    Parameters
    ----------
    source : ndarray of shape (T, B), integer
    target : ndarray of shape (S, B), integer
        What the decoder reads: a token that stands for the start, then the
        tokens to be written but the last.
    model : Seq2SeqModel
    lengths : sequence of B ints in 1..T, optional
        The tokens that each source has.
    return_trace : bool, default False
        Return also what was computed on the way.

    Returns
    -------
    logits : ndarray of shape (S, B, W), dtype of the model
    trace : Seq2SeqTrace
        Only with `return_trace`; its `weights` (B, S, T) say where the
        decoder looked.

    Raises
    ------
    TypeError
        If tokens are not integers or the dtypes of the model differ.
    ValueError
        If a token is out of range, or shapes or `lengths` do not fit.

    References
    ----------
    Sutskever, Vinyals and Le 2014; Cho et al. 2014. The attention: Luong, Pham
    and Manning 2015, equations 5 to 8, with the general score.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import seq2seq, seq2seq_init
    >>> model = seq2seq_init(0, 30, 12, 8, 6)
    >>> source, target = np.array([[3], [29], [0]]), np.array([[11], [4]])
    >>> seq2seq(source, target, model).shape
    (2, 1, 12)
    """
    encoded, reading = _encode(source, model, lengths)
    logits, trace = _decode(target, encoded, reading, model)
    return (logits, trace) if return_trace else logits


def seq2seq_backward(
    grad_output: np.ndarray,
    source: np.ndarray,
    target: np.ndarray,
    model: Seq2SeqModel,
    *,
    lengths: Lengths = None,
    trace: Seq2SeqTrace | None = None,
) -> Seq2SeqModel:
    """Return the gradients of `seq2seq` to the parameters.

    Parameters
    ----------
    grad_output : ndarray of shape (S, B, W), dtype of the model
        dL/dlogits.
    source, target, model, lengths
        As given to `seq2seq`.
    trace : Seq2SeqTrace, optional
        What `seq2seq` returned with `return_trace`, to save running it again.

    Returns
    -------
    Seq2SeqModel
        Of gradients.

    Raises
    ------
    TypeError, ValueError
        As `seq2seq`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import seq2seq_backward, seq2seq_init
    >>> model = seq2seq_init(0, 30, 12, 8, 6)
    >>> source, target = np.array([[3], [29], [0]]), np.array([[11], [4]])
    >>> g = np.ones((2, 1, 12), np.float32)
    >>> seq2seq_backward(g, source, target, model).b_o[:3]
    array([2., 2., 2.], dtype=float32)
    """
    if trace is None:
        _, trace = seq2seq(
            source, target, model, lengths=lengths, return_trace=True
        )
    g = _checks.floating_like("grad_output", grad_output, "w_o", model.w_o)
    _checks.shape("grad_output", g, (*np.shape(target), len(model.b_o)))
    state, keys, mask = trace.encoded
    du = g @ model.w_o * (1 - trace.u**2)
    attention = multiplicative_attention_backward(
        ((du @ model.w_context).swapaxes(0, 1), None),
        trace.states.swapaxes(0, 1), keys, keys, model.w_score, mask,
    )  # fmt: skip
    wrote = gru_backward(
        (du @ model.w_state + attention.query.swapaxes(0, 1), None),
        model.embed_target[target], state[None], model.decoder,
        trace=trace.writing,
    )  # fmt: skip
    x = model.embed_source[source]
    H = state.shape[1] // 2
    ends = wrote.hx[0].reshape(-1, 2, H).swapaxes(0, 1)
    read = gru_backward(
        ((attention.key + attention.value).swapaxes(0, 1), ends),
        x, np.zeros_like(ends), model.encoder, bidirectional=True,
        lengths=lengths, trace=trace.reading,
    )  # fmt: skip
    assert attention.weight is not None
    return Seq2SeqModel(
        embedding_backward(read.input, source, model.embed_source),
        tuple(read.params),
        embedding_backward(wrote.input, target, model.embed_target),
        tuple(wrote.params),
        attention.weight,
        _outer(du, trace.states),
        _outer(du, trace.context),
        du.sum(axis=(0, 1)),
        _outer(g, trace.u),
        g.sum(axis=(0, 1)),
    )


def seq2seq_encode(
    source: np.ndarray, model: Seq2SeqModel, *, lengths: Lengths = None
) -> Encoded:
    """Read sources; return what `seq2seq_step` starts from.

    Parameters
    ----------
    source, model, lengths
        As given to `seq2seq`.

    Returns
    -------
    Encoded
        A named tuple (state, keys, mask) with a row for each source.

    Raises
    ------
    TypeError, ValueError
        As `seq2seq`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import seq2seq_encode, seq2seq_init
    >>> model = seq2seq_init(0, 30, 12, 8, 6)
    >>> source = np.array([[3, 5], [29, 1], [0, 0]])
    >>> encoded = seq2seq_encode(source, model, lengths=[3, 2])
    >>> encoded.state.shape, encoded.keys.shape
    ((2, 6), (2, 3, 6))
    >>> encoded.mask[1]
    array([[ True,  True, False]])
    """
    return _encode(source, model, lengths)[0]


def seq2seq_step(
    tokens: np.ndarray, encoded: Encoded, model: Seq2SeqModel
) -> tuple[np.ndarray, Encoded]:
    """Return the log-probabilities of the next token of each row.

    With `model` fixed, this is the step that `greedy_search` and
    `beam_search` take: ``lambda tokens, state: seq2seq_step(tokens, state,
    model)``.

    Parameters
    ----------
    tokens : ndarray of shape (B,), integer
        The tokens written last.
    encoded : Encoded
        Of `seq2seq_encode`, or of the step before.
    model : Seq2SeqModel

    Returns
    -------
    log_probabilities : ndarray of shape (B, W), dtype of the model
    encoded : Encoded
        With the next state of the decoder.

    Raises
    ------
    TypeError, ValueError
        As `seq2seq`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import seq2seq_encode, seq2seq_init, seq2seq_step
    >>> model = seq2seq_init(0, 30, 12, 8, 6)
    >>> encoded = seq2seq_encode(np.array([[3], [29], [0]]), model)
    >>> log_probs, encoded = seq2seq_step(np.array([11]), encoded, model)
    >>> log_probs.shape, np.exp(log_probs).sum().round(5).item()
    ((1, 12), 1.0)
    """
    logits, trace = _decode(np.asarray(tokens)[None], encoded, None, model)
    return log_softmax(logits[0], -1), encoded._replace(state=trace.states[0])


def _encode(
    source: np.ndarray, model: Seq2SeqModel, lengths: Lengths
) -> tuple[Encoded, Any]:
    """Return what the decoder starts from, and the trace of the encoder."""
    tokens = _tokens("source", source, model.embed_source)
    T, B = tokens.shape
    D = _state_size(model)
    x = model.embed_source[tokens]
    zeros = np.zeros((2, B, D // 2), x.dtype)
    h, ends, trace = gru(
        x, zeros, model.encoder, bidirectional=True, lengths=lengths,
        return_trace=True,
    )  # fmt: skip
    n = np.full(B, T) if lengths is None else np.asarray(lengths)
    mask = (np.arange(T) < n[:, None])[:, None]
    state = ends.swapaxes(0, 1).reshape(B, D)
    return Encoded(state, h.swapaxes(0, 1), mask), trace


def _decode(
    target: np.ndarray, encoded: Encoded, reading: Any, model: Seq2SeqModel
) -> tuple[np.ndarray, Seq2SeqTrace]:
    """Return the logits (S, B, W), and all that was computed on the way."""
    _state_size(model)
    tokens = _tokens("target", target, model.embed_target)
    state, keys, mask = encoded
    _checks.shape("target", tokens, ("S", len(state)))
    s, _, writing = gru(
        model.embed_target[tokens], state[None], model.decoder,
        return_trace=True,
    )  # fmt: skip
    context, weights = multiplicative_attention(
        s.swapaxes(0, 1), keys, keys, model.w_score, mask
    )
    context = context.swapaxes(0, 1)
    u = np.tanh(s @ model.w_state.T + context @ model.w_context.T + model.b_u)
    trace = Seq2SeqTrace(reading, encoded, writing, s, context, weights, u)
    return u @ model.w_o.T + model.b_o, trace


def _state_size(model: Seq2SeqModel) -> int:
    """Return D, once what the GRUs do not check is checked."""
    first = _checks.floating("embed_source", model.embed_source)
    E = _checks.shape("embed_source", first, ("V", "E"))[1]
    W = _checks.shape("embed_target", np.asarray(model.embed_target), ("W", E))
    D = _checks.shape("w_score", np.asarray(model.w_score), ("D", "D"))[0]
    A = _checks.shape("w_state", np.asarray(model.w_state), ("A", D))[0]
    wanted = {
        "embed_target": (W[0], E),
        "w_score": (D, D),
        "w_state": (A, D),
        "w_context": (A, D),
        "b_u": (A,),
        "w_o": (W[0], A),
        "b_o": (W[0],),
    }
    for name, size in wanted.items():
        value = getattr(model, name)
        array = _checks.floating_like(name, value, "embed_source", first)
        _checks.shape(name, array, size)
    return D


def _tokens(name: str, value: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return `value` as a checked array of indices (steps, B) of `table`."""
    tokens = np.asarray(value)
    if not np.issubdtype(tokens.dtype, np.integer):
        raise TypeError(
            f"{name} must be of integers, got {name}.dtype={tokens.dtype}"
        )
    _checks.shape(name, tokens, ("steps", "B"))
    size = len(table)
    if tokens.size == 0:
        raise ValueError(
            f"{name} must have at least one token, got {name}.shape="
            f"{tokens.shape}"
        )
    if tokens.min() < 0 or tokens.max() >= size:
        wrong = tokens[(tokens < 0) | (tokens >= size)][0]
        raise ValueError(
            f"{name} must have tokens in 0..{size - 1}, got {wrong}"
        )
    return tokens


def _outer(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the sum over steps and batch of g x^T."""
    return g.reshape(-1, g.shape[-1]).T @ x.reshape(-1, x.shape[-1])
