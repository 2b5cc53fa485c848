"""New names: what a row defines that nothing binds."""

from dataclasses import dataclass

from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import is_cluster, is_index, label, letters_in, spellings
from texcheck.rows import Member, Range, Row
from texcheck.sides import CONSTANTS, Head, free_letters, is_letter
from texcheck.tree import (
    Group,
    Node,
    Number,
    Part,
    Product,
    Scripts,
    Symbol,
    walk,
)

__all__ = ["NewName", "new_name", "parameter"]


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
        if isinstance(inner, Symbol) and not is_letter(inner)
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
    return names[0] if names and names[0] not in CONSTANTS else None
