"""Multi-head attention, as a function of its parameters.

Page: docs/neural-networks/self-attention.md.

Axes: L queries, S keys, N batch, D features of the model, K and V features of
a key and of a value before they are projected, h heads. As in PyTorch the
sequence is the first axis.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _multi_head
from reference_impl.neural_networks._multi_head import Inputs, Projections
from reference_impl.neural_networks._multi_head_arguments import (
    InWeights,
    checked_inputs,
    joined,
    projections,
    shown,
)

__all__ = [
    "multi_head_attention_forward",
    "multi_head_attention_backward",
    "MultiHeadAttentionGradients",
]

Generator = int | np.random.Generator | None


def multi_head_attention_forward(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    *,
    num_heads: int,
    in_proj_weight: np.ndarray | None,
    in_proj_bias: np.ndarray | None,
    out_proj_weight: np.ndarray,
    out_proj_bias: np.ndarray | None,
    dropout_p: float = 0.0,
    key_padding_mask: np.ndarray | None = None,
    need_weights: bool = True,
    attn_mask: np.ndarray | None = None,
    q_proj_weight: np.ndarray | None = None,
    k_proj_weight: np.ndarray | None = None,
    v_proj_weight: np.ndarray | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
    generator: Generator = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Attend with several heads at once, each in a projection of its own.

    The names are those of PyTorch, which has more: `bias_k`, `bias_v`,
    `add_zero_attn`, `static_k` and `static_v` are not here, `training` is a
    `dropout_p` other than 0, and which weights are given says by itself
    whether they are separate.

    Parameters
    ----------
    query : ndarray of shape (L, N, D) or (L, D), floating
    key : ndarray of shape (S, N, K) or (S, K), dtype of `query`
    value : ndarray of shape (S, N, V) or (S, V), dtype of `query`
    num_heads : int
        h, a divisor of D.
    in_proj_weight : ndarray of shape (3*D, D), or None
        Those of query, key and value, one below the other. K = V = D.
    in_proj_bias : ndarray of shape (3*D,), or None
    out_proj_weight : ndarray of shape (D, D)
    out_proj_bias : ndarray of shape (D,), or None
    dropout_p : float in [0, 1], default 0.0
        Probability of dropping an attention weight.
    key_padding_mask : ndarray of shape (N, S) or (S,), optional
        Boolean, where **True hides a key** (the opposite of
        `scaled_dot_product_attention`); or floating, added to the scores.
    need_weights : bool, default True
        Return the weights too.
    attn_mask : ndarray of shape (L, S) or (N*h, L, S), optional
        Likewise, for each query by itself.
    q_proj_weight, k_proj_weight, v_proj_weight : ndarray, optional
        Of shapes (D, D), (D, K) and (D, V), instead of `in_proj_weight`.
    average_attn_weights : bool, default True
        Return the mean of the weights over the heads.
    is_causal : bool, default False
        Hide the keys after each query's own place, beside what masks hide.
    generator : int or numpy.random.Generator, optional
        Where dropout draws from; see `dropout`.

    Returns
    -------
    output : ndarray of shape (L, N, D) or (L, D), dtype of `query`
        A query that sees no key gets `out_proj_bias`, as from PyTorch with
        ``need_weights=False`` (it gives NaN otherwise).
    weights : ndarray of shape (N, L, S) or (N, h, L, S), or None
        Without N where the inputs have none. Nothing is dropped from them.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or `num_heads` is
        not an int.
    ValueError
        If shapes do not fit, `num_heads` does not divide D, or both or neither
        of the kinds of weights are given.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, section 3.2.2. PyTorch,
    ``torch.nn.functional.multi_head_attention_forward``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import multi_head_attention_forward
    >>> x, eye = np.array([[1.0, 0.0], [0.0, 2.0]]), np.eye(2)
    >>> output, weights = multi_head_attention_forward(
    ...     x, x, x, num_heads=2, in_proj_weight=np.vstack([eye, eye, eye]),
    ...     in_proj_bias=None, out_proj_weight=eye, out_proj_bias=None)
    >>> output.round(4)
    array([[0.7311, 1.    ],
           [0.5   , 1.964 ]])
    >>> weights.round(4)
    array([[0.6155, 0.3845],
           [0.259 , 0.741 ]])
    """
    inputs, layers, mask = _arguments(
        (query, key, value),
        num_heads,
        InWeights(in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight),
        in_proj_bias,
        (out_proj_weight, out_proj_bias),
        (attn_mask, key_padding_mask, is_causal),
    )
    output, run = _multi_head.forward(
        inputs, layers, num_heads, mask, dropout_p, generator
    )
    alone = np.ndim(query) == 2
    weights = (
        run.weights(average_attn_weights, alone) if need_weights else None
    )
    return output[0] if alone else output.swapaxes(0, 1), weights


