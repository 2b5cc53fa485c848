r"""Bound letters: ``\sum``, ``\prod``, ``\max``, ``\arg\max`` and E."""

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from texcheck import calls, conditions, extents
from texcheck.algebra import add, multiply
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.names import letter_name, letters_in
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Big,
    Compare,
    Dots,
    Group,
    Node,
    Number,
    Product,
    call_parts,
)
from texcheck.values import Value, is_number, take

__all__ = ["Binder", "Loop", "average", "build", "mean"]


@dataclass(frozen=True)
class Binder:
    """A letter with the function that gives its values."""

    name: str
    values: Callable[[Locals], range | list[int]]


@dataclass(frozen=True)
class Loop:
    """The letters of a big operator and the conditions on them."""

    binders: tuple[Binder, ...]
    guards: tuple[Closure, ...]
    env: Env

    def run(self, s: Locals) -> Iterator[Locals]:
        """Yield the locals of each combination of letters."""
        yield from self._run(0, dict(s))

    def _run(self, depth: int, s: Locals) -> Iterator[Locals]:
        if depth == len(self.binders):
            self.env.scope.spend()
            if all(guard(s) for guard in self.guards):
                yield s
            return
        binder = self.binders[depth]
        for value in binder.values(s):
            s[binder.name] = value
            yield from self._run(depth + 1, s)


def build(node: Big, env: Env) -> Closure:
    """Return the function that evaluates a big operator."""
    loop = read(node, env)
    _refuse_trailing(node, loop)
    body = loop.env.build(node.body)
    if node.op in {"argmax", "argmin"}:
        return _best(node.op, loop, body)
    if node.op in {"max", "min"}:
        return _extreme(node.op, loop, body)
    combine, empty = (add, 0) if node.op == "sum" else (multiply, 1)

    def total(s: Locals) -> Value:
        result: Value = None
        for local in loop.run(s):
            value = body(local)
            result = value if result is None else combine(result, value)
        return empty if result is None else result

    return total


def _refuse_trailing(node: Big, loop: Loop) -> None:
    r"""Refuse ``\prod_i a_i b``, where b may be inside or not."""
    if node.op == "sum" or not isinstance(node.body, Product):
        return
    names = {binder.name for binder in loop.binders}
    last = node.body.factors[-1:]
    applied = call_parts(*node.body.factors[-2:])
    if not node.body.ops[-1] and calls.is_one(applied, loop.env):
        last = node.body.factors[-2:]
    if not any(names & letters_in(factor) for factor in last):
        raise Unsupported(
            f"a factor behind \\{node.op} without its letter has two "
            "readings: write brackets"
        )


def _numbers(op: str, loop: Loop, body: Closure, s: Locals) -> Iterator[tuple]:
    for local in loop.run(s):
        value = body(local)
        if not is_number(value):
            raise EquationError(f"{op} of an array for a letter", "shape")
        yield value, local


def _extreme(op: str, loop: Loop, body: Closure) -> Closure:
    choose = max if op == "max" else min

    def extreme(s: Locals) -> Value:
        values = [value for value, _ in _numbers(op, loop, body, s)]
        if not values:
            raise EquationError(f"{op} over an empty range", "range")
        return choose(values)

    return extreme


def _best(op: str, loop: Loop, body: Closure) -> Closure:
    if len(loop.binders) != 1:
        raise EquationError(f"{op} needs one letter")
    name = loop.binders[0].name
    sign = 1 if op == "argmax" else -1

    def best(s: Locals) -> Value:
        found = [(sign * v, t[name]) for v, t in _numbers(op, loop, body, s)]
        if not found:
            raise EquationError(f"{op} over an empty range", "range")
        top = max(value for value, _ in found)
        places = [place for value, place in found if value == top]
        if len(places) > 1:
            raise EquationError(f"{op} is reached at two letters", "domain")
        return places[0]

    return best


# What stands under the sign.


