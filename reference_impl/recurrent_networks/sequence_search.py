"""Writing the likeliest sequence: greedily, or with a beam.

Page: docs/recurrent-networks/sequence-to-sequence.md.

Axes: B sequences that are written side by side, K live beginnings of one
sequence, V tokens, S tokens of the longest sequence.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks

__all__ = ["Hypothesis", "greedy_search", "beam_search"]

Step = Callable[[np.ndarray, Any], tuple[np.ndarray, Any]]


class Hypothesis(NamedTuple):
    """A sequence that a search has found."""

    tokens: tuple[int, ...]  # `end` is the last, unless there was no room
    log_probability: float
    score: float  # what the hypotheses are ranked by


def greedy_search(
    step: Step, state: Any, start: int, end: int, max_length: int
) -> np.ndarray:
    """Write the likeliest token at every step, for several sequences at once.

    Parameters
    ----------
    step : callable
        ``step(tokens, state)`` takes the last tokens (B,) and returns the
        log-probabilities of the next (B, V), floating, and the next state.
    state : ndarray or tuple of ndarray
        Before the first step; first axis B.
    start, end : int
        What every sequence begins after, and what ends it.
    max_length : int
        Tokens at most.

    Returns
    -------
    ndarray of shape (S, B), int
        Without `start`. After its end a sequence goes on with `end`.

    Raises
    ------
    TypeError
        If an argument is not of its kind.
    ValueError
        If `start`, `end` or `max_length` is out of range, or `step` returns
        another shape, something that is not a number, or leaves no token.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import greedy_search
    >>> table = np.log([[0.4, 0.3, 0.3], [0.2, 0.7, 0.1], [0.3, 0.4, 0.3]])
    >>> step = lambda tokens, state: (table[tokens], state)
    >>> greedy_search(step, np.zeros((2, 0)), start=2, end=0, max_length=3).T
    array([[1, 1, 1],
           [1, 1, 1]])
    """
    _checks.integer("start", start, 0)
    _checks.integer("end", end, 0)
    tokens = np.full(_rows(state), start)
    ended = np.zeros(len(tokens), bool)
    written = []
    for _ in range(_checks.integer("max_length", max_length, 1)):
        log_probs, state = step(tokens, state)
        log_probs = _checked(log_probs, len(tokens), end)
        stuck = np.flatnonzero((log_probs.max(axis=1) == -np.inf) & ~ended)
        if stuck.size:
            raise ValueError(
                "step must leave a token that can follow, "
                f"got none for row {stuck[0]}"
            )
        tokens = log_probs.argmax(axis=1)
        tokens[ended] = end
        written.append(tokens)
        ended = ended | (tokens == end)
        if ended.all():
            break
    return np.stack(written)


def beam_search(
    step: Step,
    state: Any,
    start: int,
    end: int,
    width: int,
    max_length: int,
    length_penalty: float = 0.0,
) -> list[Hypothesis]:
    """Look for the likeliest sequence, with several beginnings kept alive.

    Each step lengthens every beginning by every token and keeps the likeliest.
    One that ends leaves the beam and takes its place with it, so that `width`
    sequences are found in all. Width 1 is greedy search; a width as large as
    the number of all sequences finds the best for certain.

    Parameters
    ----------
    step : callable
        As of `greedy_search`, with K rows for B.
    state : ndarray or tuple of ndarray
        Before the first step; first axis 1.
    start, end : int
        What the sequence begins after, and what ends it.
    width : int
        Sequences to keep.
    max_length : int
        Tokens at most. What has not ended by then is returned without `end`.
    length_penalty : float, default 0.0
        The score is the log-probability over the number of tokens to this
        power: at 0 the log-probability, at 1 its mean a token. The longer a
        sequence, the less likely it is; a penalty makes up for that.

    Returns
    -------
    list of Hypothesis
        Best score first; at most `width`.

    Raises
    ------
    TypeError, ValueError
        As `greedy_search`, or if `state` has not one row, `width` is less
        than 1 or `length_penalty` negative.

    References
    ----------
    Sutskever, Vinyals and Le 2014, *Sequence to sequence learning with neural
    networks*, section 3.2. Wu et al. 2016, *Google's neural machine
    translation system*, section 7, divide by a power of the length.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import beam_search
    >>> table = np.log([[0.4, 0.3, 0.3], [0.2, 0.7, 0.1], [0.3, 0.4, 0.3]])
    >>> step = lambda tokens, state: (table[tokens], state)
    >>> for found in beam_search(step, np.zeros((1, 0)), 2, 0, 2, 3):
    ...     print(found.tokens, round(np.exp(found.log_probability), 3))
    (0,) 0.3
    (1, 1, 1) 0.196
    """
    _checks.integer("start", start, 0)
    _checks.integer("end", end, 0)
    _checks.integer("width", width, 1)
    alpha = _checks.real("length_penalty", length_penalty, 0)
    if _rows(state) != 1:
        raise ValueError(
            "state must have one row, of the one sequence that is written, "
            f"got {_rows(state)} rows"
        )
    live: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    ended: list[tuple[tuple[int, ...], float]] = []
    last = np.array([start])
    for _ in range(_checks.integer("max_length", max_length, 1)):
        log_probs, state = step(last, state)
        next_log_probs = _checked(log_probs, len(live), end)
        parents, longer = _best(live, next_log_probs, width - len(ended))
        going_on = [found[0][-1] != end for found in longer]
        ended += [h for h, on in zip(longer, going_on, strict=True) if not on]
        live = [h for h, on in zip(longer, going_on, strict=True) if on]
        if not live:
            break
        state = _chosen(state, parents[going_on])
        last = np.array([tokens[-1] for tokens, _ in live])
    found = [
        Hypothesis(tokens, log_p, log_p / len(tokens) ** alpha)
        for tokens, log_p in ended + live
    ]
    return sorted(found, key=lambda h: -h.score)


def _best(
    live: list[tuple[tuple[int, ...], float]],
    log_probs: np.ndarray,
    count: int,
) -> tuple[np.ndarray, list[tuple[tuple[int, ...], float]]]:
    """Return the likeliest beginnings, a token longer, and whose they are."""
    total = log_probs + np.array([[log_p] for _, log_p in live])
    order = np.argsort(-total, axis=None, kind="stable")[:count]
    order = order[total.ravel()[order] > -np.inf]
    parents, tokens = np.divmod(order, total.shape[1])
    longer = [
        ((*live[p][0], int(token)), float(total[p, token]))
        for p, token in zip(parents, tokens, strict=True)
    ]
    return parents, longer


def _checked(log_probs: np.ndarray, rows: int, end: int) -> np.ndarray:
    """Return what `step` gave, once it is one."""
    array = _checks.floating("log-probabilities of step", log_probs)
    _checks.shape("log-probabilities of step", array, (rows, "V"))
    if end >= array.shape[1]:
        raise ValueError(
            f"end must be one of the {array.shape[1]} tokens of step, "
            f"got end={end}"
        )
    strange = array[np.isnan(array) | (array == np.inf)]
    if strange.size:
        raise ValueError(
            "log-probabilities of step must be numbers, "
            f"got {strange[0]} among them"
        )
    return array


def _rows(state: Any) -> int:
    """Return how many rows the state, or its first array, has."""
    first = state[0] if isinstance(state, tuple) else state
    if np.ndim(first) == 0:
        raise TypeError(
            "state must be an array or a tuple of arrays with an axis of "
            f"rows, got {type(state).__name__}"
        )
    return len(first)


def _chosen(state: Any, rows: np.ndarray) -> Any:
    """Return these rows of the state."""
    if not isinstance(state, tuple):
        return state[rows]
    parts = [part[rows] for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
