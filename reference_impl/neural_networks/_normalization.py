"""What all normalizations share: gradients by name, checks, blocks of rows."""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks, _memory

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
    """Return `value`, optional, of this shape, once checked, and `wide`."""
    if value is None:
        return None
    array = _checks.floating_like(name, value, "input", input)
    _checks.shape(name, array, shape)
    return wide(array)


def gradient(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return `grad_output`, checked to be as the input is, and `wide`."""
    g = _checks.floating_like("grad_output", grad_output, "input", input)
    _checks.shape("grad_output", g, input.shape)
    return wide(g)


def wide(array: np.ndarray) -> np.ndarray:
    """Return `array`, float16 as float32: squares would overflow."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def like(
    output: np.ndarray, input: np.ndarray, shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """Return `output` in the dtype of `input`, and its shape or another."""
    array = np.asarray(input)
    output = output.reshape(array.shape if shape is None else shape)
    return output.astype(array.dtype, copy=False)


def blocks(rows: np.ndarray) -> list[slice]:
    """Return slices of the first axis, each about BLOCK_BYTES large."""
    step = max(1, BLOCK_BYTES // max(1, rows.itemsize * rows.shape[1]))
    return [slice(r, r + step) for r in range(0, len(rows), step)]


def scratch(rows: np.ndarray) -> np.ndarray:
    """Return an empty array with room for the largest block of `rows`."""
    shape = rows[blocks(rows)[0]].shape if len(rows) else rows.shape
    return _memory.aligned(shape, rows.dtype)
