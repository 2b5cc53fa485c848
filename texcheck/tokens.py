r"""From characters to tokens: what is presentational falls away here.

Spacing, sizes, labels and tags leave no token; ``\left`` and ``\right`` only
say on which side of its content a bar stands.
"""

import re
from dataclasses import dataclass

from texcheck.errors import EquationError, Unsupported

__all__ = ["MAX_CHARACTERS", "Token", "is_sign", "tokenize"]

MAX_CHARACTERS = 20_000

_PATTERN = re.compile(
    r"""(?P<space>\s+)
    |(?P<newline>\\\\(?:\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\])?)
    |(?P<command>\\(?:[A-Za-z]+|[^A-Za-z\s]|\s))
    |(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<letter>[A-Za-z])
    |(?P<sign>[-+*/=<>()\[\]{}|^_&'.,;:!~])
    """,
    re.VERBOSE,
)
_DROPPED = {
    *(",", ";", ":", "!", " ", ">", "\n", "\t"),
    *("displaystyle", "textstyle", "scriptstyle", "limits", "nolimits"),
    *("nonumber", "notag", "enspace", "thinspace", "allowbreak", "strut"),
    *("big", "Big", "bigg", "Bigg", "bigm", "Bigm", "relax", "noindent"),
}
_SIZED = {
    *("left", "right", "middle"),
    *("bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr"),
}
_TEXT = {"text", "textrm", "textbf", "textit", "textsf", "mbox", "textnormal"}
# Fonts for words, which may hold an underscore: \mathit{step\_num}.
_UPRIGHT = {"mathit", "mathrm", "mathsf", "mathtt", "mathbf", "texttt"}
_WORD = re.compile(r"\{([A-Za-z]+(?:\\_[A-Za-z0-9]+)+)\}")
_RAW = {"operatorname", "begin", "end", "label", "tag", "hspace", "mspace"}
_SILENT = {"label", "tag", "hspace", "mspace"}
_UNICODE = {
    "⊙": r"\odot",
    "∑": r"\sum",
    "∂": r"\partial",
    "−": "-",
    "×": r"\times",
    "·": r"\cdot",
    "⊤": r"\top",
    "≤": r"\le",
    "≥": r"\ge",
    "∆": r"\Delta",
    "⨁": "+",
}


@dataclass(frozen=True, slots=True)
class Token:
    r"""A token: its kind, its text, and the characters it stands on.

    `kind` is ``command``, ``number``, ``letter``, ``sign``, ``newline``,
    ``quad``, ``text``, ``begin`` or ``end``.
    """

    kind: str
    text: str
    start: int
    stop: int


def tokenize(latex: str) -> list[Token]:
    """Return the tokens of `latex` that carry meaning."""
    if len(latex) > MAX_CHARACTERS:
        raise EquationError(
            f"the block must have at most {MAX_CHARACTERS} characters, "
            f"got {len(latex)}"
        )
    tokens: list[Token] = []
    position = 0
    while position < len(latex):
        match = _PATTERN.match(latex, position)
        if match is None:
            raise _unreadable(latex[position])
        start, position = position, match.end()
        kind = str(match.lastgroup)
        if kind == "space" or match.group() == "~":
            continue
        text = match.group()
        if kind != "command":
            tokens.append(Token(kind, text, start, position))
            continue
        position = _command(latex, text[1:], start, position, tokens)
    _refuse_exponents(tokens)
    return tokens


def _unreadable(character: str) -> EquationError:
    if character in _UNICODE:
        return Unsupported(
            f"the character {character} is not supported: "
            f"write {_UNICODE[character]}"
        )
    if character in "$":
        return EquationError("a dollar sign inside the equation")
    if character == "%":
        return Unsupported("comments (%) are not supported: remove it")
    return Unsupported(
        f"the character {character!r} is not supported: write it in LaTeX"
    )


def _command(
    latex: str, name: str, start: int, position: int, tokens: list[Token]
) -> int:
    """Append the token of command `name`; return where reading goes on."""
    if name in _DROPPED:
        return position
    if name in {"quad", "qquad"}:
        tokens.append(Token("quad", name, start, position))
        return position
    if name in _TEXT or name in _RAW:
        return _raw(latex, name, start, position, tokens)
    word = _WORD.match(latex, position) if name in _UPRIGHT else None
    if word is not None:
        text = word[1].replace(r"\_", "_")
        tokens.append(Token("operatorname", text, start, word.end()))
        return word.end()
    if name in _SIZED:
        return _delimiter(latex, name, start, position, tokens)
    tokens.append(Token("command", name, start, position))
    return position


def _raw(
    latex: str, name: str, start: int, position: int, tokens: list[Token]
) -> int:
    match = re.compile(r"(\*?)\s*\{([^{}]*)\}").match(latex, position)
    if match is None:
        raise EquationError(f"\\{name} needs a plain argument in braces")
    stop = match.end()
    text = match.group(2)
    if name in _SILENT:
        return stop
    if "$" in text:
        raise Unsupported(
            "mathematics inside \\text is not supported: close \\text before"
        )
    text = text.replace(r"\_", "_")
    kind = "text" if name in _TEXT else name
    if name == "operatorname":
        text = re.sub(r"\\[,;:! ]|\s|\{\}", "", text)
    tokens.append(Token(kind, text.strip(), start, stop))
    return stop


def _delimiter(
    latex: str, name: str, start: int, position: int, tokens: list[Token]
) -> int:
    r"""Read what follows ``\left`` and its kin."""
    match = re.compile(r"\s*").match(latex, position)
    at = match.end() if match else position
    follows = _PATTERN.match(latex, at)
    text = follows.group() if follows else ""
    if text == ".":
        raise Unsupported(
            f"\\{name}. is not supported: write both delimiters, "
            r"or \begin{cases}"
        )
    bars = {"|": "vert", r"\|": "Vert", r"\vert": "vert", r"\Vert": "Vert"}
    if name == "middle":
        tokens.append(Token("command", "mid", start, at + len(text)))
        return at + len(text)
    if text in bars:
        side = "l" if name in {"left"} or name.endswith("l") else "r"
        tokens.append(
            Token("command", side + bars[text], start, at + len(text))
        )
        return at + len(text)
    return at


def _refuse_exponents(tokens: list[Token]) -> None:
    """Refuse ``1e-5``, which LaTeX sets as a product."""
    for first, second, third in zip(
        tokens, tokens[1:], tokens[2:], strict=False
    ):
        if (
            first.kind == "number"
            and second.text in {"e", "E"}
            and first.stop == second.start
            and second.stop == third.start
            and (third.kind == "number" or third.text == "-")
        ):
            raise Unsupported(
                f"{first.text}e{third.text} is not a number in LaTeX: "
                "write 10^{...}"
            )


def is_sign(token: Token | None, *texts: str) -> bool:
    """Whether `token` is the sign, or the command, of one of these names."""
    return (
        token is not None
        and token.kind in {"sign", "command"}
        and token.text in texts
        and not (token.kind == "command" and len(token.text) == 1)
    )
