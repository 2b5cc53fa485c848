"""The Verification page: every equation, snippet and docstring with its evidence.

The page holds the marker ``<!-- verification -->``; what replaces it is made of what
was run for this very build.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from sitekit import api, doctests, notebooks, snippets
from sitekit.api import Topic
from sitekit.cache import versions
from sitekit.doctests import Examples
from sitekit.maths import Equation
from texcheck.evidence import Evidence

MARKER = "<!-- verification -->"


@dataclass
class PageEvidence:
    """What was run of one page."""

    title: str
    path: str
    anchors: Sequence[tuple[str, str]] = ()  # (number, address) an equation
    equations: Sequence[Evidence] = ()
    fates: Mapping[str, int] = field(default_factory=dict)  # fences by fate
    skipped: Sequence[tuple[int, str]] = ()  # (line, reason)
    examples: Sequence[Examples] = ()
    cells: int = 0  # of code, in a notebook
    findings: int = 0
    seconds: float = 0.0


def gather(
    here: Page,
    files: Files,
    evidence: Mapping[str, Sequence[Evidence]],
    numbered: Mapping[str, Sequence[Equation]],
    topics: Iterable[Topic],
) -> list[PageEvidence]:
    """Return what was run for this build page by page, to be linked from `here`."""
    found, examples = [], doctests.run_all()
    for path, equations in evidence.items():
        file = files.get_file_from_path(path)
        assert file is not None
        if notebooks.is_notebook(path):
            found.append(_notebook(path, file.content_string))
            continue
        url = get_relative_url(file.url, here.url)
        fences = snippets.fences(path, file.content_string)
        found.append(
            PageEvidence(
                title=api.title(file.content_string, file.name),
                path=path,
                anchors=[
                    (e.number, f"{url}#{e.anchor}")
                    for e in numbered.get(path, [])
                ],
                equations=equations,
                fates=Counter(fence.fate for fence in fences),
                skipped=[
                    (e.line, e.reason)
                    for e in equations
                    if e.status == "skipped"
                ]
                + [(f.line, f.reason) for f in fences if f.fate == "skipped"],
                examples=examples.get(path, ()),
            )
        )
    written = {page.path for page in found}
    found += [
        PageEvidence(topic.title, topic.page, examples=examples[topic.page])
        for topic in topics
        if topic.page not in written
    ]
    return found


def _notebook(path: str, text: str) -> PageEvidence:
    """Return what a notebook did."""
    run = notebooks.run(path, text)
    return PageEvidence(
        api.title(notebooks.prose(text), path),
        path,
        cells=len(run.outputs),
        findings=len(notebooks.findings(path, text)),
        seconds=run.seconds,
    )


def markdown(
    pages: Sequence[PageEvidence], reference: Mapping[str, str]
) -> str:
    """Return the body of the page; `reference` has each topic's API page."""
    return "\n\n".join(
        [
            _totals(pages),
            "## Equations",
            *_chapters([page for page in pages if page.equations]),
            "## Snippets",
            _snippets(pages),
            "## Notebooks",
            _notebooks(pages),
            "## Docstring examples",
            _examples(pages, reference),
            "## Not run",
            _skipped(pages),
        ]
    )


def _totals(pages: Sequence[PageEvidence]) -> str:
    found = [e for page in pages for e in page.equations]
    held = [e for e in found if e.status == "holds"]
    altered = sum(e.altered for e in held)
    rejected = sum(e.rejected for e in held)
    value = sum(e.by_value for e in held)
    share = f" ({100 * rejected / altered:.1f} %)" if altered else ""
    ran = sum(p.fates.get("run", 0) + p.fates.get("source", 0) for p in pages)
    examples = sum(e.attempted for p in pages for e in p.examples)
    rows = [
        ("equations that hold", len(held)),
        ("comparisons made for them", f"{sum(e.comparisons for e in held):,}"),
        ("altered forms of them", f"{altered:,}"),
        ("of these rejected", f"{rejected:,}{share}"),
        ("rejected because the numbers differ", f"{value:,}"),
        ("rejected by name, shape or syntax", f"{rejected - value:,}"),
        ("not rejected, each with a reason", altered - rejected),
        (
            "wrong formulas of the notes, refused as they must be",
            sum(e.status == "refused" for e in found),
        ),
        ("equations not checked", sum(e.status == "skipped" for e in found)),
        ("snippets that ran and printed what is shown", ran),
        ("cells of notebooks that ran", sum(page.cells for page in pages)),
        ("lines of docstring examples that ran", examples),
    ]
    table = "\n".join(f"| {what} | {count} |" for what, count in rows)
    run_with = ", ".join(f"{name} {v}" for name, v in versions().items())
    head = "| claim | count |\n| ----- | ----: |\n"
    return f"{head}{table}\n\nRun with {run_with}."


