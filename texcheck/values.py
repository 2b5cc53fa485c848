"""The values of an evaluation and their strict algebra.

A value is a Python number, an array, a `Seq` or a function. 1-D arrays are
columns, only numbers combine with arrays of another shape, and an index
outside an array is an error.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from texcheck.errors import EquationError

__all__ = [
    "Gradient",
    "Seq",
    "Value",
    "add",
    "divide",
    "extent",
    "hadamard",
    "is_number",
    "multiply",
    "ndim",
    "negate",
    "power",
    "shape_text",
    "take",
    "to_value",
    "transpose",
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
    [0.0, 4.0, 5.0, 0.0]
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
        if not ragged and self.values.ndim == 0:
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
        f"index {i} is outside {inside[0]}..{inside[-1]} of axis {axis}",
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
    return isinstance(value, int | float)


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


def _operands(name: str, *values: Value) -> None:
    for value in values:
        if not (is_number(value) or isinstance(value, np.ndarray)):
            raise EquationError(
                f"{name} of {shape_text(value)}: give it an index or an "
                "argument",
                "shape",
            )


def _same(name: str, a: Value, b: Value) -> None:
    _operands(name, a, b)
    if is_number(a) or is_number(b):
        return
    if a.shape != b.shape:
        raise EquationError(
            f"{name} of shapes {a.shape} and {b.shape}: only numbers combine "
            "with an array of another shape",
            "shape",
        )


def add(a: Value, b: Value) -> Value:
    """Return a + b for equal shapes, or with a number."""
    if type(a) is float and type(b) is float:
        return a + b
    _same("the sum", a, b)
    return a + b


def negate(a: Value) -> Value:
    """Return -a."""
    _operands("the negative", a)
    return -a


def hadamard(a: Value, b: Value) -> Value:
    """Return the entrywise product of equal shapes."""
    _same("the entrywise product", a, b)
    return a * b


def multiply(a: Value, b: Value) -> Value:
    """Return the matrix product; a number scales."""
    if type(a) is float and type(b) is float:
        return a * b
    _operands("the product", a, b)
    if is_number(a) or is_number(b):
        return _finite_product(a, b)
    if a.ndim > 2 or b.ndim > 2:
        raise EquationError(
            f"the product of shapes {a.shape} and {b.shape}: write indices",
            "shape",
        )
    if isinstance(a, Gradient) and a.ndim == 1 and a.size == b.shape[0]:
        if not (b.ndim == 2 and b.shape[0] == 1):
            row = np.asarray(a) @ np.asarray(b)
            return row.view(Gradient) if row.ndim else row.item()
    return _matrix_product(np.asarray(a), np.asarray(b))


def _finite_product(a: Value, b: Value) -> Value:
    """Return a b with whole numbers kept small enough to be quick."""
    if type(a) is int and type(b) is int:
        if a.bit_length() + b.bit_length() > 120:
            return float(a) * float(b)
    return a * b


def _matrix_product(a: np.ndarray, b: np.ndarray) -> Value:
    left = a[:, np.newaxis] if a.ndim == 1 else a
    right = b[:, np.newaxis] if b.ndim == 1 else b
    if left.shape[1] != right.shape[0]:
        hint = ""
        if a.ndim == b.ndim == 1:
            hint = r": write x^\top y, x y^\top or x \odot y"
        raise EquationError(
            f"the matrix product of shapes {a.shape} and {b.shape}{hint}",
            "shape",
        )
    result = left @ right
    if result.size == 1:
        return result.item()
    return result[:, 0] if b.ndim == 1 else result


def dot(a: Value, b: Value) -> Value:
    r"""Return a \cdot b: the inner product of two columns, else a b."""
    if ndim(a) == 1 and ndim(b) == 1:
        _same("the dot product", a, b)
        return float(np.asarray(a) @ np.asarray(b))
    return multiply(a, b)


def divide(a: Value, b: Value) -> Value:
    """Return a / b; whole numbers that divide stay whole."""
    _same("the quotient", a, b)
    if is_number(b):
        if b == 0:
            raise EquationError("a division by zero", "domain")
        if type(a) is int and type(b) is int:
            if a % b == 0:
                return a // b
            try:
                return a / b
            except OverflowError:
                return math.inf
    with np.errstate(all="ignore"):
        return a / b


def power(a: Value, b: Value) -> Value:
    """Return a to the power b, entry by entry for a column."""
    _operands("the power", a, b)
    if not is_number(b):
        if not is_number(a):
            raise EquationError("an array to the power of an array", "shape")
        with np.errstate(all="ignore"):
            return np.power(float(a), b)
    if is_number(a):
        return _scalar_power(a, b)
    if a.ndim == 1:
        with np.errstate(all="ignore"):
            return np.power(np.asarray(a, dtype=float), b)
    return _matrix_power(a, b)


def _matrix_power(a: np.ndarray, b: float) -> Value:
    if b == -1 and a.ndim == 2 and a.shape[0] == a.shape[1]:
        try:
            return np.linalg.inv(a)
        except np.linalg.LinAlgError:
            raise EquationError("a singular matrix", "domain") from None
    raise EquationError(
        "a matrix to a power has two readings: write W W or W^{\\odot 2}",
        "shape",
    )


def _scalar_power(a: float, b: float) -> Value:
    small = type(b) is int and abs(b) <= 64
    if type(a) is int and type(b) is int and b >= 0:
        if not small or abs(a) >= 2**16 or a.bit_length() * b > 120:
            a = float(a)
    try:
        result = a**b
    except ZeroDivisionError:
        raise EquationError("zero to a negative power", "domain") from None
    except OverflowError:
        return math.inf
    if isinstance(result, complex):
        raise EquationError("a root of a negative number", "domain")
    return result


def transpose(a: Value) -> Value:
    """Return the transpose: of a column a row, of a number itself."""
    _operands("the transpose", a)
    if is_number(a):
        raise EquationError(r"a number has no transpose (\top)", "shape")
    if isinstance(a, Gradient) and a.ndim == 1:
        raise EquationError(
            "the transpose of a number's derivative by a vector has two "
            r"readings: write \nabla, or indices",
            "shape",
        )
    if a.ndim == 1:
        return a[np.newaxis, :]
    if a.ndim == 2:
        return a.T
    raise EquationError("a transpose of more than two axes", "shape")
