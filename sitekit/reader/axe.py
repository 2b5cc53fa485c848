"""Goal 9: axe-core finds nothing, in either scheme, at any width, search or menu open."""

from functools import cache
from typing import TYPE_CHECKING

from sitekit.npm import ROOT
from sitekit.reader import theme
from sitekit.reader.goals import Result, judge
from sitekit.reader.layout import resize
from sitekit.reader.visit import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (1350, 390, 320)
SCHEMES = ("light", "dark")
#: The inside of an equation is looked at once a scheme, the text of the page once a
#: width; what stands around it, in every state. So a page takes seconds, not minutes.
MATHS, TEXT = "math > *", "article"
RUN = """(without) => axe.run({exclude: without.map((s) => [s])},
  {resultTypes: ["violations"], preload: false, elementRef: false})
  .then((found) => found.violations.map((v) =>
    [v.id, v.nodes.length, v.nodes[0].html.slice(0, 150), v.nodes[0].failureSummary]))"""


@cache
def source() -> str:
    """Return axe-core as npm installed it."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    return path.read_text(encoding="utf-8")


def measure(visited: Visit) -> Result:
    """Return goal 9 of the open page, its scripts loaded."""
    page = visited.page
    page.evaluate(source())
    faults: dict[str, str] = {}
    nodes = 0
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in WIDTHS:
            resize(page, width)
            for state, run in _states(page, width).items():
                for rule, count, html, why in run:
                    nodes += count
                    where = f"{scheme} {width} px {state}".strip()
                    told = f"{rule} ({where}): {html} {' '.join(why.split())}"
                    faults.setdefault(rule + html, told)
    return judge(str(nodes), list(faults.values()))


Found = list[tuple[str, int, str, str]]


def _states(page: "Page", width: int) -> dict[str, Found]:
    """Return what axe finds on the page itself, with search open, with menu open."""
    found = {"": page.evaluate(RUN, [] if width == WIDTHS[0] else [MATHS])}
    theme.open_search(page)
    found["search open"] = page.evaluate(RUN, [TEXT])
    theme.close_search(page)
    if width < 1000:
        theme.open_menu(page)
        found["menu open"] = page.evaluate(RUN, [TEXT])
        theme.close_menu(page)
    return found