def _chapters(pages: Sequence[PageEvidence]) -> list[str]:
    """Return a folded block a chapter: its totals, and a table for each page."""
    found = []
    for folder, group in groupby(sorted(pages, key=_is_other), key=_chapter):
        chapter = list(group)
        held = [e for p in chapter for e in p.equations if e.status == "holds"]
        altered = sum(e.altered for e in held)
        rejected = sum(e.rejected for e in held)
        title = f"{folder}: {len(held)} equations hold"
        if altered:
            title += f", {rejected:,} of {altered:,} altered forms rejected"
        tables = "\n\n".join(_equations(page) for page in chapter)
        found.append(f"/// details | {title}\n\n{tables}\n\n///")
    return found


def _is_other(page: PageEvidence) -> bool:
    """Whether a page is outside the chapters; these come last."""
    return "/" not in page.path


def _chapter(page: PageEvidence) -> str:
    folder = page.path.rpartition("/")[0]
    return folder.replace("-", " ").capitalize() or "Other pages"


def _equations(page: PageEvidence) -> str:
    head = (
        f"**[{page.title}]({page.path})**\n\n| equation | compared with | comparisons "
        "| largest error | altered forms rejected |\n"
        "| --- | --- | ---: | ---: | ---: |\n"
    )
    rows, public = [], api.names()
    for k, e in enumerate(page.equations):
        link = f"[line {e.line}]({page.path})"
        if k < len(page.anchors):
            number, url = page.anchors[k]
            link = f'<a href="{url}">({number})</a>'
        if e.status != "holds":
            told = {"skipped": "not checked", "refused": "false, and refused"}
            state = told.get(e.status, e.status)
            rows.append(f"| {link} | {state}: {e.reason} | | | |")
            continue
        names = ", ".join(
            f"[`{name}`][]" if name in public else f"`{name}`"
            for name in e.functions
        )
        rows.append(
            f"| {link} | {names or 'rows of the page'} | {e.comparisons:,} "
            f"| {e.largest_error:.0e} | {e.rejected} of {e.altered} |"
        )
    return head + "\n".join(rows)


def _snippets(pages: Sequence[PageEvidence]) -> str:
    rows = [
        f"| [{p.title}]({p.path}) | {p.fates.get('run', 0)} "
        f"| {p.fates.get('source', 0)} | {p.fates.get('output', 0)} |"
        for p in pages
        if p.fates.get("run", 0) + p.fates.get("source", 0)
    ]
    return (
        "| page | run alone | sources shown | outputs compared |\n"
        "| --- | ---: | ---: | ---: |\n" + "\n".join(rows)
    )


def _notebooks(pages: Sequence[PageEvidence]) -> str:
    rows = [
        f"| [{p.title}]({p.path}) | {p.cells} | {p.findings} | {p.seconds:.0f} |"
        for p in pages
        if p.cells
    ]
    return (
        "| notebook | cells run | findings | seconds |\n"
        "| --- | ---: | ---: | ---: |\n" + "\n".join(rows)
    )


def _examples(
    pages: Sequence[PageEvidence], reference: Mapping[str, str]
) -> str:
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
    return (
        "\n".join(rows) or "Nothing. Every equation and every snippet is run."
    )
