r"""Symbols and brackets with scripts: index, transpose, power, order."""

import math

import numpy as np

from texcheck import conditions, functions
from texcheck.algebra import power, transpose
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.names import Reading, letter_name
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Big,
    Compare,
    Dots,
    Fraction,
    Function,
    Group,
    Node,
    Number,
    Part,
    Product,
    Scripts,
    Sum,
    Symbol,
)
from texcheck.values import Value, is_number, take

__all__ = [
    "build",
    "indices",
    "is_positive_part",
    "raised",
    "scripted",
    "symbol",
    "whole_index",
]

_CONSTANTS = {"e": math.e, "pi": math.pi, "infty": math.inf}


def symbol(node: Symbol | Scripts, env: Env) -> Closure:
    """Return the function that evaluates a symbol with its scripts."""
    reading = env.try_resolve(node)
    if reading is None:
        return _constant(node, env)
    head = node.base if isinstance(node, Scripts) else node
    bare_e = head == Symbol("e") and reading.name == "e"
    if bare_e and reading.parts and reading.known.kind != "letter":
        raise EquationError(
            r"e is bound and stands for a name: write \exp(...)", "name"
        )
    if reading.known.kind == "function" or reading.primes:
        raise EquationError(
            f"{reading.name} is a function: write its argument in brackets",
            "name",
        )
    return raised(_named(reading, env), reading.parts, env)


def _constant(node: Symbol | Scripts, env: Env) -> Closure:
    head = node.base if isinstance(node, Scripts) else node
    assert isinstance(head, Symbol)
    if head.base not in _CONSTANTS or head.marks or head.word:
        if head.base in {"partial", "nabla"}:
            raise EquationError(f"\\{head.base} stands alone")
        env.resolve(node)
    value = _CONSTANTS[head.base]
    parts = _powers(node.sup) if isinstance(node, Scripts) else ()
    if isinstance(node, Scripts) and node.sub:
        env.resolve(node)
    return raised(lambda s: value, parts, env)


