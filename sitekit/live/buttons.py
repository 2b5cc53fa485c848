"""The Run and Edit buttons of snippets, and the Check buttons of equations.

They stand in the page from the start, as plain HTML; `live.js` answers to them.
"""

import ast
import functools
import sys
from collections.abc import Sequence

from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

from sitekit.live.assets import HERE, SCRIPT
from sitekit.maths import Equation
from sitekit.snippets import Fence
from texcheck.document import Block

#: What can be imported in the page, beside the standard library.
PACKED = {"numpy", "reference_impl", "texcheck"}
#: These read their digits with scikit-learn.
DIGITS = "reference_impl.examples.digits_"


def file(config: MkDocsConfig) -> File:
    """Return the script that answers to the buttons, as a file of the site."""
    text = (HERE / "live.js").read_text(encoding="utf-8")
    return File.generated(config, SCRIPT, content=text)


def missing(code: str) -> str:
    """Return the first module that `code` imports and a page has not, or nothing."""
    for node in ast.walk(ast.parse(code)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            top = name.split(".")[0]
            if top not in PACKED | sys.stdlib_module_names:
                return top
            if name.startswith(DIGITS):
                return ".".join(name.split(".")[:3])
    return ""


def button(soup: BeautifulSoup, text: str, live: str) -> Tag:
    """Return a button that `live.js` answers to."""
    attributes = {"type": "button", "class": "live-button", "data-live": live}
    made = soup.new_tag("button", attrs=attributes)
    made.string = text
    return made


def add_to_snippets(soup: BeautifulSoup, fences: Sequence[Fence]) -> None:
    """Give each snippet that runs its two buttons; `tie` has been before."""
    blocks = soup.select("div.highlight[data-fate]")
    for block, fence in zip(blocks, fences, strict=True):
        if fence.fate != "run":
            continue
        if needs := missing(fence.body):
            block["data-local"] = needs
        for live, text in (("run", "Run"), ("edit", "Edit")):
            block.append(button(soup, text, live))


def add_to_equations(
    soup: BeautifulSoup,
    page: str,
    equations: Sequence[Equation],
    checked: Sequence[Block],
) -> None:
    """Give the evidence of each equation that holds a button to check it anew."""
    for at, (tick, equation, block) in enumerate(
        zip(soup.select("details.texcheck"), equations, checked, strict=True)
    ):
        body = tick.select_one(".texcheck__body")
        if body is None or block.mark is not None:
            continue
        check = button(soup, "Edit and check", "check")
        check["data-page"] = page
        check["data-at"] = str(at)
        check["data-equation"] = equation.anchor
        body.append(check)


def add_to_functions(soup: BeautifulSoup) -> None:
    """Give each function of an API page that has cases its button."""
    for heading in soup.select("h2.doc-heading[id]"):
        name = str(heading["id"]).rpartition(".")[2]
        if name in checkable():
            try_it = button(soup, "Check my implementation", "try")
            try_it["data-function"] = name
            box = soup.new_tag("div", attrs={"class": "live"})
            box.append(try_it)
            heading.insert_after(box)


@functools.cache
def checkable() -> frozenset[str]:
    """Return the functions that a reader's own can be compared with."""
    from reference_impl.cases import names

    return frozenset(names())
