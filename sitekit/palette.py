"""The colours of figures, as matplotlib draws them and as the page shows them.

A drawing uses the mark, an odd colour nothing else has; in the SVG the mark becomes a
CSS variable, so that light and dark, and a reader's switch between them, each get
their own. Contrast with the page is at least 4.5:1 for ink, 3:1 for the rest.
"""

from typing import Any, NamedTuple


class Colour(NamedTuple):
    """One colour: its name, what matplotlib draws, and its two faces."""

    name: str
    mark: str
    light: str
    dark: str


INK = "#010203"
MUTED = "#040506"
FAINT = "#070809"
PAPER = "#0a0b0c"
BLUE = "#0d0e0f"
ORANGE = "#101112"
GREEN = "#131415"
RED = "#161718"
PURPLE = "#191a1b"
BLUE_WASH = "#1c1d1e"
ORANGE_WASH = "#1f2021"
GREEN_WASH = "#222324"

SHEET = "assets/figures.css"
COLOURS = (
    Colour("ink", INK, "#1f2328", "#e6e8eb"),
    Colour("muted", MUTED, "#59636e", "#a3acb8"),
    Colour("faint", FAINT, "#d5dae0", "#3b434d"),
    Colour("paper", PAPER, "#ffffff", "#15181d"),
    Colour("blue", BLUE, "#2563b8", "#78b0f5"),
    Colour("orange", ORANGE, "#b4540a", "#f2a35c"),
    Colour("green", GREEN, "#1a7f4b", "#5fd08f"),
    Colour("red", RED, "#c0303a", "#ff8b8b"),
    Colour("purple", PURPLE, "#7b45b8", "#c3a1f2"),
    Colour("blue-wash", BLUE_WASH, "#dbe8fa", "#1f3550"),
    Colour("orange-wash", ORANGE_WASH, "#fae5d0", "#4d3218"),
    Colour("green-wash", GREEN_WASH, "#d4f0e0", "#163d2a"),
)

STYLE: dict[Any, Any] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": (
        f"cycler('color', {[BLUE, ORANGE, GREEN, RED, PURPLE, MUTED]})"
    ),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "figure.facecolor": "none",
    "figure.figsize": (5.2, 3.0),
    "font.size": 10,
    "grid.color": FAINT,
    "image.cmap": "cividis",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}


def in_page(svg: str) -> str:
    """Return `svg` with CSS variables in the place of the marks."""
    for colour in COLOURS:
        face = f"var(--figure-{colour.name}, {colour.light})"
        svg = svg.replace(colour.mark, face)
    return svg


def css(auto: str, chosen: str) -> str:
    """Return the colours as CSS variables of both schemes.

    `auto` selects a page that follows the system, `chosen` one the reader turned dark.
    """
    light = "".join(f"--figure-{c.name}:{c.light};" for c in COLOURS)
    dark = "".join(f"--figure-{c.name}:{c.dark};" for c in COLOURS)
    return (
        f":root{{{light}}}@media screen{{{chosen}{{{dark}}}}}"
        f"@media screen and (prefers-color-scheme:dark){{{auto}{{{dark}}}}}"
    )
