"""One row as a comparison: over which letters, and of what with what."""

import numpy as np

from texcheck import (
    calls,
    derivative,
    draws,
    ranges,
    rules,
    scripts,
    sides,
)
from texcheck.compare import (
    DERIVATIVE_TOLERANCE,
    SINGLE_TOLERANCE,
    TOLERANCE,
    Agreement,
)
from texcheck.coverage import Coverage, Known, Trace, check_letters
from texcheck.env import Env
from texcheck.errors import EquationError, OwnSide
from texcheck.names import Reading
from texcheck.rows import Row
from texcheck.scope import Clause, Closure, Locals
from texcheck.sides import Head
from texcheck.tree import (
    Fraction,
    Group,
    Node,
    Product,
    Scripts,
    Symbol,
    call_parts,
    children,
)
from texcheck.values import Value, is_number

__all__ = ["Comparison"]


# How near to one the slope of a row by its own left side may not come.
_VACUOUS = 1e-6


class Comparison:
    """A row whose left side has a value.

    Parameters
    ----------
    row : Row
        The row.
    head : Head or None
        The name that the left side consists of.
    reading : Reading or None
        How that name is read.
    env : Env
        The environment of the page.
    """

    def __init__(
        self,
        row: Row,
        head: Head | None,
        reading: Reading | None,
        env: Env,
    ) -> None:
        self.row, self.head, self.reading = row, head, reading
        self.scope = env.scope
        self.update = row.ops == ("<-",)
        if "<-" in row.ops and not self.update:
            raise EquationError(r"\leftarrow stands alone in its row")
        self._refuse_relations()
        _refuse_bound_letters(row.sides[0], env)
        free = sides.free_letters(row.sides[0], env)
        self.drawn = self._draws(free, env)
        env = env.with_local(*self.drawn)
        self.dims = {
            name: draws.dimension(name, row.sides, env) for name in self.drawn
        }
        free = {name: None for name in free if name not in self.drawn}
        self.letters, self.env = ranges.letters_of(
            row, free, [self._left()], env
        )
        # A power on the left is an expression, yet has a name of its own.
        self.owner = self._known()
        plain = self.reading is None or not self.reading.parts
        self.known = self.owner if plain else None
        self.names: list[str] = []

    def _refuse_relations(self) -> None:
        for op in self.row.ops:
            if op not in {"=", "<-", "<", ">", "<=", ">=", "!="}:
                raise EquationError(
                    f"the relation {op} has no reading between two sides"
                )
        for side in self.row.sides[1:]:
            if side == self.row.sides[0]:
                raise EquationError("both sides are the same formula", "name")

    def _left(self) -> Node:
        """Return the left side; of an update, with the name compared."""
        left = self.row.sides[0]
        if not self.update or self.head is None or self.reading is None:
            return left
        items = sides.index_of(self.reading, self.head)
        symbol = Symbol(self.reading.name + "_new", word=True)
        return Scripts(symbol, items) if items else symbol

    def _is_function(self) -> bool:
        if self.head is None or self.head.group is None:
            return False
        if self.reading is None:
            return True
        return self.reading.known.kind == "function"

    def _group(self) -> Group:
        """Return the bracket of a left side that is a call."""
        if self.head is None or self.head.group is None:
            raise EquationError("the left side is not a call")
        return self.head.group

    def _draws(self, free: dict[str, None], env: Env) -> list[str]:
        """Return the arguments that get random values."""
        if not self._is_function():
            return []
        return draws.arguments(self._group(), self.row, env)

    def _known(self) -> Known | None:
        """Return name and index of a left side that is a bound value."""
        named = self.head is not None and not self._is_function()
        if not named or self.head is None or self.reading is None:
            self._refuse_update()
            return None
        reading = self.reading
        if self.head.group is not None:
            number = reading.known.kind in {"scalar", "whole"}
            if number or self.head.after is not None or reading.parts:
                self._refuse_update()
                return None
        if reading.parts:
            self._refuse_update()
        items = sides.index_of(reading, self.head)
        name = reading.name + "_new" * self.update
        if self.update:
            self._refuse_alias(reading.name, name)
        return Known(
            name, items, scripts.indices(items, reading.known.ndim, self.env)
        )

    def _refuse_update(self) -> None:
        if self.update:
            raise EquationError(
                r"the left of \leftarrow must be a name", "name"
            )

    def _refuse_alias(self, old: str, new: str) -> None:
        """Refuse an update whose new value is missing, or the old one."""
        if self.scope.lookup(new) is None:
            raise EquationError(
                rf"unknown name: \leftarrow compares with {new}, which is "
                "not bound",
                "name",
            )
        names = self.scope.namespace
        if old in names and names[old] is names.get(new):
            raise EquationError(
                f"{new} is the very object {old}: bind the value after the "
                "update",
                "name",
            )

    # As a rule for derivatives.

    def clause(self, block: int) -> Clause | None:
        """Return the row as a rule that derivatives can go through."""
        if self.known is None or self.row.ops[0] != "=":
            return None
        names = {binder.name for binder in self.letters.binders}
        try:
            match = sides.pattern(self.known.items, names, self.env)
        except EquationError:
            return None
        return rules.rule(
            self.known.name,
            None,
            self.known.items,
            match,
            self.row,
            self.letters,
            self.env,
            block,
        )

    # Evaluation.

    def run(self, agreement: Agreement, coverage: Coverage) -> None:
        """Compare every combination; raise at the first that differs."""
        lefts = self._lefts()
        rights = [self._built(k) for k in range(1, len(self.row.sides))]
        self.scope.inexact = False
        agreement.tolerance = TOLERANCE
        if self.scope.reads_single():
            agreement.tolerance = SINGLE_TOLERANCE
        elif len(lefts) > 1:
            agreement.tolerance = DERIVATIVE_TOLERANCE
        before, skipped = agreement.comparisons, 0
        for start in draws.drawn(self.dims, self.scope.rng):
            for s in self.letters.runs(start):
                self.scope.spend()
                if self.known is not None:
                    coverage.visit(self.known, s)
                for left in lefts:
                    value = self._left_value(left, s)
                    if value is None:
                        skipped += 1
                    else:
                        self._compare(value, rights, s, agreement)
        if agreement.comparisons == before or skipped > draws.SKIPPED:
            raise EquationError(
                "nothing was compared: a range is empty, or the function has "
                "no value at random arguments (bind them)",
                "range",
            ).at(side=1)
        if self.known is None:
            check_letters(self.row.sides[0], self.letters, self.env)
            return
        coverage.mark(
            Trace(self.row, self.known, self.letters, self.env, rights)
        )

    def _built(self, side: int) -> Closure:
        try:
            return self.env.build(self.row.sides[side])
        except EquationError as error:
            raise error.at(side=side + 1) from None

    def _lefts(self) -> list[Closure]:
        """Return what the right sides must equal: one value, or two.

        The quick one comes first: a false row ends there.
        """
        known, scope = self.known, self.scope
        if known is not None:
            self.names.append(known.name)
            scope.read_names.add(known.name)
            return [lambda s: scope.read(known.name, known.at(s))]
        if self.reading is not None:
            self.names.append(self.reading.name)
        elif self.head is not None:
            self.names.append(self.head.symbol.base)
        left = self.row.sides[0]
        if isinstance(left, Fraction):
            node = derivative.read(left, self.env)
            found = node and derivative.bound(node, self.env)
            if node and found:
                self.names.append(found[0])
                closures = [derivative.bound_value(found, self.env)]
                if derivative.derivable(node, self.env):
                    closures.append(derivative.numeric(node, self.env))
                return closures
        return [self._built(0)]

    def _left_value(self, left: Closure, s: Locals) -> Value | None:
        """Return a left value; None where a drawn argument has none."""
        try:
            value = left(s)
        except EquationError as error:
            if self.drawn and error.kind == "domain":
                return None
            raise error.at(side=1) from None
        plain = is_number(value) or isinstance(value, np.ndarray)
        if self.drawn and plain and not np.all(np.isfinite(value)):
            return None
        return value

    def _compare(
        self,
        first: Value,
        rights: list[Closure],
        s: Locals,
        agreement: Agreement,
    ) -> None:
        before = first
        for side, (op, right) in enumerate(
            zip(self.row.ops, rights, strict=True), start=2
        ):
            self.scope.own = self._own(s) if op in {"=", "<-"} else None
            try:
                value = self._right_value(right, s)
                if self.scope.inexact:
                    agreement.tolerance = max(
                        agreement.tolerance, DERIVATIVE_TOLERANCE
                    )
                relation = "=" if op == "<-" else op
                against = first if relation == "=" else before
                agreement.add(relation, against, value, self._scale(), s)
            except EquationError as error:
                raise error.at(side=side) from None
            finally:
                self.scope.own = None
            before = value

    def _right_value(self, right: Closure, s: Locals) -> Value:
        """Return a right value, which may hold the left one as one of many.

        So a Bellman equation may be written: a sum over all entries. It has
        to say something: where the row would hold for any value it is refused.
        """
        own = self.scope.own
        try:
            return right(s)
        except OwnSide as error:
            if own is None or self.known is None or not own[1]:
                raise
            if self.scope.entry(own[0])[0] is None:
                raise  # defined by a row, not bound
            self.scope.own = None
            others = {
                index
                for name, index in self.scope.reads_of(right, s)
                if name == own[0] and len(index) == len(own[1])
            } - {own[1]}
            value = right(s)
            by = 1.0 + float(np.max(np.abs(value), initial=0.0))
            change = self.scope.shifted(right, s, own, by) - value
            if not others or np.any(np.abs(change / by - 1) < _VACUOUS):
                raise error from None
            return value

    def _own(self, s: Locals) -> tuple[str, tuple] | None:
        """Return the name and index that the right side may not read."""
        if self.owner is not None:
            return self.owner.name, self.owner.at(s)
        if self.reading is not None and self._is_function():
            if self.reading.primes:
                return None
            items = self._group().items
            args = [calls.argument(item, self.env) for item in items]
            return self.reading.name + "()", tuple(arg(s) for arg in args)
        return None

    def _scale(self) -> float:
        if self.known is None:
            return 0.0
        _, value = self.scope.entry(self.known.name)
        if not isinstance(value, np.ndarray):
            return 0.0
        return float(np.max(np.abs(value[np.isfinite(value)]), initial=0.0))


def _refuse_bound_letters(node: Node, env: Env) -> None:
    """Refuse a left index that Python code of the page has left bound.

    An index inside an index, the t of ``V(S_t)``, may be bound.
    """
    if isinstance(node, Scripts) and isinstance(node.base, Symbol):
        reading = env.try_resolve(node)
        for item in reading.index if reading else ():
            _refuse_bound(item, env)
        return
    if isinstance(node, Product) and len(node.factors) == 2:
        applied = call_parts(*node.factors)
        reading = env.try_resolve(applied.head) if applied else None
        if applied and reading and reading.known.kind != "function":
            for item in applied.group.items:
                _refuse_bound(item, env)
            return
    for below in children(node):
        _refuse_bound_letters(below, env)


def _refuse_bound(item: Node, env: Env) -> None:
    if not isinstance(item, Symbol) or item.word or item.marks:
        return
    known = env.lookup(item.base)
    if known and known.kind == "whole" and item.base.islower():
        raise EquationError(
            f"the index {item.base} of the left side is bound to one "
            f"number: write `del {item.base}`, or use a capital",
            "name",
        )
