r"""The environments inside a formula: ``cases`` and matrices."""

from typing import TYPE_CHECKING

from texcheck.errors import EquationError, Unsupported
from texcheck.macros import is_phrase
from texcheck.tree import Cases, Group, Matrix, Node

if TYPE_CHECKING:
    from texcheck.syntax import Parser

__all__ = ["environment"]


def environment(parser: "Parser") -> Node:
    """Parse ``cases`` or a matrix."""
    token = parser.next()
    name = token.text
    if name == "cases":
        node: Node = _cases(parser, token.start)
    elif name in {"bmatrix", "pmatrix", "matrix", "smallmatrix"}:
        node = _matrix(parser, token.start)
    else:
        raise Unsupported(
            f"the environment {name} is not supported here: write aligned, "
            "cases or bmatrix"
        )
    end = parser.next()
    if end.kind != "end" or end.text != name:
        raise EquationError(f"\\begin{{{name}}} is not ended")
    return node


def _ended(parser: "Parser") -> bool:
    token = parser.peek()
    if token is None:
        raise EquationError("an environment is not ended")
    return token.kind == "end"


def _newline(parser: "Parser") -> bool:
    """Step over a line break; False at the end of the environment."""
    token = parser.peek()
    if token is not None and token.kind == "newline":
        parser.next()
        return not _ended(parser)
    if not _ended(parser):
        raise EquationError(
            f"{parser.shown(token)} cannot stand in an environment"
        )
    return False


def _matrix(parser: "Parser", start: int) -> Node:
    rows: list[tuple[Node, ...]] = []
    more = True
    while more:
        row = [parser.sum()]
        while parser.accept("&"):
            row.append(parser.sum())
        rows.append(tuple(row))
        more = _newline(parser)
    if len({len(row) for row in rows}) > 1:
        raise EquationError("the rows of a matrix have different lengths")
    return Matrix(tuple(rows), span=parser.span(start))


def _cases(parser: "Parser", start: int) -> Node:
    values: list[Node] = []
    conditions: list[Node | None] = []
    more = True
    while more:
        values.append(parser.sum())
        parser.accept(",")
        parser.accept("&")
        conditions.append(_condition(parser))
        parser.accept(",", ".", ";")
        more = _newline(parser)
    if None in conditions[:-1]:
        raise EquationError("otherwise must be the last case")
    return Cases(tuple(values), tuple(conditions), span=parser.span(start))


def _condition(parser: "Parser") -> Node | None:
    token = parser.next() if _at_words(parser) else None
    if token is not None and token.text.strip(" ,.").lower() in {
        "otherwise",
        "else",
    }:
        return None
    start = parser.start()
    items = [parser.compare()]
    kind = ""
    while (joined := _junction(parser)) is not None:
        if kind not in {"", joined}:
            raise EquationError("and beside or in a condition: use brackets")
        kind = joined
        items.append(parser.compare())
    if not kind:
        return items[0]
    return Group(kind, tuple(items), span=parser.span(start))


def _at_words(parser: "Parser") -> bool:
    token = parser.peek()
    return token is not None and token.kind == "text" and is_phrase(token.text)


def _junction(parser: "Parser") -> str | None:
    if parser.accept("land", "wedge"):
        return "and"
    if parser.accept(","):
        token = parser.peek()
        ends = token is None or token.kind in {"newline", "end"}
        return None if ends else "and"
    if parser.accept("lor", "vee"):
        return "or"
    if _at_words(parser):
        text = parser.next().text.strip(" ,").lower()
        if text in {"and", "or"}:
            return text
        raise EquationError(f"the words {text!r} cannot stand here")
    return None
