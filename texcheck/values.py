"""The values of an evaluation: numbers, arrays, sequences, functions.

An index outside an array is an error, a negative one too.
"""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from texcheck.errors import EquationError

__all__ = [
    "Gradient",
    "Seq",
    "Value",
    "extent",
    "is_number",
    "moved",
    "ndim",
    "shape_text",
    "take",
    "to_value",
]

Value = Any


class Gradient(np.ndarray):
    """The derivative of a number by a vector: a row where that is needed."""


class Seq:
    """A sequence whose index does not start at 0, or reaches outside.

    Parameters
    ----------
    values : numpy.ndarray or list of numpy.ndarray
        The entries along the first axis; a list may hold different shapes.
    start : int
        The index of the first entry along each of `axes`.
    outside : float, numpy.ndarray or None
        The value at every other whole index; None makes that an error.
    axes : tuple of int
        The axes that `start` and `outside` speak of.

    Examples
    --------
    >>> import numpy as np
    >>> from texcheck import Seq
    >>> x = Seq(np.array([4.0, 5.0]), start=1, outside=0)
    >>> [x.at((i,)) for i in range(4)]
    [0, 4.0, 5.0, 0]
    """

    def __init__(
        self,
        values: np.ndarray | Sequence,
        start: int = 1,
        outside: float | np.ndarray | None = None,
        axes: tuple[int, ...] = (0,),
    ) -> None:
        if isinstance(values, Seq):
            raise TypeError("values must be an array or a list, got a Seq")
        ragged = isinstance(values, list | tuple) and any(
            np.ndim(v) for v in values
        )
        self.values: Any = (
            [to_value(v) for v in values] if ragged else _array(values)
        )
        if not ragged and np.ndim(values) == 0:
            raise ValueError("values must have an axis, got a number")
        if ragged and axes != (0,):
            raise ValueError(f"axes must be (0,) for a list, got axes={axes}")
        self.ndim = (
            1 + max(map(np.ndim, values)) if ragged else np.ndim(values)
        )
        if any(not 0 <= axis < self.ndim for axis in axes):
            raise ValueError(f"axes must be axes of values, got axes={axes}")
        self.start = int(start)
        self.outside = None if outside is None else to_value(outside)
        self.axes = tuple(axes)

    def extent(self, axis: int) -> range:
        """Return the indices along `axis` at which a value is stored."""
        if isinstance(self.values, list):
            if axis:
                raise EquationError("a list of arrays has no second axis")
            size = len(self.values)
        elif axis >= self.ndim:
            raise EquationError(f"a sequence has no axis {axis}", "index")
        else:
            size = self.values.shape[axis]
        first = self.start if axis in self.axes else 0
        return range(first, first + size)

    def at(self, index: tuple[int, ...]) -> Value:
        """Return the entry at `index`, or the value outside."""
        if isinstance(self.values, list):
            at = index[0] - self.start
            if 0 <= at < len(self.values):
                return take(self.values[at], index[1:])
            return take(self._beyond(index, 0), index[1:])
        if len(index) > self.ndim:
            raise EquationError(
                f"{len(index)} indices on {self.ndim} axes", "index"
            )
        if len(index) <= max(self.axes):
            raise EquationError(
                f"a sequence along axes {self.axes} needs all its indices",
                "index",
            )
        inner = []
        for axis, (i, size) in enumerate(
            zip(index, self.values.shape, strict=False)
        ):
            at = i - self.start if axis in self.axes else i
            if not 0 <= at < size:
                if axis not in self.axes:
                    raise _outside(i, axis, range(size))
                return self._fill(index, axis)
            inner.append(at)
        return take(self.values, tuple(inner))

    def _beyond(self, index: tuple[int, ...], axis: int) -> Value:
        if self.outside is None:
            raise _outside(index[axis], axis, self.extent(axis))
        return self.outside

    def _fill(self, index: tuple[int, ...], axis: int) -> Value:
        value = self._beyond(index, axis)
        if is_number(value):
            rest = self.values.shape[len(index) :]
            return np.full(rest, float(value)) if rest else value
        return take(value, index[1:])


def _outside(i: int, axis: int, inside: range) -> EquationError:
    if not inside:
        return EquationError(f"index {i} on the empty axis {axis}", "index")
    return EquationError(
        f"index {i} is outside {inside[0]}..{inside[-1]} of axis {axis}: "
        "write the range of its letter, or bind a Seq that reaches outside",
        "index",
    )


def _array(value: object) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind in "iub":
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    raise EquationError(
        f"a value must be numeric, got dtype {array.dtype}", "name"
    )


def to_value(value: object) -> Value:
    """Return `value` as a Python number, a float64 or int64 array or a Seq."""
    if isinstance(value, Seq) or type(value) in {int, float}:
        return value
    if isinstance(value, bool | np.bool_):
        return int(value)
    if isinstance(value, range | set | frozenset):
        return _array(sorted(value))
    if isinstance(value, list | tuple) and any(np.ndim(v) for v in value):
        return Seq(value, start=0)
    array = _array(value)
    return array.item() if array.ndim == 0 else array


def is_number(value: Value) -> bool:
    """Whether `value` is a single number."""
    return isinstance(value, (int, float))  # a union takes twice as long


def ndim(value: Value) -> int:
    """Return the number of axes: 0 for a number."""
    if isinstance(value, np.ndarray | Seq):
        return value.ndim
    return 0


def shape_text(value: Value) -> str:
    """Return what kind of value this is, for a message."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, Seq):
        return "a sequence"
    if is_number(value):
        return "a number"
    return "a function"


def extent(value: Value, axis: int) -> range:
    """Return the indices that `value` has along `axis`."""
    if isinstance(value, Seq):
        return value.extent(axis)
    if isinstance(value, np.ndarray) and axis < value.ndim:
        return range(value.shape[axis])
    raise EquationError(f"{shape_text(value)} has no axis {axis}", "index")


def moved(value: Value, index: tuple[int, ...], by: float) -> Value:
    """Return a copy of an array or a sequence whose entry is larger `by`."""
    if isinstance(value, Seq) and not isinstance(value.values, list):
        other = copy.copy(value)
        at = tuple(
            i - value.start if axis in value.axes else i
            for axis, i in enumerate(index)
        )
        other.values = moved(value.values, at, by)
        return other
    if not isinstance(value, np.ndarray):
        raise EquationError(f"{shape_text(value)} has no entries", "index")
    changed = np.array(value, dtype=float)
    changed[index] += by
    return changed


def take(value: Value, index: tuple[int, ...]) -> Value:
    """Return the entry of `value` at `index`; bounds are strict."""
    if not index:
        return value
    if isinstance(value, np.ndarray):
        if len(index) > value.ndim:
            raise EquationError(
                f"{len(index)} indices on {shape_text(value)}", "index"
            )
        for axis, (i, size) in enumerate(
            zip(index, value.shape, strict=False)
        ):
            if not 0 <= i < size:
                raise _outside(i, axis, range(size))
        if len(index) == value.ndim:
            return value.item(*index)
        return value[index]
    if isinstance(value, Seq):
        return value.at(index)
    raise EquationError(f"{shape_text(value)} takes no index", "index")
