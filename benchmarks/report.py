"""The table of results, on the terminal and on the page."""

import platform
import re
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.timing import Result, Spread

OURS = "reference_impl"
START, END = "<!-- benchmarks: start -->", "<!-- benchmarks: end -->"
INTRODUCTION = f"""# Benchmarks

The code on this site is written to be read. It is also meant to be usable, so
each function is timed beside PyTorch and beside other NumPy code, on one
thread. A ratio below 1 is faster than PyTorch.

`make bench` measures this table anew on your machine, and `python -m
benchmarks --write` puts it here. All contenders of a row run in one process,
in turn, and must return the same numbers before they are timed. A ratio is
taken within each turn; shown are the median over all turns and, in brackets,
the quartiles. Other machines, other BLAS libraries and other sizes give other
ratios: PyTorch's convolution is at its best in float32, and with several
threads it gains more than NumPy does.

{START}
{END}

Plain NumPy is what one writes first: windows by `sliding_window_view`, copied
into columns by `reshape`. Autograd is HIPS autograd's
`autograd.scipy.signal.convolve`, which knows no stride.
"""


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table."""
    peers = sorted({p for r in results for p in r.ratios} - {OURS})
    head = ["", "pass", "dtype", "PyTorch", OURS, "bar", *peers]
    lines = [head, ["---"] * 3 + ["---:"] * (len(head) - 3)]
    for result in results:
        case = result.case
        lines.append(
            [
                case.name,
                case.passes,
                case.dtype,
                f"{1e3 * result.seconds.median:.2f} ms",
                _ratio(result.ratios[OURS]),
                "" if case.bar is None else f"{case.bar:.1f}",
                *(
                    f"{result.ratios[p].median:.1f}"
                    if p in result.ratios
                    else ""
                    for p in peers
                ),
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def line(result: Result) -> str:
    """Return one result as a line for the terminal."""
    ours, bar = result.ratios[OURS], result.case.bar
    verdict = "" if bar is None else f" bar {bar:.1f}"
    if bar is not None and ours.median > bar:
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
    for package in ("numpy", "torch", "autograd"):
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
    """Put the results between the markers of `page`; create it if need be."""
    text = page.read_text("utf-8") if page.exists() else ""
    if START not in text:
        text = INTRODUCTION
    block = f"{START}\n\n{machine()}\n\n{table(results)}\n\n{END}"
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
