"""What names mean while a page is checked: bound values and earlier rows.

Values come from the namespace. Rows whose left side is not bound define it,
and are evaluated when something asks for them. While a derivative is taken,
compared rows are evaluated in the same way, so that a change of one value
reaches everything that the page says depends on it.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from texcheck.clauses import DERIVATIVE, Clause, Closure, Locals, Memo, Mode
from texcheck.errors import EquationError, OwnSide
from texcheck.names import Known
from texcheck.values import (
    Seq,
    Value,
    extent,
    is_number,
    moved,
    ndim,
    take,
    to_value,
)

__all__ = ["MAX_STEPS", "Clause", "Closure", "Locals", "Scope"]

MAX_STEPS = 400_000
MAX_CALLS = 60


class Scope:
    """The namespace of a page with the rows that have been read."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self.cache: dict[str, tuple[object, Known | None, Value]] = {}
        self.definitions: dict[str, list[Clause]] = {}
        self.rows: dict[str, list[Clause]] = {}
        self.memo: Memo = {}
        # What rules give in a derivative while nothing is replaced yet.
        self.unmoved: dict[tuple | None, Memo] = {}
        self.mode: Mode | None = None
        self.own: tuple[str, tuple] | None = None
        # What the definitions being evaluated have read, the innermost last.
        self.trail: list[set[tuple]] = []
        self.active: set[tuple] = set()
        self.steps = 0
        self.read_names: set[str] = set()
        self.rng = np.random.default_rng(0)
        self.inexact = False
        self.generation = 0

    def reset(self, seed: int) -> None:
        """Forget what an earlier block has evaluated."""
        self.generation += 1
        self.memo, self.mode, self.own, self.trail = {}, None, None, []
        self.unmoved = {}
        self.active, self.steps, self.inexact = set(), 0, False
        self.read_names = set()
        self.rng = np.random.default_rng(seed)
        for rules in (self.definitions, self.rows):
            for clauses in rules.values():
                for clause in clauses:
                    clause.body = None

    def fork(self) -> "Scope":
        """Return a copy that learns on its own."""
        other = Scope(self.namespace)
        other.cache = self.cache
        other.definitions = {k: list(v) for k, v in self.definitions.items()}
        other.rows = {k: list(v) for k, v in self.rows.items()}
        return other

    # Names.

    def entry(self, name: str) -> tuple[Known | None, Value]:
        """Return what the namespace binds to `name`."""
        if name.startswith("_") or name not in self.namespace:
            return None, None
        raw = self.namespace[name]
        cached = self.cache.get(name)
        if cached is None or cached[0] is not raw:
            cached = (raw, *_admit(raw))
            self.cache[name] = cached
        return cached[1], cached[2]

    def lookup(self, name: str) -> Known | None:
        """Return what `name` stands for, or None."""
        known, _ = self.entry(name)
        if known is not None:
            return known
        clauses = self.definitions.get(name)
        if not clauses:
            return None
        if clauses[0].params is not None:
            return Known("function")
        return Known("definition", None)

    def function(self, name: str) -> Callable[..., Value] | None:
        """Return the bound function `name`, or None."""
        known, value = self.entry(name)
        return value if known and known.kind == "function" else None

    def reads_single(self) -> bool:
        """Whether a value that was read has less than double precision."""
        return any(
            getattr(self.namespace.get(name), "dtype", None)
            in {np.dtype(np.float32), np.dtype(np.float16)}
            for name in self.read_names
        )

    def bound_reads(self) -> tuple[str, ...]:
        """Return the bound names that were read, in order."""
        names = (n for n in self.read_names if self.entry(n)[0] is not None)
        return tuple(sorted(names))

    # Work.

    def spend(self, steps: int = 1) -> None:
        """Count evaluations; refuse when there are too many."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise EquationError(
                f"the equation needs more than {MAX_STEPS} evaluations: "
                "use smaller data",
                "work",
            )

    # Values.

    def read(self, name: str, index: tuple[int, ...] = ()) -> Value:
        """Return the value of `name` at `index`."""
        if self.own is not None:
            self._refuse_own(name, index)
        if self.trail:
            self.trail[-1].add((name, index))
        mode = self.mode
        if mode and (name in mode.replaced or name in self.rows):
            return self._read_through(name, index)
        known, value = self.entry(name)
        if known is not None:
            return take(value, index)
        return self.rule(self.definitions, name, index)

    def _refuse_own(self, name: str, index: tuple[int, ...]) -> None:
        """Refuse the left side of the row, also inside a definition."""
        if self.own is None or self.own[0] != name:
            return
        shared = min(len(index), len(self.own[1]))
        if index[:shared] == self.own[1][:shared]:
            raise OwnSide(
                f"the row uses its own left side, {self.own[0]}, on the right",
                "name",
            )

    def _read_through(self, name: str, index: tuple[int, ...]) -> Value:
        assert self.mode is not None
        replaced = self.mode.replaced.get(name, ())
        inside = []  # newest first
        for at, value in reversed(replaced):
            if index[: len(at)] == at:
                found = take(value, index[len(at) :])
                break
            if at[: len(index)] == index:
                inside.append((at[len(index) :], value))
        else:
            found = self._unchanged(name, index)
        if not inside:
            return found
        whole = np.array(found, dtype=float)
        for place, value in reversed(inside):
            whole[place] = value
        return whole

    def _unchanged(self, name: str, index: tuple[int, ...]) -> Value:
        assert self.mode is not None
        known, value = self.entry(name)
        held = self.mode.held
        fixed = held is not None and held[0] == name and held[1] != index
        if name in self.rows and not fixed:
            found = self._by_rows(name, index, value if known else None)
            if found is not None:
                return found
        if known is not None:
            return take(value, index)
        return self.rule(self.definitions, name, index)

    def _by_rows(
        self, name: str, index: tuple[int, ...], bound: Value
    ) -> Value:
        """Return the value by compared rows; None where none applies."""
        clauses = self.rows[name]
        if all(len(index) < clause.rank for clause in clauses):
            if not isinstance(bound, np.ndarray):
                raise EquationError(
                    f"{name} needs all its indices in a derivative", "index"
                )
            rank = min(clause.rank for clause in clauses)
            whole = np.array(take(bound, index), dtype=float)
            for rest in np.ndindex(whole.shape[: rank - len(index)]):
                whole[rest] = self._unchanged(name, (*index, *rest))
            return whole
        return self.rule(self.rows, name, index, default=None)

    def rule(
        self,
        rules: dict[str, list[Clause]],
        name: str,
        index: tuple[int, ...],
        **default: Value,
    ) -> Value:
        """Return the value of `name` at `index` by the first rule for it."""
        for clause in rules.get(name, ()):
            if clause.params is not None:
                continue
            if len(index) < clause.rank:
                return self._collected(rules, clause, index)
            local = clause.match(index[: clause.rank])
            if local is not None:
                value = self.run(clause, index[: clause.rank], local)
                return take(value, index[clause.rank :])
        if default:
            return default["default"]
        raise EquationError(f"no row defines {name} at {list(index)}", "index")

    def _collected(
        self,
        rules: dict[str, list[Clause]],
        clause: Clause,
        index: tuple[int, ...],
    ) -> Value:
        """Return the array of a rule over the axes that have no index."""
        axis = len(index)
        inside = clause.extents(axis)
        if inside and inside[0] != 0:
            raise EquationError(
                f"{clause.name} starts at {inside[0]}: give it an index",
                "index",
            )
        entries = [self.rule(rules, clause.name, (*index, i)) for i in inside]
        if any(isinstance(entry, Seq) for entry in entries):
            raise EquationError(f"{clause.name} needs an index", "index")
        return np.array(entries)

    def run(self, clause: Clause, key: tuple, local: Locals) -> Value:
        """Evaluate a rule once for each index."""
        clause.used = True
        place = (id(clause), key)
        if place in self.memo:
            return self._remembered(*self.memo[place])
        if self.mode is not None and self.mode.replaced:
            value, reads = self._before(self.mode.held, clause, key, local)
            if not self.mode.reaches(reads):
                return self._remembered(value, reads)
        self._enter(clause, place)
        self.trail.append(set())
        try:
            value = clause(local)
        except EquationError as error:
            if error.row is None and error.source is None:
                error.at(source=f"in {clause.source}")
            raise
        finally:
            reads = self.trail.pop()
            self.active.discard(place)
        self.memo[place] = value, reads
        return self._remembered(value, reads)

    def _before(
        self, held: tuple | None, clause: Clause, key: tuple, local: Locals
    ) -> tuple[Value, set[tuple]]:
        """Return what a rule gives, and reads, while nothing is replaced."""
        memo = self.unmoved.setdefault(held, {})
        place = (id(clause), key)
        if place not in memo:
            try:
                with self._within(Mode({}, held), memo):
                    self.run(clause, key, local)
            except EquationError:  # what is replaced may be what mends it
                memo[place] = None, {DERIVATIVE}
        return memo[place]

    def _remembered(self, value: Value, reads: set[tuple]) -> Value:
        """Return a value after asking what it was made of."""
        if self.own is not None:
            for name, index in reads:
                self._refuse_own(name, index)
        if self.trail:
            self.trail[-1] |= reads
        return value

    def _enter(self, clause: Clause, place: tuple) -> None:
        self.spend()
        if place in self.active:
            raise EquationError(f"{clause.name} is defined by itself", "name")
        if len(self.active) > MAX_CALLS:
            raise EquationError(
                f"more than {MAX_CALLS} rows deep: use shorter data", "work"
            )
        self.active.add(place)

    def call(
        self, name: str, args: list[Value], index: tuple[int, ...] = ()
    ) -> Value:
        """Return a bound or defined function at `args`."""
        function = self.function(name)
        own = self.own
        if own and own[0] == name + "()" and _same(own[1], tuple(args)):
            raise EquationError(
                f"the row uses its own left side, {name}, on the right",
                "name",
            )
        if function is not None:
            return take(self._call(name, function, args), index)
        for clause in self.definitions.get(name, ()):
            if clause.params is not None and len(clause.params) == len(args):
                return self._apply(clause, args, index)
        raise EquationError(
            f"no row defines {name} of {len(args)} arguments", "name"
        )

    def _apply(
        self, clause: Clause, args: list[Value], index: tuple[int, ...]
    ) -> Value:
        assert clause.params is not None
        local = dict(zip(clause.params, args, strict=True))
        if len(index) < clause.rank:
            raise EquationError(
                f"{clause.name}(...) needs an index here", "index"
            )
        letters = clause.match(index[: clause.rank])
        if letters is None:
            raise EquationError(
                f"no row defines {clause.name} at {list(index)}", "index"
            )
        clause.used = True
        place = (id(clause), object())
        self._enter(clause, place)
        try:
            return take(clause({**local, **letters}), index[clause.rank :])
        finally:
            self.active.discard(place)

    def _call(
        self, name: str, function: Callable[..., Value], args: list[Value]
    ) -> Value:
        self.spend()
        self.read_names.add(name)
        copies = [
            np.array(arg) if isinstance(arg, np.ndarray) else arg
            for arg in args
        ]
        try:
            with np.errstate(all="ignore"):
                result = function(*copies)
        except EquationError:
            raise
        except Exception as error:
            raise EquationError(
                f"{name} raised {type(error).__name__}: {error}", "domain"
            ) from error
        known, value = _admit(result)
        if known is None:
            raise EquationError(
                f"{name} returned {type(result).__name__}, not a number or "
                "an array",
                "domain",
            )
        return value

    def extent(self, name: str, axis: int) -> range:
        """Return the indices of `name` along `axis`."""
        known, value = self.entry(name)
        if known is not None:
            return extent(value, axis)
        clauses = self.definitions.get(name, ())
        for clause in clauses:
            if axis < clause.rank:
                return clause.extents(axis)
        return extent(self.read(name), axis)

    def reads_of(self, closure: Closure, s: Locals) -> set[tuple]:
        """Return what `closure` reads, as names with their index."""
        with self._within(None, self.memo):
            self.trail.append(set())
            closure(s)
            return self.trail[-1]

    def shifted(
        self,
        closure: Closure,
        s: Locals,
        own: tuple[str, tuple[int, ...]],
        by: float,
    ) -> Value:
        """Return the value where the entry `own` is larger `by` that much."""
        name, index = own
        kept = self.cache[name]
        self.cache[name] = (*kept[:2], moved(kept[2], index, by))
        try:
            with self._within(None, {}):
                self.trail.append(set())  # reads then go through the cache
                return closure(s)
        finally:
            self.cache[name] = kept

    @contextmanager
    def changed(
        self,
        name: str,
        index: tuple[int, ...],
        value: Value,
        held: tuple[str, tuple[int, ...]] | None,
    ) -> Iterator[None]:
        """Evaluate with `name` at `index` replaced by `value`."""
        before = self.mode.replaced if self.mode else {}
        fixed = held or (self.mode.held if self.mode else None)
        replaced = {**before, name: (*before.get(name, ()), (index, value))}
        with self._within(Mode(replaced, fixed), {}):
            yield
        if self.trail:
            self.trail[-1].add(DERIVATIVE)

    @contextmanager
    def _within(self, mode: Mode | None, memo: Memo) -> Iterator[None]:
        """Evaluate rules in `mode`, apart from what is under way."""
        kept = self.mode, self.memo, self.own, self.trail
        self.mode, self.memo, self.own, self.trail = mode, memo, None, []
        try:
            yield
        finally:
            self.mode, self.memo, self.own, self.trail = kept


def _same(first: tuple, second: tuple) -> bool:
    return len(first) == len(second) and all(
        np.array_equal(a, b) for a, b in zip(first, second, strict=True)
    )


def _admit(raw: object) -> tuple[Known | None, Value]:
    """Return what a Python object is to an equation; None if it is not."""
    if isinstance(raw, Seq):
        return Known("sequence", raw.ndim), raw
    if inspect.isroutine(raw) or isinstance(raw, np.ufunc):
        return Known("function"), raw
    if isinstance(raw, type) or inspect.ismodule(raw) or raw is None:
        return None, None
    if isinstance(raw, str | bytes | dict):
        return None, None
    if callable(raw) and not isinstance(raw, np.ndarray):
        return Known("function"), raw
    try:
        value = to_value(raw)
    except (EquationError, TypeError, ValueError, OverflowError):
        return None, None
    if isinstance(value, Seq):
        return Known("sequence", value.ndim), value
    if is_number(value):
        return Known("whole" if type(value) is int else "scalar", 0), value
    return Known("array", ndim(value)), value
