r"""What each macro does to the tree.

``Parser`` calls `command` and `word`; each gets the parser and reads its own
arguments from it.
"""

import re
from typing import TYPE_CHECKING

from texcheck.errors import EquationError, Unsupported
from texcheck.macros import BIG, DOTS, FONTS, FUNCTIONS, GREEK, MARKS, refuse
from texcheck.tokens import Token, is_sign
from texcheck.tree import (
    Big,
    Dots,
    Fraction,
    Function,
    Group,
    Node,
    Number,
    Product,
    Root,
    Scripts,
    Symbol,
)

if TYPE_CHECKING:
    from texcheck.syntax import Parser

__all__ = ["command", "word"]


def word(parser: "Parser", token: Token) -> Node:
    r"""Return the symbol of a word in ``\text`` or ``\operatorname``."""
    text = re.sub(r"[\s-]+", "_", token.text)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text):
        raise Unsupported(
            f"the text {token.text!r} is not supported: keep words outside "
            "the formula, or write a name of letters and digits"
        )
    name = text.replace("_", "").lower()
    if token.kind == "operatorname" and name in {"argmax", "argmin"}:
        return _big(parser, name, token.start)
    if token.kind == "operatorname" and name in {"max", "min"}:
        return _big(parser, name, token.start)
    return Symbol(text, word=True, span=(token.start, token.stop))


def command(parser: "Parser", token: Token) -> Node:
    """Return the node of the macro `token`, with its arguments."""
    name, start = token.text, token.start
    if name in GREEK:
        return Symbol(name, span=(start, token.stop))
    if name in FONTS:
        return _font(parser, name, start)
    if name in MARKS:
        return _marked(parser, MARKS[name], start)
    if name in {"frac", "tfrac", "dfrac"}:
        top, bottom = parser.argument(), parser.argument()
        return Fraction(top, bottom, span=parser.span(start))
    if name == "sqrt":
        return _root(parser, start)
    if name in BIG:
        return _big(parser, BIG[name], start)
    if name in {"arg", "argmax", "argmin"}:
        if name == "arg":
            name += parser.expect("max", "min").text
        return _big(parser, name, start)
    if name in FUNCTIONS:
        return _function(parser, "log" if name == "ln" else name, start)
    if name in DOTS:
        return Dots(span=(start, token.stop))
    if name == "underset":
        return _underset(parser)
    if name in {"underbrace", "overbrace", "boxed"}:
        return _decorated(parser, name)
    refuse(token)
    if not name.isalpha() or name in {"mid", "top"}:
        raise EquationError(f"\\{name} cannot stand here")
    raise Unsupported(
        f"\\{name} is not supported: write it with supported macros, or as "
        f"\\operatorname{{{name}}} with a function of that name"
    )


def _font(parser: "Parser", name: str, start: int) -> Node:
    """Fonts mean nothing, save that letters set together are one word."""
    node = parser.argument()
    span = parser.span(start)
    if isinstance(node, Symbol):
        board = node.board or name == "mathbb"
        return Symbol(node.base, node.marks, node.word, board, span=span)
    if (
        isinstance(node, Product)
        and not any(node.ops)
        and all(isinstance(f, Symbol) and not f.marks for f in node.factors)
    ):
        letters = "".join(
            f.base for f in node.factors if isinstance(f, Symbol)
        )
        return Symbol(letters, word=True, span=span)
    return node


def _marked(parser: "Parser", mark: str, start: int) -> Node:
    node = parser.argument()
    span = parser.span(start)
    if isinstance(node, Symbol):
        return Symbol(
            node.base, (*node.marks, mark), node.word, node.board, span=span
        )
    if isinstance(node, Scripts) and isinstance(node.base, Symbol):
        inner = node.base
        base = Symbol(
            inner.base, (*inner.marks, mark), inner.word, span=inner.span
        )
        return Scripts(base, node.sub, node.sup, span=span)
    raise Unsupported(
        f"\\{mark} over more than one letter is not supported: put it over "
        "a single letter"
    )


def _root(parser: "Parser", start: int) -> Node:
    degree = None
    if parser.accept("["):
        degree = parser.sum()
        parser.expect("]")
    body = parser.argument()
    return Root(body, degree, span=parser.span(start))


def _decorated(parser: "Parser", name: str) -> Node:
    r"""Return what stands under a brace; the label under it is dropped."""
    node = parser.argument()
    if name != "boxed" and parser.accept("_", "^"):
        label = parser.argument()
        if not (isinstance(label, Symbol) and label.word):
            raise Unsupported(
                f"\\{name} takes a label in words: write \\text{{...}}"
            )
    return node


