r"""Derivatives of the page's own rows, taken numerically.

``\frac{\partial a}{\partial b}`` changes ``b`` a little, evaluates what the
rows of the page make of it, and takes the quotient, so that a formula for a
gradient is checked against the formulas it was derived from. Where a page
has no such rows, ``dL_dW`` may be bound instead.
"""

from collections.abc import Callable
from itertools import product as combinations

import numpy as np

from texcheck import scripts
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.names import Reading, label, spellings
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Derivative,
    Fraction,
    Node,
    Product,
    Scripts,
    Symbol,
    call_parts,
    walk,
)
from texcheck.values import Gradient, Value, is_number, take

__all__ = [
    "bound",
    "build",
    "derivable",
    "differentials",
    "numeric",
    "operator",
    "read",
]

_STEP = 2e-4
_NEAR = 0.02


def _head(node: Node) -> tuple[str, bool] | None:
    """Return the sign of a differential and whether it is immediate."""
    base = node.base if isinstance(node, Scripts) else node
    if base not in {Symbol("partial"), Symbol("d")}:
        return None
    assert isinstance(base, Symbol)
    if isinstance(node, Scripts):
        if base.base == "d" or node.sub:
            return None
        if tuple(part.kind for part in node.sup) != ("plus",):
            raise Unsupported(
                r"higher derivatives are not supported: write the "
                "derivative of a derivative"
            )
    return base.base, isinstance(node, Scripts)


def _split(node: Node) -> tuple[tuple[str, bool], Node | None] | None:
    """Return the differential sign and what it is of."""
    if isinstance(node, Product) and not node.ops[1]:
        head = _head(node.factors[0])
        if head is None:
            return None
        rest = node.factors[1:]
        if len(rest) == 1:
            return head, rest[0]
        return head, Product(("", *node.ops[2:]), rest)
    head = _head(node)
    return None if head is None else (head, None)


def read(node: Fraction, env: Env) -> Derivative | None:
    """Return the derivative that a fraction is, or None."""
    top, bottom = _split(node.top), _split(node.bottom)
    if top is None or bottom is None or bottom[1] is None:
        if top is not None and top[0][0] == "partial":
            raise EquationError(r"\partial without a variable below")
        return None
    if top[0][0] != bottom[0][0]:
        return None
    if top[0][0] == "d" and env.lookup("d") is not None:
        raise EquationError(
            r"d is bound, so d/d has two readings: write \partial", "name"
        )
    if top[1] is None:
        return None
    return Derivative(top[1], bottom[1], top[0][1], span=node.span)


def differentials(node: Node, env: Env) -> list[Node]:
    """Return what a derivative is of and taken by; nothing for others."""
    if isinstance(node, Fraction):
        found = read(node, env)
        return [found.top, found.bottom] if found else []
    first = node.factors[0] if isinstance(node, Product) else node
    rest = list(node.factors[1:]) if isinstance(node, Product) else []
    if isinstance(first, Scripts) and first.base == Symbol("nabla"):
        return [*first.sub, *rest]
    if isinstance(first, Fraction):
        top, bottom = _split(first.top), _split(first.bottom)
        if top and bottom and top[1] is None and bottom[1] is not None:
            return [bottom[1], *rest]
    return []


def operator(node: Product, env: Env) -> Closure | None:
    r"""Return ``\frac{\partial}{\partial x} f`` or ``\nabla_x f``."""
    first = node.factors[0]
    found: Derivative | None = None
    if isinstance(first, Fraction):
        top, bottom = _split(first.top), _split(first.bottom)
        if top is None or bottom is None or top[1] is not None:
            return None
        if bottom[1] is None or top[0][0] != bottom[0][0]:
            return None
        if top[0][0] == "d" and env.lookup("d") is not None:
            return None
        found = Derivative(_operand(node, env), bottom[1], top[0][1])
    elif first == Symbol("nabla"):
        return _gradient(node, env)
    elif isinstance(first, Scripts) and first.base == Symbol("nabla"):
        if len(first.sub) != 1 or first.sup:
            raise EquationError(r"\nabla needs the variable below it")
        found = Derivative(_operand(node, env), first.sub[0], nabla=True)
    return None if found is None else build(found, env)


