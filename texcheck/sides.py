"""What a left side is: a known value, a function, or a new name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from texcheck import derivative, functions, scripts
from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import (
    Reading,
    is_cluster,
    is_index,
    label,
    letter_name,
    letters_in,
    spellings,
)
from texcheck.rows import Member, Range, Row
from texcheck.scope import Closure, Locals
from texcheck.tree import (
    Applied,
    Big,
    Compare,
    Fraction,
    Group,
    Node,
    Number,
    Part,
    Product,
    Scripts,
    Symbol,
    call_parts,
    children,
    walk,
)

__all__ = [
    "Head",
    "NewName",
    "free_letters",
    "head_of",
    "index_of",
    "new_name",
    "parameter",
    "pattern",
    "spelled",
]

_CONSTANTS = {"e", "pi", "infty", "partial", "nabla"}


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
    if found is None or found.symbol.base not in _CONSTANTS:
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
        if _is_letter(node) and env.lookup(spellings(node)[0]) is None:
            names = set(spellings(node))
            if not names & bound and node.base not in _CONSTANTS:
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
        for place, below in enumerate(children(node)):
            if not _is_called(node, place):
                yield from _free(below, env, bound)


def _is_called(node: Node, place: int) -> bool:
    """Whether a factor is a function of LaTeX's own with its bracket."""
    if not isinstance(node, Product) or place + 1 >= len(node.factors):
        return False
    applied = call_parts(*node.factors[place : place + 2])
    if applied is None:
        return False
    return Head(applied.head).symbol.base in functions.BUILTIN


def spelled(symbol: Symbol) -> set[str]:
    """Return the names that a letter may spell."""
    return set(spellings(symbol))


def _is_letter(symbol: Symbol) -> bool:
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


# New names.


@dataclass(frozen=True)
class NewName:
    """A name that a row defines, with its index or its parameters."""

    name: str
    index: tuple[Node, ...]
    letters: frozenset[str]
    params: tuple[str, ...] | None


def new_name(head: Head, row: Row, env: Env) -> NewName:
    """Return what a left side defines that nothing binds."""
    used = _letters_of(row, env)
    symbol = head.symbol
    labels = [spellings(symbol)[0]]
    index: list[Node] = []
    node = head.node
    for part in node.sup if isinstance(node, Scripts) else ():
        _raised(part, labels, index, used, env)
    for item in node.sub if isinstance(node, Scripts) else ():
        if isinstance(item, Group) and item.kind == ":":
            labels += label(item)
            index += item.items
        else:
            _sort(item, labels, index, used, env)
    params = None
    if head.group is not None:
        params = _params(head.group, env)
        used = used - set(params)
        if index:
            raise EquationError(
                "a new function takes no index before its argument", "name"
            )
        index += head.after.sub if head.after else ()
        if head.after and head.after.sup:
            raise EquationError("a new function with a superscript", "name")
    index = [part for item in index for part in _apart(item, used)]
    letters = {name for item in index for name in letters_in(item)} & used
    return NewName("_".join(labels), tuple(index), frozenset(letters), params)


def _letters_of(row: Row, env: Env) -> set[str]:
    used: set[str] = set()
    for side in row.sides[1:]:
        used |= set(free_letters(side, env))
    for condition in row.conditions:
        if isinstance(condition, Range | Member):
            used |= set(spellings(condition.letter))
        else:
            used |= set(free_letters(condition.condition, env))
    return used


def _raised(
    part: Part, labels: list[str], index: list[Node], used: set[str], env: Env
) -> None:
    """Take one part of a superscript as a label or an index."""
    if part.kind in {"prime", "star", "plus", "minus"}:
        labels.append(part.kind)
    elif part.kind == "label":
        for item in part.items:
            _sort(item, labels, index, used, env)
    elif part.kind == "expr" and not isinstance(part.items[0], Number):
        names = label(part.items[0])
        if not names:
            raise EquationError("a new name to a power", "name")
        labels.append(names[0])
    else:
        raise EquationError("a new name to a power", "name")


def _sort(
    item: Node, labels: list[str], index: list[Node], used: set[str], env: Env
) -> None:
    """Take one script item of a new name as a label or as an index."""
    words = {
        spellings(inner)[0]
        for inner in walk(item)
        if isinstance(inner, Symbol) and not _is_letter(inner)
    }
    inside = {
        name for name in letters_in(item) - words if env.lookup(name) is None
    }
    if (inside and inside <= used) or (
        not inside and is_index(item, env.lookup, env.letters)
    ):
        index.append(item)
    elif label(item):
        labels.append(label(item)[0])
    else:
        raise EquationError(
            "a script of a new name is neither a label nor an index", "name"
        )


def _apart(item: Node, used: set[str]) -> tuple[Node, ...]:
    apart = is_cluster(item) and letters_in(item) <= used
    return item.factors if apart and isinstance(item, Product) else (item,)


def _params(group: Group, env: Env) -> tuple[str, ...]:
    if group.kind != "(" or group.bars:
        raise EquationError("a new function is written f(x)", "name")
    names: list[str] = []
    for item in group.items:
        found = parameter(item, env)
        if found is None or found in names:
            raise EquationError(
                "a new function takes letters that nothing binds: "
                "take another letter",
                "name",
            )
        names.append(found)
    return tuple(names)


def parameter(item: Node, env: Env) -> str | None:
    """Return the name of an argument that nothing binds yet."""
    if not isinstance(item, Symbol | Scripts):
        return None
    if isinstance(item, Scripts) and not isinstance(item.base, Symbol):
        return None
    if env.try_resolve(item) is not None:
        return None
    names = label(item)
    return names[0] if names and names[0] not in _CONSTANTS else None


def index_of(reading: Reading, head: Head) -> tuple[Node, ...]:
    """Return the index items of a known left side, brackets included."""
    if head.group is None:
        return reading.index
    return (*reading.index, *head.group.items)
