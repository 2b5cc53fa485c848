"""Rows as rules, and what an evaluation of rules keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from texcheck.values import Value

__all__ = ["DERIVATIVE", "Clause", "Closure", "Locals", "Memo", "Mode"]

Locals = dict[str, Value]
Closure = Callable[[Locals], Value]
# Tells the letters of a clause from an index, or None where it differs.
Match = Callable[[tuple[int, ...]], Locals | None]
# What one evaluation of rules has found: value and reads by rule and index.
Memo = dict[tuple, tuple[Value, set[tuple]]]
# Stands among the reads for all that a derivative has read.
DERIVATIVE = ("", ())


@dataclass(eq=False)
class Clause:
    """One row as a rule: how its left side gets a value.

    `match` solves the index of the left side for its letters, `body` is
    built when it is first needed, and `extents` gives the indices along an
    axis of the left side.
    """

    name: str
    params: tuple[str, ...] | None
    rank: int
    match: Match
    build: Callable[[], Closure]
    extents: Callable[[int], range]
    block: int
    row: int
    source: str
    key: object = None
    fixed: int = 0
    used: bool = False
    body: Closure | None = field(default=None, repr=False)

    def __call__(self, local: Locals) -> Value:
        """Evaluate the right side."""
        if self.body is None:
            self.body = self.build()
        return self.body(local)


@dataclass(frozen=True)
class Mode:
    """A derivative under way: what is replaced, and what is held fixed."""

    #: By name; of a derivative within a derivative there are several.
    replaced: Mapping[str, tuple[tuple[tuple[int, ...], Value], ...]]
    held: tuple[str, tuple[int, ...]] | None = None

    def reaches(self, reads: set[tuple]) -> bool:
        """Whether what is replaced is, or may be, among `reads`."""
        if DERIVATIVE in reads:
            return True
        for name, index in reads:
            for at, _ in self.replaced.get(name, ()):
                shared = min(len(index), len(at))
                if index[:shared] == at[:shared]:
                    return True
        return False
