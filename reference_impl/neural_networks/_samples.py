"""The samples of a classification loss, one a row, and what is true of them.

Axes: R rows (samples), C classes.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks


class Samples(NamedTuple):
    """Rows, and their true class or their true distribution.

    `distribution` (R, C), already weighted and smoothed, is None where the
    `classes` (R,) say all. `factors` (R,) weigh the rows, `weight` (C,) the
    classes. `divisor` is what a mean divides by, `shape` that of the losses.
    """

    rows: np.ndarray
    classes: np.ndarray
    distribution: np.ndarray | None
    factors: np.ndarray
    weight: np.ndarray
    divisor: float
    shape: tuple[int, ...]
    probabilistic: bool


def of_classes(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None,
    ignore_index: int,
) -> Samples:
    """Return the samples of a target that holds class indices."""
    x, rows, w = _scores(input, weight)
    y = np.asarray(target)
    if not np.issubdtype(y.dtype, np.integer):
        raise TypeError(f"target must be integer, got target.dtype={y.dtype}")
    _checks.shape("target", y, x.shape[:1] * (x.ndim > 1) + x.shape[2:])
    ignored = _checks.integer("ignore_index", ignore_index)
    kept = y.reshape(-1) != ignored
    classes = np.where(kept, y.reshape(-1), 0)
    outside = (classes < 0) | (classes >= rows.shape[1])
    if np.any(outside):
        raise ValueError(
            f"target must be in [0, {rows.shape[1]}) or ignore_index, got "
            f"an entry {classes[outside][0]}, ignore_index={ignored}"
        )
    factors = w[classes] * kept
    divisor = float(factors.sum(dtype=np.float64))
    return Samples(rows, classes, None, factors, w, divisor, y.shape, False)


def of_either(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None,
    ignore_index: int,
    label_smoothing: float,
) -> Samples:
    """Return the samples of a target of indices or of probabilities."""
    spread = _checks.real("label_smoothing", label_smoothing, 0, 1)
    if np.issubdtype(np.asarray(target).dtype, np.floating):
        return _of_probabilities(input, target, weight, ignore_index, spread)
    s = of_classes(input, target, weight, ignore_index)
    if spread == 0:
        return s
    # Ignored rows have a factor of 0, but so may classes of weight 0.
    kept = np.asarray(target).reshape(-1) != ignore_index
    share = spread / s.rows.shape[1]
    distribution = share * kept[:, None] * s.weight
    distribution[np.arange(len(kept)), s.classes] += (1 - spread) * s.factors
    return s._replace(distribution=distribution)


def from_rows(rows: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return (R, C) rows in the shape of `input`."""
    shape = np.shape(input)
    if len(shape) == 1:
        return rows.reshape(shape)
    last = rows.reshape(shape[0], *shape[2:], shape[1])
    return np.moveaxis(last, -1, 1)


def _of_probabilities(
    input: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None,
    ignore_index: int,
    spread: float,
) -> Samples:
    """Return the samples of a target that holds probabilities."""
    x, rows, w = _scores(input, weight)
    y = _checks.floating_like("target", target, "input", x)
    _checks.shape("target", y, x.shape)
    if _checks.integer("ignore_index", ignore_index) >= 0:
        raise ValueError(
            "ignore_index must not be given with probabilities, got "
            f"ignore_index={ignore_index}, target.dtype={y.dtype}"
        )
    if np.any(y < 0):
        raise ValueError(
            "target must have no negative probability, got "
            f"target.min()={y.min()}"
        )
    truth = (1 - spread) * _rows(y) + spread / rows.shape[1]
    shape = x.shape[:1] * (x.ndim > 1) + x.shape[2:]
    ones = np.ones(len(rows), rows.dtype)
    return Samples(
        rows,
        np.zeros(len(rows), int),
        w * truth,
        ones,
        w,
        len(rows),
        shape,
        True,
    )


def _scores(
    input: np.ndarray, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (input, input as rows, weight of each class)."""
    x = _checks.floating("input", input)
    if x.ndim == 0 or x.shape[min(1, x.ndim - 1)] == 0:
        raise ValueError(
            "input must have an axis of at least one class, got "
            f"input.shape={x.shape}"
        )
    rows = _rows(x)
    if weight is None:
        return x, rows, np.ones(rows.shape[1], x.dtype)
    w = _checks.floating_like("weight", weight, "input", x)
    _checks.shape("weight", w, (rows.shape[1],))
    return x, rows, w


def _rows(x: np.ndarray) -> np.ndarray:
    """Return (N, C, ...) or (C,) as (R, C)."""
    if x.ndim == 1:
        return x[None]
    classes = x.shape[1]
    return np.moveaxis(x, 1, -1).reshape(x.size // classes, classes)
