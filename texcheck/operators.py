r"""Operators that take what stands behind them: \partial, \nabla and E."""

from texcheck import derivative, loops
from texcheck.algebra import multiply
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.names import letter_name
from texcheck.scope import Closure
from texcheck.tree import (
    Compare,
    Fraction,
    Group,
    Node,
    Product,
    Scripts,
    Symbol,
)

__all__ = ["operated"]


def operated(
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
        tail = _rest(node, env)
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
    tail = _rest(node, env)
    return lambda s: multiply(mean(s), tail(s))


def _rest(node: Product, env: Env) -> Closure:
    """Return the product of what stands behind the first two factors."""
    if node.ops[2] != "":
        raise Unsupported(
            "an operator behind an expectation: write brackets around it"
        )
    if len(node.factors) == 3:
        return env.build(node.factors[2])
    return env.build(Product(("", *node.ops[3:]), node.factors[2:]))
