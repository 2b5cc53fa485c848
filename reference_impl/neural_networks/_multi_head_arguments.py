"""The arguments of multi-head attention, checked and made uniform.

Axes: N batch, L queries, S keys, D features of the model, K and V features of
a key and of a value before they are projected, h heads.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._attention_heads import additive
from reference_impl.neural_networks._multi_head import (
    Inputs,
    Projection,
    Projections,
)

Optional = np.ndarray | None


class InWeights(NamedTuple):
    """Weights in front of the heads: all in one, or one by one."""

    in_proj: Optional
    query: Optional
    key: Optional
    value: Optional


def checked_inputs(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    num_heads: int,
    batch_first: bool,
) -> Inputs:
    """Return (query, key, value), batch first, once checked."""
    q = _checks.floating("query", query)
    k = _checks.floating_like("key", key, "query", q)
    v = _checks.floating_like("value", value, "query", q)
    first, second = ("N", "L") if batch_first else ("L", "N")
    if q.ndim not in (2, 3):
        raise ValueError(
            f"query must have shape ({first}, {second}, D) or (L, D), "
            f"got query.shape={q.shape}"
        )
    h = _checks.integer("num_heads", num_heads, 1)
    if q.shape[-1] % h:
        raise ValueError(
            "num_heads must divide the last axis of query, got "
            f"num_heads={num_heads}, query.shape={q.shape}"
        )
    if q.ndim == 2:
        _checks.shape("key", k, ("S", "K"))
        _checks.shape("value", v, (len(k), "V"))
        return q[None], k[None], v[None]
    if not batch_first:
        q, k, v = (x.swapaxes(0, 1) if x.ndim == 3 else x for x in (q, k, v))
    for name, given, x in (("key", key, k), ("value", value, v)):
        rows = "S" if name == "key" else k.shape[1]
        if x.ndim != 3 or len(x) != len(q) or rows not in ("S", x.shape[1]):
            raise ValueError(
                f"{name} must have the batch axis of query, and value the "
                f"sequence axis of key, got {name}.shape={np.shape(given)}, "
                f"query.shape={np.shape(query)}, key.shape={np.shape(key)}"
            )
    return q, k, v


def projections(
    arrays: Inputs,
    weights: InWeights,
    in_bias: Optional,
    out_weight: np.ndarray,
    out_bias: Optional,
) -> Projections:
    """Return the four projections, views of the parameters, once checked."""
    q = arrays[0]
    D = q.shape[-1]
    separate = weights[1:]
    if weights.in_proj is None:
        if any(weight is None for weight in separate):
            raise ValueError(
                "in_proj_weight must be given, or q_proj_weight, "
                "k_proj_weight and v_proj_weight, got a None among each"
            )
        names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        parts = [
            _parameter(name, weight, (D, x.shape[-1]), q)
            for name, weight, x in zip(names, separate, arrays, strict=True)
        ]
    else:
        if any(weight is not None for weight in separate):
            raise ValueError(
                "in_proj_weight must be None with separate weights, got both"
            )
        for name, x in zip(("key", "value"), arrays[1:], strict=True):
            if x.shape[-1] != D:
                raise ValueError(
                    f"{name} must have {D} features with in_proj_weight, "
                    f"got {x.shape[-1]}"
                )
        whole = _parameter("in_proj_weight", weights.in_proj, (3 * D, D), q)
        parts = list(whole.reshape(3, D, D))
    biases: list[Optional] = [None] * 3
    if in_bias is not None:
        bias = _parameter("in_proj_bias", in_bias, (3 * D,), q)
        biases = list(bias.reshape(3, D))
    out = _parameter("out_proj_weight", out_weight, (D, D), q)
    if out_bias is not None:
        out_bias = _parameter("out_proj_bias", out_bias, (D,), q)
    return Projections(
        Projection(parts[0], biases[0]),
        Projection(parts[1], biases[1]),
        Projection(parts[2], biases[2]),
        Projection(out, out_bias),
    )


def joined(grads: Projections, whole: bool) -> tuple[InWeights, Optional]:
    """Return gradients to the weights in front, `whole` or not, and biases."""
    q, k, v, _ = grads
    bias = None
    if q.bias is not None and k.bias is not None and v.bias is not None:
        bias = np.concatenate([q.bias, k.bias, v.bias])
    if whole:
        rows = np.concatenate([q.weight, k.weight, v.weight])
        return InWeights(rows, None, None, None), bias
    return InWeights(None, q.weight, k.weight, v.weight), bias


def shown(
    attn_mask: Optional,
    key_padding_mask: Optional,
    is_causal: bool,
    arrays: Inputs,
    num_heads: int,
    alone: bool,
) -> Optional:
    """Return one mask as `scaled_dot_product_attention` takes it, or None.

    It broadcasts to (N, h, L, S). True **hides** a key in the arguments and
    shows it in what is returned. `alone` says that there is no batch axis.
    """
    q, k, _ = arrays
    N, L, S, dtype = len(q), q.shape[1], k.shape[1], q.dtype
    _checks.one_of("is_causal", is_causal, (False, True))
    masks = []
    if attn_mask is not None:
        mask = _mask("attn_mask", attn_mask, dtype)
        each = mask.ndim == 3
        _checks.shape(
            "attn_mask", mask, (N * num_heads, L, S) if each else (L, S)
        )
        leading = (N, num_heads) if each else (1, 1)
        masks.append(mask.reshape(*leading, L, S))
    if key_padding_mask is not None:
        mask = _mask("key_padding_mask", key_padding_mask, dtype)
        _checks.shape("key_padding_mask", mask, (S,) if alone else (N, S))
        masks.append(mask.reshape(N, 1, 1, S))
    if is_causal:
        masks.append(~np.tri(L, S, dtype=bool)[None, None])
    return _combined(masks, dtype)


def _combined(masks: list[np.ndarray], dtype: np.dtype) -> Optional:
    """Return one mask in which True shows a key, or one to add, or None."""
    if not masks:
        return None
    if all(mask.dtype == bool for mask in masks):
        hidden = masks[0]
        for mask in masks[1:]:
            hidden = hidden | mask
        return ~hidden
    total = np.zeros((1, 1, 1, 1), dtype)
    for mask in masks:
        total = total + (
            additive(~mask, dtype) if mask.dtype == bool else mask
        )
    return total


def _parameter(
    name: str, value: object, shape: tuple[int, ...], query: np.ndarray
) -> np.ndarray:
    """Return a parameter of this shape once checked."""
    array = _checks.floating_like(name, value, "query", query)
    _checks.shape(name, array, shape)
    return array


def _mask(name: str, value: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return a mask, boolean or to be added to the scores, once checked."""
    mask = np.asarray(value)
    if mask.dtype != bool and mask.dtype != dtype:
        raise TypeError(
            f"{name} must be boolean or have the dtype of query, got "
            f"{name}.dtype={mask.dtype}, query.dtype={dtype}"
        )
    return mask
