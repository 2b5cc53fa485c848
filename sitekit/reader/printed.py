"""Goal 12: paper keeps every heading, equation and line of code."""

import re
import unicodedata

from sitekit.reader import pdf
from sitekit.reader.goals import Result, judge
from sitekit.reader.layout import ask
from sitekit.reader.visit import Visit

#: An A4 page between margins of 1 cm, in CSS pixels.
PAPER = 718
MARGIN = dict.fromkeys(("top", "right", "bottom", "left"), "1cm")


def measure(visited: Visit) -> Result:
    """Return goal 12 of the open page, which is on screen again afterwards."""
    page = visited.page
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    found = ask(page, "printed()")
    paper = page.pdf(format="A4", margin=MARGIN)  # type: ignore[arg-type]
    page.emulate_media(media="screen", color_scheme="light")
    there = _squeezed(pdf.text(paper))
    faults = list(found["faults"])
    for piece in found["texts"]:
        # Word by word: a long line may go on on the next sheet.
        lost = [w for w in piece.split() if _squeezed(w) not in there]
        if lost:
            faults.append(f"not in the PDF: {' '.join(lost)[:60]}")
    return judge(f"{pdf.pages(paper)} p", faults)


def _squeezed(words: str) -> str:
    """Return `words` without space and ligatures, which PDF keeps its own way."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words))
