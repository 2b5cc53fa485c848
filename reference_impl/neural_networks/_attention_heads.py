"""The arguments of attention, as one list of heads.

Axes: A all heads of all examples, L queries, S keys, E features of a query
and of a key, V features of a value. Grouped queries get an axis of their own
before L, along which the keys broadcast like along any other.
"""

from collections.abc import Iterator
from math import prod, sqrt
from typing import NamedTuple

import numpy as np

from reference_impl import _checks, _memory

BLOCK_BYTES = 1 << 20  # scores worked on at a time; they stay in the L2 cache
LARGE = 1e13  # far from the largest float32, and 1 / LARGE from the smallest
PART = 64  # queries worked on at a time where a mask hides all later keys


class Heads(NamedTuple):
    """The checked arguments of `scaled_dot_product_attention`."""

    query: np.ndarray  # (A, L, E)
    key: np.ndarray  # (A, S, E)
    value: np.ndarray  # (A, S, V)
    mask: np.ndarray | None  # (L, S) or (*leading, L, S), to be added
    factors: np.ndarray | None  # exp(mask), if that is 0 or 1 and (L, S)
    scale: float
    dropout_p: float
    own: list[tuple[int, ...]]  # leading axes of query, key and value
    leading: tuple[int, ...]  # what they broadcast to, of product A
    shape: tuple[int, ...]  # of the output

    def blocks(self, count: int = 1) -> Iterator[slice]:
        """Yield slices of A: `count` arrays of scores are BLOCK_BYTES large."""
        A, L, _ = self.query.shape
        head = max(1, count * L * self.key.shape[1] * self.query.itemsize)
        step = max(1, BLOCK_BYTES // head)
        yield from (slice(a, a + step) for a in range(0, A, step))

    def scratch(self, count: int = 1) -> list[np.ndarray]:
        """Return `count` empty arrays with room for the scores of a block."""
        first = next(self.blocks(count), slice(0))
        a, L, _ = self.query[first].shape
        room = (a * L * self.key.shape[1],)
        return [_memory.aligned(room, self.query.dtype) for _ in range(count)]

    def parts(self) -> list[tuple[slice, int]]:
        """Return slices of L, and how many of the first keys each may see."""
        L, S = self.query.shape[1], self.key.shape[1]
        if self.factors is None:
            return [(slice(L), S)]
        slices = [slice(start, start + PART) for start in range(0, L, PART)]
        seen = [np.flatnonzero(self.factors[s].max(axis=0)) for s in slices]
        return [
            (rows, int(keys[-1]) + 1 if len(keys) else 1)
            for rows, keys in zip(slices, seen, strict=True)
        ]

    def weights(self, block: slice, out: np.ndarray) -> np.ndarray:
        """Return the weights of a block of heads, shape (a, L, S).

        The rows add up to 1, or are 0 where all keys are masked.
        """
        keys = self.scaled_keys(block)
        p, total = self.exponentials(block, keys, slice(None), out)
        p /= total
        return p

    def exponentials(
        self, block: slice, keys: np.ndarray, rows: slice, out: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return weights before they are divided by their sum, and the sum.

        Of the queries `rows`, l of L, and the first n keys, given (a, E, n):
        shapes (a, l, n), written into `out`, and (a, l, 1). The sum of a row of
        zeros is set to 1.
        """
        query, n = self.query[block, rows], keys.shape[-1]
        p, ones = room(out, (*query.shape[:2], n)), np.ones((n, 1), out.dtype)
        if self._looks_simple():
            np.matmul(query, keys, out=p)
            with np.errstate(over="ignore", invalid="ignore"):
                np.exp(p, out=p)
                if self.factors is not None:  # faster than exp(-inf)
                    p *= self.factors[rows, :n]
                total = p @ ones
            if _ordinary(total):
                return p, total
        np.matmul(query, keys, out=p)
        with np.errstate(invalid="ignore"):  # inf - inf: NaN, as PyTorch
            p += self.added(block)[..., rows, :n]
            top = p.max(axis=-1, keepdims=True, initial=-np.inf)
            top[top == -np.inf] = 0
            p -= top
        np.exp(p, out=p)
        total = p @ ones
        total[total == 0] = 1
        return p, total

    def _looks_simple(self) -> bool:
        """Return whether to try it without subtracting a row's maximum."""
        simple = self.mask is None or self.factors is not None
        return simple and self.query.dtype != np.float16

    def scaled_keys(self, block: slice) -> np.ndarray:
        """Return scale * key, its last two axes swapped: (a, E, S)."""
        factor = self.query.dtype.type(self.scale)
        return np.multiply(self.key[block].swapaxes(1, 2), factor, order="C")

    def scaled_query(self, block: slice) -> np.ndarray:
        """Return scale * query, which is smaller than the scores."""
        return self.query[block] * self.query.dtype.type(self.scale)

    def added(self, block: slice) -> np.ndarray:
        """Return what to add to the scores, broadcastable to (a, L, S)."""
        if self.mask is None:
            return np.zeros((1, 1), self.query.dtype)
        if self.mask.ndim == 2:
            return self.mask
        heads = np.arange(*block.indices(len(self.query)))
        return self.mask[np.unravel_index(heads, self.leading)]

    def unflat(self, grad: np.ndarray, which: int) -> np.ndarray:
        """Return a gradient (A, m, n) to query, key or value: 0, 1 or 2."""
        matrix = grad.shape[1:]
        grad = grad.reshape(*self.leading, *matrix)
        own = (*self.own[which], *matrix)
        return unbroadcast(grad, own) if own != grad.shape else grad


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
    arrays = _arrays(query, key, value)
    _checks.one_of("is_causal", is_causal, (False, True))
    _checks.one_of("enable_gqa", enable_gqa, (False, True))
    p = _checks.real("dropout_p", dropout_p, 0, 1)
    q, k, v = arrays
    if scale is None:
        scale = 1 / sqrt(max(1, q.shape[-1]))
    own, leading = _leading(arrays, enable_gqa)
    outer = leading
    if enable_gqa:
        outer = (*leading[:-2], leading[-2] * leading[-1])
    L, S, V = q.shape[-2], k.shape[-2], v.shape[-1]
    mask = _mask(attn_mask, is_causal, q.dtype, (*outer, L, S))
    if mask is not None and mask.ndim > 2:
        mask = mask.reshape(*leading, L, S)
    factor = _checks.real("scale", scale)
    q, k, v = (_flat(x, own[i], leading) for i, x in enumerate(arrays))
    factors = None
    if mask is not None and mask.ndim == 2:
        seen = mask == 0
        if np.all(seen | (mask == -np.inf)):
            factors = seen.astype(q.dtype)
    shape = (*outer, L, V)
    return Heads(q, k, v, mask, factors, factor, p, own, leading, shape)


def _ordinary(total: np.ndarray) -> bool:
    """Return whether these sums of exponentials are far from all limits."""
    return bool(
        total.max(initial=1) < LARGE and total.min(initial=1) > 1 / LARGE
    )


def room(scratch: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the first entries of a flat array as an array of this shape."""
    return scratch[: prod(shape)].reshape(shape)


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the gradient to an array of `shape` that was broadcast.

    Each entry of the array was used several times: its gradient is the sum.
    """
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    wide = [i for i, n in enumerate(shape) if n == 1]
    return grad.sum(axis=tuple(wide), keepdims=True)


def _arrays(
    query: np.ndarray, key: np.ndarray, value: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (query, key, value), whose last two axes fit, once checked."""
    q = _checks.floating("query", query)
    k = _checks.floating_like("key", key, "query", q)
    v = _checks.floating_like("value", value, "query", q)
    for name, array in (("query", q), ("key", k), ("value", v)):
        if array.ndim < 2:
            raise ValueError(
                f"{name} must have 2 or more axes, "
                f"got {name}.shape={array.shape}"
            )
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(
            "key must have the last axis of query, got "
            f"key.shape={k.shape}, query.shape={q.shape}"
        )
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(
            "value must have as many rows as key, got "
            f"value.shape={v.shape}, key.shape={k.shape}"
        )
    return q, k, v


def _leading(
    arrays: tuple[np.ndarray, ...], enable_gqa: bool
) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """Return the leading axes of each array, and what they broadcast to."""
    own = [array.shape[:-2] for array in arrays]
    if enable_gqa:
        own = _grouped(own)
    try:
        return own, np.broadcast_shapes(*own)
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(
            "query, key and value must broadcast along all axes but the last "
            f"two, got shapes {shapes}"
        ) from None


def _grouped(own: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the leading axes, the heads split into (key heads, groups)."""
    heads = [axes[-1] if axes else 0 for axes in own]
    if 0 in heads or heads[1] != heads[2] or heads[0] % heads[1]:
        raise ValueError(
            "query must have a multiple of the heads of key and value with "
            f"enable_gqa=True, got leading axes {own[0]}, {own[1]}, {own[2]}"
        )
    groups = heads[0] // heads[1]
    return [
        (*axes[:-1], heads[1], size)
        for axes, size in zip(own, (groups, 1, 1), strict=True)
    ]


def _flat(
    array: np.ndarray, own: tuple[int, ...], leading: tuple[int, ...]
) -> np.ndarray:
    """Return an array with its leading axes broadcast, then made one."""
    matrix = array.shape[-2:]
    array = np.broadcast_to(array.reshape(*own, *matrix), (*leading, *matrix))
    return array.reshape(prod(leading), *matrix)


def _mask(
    attn_mask: np.ndarray | None,
    is_causal: bool,
    dtype: np.dtype,
    shape: tuple[int, ...],
) -> np.ndarray | None:
    """Return what to add to the scores: (L, S), or a view of `shape`."""
    if attn_mask is None:
        if not is_causal:
            return None
        return additive(np.tri(*shape[-2:], dtype=bool), dtype)
    mask = np.asarray(attn_mask)
    if is_causal:
        raise ValueError(
            "attn_mask must be None with is_causal=True, "
            f"got attn_mask.shape={mask.shape}"
        )
    if mask.dtype == bool:
        mask = additive(mask, dtype)
    elif mask.dtype != dtype:
        raise TypeError(
            "attn_mask must be boolean or have the dtype of query, got "
            f"attn_mask.dtype={mask.dtype}, query.dtype={dtype}"
        )
    while mask.ndim > 2 and len(mask) == 1:  # the same for all heads
        mask = mask[0]
    try:
        return np.broadcast_to(mask, shape[-2:] if mask.ndim <= 2 else shape)
    except ValueError:
        raise ValueError(
            f"attn_mask must broadcast to {shape}, "
            f"got attn_mask.shape={mask.shape}"
        ) from None


def additive(allowed: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return 0 where `allowed`, -inf elsewhere."""
    return np.where(allowed, dtype.type(0), dtype.type(-np.inf))
