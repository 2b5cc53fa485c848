"""The two exceptions that a check raises."""

__all__ = ["EquationError", "Unsupported"]


class EquationError(ValueError):
    """An equation is wrong, or cannot be read or evaluated as it stands.

    Attributes
    ----------
    kind : str
        What failed: ``"value"`` (the two sides differ), ``"name"``,
        ``"shape"``, ``"index"``, ``"range"``, ``"domain"``, ``"unused"``,
        ``"work"`` or ``"syntax"``.
    reason : str
        The message without the place.
    page, line, row, side : str, int, int, int or None
        Where: page and line as given to the check, the row of the equation
        and the side of the row, both counted from 1.
    left, right : float, numpy.ndarray or None
        The two values, where two were compared.
    index : str or None
        The letters and the entry at which they differ.
    source : str or None
        The LaTeX of the row.
    """

    def __init__(
        self,
        reason: str,
        kind: str = "syntax",
        *,
        left: object = None,
        right: object = None,
        index: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.left = left
        self.right = right
        self.index = index
        self.page: str | None = None
        self.line: int | None = None
        self.row: int | None = None
        self.side: int | None = None
        self.source: str | None = None

    def at(
        self,
        *,
        page: str | None = None,
        line: int | None = None,
        row: int | None = None,
        side: int | None = None,
        source: str | None = None,
    ) -> "EquationError":
        """Fill in the parts of the place that are not known yet."""
        self.page = page if self.page is None else self.page
        self.line = line if self.line is None else self.line
        self.row = row if self.row is None else self.row
        self.side = side if self.side is None else self.side
        self.source = source if self.source is None else self.source
        return self

    def __str__(self) -> str:
        place = ":".join(
            str(part) for part in (self.page, self.line) if part is not None
        )
        where = [place] if place else []
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.side is not None:
            where.append(f"side {self.side}")
        lines = [": ".join([", ".join(where), self.reason])]
        if not where:
            lines = [self.reason]
        if self.source is not None:
            lines.append(f"  {self.source}")
        return "\n".join(lines)


class OwnSide(EquationError):  # noqa: N818 - reads as what it says
    """A row that uses its own left side on the right."""


class Unsupported(EquationError):  # noqa: N818 - reads as what it says
    """A notation that has no single reading, named with what to write."""
