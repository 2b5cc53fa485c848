r"""From a block to its rows: sides, relations, ranges and conditions.

A block is cut at ``\\``. What stands behind ``\qquad``, a comma or words
such as *for* is a range, a condition, or another equation of the same row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from texcheck.errors import EquationError, Unsupported
from texcheck.macros import is_phrase
from texcheck.syntax import RELATIONS, Parser
from texcheck.tokens import Token, tokenize
from texcheck.tree import (
    Compare,
    Dots,
    Group,
    Node,
    Scripts,
    Symbol,
    walk,
)

__all__ = ["MAX_ROWS", "Guard", "Member", "Range", "Row", "read_rows"]

MAX_ROWS = 100

_TRANSPARENT = {
    *("aligned", "align", "align*", "split", "gathered", "gather", "gather*"),
    *("equation", "equation*"),
}
_OPEN = {"(", "[", "{", "langle", "lfloor", "lceil", "lvert", "lVert"}
_CLOSE = {")", "]", "}", "rangle", "rfloor", "rceil", "rvert", "rVert"}
_JOINING = {"+", "-", "cdot", "times", "odot"}


@dataclass(frozen=True)
class Range:
    r"""``letter = low, second, \dots, high``; one value: high is None."""

    letter: Symbol
    low: Node
    second: Node | None
    high: Node | None


@dataclass(frozen=True)
class Member:
    r"""``letter \in set``."""

    letter: Symbol
    group: Node


@dataclass(frozen=True)
class Guard:
    r"""A condition such as ``i \ne j`` or ``0 \le i < n``."""

    condition: Compare


@dataclass(frozen=True)
class Row:
    """One equation: its sides, the relations, and what stands behind."""

    sides: tuple[Node, ...]
    ops: tuple[str, ...]
    conditions: tuple[Range | Member | Guard, ...]
    number: int
    source: str


def read_rows(latex: str) -> list[Row]:
    r"""Parse a block into its rows.

    Examples
    --------
    >>> from texcheck.rows import read_rows
    >>> row, = read_rows(r"y_i = 2 x_i, \qquad i = 0, \dots, n - 1")
    >>> row.ops, len(row.sides), len(row.conditions)
    (('=',), 2, 1)
    """
    tokens = _unwrapped(tokenize(latex))
    rows: list[Row] = []
    lines = _joined(_lines(tokens))
    if len(lines) > MAX_ROWS:
        raise EquationError(
            f"the block must have at most {MAX_ROWS} rows, got {len(lines)}"
        )
    for number, line in enumerate(lines, start=1):
        source = latex[line[0].start : line[-1].stop]
        source = " ".join(source.split())
        try:
            rows += _read(line, number, source, rows)
        except EquationError as error:
            raise error.at(row=number, source=source) from None
    if not rows:
        raise EquationError("the block has no equation")
    return rows


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """Drop the environments that only align."""
    return [
        token
        for token in tokens
        if not (token.kind in {"begin", "end"} and token.text in _TRANSPARENT)
    ]


def _levels(tokens: list[Token]) -> Iterator[tuple[Token, int, int]]:
    """Yield each token with its depth in braces and in any bracket."""
    braces = brackets = 0
    for token in tokens:
        closes = token.kind == "end" or (
            token.kind in {"sign", "command"} and token.text in _CLOSE
        )
        plain = token.kind in {"begin", "end"} or (
            token.kind == "sign" and token.text in "{}"
        )
        if closes:
            brackets -= 1
            braces -= plain
        yield token, braces, brackets
        opens = token.kind == "begin" or (
            token.kind in {"sign", "command"} and token.text in _OPEN
        )
        if opens:
            brackets += 1
            braces += plain


def _lines(tokens: list[Token]) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    for token, braces, _ in _levels(tokens):
        if token.kind == "newline" and braces == 0:
            lines.append([])
        elif not (token.kind == "sign" and token.text == "&" and not braces):
            lines[-1].append(token)
    return [line for line in lines if any(t.kind != "quad" for t in line)]


def _joined(lines: list[list[Token]]) -> list[list[Token]]:
    """Join a line that starts with an operator to the one before it."""
    joined: list[list[Token]] = []
    for line in lines:
        content = [token for token in line if token.kind != "quad"]
        first = content[0]
        continues = (
            first.kind in {"sign", "command"}
            and first.text in _JOINING
            and not any(
                token.text in RELATIONS and depth == 0
                for token, _, depth in _levels(content)
                if token.kind in {"sign", "command"}
            )
        )
        if continues and joined:
            joined[-1] = joined[-1] + content
        else:
            start = line.index(first)
            joined.append(line[start:])
    return joined


def _parts(line: list[Token]) -> list[list[Token]]:
    """Cut a row at wide spaces and at words between formulas."""
    parts: list[list[Token]] = [[]]
    for token, _, depth in _levels(line):
        cuts = (
            token.kind == "quad"
            or (token.kind == "text" and is_phrase(token.text))
            or (token.kind == "command" and token.text == "forall")
        )
        if cuts and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _items(part: list[Token], left: Node | None) -> list[Node]:
    """Parse what stands between the commas of one part."""
    parser = Parser(part)
    items: list[Node] = []
    while parser.peek() is not None:
        if not items and left is not None:
            items.append(_continued(parser, left))
        else:
            items.append(parser.compare())
        mark = parser.accept(",", ";", ".")
        if mark is None or mark.text == ".":
            parser.expect_end()
    return items


def _continued(parser: Parser, left: Node) -> Node:
    """Parse ``= b = c``, which goes on from the row before."""
    sides, ops = [left], []
    while (op := parser.relation()) is not None:
        ops.append(op)
        sides.append(parser.sum())
    return Compare(tuple(ops), tuple(sides))


def _read(
    line: list[Token], number: int, source: str, before: list[Row]
) -> list[Row]:
    left = None
    if Parser(line).relation() is not None:
        if not before:
            raise EquationError("the row has no left side")
        left = before[-1].sides[0]
    rows: list[Row] = []
    conditions: list[Range | Member | Guard] = []
    for place, part in enumerate(_parts(line)):
        items = _items(part, left if place == 0 else None)
        if not items or (not rows and _are_letters(items, line)):
            continue
        if _is_equation(items[0], items[1:3], rows):
            equation = items.pop(0)
            assert isinstance(equation, Compare)
            rows.append(Row(equation.sides, equation.ops, (), number, source))
        conditions += _conditions(items, rows)
    return [replace(row, conditions=tuple(conditions)) for row in rows]


def _are_letters(items: list[Node], line: list[Token]) -> bool:
    r"""Whether a row starts with ``\forall i``, which adds nothing."""
    return line[0].text == "forall" and all(
        isinstance(item, Symbol) for item in items
    )


def _is_equation(item: Node, following: list[Node], rows: list[Row]) -> bool:
    """Whether the first item of a part is an equation of its own."""
    if not rows:
        if not isinstance(item, Compare):
            raise EquationError(
                "the row has no relation: write an equation, or words "
                "outside the formula"
            )
        return True
    if not isinstance(item, Compare):
        return False
    if Dots() in following:
        return False
    if item.ops[0] in {"=", "<-"}:
        return not _is_letter_of(item.sides[0], rows)
    return item.ops == ("in",) and _is_space(item.sides[1])


def _is_letter_of(node: Node, rows: list[Row]) -> bool:
    """Whether `node` is a letter in a script or call on a left side."""
    if not isinstance(node, Symbol):
        return False
    for row in rows:
        for inner in walk(row.sides[0]):
            if isinstance(inner, Scripts | Group) and inner is not node:
                below: tuple[Node, ...] = ()
                if isinstance(inner, Scripts):
                    below = (*inner.sub, *inner.sup)
                elif inner.kind in {"(", "["}:
                    below = inner.items
                if any(n == node for item in below for n in walk(item)):
                    return True
    return False


def _is_space(node: Node) -> bool:
    base = node.base if isinstance(node, Scripts) else node
    return isinstance(base, Symbol) and base.board and base.base == "R"


def _conditions(
    items: list[Node], rows: list[Row]
) -> list[Range | Member | Guard]:
    found: list[Range | Member | Guard] = []
    letters: list[Symbol] = []
    while items:
        item = items.pop(0)
        if isinstance(item, Symbol):
            letters.append(item)
            continue
        if not isinstance(item, Compare):
            raise EquationError(
                "behind the equation a range or a condition must follow"
            )
        last = item.sides[0]
        if item.ops == ("=",) and isinstance(last, Symbol):
            found += _range([*letters, last], item.sides[1], items, rows)
        elif item.ops == ("in",) and isinstance(last, Symbol):
            group = item.sides[1]
            found += [Member(letter, group) for letter in (*letters, last)]
        elif letters or "=" in item.ops or "in" in item.ops:
            raise Unsupported(
                r"two equations in one row need \qquad or \\ between them"
            )
        else:
            found.append(Guard(item))
        letters = []
    for letter in letters:
        if not _is_letter_of(letter, rows):
            raise EquationError(
                "a letter behind the equation that its left side has not"
            )
    return found


def _range(
    letters: list[Symbol], low: Node, items: list[Node], rows: list[Row]
) -> list[Range | Member | Guard]:
    second: Node | None = None
    high: Node | None = None
    if Dots() in items[:2]:
        before = items[: items.index(Dots())]
        second = before[0] if before else None
        del items[: len(before) + 1]
        if not items:
            raise EquationError("a range ends with its last value")
        high = items.pop(0)
    elif not _is_letter_of(letters[-1], rows):
        raise Unsupported(
            r"two equations in one row need \qquad or \\ between them"
        )
    return [Range(letter, low, second, high) for letter in letters]
