r"""Check the equations of a page, in order, in one namespace.

A row whose left side is bound is compared; a row whose left side is not
defines it for the rows that follow.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from texcheck import functions, newnames, ranges, rules, sides
from texcheck.compare import TOLERANCE, Agreement
from texcheck.comparison import Comparison
from texcheck.coverage import Coverage
from texcheck.errors import EquationError
from texcheck.evaluate import environment
from texcheck.names import Reading
from texcheck.rows import Row, read_rows
from texcheck.scope import Clause, Scope
from texcheck.sides import Head
from texcheck.tree import Node, Part, Product, Scripts, Symbol

__all__ = ["Page", "Result", "check"]


@dataclass(frozen=True)
class Result:
    """What the check of one block has shown.

    Attributes
    ----------
    latex : str
        The block.
    rows : int
        How many rows it has.
    comparisons : int
        How many numbers were compared.
    largest_error : float
        The largest difference, relative to the size of the values.
    names : tuple of str
        What was compared with: bound arrays, numbers and functions.
    definitions : tuple of str
        The names that the block defines.
    reads : tuple of str
        Every bound name that was read.
    page, line : str, int or None
        Where the block stands.
    """

    latex: str
    rows: int
    comparisons: int
    largest_error: float
    names: tuple[str, ...]
    definitions: tuple[str, ...]
    reads: tuple[str, ...]
    page: str | None = None
    line: int | None = None


class Page:
    r"""The equations of one page.

    Parameters
    ----------
    name : str, optional
        The page, for messages.
    namespace : mapping, optional
        What the page's code has bound.
    seed : int
        The seed of random arguments.

    Examples
    --------
    >>> import numpy as np
    >>> from texcheck import Page
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> page = Page("mean.md", {"x": x, "n": 3, "v": np.var(x)})
    >>> page.check(r"\mu = \frac{1}{n} \sum_i x_i").definitions
    ('mu',)
    >>> page.check(r"v = \frac{1}{n} \sum_i (x_i - \mu)^2").comparisons
    1
    >>> page.finish()
    """

    def __init__(
        self,
        name: str | None = None,
        namespace: Mapping[str, Any] | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self.name = name
        self.seed = seed
        self.scope = Scope({} if namespace is None else namespace)
        self.block = 0
        self.clauses: list[tuple[Clause, int | None]] = []

    def bind(self, namespace: Mapping[str, Any]) -> None:
        """Take names from `namespace` from now on."""
        self.scope.namespace = namespace

    @contextmanager
    def trial(self) -> Iterator["Page"]:
        """Let blocks be tried inside; afterwards the page is as it was."""
        kept = (dict(self.scope.definitions), dict(self.scope.rows))
        namespace, block = self.scope.namespace, self.block
        clauses = list(self.clauses)
        used = [clause.used for clause, _ in clauses]
        try:
            yield self
        finally:
            self._restore(*kept, len(self.clauses))
            self.scope.namespace, self.block = namespace, block
            self.clauses = clauses
            for (clause, _), before in zip(clauses, used, strict=True):
                clause.used = before

    def check(
        self,
        latex: str,
        line: int | None = None,
        *,
        known: Collection[str] = (),
    ) -> Result:
        """Check one block.

        Parameters
        ----------
        latex : str
            What stands between the dollar signs.
        line : int, optional
            The line of the page, for messages.
        known : collection of str
            The source of rows that are likely to hold: they come last.

        Returns
        -------
        Result
            What was compared.

        Raises
        ------
        EquationError
            If a row is wrong, or cannot be read or evaluated.
        Unsupported
            If a notation has no single reading.
        """
        scope = self.scope
        kept = (dict(scope.definitions), dict(scope.rows), len(self.clauses))
        try:
            with np.errstate(all="ignore"):
                return self._check(latex, line, known)
        except EquationError as error:
            self._restore(*kept)
            raise error.at(page=self.name, line=line) from None
        except RecursionError:
            self._restore(*kept)
            raise EquationError("rows nested too deep", "work").at(
                page=self.name, line=line
            ) from None

    def _restore(
        self,
        definitions: dict[str, list[Clause]],
        rows: dict[str, list[Clause]],
        count: int,
    ) -> None:
        self.scope.definitions = definitions
        self.scope.rows = rows
        self.scope.reset(self.seed)
        del self.clauses[count:]

    def finish(self) -> None:
        """Raise if a definition has been of no use to any comparison."""
        for clause, line in self.clauses:
            if not clause.used:
                raise EquationError(
                    f"{clause.name} is not bound, so this row defines it, "
                    "but no compared row uses it",
                    "unused",
                ).at(
                    page=self.name,
                    line=line,
                    row=clause.row,
                    side=1,
                    source=clause.source,
                )

    # One block.

    def _check(
        self, latex: str, line: int | None, known: Collection[str]
    ) -> Result:
        self.scope.reset(self.seed)
        self.block += 1
        rows = read_rows(latex)
        compared: list[tuple[Row, Head | None]] = []
        defined: list[str] = []
        for row in rows:
            with _place(row):
                compared += self._sort(row, line, defined)
        comparisons: list[Comparison] = []
        for row, head in compared:
            if not _is_shape(row):
                with _place(row):
                    comparisons.append(self._comparison(row, head))
        agreement, coverage = Agreement(TOLERANCE), Coverage()
        names: list[str] = []
        for comparison in sorted(
            comparisons, key=lambda one: one.row.source in known
        ):
            with _place(comparison.row):
                comparison.run(agreement, coverage)
            names += comparison.names
        for row, _ in compared:
            if _is_shape(row):
                with _place(row):
                    names.append(self._shape(row, agreement))
        coverage.close(self.scope.extent)
        return Result(
            latex,
            len(rows),
            agreement.comparisons,
            agreement.largest,
            tuple(dict.fromkeys(names)),
            tuple(defined),
            self.scope.bound_reads(),
            self.name,
            line,
        )

    def _sort(
        self, row: Row, line: int | None, defined: list[str]
    ) -> list[tuple[Row, Head | None]]:
        """Register a definition; return what is left to compare."""
        if _is_shape(row):
            return [(row, None)]
        env = environment(self.scope)
        head = sides.head_of(row.sides[0])
        reading = env.try_resolve(head.node) if head else None
        if head is None or (reading and not self._is_new(reading, row)):
            return [(row, head)]
        if head.group is not None and _is_builtin(head):
            return [(row, head)]
        if row.ops[0] != "=":
            env.resolve(head.node)
        clause = self._definition(row, head)
        self._register(self.scope.definitions, clause)
        self.clauses.append((clause, line))
        defined.append(clause.name)
        if len(row.sides) == 2:
            return []
        rest = replace(
            row, sides=(row.sides[0], *row.sides[2:]), ops=row.ops[1:]
        )
        return [(rest, head)]

    def _is_new(self, reading: Reading, row: Row) -> bool:
        """Whether a row states one more rule for a name of the page."""
        return (
            row.ops[0] == "="
            and self.scope.entry(reading.name)[0] is None
            and not reading.parts
            and not reading.primes
        )

    def _definition(self, row: Row, head: Head) -> Clause:
        env = environment(self.scope)
        new = newnames.new_name(head, row, env)
        if (
            self.scope.lookup(new.name) is not None
            and new.name not in self.scope.definitions
        ):
            raise EquationError(f"{new.name} is bound already", "name")
        env = env.with_local(*(new.params or ()))
        letters, env = ranges.letters_of(
            row, dict.fromkeys(new.letters), [], env, infer=False
        )
        match = sides.pattern(new.index, set(new.letters), env)
        return rules.rule(
            new.name,
            new.params,
            new.index,
            match,
            row,
            letters,
            env,
            self.block,
        )

    def _register(
        self, rules: dict[str, list[Clause]], clause: Clause
    ) -> None:
        """Add a rule; a later block may state a rule anew."""
        others = rules.get(clause.name, [])
        twice = [
            other
            for other in others
            if other.key == clause.key and other.block == clause.block
        ]
        if twice and rules is self.scope.definitions:
            raise EquationError(f"{clause.name} is defined twice", "name")
        kept = [
            other
            for other in others
            if other.key != clause.key and other.rank == clause.rank
        ]
        rules[clause.name] = sorted([*kept, clause], key=lambda c: -c.fixed)

    def _comparison(self, row: Row, head: Head | None) -> Comparison:
        env = environment(self.scope)
        reading = env.try_resolve(head.node) if head else None
        comparison = Comparison(row, head, reading, env)
        clause = comparison.clause(self.block)
        if clause is not None:
            self._register(self.scope.rows, clause)
        return comparison

    def _shape(self, row: Row, agreement: Agreement) -> str:
        r"""Compare ``W \in \mathbb{R}^{m \times n}`` with the array."""
        env = environment(self.scope)
        value = env.build(row.sides[0])({})
        shape = np.array(np.shape(value), dtype=float)
        space = row.sides[1]
        dims = space.sup if isinstance(space, Scripts) else ()
        if len(dims) != 1 or dims[0].kind != "expr":
            wanted = np.array([])
        else:
            wanted = np.array(
                [env.build(n)({}) for n in _factors(dims[0])], dtype=float
            )
        agreement.add("=", shape, wanted, 0.0, {})
        if not shape.size:
            agreement.comparisons += 1
        return row.source.split(r"\in")[0].strip()


def _factors(part: Part) -> tuple[Node, ...]:
    node = part.items[0]
    if isinstance(node, Product) and set(node.ops[1:]) == {"times"}:
        return node.factors
    return (node,)


def _is_shape(row: Row) -> bool:
    space = row.sides[-1]
    base = space.base if isinstance(space, Scripts) else space
    return row.ops == ("in",) and base == Symbol("R", board=True)


def _is_builtin(head: Head) -> bool:
    symbol = head.symbol
    known = functions.BUILTIN.keys() | functions.ELEMENTWISE.keys()
    if symbol.marks or symbol.base not in known:
        return False
    if isinstance(head.node, Symbol):
        return True
    return not head.node.sub and all(
        part.kind == "prime" for part in head.node.sup
    )


@contextmanager
def _place(row: Row) -> Iterator[None]:
    """Give an error the place of the row it came up in."""
    try:
        yield
    except EquationError as error:
        if error.row is None:
            inner = f"\n  {error.source}" if error.source else ""
            error.row, error.source = row.number, row.source + inner
        raise


def check(
    latex: str,
    namespace: Mapping[str, Any],
    *,
    page: str | None = None,
    line: int | None = None,
    seed: int = 0,
) -> Result:
    r"""Check one block by itself.

    Parameters
    ----------
    latex : str
        The equation, as it stands between the dollar signs.
    namespace : mapping
        The values and functions that its names stand for.
    page, line : str, int, optional
        Where it stands, for messages.
    seed : int
        The seed of random arguments.

    Returns
    -------
    Result
        What was compared.

    Raises
    ------
    EquationError
        If a row is wrong, cannot be read or evaluated, or defines a name
        that no compared row uses.
    Unsupported
        If a notation has no single reading.

    Examples
    --------
    >>> import numpy as np
    >>> from texcheck import EquationError, check
    >>> x, w = np.array([1.0, 2.0, 4.0]), np.array([3.0, -1.0])
    >>> names = {"x": x, "w": w, "y": np.convolve(x, w, "valid")}
    >>> check(r"y_i = \sum_{k=0}^{1} x_{i+1-k}\, w_k", names).comparisons
    2
    >>> try:
    ...     check(r"y_i = \sum_{k=0}^{1} x_{i+k}\, w_k", names)
    ... except EquationError as error:
    ...     print(error.kind, error.index, error.left, error.right)
    value i = 0 5.0 1.0
    """
    this = Page(page, namespace, seed=seed)
    result = this.check(latex, line)
    this.finish()
    return result