def _gradient(node: Product, env: Env) -> Closure:
    r"""Return ``\nabla f(x)``, the gradient of a function where it is called."""
    applied = call_parts(*node.factors[1:]) if len(node.factors) == 3 else None
    reading = env.try_resolve(applied.head) if applied else None
    if (
        applied is None
        or reading is None
        or reading.known.kind != "function"
        or reading.index
        or reading.parts
        or len(applied.group.items) != 1
        or applied.after
    ):
        raise EquationError(
            r"\nabla without a variable below needs f(x), a function of one "
            r"argument: write \nabla_x"
        )
    argument, name = env.build(applied.group.items[0]), reading.name

    def gradient(s: Locals) -> Value:
        env.scope.inexact = True
        return _difference(
            lambda value: env.scope.call(name, [value]), argument(s)
        )

    return gradient


def _operand(node: Product, env: Env) -> Node:
    """Return the one thing behind a differential operator."""
    rest = node.factors[1:]
    if len(rest) == 1 and not node.ops[1]:
        return rest[0]
    if len(rest) == 2 and not any(node.ops) and call_parts(*rest):
        return Product(("", ""), rest)
    raise Unsupported(
        "several factors behind a differential operator have two readings: "
        "write brackets"
    )


def _variable(node: Derivative, env: Env) -> Reading:
    if not isinstance(node.bottom, Symbol | Scripts):
        raise EquationError("a derivative is taken by a name with an index")
    reading = env.try_resolve(node.bottom)
    if reading is None:
        raise EquationError(
            "unknown name: what the derivative is taken by is not bound",
            "name",
        )
    if reading.parts or reading.primes:
        raise EquationError("a derivative is taken by a plain name")
    return reading


def bound(node: Derivative, env: Env) -> tuple[str, tuple[Node, ...]] | None:
    """Return the bound name ``dL_dW`` with its index, or None."""
    if node.immediate or not isinstance(node.bottom, Symbol | Scripts):
        return None
    bottom = env.try_resolve(node.bottom)
    if bottom is None or bottom.parts:
        return None
    tops: list[tuple[str, tuple[Node, ...]]] = []
    if isinstance(node.top, Symbol | Scripts):
        reading = env.try_resolve(node.top)
        if reading is not None and not reading.parts:
            tops.append((reading.name, reading.index))
        else:
            tops += [(name, ()) for name in label(node.top)]
            if isinstance(node.top, Symbol):
                tops += [(name, ()) for name in spellings(node.top)]
    for name, index in tops:
        full = f"d{name}_d{bottom.name}"
        known, _ = env.scope.entry(full)
        if known is not None and known.kind != "function":
            return full, (*index, *bottom.index)
    return None


def derivable(node: Derivative, env: Env) -> bool:
    """Whether rows of the page say what the derivative is of."""
    scope = env.scope
    if isinstance(node.top, Symbol):
        reading = env.try_resolve(node.top)
        if reading is None:
            return False
    for inner in walk(node.top):
        if not isinstance(inner, Symbol | Scripts):
            continue
        reading = env.try_resolve(inner)
        if reading is None:
            continue
        name = reading.name
        if name in scope.rows or name in scope.definitions:
            return True
        if reading.known.kind in {"function", "local"}:
            return True
    return not isinstance(node.top, Symbol | Scripts)


def build(node: Derivative, env: Env) -> Closure:
    """Return the derivative: by the page's rows, else the bound array."""
    if derivable(node, env):
        return numeric(node, env)
    found = bound(node, env)
    if found is not None:
        return bound_value(found, env)
    raise EquationError(
        "no row of the page says what this derivative is of, and no array "
        "such as dL_dW is bound",
        "name",
    )


def bound_value(found: tuple[str, tuple[Node, ...]], env: Env) -> Closure:
    """Return the function that reads a bound derivative."""
    name, items = found
    known = env.lookup(name)
    index = scripts.indices(items, known.ndim if known else None, env)
    env.scope.read_names.add(name)
    return lambda s: env.scope.read(name, tuple([i(s) for i in index]))


