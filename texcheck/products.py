r"""Products: juxtaposition as the matrix product, ``\cdot``, ``\odot``, ``/``."""

from collections.abc import Callable

from texcheck import calls, functions, operators
from texcheck.algebra import divide, dot, hadamard, multiply
from texcheck.env import Env
from texcheck.errors import EquationError, Unsupported
from texcheck.scope import Closure, Locals
from texcheck.tree import Function, Product, Scripts, Symbol, call_parts
from texcheck.values import Value, is_number

__all__ = ["argument", "build"]


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
        taken = operators.operated(node, place, env)
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
            value = calls.read(applied, env)
        if following and value is None:
            value = calls.indicated(nodes[place], nodes[place + 1], env)
        if (
            node.ops[place] == "/"
            and following
            and not calls.is_call(applied, env)
        ):
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
        called = applied is not None and calls.read(applied, env) is not None
        if not called and operators.expectation(body, env) is None:
            raise Unsupported(
                f"\\{node.name} a (b) has two readings: "
                f"write \\{node.name}(...) with brackets"
            )
    return env.build(body)
