"""Every goal of one page that needs nothing but Chromium."""

from pathlib import Path

from sitekit import chromium
from sitekit.reader import axe, glyphs, layout, phone, printed
from sitekit.reader.goals import Results
from sitekit.reader.server import Server
from sitekit.reader.visit import visit


def measure(site: Path, path: str) -> Results:
    """Return all goals but Lighthouse's of the page at `path` of `site`."""
    with chromium.launch() as browser, Server(site) as server:
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
