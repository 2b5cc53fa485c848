"""Back-propagation over numbers: the forward and the simplified algorithm.

Page: docs/neural-networks/backpropagation.md.

Nodes u[0], u[1], ... are numbers in the order in which they were computed,
the inputs first. Pa(i) are the parents of u[i]: the nodes it is computed from.
A node has at most two, so the whole graph fits in one list of rows
(j, du[i]/du[j], k, du[i]/du[k]); a parent that is missing is number -1.
"""

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

from reference_impl import _checks

__all__ = [
    "Scalar",
    "forward_propagation",
    "simplified_backprop",
    "simplified_backprop_definition",
]

Row = tuple[int, float, int, float]
NO_PARENTS: Row = (-1, 0.0, -1, 0.0)


class Scalar:
    """A number that writes down how it was computed.

    ``+ - * / **`` with scalars and numbers, and the methods `exp`, `log`,
    `tanh`, `sigmoid` and `relu`, give new scalars. `forward_propagation` makes
    the first ones.

    Attributes
    ----------
    value : float
    index : int
        i, where this is u[i].
    rows : list of tuple
        One row for each node of the graph: see the module's docstring.
    """

    __slots__ = ("index", "rows", "value")
    __array_ufunc__ = None  # a NumPy number leaves the arithmetic to us

    def __init__(self, value: float, rows: list[Row], row: Row) -> None:
        self.value = value
        self.index = len(rows)
        self.rows = rows
        rows.append(row)

    def __add__(self, other: Any) -> "Scalar":
        if type(other) is Scalar:
            if other.rows is not self.rows:
                raise _strangers(self, other)
            row = (self.index, 1.0, other.index, 1.0)
            return Scalar(self.value + other.value, self.rows, row)
        return self._unary(self.value + _number("other", other), 1.0)

    def __mul__(self, other: Any) -> "Scalar":
        if type(other) is Scalar:
            if other.rows is not self.rows:
                raise _strangers(self, other)
            row = (self.index, other.value, other.index, self.value)
            return Scalar(self.value * other.value, self.rows, row)
        other = _number("other", other)
        return self._unary(self.value * other, other)

    def __pow__(self, exponent: float) -> "Scalar":
        exponent = _checks.real("exponent", exponent)
        if self.value < 0 and exponent % 1:
            raise _outside("at least 0", self)
        if self.value == 0 and exponent < 1 and exponent:
            raise _outside("more than 0", self)
        slope = exponent * self.value ** (exponent - 1) if exponent else 0.0
        return self._unary(self.value**exponent, slope)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> "Scalar":
        return self * -1.0

    def __sub__(self, other: Any) -> "Scalar":
        return self + -other

    def __rsub__(self, other: float) -> "Scalar":
        return -self + other

    def __truediv__(self, other: Any) -> "Scalar":
        if type(other) is Scalar:
            return self * other**-1
        return self * (1 / _number("other", other))

    def __rtruediv__(self, other: float) -> "Scalar":
        return self**-1 * other

    def exp(self) -> "Scalar":
        """Return e to the power of this number."""
        value = math.exp(self.value)
        return self._unary(value, value)

    def log(self) -> "Scalar":
        """Return the natural logarithm."""
        if self.value <= 0:
            raise _outside("more than 0", self)
        return self._unary(math.log(self.value), 1 / self.value)

    def tanh(self) -> "Scalar":
        """Return the hyperbolic tangent."""
        value = math.tanh(self.value)
        return self._unary(value, 1 - value * value)

    def sigmoid(self) -> "Scalar":
        """Return the logistic sigmoid."""
        small = math.exp(-abs(self.value))
        value = (1.0 if self.value >= 0 else small) / (1 + small)
        return self._unary(value, small / (1 + small) ** 2)

    def relu(self) -> "Scalar":
        """Return max(0, value); the derivative at 0 is 0."""
        if self.value > 0:
            return self._unary(self.value, 1.0)
        return self._unary(0.0, 0.0)

    def _unary(self, value: float, slope: float) -> "Scalar":
        return Scalar(value, self.rows, (self.index, slope, -1, 0.0))

    def __repr__(self) -> str:
        return f"Scalar({self.value!r}, index={self.index})"


