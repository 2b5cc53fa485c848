"""What a left side is: a known value, a function, or a new name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from texcheck import derivative, functions, scripts
from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import (
    Reading,
    is_cluster,
    letter_name,
    letters_in,
    spellings,
)
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Applied,
    Big,
    Compare,
    Fraction,
    Group,
    Node,
    Product,
    Scripts,
    Symbol,
    call_parts,
    children,
)

__all__ = [
    "CONSTANTS",
    "Head",
    "free_letters",
    "head_of",
    "index_of",
    "is_letter",
    "pattern",
    "spelled",
]

CONSTANTS = {"e", "pi", "infty", "partial", "nabla"}


@dataclass(frozen=True)
class Head:
    """A left side that is one name: scripts, bracket and scripts behind."""

    node: Symbol | Scripts
    group: Group | None = None
    after: Scripts | None = None

    @property
    def symbol(self) -> Symbol:
        """The symbol without its scripts."""
        node = self.node.base if isinstance(self.node, Scripts) else self.node
        assert isinstance(node, Symbol)
        return node


def head_of(node: Node) -> Head | None:
    """Return the name that a left side consists of, or None."""
    if isinstance(node, Scripts) and isinstance(node.base, Symbol):
        found: Head | None = Head(node)
    elif isinstance(node, Symbol):
        found = Head(node)
    else:
        found = _applied(node)
    if found is None or found.symbol.base not in CONSTANTS:
        return found
    indexed = isinstance(found.node, Scripts) and found.node.sub
    return found if found.symbol.base == "e" and indexed else None


def _applied(node: Node) -> Head | None:
    if not isinstance(node, Product) or len(node.factors) != 2:
        return None
    applied: Applied | None = call_parts(*node.factors)
    if any(node.ops) or applied is None:
        return None
    first = applied.head
    if isinstance(first, Scripts) and any(
        isinstance(item, Compare) for item in first.sub
    ):
        return None
    return Head(applied.head, applied.group, applied.after)


# Letters that nothing binds.


def free_letters(node: Node, env: Env) -> dict[str, None]:
    """Return the names of single letters in `node` that nothing binds.

    Letters that belong to a label or to a big operator do not count.
    """
    return dict.fromkeys(_free(node, env, frozenset()))


def _free(node: Node, env: Env, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, Symbol):
        if is_letter(node) and env.lookup(spellings(node)[0]) is None:
            names = set(spellings(node))
            if not names & bound and node.base not in CONSTANTS:
                yield spellings(node)[0]
    elif isinstance(node, Scripts) and isinstance(node.base, Symbol):
        name = letter_name(node)
        if name is None or env.try_resolve(node) is not None:
            yield from _free_scripts(node, env, bound)
        elif name not in bound:
            yield name
    elif isinstance(node, Big):
        bound |= set(_bound_by(node))
        for below in children(node):
            yield from _free(below, env, bound)
    elif isinstance(node, Fraction | Product) and (
        found := derivative.differentials(node, env)
    ):
        for below in found:
            if not isinstance(below, Symbol):
                yield from _free(below, env, bound)
    else:
        averaged: set[str] = set()
        for place, below in enumerate(children(node)):
            if names := _averaged(node, place):
                averaged = names
            elif not _is_called(node, place):
                yield from _free(below, env, bound | averaged)
                averaged = set()


def _averaged(node: Node, place: int) -> set[str]:
    r"""Return the letters of ``\mathbb{E}_{x \sim p}`` before its bracket."""
    if not isinstance(node, Product) or place + 1 >= len(node.factors):
        return set()
    sign, bracket = node.factors[place : place + 2]
    if not isinstance(sign, Scripts) or not isinstance(bracket, Group):
        return set()
    if not isinstance(sign.base, Symbol) or sign.base.base != "E":
        return set()
    found = [item for item in sign.sub if isinstance(item, Compare)]
    names = {letter_name(i.sides[0]) for i in found if i.ops == ("~",)}
    return {name for name in names if name}


def _is_called(node: Node, place: int) -> bool:
    """Whether a factor is a function of LaTeX's own with its bracket."""
    if not isinstance(node, Product) or place + 1 >= len(node.factors):
        return False
    applied = call_parts(*node.factors[place : place + 2])
    if applied is None:
        return False
    base = Head(applied.head).symbol.base
    return base in functions.BUILTIN or base in functions.ELEMENTWISE


def spelled(symbol: Symbol) -> set[str]:
    """Return the names that a letter may spell."""
    return set(spellings(symbol))


def is_letter(symbol: Symbol) -> bool:
    """Whether a symbol is a single plain letter."""
    return not symbol.word and not symbol.marks


def _free_scripts(
    node: Scripts, env: Env, bound: frozenset[str]
) -> Iterator[str]:
    reading = env.try_resolve(node)
    if reading is None:
        items = [
            *node.sub,
            *(item for part in node.sup for item in part.items),
        ]
        plain = [item for item in items if not is_cluster(item)]
    else:
        plain = list(reading.index)
        plain += [item for part in reading.parts for item in part.items]
    for item in plain:
        yield from _free(item, env, bound)


def _bound_by(node: Big) -> Iterator[str]:
    for item in node.sub:
        first = item
        if isinstance(item, Compare):
            first = item.sides[0]
            if len(item.sides) == 3:
                first = item.sides[1]
        name = letter_name(first)
        if name is not None:
            yield name


# The index of a left side, solved for its letters.


def pattern(
    items: tuple[Node, ...], letters: set[str], env: Env
) -> Callable[[tuple[int, ...]], Locals | None]:
    """Return the function that solves an index for the letters in it."""
    seen: set[str] = set()
    steps: list[tuple[str | None, Closure]] = []
    for item in items:
        new = (letters_in(item) & letters) - seen
        if len(new) > 1:
            raise EquationError(
                "an index on the left with two new letters", "index"
            )
        name = new.pop() if new else None
        seen |= {name} if name else set()
        steps.append(
            (name, scripts.whole_index(item, env.with_letters(*seen)))
        )
    if letters - seen:
        raise EquationError(
            "a letter with a range does not stand in the index of the left: "
            + ", ".join(sorted(letters - seen)),
            "index",
        )
    return lambda index: _solve(steps, index)


def _solve(
    steps: list[tuple[str | None, Closure]], index: tuple[int, ...]
) -> Locals | None:
    local: Locals = {}
    for (name, item), value in zip(steps, index, strict=True):
        if name is None:
            if item(local) != value:
                return None
            continue
        origin = item({**local, name: 0})
        if item({**local, name: 1}) - origin != 1:
            raise EquationError(
                "an index on the left must be a letter plus a number", "index"
            )
        local[name] = value - origin
    return local


def index_of(reading: Reading, head: Head) -> tuple[Node, ...]:
    """Return the index items of a known left side, brackets included."""
    if head.group is None:
        return reading.index
    return (*reading.index, *head.group.items)