def read(node: Big, env: Env) -> Loop:
    """Return the letters of a big operator with their ranges."""
    items, binders, guards = _unfolded(node.sub), [], []
    pending: list[Node] = []
    while items:
        item = items.pop(0)
        if not isinstance(item, Compare):
            pending.append(item)
            continue
        if item.ops == ("=",) and _is_condition(item, node, env):
            guards.append(item)
            continue
        if item.ops == ("=",):
            found = _from_to(node, pending, item, items, env)
            pending = []
        elif item.ops == ("in",):
            group = conditions.members(item.sides[1], env)
            names = [env.fresh(n) for n in (*pending, item.sides[0])]
            found, pending = [Binder(name, group) for name in names], []
        else:
            found = _chained(node, item, env)
            guards.append(item)
        for binder in found:
            env = env.with_letters(binder.name)
        binders += found
    for letter in pending:
        if node.sup is not None:
            raise EquationError("an upper limit without a lower one")
        name = env.fresh(letter)
        env = env.with_letters(name)
        binders.append(_inferred(name, node.body, env))
    tests = tuple(conditions.truth(guard, env) for guard in guards)
    return Loop(_ordered(binders, node, env), tests, env)


def _unfolded(items: tuple[Node, ...]) -> list[Node]:
    """Return the items with ``i : condition`` taken apart."""
    found: list[Node] = []
    for item in items:
        parts: tuple[Node, ...] = (item,)
        if isinstance(item, Group) and item.kind == ":":
            if isinstance(item.items[-1], Compare):
                parts = item.items
        found += parts
    return found


def _is_condition(item: Compare, node: Big, env: Env) -> bool:
    """Whether an equality restricts letters instead of starting a range."""
    name = letter_name(item.sides[0])
    return node.sup is None and (name is None or name in env.letters)


def _ordered(binders: list[Binder], node: Big, env: Env) -> tuple[Binder, ...]:
    """Return the binders; infer what was left to be inferred."""
    if not binders:
        raise EquationError("a big operator without a letter")
    return tuple(
        _inferred(binder.name, node.body, env)
        if binder.values is _unknown
        else binder
        for binder in binders
    )


def _unknown(s: Locals) -> range:
    raise EquationError("a range that is not known", "range")


def _inferred(name: str, body: Node, env: Env) -> Binder:
    found = extents.infer(name, [body], env)
    return Binder(name, found)


def _from_to(
    node: Big, pending: list[Node], item: Compare, items: list[Node], env: Env
) -> list[Binder]:
    r"""Read ``k = a`` with an upper limit, ``k = a, \dots, b``, ``k = 1, 2``."""
    letters = [env.fresh(n) for n in (*pending, item.sides[0])]
    low = env.build(item.sides[1])
    if items and Dots() in items[:2]:
        at = items.index(Dots())
        if node.sup is not None or len(items) < at + 2:
            raise EquationError("a range ends with its last value")
        high = env.build(items[at + 1])
        del items[: at + 2]
    elif node.sup is not None:
        upper = node.sup
        if isinstance(upper, Compare):
            raise EquationError("an upper limit is a value")
        high = env.build(upper)
    elif items and isinstance(items[0], Number):
        return [Binder(name, _listed(item, items, env)) for name in letters]
    else:
        raise EquationError("a range without an upper limit", "range")
    return [
        Binder(name, _between(name, low, high, node, env.with_letters(name)))
        for name in letters
    ]


def _listed(
    item: Compare, items: list[Node], env: Env
) -> Callable[[Locals], list[int]]:
    """Return the values of ``i = 1, 2``, and take them from `items`."""
    count = next(
        (k for k, n in enumerate(items) if not isinstance(n, Number)),
        len(items),
    )
    group = Group("{", (item.sides[1], *items[:count]))
    del items[:count]
    return conditions.members(group, env)


