"""A row as a rule: how its left side gets a value at an index."""

from collections.abc import Callable

from texcheck import extents
from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import letters_in
from texcheck.ranges import Letters
from texcheck.rows import Row
from texcheck.scope import Clause, Locals
from texcheck.tree import Node, Symbol

__all__ = ["rule"]


def rule(
    name: str,
    params: tuple[str, ...] | None,
    items: tuple[Node, ...],
    match: Callable[[tuple[int, ...]], Locals | None],
    row: Row,
    letters: Letters,
    env: Env,
    block: int,
) -> Clause:
    """Return the rule that a row states for its left side."""
    names = {binder.name for binder in letters.binders} | env.letters

    def admitted(index: tuple[int, ...]) -> Locals | None:
        local = match(index)
        if local is None or not letters.admits(local):
            return None
        return local

    def inside(axis: int) -> range:
        item = items[axis]
        if not isinstance(item, Symbol) or item.base not in names:
            raise EquationError(
                f"{name} needs an index on axis {axis}", "index"
            )
        for binder in letters.binders:
            if binder.name == item.base:
                values = binder.values({})
                return range(min(values), max(values) + 1)
        return extents.infer(item.base, list(row.sides[1:]), env)({})

    fixed = [None if letters_in(item) & names else item for item in items]
    return Clause(
        name,
        params,
        len(items),
        admitted,
        lambda: env.build(row.sides[1]),
        inside,
        block,
        row.number,
        row.source,
        key=(len(params or ()), tuple(fixed)),
        fixed=len(items) - fixed.count(None),
    )
