"""The strict algebra of values.

1-D arrays are columns, juxtaposition is the matrix product, and only numbers
combine with arrays of another shape.
"""

import math

import numpy as np

from texcheck.errors import EquationError
from texcheck.values import Gradient, Value, is_number, ndim, shape_text

__all__ = [
    "add",
    "divide",
    "dot",
    "hadamard",
    "multiply",
    "negate",
    "power",
    "transpose",
]


# Most values by far are numbers of these types: they take a short way.
_NUMBERS = frozenset((int, float))


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
    if type(a) in _NUMBERS and type(b) in _NUMBERS:
        return a + b
    _same("the sum", a, b)
    return a + b


def negate(a: Value) -> Value:
    """Return -a."""
    if type(a) in _NUMBERS:
        return -a
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
    if type(a) in _NUMBERS and type(b) in _NUMBERS:
        return _finite_product(a, b)
    _operands("the product", a, b)
    if is_number(a) or is_number(b):
        return a * b
    if a.ndim > 2 or b.ndim > 2:
        raise EquationError(
            f"the product of shapes {a.shape} and {b.shape}: write indices",
            "shape",
        )
    is_row = isinstance(a, Gradient) and a.shape == b.shape[:1]
    if is_row and a.ndim == 1 and b.shape != (1, b.shape[-1]):
        row = np.asarray(a) @ np.asarray(b)
        return row.view(Gradient) if row.ndim else row.item()
    return _matrix_product(np.asarray(a), np.asarray(b))


def _finite_product(a: Value, b: Value) -> Value:
    """Return a b with whole numbers kept small enough to be quick."""
    whole = type(a) is int and type(b) is int
    if whole and a.bit_length() + b.bit_length() > 120:
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
    """Return the inverse, or the root of a symmetric matrix, or its inverse."""
    if b == -1 and a.ndim == 2 and a.shape[0] == a.shape[1]:
        try:
            return np.linalg.inv(a)
        except np.linalg.LinAlgError:
            raise EquationError("a singular matrix", "domain") from None
    if abs(b) == 0.5 and a.ndim == 2 and np.array_equal(a, a.T):
        values, vectors = np.linalg.eigh(a)
        if values.min(initial=1) <= 0:
            raise EquationError("a root of a matrix that has none", "domain")
        return vectors * values**b @ vectors.T
    raise EquationError(
        "a matrix to a power has two readings: write W W or W^{\\odot 2}",
        "shape",
    )


def _scalar_power(a: float, b: float) -> Value:
    whole = isinstance(a, int) and type(b) is int
    if whole and max(int(a).bit_length(), 1) * abs(b) > 120:
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
