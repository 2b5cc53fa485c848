"""A language model of characters: an embedding, an LSTM and a linear layer.

Page: docs/recurrent-networks/character-language-model.md.

Axes: N sequences, T characters of a sequence, V characters of the vocabulary,
E numbers of an embedding, H hidden units.
"""

from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.categorical_losses import (
    cross_entropy,
    cross_entropy_and_gradients,
)
from reference_impl.neural_networks.multilayer_perceptron import (
    linear,
    linear_backward,
)
from reference_impl.recurrent_networks._arguments import Generator
from reference_impl.recurrent_networks.character_text import character_ids
from reference_impl.recurrent_networks.long_short_term_memory import (
    lstm,
    lstm_backward,
)

__all__ = [
    "CharLMParameters",
    "char_lm_init",
    "char_lm_forward",
    "char_lm_loss_and_gradients",
    "char_lm_perplexity",
]

Pair = tuple[np.ndarray, np.ndarray]
STEPS = 500  # of one call, where a long text is read: bounds the memory


class CharLMParameters(NamedTuple):
    """What the model learns; also the shape of its gradients."""

    embedding: np.ndarray  # (V, E)
    w_ih: np.ndarray  # (4*H, E)
    w_hh: np.ndarray  # (4*H, H)
    b_ih: np.ndarray  # (4*H,)
    b_hh: np.ndarray  # (4*H,)
    weight: np.ndarray  # (V, H)
    bias: np.ndarray  # (V,)


def char_lm_init(
    vocabulary_size: int,
    embedding_dim: int = 256,
    hidden_size: int = 512,
    generator: Generator = None,
    dtype: Any = np.float32,
) -> CharLMParameters:
    """Draw parameters as PyTorch draws those of its layers.

    Parameters
    ----------
    vocabulary_size : int
        V.
    embedding_dim : int, default 256
        E.
    hidden_size : int, default 512
        H.
    generator : int or numpy.random.Generator, optional
    dtype : floating dtype, default numpy.float32

    Returns
    -------
    CharLMParameters
        The embedding is standard normal; all else is uniform in +-1/sqrt(H).

    Raises
    ------
    TypeError
        If a size is no int or `dtype` is not floating.
    ValueError
        If a size is not at least 1.

    References
    ----------
    PyTorch, ``torch.nn.Embedding``, ``torch.nn.LSTM``, ``torch.nn.Linear``.

    Examples
    --------
    >>> from reference_impl import char_lm_init
    >>> parameters = char_lm_init(80)
    >>> sum(array.size for array in parameters)
    1638480
    """
    V = _checks.integer("vocabulary_size", vocabulary_size, 1)
    E = _checks.integer("embedding_dim", embedding_dim, 1)
    H = _checks.integer("hidden_size", hidden_size, 1)
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"dtype must be floating, got dtype={dtype!r}")
    rng, bound = np.random.default_rng(generator), H**-0.5
    embedding = rng.standard_normal((V, E)).astype(dtype)
    shapes = [(4 * H, E), (4 * H, H), (4 * H,), (4 * H,), (V, H), (V,)]
    rest = [rng.uniform(-bound, bound, s).astype(dtype) for s in shapes]
    return CharLMParameters._make([embedding, *rest])


def char_lm_forward(
    parameters: CharLMParameters, input: np.ndarray, hx: Pair | None = None
) -> tuple[np.ndarray, Pair]:
    """Return the logits of the character that follows each one.

    Parameters
    ----------
    parameters : CharLMParameters
    input : ndarray of shape (N, T), integer
        Characters' numbers, in 0..V-1.
    hx : tuple (h, c) of ndarray of shape (1, N, H), optional
        The LSTM's states before the first character; zeros by default.

    Returns
    -------
    logits : ndarray of shape (N, T, V), dtype of the parameters
    hx : tuple (h, c) of ndarray of shape (1, N, H)
        The states after the last character.

    Raises
    ------
    TypeError
        If `input` is not of integers.
    ValueError
        If a shape does not fit, a number is out of range or T is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import char_lm_forward, char_lm_init
    >>> parameters = char_lm_init(7, 3, 5, generator=0)
    >>> logits, (h, c) = char_lm_forward(parameters, np.array([[6, 2, 1]]))
    >>> logits.shape, h.shape
    ((1, 3, 7), (1, 1, 5))
    """
    ids = _ids("input", input, parameters)
    steps, h, c = lstm(
        parameters.embedding[ids.T],
        _states(parameters, ids, hx),
        _lstm(parameters),
    )
    logits = linear(steps, parameters.weight, parameters.bias)
    return logits.swapaxes(0, 1), (h, c)


