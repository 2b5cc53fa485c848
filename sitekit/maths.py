r"""TeX to MathML while the site is built, and equations numbered by chapter.

The reader gets no maths JavaScript: Temml runs here, in the Node.js that pip installed.
A TeX error or an unknown ``\\eqref`` stops the build with file and line.
"""

import atexit
import functools
import json
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bs4 import BeautifulSoup

from sitekit import extent
from sitekit.asides import Asides
from sitekit.errors import PageError
from sitekit.npm import NODE, ROOT
from texcheck.document import blocks, masked

LABEL = re.compile(r"\\label\{([a-z0-9-]+)\}\s*")
EQREF = re.compile(r"\\eqref\{([^}]*)\}")


class TexError(Exception):
    """What Temml said of a piece of TeX."""


@functools.cache
def _temml() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [NODE, ROOT / "sitekit" / "temml.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        encoding="utf-8",
    )
    atexit.register(process.communicate)  # it ends with its input
    return process


@functools.cache
def to_mathml(tex: str, display: bool) -> str:
    """Return `tex` as a ``<math>`` element that carries its source."""
    process = _temml()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise TexError(answer["error"])
    return answer["mathml"]


@dataclass(frozen=True)
class Equation:
    """One ``$$`` block: where it stands and what it is called."""

    page: str  # path of the Markdown file below docs/
    line: int
    number: str  # "2.7"
    label: str | None

    @property
    def anchor(self) -> str:
        """The id of the equation on its page."""
        return f"eq-{self.label or self.number.replace('.', '-')}"


def number_equations(
    pages: Iterable[tuple[str, str, int]],
) -> dict[str, list[Equation]]:
    """Return the numbered equations of each (path, Markdown, chapter).

    Two equations of one label raise PageError.
    """
    equations: dict[str, list[Equation]] = {}
    seen: dict[str, Equation] = {}
    counts: dict[int, int] = {}
    for path, markdown, chapter in pages:
        equations[path] = []
        for block in blocks(markdown):
            if block.kind != "equation":
                continue
            line = block.line
            counts[chapter] = counts.get(chapter, 0) + 1
            label = LABEL.search(block.text)
            equation = Equation(
                path, line, f"{chapter}.{counts[chapter]}", label and label[1]
            )
            if equation.label in seen and equation.label is not None:
                first = seen[equation.label]
                raise PageError(
                    path,
                    line,
                    f"label {equation.label!r} already names the equation "
                    f"at {first.page}:{first.line}",
                )
            if equation.label is not None:
                seen[equation.label] = equation
            equations[path].append(equation)
    return equations


def check_references(
    path: str, markdown: str, labels: dict[str, Equation]
) -> None:
    r"""Raise PageError for an ``\eqref`` to a label that no equation has."""
    for match in EQREF.finditer(masked(markdown)):
        if match[1] not in labels:
            line = markdown.count("\n", 0, match.start()) + 1
            raise PageError(path, line, f"unknown \\eqref{{{match[1]}}}")


def resolve_references(
    markdown: str,
    labels: dict[str, Equation],
    url_to: Callable[[Equation], str],
) -> str:
    r"""Replace each ``\eqref{label}`` outside code by a link with its number."""
    pieces, end = [], 0
    for match in EQREF.finditer(masked(markdown)):
        equation = labels[match[1]]
        pieces += [
            markdown[end : match.start()],
            f'<a class="eqref" href="{url_to(equation)}">'
            f"({equation.number})</a>",
        ]
        end = match.end()
    return "".join([*pieces, markdown[end:]])


def render(
    soup: BeautifulSoup,
    path: str,
    markdown: str,
    equations: Iterable[Equation],
    asides: Asides,
) -> None:
    """Render the maths of a page, whose numbered `equations` come in order."""
    numbered = iter(equations)
    for element in soup.select(".arithmatex"):
        source = LABEL.sub("", element.get_text()[2:-2].strip())
        display = element.name == "div"
        try:
            mathml = to_mathml(source, display)
        except TexError as error:
            line = _line(markdown, source)
            raise PageError(path, line, f"TeX:{error}") from None
        if display:
            mathml = _box(mathml, next(numbered, None))
        element.replace_with(asides.put(mathml))


def _box(mathml: str, equation: Equation | None) -> str:
    """Return a displayed equation in the box it scrolls in, its number beside it."""
    box = (
        '<div class="equation__scroll" tabindex="0" role="group" '
        f'style="--em:{extent.em(mathml):.1f}"'
    )
    if equation is None:
        return (
            f'<div class="equation">{box} aria-label="Equation">'
            f"{mathml}</div></div>"
        )
    anchor, number = equation.anchor, equation.number
    return (
        f'<div class="equation" id="{anchor}">'
        f'{box} aria-label="Equation {number}">{mathml}</div>'
        f'<a class="equation__number" href="#{anchor}"'
        f' aria-label="Link to equation {number}">({number})</a></div>'
    )


def _line(markdown: str, tex: str) -> int:
    """Return the line of the page that `tex` starts on."""
    words = r"\s+".join(map(re.escape, tex.split()))
    match = re.search(words, markdown)
    return markdown.count("\n", 0, match.start()) + 1 if match else 1
