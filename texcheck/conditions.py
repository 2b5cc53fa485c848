"""Conditions: cases, indicators and membership."""

import operator
from collections.abc import Callable

import numpy as np

from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.scope import MAX_STEPS, Closure, Locals
from texcheck.tree import Cases, Compare, Dots, Group, Node
from texcheck.values import Value, is_number

__all__ = ["cases", "indicator", "members", "span", "truth", "whole"]

_RELATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def indicator(node: Node, env: Env) -> Closure:
    """Return the function that is 1 where a condition holds, else 0."""
    holds = truth(node, env)
    return lambda s: _one_or_zero(holds(s))


def _one_or_zero(value: Value) -> Value:
    if isinstance(value, np.ndarray):
        return value.astype(np.int64)
    return int(bool(value))


def truth(node: Node, env: Env) -> Closure:
    """Return the function that tells whether a condition holds."""
    if isinstance(node, Group) and node.kind in {"and", "or"}:
        parts = [truth(item, env) for item in node.items]
        join = np.all if node.kind == "and" else np.any
        return lambda s: join(np.array([part(s) for part in parts]), axis=0)
    if not isinstance(node, Compare):
        raise EquationError("a condition must be a comparison")
    if "in" in node.ops:
        return _membership(node, env)
    for op in node.ops:
        if op not in _RELATIONS:
            raise EquationError("this relation is not a condition")
    tests = [_RELATIONS[op] for op in node.ops]
    sides = [env.build(side) for side in node.sides]

    def holds(s: Locals) -> Value:
        values = [side(s) for side in sides]
        for value in values:
            if not (is_number(value) or isinstance(value, np.ndarray)):
                raise EquationError("a condition on a function", "shape")
        pairs = zip(tests, values, values[1:], strict=False)
        result: Value = True
        for test, left, right in pairs:
            if np.ndim(left) and np.ndim(right):
                raise EquationError(
                    "a condition on two arrays: write an index", "shape"
                )
            result = result & test(left, right)
        return result

    return holds


def cases(node: Cases, env: Env) -> Closure:
    """Return the function that chooses the case whose condition holds."""
    branches = [
        (None if test is None else truth(test, env), env.build(value))
        for value, test in zip(node.values, node.conditions, strict=True)
    ]

    def choose(s: Locals) -> Value:
        tests = [test(s) for test, _ in branches if test is not None]
        if any(np.ndim(test) for test in tests):
            return _by_entry(tests, [value(s) for _, value in branches])
        chosen = [
            value(s)
            for holds, (_, value) in zip(tests, branches, strict=False)
            if holds
        ]
        if not chosen and len(tests) < len(branches):
            chosen = [branches[-1][1](s)]
        if not chosen:
            raise EquationError("no case holds", "domain")
        if any(not np.array_equal(chosen[0], other) for other in chosen[1:]):
            raise EquationError("two cases hold, and differ", "domain")
        return chosen[0]

    return choose


def _by_entry(tests: list[Value], values: list[Value]) -> Value:
    """Choose a case for each entry of an array."""
    shape = np.broadcast_shapes(*(np.shape(test) for test in tests))
    for value in values:
        if np.shape(value) not in {(), shape}:
            raise EquationError("the cases have several shapes", "shape")
    held = np.sum([np.broadcast_to(test, shape) for test in tests], axis=0)
    if np.any(held > 1) or (len(tests) == len(values) and np.any(held < 1)):
        raise EquationError("no case holds, or two do", "domain")
    default = values[-1] if len(values) > len(tests) else 0.0
    return np.select(
        [np.broadcast_to(test, shape) for test in tests],
        [np.broadcast_to(v, shape) for v in values[: len(tests)]],
        default,
    )


def _membership(node: Compare, env: Env) -> Closure:
    if node.ops != ("in",):
        raise EquationError(r"\in stands between one value and one set")
    value, group = env.build(node.sides[0]), members(node.sides[1], env)
    return lambda s: value(s) in group(s)


def members(node: Node, env: Env) -> Closure:
    r"""Return the function that lists the whole numbers of a set.

    A set is a bound array of whole numbers, or braces around its entries;
    ``\{0, \dots, n\}`` is a range.
    """
    if isinstance(node, Group) and (
        node.kind == "{" or (node.kind == "[" and Dots() in node.items)
    ):
        return _listed(node, env)
    inner = env.build(node)

    def listed(s: Locals) -> list[int]:
        value = inner(s)
        if not isinstance(value, np.ndarray) or value.dtype.kind != "i":
            raise EquationError("a set must hold whole numbers", "range")
        if value.ndim != 1 or len(set(value.tolist())) < value.size:
            raise EquationError("a set must hold distinct numbers", "range")
        return value.tolist()

    return listed


def _listed(node: Group, env: Env) -> Closure:
    items = [item for item in node.items if not isinstance(item, Dots)]
    entries = [env.build(item) for item in items]
    if len(items) == len(node.items):
        return lambda s: [whole(entry(s)) for entry in entries]
    if not (
        len(items) in {2, 3}
        and len(node.items) == len(items) + 1
        and isinstance(node.items[-2], Dots)
    ):
        raise EquationError(r"a set is written \{a, b\} or \{a, \dots, b\}")

    def between(s: Locals) -> list[int]:
        first, *second, last = (whole(entry(s)) for entry in entries)
        if second and second[0] != first + 1:
            raise EquationError(
                "a set must go up by one: its second value is off", "range"
            )
        return list(span(first, last))

    return between


def whole(value: Value) -> int:
    """Return a whole number; raise for anything else."""
    if type(value) is not int:
        raise EquationError(
            f"a range must have whole bounds, got {value}", "range"
        )
    return value


def span(low: int, high: int) -> range:
    """Return the range with both ends; refuse what is too long to visit."""
    if high - low > MAX_STEPS:
        raise EquationError("a range of too many values", "work")
    return range(low, high + 1)