def char_lm_loss_and_gradients(
    parameters: CharLMParameters, input: np.ndarray, target: np.ndarray
) -> tuple[float, CharLMParameters]:
    """Return the mean cross-entropy of the next characters, and gradients.

    Every sequence starts from states of zero.

    Parameters
    ----------
    parameters : CharLMParameters
    input, target : ndarray of shape (N, T), integer
        As `character_sequences` cuts them.

    Returns
    -------
    loss : float
        In nats a character.
    gradients : CharLMParameters

    Raises
    ------
    TypeError
        If `input` or `target` is not of integers.
    ValueError
        If the shapes differ, there is no character, or a number is out of
        range.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import char_lm_init, char_lm_loss_and_gradients
    >>> blank = char_lm_init(7, 3, 5)
    >>> blank = type(blank)(*(0 * array for array in blank))
    >>> x = np.array([[6, 2, 1]])
    >>> loss, gradients = char_lm_loss_and_gradients(blank, x, x)
    >>> f"{loss:.4f} {np.log(7):.4f}"
    '1.9459 1.9459'
    """
    ids = _ids("input", input, parameters)
    y = character_ids("target", target, ids.shape, len(parameters.bias))
    if ids.size == 0:
        raise ValueError(
            f"input must hold a character, got input.shape={ids.shape}"
        )
    x, hx = parameters.embedding[ids.T], _states(parameters, ids, None)
    steps, _, _, trace = lstm(x, hx, _lstm(parameters), return_trace=True)
    flat = steps.reshape(-1, steps.shape[-1])
    logits = linear(flat, parameters.weight, parameters.bias)
    loss, slopes = cross_entropy_and_gradients(logits, y.T.ravel())
    g = linear_backward(slopes.input, flat, parameters.weight, parameters.bias)
    back = lstm_backward(
        (g.input.reshape(steps.shape), None, None),
        x,
        hx,
        _lstm(parameters),
        trace=trace,
    )
    table = _rows_sum(back.input, ids.T, len(parameters.embedding))
    gradients = [table, *back.params, g.weight, g.bias]
    return float(loss), CharLMParameters._make(gradients)


def char_lm_perplexity(
    parameters: CharLMParameters, ids: np.ndarray, streams: int = 1
) -> float:
    """Return the perplexity of a text: exp of its mean cross-entropy.

    Parameters
    ----------
    parameters : CharLMParameters
    ids : ndarray of shape (n,), integer
        The text; each character but the first is predicted from all before.
    streams : int, default 1
        Into how many pieces of equal length the text is cut. They are read
        side by side, which is faster; each starts from states of zero, and
        what is left at the end is dropped.

    Returns
    -------
    float
        1 for a text foreseen with certainty, V for blind guesses.

    Raises
    ------
    TypeError
        If `ids` are not integers or `streams` is no int.
    ValueError
        If a number is out of range, or a piece has fewer than 2 characters.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import char_lm_init, char_lm_perplexity
    >>> blank = char_lm_init(7, 3, 5)
    >>> blank = type(blank)(*(0 * array for array in blank))
    >>> f"{char_lm_perplexity(blank, np.array([6, 2, 1])):.3f}"
    '7.000'
    """
    ids = character_ids("ids", ids, ("n",), len(parameters.bias))
    N = _checks.integer("streams", streams, 1)
    if len(ids) < 2 * N:
        raise ValueError(
            "ids must hold at least 2 characters a stream, "
            f"got len(ids)={len(ids)}, streams={streams}"
        )
    T = len(ids) // N
    rows = ids[: N * T].reshape(N, T)
    total, hx = 0.0, None
    for start in range(0, T - 1, STEPS):
        x = rows[:, start : min(start + STEPS, T - 1)]
        y = rows[:, start + 1 : start + 1 + x.shape[1]]
        logits, hx = char_lm_forward(parameters, x, hx)
        losses = cross_entropy(
            logits.reshape(-1, logits.shape[-1]), y.ravel(), reduction="none"
        )
        total += float(losses.sum(dtype=np.float64))
    return float(np.exp(total / (N * (T - 1))))


def _ids(
    name: str, value: np.ndarray, parameters: CharLMParameters
) -> np.ndarray:
    """Return `value` as numbers (N, T) of characters of the vocabulary."""
    return character_ids(name, value, ("N", "T"), len(parameters.embedding))


def _lstm(parameters: CharLMParameters) -> list[np.ndarray]:
    """Return the argument `params` of `lstm`."""
    return list(parameters[1:5])


def _states(
    parameters: CharLMParameters, ids: np.ndarray, hx: Pair | None
) -> Pair:
    """Return `hx`, zeros (1, N, H) by default."""
    if hx is not None:
        return hx
    N, H = len(ids), parameters.w_hh.shape[1]
    zeros = np.zeros((1, N, H), parameters.w_hh.dtype)
    return zeros, zeros


def _rows_sum(grad: np.ndarray, ids: np.ndarray, V: int) -> np.ndarray:
    """Return (V, E): of each character the sum of the gradients it got.

    One product with the matrix of ones and zeros; ``np.add.at`` is slower.
    """
    one_hot = (ids.ravel() == np.arange(V)[:, None]).astype(grad.dtype)
    return one_hot @ grad.reshape(-1, grad.shape[-1])
