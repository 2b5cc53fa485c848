"""What Python in the page weighs: ``python -m sitekit.live SITE``, compressed bytes.

A page is measured as it was built, and once more without the buttons.
"""

import argparse
import gzip
from pathlib import Path
from statistics import median

from bs4 import BeautifulSoup

from sitekit.live.assets import LIVE, SCRIPT

#: What the pages have of it: the buttons, and the boxes of those outside snippets.
PARTS = ".live-button, .explorer, .live"


def wire(content: bytes) -> int:
    """Return how many bytes are sent; a pack is compressed as it is."""
    packed = content.startswith(b"\x1f\x8b")
    return len(content) if packed else len(gzip.compress(content, 9))


def assets(site: Path) -> dict[str, int]:
    """Return the size of each file that a press may fetch, largest first."""
    files = [p for p in (site / LIVE).rglob("*") if p.is_file()]
    sizes = {
        path.relative_to(site / LIVE).as_posix(): wire(path.read_bytes())
        for path in files
    }
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def with_and_without(html: str) -> tuple[int, int]:
    """Return the size of a page as it is, and without what is Python's."""
    soup = BeautifulSoup(html, "lxml")
    whole = wire(str(soup).encode())
    for part in soup.select(PARTS):
        part.extract()
    return whole, wire(str(soup).encode())


def main() -> None:
    """Print the sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    site: Path = parser.parse_args().site
    sizes = assets(site)
    once = {n: s for n, s in sizes.items() if "/" not in n}
    pages = sum(sizes.values()) - sum(once.values())
    for name, size in once.items():
        print(f"{size:>12,}  {name}")
    print(f"{pages:>12,}  sources of equations and figures, of all pages")
    print(f"{sum(sizes.values()):>12,}  in all")
    print(
        f"{wire((site / SCRIPT).read_bytes()):>12,}  {SCRIPT}, at a first act"
    )
    added = []
    for path in sorted(site.rglob("index.html")):
        whole, bare = with_and_without(path.read_text("utf-8"))
        if whole > bare:
            added.append((whole - bare, path.parent.relative_to(site), bare))
    if not added:
        return
    most, page, bare = max(added, key=lambda one: one[0])
    print(
        f"Buttons on {len(added)} pages: median {median(a[0] for a in added):.0f}"
        f" bytes, most {most} on {page} of {bare:,}"
    )


if __name__ == "__main__":
    main()
