"""Subscripts and superscripts: their items, parts and primes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from texcheck import macros
from texcheck.errors import EquationError, Unsupported
from texcheck.tokens import Token, is_sign
from texcheck.tree import Group, Node, Part, Scripts, Symbol

if TYPE_CHECKING:
    from texcheck.syntax import Parser

__all__ = ["scripts"]


def scripts(parser: "Parser", base: Node, start: int) -> Node:
    """Parse the subscript, superscript and primes behind `base`."""
    sub: tuple[Node, ...] = ()
    sup: list[Part] = []
    raised = False
    while True:
        if (token := parser.accept("'")) is not None:
            if raised:
                raise EquationError("a prime behind a superscript")
            sup.append(Part("prime", span=(token.start, token.stop)))
        elif parser.accept("_"):
            if sub:
                raise EquationError("double subscript: write braces")
            sub = _script(parser, _sub_items)
        elif parser.accept("^"):
            if raised:
                raise EquationError("double superscript: write braces")
            raised = True
            sup += _script(parser, _sup_parts)
        else:
            break
    if not sub and not sup:
        return base
    return Scripts(base, sub, tuple(sup), span=parser.span(start))


def _script(parser: "Parser", read: Callable[["Parser"], tuple]) -> tuple:
    """Read a script: braces around several tokens, or one token."""
    token = parser.next()
    if not is_sign(token, "{"):
        return _bare(parser, token, read)
    bars, parser.bars = parser.bars, []
    items = read(parser)
    parser.expect("}")
    parser.bars = bars
    return items


def _bare(
    parser: "Parser", token: Token, read: Callable[["Parser"], tuple]
) -> tuple:
    if token.kind == "number" and len(token.text) > 1:
        raise Unsupported(
            f"{token.text} as a bare script has two readings: "
            f"write {{{token.text}}}"
        )
    bars_or_signs = "()[]|&=<>,;:./'"
    if token.kind == "sign" and token.text in bars_or_signs:
        raise EquationError(f"{token.text} is not a script: write braces")
    first = parser.at - 1
    for _ in range(macros.arity(token)):
        parser.argument()
    inner = type(parser)(parser.tokens[first : parser.at])
    inner.depth = parser.depth
    items = read(inner)
    inner.expect_end()
    return items


def _sub_items(parser: "Parser") -> tuple[Node, ...]:
    stacked = parser.accept("substack") and parser.expect("{")
    items = [_item(parser)]
    while parser.accept(",", ";", "mid", "|") or (
        stacked and _newline(parser)
    ):
        items.append(_item(parser))
    if stacked:
        parser.expect("}")
    return tuple(items)


def _newline(parser: "Parser") -> bool:
    token = parser.peek()
    return (
        token is not None and token.kind == "newline" and bool(parser.next())
    )


def _sup_parts(parser: "Parser") -> tuple[Part, ...]:
    parts: list[Part] = []
    while (token := parser.peek()) is not None and not is_sign(token, "}"):
        parts.append(_part(parser, token))
    if not parts:
        raise EquationError("an empty superscript")
    return tuple(parts)


def _item(parser: "Parser") -> Node:
    r"""Parse an item of a subscript: ``t:t+n`` is one, of two values.

    ``<t`` is one, too, of one value.
    """
    start = parser.start()
    if parser.accept("<", "lt"):
        return Group("before", (parser.sum(),), span=parser.span(start))
    sign = _sign(parser)
    if sign is not None:
        return sign
    first = parser.compare()
    if not parser.accept(":"):
        if isinstance(first, Group) and first.kind == "<":
            return first.items[0] if len(first.items) == 1 else first
        return first
    items = (first, parser.compare())
    return Group(":", items, span=parser.span(start))


def _sign(parser: "Parser") -> Node | None:
    r"""Step over a sign or word alone, part of a name: ``v_*``, ``x_\max``."""
    token, at = parser.peek(), parser.at
    if token is None or not is_sign(token, *_SIGNS):
        return None
    parser.next()
    follows = parser.peek()
    if follows is None or is_sign(follows, "}", ",", ";", "mid", "|"):
        name = _SIGNS[token.text]
        return Symbol(name, word=True, span=(token.start, token.stop))
    parser.at = at
    return None


_SIGNS = {
    "+": "plus",
    "-": "minus",
    "*": "star",
    "ast": "star",
    "star": "star",
}
_WORDS = ("max", "min", "sup", "inf", "arg", "exp", "log")
_SIGNS |= {word: word for word in _WORDS}
_MARKS = {
    "top": "top",
    "intercal": "top",
    "prime": "prime",
    "*": "star",
    "ast": "star",
    "star": "star",
}


def _part(parser: "Parser", token: Token) -> Part:
    """Parse one part of a superscript."""
    start, at = token.start, parser.at
    if is_sign(token, *_MARKS):
        parser.next()
        return Part(_MARKS[token.text], span=(start, token.stop))
    if is_sign(token, "'"):
        parser.next()
        return Part("prime", span=(start, token.stop))
    if is_sign(token, "odot"):
        parser.next()
        return Part("odot", (parser.sum(),), span=parser.span(start))
    if is_sign(token, "(", "[", "langle"):
        group = parser.atom()
        follows = parser.peek()
        if isinstance(group, Group) and (
            follows is None or is_sign(follows, "}", ",", *_MARKS)
        ):
            parser.accept(",")
            return Part("label", group.items, span=group.span)
        parser.at = at
    if is_sign(token, "+", "-"):
        parser.next()
        follows = parser.peek()
        if follows is None or is_sign(follows, "}"):
            kind = "plus" if token.text == "+" else "minus"
            return Part(kind, span=(start, token.stop))
        parser.at = at
    node = _sign(parser) if is_sign(token, *_WORDS) else None
    node = parser.sum() if node is None else node
    parser.accept(",")
    return Part("expr", (node,), span=parser.span(start))
