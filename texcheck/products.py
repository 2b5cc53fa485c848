r"""Products: calls, juxtaposition as the matrix product, ``\odot``.

Whether a bracket behind a name is an argument, an index or a factor is told
by what the name stands for.
"""

from collections.abc import Callable

import numpy as np

from texcheck import (
    conditions,
    derivative,
    extents,
    functions,
    loops,
    scripts,
)
from texcheck.algebra import divide, dot, hadamard, multiply
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.names import Reading, is_cluster, letter_name
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Applied,
    Compare,
    Fraction,
    Function,
    Group,
    Node,
    Number,
    Product,
    Scripts,
    Symbol,
    call_parts,
)
from texcheck.values import Value, is_number, take

__all__ = ["argument", "build", "joined"]


def build(node: Product, env: Env) -> Closure:
    """Return the function that evaluates a product."""
    ops, factors = _merged(node, env)
    if len(factors) == 1:
        return factors[0]
    if ops[1:] == ["conv"] or ops[1:] == ["corr"]:
        return _operator(ops[1], factors, env)
    if ops[-1] == "mod":
        left, right = factors
        return lambda s: functions.modulo(left(s), right(s))
    if "odot" in ops or "oslash" in ops:
        return _entrywise(ops, factors)
    return _chain(ops, factors)


def _merged(node: Product, env: Env) -> tuple[list[str], list[Closure]]:
    """Join names with their arguments; operators take what follows."""
    ops: list[str] = []
    factors: list[Closure] = []
    place, nodes = 0, node.factors
    while place < len(nodes):
        ops.append(node.ops[place])
        taken = _operated(node, place, env)
        if taken is not None:
            factors.append(taken[0])
            place += taken[1]
            continue
        following = place + 1 < len(nodes) and not node.ops[place + 1]
        applied = (
            call_parts(nodes[place], nodes[place + 1]) if following else None
        )
        value = None
        if applied is not None:
            value = _applied(applied, env)
        if following and value is None:
            value = _indicated(nodes[place], nodes[place + 1], env)
        if node.ops[place] == "/" and following and not _is_call(applied, env):
            raise Unsupported(
                "a / b followed by another factor has two readings: "
                r"write \frac or brackets"
            )
        if value:
            factors.append(value)
            place += 2
        else:
            factors.append(env.build(nodes[place]))
            place += 1
    return ops, factors


def _operated(
    node: Product, place: int, env: Env
) -> tuple[Closure, int] | None:
    r"""Return ``\nabla``, ``\partial`` or E applied, and how far it reaches."""
    first = node.factors[place]
    head = first.base if isinstance(first, Scripts) else first
    nabla = head == Symbol("nabla")
    if not (nabla or isinstance(first, Fraction | Scripts)):
        return None
    if not isinstance(head, Fraction | Symbol):
        return None
    count = len(node.factors) - place
    if nabla:  # binds closer than \cdot, \odot and /
        count = _operand_end(node, place) - place
    rest = Product(
        ("", *node.ops[place + 1 :][: count - 1]),
        node.factors[place:][:count],
    )
    value = derivative.operator(rest, env) or expectation(rest, env)
    return None if value is None else (value, count)


def _operand_end(node: Product, place: int) -> int:
    """Return where the next operator in print stands behind an operand."""
    for at in range(place + 2, len(node.factors)):
        if node.ops[at]:
            return at
    return len(node.factors)


def _is_call(applied: Applied | None, env: Env) -> bool:
    """Whether a name and a bracket are one thing, whatever the values are."""
    if applied is None:
        return False
    reading = env.try_resolve(applied.head)
    if reading is None:
        return _builtin(applied, env) is not None
    return reading.known.kind == "function"


def _indicated(first: Node, second: Node, env: Env) -> Closure | None:
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


def _applied(applied: Applied, env: Env) -> Closure | None:
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
    if kind in {"sequence", "definition"} and applied.group.kind == "(":
        return _indexed(reading, applied, env)
    several = len(applied.group.items) > 1
    if kind == "array" and several and not reading.parts:
        return _indexed(reading, applied, env)
    if kind in {"array", "sequence", "local", "definition"}:
        return _bracketed(applied, env, reading)
    return None


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
        function = functions.BUILTIN.get(head.base)
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


def _symbol_of(head: Symbol | Scripts) -> Symbol:
    symbol = head.base if isinstance(head, Scripts) else head
    assert isinstance(symbol, Symbol)
    return symbol


def _builtin_slope(applied: Applied, primes: int, env: Env) -> Closure:
    function = functions.BUILTIN[_symbol_of(applied.head).base]
    inner = env.build(applied.group.items[0])
    return lambda s: derivative.slope(function, inner(s), primes, env)


def call(reading: Reading, group: Group, env: Env) -> Closure:
    """Return the call of a function; a prime takes its derivative."""
    name, scope = reading.name, env.scope
    args = [env.build(item) for item in group.items]
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
    return _with_scripts(
        lambda s: scope.read(name, tuple([i(s) for i in index])),
        applied,
        env,
    )


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


