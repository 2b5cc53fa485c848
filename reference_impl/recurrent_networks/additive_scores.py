"""Attention whose scores a small network gives.

Page: docs/recurrent-networks/rnn-attention.md.

Axes: L queries, S keys and values, Q, K and V features of a query, a key and
a value, A hidden units of the score; any axes before these are examples.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks.rnn_attention import (
    Arguments,
    AttentionContext,
    arguments,
    attend,
    by_loops,
    context_backward,
    outer,
    softmax_of_seen,
)

__all__ = [
    "additive_attention_definition",
    "additive_attention",
    "additive_attention_backward",
]


class AdditiveAttentionGradients(NamedTuple):
    """The gradients of `additive_attention`'s arrays, in their order."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    w_query: np.ndarray
    w_key: np.ndarray
    v: np.ndarray


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
    v, w_query, w_key = given.parameters.values()

    def score(q: np.ndarray, k: np.ndarray) -> float:
        return float(v @ np.tanh(w_query @ q + w_key @ k))

    return by_loops(given, score)


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
    scores = _features(given) @ given.parameters["v"]
    return attend(given, scores)


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
    v, w_query, w_key = given.parameters.values()
    u = _features(given)
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
    return arguments(query, key, value, attn_mask, parameters)


def _features(given: Arguments) -> np.ndarray:
    """Return tanh(W_query q + W_key k) of each pair, (..., L, S, A)."""
    _, w_query, w_key = given.parameters.values()
    z_query, z_key = given.query @ w_query.T, given.key @ w_key.T
    return np.tanh(z_query[..., :, None, :] + z_key[..., None, :, :])
