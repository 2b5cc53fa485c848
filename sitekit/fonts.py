"""The maths font, cut down to what the site shows; a missing glyph stops the build."""

import base64
import html
import io
import re
from pathlib import Path
from typing import BinaryIO

from fontTools import subset
from fontTools.ttLib import TTFont

from sitekit.npm import ROOT

SOURCE = (
    ROOT
    / "node_modules/@fontsource/stix-two-math/files"
    / "stix-two-math-latin-400-normal.woff2"
)
TEMML_CSS = ROOT / "node_modules/temml/dist/Temml-STIX2.css"
FONT = "assets/maths.woff2"
SHEET = "assets/maths.css"
LIMIT = 40_000
FACE = (
    '@font-face{{font-family:STIX2;src:url("{}") format("woff2");'
    "font-display:block}}"
)
MATH = re.compile(r"<math\b.*?</math>", re.S)
#: What a one-letter <mi> looks like: italic, as MathML says.
ITALIC = {
    **{chr(ord("A") + i): chr(0x1D434 + i) for i in range(26)},
    **{chr(ord("a") + i): chr(0x1D44E + i) for i in range(26)},
    **{chr(0x391 + i): chr(0x1D6E2 + i) for i in range(17)},
    **{chr(0x3A3 + i): chr(0x1D6F4 + i) for i in range(7)},
    **{chr(0x3B1 + i): chr(0x1D6FC + i) for i in range(25)},
    "h": "\u210e",
    "∂": "\U0001d715",
    "ϵ": "\U0001d716",
    "ϑ": "\U0001d717",
    "ϕ": "\U0001d719",
}
#: Space, and signs that are never drawn.
INVISIBLE = set("\u2061\u2062\u2063\u2064\u200b\u200c\u200d\n\t ")


def css() -> str:
    """Return Temml's stylesheet with our cut of the font in place of its own."""
    rules = re.sub(
        r"@font-face \{.*?\}", "", TEMML_CSS.read_text(), flags=re.S
    )
    return FACE.format("maths.woff2") + rules


def characters(page: str) -> set[str]:
    """Return the characters that the maths of an HTML page draws."""
    drawn: set[str] = set()
    for math in MATH.findall(page):
        if "<msqrt" in math or "<mroot" in math:
            drawn.add("√")  # drawn by the browser, written nowhere
        math = re.sub(r"<annotation.*?</annotation>", "", math, flags=re.S)
        for attributes, text in re.findall(r"<mi([^>]*)>([^<]+)</mi>", math):
            if len(text) == 1 and "normal" not in attributes:
                drawn.add(ITALIC.get(text, text))
        drawn.update(html.unescape(re.sub(r"<[^>]*>", "", math)))
    return drawn - INVISIBLE


def write(site: Path) -> int:
    """Write the font for all pages below `site`; return its size in bytes.

    Raises ValueError for a character the font has not, or a font over `LIMIT`.
    """
    wanted: set[str] = set()
    for page in site.rglob("*.html"):
        wanted |= characters(page.read_text(encoding="utf-8"))
    cmap = TTFont(SOURCE).getBestCmap()
    missing = {c for c in wanted if ord(c) not in cmap}
    if missing:
        raise ValueError(
            f"the maths font has no glyph for {sorted(missing)} "
            f"({', '.join(f'U+{ord(c):04X}' for c in sorted(missing))})"
        )
    path = site / FONT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cut(SOURCE, wanted))
    size = path.stat().st_size
    if size > LIMIT:
        raise ValueError(f"the maths font has {size} bytes, over {LIMIT}")
    return size


def cut(source: Path | BinaryIO, wanted: set[str]) -> bytes:
    """Return the font `source` as WOFF2 with only the glyphs of `wanted`."""
    font = TTFont(source)
    options = subset.Options(
        flavor="woff2",
        layout_features=["ssty", "dtls", "math"],
        hinting=False,
        desubroutinize=True,
        notdef_outline=False,
        name_IDs=[0, 1, 2, 13, 14],
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(wanted)))
    cutter.subset(font)
    data = io.BytesIO()
    subset.save_font(font, data, options)
    return data.getvalue()


def unpacked(site: Path) -> bytes:
    """Return the font of the site not compressed, quick to cut again and again."""
    font = TTFont(site / FONT)
    font.flavor = None
    data = io.BytesIO()
    font.save(data)
    return data.getvalue()


def inside(font: bytes, page: str) -> str:
    """Return the rule that carries what the HTML `page` needs of `font` within itself.

    So the maths is there at the first paint and nothing moves when a font comes.
    """
    wanted = characters(page)
    if not wanted:
        return ""
    data = base64.b64encode(cut(io.BytesIO(font), wanted)).decode()
    return FACE.format(f"data:font/woff2;base64,{data}")
