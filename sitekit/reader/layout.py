"""Goals 4, 10, 11 and 13: what stands on the page and whether it fits."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sitekit.reader import theme
from sitekit.reader.goals import Result, Results, judge, typical
from sitekit.reader.server import Server
from sitekit.reader.visit import Visit, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
PHONES = (390, 320)
DESK = 1280
COLUMNS = 79


def ask(page: "Page", question: str) -> Any:
    """Return what `question`, a call of a function of probe.js, answers."""
    return page.evaluate(f"() => {{ {PROBE}; return probe.{question} }}")


def resize(page: "Page", width: int) -> None:
    """Give the page `width` pixels, as if it had been opened so."""
    page.set_viewport_size({"width": width, "height": 844})


def measure(visited: Visit) -> Results:
    """Return goals 10, 11 and 13 of the open page."""
    page = visited.page
    overflow: list[str] = []
    fitting = (0, 0)
    for width in PHONES:
        resize(page, width)
        overflow += [f"{width} px: {f}" for f in ask(page, "overflow()")]
        if width == PHONES[0]:
            fitting = tuple(ask(page, "fitting()"))
    resize(page, DESK)
    weakest = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        weakest.append({**ask(page, "contrast()"), "scheme": scheme})
    meaning = ask(page, "meaning()")
    return {
        10: _overflow(overflow, fitting, ask(page, f"longCode({COLUMNS})")),
        11: _type(ask(page, "lines()"), weakest),
        13: judge(f"{meaning['count']}", meaning["faults"]),
    }


def _overflow(
    faults: list[str], fitting: tuple[int, ...], long: list[str]
) -> Result:
    count, fit = fitting
    faults = [
        *faults,
        *(f"over {COLUMNS} columns: {line.strip()[:60]}" for line in long),
    ]
    # One in ten may scroll; on a page with fewer than ten, one.
    if count - fit > math.ceil(count / 10):
        faults.append(f"{count - fit} of {count} equations do not fit 390 px")
    return judge(f"{fit}/{count}", faults)


def _type(lines: list[float], weakest: list[dict[str, Any]]) -> Result:
    measure = typical(lines)
    faults = []
    # A page of tables and signatures has too few lines to say anything.
    if len(lines) >= 5 and not 65 <= measure <= 75:
        faults.append(f"{measure:.0f} characters a line, not 65 to 75")
    faults += [
        f"{found['scheme']}: contrast {found['ratio']:.2f}, {found['what']}"
        for found in weakest
        if found["ratio"] < 4.5
    ]
    least = min(found["ratio"] for found in weakest)
    return judge(f"{measure:.0f} {least:.1f}", faults)


def bare(browser: "Browser", server: Server, path: str) -> Result:
    """Return goal 4: the page with JavaScript off, on a dark system."""
    with visit(
        browser,
        server,
        java_script_enabled=False,
        color_scheme="dark",
        viewport={"width": DESK, "height": 844},
    ) as visited:
        visited.open(path)
        page = visited.page
        found = ask(page, "content()")
        faults = [
            f"{there - shown} of {there} {what} not visible"
            for what in ("maths", "code", "figures", "headings")
            for there, shown in [found[what]]
            if shown < there
        ]
        if not found["dark"]:
            faults.append("light on a dark system")
        if page.query_selector("main pre .k, main pre .kn") and (
            found["colours"] < 3
        ):
            faults.append("code without colours")
        weakest = ask(page, "contrast()")
        if weakest["ratio"] < 4.5:
            faults.append(
                f"dark: contrast {weakest['ratio']:.2f}, {weakest['what']}"
            )
        if found["links"] < 3:
            faults.append("no navigation")
        resize(page, PHONES[0])
        theme.open_menu(page)
        if ask(page, "content()")["links"] < 3:
            faults.append("no navigation on a phone")
        shown = found["maths"][1] + found["code"][1] + found["figures"][1]
        return judge(str(shown), faults)
