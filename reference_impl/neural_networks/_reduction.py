"""What all losses share: gradients by name, and the three reductions."""

from numbers import Real
from typing import NamedTuple

import numpy as np

from reference_impl import _checks

REDUCTIONS = ("none", "mean", "sum")


class LossGradients(NamedTuple):
    """Gradients of a loss; `target` is None where it holds class indices."""

    input: np.ndarray
    target: np.ndarray | None


def arrays(
    input: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (input, target), of equal shape and dtype, once checked."""
    x = _checks.floating("input", input)
    y = _checks.floating_like("target", target, "input", x)
    _checks.shape("target", y, x.shape)
    return x, y


def reduce(
    losses: np.ndarray, reduction: str, divisor: float | None = None
) -> np.ndarray:
    """Return the losses, their sum, or their sum over `divisor`.

    The divisor is the number of losses where it is not given.
    """
    _checks.one_of("reduction", reduction, REDUCTIONS)
    if reduction == "none":
        return losses
    # A sum of float16 is soon beyond the largest, 65504: a mean is not.
    total = np.sum(losses, dtype=np.promote_types(losses.dtype, np.float32))
    if reduction == "mean":
        total = total / total.dtype.type(_divisor(losses.size, divisor))
    return total.astype(losses.dtype)


def spread(
    grad_output: np.ndarray | float,
    losses_shape: tuple[int, ...],
    dtype: np.dtype,
    reduction: str,
    divisor: float | None = None,
) -> np.ndarray:
    """Return dL/dloss for every loss; it broadcasts with `losses_shape`.

    The gradient of a sum or mean is a number, which a Python float may be.
    """
    _checks.one_of("reduction", reduction, REDUCTIONS)
    if isinstance(grad_output, Real):
        grad_output = np.asarray(grad_output, dtype)
    g = _checks.floating("grad_output", grad_output)
    if reduction == "none":
        _checks.shape("grad_output", g, losses_shape)
        return g.astype(dtype, copy=False)
    _checks.shape("grad_output", g, ())
    if reduction == "mean":
        g = g.astype(np.promote_types(g.dtype, np.float32))
        g = g / _divisor(int(np.prod(losses_shape)), divisor)
    return np.asarray(g, dtype)


def with_batchmean(reduction: str, examples: int) -> tuple[str, float | None]:
    """Return (reduction, divisor) where "batchmean" is a fourth reduction.

    It is a mean that divides by the number of examples.
    """
    _checks.one_of("reduction", reduction, (*REDUCTIONS, "batchmean"))
    if reduction == "batchmean":
        return "mean", examples
    return reduction, None


def _divisor(count: int, divisor: float | None) -> float:
    """Return what a mean divides by; raise ValueError if that is 0."""
    if divisor is None:
        divisor = count
    if divisor == 0:
        raise ValueError(
            "reduction must not be 'mean' where no loss counts, got "
            f"reduction='mean', {count} losses of total weight 0"
        )
    return divisor
