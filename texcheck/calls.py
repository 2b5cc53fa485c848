r"""A name with the bracket behind it: a call, an index or a factor.

Which of them it is is told by what the name stands for.
"""

from collections.abc import Callable

import numpy as np

from texcheck import conditions, derivative, extents, functions, scripts
from texcheck.algebra import multiply
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.names import Reading, is_cluster, letter_name
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Applied,
    Compare,
    Group,
    Node,
    Number,
    Product,
    Scripts,
    Symbol,
)
from texcheck.values import Value, is_number, take

__all__ = ["argument", "indicated", "is_call", "is_one", "joined", "read"]


def is_call(applied: Applied | None, env: Env) -> bool:
    """Whether a name and a bracket are one thing, whatever the values are."""
    if applied is None:
        return False
    reading = env.try_resolve(applied.head)
    if reading is None:
        return _builtin(applied, env) is not None
    return reading.known.kind == "function"


def indicated(first: Node, second: Node, env: Env) -> Closure | None:
    r"""Return ``1(a = b)`` or ``\mathbb{I}(a = b)``, an indicator."""
    named = first == Number("1") or (
        isinstance(first, Symbol)
        and first.base == "I"
        and first.board
        and env.try_resolve(first) is None
    )
    if not named or not isinstance(second, Group) or len(second.items) != 1:
        return None
    condition = second.items[0]
    if not isinstance(condition, Compare):
        return None
    return conditions.indicator(condition, env)


def read(applied: Applied, env: Env) -> Closure | None:
    """Return the call, or the index, of a name; None for a product."""
    reading = env.try_resolve(applied.head)
    if reading is None:
        return _builtin(applied, env)
    kind = reading.known.kind
    if applied.after is not None and scripts.is_positive_part(applied.after):
        if kind == "function":
            raise Unsupported(r"f(x)_+ is not supported: write \max(0, f(x))")
        return None
    if kind == "function":
        return _with_scripts(call(reading, applied.group, env), applied, env)
    if kind == "sequence" and _is_full(reading):
        return None
    if kind in {"sequence", "definition"} and _is_transposed(reading):
        return None
    if kind in {"sequence", "definition"} and applied.group.kind == "(":
        return _indexed(reading, applied, env)
    several = len(applied.group.items) > 1
    if kind == "array" and several and not reading.parts:
        return _indexed(reading, applied, env)
    if kind in {"array", "sequence", "local", "definition"}:
        return _bracketed(applied, env, reading)
    return None


def is_one(applied: Applied | None, env: Env) -> bool:
    """Whether a name and a bracket are a call, or an index of a sequence."""
    if applied is None or is_call(applied, env):
        return applied is not None
    reading = env.try_resolve(applied.head)
    return (
        reading is not None
        and reading.known.kind == "sequence"
        and applied.group.kind == "("
        and not _is_full(reading)
    )


def _is_transposed(reading: Reading) -> bool:
    """Whether a transpose ends the name: what follows is a factor."""
    return bool(reading.parts) and all(
        part.kind == "top" or part.items == (Symbol("T"),)
        for part in reading.parts
    )


def _is_full(reading: Reading) -> bool:
    """Whether a sequence has all its indices: what follows is a factor."""
    taken = 0
    for item in reading.index:
        if isinstance(item, Product) and is_cluster(item):
            taken += len(item.factors)
        else:
            taken += 1
    ndim = reading.known.ndim
    return ndim is not None and taken >= ndim


def _with_scripts(value: Closure, applied: Applied, env: Env) -> Closure:
    if applied.after is None:
        return value
    return scripts.scripted(value, applied.after, env)


def _builtin(applied: Applied, env: Env) -> Closure | None:
    head = applied.head
    if isinstance(head, Symbol) and not head.marks:
        function = _builtins().get(head.base)
        if function is not None and len(applied.group.items) == 1:
            inner = env.build(applied.group.items[0])
            return _with_scripts(lambda s: function(inner(s)), applied, env)
    if not isinstance(head, Scripts) or head.sub:
        return None
    plain = Applied(_symbol_of(head), applied.group, None)
    primed = all(part.kind == "prime" for part in head.sup)
    if not primed or _builtin(plain, env) is None:
        return None
    value = _builtin_slope(plain, len(head.sup), env)
    return _with_scripts(value, applied, env)


def _builtins() -> dict[str, Callable[[Value], Value]]:
    return functions.ELEMENTWISE | functions.BUILTIN


def _symbol_of(head: Symbol | Scripts) -> Symbol:
    symbol = head.base if isinstance(head, Scripts) else head
    assert isinstance(symbol, Symbol)
    return symbol


def _builtin_slope(applied: Applied, primes: int, env: Env) -> Closure:
    function = _builtins()[_symbol_of(applied.head).base]
    inner = env.build(applied.group.items[0])
    return lambda s: derivative.slope(function, inner(s), primes, env)


