"""Attention of a recurrent network: additive and multiplicative.

Page: docs/recurrent-networks/rnn-attention.md.

Axes: L queries, S keys and values, Q, K and V features of a query, a key and
a value, A hidden units of the score; any axes before these are examples.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks import _attention_context
from reference_impl.recurrent_networks._attention_context import (
    Arguments,
    context_backward,
    outer,
    softmax_of_seen,
)

__all__ = [
    "AttentionContext",
    "additive_attention_definition",
    "additive_attention",
    "additive_attention_backward",
    "multiplicative_attention_definition",
    "multiplicative_attention",
    "multiplicative_attention_backward",
]


class AttentionContext(NamedTuple):
    """What attention finds, and where it looked."""

    context: np.ndarray  # (..., L, V)
    weights: np.ndarray  # (..., L, S)


class AdditiveAttentionGradients(NamedTuple):
    """The gradients of `additive_attention`'s arrays, in their order."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    w_query: np.ndarray
    w_key: np.ndarray
    v: np.ndarray


class MultiplicativeAttentionGradients(NamedTuple):
    """The gradients of `multiplicative_attention`'s arrays, in their order."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    weight: np.ndarray | None


def additive_attention_definition(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
    attn_mask: np.ndarray | None = None,
) -> AttentionContext:
    """Evaluate the equations of `additive_attention`, score by score."""
    given = _additive(query, key, value, w_query, w_key, v, attn_mask)

    def score(q: np.ndarray, k: np.ndarray) -> float:
        return float(v @ np.tanh(w_query @ q + w_key @ k))

    return _by_loops(given, score)


def additive_attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
    attn_mask: np.ndarray | None = None,
) -> AttentionContext:
    """Return the mean of the values, weighted by what a small network scores.

    A score is v^T tanh(W_query q + W_key k). With the two matrices side by
    side it is the "concat" score of Luong et al.

    Parameters
    ----------
    query : ndarray of shape (..., L, Q), floating
        States of the network that asks.
    key : ndarray of shape (..., S, K), dtype of `query`
        States of the network that is asked.
    value : ndarray of shape (..., S, V), dtype of `query`
        What is handed over; often `key` itself. The axes before the last two
        are the same in all three.
    w_query, w_key, v : ndarray of shapes (A, Q), (A, K) and (A,)
    attn_mask : boolean ndarray that broadcasts to (..., L, S), optional
        True where a query sees a key. To hide the padding of a batch:
        ``(np.arange(S) < lengths[:, None])[:, None]``.

    Returns
    -------
    AttentionContext
        A named tuple (context, weights) of shapes (..., L, V) and (..., L, S).
        For a query that sees no key both are 0.

    Raises
    ------
    TypeError
        If an array is not floating, dtypes differ or the mask is not boolean.
    ValueError
        If shapes do not fit.

    References
    ----------
    Bahdanau, Cho and Bengio 2015, *Neural machine translation by jointly
    learning to align and translate*, equations 5 and 6 and appendix A.1.2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import additive_attention
    >>> q, k = np.zeros((1, 1)), np.array([[0.0], [50.0]])
    >>> one, v = np.ones((1, 1)), np.array([np.log(3)])
    >>> found = additive_attention(q, k, np.array([[4.0], [8.0]]), one, one, v)
    >>> found.weights, found.context  # scores 0 and log 3
    (array([[0.25, 0.75]]), array([[7.]]))
    """
    given = _additive(query, key, value, w_query, w_key, v, attn_mask)
    scores = _features(given, w_query, w_key) @ v
    return _attend(given, scores)


def additive_attention_backward(
    grad_output: Sequence[np.ndarray | None],
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
    attn_mask: np.ndarray | None = None,
) -> AdditiveAttentionGradients:
    """Return the gradients of `additive_attention`.

    Parameters
    ----------
    grad_output : tuple (context, weights) of ndarray or None
        dL/dcontext and dL/dweights; None stands for zeros.
    query, key, value, w_query, w_key, v, attn_mask
        As given to `additive_attention`.

    Returns
    -------
    AdditiveAttentionGradients
        A named tuple (query, key, value, w_query, w_key, v), each of its
        argument's shape. Where key and value are one array its gradient is
        the sum of the two.

    Raises
    ------
    TypeError, ValueError
        As `additive_attention`; `grad_output` is a tuple of arrays of the
        outputs' shapes and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import additive_attention_backward
    >>> q, k = np.zeros((1, 1)), np.zeros((2, 1))
    >>> value, one = np.array([[4.0], [8.0]]), np.ones((1, 1))
    >>> grads = additive_attention_backward(
    ...     (one, None), q, k, value, one, one, np.ones(1)
    ... )
    >>> grads.key, grads.value
    (array([[-1.],
           [ 1.]]), array([[0.5],
           [0.5]]))
    """
    given = _additive(query, key, value, w_query, w_key, v, attn_mask)
    q, k, *_ = given
    u = _features(given, w_query, w_key)
    weights = softmax_of_seen(u @ v, given.seen)
    de, grad_value = context_backward(grad_output, given, weights)
    dz = de[..., None] * v * (1 - u**2)
    dz_query, dz_key = dz.sum(axis=-2), dz.sum(axis=-3)
    return AdditiveAttentionGradients(
        dz_query @ w_query,
        dz_key @ w_key,
        grad_value,
        outer(dz_query, q),
        outer(dz_key, k),
        outer(u, de[..., None])[:, 0],
    )


def multiplicative_attention_definition(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray | None = None,
    attn_mask: np.ndarray | None = None,
) -> AttentionContext:
    """Evaluate the equations of `multiplicative_attention`, with loops."""
    given = _multiplicative(query, key, value, weight, attn_mask)

    def score(q: np.ndarray, k: np.ndarray) -> float:
        return float(q @ (k if weight is None else weight @ k))

    return _by_loops(given, score)


def multiplicative_attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray | None = None,
    attn_mask: np.ndarray | None = None,
) -> AttentionContext:
    """Return the mean of the values, weighted by products of query and key.

    A score is q^T k ("dot"), or with a matrix q^T W k ("general").

    Parameters
    ----------
    query : ndarray of shape (..., L, Q), floating
    key : ndarray of shape (..., S, K), dtype of `query`
        Without `weight` K must be Q.
    value : ndarray of shape (..., S, V), dtype of `query`
        The axes before the last two are the same in all three.
    weight : ndarray of shape (Q, K), optional
    attn_mask : boolean ndarray that broadcasts to (..., L, S), optional
        True where a query sees a key.

    Returns
    -------
    AttentionContext
        A named tuple (context, weights), as of `additive_attention`.

    Raises
    ------
    TypeError
        If an array is not floating, dtypes differ or the mask is not boolean.
    ValueError
        If shapes do not fit.

    References
    ----------
    Luong, Pham and Manning 2015, *Effective approaches to attention-based
    neural machine translation*, section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import multiplicative_attention
    >>> q, k = np.array([[np.log(3)]]), np.array([[0.0], [1.0]])
    >>> found = multiplicative_attention(q, k, np.array([[4.0], [8.0]]))
    >>> found.weights.round(12), found.context.round(12)
    (array([[0.25, 0.75]]), array([[7.]]))
    """
    given = _multiplicative(query, key, value, weight, attn_mask)
    return _attend(given, _products(given, weight))


def multiplicative_attention_backward(
    grad_output: Sequence[np.ndarray | None],
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray | None = None,
    attn_mask: np.ndarray | None = None,
) -> MultiplicativeAttentionGradients:
    """Return the gradients of `multiplicative_attention`.

    Parameters
    ----------
    grad_output : tuple (context, weights) of ndarray or None
        dL/dcontext and dL/dweights; None stands for zeros.
    query, key, value, weight, attn_mask
        As given to `multiplicative_attention`.

    Returns
    -------
    MultiplicativeAttentionGradients
        A named tuple (query, key, value, weight), each of its argument's
        shape; the last is None where no `weight` was given.

    Raises
    ------
    TypeError, ValueError
        As `multiplicative_attention`; `grad_output` is a tuple of arrays of
        the outputs' shapes and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import multiplicative_attention_backward
    >>> q, k = np.zeros((1, 1)), np.array([[1.0], [3.0]])
    >>> value, g = np.array([[5.0], [7.0]]), np.array([[2.0]])
    >>> grads = multiplicative_attention_backward((g, None), q, k, value)
    >>> grads.query, grads.value.T
    (array([[2.]]), array([[1., 1.]]))
    """
    given = _multiplicative(query, key, value, weight, attn_mask)
    q, k, *_ = given
    weights = softmax_of_seen(_products(given, weight), given.seen)
    de, grad_value = context_backward(grad_output, given, weights)
    grad_projected = de @ k
    if weight is None:
        grad_key = de.swapaxes(-1, -2) @ q
        return MultiplicativeAttentionGradients(
            grad_projected, grad_key, grad_value, None
        )
    return MultiplicativeAttentionGradients(
        grad_projected @ weight.T,
        de.swapaxes(-1, -2) @ (q @ weight),
        grad_value,
        outer(q, grad_projected),
    )


def _additive(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
    attn_mask: np.ndarray | None,
) -> Arguments:
    """Return the checked arguments of `additive_attention`."""
    A = np.shape(v)[0] if np.ndim(v) == 1 else "A"
    parameters = {
        "v": (v, ("A",)),
        "w_query": (w_query, (A, "Q")),
        "w_key": (w_key, (A, "K")),
    }
    return _attention_context.arguments(
        query, key, value, attn_mask, parameters
    )


def _multiplicative(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray | None,
    attn_mask: np.ndarray | None,
) -> Arguments:
    """Return the checked arguments of `multiplicative_attention`."""
    parameters = {} if weight is None else {"weight": (weight, ("Q", "K"))}
    given = _attention_context.arguments(
        query, key, value, attn_mask, parameters
    )
    if weight is None and given.query.shape[-1] != given.key.shape[-1]:
        raise ValueError(
            "key must have as many features as query where no weight is "
            f"given, got key.shape={given.key.shape}, "
            f"query.shape={given.query.shape}"
        )
    return given


def _features(
    given: Arguments, w_query: np.ndarray, w_key: np.ndarray
) -> np.ndarray:
    """Return tanh(W_query q + W_key k) of each pair, (..., L, S, A)."""
    z_query, z_key = given.query @ w_query.T, given.key @ w_key.T
    return np.tanh(z_query[..., :, None, :] + z_key[..., None, :, :])


def _products(given: Arguments, weight: np.ndarray | None) -> np.ndarray:
    """Return q^T W k of each pair, (..., L, S)."""
    q = given.query if weight is None else given.query @ weight
    return q @ given.key.swapaxes(-1, -2)


def _attend(given: Arguments, scores: np.ndarray) -> AttentionContext:
    """Return the weighted mean of the values, and the weights."""
    weights = softmax_of_seen(scores, given.seen)
    return AttentionContext(weights @ given.value, weights)


def _by_loops(
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
