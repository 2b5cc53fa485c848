"""The arguments of attention, as a list of heads.

Axes: A all heads (of all examples), L queries, S keys, E features of a query
and a key, V features of a value. Leading axes broadcast; with grouped queries
the axis before L and S is split, so that it broadcasts too.
"""

from collections.abc import Iterator
from math import prod, sqrt
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.dropout_layer import random_source

BLOCK_BYTES = 1 << 19  # scores worked on at a time; they stay in the L2 cache


class Heads(NamedTuple):
    """The checked arguments, every leading axis in one."""

    query: np.ndarray  # (A, L, E)
    key: np.ndarray  # (A, S, E)
    value: np.ndarray  # (A, S, V)
    mask: np.ndarray | None  # (*leading, L, S), to be added; zero strides
    leading: tuple[int, ...]  # of product A
    output_shape: tuple[int, ...]
    scale: float
    dropout_p: float

    def blocks(self) -> Iterator[slice]:
        """Yield slices of A whose scores are about BLOCK_BYTES large."""
        A, L, _ = self.query.shape
        head = max(1, L * self.key.shape[1] * self.query.itemsize)
        step = max(1, BLOCK_BYTES // head)
        yield from (slice(a, a + step) for a in range(0, A, step))

    def weights(self, block: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return exp(scores - maximum) (a, L, S) and their sums (a, L, 1).

        Where all keys are masked, the exponentials are 0 and the sum is set to
        1: what is divided by it is 0.
        """
        q = self.query[block] * self.query.dtype.type(self.scale)
        e = q @ self.key[block].swapaxes(-1, -2)
        if self.mask is not None:
            heads = np.arange(*block.indices(len(self.query)))
            if self.mask.ndim == 2:
                e += self.mask
            else:
                e += self.mask[np.unravel_index(heads, self.leading)]
        top = e.max(axis=-1, keepdims=True, initial=-np.inf)
        top[top == -np.inf] = 0
        with np.errstate(invalid="ignore"):  # inf - inf: NaN, as in PyTorch
            e -= top
        np.exp(e, out=e)
        total = e.sum(axis=-1, keepdims=True)
        total[total == 0] = 1
        return e, total


def arguments(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    attn_mask: np.ndarray | None,
    dropout_p: float,
    is_causal: bool,
    scale: float | None,
    enable_gqa: bool,
) -> Heads:
    """Return the arguments once checked."""
    q, k, v = _arrays(query, key, value)
    p = _checks.real("dropout_p", dropout_p, 0, 1)
    _checks.one_of("is_causal", is_causal, (False, True))
    _checks.one_of("enable_gqa", enable_gqa, (False, True))
    L, S, E = q.shape[-2], k.shape[-2], q.shape[-1]
    factor = 1 / sqrt(max(1, E)) if scale is None else scale
    factor = _checks.real("scale", factor)
    shapes, output_shape = _leading(q, k, v, enable_gqa)
    leading = np.broadcast_shapes(*shapes)
    A = prod(leading)
    heads = [
        np.broadcast_to(
            array.reshape(*shape, *array.shape[-2:]),
            (*leading, *array.shape[-2:]),
        ).reshape(A, *array.shape[-2:])
        for array, shape in zip((q, k, v), shapes, strict=True)
    ]
    mask = None
    if is_causal:
        if attn_mask is not None:
            raise ValueError(
                "attn_mask must be None with is_causal=True, "
                f"got attn_mask.shape={np.shape(attn_mask)}"
            )
        mask = np.where(np.tri(L, S, dtype=bool), 0, -np.inf).astype(q.dtype)
    elif attn_mask is not None:
        mask = _mask(attn_mask, q, (*output_shape[:-1], S), (*leading, L, S))
    return Heads(*heads, mask, leading, output_shape, factor, p)
