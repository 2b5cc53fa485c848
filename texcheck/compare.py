"""Whether two values agree, and what to say where they do not."""

import numpy as np

from texcheck.errors import EquationError
from texcheck.scope import Locals
from texcheck.values import Value, is_number, shape_text

__all__ = ["Agreement", "agree"]

# Relative to the size of the values; differences of rows are less exact.
TOLERANCE = 1e-9
DERIVATIVE_TOLERANCE = 1e-6
SINGLE_TOLERANCE = 1e-4
FLOOR = 1e-3

_TESTS = {
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "!=": np.not_equal,
}


class Agreement:
    """What has been compared so far: how many numbers, the largest error."""

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.comparisons = 0
        self.largest = 0.0

    def add(
        self, op: str, left: Value, right: Value, scale: float, s: Locals
    ) -> None:
        """Compare two values; raise where they differ."""
        one, two = _arrays(left, right, s)
        size = max(
            FLOOR,
            FLOOR * scale,
            float(np.max(np.abs(one[np.isfinite(one)]), initial=0)),
            float(np.max(np.abs(two[np.isfinite(two)]), initial=0)),
        )
        if np.any(np.isnan(one)) or np.any(np.isnan(two)):
            raise _differs(one, two, np.isnan(one) | np.isnan(two), s, op)
        self.comparisons += one.size
        with np.errstate(invalid="ignore"):
            error = np.where(one == two, 0.0, np.abs(one - two) / size)
        if op == "=":
            wrong = ~(error <= self.tolerance)
            self.largest = max(self.largest, float(np.max(error, initial=0)))
        else:
            close = error <= self.tolerance
            wrong = ~_TESTS[op](one, two)
            if op in {"<=", ">="}:
                wrong &= ~close
        if np.any(wrong):
            raise _differs(one, two, wrong, s, op)


def agree(left: Value, right: Value) -> bool:
    """Whether two values are equal within the tolerance."""
    try:
        Agreement(TOLERANCE).add("=", left, right, 0.0, {})
    except EquationError:
        return False
    return True


def _arrays(
    left: Value, right: Value, s: Locals
) -> tuple[np.ndarray, np.ndarray]:
    for side, value in enumerate((left, right), start=1):
        if not (is_number(value) or isinstance(value, np.ndarray)):
            raise EquationError(
                f"a side is {shape_text(value)}, not a number or an array",
                "shape",
            ).at(side=side)
    one, two = (np.asarray(v, dtype=float) for v in (left, right))
    if one.size == two.size == 1:
        return one.reshape(()), two.reshape(())
    if one.shape != two.shape:
        raise EquationError(
            f"left is {shape_text(left)}, right is {shape_text(right)}"
            + _letters(s),
            "shape",
            left=left,
            right=right,
        )
    return one, two


def _letters(s: Locals) -> str:
    values = [
        f"{name} = {value}" for name, value in s.items() if type(value) is int
    ]
    return f" at {', '.join(values)}" if values else ""


def _differs(
    one: np.ndarray, two: np.ndarray, wrong: np.ndarray, s: Locals, op: str
) -> EquationError:
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = _letters(s)
    if place:
        where += f", entry {list(place)}" if where else f" at {list(place)}"
    a, b = float(one[place]), float(two[place])
    what = "the sides are not equal"
    if op != "=":
        what = f"the relation {op} does not hold"
    count = ""
    if wrong.size > 1:
        count = f" ({int(wrong.sum())} of {wrong.size} differ)"
    return EquationError(
        f"{what}{where}: left is {a!r}, right is {b!r}{count}",
        "value",
        left=a,
        right=b,
        index=where.removeprefix(" at ") or None,
    )
