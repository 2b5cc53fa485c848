"""The fences of a page: each has one declared fate, and what runs is what is shown.

=====================  =======================================================
fence                  fate
=====================  =======================================================
```python``            runs alone, in a fresh namespace
```text title="Output"``  holds, to the letter, what the snippet above printed
```source``            names public functions whose source is shown
after ``<!-- skip: reason -->``  is not run, for that reason
a language of `QUOTED`  is not Python
=====================  =======================================================

Anything else raises `PageError`. ``python -m sitekit.snippets --write docs`` rewrites
the shown outputs.
"""

import argparse
import contextlib
import io
import random
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from bs4 import BeautifulSoup

from sitekit import cache, source
from sitekit.cache import cached
from sitekit.errors import PageError
from sitekit.npm import ROOT

FENCE = re.compile(
    r"^(?P<indent>[ ]*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`\n]*)\n"
    r"(?P<body>(?:.*\n)*?)(?P=indent)(?P=ticks)[ ]*$",
    re.M,
)
SKIP = re.compile(
    r"<!--\s*skip:\s*(?P<reason>\S(?:(?!-->).)*?)\s*-->\s*\Z", re.S
)
COMMENT = re.compile(r"<!--.*?-->", re.S)
OUTPUT = 'text title="Output"'
#: Languages that are shown and not run.
QUOTED = ("bash", "bat", "html", "latex", "markdown", "text", "toml", "yaml")

#: Modules a snippet may need that the site is built without.
OPTIONAL = ("torch", "sybil")

Fate = Literal["run", "output", "source", "skipped", "quoted"]


@dataclass(frozen=True)
class Fence:
    """One fenced block of a page."""

    path: str
    line: int  # of the opening fence
    info: str
    body: str  # without the indentation of the fence
    indent: str
    span: tuple[int, int]  # of the body in the page's text
    fate: Fate
    reason: str = ""
    output: "Fence | None" = None

    @property
    def shown(self) -> str:
        """What the page says the snippet prints."""
        return self.output.body if self.output else ""


def fences(path: str, markdown: str) -> list[Fence]:
    """Return the fences of a page in order, outputs tied to their snippets.

    `path` is only named in errors. Raises PageError for a fence without a fate.
    """
    # Comments are blanked so that the bindings inside them are no fences.
    plain = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), markdown)
    found: list[Fence] = []
    for match in FENCE.finditer(plain):
        line = markdown.count("\n", 0, match.start()) + 1
        info, indent = match["info"].strip(), match["indent"]
        body = "".join(
            row.removeprefix(indent) or "\n"
            for row in match["body"].splitlines(keepends=True)
        )
        skip = SKIP.search(markdown, 0, match.start())
        fence = Fence(
            path=path,
            line=line,
            info=info,
            body=body,
            indent=indent,
            span=match.span("body"),
            fate=_fate(path, line, info, skip is not None, found),
            reason=skip["reason"] if skip else "",
        )
        if fence.fate == "output":
            previous = found[-1]
            found[-1] = Fence(**{**previous.__dict__, "output": fence})
        found.append(fence)
    return found


def _fate(
    path: str, line: int, info: str, skipped: bool, before: list[Fence]
) -> Fate:
    if skipped:
        return "skipped"
    if info == "python":
        return "run"
    if info == "source":
        return "source"
    if info == OUTPUT:
        if not before or before[-1].fate not in ("run", "skipped"):
            raise PageError(path, line, "this output follows no snippet")
        return "output"
    if info.split(" ")[0] in QUOTED:
        return "quoted"
    raise PageError(
        path,
        line,
        f"a fence {info or '(no language)'!r} has no fate: write python, source, "
        f"{OUTPUT}, one of {', '.join(QUOTED)}, or <!-- skip: reason --> above it",
    )


@dataclass(frozen=True)
class Run:
    """What a snippet did when it ran alone."""

    printed: str
    error: str | None
    namespace: dict[str, object]
    missing: str | None = None  # a module this machine has not