def _underset(parser: "Parser") -> Node:
    r"""Read ``\underset{a}{\max}`` as ``\max_{a}``."""
    start = parser.at
    below, above = _skipped(parser), _skipped(parser)
    if not below or not above:
        raise EquationError("\\underset without a letter or an operator")
    at = below[0].start
    marks = [Token("sign", sign, at, at) for sign in "_{"]
    end = Token("sign", "}", below[-1].stop, below[-1].stop)
    parser.tokens[start : parser.at] = [*above, *marks, *below, end]
    parser.at = start
    return parser.factor()


def _skipped(parser: "Parser") -> list[Token]:
    """Step over the argument of a macro; return its tokens without braces."""
    start, level = parser.at, 0
    while True:
        token = parser.next()
        level += is_sign(token, "{") - is_sign(token, "}")
        if level <= 0:
            break
    found = parser.tokens[start : parser.at]
    return found[1:-1] if is_sign(found[0], "{") else found


def _limits(
    parser: "Parser",
) -> tuple[tuple[Node, ...], Node | None]:
    """Read the scripts of a big operator, in either order."""
    scripts = parser.scripts(Symbol(""), parser.start())
    if not isinstance(scripts, Scripts):
        return (), None
    sup: Node | None = None
    if scripts.sup:
        part = scripts.sup[0]
        if len(scripts.sup) > 1 or part.kind not in {"expr", "label"}:
            raise EquationError("the upper limit is not one expression")
        sup = part.items[0]
    return scripts.sub, sup


def _big(parser: "Parser", op: str, start: int) -> Node:
    r"""Parse ``\sum`` and its kin, whose body is the rest of the term."""
    sub, sup = _limits(parser)
    if not sub and sup is None and op in {"max", "min"}:
        body = parser.atom()
        if not isinstance(body, Group):
            raise EquationError(f"\\{op} needs a letter or a bracket")
        _refuse_script(parser, op)
        return Function(op, body, span=parser.span(start))
    if not sub:
        raise Unsupported(
            f"\\{op} without a letter is not supported: write \\{op}_{{i}}"
        )
    body = parser.product()
    if (
        op != "sum"
        and isinstance(body, Product)
        and {"/", "mod"} & set(body.ops)
    ):
        raise Unsupported(
            f"a / behind \\{op} has two readings: write \\frac or brackets"
        )
    if op != "sum" and isinstance(body, Group) and len(body.items) > 1:
        raise Unsupported(
            f"\\{op} with a letter and a list has two readings: "
            "leave one of them out"
        )
    return Big(op, sub, sup, body, span=parser.span(start))


def _refuse_script(parser: "Parser", name: str) -> None:
    token = parser.peek()
    if token is not None and token.kind == "sign" and token.text in "_^'":
        raise Unsupported(
            f"a script behind \\{name}(...) has two readings: "
            f"write \\{name}^2 (x), or brackets"
        )


def _function(parser: "Parser", name: str, start: int) -> Node:
    """Parse a function with its argument: a bracket or a single factor."""
    if is_sign(parser.peek(), "'"):
        return Symbol(name, span=parser.span(start))
    subs, power = _limits(parser)
    if len(subs) > 1 or (subs and name != "log"):
        raise EquationError(f"\\{name} with a subscript has no reading")
    token = parser.peek()
    bracketed = (
        token is not None
        and token.kind in {"sign", "command"}
        and token.text in {"(", "[", "{", "lvert", "lfloor", "lceil"}
    )
    if bracketed:
        body = parser.atom()
        _refuse_script(parser, name)
    else:
        body = _applied(parser, name)
    return Function(
        name, body, subs[0] if subs else None, power, span=parser.span(start)
    )


def _applied(parser: "Parser", name: str) -> Node:
    """Parse the argument of a function that stands without brackets."""
    start = parser.start()
    body = parser.factor()
    head = body.base if isinstance(body, Scripts) else body
    follows = parser.peek()
    if (
        isinstance(head, Symbol)
        and follows is not None
        and follows.kind == "sign"
        and follows.text in {"(", "["}
    ):
        group = parser.factor()
        body = Product(("", ""), (body, group), span=parser.span(start))
    if isinstance(body, Number) and is_sign(follows, "pi"):
        factors = (body, parser.factor())  # \log 2\pi is never (\log 2) \pi
        body = Product(("", ""), factors, span=parser.span(start))
    if isinstance(body, Big | Function):
        return body
    if parser.at_factor():
        raise Unsupported(
            f"\\{name} x y has two readings: write \\{name}(...) with brackets"
        )
    return body
