"""Over which values a letter runs that has no range of its own."""

import math
from collections.abc import Callable

from texcheck import scripts
from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import is_cluster, letter_name, letters_in
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Group,
    Node,
    Product,
    Scripts,
    Symbol,
    call_parts,
    walk,
)
from texcheck.values import Seq, Value, extent

__all__ = ["Support", "flat", "infer"]

# A function that gives the indices along an axis, and whether more exist.
_Axis = Callable[[Locals], tuple[range, bool]]


def _is_letter(node: Node, name: str) -> bool:
    return letter_name(node) == name


def _places(
    name: str, nodes: list[Node], env: Env
) -> list[tuple[Closure | str, int]]:
    """Return where `name` alone is an index: a name or a base, and axis."""
    found: list[tuple[Closure | str, int]] = []
    for top in nodes:
        for node in walk(top):
            if isinstance(node, Scripts):
                found += _in_scripts(name, node, env)
            elif isinstance(node, Product):
                pairs = zip(node.factors, node.factors[1:], strict=False)
                for first, second in pairs:
                    found += _in_call(name, first, second, env)
    return found


def _in_scripts(
    name: str, node: Scripts, env: Env
) -> list[tuple[Closure | str, int]]:
    if isinstance(node.base, Symbol):
        reading = env.try_resolve(node)
        if reading is None or reading.known.kind == "function":
            return []
        if reading.known.kind == "letter":
            return []
        return [
            (reading.name, axis)
            for axis, item in enumerate(flat(reading.index, env))
            if _is_letter(item, name)
        ]
    if not isinstance(node.base, Group) or node.base.kind != "(":
        return []
    if name in letters_in(node.base):
        return []
    base: Closure | None = None
    found: list[tuple[Closure | str, int]] = []
    for axis, item in enumerate(flat(node.sub, env)):
        if _is_letter(item, name):
            base = base or env.build(node.base)
            found.append((base, axis))
    return found


def _in_call(
    name: str, first: Node, second: Node, env: Env
) -> list[tuple[Closure | str, int]]:
    applied = call_parts(first, second)
    if applied is None:
        return []
    reading = env.try_resolve(applied.head)
    if reading is None:
        return []
    if reading.known.kind in {"sequence", "array", "definition"}:
        items = (*reading.index, *applied.group.items)
        return [
            (reading.name, axis)
            for axis, item in enumerate(items)
            if _is_letter(item, name)
        ]
    if reading.known.kind != "function" or applied.after is None:
        return []
    value: Closure | None = None
    found: list[tuple[Closure | str, int]] = []
    for axis, item in enumerate(flat(applied.after.sub, env)):
        if _is_letter(item, name) and name not in letters_in(applied.group):
            value = value or env.build(
                Product(("", ""), (applied.head, applied.group))
            )
            found.append((value, axis))
    return found


def flat(items: tuple[Node, ...], env: Env) -> list[Node]:
    """Return the index items with ``ij`` taken apart."""
    found: list[Node] = []
    for place, item in enumerate(items):
        last = place == len(items) - 1
        if last and isinstance(item, Product) and is_cluster(item):
            found += item.factors
        else:
            found.append(item)
    return found


def infer(name: str, nodes: list[Node], env: Env) -> Callable[[Locals], range]:
    """Return the function that gives the values of the letter `name`.

    Raises
    ------
    EquationError
        If no array is indexed by the letter alone, or if two disagree.
    """
    places = _places(name, nodes, env)
    if not places:
        raise EquationError(
            f"no range for the letter {name}: write its bounds, or "
            rf"\qquad {name} = 0, \dots, n - 1",
            "range",
        )

    steady = all(
        isinstance(base, str) and base not in env.local for base, _ in places
    )
    kept: tuple[int, range] | None = None

    def values(s: Locals) -> range:
        nonlocal kept
        if kept is not None and kept[0] == env.scope.generation:
            return kept[1]
        strict: set[range] = set()
        open_ended: set[range] = set()
        for base, axis in places:
            inside, beyond = _axis(base, axis, s, env)
            (open_ended if beyond else strict).add(inside)
        ranges = strict or open_ended
        if len(ranges) > 1:
            raise EquationError(
                f"the letter {name} runs over axes that differ: "
                + " and ".join(sorted(map(str, ranges))),
                "range",
            )
        found = ranges.pop()
        if steady:
            kept = (env.scope.generation, found)
        return found

    return values


def _axis(
    base: Closure | str, axis: int, s: Locals, env: Env
) -> tuple[range, bool]:
    value: Value = None
    if isinstance(base, str):
        if base not in env.local:
            _, value = env.scope.entry(base)
            beyond = isinstance(value, Seq) and value.outside is not None
            return env.scope.extent(base, axis), beyond
        value = s.get(base)
    else:
        value = base(s)
    beyond = isinstance(value, Seq) and value.outside is not None
    return extent(value, axis), beyond


class Support:
    """Where the terms of an infinite sum can differ from zero.

    Each sequence that is zero outside, indexed by a b-fold of the letter,
    bounds the letter. Beyond all of them the term must be zero.
    """

    def __init__(self, name: str, body: Node, env: Env) -> None:
        self.name, self.env = name, env
        self.body = env.build(body)
        self.places: list[tuple[Seq, int, Closure]] = []
        for node in walk(body):
            if isinstance(node, Scripts) and isinstance(node.base, Symbol):
                self._add(node)

    def _add(self, node: Scripts) -> None:
        reading = self.env.try_resolve(node)
        if reading is None or reading.known.kind != "sequence":
            return
        _, value = self.env.scope.entry(reading.name)
        # Other items may hold letters of inner sums, not known out here.
        for axis, item in enumerate(flat(reading.index, self.env)):
            if self.name in letters_in(item) and axis in value.axes:
                index = scripts.whole_index(item, self.env)
                self.places.append((value, axis, index))

    def values(self, first: float, last: float, s: Locals) -> range:
        """Return the finite range that holds every term but zeros."""
        if first == math.inf or last == -math.inf:
            raise EquationError("a sum that begins at its far end", "range")
        low, high = math.inf, -math.inf
        for value, axis, index in self.places:
            origin = index({**s, self.name: 0})
            slope = index({**s, self.name: 1}) - origin
            inside = value.extent(axis)
            if not slope or not inside or value.outside != 0:
                continue
            ends = [(i - origin) / slope for i in (inside[0], inside[-1])]
            low, high = min(low, *ends), max(high, *ends)
        if low > high:
            raise EquationError(
                "an infinite sum needs a sequence that is zero outside: "
                "bind Seq(..., outside=0)",
                "range",
            )
        beyond = (math.floor(low) - 1, math.ceil(high) + 1)
        for place in (*beyond, beyond[0] - 1, beyond[1] + 1):
            if first <= place <= last and self._at(place, s) != 0:
                raise EquationError(
                    f"the infinite sum goes on at {self.name} = {place}",
                    "range",
                )
        start = math.floor(low) if first == -math.inf else int(first)
        stop = math.ceil(high) if last == math.inf else int(last)
        return range(max(start, beyond[0]), min(stop, beyond[1]) + 1)

    def _at(self, place: int, s: Locals) -> Value:
        value = self.body({**s, self.name: place})
        return value if isinstance(value, int | float) else abs(value).max()