def call(reading: Reading, group: Group, env: Env) -> Closure:
    """Return the call of a function; a prime takes its derivative."""
    name, scope = reading.name, env.scope
    args = [argument(item, env) for item in group.items]
    if len(reading.index) == 1 and not reading.primes and not reading.parts:
        return _over_letter(reading, group, env)
    if reading.index:
        raise EquationError(
            f"unknown name: {name} with an index before its argument", "name"
        )
    scope.read_names.add(name)
    if reading.primes:
        if len(args) != 1:
            raise EquationError("a prime needs one argument")
        return lambda s: derivative.slope(
            lambda value: scope.call(name, [value]),
            args[0](s),
            reading.primes,
            env,
        )
    value: Closure = lambda s: scope.call(  # noqa: E731
        name, [arg(s) for arg in args]
    )
    return scripts.raised(value, reading.parts, env)


def argument(item: Node, env: Env) -> Closure:
    """Return an argument of a call: a value, or a function by its name."""
    if isinstance(item, Symbol | Scripts):
        reading = env.try_resolve(item)
        if reading is not None and reading.known.kind == "function":
            function = env.scope.function(reading.name)
            if function is not None and not reading.primes:
                env.scope.read_names.add(reading.name)
                return lambda s: function
    return env.build(item)


def _over_letter(reading: Reading, group: Group, env: Env) -> Closure:
    r"""Return ``\mathrm{softmax}_j(e_{ij})``: f of a column, at entry j."""
    name, letter = reading.name, letter_name(reading.index[0])
    if letter not in env.letters or len(group.items) != 1:
        raise EquationError(
            f"unknown name: {name} with an index before its argument", "name"
        )
    env.scope.read_names.add(name)
    entry = env.build(group.items[0])
    places = extents.infer(letter, list(group.items), env)

    def value(s: Locals) -> Value:
        inside = places(s)
        if s[letter] not in inside:
            raise EquationError(
                f"{letter} = {s[letter]} is outside {inside}", "index"
            )
        column = joined([entry({**s, letter: i}) for i in inside])
        found = env.scope.call(name, [column])
        return take(found, (inside.index(s[letter]),))

    return value


def _indexed(reading: Reading, applied: Applied, env: Env) -> Closure:
    """Read ``V(s)`` and ``Q(s, a)`` as an index."""
    if reading.parts or reading.primes:
        raise EquationError(
            f"{reading.name}(...) is an index and takes no such script",
            "index",
        )
    items = (*reading.index, *applied.group.items)
    index = [scripts.whole_index(item, env) for item in items]
    name, scope = reading.name, env.scope
    scope.read_names.add(name)
    if reading.index and len(applied.group.items) == 1:
        return _by_value(reading, applied, index, env)
    return _with_scripts(
        lambda s: scope.read(name, tuple([i(s) for i in index])),
        applied,
        env,
    )


def _by_value(
    reading: Reading, applied: Applied, index: list[Closure], env: Env
) -> Closure:
    """Tell ``V_t(s)``, an index, from ``K_t (z - x)``, a product."""
    name, scope = reading.name, env.scope
    inside = _with_scripts(env.build(applied.group.items[0]), applied, env)
    entry = _with_scripts(
        lambda s: scope.read(name, tuple([i(s) for i in index])), applied, env
    )
    whole = env.build(applied.group.items[0])

    def value(s: Locals) -> Value:
        if isinstance(whole(s), float | np.ndarray):
            head = scope.read(name, tuple([i(s) for i in index[:-1]]))
            return multiply(head, inside(s))
        return entry(s)

    return value


def _bracketed(applied: Applied, env: Env, reading: Reading) -> Closure | None:
    """Tell ``x[i]`` from ``W [h, x]`` and ``W (x + b)`` by the values."""
    group = applied.group
    if any(isinstance(item, Compare) for item in group.items):
        return None
    head = env.build(applied.head)
    items = [env.build(item) for item in group.items]
    square = group.kind == "["

    def value(s: Locals) -> Value:
        base, values = head(s), [item(s) for item in items]
        whole = all(type(v) is int for v in values)
        if is_number(base):
            if len(values) > 1:
                raise EquationError("a number takes no list", "shape")
            return multiply(base, values[0])
        if whole and square:
            return take(base, tuple(values))
        if whole:
            raise EquationError(
                f"{reading.name}(...) has two readings, index and product: "
                "write a subscript or a dot, or bind a Seq",
                "index",
            )
        if square and [type(v) for v in values] == [float]:
            raise EquationError(
                "a number in square brackets behind an array: "
                "write round ones",
                "index",
            )
        inner = joined(values) if len(values) > 1 else values[0]
        return multiply(base, inner)

    if applied.after is not None:
        if not square:
            return None
        return scripts.scripted(value, applied.after, env)
    return value


def joined(values: list[Value]) -> Value:
    """Return columns and numbers set under one another."""
    parts = [np.atleast_1d(np.asarray(v, dtype=float)) for v in values]
    if any(part.ndim > 1 for part in parts):
        raise EquationError("only columns can be joined by [a, b]", "shape")
    return np.concatenate(parts)
