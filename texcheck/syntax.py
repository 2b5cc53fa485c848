r"""From tokens to a tree: sums, products, factors, scripts and brackets.

The parser knows no names: whether ``f(x)`` is a call or a product, and
whether a script is a label, an index or a power, is decided where values
are at hand. What has two readings in print is refused here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from texcheck import commands, environments, macros, script_syntax
from texcheck.errors import EquationError, Unsupported
from texcheck.tokens import Token, is_sign, tokenize
from texcheck.tree import (
    Compare,
    Group,
    Node,
    Number,
    Product,
    Sum,
    Symbol,
    call_parts,
)

__all__ = ["MAX_DEPTH", "RELATIONS", "Parser", "parse"]

MAX_DEPTH = 40

RELATIONS = {
    "=": "=",
    "coloneqq": "=",
    "equiv": "=",
    "doteq": "=",
    "triangleq": "=",
    "<": "<",
    "lt": "<",
    ">": ">",
    "gt": ">",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "ne": "!=",
    "neq": "!=",
    "in": "in",
    "sim": "~",
    "leftarrow": "<-",
    "gets": "<-",
}
_OPERATORS = {
    "cdot": "cdot",
    "times": "times",
    "odot": "odot",
    "oslash": "oslash",
    "/": "/",
    "bmod": "mod",
    "*": "conv",
    "ast": "conv",
    "star": "corr",
}
# The opening delimiter: kind of group and the delimiter that closes it.
_BRACKETS = {
    "(": ("(", ")"),
    "[": ("[", "]"),
    "lbrack": ("[", "rbrack"),
    "{": ("{", "}"),
    "langle": ("<", "rangle"),
    "lfloor": ("floor", "rfloor"),
    "lceil": ("ceil", "rceil"),
    "lvert": ("abs", "rvert"),
    "lVert": ("norm", "rVert"),
}
_BARS = {"|": "abs", "vert": "abs", "Vert": "norm"}
_ENDS = {
    *("+", "-", ")", "]", "}", ",", ";", "&", ":", ".", "!", "pm", "mp"),
    *("rangle", "rfloor", "rceil", "rvert", "rVert", "mid", "parallel"),
    *("colon", "forall", "land", "lor", "wedge", "vee", "approx", "propto"),
    *("to", "rightarrow", "Rightarrow", "implies", "iff", "mapsto"),
    *("}", "rbrack", "notin"),
}


def parse(latex: str) -> Node:
    r"""Parse one expression or chain of relations.

    Examples
    --------
    >>> from texcheck.syntax import parse
    >>> parse(r"2 + x").terms[0]
    Number(text='2')
    """
    parser = Parser(tokenize(latex))
    node = parser.compare()
    parser.expect_end()
    return node


class Parser:
    """A cursor over tokens with one method for each level of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.bars: list[str] = []

    def peek(self) -> Token | None:
        """Return the next token, or None at the end; spaces are skipped."""
        while (
            self.at < len(self.tokens) and self.tokens[self.at].kind == "quad"
        ):
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def next(self) -> Token:
        """Return the next token and step over it."""
        token = self.peek()
        if token is None:
            raise EquationError("the formula ends too early")
        self.at += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """Step over the next token if it is one of these."""
        token = self.peek()
        if is_sign(token, *texts):
            self.at += 1
            return token
        return None

    def expect(self, *texts: str) -> Token:
        """Step over the next token, which must be one of these."""
        token = self.peek()
        if token is None or not is_sign(token, *texts):
            raise EquationError(
                f"expected {' or '.join(texts)}, got {self.shown(token)}"
            )
        self.at += 1
        return token

    def expect_end(self) -> None:
        """Raise unless every token has been read."""
        token = self.peek()
        if token is not None:
            macros.refuse(token)
            raise EquationError(f"{self.shown(token)} cannot stand here")

    @staticmethod
    def shown(token: Token | None) -> str:
        """Return the token as it is written, for a message."""
        if token is None:
            return "the end"
        slash = "\\" if token.kind == "command" else ""
        return slash + token.text

    def start(self) -> int:
        """Return the character at which the next token starts."""
        token = self.peek()
        if token is None:
            return self.tokens[-1].stop if self.tokens else 0
        return token.start

    def span(self, start: int) -> tuple[int, int]:
        """Return the span from `start` to the last token read."""
        last = self.tokens[self.at - 1].stop if self.at else start
        return (start, max(start, last))

    # Relations, sums and products.

    def relation(self) -> str | None:
        """Step over a relation and return its sign, or None."""
        token = self.peek()
        if token is None or token.kind not in {"sign", "command"}:
            return None
        if is_sign(token, ":") and self.at + 1 < len(self.tokens):
            following = self.tokens[self.at + 1]
            if following.text == "=" and following.start == token.stop:
                self.at += 2
                return "="
        if token.text in RELATIONS and is_sign(token, token.text):
            self.at += 1
            return RELATIONS[token.text]
        return None

    def compare(self) -> Node:
        """Parse sides joined by relations; one side alone stays itself."""
        start = self.start()
        sides = [self.sum()]
        ops: list[str] = []
        while (op := self.relation()) is not None:
            ops.append(op)
            sides.append(self.sum())
        if not ops:
            return sides[0]
        return Compare(tuple(ops), tuple(sides), span=self.span(start))

    def sum(self) -> Node:
        """Parse terms with their signs."""
        start = self.start()
        first = self.accept("+", "-")
        signs = [first.text if first else "+"]
        terms = [self.product()]
        while (sign := self.accept("+", "-")) is not None:
            signs.append(sign.text)
            terms.append(self.product())
        if signs == ["+"]:
            return terms[0]
        return Sum(tuple(signs), tuple(terms), span=self.span(start))

    def product(self) -> Node:
        """Parse the factors of one term."""
        start = self.start()
        ops, factors = [""], [self.factor()]
        while True:
            op = self._operator()
            if not op and not self._starts_factor():
                break
            ops.append(op)
            factors.append(self.factor())
        if len(factors) == 1:
            return factors[0]
        self._refuse_slashes(ops, factors)
        return Product(tuple(ops), tuple(factors), span=self.span(start))

    def _operator(self) -> str:
        token = self.peek()
        if token is None or not is_sign(token, *_OPERATORS):
            return ""
        self.at += 1
        return _OPERATORS[token.text]

    @staticmethod
    def _refuse_slashes(ops: list[str], factors: list[Node]) -> None:
        called = len(ops) > 2 and not ops[-1] and call_parts(*factors[-2:])
        if called and ops[-2] == "/" and ops.count("/") == 1:
            return  # a / f(x) is refused later where f is no function
        for sign, shown in (("/", "a / b"), ("mod", r"a \bmod b")):
            if sign in ops and (ops[-1] != sign or ops.count(sign) > 1):
                raise Unsupported(
                    f"{shown} followed by another factor has two readings: "
                    r"write \frac or brackets"
                )
        for sign in ("mod", "conv", "corr"):
            if sign in ops and len(ops) > 2:
                raise Unsupported(
                    r"\bmod, * and \star among other factors have two "
                    "readings: write brackets"
                )

    def _starts_factor(self) -> bool:
        token = self.peek()
        if token is None:
            return False
        if token.kind in {"newline", "text", "end"}:
            return token.kind == "text" and not macros.is_phrase(token.text)
        if token.kind in {"number", "letter", "operatorname", "begin"}:
            return True
        if token.kind == "sign" and token.text in _BARS:
            return not self._closes_bar(token)
        if token.kind == "command":
            if token.text in {"Vert", "|"} or token.text == "vert":
                return not self._closes_bar(token)
            if token.text in RELATIONS:
                return False
            return token.text not in _ENDS
        return token.text in {"(", "[", "{"}

    def _closes_bar(self, token: Token) -> bool:
        """Whether a bar here ends what is open, or parts two arguments."""
        return True if self.bars else not self._opens_bar(token)

    def _opens_bar(self, token: Token) -> bool:
        """Whether the same bar follows in this bracket: |a| against a|b."""
        level = 0
        for following in self.tokens[self.at + 1 : self.at + 500]:
            if following.text in {"(", "[", "{", "lvert", "lVert"}:
                level += 1
            elif following.text in {")", "]", "}", "rvert", "rVert"}:
                level -= 1
            if level < 0:
                return False
            if level == 0 and following.text == token.text:
                return True
        return False

    def at_factor(self) -> bool:
        """Whether another factor follows, with or without an operator."""
        token = self.peek()
        return self._starts_factor() or is_sign(token, *_OPERATORS)

    # Factors.

    def factor(self) -> Node:
        """Parse one factor with its scripts; the depth is bounded here."""
        with self.deeper():
            start = self.start()
            base = self.atom()
            return self.scripts(base, start)

    def scripts(self, base: Node, start: int) -> Node:
        """Parse the scripts behind `base`, which started at `start`."""
        return script_syntax.scripts(self, base, start)

    def atom(self) -> Node:
        """Parse a factor without the scripts behind it."""
        token = self.peek()
        if token is None:
            raise EquationError("the formula ends too early")
        if token.kind == "number":
            self.at += 1
            return Number(token.text, span=(token.start, token.stop))
        if token.kind == "letter":
            self.at += 1
            return Symbol(token.text, span=(token.start, token.stop))
        if token.kind in {"text", "operatorname"}:
            if macros.is_phrase(token.text) and token.kind == "text":
                raise EquationError(f"the words {token.text!r} stand inside")
            self.at += 1
            return commands.word(self, token)
        if token.kind == "begin":
            return environments.environment(self)
        if token.kind == "sign" and token.text == "{":
            return self.braces()
        if token.kind == "sign" and token.text in _BARS:
            return self._barred(_BARS[token.text], token.text)
        if token.kind == "command" and token.text in {"|", "Vert"}:
            return self._barred("norm", token.text)
        if token.kind == "command" and token.text == "vert":
            return self._barred("abs", token.text)
        if token.kind == "command" and token.text == "{":
            return self.bracket("{", "}", command=True)
        if token.kind in {"sign", "command"} and token.text in _BRACKETS:
            kind, close = _BRACKETS[token.text]
            return self.bracket(kind, close)
        if token.kind == "command":
            self.at += 1
            return commands.command(self, token)
        raise EquationError(f"{self.shown(token)} cannot stand here")

    def braces(self) -> Node:
        """Parse ``{...}``, which groups without a meaning of its own."""
        self.expect("{")
        bars, self.bars = self.bars, []
        node = self.sum()
        self.expect("}")
        self.bars = bars
        return node

    def argument(self) -> Node:
        r"""Parse the argument of a macro: braces, or a single token."""
        token = self.peek()
        if token is not None and token.kind == "number":
            if len(token.text) > 1:
                return self._digit(token)
            self.at += 1
            return Number(token.text, span=(token.start, token.stop))
        if token is not None and token.kind == "sign" and token.text != "{":
            raise EquationError(f"{self.shown(token)} is not an argument")
        with self.deeper():
            return self.atom()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count one more level of nesting; too many are refused."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise EquationError(
                f"the formula is nested more than {MAX_DEPTH} deep"
            )
        try:
            yield
        finally:
            self.depth -= 1

    def _digit(self, token: Token) -> Node:
        r"""Take one digit of a number, as LaTeX does in ``\frac12``."""
        if len(token.text) != 2 or not token.text.isdigit():
            raise Unsupported(
                f"{token.text} as a macro's bare argument has two readings: "
                f"write {{{token.text}}}"
            )
        middle = token.start + 1
        self.tokens[self.at] = Token(
            "number", token.text[1], middle, token.stop
        )
        return Number(token.text[0], span=(token.start, middle))

    def _barred(self, kind: str, bar: str) -> Node:
        start = self.next().start
        self.bars.append(bar)
        body = self.sum()
        self.bars.pop()
        token = self.peek()
        if token is None or token.text != bar:
            raise EquationError(f"the bar {bar} is not closed")
        self.at += 1
        return Group(kind, (body,), span=self.span(start))

    def bracket(self, kind: str, close: str, *, command: bool = False) -> Node:
        """Parse a bracket with items between commas (or bars, in a call)."""
        start = self.next().start
        bars, self.bars = self.bars, []
        items = [self.compare()]
        barred = False
        while not self._closed(close, command):
            mark = self.accept(
                ",", ";", "|", "mid", "Vert", "parallel", "vert"
            )
            token = self.peek()
            if mark is None and token is not None and token.text == "|":
                mark = self.next()
            if mark is None:
                if token is not None:
                    macros.refuse(token)
                raise EquationError(
                    f"expected {close} or a comma, got {self.shown(token)}"
                )
            barred = barred or mark.text not in {",", ";"}
            items.append(self.compare())
        self.at += 1
        self.bars = bars
        return Group(kind, tuple(items), bars=barred, span=self.span(start))

    def _closed(self, close: str, command: bool) -> bool:
        token = self.peek()
        if token is None:
            raise EquationError(f"a bracket is not closed: expected {close}")
        if command:
            return token.kind == "command" and token.text == close
        return is_sign(token, close)
