"""API pages: one for each topic, made from the docstrings of its modules.

A module's docstring names its page, ``Page: docs/chapter/topic.md``. The functions of
all modules of one page share one API page, ``docs/reference/chapter/topic.md``, which
is not written by anybody; page and API page are linked both ways.
"""

import ast
import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString

from sitekit.npm import ROOT

PACKAGE = "reference_impl"
#: In the order of the site; an equation's number starts with that of its chapter.
CHAPTERS = ("neural-networks", "convolutional-networks", "recurrent-networks")
#: Where the list of all functions goes.
FUNCTIONS = "<!-- functions -->"
#: Where an API page says which equations its functions were compared with.
CHECKED = "<!-- checked -->"
PAGE = re.compile(r"^Page: docs/(\S+\.md)\.?$", re.M)
#: The dash before a description that is not there.
BARE = re.compile(r"\s*–\s*$")


@dataclass
class Topic:
    """A page of the chapters and the public functions it explains."""

    page: str  # below docs/
    members: dict[str, list[str]] = field(default_factory=dict)  # by module

    @property
    def reference(self) -> str:
        """Path of its API page, below docs/."""
        return f"reference/{self.page}"

    @property
    def title(self) -> str:
        """A title for a topic whose page is not written yet."""
        return Path(self.page).stem.replace("-", " ").capitalize()


def title(markdown: str, otherwise: str) -> str:
    """Return the first heading of a page, or `otherwise` where it has none."""
    match = re.search(r"^# (.+)$", markdown, re.M)
    return match[1].strip() if match else otherwise


@functools.cache
def topics() -> list[Topic]:
    """Return the topics of every chapter; one without public functions has none."""
    found: dict[str, Topic] = {}
    for path in sorted((ROOT / PACKAGE).glob("*_networks/[a-z]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = PAGE.search(ast.get_docstring(tree) or "")
        public = _public(tree)
        if public and named:
            topic = found.setdefault(named[1], Topic(named[1]))
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            topic.members[module] = public
    return list(found.values())


def _public(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return list(ast.literal_eval(node.value))
    return []


def checked(topic: Topic, equations: dict[str, list[str]]) -> str:
    """Return the lines that link each function to its equations."""
    rows = [
        f"- `{name}`: {', '.join(equations[name])}"
        for members in topic.members.values()
        for name in members
        if equations.get(name)
    ]
    head = "Equations these functions were compared with in this build:\n\n"
    return head + "\n".join(rows) if rows else ""


def names() -> dict[str, str]:
    """Return the full name of each public function."""
    return {
        name: f"{module}.{name}"
        for topic in topics()
        for module, members in topic.members.items()
        for name in members
    }


def link(markdown: str) -> str:
    """Let ``[`conv2d`][]`` point to the API page of that public function."""
    full = names()
    return re.sub(
        r"\[`(\w+)`\]\[\]",
        lambda m: f"[`{m[1]}`][{full.get(m[1], m[1])}]",
        markdown,
    )


def link_functions(
    soup: BeautifulSoup, url_to: Callable[[str], str | None]
) -> None:
    """Link each ``<code data-function="conv2d">`` to its API page.

    `url_to` returns the address of a Markdown file, or None if the site has it not.
    """
    full = names()
    pages = {
        name: topic.reference
        for topic in topics()
        for members in topic.members.values()
        for name in members
    }
    for code in soup.select("code[data-function]"):
        name = str(code["data-function"])
        url = url_to(pages[name]) if name in pages else None
        if url is not None:
            href = f"{url}#{full[name]}"
            code.wrap(soup.new_tag("a", attrs={"href": href}))


def listing(topics: list[Topic]) -> str:
    """Return a table of every public function by chapter, with its summary."""
    parts = []
    for chapter in CHAPTERS:
        rows = [
            f"| [`{name}`][] | {_summary(module, name)} |"
            for topic in topics
            if topic.page.startswith(f"{chapter}/")
            for module, members in topic.members.items()
            for name in members
            if not name.endswith(("_definition", "_backward"))
        ]
        if rows:
            title = chapter.replace("-", " ").capitalize()
            head = "| function | what it does |\n| --- | --- |\n"
            parts.append(f"## {title}\n\n{head}" + "\n".join(rows))
    return "\n\n".join(parts)


def _summary(module: str, name: str) -> str:
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if getattr(node, "name", None) == name:
            assert isinstance(node, ast.FunctionDef | ast.ClassDef)
            return (ast.get_docstring(node) or "").split("\n\n")[0]
    return ""


def tidy(soup: BeautifulSoup) -> None:
    """Drop from an API page what only serves the source.

    That is the line with its page, dashes that nothing follows, and backquotes.
    """
    for paragraph in soup.find_all("p"):
        if PAGE.match(paragraph.get_text()):
            paragraph.decompose()
    for item in soup.select("li.doc-section-item"):
        for told in item.select(".doc-md-description"):
            if not told.get_text(strip=True):
                told.decompose()
        item.smooth()
        last = item.contents[-1]
        if isinstance(last, NavigableString):
            last.replace_with(BARE.sub("", last))
        for code in item.find_all("code", recursive=False):
            for text in code.find_all(string=True):
                text.replace_with(text.replace("`", ""))


def markdown(topic: Topic, title: str, has_page: bool) -> str:
    """Return the Markdown of the API page of `topic`."""
    up = "../" * topic.reference.count("/")
    told = (
        "What these functions compute, with their equations: "
        f"[{title}]({up}{topic.page}).\n\n"
        if has_page
        else ""
    )
    first = next(iter(topic.members.values()))[0]
    blocks = "".join(
        f"::: {module}\n    options:\n      members:\n"
        + "".join(f"        - {name}\n" for name in members)
        + "\n"
        for module, members in topic.members.items()
    )
    head = json.dumps(f"{title} (API)")  # YAML: a title may hold a colon
    return (
        f"---\ntitle: {head}\n---\n\n# {title}: functions\n\n{told}"
        f"Import them from `{PACKAGE}`: `from {PACKAGE} import {first}`.\n\n"
        f"{CHECKED}\n\n{blocks}"
    )
