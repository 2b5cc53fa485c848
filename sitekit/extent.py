"""How wide an equation is, so that a narrow screen can set it smaller and show it whole.

The browser breaks no displayed equation. So each says its width, in its own em, as the
CSS variable ``--em``; the stylesheet divides the room by it.
"""

from functools import cache

from bs4 import BeautifulSoup, Tag
from fontTools.ttLib import TTFont

from sitekit.fonts import ITALIC, SOURCE

#: Space on both sides of an operator, as MathML's dictionary has it, in em.
RELATIONS = dict.fromkeys("=≠<>≤≥≪≫≈≡∼≃≅∝∈∉⊂⊆→↦⇒⇔≔:", 0.56)
BINARY = dict.fromkeys("+−±×·∗⋅⊙⊗∘/∪∩∧∨⋆", 0.45)
COMMA = dict.fromkeys(",;", 0.17)
SPACE = {**RELATIONS, **BINARY, **COMMA}
#: Signs that grow in a displayed equation.
LARGE = "∑∏∫∮⋃⋂"
SCRIPT = 0.72
#: The widths below are short of the browser's by at most 7 %.
MARGIN = 1.08
UNITS = {"em": 1.0, "ex": 0.46, "mu": 1 / 18, "pt": 1 / 16, "px": 1 / 16}


@cache
def _advances() -> dict[int, float]:
    """Return the width of each character of the font, in em."""
    font = TTFont(SOURCE)
    metrics, unit = font["hmtx"].metrics, font["head"].unitsPerEm
    return {
        code: metrics[name][0] / unit
        for code, name in font.getBestCmap().items()
    }


def _text(node: Tag) -> float:
    words = node.get_text().strip()
    if node.name == "mi" and len(words) == 1:
        words = ITALIC.get(words, words)
    advances = _advances()
    wide = sum(advances.get(ord(letter), 0.55) for letter in words)
    if node.name == "mo":
        wide = wide * 1.5 if words in LARGE else wide + SPACE.get(words, 0.0)
    return wide


def _row(nodes: list[Tag]) -> float:
    return sum(width(node) for node in nodes)


def _table(rows: list[Tag]) -> float:
    cells = [[width(c) for c in row.find_all(recursive=False)] for row in rows]
    count = max(map(len, cells), default=0)
    columns = [
        max((r[i] for r in cells if i < len(r)), default=0)
        for i in range(count)
    ]
    # Columns of an aligned equation touch, those of a matrix do not.
    apart = 0.0 if "padding-left:0em" in str(rows[:1]) else 0.8
    return sum(columns) + apart * count


def width(node: Tag) -> float:
    """Return the width of a piece of MathML in em of its own type, about."""
    inside = node.find_all(recursive=False)
    match node.name:
        case "mi" | "mn" | "mo" | "mtext" | "ms":
            return _text(node)
        case "mspace":
            size = str(node.get("width", "0em"))
            return float(size[:-2] or 0) * UNITS.get(size[-2:], 0.0)
        case "annotation":
            return 0.0
        case "msub" | "msup" | "msubsup":
            scripts = max(map(width, inside[1:]))
            return width(inside[0]) + SCRIPT * scripts + 0.05
        case "munder" | "mover" | "munderover":
            return max(width(inside[0]), SCRIPT * max(map(width, inside[1:])))
        case "mfrac":
            return max(map(width, inside)) + 0.1
        case "msqrt" | "mroot":
            return _row(inside) + 1.0
        case "mtable":
            return _table(inside)
    return _row(inside)


def em(mathml: str) -> float:
    """Return the width of a displayed equation, with the margin, in em."""
    soup = BeautifulSoup(mathml, "html.parser")
    return MARGIN * width(soup)
