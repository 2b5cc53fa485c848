r"""The functions that LaTeX has of its own: ``\exp``, ``\lfloor``, norms."""

import math
from collections.abc import Callable

import numpy as np

from texcheck.errors import EquationError
from texcheck.values import Value, is_number, shape_text

__all__ = [
    "BUILTIN",
    "ELEMENTWISE",
    "absolute",
    "extreme",
    "inner",
    "modulo",
    "norm",
    "rounded",
]


def _elementwise(
    name: str,
    scalar: Callable[[float], float],
    array: Callable[[np.ndarray], np.ndarray],
) -> Callable[[Value], Value]:
    """Return the function for numbers and, entry by entry, for arrays."""

    def apply(value: Value) -> Value:
        if is_number(value):
            try:
                return scalar(value)
            except OverflowError:
                return math.inf
            except ValueError:
                raise EquationError(
                    f"{name} of {value} is not defined", "domain"
                ) from None
        if isinstance(value, np.ndarray):
            with np.errstate(all="ignore"):
                return np.asarray(array(np.asarray(value, dtype=float)))
        raise EquationError(f"{name} of {shape_text(value)}", "shape")

    return apply


def _log(x: float) -> float:
    return -math.inf if x == 0 else math.log(x)


def _logistic(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def _logistic_array(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _determinant(value: Value) -> Value:
    if is_number(value):
        return value
    return float(np.linalg.det(_square("the determinant", value)))


def _trace(value: Value) -> Value:
    return float(np.trace(_square("the trace", value)))


def _diagonal(value: Value) -> Value:
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return np.diag(value)
    return np.diag(_square("the diagonal", value)).copy()


def _square(name: str, value: Value) -> np.ndarray:
    if (
        not isinstance(value, np.ndarray)
        or value.ndim != 2
        or value.shape[0] != value.shape[1]
    ):
        raise EquationError(f"{name} of {shape_text(value)}", "shape")
    return value


ELEMENTWISE: dict[str, Callable[[Value], Value]] = {
    "exp": _elementwise("exp", math.exp, np.exp),
    "log": _elementwise("log", _log, np.log),
    "tanh": _elementwise("tanh", math.tanh, np.tanh),
    "sinh": _elementwise("sinh", math.sinh, np.sinh),
    "cosh": _elementwise("cosh", math.cosh, np.cosh),
    "sin": _elementwise("sin", math.sin, np.sin),
    "cos": _elementwise("cos", math.cos, np.cos),
    "tan": _elementwise("tan", math.tan, np.tan),
    "arctan": _elementwise("arctan", math.atan, np.arctan),
    "arcsin": _elementwise("arcsin", math.asin, np.arcsin),
    "arccos": _elementwise("arccos", math.acos, np.arccos),
    "sqrt": _elementwise("the root", math.sqrt, np.sqrt),
    "det": _determinant,
}

# Words and letters that mean a function where no such name is bound.
BUILTIN: dict[str, Callable[[Value], Value]] = {
    "sigma": _elementwise("sigma", _logistic, _logistic_array),
    "sign": _elementwise("sign", _sign, np.sign),
    "sgn": _elementwise("sign", _sign, np.sign),
    "tr": _trace,
    "diag": _diagonal,
}


def rounded(kind: str, value: Value) -> Value:
    """Return the floor or the ceiling as a whole number."""
    if isinstance(value, np.ndarray):
        whole = np.floor(value) if kind == "floor" else np.ceil(value)
        return whole.astype(np.int64)
    if not is_number(value) or not math.isfinite(value):
        raise EquationError(f"the {kind} of {shape_text(value)}", "domain")
    return math.floor(value) if kind == "floor" else math.ceil(value)


def absolute(value: Value) -> Value:
    """Return the absolute value of a number."""
    if is_number(value):
        return abs(value)
    raise EquationError(
        f"|x| of {shape_text(value)} has two readings: write \\det, \\lVert "
        "or an index",
        "shape",
    )


def norm(value: Value, order: object) -> float:
    """Return a norm; `order` is None, "F", "inf" or a number."""
    if not isinstance(value, np.ndarray) or value.ndim > 2:
        raise EquationError(f"a norm of {shape_text(value)}", "shape")
    if value.ndim == 2 and order != "F":
        raise EquationError(
            "this norm of a matrix has two readings: write _F, or a vector",
            "shape",
        )
    size = np.abs(np.asarray(value, dtype=float)).ravel()
    if order == "inf":
        return float(size.max())
    if order is None or order in {2, "F"}:
        return float(np.sqrt(np.sum(size**2)))
    if isinstance(order, int | float) and order >= 1:
        return float(np.sum(size**order) ** (1 / order))
    raise EquationError("a norm needs an order of 1 or more", "domain")


def inner(a: Value, b: Value) -> float:
    """Return the inner product of two arrays of one shape."""
    if (
        not isinstance(a, np.ndarray)
        or not isinstance(b, np.ndarray)
        or a.shape != b.shape
    ):
        raise EquationError(
            f"the inner product of {shape_text(a)} and {shape_text(b)}",
            "shape",
        )
    return float(np.sum(a * b))


def modulo(a: Value, b: Value) -> Value:
    """Return the remainder of two whole numbers."""
    if type(a) is not int or type(b) is not int:
        raise EquationError(r"\bmod needs two whole numbers", "domain")
    if b <= 0:
        raise EquationError(r"\bmod needs a positive modulus", "domain")
    return a % b


def extreme(op: str, values: list[Value]) -> Value:
    """Return the largest or smallest of numbers, entry by entry of arrays."""
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    if len(values) == 1 and arrays:
        if not arrays[0].size:
            raise EquationError(f"{op} of an empty array", "domain")
        value = arrays[0]
        return value.max().item() if op == "max" else value.min().item()
    if any(not is_number(v) and not isinstance(v, np.ndarray) for v in values):
        raise EquationError(f"{op} of a function or a sequence", "shape")
    if not arrays:
        return max(values) if op == "max" else min(values)
    if len({array.shape for array in arrays}) > 1:
        raise EquationError(f"{op} of arrays of several shapes", "shape")
    stacked = np.stack(np.broadcast_arrays(*values))
    return stacked.max(axis=0) if op == "max" else stacked.min(axis=0)
