r"""Altered forms of an equation, and how many of them a check rejects.

Each form is the equation's own LaTeX with one thing changed: a sign, a
term, an index, a label, a function. What the check of an equation is worth
is how many of them it rejects.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from texcheck.edits import edits_of
from texcheck.equations import Page
from texcheck.errors import EquationError
from texcheck.evaluate import environment
from texcheck.rows import read_rows
from texcheck.scope import Scope

__all__ = ["Altered", "Strength", "altered_forms", "strength"]


@dataclass(frozen=True)
class Altered:
    """One altered form: what was done, and the LaTeX that it gives."""

    change: str
    latex: str


@dataclass(frozen=True)
class Strength:
    """How many altered forms of an equation its check rejects.

    Attributes
    ----------
    by_value : int
        Forms rejected because the two sides differ.
    by_form : int
        Forms rejected by a name, a shape, an index or the grammar.
    survivors : tuple of Altered
        Forms that pass: equivalent formulas, or a weakness of the data.
    """

    by_value: int
    by_form: int
    survivors: tuple[Altered, ...]

    @property
    def total(self) -> int:
        """How many forms there are."""
        return self.by_value + self.by_form + len(self.survivors)

    @property
    def rejected(self) -> int:
        """How many forms are rejected."""
        return self.by_value + self.by_form


def strength(
    latex: str,
    namespace: Mapping[str, Any],
    *,
    page: Page | None = None,
    after: Iterable[tuple[str, Mapping[str, Any] | None]] = (),
    forms: Iterable[Altered] | None = None,
) -> Strength:
    r"""Count how many altered forms of an equation the check rejects.

    Parameters
    ----------
    latex : str
        The equation.
    namespace : mapping
        What its names stand for.
    page : Page, optional
        The page as it is before the equation; it is left as it is.
    after : iterable of (str, mapping or None)
        The later equations of the page, which may reject a false
        definition, each with its namespace where that is another.
    forms : iterable of Altered, optional
        The forms to try; every altered form when None.

    Returns
    -------
    Strength
        The counts, and the forms that pass.

    Raises
    ------
    EquationError
        If the equation itself fails.

    Examples
    --------
    >>> from texcheck.alter import strength
    >>> found = strength("a = b - c", {"a": 2.0, "b": 5.0, "c": 3.0})
    >>> found.rejected, found.survivors
    (5, ())
    """
    start = page if page is not None else Page()
    later = list(after)
    _try(latex, namespace, start, later)
    known = {row.source for row in read_rows(latex)}
    by_value = by_form = 0
    survivors = []
    if forms is None:
        forms = altered_forms(latex, namespace, start.scope)
    for form in forms:
        try:
            _try(form.latex, namespace, start, later, known)
        except EquationError as error:
            if error.kind == "value":
                by_value += 1
            else:
                by_form += 1
        else:
            survivors.append(form)
    return Strength(by_value, by_form, tuple(survivors))


def _try(
    latex: str,
    namespace: Mapping[str, Any],
    start: Page,
    later: list[tuple[str, Mapping[str, Any] | None]],
    known: Collection[str] = (),
) -> None:
    with start.trial() as page:
        own = len(page.clauses)
        page.bind(namespace)
        page.check(latex, known=known)
        new = page.clauses[own:]
        for other, names in later:
            if names is not None:
                page.bind(names)
            page.check(other)
        page.clauses = new
        page.finish()


def altered_forms(
    latex: str, namespace: Mapping[str, Any], scope: Scope | None = None
) -> list[Altered]:
    """Return every altered form of an equation, each once."""
    known = scope.fork() if scope is not None else Scope(namespace)
    known.namespace = namespace
    env = environment(known)
    forms: dict[str, str] = {}
    for row in read_rows(latex):
        for change, start, stop, text in edits_of(row, latex, env):
            form = latex[:start] + text + latex[stop:]
            forms.setdefault(form, change)
    forms.pop(latex, None)
    return [Altered(change, form) for form, change in forms.items()]
