"""Random arguments for rows such as ``f(z) = ...`` with z unbound."""

from collections.abc import Iterator

import numpy as np

from texcheck import extents, newnames, sides
from texcheck.env import Env
from texcheck.names import letters_in
from texcheck.rows import Guard, Row
from texcheck.scope import Locals
from texcheck.tree import Group, Node, Part, Scripts, Symbol, walk

__all__ = ["SKIPPED", "arguments", "dimension", "drawn"]

_SCALAR_DRAWS, _ARRAY_DRAWS, _LENGTHS = 12, 3, (5, 4, 3)
# How many arguments may have no value before they have to be bound.
SKIPPED = 9


def arguments(group: Group, row: Row, env: Env) -> list[str]:
    """Return the arguments that are neither bound nor given a range."""
    stated = {
        name
        for condition in row.conditions
        for name in (
            sides.free_letters(condition.condition, env)
            if isinstance(condition, Guard)
            else sides.spelled(condition.letter)
        )
    }
    found = [newnames.parameter(item, env) for item in group.items]
    return [name for name in found if name and name not in stated]


def drawn(dims: dict[str, int], rng: np.random.Generator) -> Iterator[Locals]:
    """Yield the random arguments; once nothing where there are none."""
    if not dims:
        yield {}
        return
    for _ in range(_ARRAY_DRAWS if any(dims.values()) else _SCALAR_DRAWS):
        yield {
            name: 1.5 * rng.standard_normal(_LENGTHS[-dim:])
            if dim
            else 1.5 * rng.standard_normal()
            for name, dim in dims.items()
        }


def dimension(name: str, nodes: tuple[Node, ...], env: Env) -> int:
    """Return how many indices an argument has wherever it stands."""
    dimension = 0
    for top in nodes:
        for node in walk(top):
            if isinstance(node, Scripts) and isinstance(node.base, Symbol):
                reading = env.try_resolve(node)
                if reading is None or reading.name != name:
                    continue
                axes = len(extents.flat(reading.index, env))
                transposed = Part("top") in reading.parts
                dimension = max(dimension, axes, int(transposed))
            if isinstance(node, Group) and node.kind in {"norm", "<"}:
                for item in node.items:
                    if name in letters_in(item):
                        dimension = max(dimension, 1)
    return min(dimension, len(_LENGTHS))
