"""The nodes of a computational graph over arrays.

Page: docs/neural-networks/backpropagation.md.

A variable holds an array and the edges into it: the operation that computed
it and that operation's inputs. An operation knows its function f and, for each
input, how to build the gradient from D, the gradient to its output. What it
builds are variables again, so that gradients can be differentiated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference_impl import _checks

__all__ = ["Variable", "Operation"]

NUMBERS = (int, float, np.integer, np.floating)


@dataclass(slots=True, eq=False)
class Operation:
    """A function of arrays, together with its gradients.

    Attributes
    ----------
    name : str
    f : callable
        Takes the input arrays, returns the output array.
    gradients : tuple of callable
        One for each input. Takes variables (D, output, *inputs), D being the
        gradient to the output, and returns that input's share.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Operation, Variable, grad
    >>> cube = Operation("cube", lambda x: x**3, (lambda D, y, x: D * 3 * x**2,))
    >>> x = Variable(np.array(2.0))
    >>> y = cube(x)
    >>> y, *grad(y, [x])
    (Variable(8., cube), Variable(12., multiply))
    """

    name: str
    f: Callable[..., np.ndarray]
    gradients: tuple[Callable[..., "Variable"], ...]

    def __call__(self, *inputs: Any) -> "Variable":
        """Return the variable that this operation computes from `inputs`."""
        for x in inputs:
            if type(x) is not Variable:
                inputs = tuple(map(as_node, inputs))
                break
        value = self.f(*[x.value for x in inputs])
        if type(value) is not np.ndarray:  # a number of NumPy's
            value = np.asarray(value)
        node = _new(Variable)
        node.value, node.operation, node.inputs = value, self, inputs
        return node

    def bprop(
        self,
        inputs: tuple["Variable", ...],
        X: "Variable",
        D: "Variable",
        output: "Variable",
    ) -> "Variable":
        """Return the gradient that D, at the output, sends back to X.

        Where X stands at several places among the inputs, the shares of all of
        them are added. `output` is the variable f computed: some gradients are
        cheapest in terms of it.
        """
        total = None
        for x, gradient in zip(inputs, self.gradients, strict=True):
            if x is X:
                share = gradient(D, output, *inputs)
                total = share if total is None else total + share
        if total is None:
            raise ValueError(f"X must be among inputs, got X={X}")
        return total


class Variable:
    """An array in a computational graph.

    Arithmetic, comparisons, indexing, the methods below, functions of NumPy
    (``np.exp(x)``, ``np.sum(x)``) and `apply` compute with it. A number beside
    it, also one of NumPy's, takes its dtype.

    Parameters
    ----------
    value : array_like, floating
        It is not copied: leave it alone while the graph is in use.

    Attributes
    ----------
    value : ndarray
    operation : Operation or None
        What computed it; None if you made it.
    inputs : tuple of Variable
        What it was computed from, in the order of the operation's arguments.

    Raises
    ------
    TypeError
        If `value` is not floating.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Variable
    >>> x = Variable(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> (x @ x - x).sum(axis=0)
    Variable([18., 26.], sum)
    """

    __slots__ = ("__weakref__", "inputs", "operation", "value")
    value: np.ndarray
    operation: Operation | None
    inputs: tuple["Variable", ...]

    def __init__(self, value: Any) -> None:
        self.value = _checks.floating("value", value)
        self.operation = None
        self.inputs = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.value.ndim

    @property
    def T(self) -> "Variable":
        """The array with its axes in the reverse order."""
        return arithmetic.transpose(self)

    def __add__(self, other: Any) -> "Variable":
        return arithmetic.ADD(self, like(other, self))

    def __mul__(self, other: Any) -> "Variable":
        return arithmetic.MULTIPLY(self, like(other, self))

    def __sub__(self, other: Any) -> "Variable":
        return arithmetic.SUBTRACT(self, like(other, self))

    def __truediv__(self, other: Any) -> "Variable":
        return arithmetic.DIVIDE(self, like(other, self))

    def __rsub__(self, other: Any) -> "Variable":
        return arithmetic.SUBTRACT(like(other, self), self)

    def __rtruediv__(self, other: Any) -> "Variable":
        return arithmetic.DIVIDE(like(other, self), self)

    def __pow__(self, exponent: Any) -> "Variable":
        return arithmetic.power(self, exponent)

    def __rpow__(self, base: Any) -> "Variable":
        return arithmetic.power(like(base, self), self)

    def __matmul__(self, other: Any) -> "Variable":
        return arithmetic.matmul(self, other)

    def __rmatmul__(self, other: Any) -> "Variable":
        return arithmetic.matmul(other, self)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> "Variable":
        return arithmetic.NEGATIVE(self)

    def __getitem__(self, index: Any) -> "Variable":
        return arithmetic.take(self, index)

    def __lt__(self, other: Any) -> np.ndarray:
        return self.value < _value(other)

    def __le__(self, other: Any) -> np.ndarray:
        return self.value <= _value(other)

    def __gt__(self, other: Any) -> np.ndarray:
        return self.value > _value(other)

    def __ge__(self, other: Any) -> np.ndarray:
        return self.value >= _value(other)

    def sum(self, axis: Any = None, keepdims: bool = False) -> "Variable":
        """Return the sum over `axis`."""
        return arithmetic.total(self, axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> "Variable":
        """Return the mean over `axis`."""
        if self.value.size == 0:
            raise ValueError(f"self must not be empty, got {self.shape=}")
        output = arithmetic.total(self, axis, keepdims)
        return output * (output.value.size / self.value.size)

    def max(self, axis: Any = None, keepdims: bool = False) -> "Variable":
        """Return the maximum over `axis`; equal maxima share its gradient."""
        return arithmetic.maximum_of(self, axis, keepdims)

    def reshape(self, *shape: Any) -> "Variable":
        """Return the array in another shape."""
        return arithmetic.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: int) -> "Variable":
        """Return the array with its axes in the order `axes`."""
        return arithmetic.transpose(self, axes or None)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any
    ) -> "Variable":
        if method != "__call__":
            return NotImplemented
        from reference_impl.neural_networks import backpropagation_operations

        return backpropagation_operations.apply(ufunc, *inputs, **kwargs)

    def __array_function__(
        self, function: Any, _: Any, args: Any, kwargs: Any
    ) -> Any:
        from reference_impl.neural_networks import backpropagation_operations

        return backpropagation_operations.apply(function, *args, **kwargs)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError(
            "value must be asked for by name, x.value: a Variable is not "
            f"turned into an array silently, got {self}"
        )

    def __repr__(self) -> str:
        prefix = "Variable("
        text = np.array2string(self.value, separator=", ", prefix=prefix)
        name = f", {self.operation.name}" if self.operation else ""
        return f"{prefix}{text}{name})"


_new: Any = object.__new__  # makes a variable without checking its value


def _constant(value: np.ndarray) -> Variable:
    """Return a variable of no operation without checking its value."""
    node = _new(Variable)
    node.value, node.operation, node.inputs = value, None, ()
    return node


def as_node(x: Any) -> Variable:
    """Return `x`; what is not a variable, as a constant."""
    return x if isinstance(x, Variable) else _constant(np.asarray(x))


def like(value: Any, x: Any) -> Any:
    """Return a number in the dtype of the variable `x`.

    All else is returned as it is.
    """
    if type(value) is Variable:
        return value
    if isinstance(value, NUMBERS) and isinstance(x, Variable):
        return _constant(np.asarray(value, x.value.dtype))
    return value


def _value(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else x


# After the classes: the arithmetic is made of operations.
from reference_impl.neural_networks import (  # noqa: E402
    _graph_arithmetic as arithmetic,
)
