"""Attention whose scores are products of query and key.

Page: docs/recurrent-networks/rnn-attention.md.

Axes: L queries, S keys and values, Q, K and V features of a query, a key and
a value; any axes before these are examples.
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
    "multiplicative_attention_definition",
    "multiplicative_attention",
    "multiplicative_attention_backward",
]


class MultiplicativeAttentionGradients(NamedTuple):
    """The gradients of `multiplicative_attention`'s arrays, in their order."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    weight: np.ndarray | None


def multiplicative_attention_definition(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray | None = None,
    attn_mask: np.ndarray | None = None,
) -> AttentionContext:
    """Evaluate the equations of `multiplicative_attention`, with loops."""
    given = _multiplicative(query, key, value, weight, attn_mask)
    weight = given.parameters.get("weight")

    def score(q: np.ndarray, k: np.ndarray) -> float:
        return float(q @ (k if weight is None else weight @ k))

    return by_loops(given, score)


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
    weight = given.parameters.get("weight")
    return attend(given, _products(given, weight))


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
    weight = given.parameters.get("weight")
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


def _multiplicative(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weight: np.ndarray | None,
    attn_mask: np.ndarray | None,
) -> Arguments:
    """Return the checked arguments of `multiplicative_attention`."""
    parameters = {} if weight is None else {"weight": (weight, ("Q", "K"))}
    given = arguments(query, key, value, attn_mask, parameters)
    if weight is None and given.query.shape[-1] != given.key.shape[-1]:
        raise ValueError(
            "key must have as many features as query where no weight is "
            f"given, got key.shape={given.key.shape}, "
            f"query.shape={given.query.shape}"
        )
    return given


def _products(given: Arguments, weight: np.ndarray | None) -> np.ndarray:
    """Return q^T W k of each pair, (..., L, S)."""
    q = given.query if weight is None else given.query @ weight
    return q @ given.key.swapaxes(-1, -2)