def _powers(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return superscripts of a number, which has no labels: ``e^{(x)}``."""
    return tuple(
        Part("expr", part.items, span=part.span)
        if part.kind == "label" and len(part.items) == 1
        else part
        for part in parts
    )


def _named(reading: Reading, env: Env) -> Closure:
    """Return the function that looks a name up, with its index."""
    name, kind, scope = reading.name, reading.known.kind, env.scope
    if kind == "letter":
        if reading.index:
            raise EquationError(f"the letter {name} takes no index", "index")
        return _letter(name)
    index = indices(reading.index, reading.known.ndim, env)
    if kind == "local":
        return _local(name, index)
    scope.read_names.add(name)
    _, value = scope.entry(name)
    if kind == "definition":
        return lambda s: scope.read(name, tuple([i(s) for i in index]))

    def get(s: Locals) -> Value:
        at = tuple([i(s) for i in index])
        own = scope.own
        direct = own is None or own[0] != name
        if direct and scope.mode is None and not scope.trail:
            return take(value, at) if at else value
        return scope.read(name, at)

    return get


def _letter(name: str) -> Closure:
    def get(s: Locals) -> Value:
        try:
            return s[name]
        except KeyError:
            raise EquationError(
                f"the letter {name} is used before it has a value", "range"
            ) from None

    return get


def _local(name: str, index: list[Closure]) -> Closure:
    value = _letter(name)
    if not index:
        return value
    return lambda s: take(value(s), tuple([i(s) for i in index]))


def indices(
    items: tuple[Node, ...], ndim: int | None, env: Env
) -> list[Closure]:
    """Return the functions of the index items; ``ij`` holds two."""
    found: list[Closure] = []
    for place, item in enumerate(items):
        last = place == len(items) - 1
        if isinstance(item, Product) and not any(item.ops):
            found += _juxtaposed(item, ndim, place, last, env)
        else:
            found.append(whole_index(item, env))
    return found


def _juxtaposed(
    item: Product, ndim: int | None, place: int, last: bool, env: Env
) -> list[Closure]:
    """Read ``ij`` as two indices and ``i s`` as a product, or refuse."""
    letters = all(
        letter_name(factor) in env.letters for factor in item.factors
    )
    axes = None if ndim is None else ndim - place
    if letters and last and (axes is None or axes >= len(item.factors)):
        return [whole_index(factor, env) for factor in item.factors]
    if (letters and axes is not None) or (last and axes and axes > 1):
        raise EquationError(
            "letters side by side in a subscript have two readings: write a "
            r"comma between indices, or \cdot in a product",
            "index",
        )
    return [whole_index(item, env)]


def whole_index(node: Node, env: Env) -> Closure:
    """Return the function of one index, which must be a whole number."""
    if isinstance(node, Compare | Dots):
        raise EquationError("an index must be a whole number", "index")
    inner = env.build(node)
    if letter_name(node) in env.letters:
        return inner

    def whole(s: Locals) -> Value:
        value = inner(s)
        if type(value) is not int:
            raise EquationError(
                f"an index must be a whole number, got {value}", "index"
            )
        return value

    return whole


def raised(base: Closure, parts: tuple[Part, ...], env: Env) -> Closure:
    """Apply the transposes and powers of a superscript, in order."""
    for part in parts:
        base = _raise(base, part, env)
    return base


def _raise(base: Closure, part: Part, env: Env) -> Closure:
    if part.kind == "top":
        return lambda s: transpose(base(s))
    if part.kind not in {"expr", "odot"}:
        raise EquationError(f"a superscript {part.kind} has no reading here")
    if part.items == (Symbol("T"),):
        if env.lookup("T") is not None:
            raise Unsupported(
                r"^T has two readings while T is bound: write ^\top"
            )
        return lambda s: transpose(base(s))
    exponent = env.build(part.items[0])
    if part.kind == "odot":
        return lambda s: entrywise_power(base(s), exponent(s))
    return lambda s: power(base(s), exponent(s))


def entrywise_power(value: Value, exponent: Value) -> Value:
    """Return every entry of `value` to the power `exponent`."""
    if not isinstance(value, np.ndarray) or not is_number(exponent):
        raise EquationError(r"^{\odot n} needs an array and a number", "shape")
    with np.errstate(all="ignore"):
        return np.power(value.astype(float), exponent)


def build(node: Scripts, env: Env) -> Closure:
    """Return the function that evaluates anything with scripts."""
    if isinstance(node.base, Symbol):
        return symbol(node, env)
    if isinstance(node.base, Number) and node.sub:
        return _indicator(node, env)
    if isinstance(node.base, Number):
        return raised(env.build(node.base), _powers(node.sup), env)
    if isinstance(node.base, Group) and node.base.kind == "norm":
        return _norm(node, env)
    hidden = isinstance(node.base, Sum | Product | Function | Big)
    tall = isinstance(node.base, Fraction) and not all(
        part.kind == "top" for part in node.sup
    )
    if hidden or tall or (isinstance(node.base, Fraction) and node.sub):
        raise Unsupported(
            "a script behind an unbracketed expression has two readings: "
            "write round brackets"
        )
    if is_positive_part(node):
        return raised(_positive(env.build(node.base)), node.sup, env)
    square = isinstance(node.base, Group) and node.base.kind == "["
    if square and not node.sub:
        raise Unsupported(
            "a script behind this bracket is not supported: write round "
            "brackets"
        )
    return scripted(env.build(node.base), node, env)


def scripted(base: Closure, node: Scripts, env: Env) -> Closure:
    """Apply the scripts of `node` to a value: index, transpose, power."""
    items = [
        item
        for part in node.sup
        if part.kind == "label"
        for item in part.items
    ]
    index = indices((*items, *node.sub), None, env)
    parts = tuple(part for part in node.sup if part.kind != "label")
    if not index:
        return raised(base, parts, env)
    return raised(
        lambda s: take(base(s), tuple([i(s) for i in index])), parts, env
    )


def is_positive_part(node: Node) -> bool:
    """Whether a bracket has a plus below: ``[x]_+`` is max(0, x)."""
    return (
        isinstance(node, Scripts)
        and isinstance(node.base, Group)
        and node.base.kind in {"(", "[", "{"}
        and node.sub == (Symbol("plus", word=True),)
    )


def _positive(value: Closure) -> Closure:
    return lambda s: functions.extreme("max", [0, value(s)])


def _indicator(node: Scripts, env: Env) -> Closure:
    if node.base != Number("1") or node.sup or len(node.sub) != 1:
        raise EquationError("a number takes no subscript")
    condition = node.sub[0]
    if isinstance(condition, Group) and len(condition.items) == 1:
        condition = condition.items[0]
    if not isinstance(condition, Compare):
        raise EquationError("an indicator needs a condition")
    return conditions.indicator(condition, env)


def _norm(node: Scripts, env: Env) -> Closure:
    assert isinstance(node.base, Group)
    inner = env.build(node.base.items[0])
    if not node.sub:
        return raised(lambda s: functions.norm(inner(s), None), node.sup, env)
    order = node.sub[0]
    if len(node.sub) > 1:
        raise EquationError("a norm takes one order")
    if order == Symbol("F"):
        return raised(lambda s: functions.norm(inner(s), "F"), node.sup, env)
    if order == Symbol("infty"):
        return raised(lambda s: functions.norm(inner(s), "inf"), node.sup, env)
    value = env.build(order)
    return raised(lambda s: functions.norm(inner(s), value(s)), node.sup, env)
