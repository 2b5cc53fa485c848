"""The copy button of a code block: what it copies runs alone.

The button stands in the page from the start; `copy.js` answers to it. A block copies
its ``data-copy`` where it has one, else its code.
"""

import re

from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

from sitekit.npm import ROOT

SCRIPT = "assets/copy.js"
PROMPT = re.compile(r"(?:>>>|\.\.\.)(?: (.*))?$")


def file(config: MkDocsConfig) -> File:
    """Return the script as a file of the site."""
    text = (ROOT / "sitekit" / "copy.js").read_text(encoding="utf-8")
    return File.generated(config, SCRIPT, content=text)


def without_prompts(session: str) -> str:
    """Return the code of an interactive session, prompts and outputs dropped."""
    rows = map(PROMPT.match, session.splitlines())
    return "".join(f"{row[1] or ''}\n" for row in rows if row)


def add_buttons(soup: BeautifulSoup) -> None:
    """Give each block of code, but no output, its button."""
    for block in soup.find_all("div", class_="highlight"):
        if block.get("data-fate") == "output" or block.select(
            ".sig, .filename"
        ):
            continue
        code = block.select_one("pre > code")
        if code is None:
            continue
        if code.get_text().startswith(">>> "):
            block["data-copy"] = without_prompts(code.get_text())
        block.append(_button(soup))


def _button(soup: BeautifulSoup) -> Tag:
    button = soup.new_tag("button", attrs={"class": "copy", "type": "button"})
    button.string = "Copy"
    return button