def _between(
    name: str, low: Closure, high: Closure, node: Big, env: Env
) -> Callable[[Locals], range]:
    support = None

    def values(s: Locals) -> range:
        nonlocal support
        first, last = low(s), high(s)
        if first == -math.inf or last == math.inf:
            if node.op != "sum":
                raise EquationError(f"an infinite {node.op}", "range")
            if support is None:
                support = extents.Support(name, node.body, env)
            return support.values(first, last, s)
        return conditions.span(conditions.whole(first), conditions.whole(last))

    return values


def _chained(node: Big, item: Compare, env: Env) -> list[Binder]:
    r"""Read ``0 \le k < n``, ``j \ne i`` and ``i < j``."""
    fresh = [
        side
        for side in item.sides
        if (name := letter_name(side)) and env.lookup(name) is None
    ]
    if fresh and node.sup is not None:
        raise EquationError("a condition with an upper limit")
    names = [env.fresh(side) for side in fresh]
    if len(fresh) == 1 and item.sides[1] is fresh[0] and len(item.ops) == 2:
        low, high = bounds(item, env)
        return [Binder(names[0], lambda s: conditions.span(low(s), high(s)))]
    return [Binder(name, _unknown) for name in names]


def bounds(item: Compare, env: Env) -> tuple[Closure, Closure]:
    r"""Return the first and last value of ``a \le k < b``."""
    if not set(item.ops) <= {"<", "<="}:
        raise EquationError(r"a range is written a \le k < b")
    first, last = env.build(item.sides[0]), env.build(item.sides[2])
    above, below = int(item.ops[0] == "<"), int(item.ops[1] == "<")
    return (
        lambda s: conditions.whole(first(s)) + above,
        lambda s: conditions.whole(last(s)) - below,
    )


# Expectations.


def mean(sub: tuple[Node, ...], group: Group, env: Env) -> Closure:
    r"""Return the mean of the bracket over the samples of each ``\sim``."""
    if len(group.items) != 1:
        raise EquationError("an expectation takes one expression")
    names, samples = [], []
    for item in sub:
        if not isinstance(item, Compare) or item.ops != ("~",):
            raise EquationError(r"under \mathbb{E} write x \sim p")
        name = env.fresh(item.sides[0])
        samples.append(env.build(_distribution(item)))
        env = env.with_local(name)
        names.append(name)
    body = env.build(group.items[0])

    def run(s: Locals, depth: int) -> Value:
        if depth == len(names):
            env.scope.spend()
            return body(s)
        values = samples[depth](s)
        if not isinstance(values, np.ndarray) or not len(values):
            raise EquationError(
                r"\sim needs a bound array of samples", "domain"
            )
        total: Value = None
        for i in range(len(values)):
            s = {**s, names[depth]: take(values, (i,))}
            value = run(s, depth + 1)
            total = value if total is None else add(total, value)
        return multiply(1 / len(values), total)

    return lambda s: run(s, 0)


def average(sub: tuple[Node, ...], group: Group, env: Env) -> Closure:
    r"""Return the mean of ``\mathbb{E}_t[...]`` over the axis of its letter."""
    if len(group.items) != 1:
        raise EquationError("an expectation takes one expression")
    names = [env.fresh(item) for item in sub]
    env = env.with_letters(*names)
    body = group.items[0]
    binders = tuple(_inferred(name, body, env) for name in names)
    loop, value = Loop(binders, (), env), env.build(body)

    def mean(s: Locals) -> Value:
        values = [value(local) for local in loop.run(s)]
        if not values:
            raise EquationError("a mean over nothing", "range")
        return multiply(1 / len(values), functools.reduce(add, values))

    return mean


def _distribution(item: Compare) -> Node:
    """Return the samples: ``p(x)`` behind ``x`` is written for ``p``."""
    node = item.sides[1]
    if isinstance(node, Product) and len(node.factors) == 2:
        group = node.factors[1]
        if isinstance(group, Group) and group.items == (item.sides[0],):
            return node.factors[0]
    return node