def expectation(node: Product, env: Env) -> Closure | None:
    r"""Return the mean of ``\mathbb{E}_{x \sim p}[...]``, if this is one."""
    first = node.factors[0]
    if _averages(first, env):
        return _average(node, env)
    if not (
        isinstance(first, Scripts)
        and first.sub
        and any(
            isinstance(item, Compare) and item.ops == ("~",)
            for item in first.sub
        )
    ):
        return None
    if first.base != Symbol("E", board=True) and first.base != Symbol("E"):
        raise EquationError(r"\sim belongs under \mathbb{E}")
    rest = node.factors[1:]
    if first.sup or not rest or not isinstance(rest[0], Group):
        raise EquationError(r"\mathbb{E} needs a bracket behind it")
    if len(rest) > 1:
        inner = loops.mean(first.sub, rest[0], env)
        tail = build_rest(node, env)
        return lambda s: multiply(inner(s), tail(s))
    return loops.mean(first.sub, rest[0], env)


def _averages(first: Node, env: Env) -> bool:
    r"""Whether this is the sign of ``\mathbb{E}_t[...]``, which nothing binds."""
    return (
        isinstance(first, Scripts)
        and isinstance(first.base, Symbol)
        and (first.base.base, first.base.board) == ("E", True)
        and not first.sup
        and bool(first.sub)
        and all(letter_name(item) for item in first.sub)
        and env.try_resolve(first) is None
    )


def _average(node: Product, env: Env) -> Closure:
    first, *rest = node.factors
    assert isinstance(first, Scripts)
    if not rest or not isinstance(rest[0], Group):
        raise EquationError(r"\mathbb{E} needs a bracket behind it")
    mean = loops.average(first.sub, rest[0], env)
    if len(rest) == 1:
        return mean
    tail = build_rest(node, env)
    return lambda s: multiply(mean(s), tail(s))


def build_rest(node: Product, env: Env) -> Closure:
    """Return the product of what stands behind the first two factors."""
    if node.ops[2] != "":
        raise Unsupported(
            "an operator behind an expectation: write brackets around it"
        )
    if len(node.factors) == 3:
        return env.build(node.factors[2])
    return env.build(Product(("", *node.ops[3:]), node.factors[2:]))


def _operator(op: str, factors: list[Closure], env: Env) -> Closure:
    r"""Return ``x * w`` or ``x \star w`` by the function the page binds."""
    name = "convolve" if op == "conv" else "correlate"
    known = env.lookup(name)
    if known is None or known.kind != "function":
        sign = "*" if op == "conv" else r"\star"
        raise Unsupported(
            f"{sign} is not supported while no function {name} is bound: "
            r"write \cdot for a product, or bind it"
        )
    left, right = factors
    return lambda s: env.scope.call(name, [left(s), right(s)])


def _times(a: Value, b: Value) -> Value:
    if not (is_number(a) or is_number(b)):
        raise EquationError(
            r"\times of two arrays has two readings: write \odot or nothing",
            "shape",
        )
    return multiply(a, b)


_APPLY: dict[str, Callable[[Value, Value], Value]] = {
    "": multiply,
    "cdot": dot,
    "times": _times,
    "/": divide,
}


def _chain(ops: list[str], factors: list[Closure]) -> Closure:
    """Return the product from left to right."""
    first = factors[0]
    rest = [
        (_APPLY[op], factor)
        for op, factor in zip(ops[1:], factors[1:], strict=True)
    ]

    def product(s: Locals) -> Value:
        value = first(s)
        for apply, factor in rest:
            value = apply(value, factor(s))
        return value

    return product


def _entrywise(ops: list[str], factors: list[Closure]) -> Closure:
    r"""Return a product with ``\odot``, which binds less than a product.

    A matrix product beside it would have two readings and is refused.
    """

    def product(s: Locals) -> Value:
        runs: list[tuple[str, Value]] = []
        for op, factor in zip(ops, factors, strict=True):
            value = factor(s)
            if not runs or op in {"odot", "oslash"}:
                runs.append((op, value))
                continue
            sign, before = runs[-1]
            if not (is_number(before) or is_number(value)):
                raise EquationError(
                    r"a matrix product beside \odot has two readings: "
                    "write brackets",
                    "shape",
                )
            runs[-1] = (sign, _APPLY[op](before, value))
        result = runs[0][1]
        for sign, value in runs[1:]:
            if sign == "oslash":
                result = divide(result, value)
            else:
                result = hadamard(result, value)
        return result

    return product


def argument(node: Function, env: Env) -> Closure:
    r"""Return the argument of ``\log``; ``\log f (x)`` must be a call."""
    body = node.body
    if (
        isinstance(body, Product)
        and len(body.factors) == 2
        and body.span[0] == body.factors[0].span[0]
        and isinstance(body.factors[0], Symbol | Scripts)
    ):
        applied = call_parts(*body.factors)
        if applied is None or _applied(applied, env) is None:
            raise Unsupported(
                f"\\{node.name} a (b) has two readings: "
                f"write \\{node.name}(...) with brackets"
            )
    return env.build(body)
