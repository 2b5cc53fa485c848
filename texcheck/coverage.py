"""Which entries of which axes the rows of a block have compared."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from texcheck import extents
from texcheck.env import Env
from texcheck.errors import EquationError
from texcheck.names import letter_name, letters_in
from texcheck.ranges import Letters
from texcheck.rows import Row
from texcheck.scope import Closure, Locals
from texcheck.tree import Node, Symbol
from texcheck.values import Seq

__all__ = ["Coverage", "Known", "Trace", "check_letters"]


@dataclass
class Known:
    """A left side that names a bound value: its name and index."""

    name: str
    items: tuple[Node, ...]
    index: list[Closure]

    def at(self, s: Locals) -> tuple[int, ...]:
        """Return the index for these letters."""
        return tuple([i(s) for i in self.index])


@dataclass
class Trace:
    """A row that was compared: its left side, letters and right sides."""

    row: Row
    known: Known
    letters: Letters
    env: Env
    rights: list[Closure]

    def is_given(
        self, missing: set[int], visited: set[int], axis: int
    ) -> bool:
        """Whether these entries are where a recurrence starts or ends.

        They lie beyond one end of the range, the right side reads each, and
        they are no more than it reaches back.
        """
        _, value = self.env.scope.entry(self.known.name)
        if isinstance(value, Seq) and value.outside is not None:
            return False  # what is given stands outside already
        if not (max(missing) < min(visited) or min(missing) > max(visited)):
            return False
        read: set[int] = set()
        reach = [len(missing)]
        for s in self.letters.runs({}):
            here, entries = self.known.at(s)[axis], self._reads(s, axis)
            read |= entries
            reach.append(max((abs(i - here) for i in entries), default=0))
        return missing <= read and len(missing) <= min(reach)

    def _reads(self, s: Locals, axis: int) -> set[int]:
        """Return what the right sides read of the left side's own array."""
        scope = self.env.scope
        return {
            index[axis]
            for side in self.rights
            for name, index in scope.reads_of(side, s)
            if name == self.known.name and len(index) > axis
        }


class Coverage:
    """What has been compared so far, and what stated ranges have to cover."""

    def __init__(self) -> None:
        self.visited: dict[tuple[str, int], set[int]] = {}
        self.ranged: dict[tuple[str, int], Trace] = {}

    def visit(self, known: Known, s: Locals) -> None:
        """Note the entry that is compared."""
        for axis, i in enumerate(known.at(s)):
            self.visited.setdefault((known.name, axis), set()).add(i)

    def mark(self, trace: Trace) -> None:
        """Note the axes that a stated range must have covered."""
        letters = trace.letters
        for axis, item in enumerate(trace.known.items):
            if letters.guarded and not isinstance(item, Symbol):
                continue
            if letters.stated & letters_in(item):
                key = (trace.known.name, axis)
                self.ranged[key] = trace
                _admit_guarded(item, letters, self.visited[key])

    def close(self, extent: Callable[[str, int], range]) -> None:
        """Raise if a stated range leaves entries of an axis out.

        Where a recurrence starts, or ends, it may: what it is given there.
        """
        for (name, axis), trace in self.ranged.items():
            visited = self.visited[name, axis]
            missing = set(extent(name, axis)) - visited
            if missing and not trace.is_given(missing, visited, axis):
                shown = sorted(missing)[:4]
                raise EquationError(
                    f"the stated range leaves out {shown} of axis {axis} of "
                    f"{name}",
                    "range",
                ).at(row=trace.row.number, source=trace.row.source)


def _admit_guarded(item: Node, letters: Letters, visited: set[int]) -> None:
    """Count what a condition leaves out of a range as covered."""
    for binder in letters.binders:
        if letters.guarded and letter_name(item) == binder.name:
            with suppress(EquationError):
                visited |= set(binder.values({}))


def check_letters(left: Node, letters: Letters, env: Env) -> None:
    """Compare the stated ranges with the axes in an expression on the left."""
    for binder in letters.binders:
        if binder.name not in letters.stated:
            continue
        try:
            inside = set(extents.infer(binder.name, [left], env)({}))
            values = set(binder.values({}))
        except EquationError:
            continue
        if not inside <= values:
            raise EquationError(
                f"the stated range of {binder.name} leaves out "
                f"{sorted(inside - values)[:4]}",
                "range",
            )
