"""Attention with queries, keys and values, scaled and masked.

Page: docs/neural-networks/self-attention.md.

Axes: L queries, S keys and values, E features of a query and of a key, V
features of a value; any axes before these are heads and examples.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _attention_heads
from reference_impl.neural_networks._attention_heads import Heads
from reference_impl.neural_networks.dropout_layer import (
    dropout,
    random_source,
)

__all__ = [
    "scaled_dot_product_attention_definition",
    "scaled_dot_product_attention",
    "scaled_dot_product_attention_backward",
    "AttentionGradients",
]

Generator = int | np.random.Generator | None


def scaled_dot_product_attention_definition(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    attn_mask: np.ndarray | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> np.ndarray:
    """Evaluate the equations of `scaled_dot_product_attention`, with loops.

    Only where nothing is dropped.
    """
    heads = _attention_heads.arguments(
        query, key, value, attn_mask, 0.0, is_causal, scale, enable_gqa
    )
    q, k, v = heads.query, heads.key, heads.value
    (A, L, E), (_, S, V) = q.shape, v.shape
    mask = np.zeros((A, L, S)) + heads.added(slice(A))
    o = np.zeros((A, L, V), q.dtype)
    for a in range(A):
        for i in range(L):
            omega = [
                heads.scale * sum(q[a, i, e] * k[a, j, e] for e in range(E))
                + mask[a, i, j]
                for j in range(S)
            ]
            seen = [j for j in range(S) if omega[j] != -np.inf]
            total = sum(np.exp(omega[j]) for j in seen)
            for j in seen:
                for d in range(V):
                    o[a, i, d] += np.exp(omega[j]) / total * v[a, j, d]
    return o.reshape(heads.shape)


def scaled_dot_product_attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    attn_mask: np.ndarray | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    generator: Generator = None,
) -> np.ndarray:
    """Return, for each query, the mean of the values that its keys call for.

    Parameters
    ----------
    query : ndarray of shape (..., L, E), floating
    key : ndarray of shape (..., S, E), dtype of `query`
    value : ndarray of shape (..., S, V), dtype of `query`
        The leading axes of the three broadcast.
    attn_mask : ndarray that broadcasts to (..., L, S), optional
        Boolean, where **True lets a query see a key**; or of the dtype of
        `query`, to be added to the scores.
    dropout_p : float in [0, 1], default 0.0
        Probability of dropping a weight. It acts whenever it is not 0.
    is_causal : bool, default False
        Let query i see keys 0..i only; instead of `attn_mask`.
    scale : float, optional
        What the dot products are multiplied with; 1/sqrt(E) when None.
    enable_gqa : bool, default False
        Let r heads of `query` share each head of `key` and `value`: of the
        axis before L there may be r times as many as of that before S.
    generator : int or numpy.random.Generator, optional
        Where dropout draws from; see `dropout`.

    Returns
    -------
    ndarray of shape (..., L, V), dtype of `query`
        0 for a query that sees no key, as PyTorch's kernels return (the
        formula in its documentation gives NaN).

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or dropout acts and
        there is nothing to draw from.
    ValueError
        If shapes do not fit or broadcast, both a mask and `is_causal` are
        given, `dropout_p` is outside [0, 1] or `scale` is not finite.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, equation 1. PyTorch,
    ``torch.nn.functional.scaled_dot_product_attention``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import scaled_dot_product_attention
    >>> x = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> scaled_dot_product_attention(x, x, x, is_causal=True).round(4)
    array([[1.    , 0.    ],
           [0.0558, 1.8884]])
    """
    heads = _attention_heads.arguments(
        query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
    )
    rng = random_source(generator) if heads.dropout_p else None
    A, L, _ = heads.query.shape
    output = np.empty((A, L, heads.shape[-1]), heads.query.dtype)
    (scores,) = heads.scratch()
    # Dropout draws for all scores of a block, as the backward pass does.
    parts = heads.parts() if rng is None else [(slice(L), heads.key.shape[1])]
    for block in heads.blocks():
        keys = heads.scaled_keys(block)
        for rows, n in parts:
            p, total = heads.exponentials(block, keys[..., :n], rows, scores)
            if rng is not None:
                p = dropout(p, heads.dropout_p, generator=rng)
            value, part = heads.value[block, :n], output[block, rows]
            np.matmul(p, value, out=part)
            part /= total
    return output.reshape(heads.shape)


class AttentionGradients(NamedTuple):
    """Gradients of attention; `attn_mask` is None unless it was floating."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    attn_mask: np.ndarray | None


