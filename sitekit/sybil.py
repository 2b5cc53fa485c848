"""The snippets of the pages as pytest items."""

from collections.abc import Iterable
from pathlib import Path

from sybil import Document, Example, Region, Sybil

from sitekit import snippets, source
from sitekit.npm import ROOT
from texcheck.sybil import EquationParser


def parse(document: Document) -> Iterable[Region]:
    """Yield a region for each fence that runs or whose source is shown."""
    path = (
        Path(document.path).relative_to(ROOT).as_posix().removeprefix("docs/")
    )
    for fence in snippets.fences(path, document.text):
        if fence.fate in ("run", "source", "skipped"):
            start, stop = fence.span
            yield Region(start, stop, parsed=fence, evaluator=evaluate)


def evaluate(example: Example) -> str | None:
    """Run one fence alone and compare what it prints with what the page shows."""
    fence: snippets.Fence = example.parsed
    if fence.fate == "skipped":
        import pytest

        pytest.skip(fence.reason)
    if fence.fate == "source":
        _, copied = source.shown(fence.path, fence.line, fence.body)
        fence = snippets.Fence(**{**fence.__dict__, "body": copied})
    outcome = snippets.run(fence)
    if outcome.error:
        return f"docs/{fence.path}:{fence.line}: the snippet fails\n{outcome.error}"
    try:
        snippets.check(fence, outcome)
    except snippets.PageError as error:
        return str(error)
    return None


def pages() -> Sybil:
    """Return the collector for README.md and every page of docs/."""
    return Sybil(
        path=str(ROOT),
        parsers=[parse, EquationParser()],
        patterns=["*.md"],
        excludes=["CONTRIBUTING.md", "CHANGELOG.md"],
    )