def run(fence: Fence) -> Run:
    """Run a snippet in a fresh namespace, every generator unseeded before."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    printed = io.StringIO()
    random.seed()
    np.random.seed(None)  # noqa: NPY002 - the legacy generator is what has to be unseeded
    if "torch" in sys.modules:
        sys.modules["torch"].seed()
    try:
        # Blank lines put the error at the line of the page.
        code = compile(
            "\n" * fence.line + fence.body, f"docs/{fence.path}", "exec"
        )
        with contextlib.redirect_stdout(printed), np.printoptions():
            exec(code, namespace)
    except Exception as error:
        missing = (
            error.name if isinstance(error, ModuleNotFoundError) else None
        )
        trace = traceback.format_exc(limit=-1).strip()
        return Run(printed.getvalue(), trace, namespace, missing)
    return Run(printed.getvalue(), None, namespace)


def known(fence: Fence) -> bool:
    """Return whether the snippet ran before, in the same words on the same code."""
    return cache.known("snippets", fence.body)


def run_cached(fence: Fence) -> Run:
    """Run a snippet unless what it does is `known`."""

    def compute() -> dict[str, object]:
        outcome = run(fence)
        return {
            "printed": outcome.printed,
            "error": outcome.error,
            "missing": outcome.missing,
        }

    return Run(**cached("snippets", fence.body, compute), namespace={})


def check(fence: Fence, outcome: Run) -> None:
    """Raise PageError unless `outcome` is what the page shows."""
    if outcome.missing in OPTIONAL:
        return  # the tests install it and run the snippet
    if outcome.error:
        raise PageError(
            fence.path, fence.line, f"the snippet fails\n{outcome.error}"
        )
    if outcome.printed == fence.shown:
        return
    if fence.output is None:
        message = "the snippet prints and no output is shown"
    else:
        message = "the output shown is not what the snippet prints"
    line = fence.output.line if fence.output else fence.line
    raise PageError(
        fence.path,
        line,
        f"{message}\n--- shown\n{fence.shown}--- printed\n{outcome.printed}"
        "(make outputs rewrites it, if that is what it should print)",
    )


def rewrite(path: str, markdown: str) -> str:
    """Return the page with each shown output as its snippet prints it now."""
    pieces, end = [], 0
    for fence in fences(path, markdown):
        if fence.fate != "run":
            continue
        outcome = run(fence)
        if outcome.error:
            raise PageError(
                path, fence.line, f"the snippet fails\n{outcome.error}"
            )
        shown = "".join(
            fence.indent * bool(row.strip()) + row
            for row in outcome.printed.splitlines(keepends=True)
        )
        if fence.output is not None:
            start, stop = fence.output.span
            pieces += [markdown[end:start], shown]
            end = stop
        elif shown:
            close = markdown.index("\n", fence.span[1]) + 1
            pieces += [
                markdown[end:close],
                f"\n{fence.indent}```{OUTPUT}\n{shown}{fence.indent}```\n",
            ]
            end = close
    return "".join([*pieces, markdown[end:]])


def show_sources(path: str, markdown: str) -> str:
    """Return the page with each ``source`` fence as the code it names."""
    for fence in reversed(fences(path, markdown)):
        if fence.fate == "source":
            code, _ = source.shown(path, fence.line, fence.body)
            start, stop = fence.span
            opening = markdown.rindex("source", 0, start)
            markdown = f"{markdown[:opening]}python\n{code}{markdown[stop:]}"
    return markdown


def tie(soup: BeautifulSoup, path: str, known: list[Fence]) -> None:
    """Tie each code block of the built page to the fence it came from.

    A block that is no fence, such as indented code, raises PageError: nobody
    would have run it. A shown source is copied with the imports it needs.
    """
    blocks = [
        block
        for block in soup.select("div.highlight, pre > code")
        if block.name == "div" or not block.find_parent(class_="highlight")
    ]
    if len(blocks) != len(known):
        extra = [b.get_text()[:60] for b in blocks[len(known) :][:1]]
        raise PageError(
            path,
            known[-1].line if known else 1,
            f"{len(known)} fences became {len(blocks)} code blocks; is a "
            f"block indented, or a fence not closed? {extra or ''}",
        )
    for block, fence in zip(blocks, known, strict=True):
        block["data-fate"] = fence.fate
        if fence.fate == "source":
            copied = source.shown(path, fence.line, fence.body)[1]
            block["data-copy"] = copied


def main() -> None:
    """Check, or with ``--write`` rewrite, the outputs of the pages named."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="pages or folders")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    pages = [
        page
        for path in arguments.paths
        for page in (sorted(path.rglob("*.md")) if path.is_dir() else [path])
    ]
    changed = 0
    for page in pages:
        before = page.read_text(encoding="utf-8")
        name = (
            page.resolve().relative_to(ROOT).as_posix().removeprefix("docs/")
        )
        after = rewrite(name, before)
        if after != before:
            changed += 1
            print(("rewrote" if arguments.write else "stale"), page)
            if arguments.write:
                page.write_text(after, encoding="utf-8")
    print(f"{len(pages)} pages, {changed} with outputs that differed")
    if changed and not arguments.write:
        sys.exit(1)


if __name__ == "__main__":
    main()