def forward_propagation(
    f: Callable[[list[Scalar]], Scalar], x: Sequence[float]
) -> Scalar:
    """Compute u[n - 1] = f(x) and keep how each node came from its parents.

    Parameters
    ----------
    f : callable
        Takes a list of n_i scalars, returns one.
    x : sequence of n_i numbers
        They become u[0], ..., u[n_i - 1].

    Returns
    -------
    Scalar
        The last node. Its graph goes on growing if you compute with it.

    Raises
    ------
    TypeError
        If `f` does not return a `Scalar` or x holds something not a number.
    ValueError
        If what `f` returns was not computed from this `x`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 6.1.

    Examples
    --------
    >>> from reference_impl import forward_propagation
    >>> forward_propagation(lambda x: x[0] * x[1] + x[0], [2.0, 5.0])
    Scalar(12.0, index=3)
    """
    rows: list[Row] = []
    u = [
        Scalar(_number(f"x[{i}]", value), rows, NO_PARENTS)
        for i, value in enumerate(x)
    ]
    last = f(u)
    if not isinstance(last, Scalar):
        raise TypeError(
            f"f must return a Scalar, got f(x)={last!r} of type "
            f"{type(last).__name__}"
        )
    if last.rows is not rows:
        raise ValueError(f"f must compute from its argument, got f(x)={last}")
    return last


def simplified_backprop_definition(u_n: Scalar) -> list[float]:
    """Evaluate the sum of `simplified_backprop` over all pairs of nodes."""
    rows, n = u_n.rows, u_n.index + 1
    grad_table = [0.0] * n
    grad_table[n - 1] = 1.0
    for j in range(n - 2, -1, -1):
        for i in range(j + 1, n):
            parents, slopes = rows[i][0::2], rows[i][1::2]
            for parent, slope in zip(parents, slopes, strict=True):
                if parent == j:  # j is in Pa(i)
                    grad_table[j] += grad_table[i] * slope
    return grad_table


def simplified_backprop(u_n: Scalar) -> list[float]:
    """Return the derivative of one node to each node before it.

    From the last node to the first, each hands its derivative on to its
    parents. One pass over the list does it: no recursion and no sorting.

    Parameters
    ----------
    u_n : Scalar
        The node to differentiate, as `forward_propagation` returned it or any
        other of its graph.

    Returns
    -------
    list of n floats
        grad_table[i] is the derivative of `u_n` to u[i]; the inputs of
        `forward_propagation` come first.

    Raises
    ------
    TypeError
        If `u_n` is not a `Scalar`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 6.2.

    Examples
    --------
    >>> from reference_impl import forward_propagation, simplified_backprop
    >>> u_n = forward_propagation(lambda x: x[0] * x[1] + x[0], [2.0, 5.0])
    >>> simplified_backprop(u_n)
    [6.0, 2.0, 1.0, 1.0]
    """
    if not isinstance(u_n, Scalar):
        raise TypeError(f"u_n must be a Scalar, got u_n={u_n!r}")
    n = u_n.index + 1
    grad_table = [0.0] * n + [0.0]  # the last cell, -1, is no parent's
    grad_table[n - 1] = 1.0
    rows = u_n.rows if n == len(u_n.rows) else u_n.rows[:n]
    for i, (j, to_j, k, to_k) in enumerate(reversed(rows), start=1):
        g = grad_table[n - i]
        grad_table[j] += g * to_j
        grad_table[k] += g * to_k
    return grad_table[:n]


def _number(name: str, value: object) -> float:
    """Return `value` as a float; it may be NaN or infinite."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {name}={value!r}")
    return float(value)


def _outside(requirement: str, node: Scalar) -> ValueError:
    return ValueError(f"value must be {requirement}, got value={node.value}")


def _strangers(one: Scalar, other: Scalar) -> ValueError:
    return ValueError(
        "other must come from the same forward_propagation, "
        f"got other={other}, self={one}"
    )
