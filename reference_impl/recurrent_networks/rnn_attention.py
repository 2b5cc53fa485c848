"""Attention of a recurrent network: what it is whatever the scores.

Page: docs/recurrent-networks/rnn-attention.md.

Axes: L queries, S keys and values, V features of a value; any axes before
these are examples.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks._arguments import gradients_of

__all__ = ["AttentionContext"]


class AttentionContext(NamedTuple):
    """What attention finds, and where it looked."""

    context: np.ndarray  # (..., L, V)
    weights: np.ndarray  # (..., L, S)


class Arguments(NamedTuple):
    """The checked arguments of an attention."""

    query: np.ndarray  # (..., L, Q)
    key: np.ndarray  # (..., S, K)
    value: np.ndarray  # (..., S, V)
    seen: np.ndarray  # bool, broadcasts to (..., L, S)
    parameters: dict[str, np.ndarray]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return the shapes of context and weights."""
        lead = self.query.shape[:-1]
        S, V = self.value.shape[-2:]
        return [(*lead, V), (*lead, S)]


def arguments(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    attn_mask: np.ndarray | None,
    parameters: Mapping[str, tuple[np.ndarray, tuple[int | str, ...]]],
) -> Arguments:
    """Check all arguments.

    `parameters` has an array and its shape by name; the letters "Q" and "K"
    in a shape stand for the features of a query and of a key.
    """
    q = _checks.floating("query", query)
    k = _checks.floating_like("key", key, "query", q)
    v = _checks.floating_like("value", value, "query", q)
    if q.ndim < 2:
        raise ValueError(
            f"query must have shape (..., L, Q), got query.shape={q.shape}"
        )
    _checks.shape("key", k, (*q.shape[:-2], "S", "K"))
    _checks.shape("value", v, (*k.shape[:-1], "V"))
    letters = {"Q": q.shape[-1], "K": k.shape[-1]}
    arrays = {}
    for name, (array, wanted) in parameters.items():
        arrays[name] = _checks.floating_like(name, array, "query", q)
        sizes = [letters.get(str(size), size) for size in wanted]
        _checks.shape(name, arrays[name], sizes)
    weights = (*q.shape[:-1], k.shape[-2])
    return Arguments(q, k, v, _seen(attn_mask, weights), arrays)


def by_loops(
    given: Arguments, score: Callable[[np.ndarray, np.ndarray], float]
) -> AttentionContext:
    """Return weights and context by the equations, pair by pair."""
    context, weights = (np.zeros(s, given.query.dtype) for s in given.shapes)
    seen = np.broadcast_to(given.seen, weights.shape)
    for at in np.ndindex(weights.shape[:-1]):
        keys, values = given.key[at[:-1]], given.value[at[:-1]]
        exps = {
            j: np.exp(score(given.query[at], keys[j]))
            for j in np.flatnonzero(seen[at])
        }
        for j, exp in exps.items():
            weights[at][j] = exp / sum(exps.values())
            context[at] += weights[at][j] * values[j]
    return AttentionContext(context, weights)


def attend(given: Arguments, scores: np.ndarray) -> AttentionContext:
    """Return the weighted mean of the values, and the weights."""
    weights = softmax_of_seen(scores, given.seen)
    return AttentionContext(weights @ given.value, weights)


def softmax_of_seen(scores: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return weights (..., L, S): 0 where not seen, else of sum 1 in a row.

    A row that sees nothing is 0.
    """
    e = np.where(seen, scores, scores.dtype.type(-np.inf))
    top = e.max(axis=-1, keepdims=True, initial=-np.inf)
    e -= np.where(np.isfinite(top), top, 0)
    np.exp(e, out=e)
    total = e.sum(axis=-1, keepdims=True)
    return np.divide(e, total, out=e, where=total > 0)


def context_backward(
    grad_output: Sequence[np.ndarray | None],
    given: Arguments,
    weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return dL/dscores (..., L, S) and dL/dvalue (..., S, V).

    With weights W of sum 1: dL/de = W * (dL/dW - sum of W * dL/dW).
    """
    grad_context, grad_weights = gradients_of(
        ["context", "weights"], grad_output, given.shapes, given.query
    )
    d = grad_context @ given.value.swapaxes(-1, -2) + grad_weights
    d -= np.vecdot(weights, d)[..., None]
    d *= weights
    return d, weights.swapaxes(-1, -2) @ grad_context


def outer(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the sum over all axes but the last of the outer products."""
    rows = left.reshape(-1, left.shape[-1])
    return rows.T @ right.reshape(-1, right.shape[-1])


def _seen(attn_mask: np.ndarray | None, wanted: tuple[int, ...]) -> np.ndarray:
    """Return the mask; all True stands for None."""
    if attn_mask is None:
        return np.ones((1, 1), bool)
    mask = np.asarray(attn_mask)
    if mask.dtype != bool:
        raise TypeError(
            "attn_mask must be boolean, True where a query sees a key, got "
            f"attn_mask.dtype={mask.dtype}"
        )
    try:
        fits = np.broadcast_shapes(mask.shape, wanted) == wanted
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"attn_mask must broadcast to (..., L, S)={wanted}, got "
            f"attn_mask.shape={mask.shape}"
        )
    return mask
