"""The Verification page: every equation, snippet and docstring with its evidence.

The page holds the marker ``<!-- verification -->``; what replaces it is made of what
was run for this very build.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sitekit.cache import versions
from sitekit.doctests import Examples

MARKER = "<!-- verification -->"


@dataclass
class PageEvidence:
    """What was run of one page."""

    title: str
    path: str
    anchors: Sequence[tuple[str, str]] = ()  # (number, anchor) of each equation
    equations: Sequence[Mapping[str, Any]] = ()
    snippets: Mapping[str, int] = field(default_factory=dict)  # by fate
    skipped: Sequence[tuple[int, str]] = ()  # (line, reason)
    examples: Sequence[Examples] = ()


def markdown(pages: Sequence[PageEvidence], reference: Mapping[str, str]) -> str:
    """Return the body of the page; `reference` has each topic's API page."""
    return "\n\n".join(
        [
            _totals(pages),
            "## Equations",
            *(_equations(page) for page in pages if page.equations),
            "## Snippets",
            _snippets(pages),
            "## Docstring examples",
            _examples(pages, reference),
            "## Not run",
            _skipped(pages),
        ]
    )


def _equation_list(
    pages: Sequence[PageEvidence], *states: str
) -> list[Mapping[str, Any]]:
    return [e for p in pages for e in p.equations if e["status"] in states]


def _totals(pages: Sequence[PageEvidence]) -> str:
    held = _equation_list(pages, "holds")
    refused = _equation_list(pages, "refused")
    skipped = _equation_list(pages, "skipped")
    value = sum(e["by_value"] for e in held)
    other = sum(e["by_form"] for e in held)
    left = sum(len(e["survivors"]) for e in held)
    altered = value + other + left
    share = f"{100 * (value + other) / altered:.1f} %" if altered else "none"
    ran = sum(p.snippets.get("run", 0) + p.snippets.get("source", 0) for p in pages)
    examples = sum(e.attempted for p in pages for e in p.examples)
    with_versions = ", ".join(f"{name} {v}" for name, v in versions().items())
    rows = [
        ("equations that hold", len(held)),
        ("comparisons made for them", f"{sum(e['comparisons'] for e in held):,}"),
        ("altered forms of them", f"{altered:,}"),
        ("of these rejected", f"{value + other:,} ({share})"),
        ("rejected because the numbers differ", f"{value:,}"),
        ("rejected by name, shape or syntax", f"{other:,}"),
        ("not rejected, each with a reason", left),
        ("wrong formulas of the notes, refused as they must be", len(refused)),
        ("snippets that ran and printed what is shown", ran),
        ("docstring examples that ran", examples),
        ("equations not checked", len(skipped)),
    ]
    table = "\n".join(f"| {what} | {count} |" for what, count in rows)
    return f"| claim | count |\n| ----- | ----: |\n{table}\n\nRun with {with_versions}."


def _equations(page: PageEvidence) -> str:
    head = (
        f"### {page.title}\n\n"
        "| equation | compared with | comparisons | largest error | altered forms "
        "rejected |\n| --- | --- | ---: | ---: | ---: |\n"
    )
    rows = []
    for (number, anchor), e in zip(page.anchors, page.equations, strict=True):
        link = f"[{number}]({page.path}#{anchor})"
        if e["status"] == "skipped":
            rows.append(f"| {link} | not checked: {e['reason']} | | | |")
            continue
        if e["status"] == "refused":
            rows.append(f"| {link} | false, and refused: {e['reason']} | | | |")
            continue
        names = ", ".join(f"[`{name}`][]" for name in e["functions"])
        killed = e["by_value"] + e["by_form"]
        total = killed + len(e["survivors"])
        rows.append(
            f"| {link} | {names} | {e['comparisons']:,} | "
            f"{e['largest_error']:.0e} | {killed} of {total} |"
        )
    return head + "\n".join(rows)


def _snippets(pages: Sequence[PageEvidence]) -> str:
    rows = [
        f"| [{p.title}]({p.path}) | {p.snippets.get('run', 0)} "
        f"| {p.snippets.get('source', 0)} | {p.snippets.get('output', 0)} |"
        for p in pages
        if p.snippets.get("run", 0) + p.snippets.get("source", 0)
    ]
    return (
        "| page | run alone | sources shown | outputs compared |\n"
        "| --- | ---: | ---: | ---: |\n" + "\n".join(rows)
    )


def _examples(pages: Sequence[PageEvidence], reference: Mapping[str, str]) -> str:
    rows = [
        f"| [{p.title}]({reference[p.path]}) | {len(p.examples)} "
        f"| {sum(e.attempted for e in p.examples)} |"
        for p in pages
        if p.examples
    ]
    return (
        "| functions of | functions with examples | lines run |\n"
        "| --- | ---: | ---: |\n" + "\n".join(rows)
    )


def _skipped(pages: Sequence[PageEvidence]) -> str:
    rows = [
        f"- [{p.title}]({p.path}), line {line}: {reason}"
        for p in pages
        for line, reason in p.skipped
    ]
    return "\n".join(rows) or "Nothing. Every equation and every snippet is run."
