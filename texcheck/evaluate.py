"""From a tree to a function that evaluates it."""

from collections.abc import Callable

import numpy as np

from texcheck import (
    calls,
    conditions,
    derivative,
    functions,
    loops,
    products,
    scripts,
)
from texcheck.algebra import add, divide, negate, power
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.scope import Closure, Locals, Scope
from texcheck.tree import (
    Big,
    Cases,
    Compare,
    Dots,
    Fraction,
    Function,
    Group,
    Matrix,
    Node,
    Number,
    Part,
    Product,
    Root,
    Scripts,
    Sum,
    Symbol,
)
from texcheck.values import Value

__all__ = ["build", "environment"]


def environment(
    scope: Scope,
    letters: frozenset[str] = frozenset(),
    local: frozenset[str] = frozenset(),
) -> Env:
    """Return the environment whose nodes this module evaluates."""
    return Env(scope, build, letters, local)


def build(node: Node, env: Env) -> Closure:
    """Return the function that evaluates `node` in `env`."""
    return _BUILDERS[type(node)](node, env)


def _number(node: Number, env: Env) -> Closure:
    if len(node.text) > 30:
        raise EquationError("a number of more than 30 digits")
    text = node.text
    value: float = int(text) if text.isdigit() else float(text)
    return lambda s: value


def _dots(node: Dots, env: Env) -> Closure:
    raise Unsupported(
        r"an ellipsis is not supported here: write \sum, \prod or a range"
    )


def _group(node: Group, env: Env) -> Closure:
    items = node.items
    if node.kind in {"and", "or"}:
        return conditions.truth(node, env)
    if len(items) == 1 and isinstance(items[0], Compare):
        if node.kind not in {"[", "{"}:
            raise Unsupported(
                "a condition in these brackets is not supported: write [...]"
            )
        return conditions.indicator(items[0], env)
    values = [env.build(item) for item in items]
    if node.kind == "<" and len(items) == 2:
        first, second = values
        return lambda s: functions.inner(first(s), second(s))
    if node.kind == "[" and len(items) > 1:
        return lambda s: calls.joined([value(s) for value in values])
    if len(items) > 1 or node.kind == "<":
        raise EquationError("a list in brackets has no value here")
    value = values[0]
    if node.kind in {"floor", "ceil"}:
        return lambda s: functions.rounded(node.kind, value(s))
    if node.kind == "abs":
        return lambda s: functions.absolute(value(s))
    if node.kind == "norm":
        return lambda s: functions.norm(value(s), None)
    return value


def _matrix(node: Matrix, env: Env) -> Closure:
    rows = [[env.build(item) for item in row] for row in node.rows]

    def matrix(s: Locals) -> Value:
        blocks = []
        column = len(rows[0]) == 1
        for row in rows:
            values = [np.asarray(item(s), dtype=float) for item in row]
            column = column and values[0].ndim < 2
            blocks.append(
                [
                    v[:, np.newaxis] if v.ndim == 1 else np.atleast_2d(v)
                    for v in values
                ]
            )
        try:
            result = np.block(blocks)
        except ValueError:
            raise EquationError(
                "the blocks of a matrix do not fit", "shape"
            ) from None
        return result[:, 0] if column else result

    return matrix


def _sum(node: Sum, env: Env) -> Closure:
    terms = [
        (sign == "-", env.build(term))
        for sign, term in zip(node.signs, node.terms, strict=True)
    ]

    def total(s: Locals) -> Value:
        result: Value = None
        for minus, term in terms:
            value = negate(term(s)) if minus else term(s)
            result = value if result is None else add(result, value)
        return result

    return total


def _fraction(node: Fraction, env: Env) -> Closure:
    found = derivative.read(node, env)
    if found is not None:
        return derivative.build(found, env)
    top, bottom = env.build(node.top), env.build(node.bottom)
    return lambda s: divide(top(s), bottom(s))


def _root(node: Root, env: Env) -> Closure:
    body = env.build(node.body)
    if node.degree is None:
        root = functions.ELEMENTWISE["sqrt"]
        return lambda s: root(body(s))
    degree = env.build(node.degree)
    return lambda s: power(body(s), divide(1, degree(s)))


def _function(node: Function, env: Env) -> Closure:
    if node.name in {"max", "min"}:
        assert isinstance(node.body, Group)
        values = [env.build(item) for item in node.body.items]
        return lambda s: functions.extreme(node.name, [v(s) for v in values])
    body = products.argument(node, env)
    apply = functions.ELEMENTWISE[node.name]
    value: Closure = lambda s: apply(body(s))  # noqa: E731
    if node.sub is not None:
        value = _to_base(value, env.build(node.sub))
    if node.power is None:
        return value
    return scripts.raised(value, (Part("expr", (node.power,)),), env)


def _to_base(value: Closure, base: Closure) -> Closure:
    log = functions.ELEMENTWISE["log"]
    return lambda s: divide(value(s), log(base(s)))


_BUILDERS: dict[type, Callable[..., Closure]] = {
    Number: _number,
    Dots: _dots,
    Symbol: scripts.symbol,
    Scripts: scripts.build,
    Group: _group,
    Product: products.build,
    Sum: _sum,
    Fraction: _fraction,
    Root: _root,
    Function: _function,
    Big: loops.build,
    Cases: conditions.cases,
    Matrix: _matrix,
    Compare: lambda node, env: _misplaced(),
}


def _misplaced() -> Closure:
    raise Unsupported(
        "a relation inside the formula is not supported: write [i = j]"
    )