def numeric(node: Derivative, env: Env) -> Closure:
    """Return the derivative by differences."""
    variable = _variable(node, env)
    top = env.build(node.top)
    index = scripts.indices(variable.index, variable.known.ndim, env)
    name = variable.name
    local = variable.known.kind in {"local", "letter"}
    held = _held(node, env) if node.immediate else None

    def derivative(s: Locals) -> Value:
        env.scope.inexact = True
        at = tuple([i(s) for i in index])
        if local:
            return _difference(_by_local(top, name, at, s), take(s[name], at))
        fixed = held(s) if held else None

        def function(value: Value) -> Value:
            with env.scope.changed(name, at, value, fixed):
                return top(s)

        return _difference(function, env.scope.read(name, at))

    return derivative


def _held(node: Derivative, env: Env) -> Callable[[Locals], tuple]:
    """Return what stays fixed in an immediate derivative: other times."""
    if not isinstance(node.top, Symbol | Scripts):
        raise EquationError(r"\partial^+ is taken of a name")
    reading = env.resolve(node.top)
    index = scripts.indices(reading.index, reading.known.ndim, env)
    return lambda s: (reading.name, tuple([i(s) for i in index]))


def _by_local(
    top: Closure, name: str, at: tuple[int, ...], s: Locals
) -> Callable[[Value], Value]:
    def function(value: Value) -> Value:
        whole = value
        if at:
            whole = np.array(s[name], dtype=float)
            whole[at] = value
        return top({**s, name: whole})

    return function


def _quotient(function: Callable[[float], Value], origin: float) -> Value:
    """Return the derivative at a number, by five-point differences."""
    step = _STEP * max(1.0, abs(origin))
    if abs(origin) < _NEAR:  # where a logarithm or a root bends fast
        step /= 10
    one = np.subtract(function(origin + step), function(origin - step))
    two = np.subtract(function(origin + 2 * step), function(origin - 2 * step))
    result = (8 * one - two) / (12 * step)
    return result.item() if np.ndim(result) == 0 else result


def _entry(
    function: Callable[[Value], Value],
    origin: np.ndarray,
    place: tuple[int, ...],
) -> Callable[[float], Value]:
    """Return `function` of one entry of its argument."""

    def entry(x: float) -> Value:
        changed = np.array(origin, dtype=float)
        changed[place] = x
        return function(changed)

    return entry


def _difference(function: Callable[[Value], Value], origin: Value) -> Value:
    """Return the derivative of `function` at a number or an array."""
    if is_number(origin):
        return _quotient(function, float(origin))
    if not isinstance(origin, np.ndarray):
        raise EquationError("a derivative by a sequence needs its index")
    columns = []
    for place in combinations(*map(range, origin.shape)):
        entry = _entry(function, origin, place)
        columns.append(_quotient(entry, float(origin[place])))
    if all(is_number(column) for column in columns):
        flat = np.array(columns, dtype=float).reshape(origin.shape)
        return flat.view(Gradient) if origin.ndim == 1 else flat
    if origin.ndim == 1 and columns[0].ndim == 1:
        return np.stack(columns, axis=1)
    raise EquationError(
        "a derivative of an array by an array with so many axes: write "
        "indices",
        "shape",
    )


def slope(
    function: Callable[[Value], Value], origin: Value, order: int, env: Env
) -> Value:
    """Return f'(x): of a number, or entry by entry of an array."""
    env.scope.inexact = True
    if order > 2:
        raise Unsupported("more than two primes are not supported")
    if order == 2:
        return slope(lambda x: slope(function, x, 1, env), origin, 1, env)
    if is_number(origin):
        return _quotient(function, float(origin))
    if not isinstance(origin, np.ndarray):
        raise EquationError("a prime needs a number or an array", "shape")
    value = np.array(origin, dtype=float)
    _refuse_mixing(function, value)
    result = np.empty(value.shape)
    for place in combinations(*map(range, value.shape)):
        entry = _entry(function, value, place)
        result[place] = take(_quotient(entry, float(value[place])), place)
    return result


def _refuse_mixing(
    function: Callable[[Value], Value], value: np.ndarray
) -> None:
    """Refuse f' where f does not work entry by entry."""
    before = np.asarray(function(value))
    if before.shape != value.shape:
        raise EquationError("f' of an array needs f entry by entry", "shape")
    changed = value.copy()
    changed.flat[0] += 0.5
    after = np.asarray(function(changed))
    if np.any(after.flat[1:] != before.flat[1:]):
        raise EquationError("f' of an array needs f entry by entry", "shape")
