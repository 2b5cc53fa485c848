"""What all normalizations share: gradients by name, checks, blocks of rows."""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks

BLOCK_BYTES = 1 << 18  # rows worked on at a time; they stay in the L2 cache


class NormGradients(NamedTuple):
    """Gradients of a normalization; None where there was no such argument."""

    input: np.ndarray
    weight: np.ndarray | None
    bias: np.ndarray | None


def epsilon(eps: float) -> float:
    """Return `eps` as a float above 0: a variance may be 0."""
    value = _checks.real("eps", eps)
    if value <= 0:
        raise ValueError(f"eps must be positive, got eps={eps!r}")
    return value


def parameter(
    name: str,
    value: np.ndarray | None,
    shape: tuple[int, ...],
    input: np.ndarray,
) -> np.ndarray | None:
    """Return `value`, an optional array of this shape, once checked."""
    if value is None:
        return None
    array = _checks.floating_like(name, value, "input", input)
    _checks.shape(name, array, shape)
    return array


def gradient(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return `grad_output`, of the input's shape and dtype, once checked."""
    g = _checks.floating_like("grad_output", grad_output, "input", input)
    _checks.shape("grad_output", g, input.shape)
    return g


def blocks(rows: np.ndarray) -> list[slice]:
    """Return slices of the first axis, each about BLOCK_BYTES large."""
    step = max(1, BLOCK_BYTES // max(1, rows.itemsize * rows.shape[1]))
    return [slice(r, r + step) for r in range(0, len(rows), step)]


def scratch(rows: np.ndarray) -> np.ndarray:
    """Return an empty array with room for the largest block of `rows`."""
    return np.empty_like(rows[blocks(rows)[0]] if len(rows) else rows)
