"""Self-attention without parameters, and the weights of attention.

Page: docs/neural-networks/self-attention.md.

Axes: T elements of a sequence, D features of an element; L queries, S keys, E
features of a query and of a key. Axes before these are examples or heads.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _attention_heads
from reference_impl.neural_networks.scaled_attention import (
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
)

__all__ = [
    "dot_product_self_attention_definition",
    "dot_product_self_attention",
    "dot_product_self_attention_backward",
    "attention_weights",
]


def dot_product_self_attention_definition(input: np.ndarray) -> np.ndarray:
    """Evaluate the three steps of `dot_product_self_attention`, with loops."""
    x = _sequence(input)
    o = np.zeros_like(x)
    for *batch, i in np.ndindex(x.shape[:-1]):
        T, D = x.shape[-2:]
        omega = [
            sum(x[*batch, i, d] * x[*batch, j, d] for d in range(D))
            for j in range(T)
        ]
        total = sum(np.exp(omega[j]) for j in range(T))
        W = [np.exp(omega[j]) / total for j in range(T)]
        for j in range(T):
            o[*batch, i] += W[j] * x[*batch, j]
    return o


def dot_product_self_attention(input: np.ndarray) -> np.ndarray:
    """Replace each element by a mean of all, weighted by likeness.

    The likeness of two elements is their dot product; a softmax over the
    second one makes weights of it. There is nothing to learn.

    Parameters
    ----------
    input : ndarray of shape (..., T, D), floating
        Sequences of T elements.

    Returns
    -------
    ndarray of the shape and dtype of `input`
        `scaled_dot_product_attention` of the input with itself, and scale 1.

    Raises
    ------
    TypeError
        If `input` is not floating.
    ValueError
        If `input` has fewer than two axes.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 16, the
    basic form of self-attention.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import dot_product_self_attention
    >>> x = np.array([[0.0, 0.0], [0.0, 2.0]])
    >>> dot_product_self_attention(x).round(4)
    array([[0.   , 1.   ],
           [0.   , 1.964]])
    """
    x = _sequence(input)
    return scaled_dot_product_attention(x, x, x, scale=1.0)


def dot_product_self_attention_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput: each element was query, key and value at once.

    `grad_output` has the shape and dtype of `input`.
    """
    x = _sequence(input)
    grads = scaled_dot_product_attention_backward(
        grad_output, x, x, x, scale=1.0
    )
    return grads.query + grads.key + grads.value


def attention_weights(
    query: np.ndarray,
    key: np.ndarray,
    attn_mask: np.ndarray | None = None,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> np.ndarray:
    """Return the weights with which each query takes the values.

    Parameters
    ----------
    query, key, attn_mask, is_causal, scale, enable_gqa
        As in `scaled_dot_product_attention`.

    Returns
    -------
    ndarray of shape (..., L, S), dtype of `query`
        Each row adds up to 1, or is 0 for a query that sees no key.

    Raises
    ------
    TypeError
        As `scaled_dot_product_attention`.
    ValueError
        As `scaled_dot_product_attention`.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, equation 1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import attention_weights
    >>> x = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> attention_weights(x, x, is_causal=True).round(4)
    array([[1.    , 0.    ],
           [0.0558, 0.9442]])
    """
    heads = _attention_heads.arguments(
        query, key, key, attn_mask, 0.0, is_causal, scale, enable_gqa
    )
    A, S, _ = heads.key.shape
    weights = np.empty((A, heads.query.shape[1], S), heads.query.dtype)
    for block in heads.blocks():
        heads.weights(block, out=weights[block].reshape(-1))
    return weights.reshape(*heads.shape[:-1], S)


def _sequence(input: np.ndarray) -> np.ndarray:
    """Return `input` once checked."""
    x = _checks.floating("input", input)
    if x.ndim < 2:
        raise ValueError(
            f"input must have shape (..., T, D), got input.shape={x.shape}"
        )
    return x
