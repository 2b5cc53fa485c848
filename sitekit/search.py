"""The search index made light: words without markup, API pages without their lists.

Tables of what was run, and the code of notebooks, are not indexed either.

What a parameter means is read on the API page; what finds that page is the function's
name, its signature and what it does.
"""

import json
import re
from pathlib import Path

from bs4 import BeautifulSoup

INDEX = "search/search_index.json"
API = "reference/"
#: Where the lists of an API entry begin.
LISTS = re.compile(
    r"<p>(?:Parameters|Attributes|Methods|Yields|Returns|Raises|Examples):</p>"
)
TAG = re.compile(r"<[^>]+>")


def leave_out(soup: BeautifulSoup, selector: str) -> None:
    """Keep what `selector` finds out of the index, such as tables of numbers."""
    for element in soup.select(selector):
        element["data-search-exclude"] = ""


def slim(site: Path) -> None:
    """Rewrite the index of the site, if it has one."""
    path = site / INDEX
    if not path.exists():
        return
    index = json.loads(path.read_text(encoding="utf-8"))
    for entry in index["docs"]:
        text = entry["text"]
        if entry["location"].startswith(API):
            text = LISTS.split(text, maxsplit=1)[0]
        entry["text"] = " ".join(TAG.sub(" ", text).split())
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
