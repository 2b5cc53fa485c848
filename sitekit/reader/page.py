"""Every goal of a page that needs nothing but Chromium."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sitekit import chromium
from sitekit.reader import axe, glyphs, layout, phone, printed
from sitekit.reader.goals import Results
from sitekit.reader.server import Server
from sitekit.reader.visit import visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def measure_all(site: Path, paths: list[str]) -> dict[str, Results]:
    """Return all goals but Lighthouse's of some pages of `site`, one by one.

    Each page is named as it is done: all of them take a while. One on which
    Chromium did not answer is measured once more.
    """
    from playwright.sync_api import Error

    found = {}
    with chromium.launch() as browser, Server(site) as server:
        for path in paths:
            start = time.monotonic()
            try:
                found[path] = measure(browser, server, path)
            except Error as error:  # what else runs can starve it
                first = str(error).splitlines()[0]
                print(f"again: /{path}: {first}", file=sys.stderr)
                found[path] = measure(browser, server, path)
            seconds = time.monotonic() - start
            print(f"{seconds:4.0f} s  /{path}", file=sys.stderr, flush=True)
    return found


def measure(browser: "Browser", server: Server, path: str) -> Results:
    """Return all goals but Lighthouse's of the page at `path`."""
    results = phone.measure(browser, server, path)
    results[4] = layout.bare(browser, server, path)
    with visit(browser, server) as visited:
        visited.open(path)
        visited.wake()
        results |= layout.measure(visited)
        results[9] = axe.measure(visited)
        results[12] = printed.measure(visited)
        results[14] = glyphs.measure(visited)
    return results


def timed(site: Path, path: str, runs: int = 3) -> Results:
    """Return the goals a busy machine can miss: the best of `runs`.

    What else runs only ever makes a page slower, so the best is nearest the truth.
    """
    best: Results = {}
    with chromium.launch() as browser, Server(site) as server:
        for _ in range(runs):
            found = phone.measure(browser, server, path)
            for goal in phone.TIMED:
                if goal not in best or found[goal].passed:
                    best[goal] = found[goal]
            if all(result.passed for result in best.values()):
                break
    return best
