"""The MkDocs plugin: every equation is checked while the site is built.

    plugins:
      - texcheck:
          packages: [your_package]

A tick beside each equation opens and says what it was compared with. A wrong equation
stops ``mkdocs build`` with file and line; under ``mkdocs serve`` it shows on the page.
"""

import html
import logging
from pathlib import Path
from typing import Literal

from mkdocs.config import base
from mkdocs.config import config_options as c
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from texcheck.document import blocks
from texcheck.evidence import Evidence, Pins, gather, versions

__all__ = ["TexcheckConfig", "TexcheckPlugin", "tick"]

log = logging.getLogger("mkdocs.plugins.texcheck")


class TexcheckConfig(base.Config):
    """What mkdocs.yml may say."""

    #: Packages the pages import: a change of theirs checks the pages anew.
    packages = c.ListOfItems(c.Type(str), default=[])
    #: A TOML file of altered forms that may survive, each with its reason.
    survivors = c.Optional(c.Type(str))
    #: Alter the equations too, and show how many altered forms are rejected.
    strength = c.Type(bool, default=True)
    #: Where evidence is kept between builds, from the folder of mkdocs.yml.
    cache = c.Type(str, default=".cache/texcheck")


class TexcheckPlugin(BasePlugin[TexcheckConfig]):
    """Check the equations of every page before any page is written."""

    def __init__(self) -> None:
        self.serving = False
        self.evidence: dict[str, list[Evidence]] = {}
        self.pins = Pins()

    def on_startup(
        self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool
    ) -> None:
        """Remember whether a wrong equation stops or only shows."""
        self.serving = command == "serve"

    def on_nav(
        self, nav: Navigation, *, config: MkDocsConfig, files: Files
    ) -> Navigation:
        """Check every page; in a build, stop at what is wrong."""
        folder = Path(config.config_file_path).parent
        if self.config.survivors:
            self.pins = Pins(folder / self.config.survivors)
        pages = {
            file.src_uri: file.content_string
            for file in files.documentation_pages()
            if file.generated_by is None
        }
        self.evidence = gather(
            pages,
            cache=folder / self.config.cache,
            packages=self.config.packages,
            # Altering takes long; the live server shows what a build found.
            graded=self.config.strength and not self.serving,
        )
        wrong = [
            e.error
            for evidence in self.evidence.values()
            for e in evidence
            if e.status == "failed"
        ]
        for message in wrong:
            log.error("%s/%s", Path(config.docs_dir).name, message)
        if wrong and not self.serving:
            raise PluginError(
                f"{len(wrong)} equations are wrong or cannot be read"
            )
        # Who pins survivors wants to hear of a new one.
        level = logging.WARNING if self.config.survivors else logging.INFO
        for page, evidence in self.evidence.items():
            for pin in self.pins.unpinned(page, evidence):
                told = "an altered form survives without a reason:\n%s"
                log.log(level, told, pin)
        return nav

    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Put a tick behind each equation."""
        evidence = self.evidence.get(page.file.src_uri, [])
        equations = [b for b in blocks(markdown) if b.kind == "equation"]
        for block, found in reversed(
            list(zip(equations, evidence, strict=False))
        ):
            start, stop = block.span
            line = markdown[start:stop].split("$$")[0]
            indent = line[: len(line) - len(line.lstrip())].split("\n")[-1]
            mark = tick(found, self.pins, page.file.src_uri)
            markdown = (
                f"{markdown[:stop]}\n\n{indent}{mark}\n{markdown[stop:]}"
            )
        return markdown


def tick(found: Evidence, pins: Pins, page: str) -> str:
    """Return the mark of one equation and, folded, its evidence: HTML, one line."""
    sign, word = {
        "holds": ("✓", "Checked"),
        "refused": ("✗", "False, and refused"),
        "skipped": ("–", "Not checked"),
        "failed": ("✗", "Wrong"),
    }[found.status]
    body = "".join(f"<p>{part}</p>" for part in _told(found, pins, page))
    return (
        f'<details class="texcheck texcheck--{found.status}"><summary>'
        f'<span class="texcheck__sign" aria-hidden="true">{sign}</span>'
        f' <span class="texcheck__word">{word}</span></summary>'
        f'<div class="texcheck__body">{body}</div></details>'
    )


def _told(found: Evidence, pins: Pins, page: str) -> list[str]:
    if found.status == "skipped":
        return [html.escape(found.reason)]
    if found.status == "refused":
        reason = found.error.split("\n")[0].split(": ", 1)[-1]
        return [
            html.escape(found.reason),
            f"The check says: {html.escape(reason)}.",
        ]
    if found.status == "failed":
        return [f"<code>{html.escape(found.error)}</code>"]
    against = (
        ", ".join(
            f'<code data-function="{name}">{name}</code>'
            for name in found.functions
        )
        or "the other rows of this page"
    )
    rows = "one row" if found.rows == 1 else f"{found.rows} rows"
    told = [
        f"This LaTeX, {rows}, was evaluated and compared with {against}: "
        f"{found.comparisons} numbers, largest relative error "
        f"{found.largest_error:.0e}."
    ]
    if found.graded:
        told.append(
            f"Of {found.altered} altered forms the check rejects "
            f"{found.rejected}: {found.by_value} because the numbers differ, "
            f"{found.by_form} by a name, a shape or the grammar."
        )
    for survivor in found.survivors:
        reason = pins.reason(page, survivor["latex"]) or "no reason is given"
        told.append(
            f"Not rejected: {html.escape(survivor['change'])} "
            f"({html.escape(reason)})."
        )
    with_versions = ", ".join(f"{k} {v}" for k, v in versions().items())
    told.append(f"With {html.escape(with_versions)}.")
    return told