class MultiHeadAttentionGradients(NamedTuple):
    """Gradients of multi-head attention; None for what was None."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    in_proj_weight: np.ndarray | None
    in_proj_bias: np.ndarray | None
    out_proj_weight: np.ndarray
    out_proj_bias: np.ndarray | None
    q_proj_weight: np.ndarray | None
    k_proj_weight: np.ndarray | None
    v_proj_weight: np.ndarray | None


def multi_head_attention_backward(
    grad_output: np.ndarray,
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    *,
    num_heads: int,
    in_proj_weight: np.ndarray | None,
    in_proj_bias: np.ndarray | None,
    out_proj_weight: np.ndarray,
    out_proj_bias: np.ndarray | None,
    dropout_p: float = 0.0,
    key_padding_mask: np.ndarray | None = None,
    attn_mask: np.ndarray | None = None,
    q_proj_weight: np.ndarray | None = None,
    k_proj_weight: np.ndarray | None = None,
    v_proj_weight: np.ndarray | None = None,
    is_causal: bool = False,
    generator: Generator = None,
) -> MultiHeadAttentionGradients:
    """Return the gradients of `multi_head_attention_forward`'s output.

    Masks count as constants, and the weights that are returned beside the
    output as not used.

    Parameters
    ----------
    grad_output : ndarray of shape (L, N, D) or (L, D), dtype of `query`
        dL/doutput.
    query, key, value, num_heads, in_proj_weight, in_proj_bias, \
out_proj_weight, out_proj_bias, dropout_p, key_padding_mask, attn_mask, \
q_proj_weight, k_proj_weight, v_proj_weight, is_causal
        As given to `multi_head_attention_forward`.
    generator : int or numpy.random.Generator, optional
        The same int, or a generator in the state in which it was given.

    Returns
    -------
    MultiHeadAttentionGradients
        A named tuple, each of its argument's shape; None for what was None.

    Raises
    ------
    TypeError
        As `multi_head_attention_forward`, or if `grad_output` has another
        dtype than `query`.
    ValueError
        As `multi_head_attention_forward`, or if `grad_output` has not the
        output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import multi_head_attention_backward
    >>> x, eye = np.array([[1.0, 0.0], [0.0, 2.0]]), np.eye(2)
    >>> grads = multi_head_attention_backward(
    ...     x, x, x, x, num_heads=2, in_proj_weight=np.vstack([eye, eye, eye]),
    ...     in_proj_bias=None, out_proj_weight=eye, out_proj_bias=None)
    >>> grads.value.round(4)
    array([[0.7311, 0.036 ],
           [0.2689, 1.964 ]])
    """
    inputs, layers, mask = _arguments(
        (query, key, value),
        num_heads,
        InWeights(in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight),
        in_proj_bias,
        (out_proj_weight, out_proj_bias),
        (attn_mask, key_padding_mask, is_causal),
    )
    g = _checks.floating_like("grad_output", grad_output, "query", inputs[0])
    _checks.shape("grad_output", g, np.shape(query))
    _, run = _multi_head.forward(
        inputs, layers, num_heads, mask, dropout_p, generator
    )
    alone = g.ndim == 2
    to_inputs, grads = _multi_head.backward(
        g[None] if alone else g.swapaxes(0, 1), run
    )
    q, k, v = (x[0] if alone else x.swapaxes(0, 1) for x in to_inputs)
    weights, bias = joined(grads, whole=in_proj_weight is not None)
    return MultiHeadAttentionGradients(
        q, k, v, weights.in_proj, bias, *grads.output, *weights[1:]
    )


def _arguments(
    inputs: Inputs,
    num_heads: int,
    weights: InWeights,
    in_bias: np.ndarray | None,
    out: tuple[np.ndarray, np.ndarray | None],
    masks: tuple[np.ndarray | None, np.ndarray | None, bool],
) -> tuple[Inputs, Projections, np.ndarray | None]:
    """Return inputs, batch first, projections and mask once checked."""
    alone = np.ndim(inputs[0]) == 2
    arrays = checked_inputs(*inputs, num_heads, batch_first=False)
    layers = projections(arrays, weights, in_bias, *out)
    mask = shown(*masks, arrays, num_heads, alone)
    return arrays, layers, mask
