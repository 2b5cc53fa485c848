"""The table of results, on the terminal and on the page."""

import platform
import re
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.timing import Result, Spread

OURS = "reference_impl"
START, END = "<!-- benchmarks: start -->", "<!-- benchmarks: end -->"
CHAPTERS = (
    "neural_networks",
    "convolutional_networks",
    "recurrent_networks",
)
SHORT = {"forward + backward": "both"}


def table(results: list[Result]) -> str:
    """Return the results of one function as a Markdown table, a row a run."""
    peers = sorted({p for r in results for p in r.ratios} - {OURS})
    head = ["pass", "PyTorch", "ratio", "quartiles", "bar", *peers]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for result in results:
        case, ours = result.case, result.ratios[OURS]
        lines.append(
            [
                f"{SHORT.get(case.passes, case.passes)}, {case.dtype}",
                f"{1e3 * result.seconds.median:.3g}\u00a0ms",
                f"**{ours.median:.2f}**",
                f"{ours.low:.2f}–{ours.high:.2f}",
                ""
                if case.bar is None
                else f"{case.bar:g}{missed(result) * ' missed'}",
                *(
                    f"{result.ratios[p].median:.1f}"
                    if p in result.ratios
                    else ""
                    for p in peers
                ),
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(results: list[Result]) -> str:
    """Return all results: a section a chapter, a table a function."""
    parts = []
    for chapter in CHAPTERS:
        found = [r for r in results if r.case.chapter.startswith(chapter)]
        if found:
            parts.append(f"## {chapter.replace('_', ' ').capitalize()}")
        for name in dict.fromkeys(r.case.name for r in found):
            rows = [r for r in found if r.case.name == name]
            parts.append(f"### {name}\n\n{table(rows)}")
    return "\n\n".join(parts)


def missed(result: Result) -> bool:
    """Return whether the case has a bar and is slower."""
    bar = result.case.bar
    return bar is not None and result.ratios[OURS].median > bar


def line(result: Result) -> str:
    """Return one result as a line for the terminal."""
    ours, bar = result.ratios[OURS], result.case.bar
    verdict = "" if bar is None else f" bar {bar:g}"
    if missed(result):
        verdict += " MISSED"
    others = "".join(
        f"  {peer} {spread.median:.1f}"
        for peer, spread in result.ratios.items()
        if peer != OURS
    )
    return (
        f"{result.case.title:68}{1e3 * result.seconds.median:8.2f} ms"
        f"  {_ratio(ours)}{verdict}{others}"
    )


def machine() -> str:
    """Return date, processor and versions in one sentence."""
    versions = []
    for package in ("numpy", "torch", "autograd", "micrograd"):
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}, one thread of "
        f"{_processor()}, {platform.system()}, Python "
        f"{platform.python_version()}, {', '.join(versions)}."
    )


def write(page: Path, results: list[Result]) -> None:
    """Put the results between the markers of `page`."""
    text = page.read_text("utf-8")
    if text.count(START) != 1 or text.count(END) != 1:
        raise ValueError(f"{page} must have {START} and {END} once each")
    block = f"{START}\n\n{machine()}\n\n{tables(results)}\n\n{END}"
    pattern = f"{re.escape(START)}.*?{re.escape(END)}"
    page.write_text(
        re.sub(pattern, lambda _: block, text, flags=re.DOTALL), "utf-8"
    )


def _ratio(spread: Spread) -> str:
    """Return median and quartiles, such as 1.25 (1.20–1.31)."""
    return f"{spread.median:.2f} ({spread.low:.2f}–{spread.high:.2f})"


def _processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*: (.*)", info.read_text("utf-8"))
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()