def scaled_dot_product_attention_backward(
    grad_output: np.ndarray,
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    attn_mask: np.ndarray | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    generator: Generator = None,
) -> AttentionGradients:
    """Return the gradients of `scaled_dot_product_attention`.

    The weights are computed again, not kept: they are the largest array.

    Parameters
    ----------
    grad_output : ndarray of shape (..., L, V), dtype of `query`
        dL/doutput.
    query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
        As given to `scaled_dot_product_attention`.
    generator : int or numpy.random.Generator, optional
        The same int, or a generator in the state in which it was given.

    Returns
    -------
    AttentionGradients
        A named tuple (query, key, value, attn_mask), each of its argument's
        shape; the last is None for no mask, or a boolean one. A query that
        sees no key gets 0 and gives nothing.

    Raises
    ------
    TypeError
        As `scaled_dot_product_attention`, or if `grad_output` has another
        dtype than `query`.
    ValueError
        As `scaled_dot_product_attention`, or if `grad_output` has not the
        output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import scaled_dot_product_attention_backward
    >>> q, k = np.zeros((1, 1)), np.array([[1.0], [3.0]])
    >>> v, g = np.array([[5.0], [7.0]]), np.array([[2.0]])
    >>> grads = scaled_dot_product_attention_backward(g, q, k, v)
    >>> grads.query, grads.value.T
    (array([[2.]]), array([[1., 1.]]))
    """
    heads = _attention_heads.arguments(
        query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
    )
    g = _checks.floating_like("grad_output", grad_output, "query", heads.query)
    _checks.shape("grad_output", g, heads.shape)
    A, L, S = *heads.query.shape[:2], heads.key.shape[1]
    g = g.reshape(A, L, heads.shape[-1])
    rng = random_source(generator) if heads.dropout_p else None
    grads = [np.empty_like(array) for array in heads[:3]]
    mask = None if attn_mask is None else np.asarray(attn_mask)
    learns = mask is not None and mask.dtype != bool
    grad_scores = np.empty((A if learns else 0, L, S), g.dtype)
    work = heads.scratch(2)
    for block in heads.blocks(2):
        grad_block = _block_backward(g[block], heads, block, rng, grads, work)
        if learns:
            grad_scores[block] = grad_block
    grad_mask = None
    if mask is not None and learns:
        outer = grad_scores.reshape(*heads.shape[:-1], S)
        grad_mask = _attention_heads.unbroadcast(outer, mask.shape)
    return AttentionGradients(
        heads.unflat(grads[0], 0).reshape(np.shape(query)),
        heads.unflat(grads[1], 1).reshape(np.shape(key)),
        heads.unflat(grads[2], 2).reshape(np.shape(value)),
        grad_mask,
    )


def _block_backward(
    g: np.ndarray,
    heads: Heads,
    block: slice,
    rng: np.random.Generator | None,
    grads: list[np.ndarray],
    work: list[np.ndarray],
) -> np.ndarray:
    """Write the gradients of a block of heads; return dL/dscores (a, L, S).

    It is written into the second array of `work`; each has room for a block's
    scores. With weights p of sum 1: dL/dscore = p * (dL/dp - sum of p * dL/dp).
    """
    grad_query, grad_key, grad_value = (grad[block] for grad in grads)
    p = heads.weights(block, work[0])
    value = heads.value[block]
    scores = _attention_heads.room(work[1], p.shape)
    d = np.matmul(g, value.swapaxes(-1, -2), out=scores)
    taken = p
    if rng is not None:
        factors = dropout(np.ones_like(p), heads.dropout_p, generator=rng)
        taken = p * factors
        d *= factors
    np.matmul(taken.swapaxes(-1, -2), g, out=grad_value)
    d -= np.vecdot(p, d)[..., None]
    d *= p
    np.matmul(d, heads.key[block], out=grad_query)
    grad_query *= heads.query.dtype.type(heads.scale)
    np.matmul(d.swapaxes(-1, -2), heads.scaled_query(block), out=grad_key)
    return d
