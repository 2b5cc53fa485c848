"""How strong the checks are: ``python -m texcheck.strength FOLDER``.

Alters every equation of the pages below FOLDER in each way of a fixed list and counts
the altered forms that its check rejects. Ends with 1 if an equation fails, if a form
survives without a reason in the pins, or if fewer than ``--bar`` are rejected.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from texcheck.document import check_page
from texcheck.evidence import Evidence, Pins, gather

__all__ = ["alarms", "false_alarms", "main", "report"]

# How many seeds of a page one process takes at a time.
_PORTION = 10


def report(
    found: dict[str, list[Evidence]], pins: Pins, bar: float = 0.0
) -> list[str]:
    """Print a line an equation and the totals; return what is wrong."""
    wrong = []
    for page, evidence in found.items():
        for e in evidence:
            if e.status == "failed":
                wrong.append(f"{page}:{e.line}: {e.error}")
            elif e.status == "holds":
                print(
                    f"{page}:{e.line}: {e.rejected} of {e.altered} rejected "
                    f"({e.by_value} by value, {e.by_form} by form)"
                )
        wrong += pins.unpinned(page, evidence)
    wrong += [f"pinned, but rejected now: {pin}" for pin in pins.unused(found)]
    held = [e for found_here in found.values() for e in found_here]
    altered = sum(e.altered for e in held)
    rejected = sum(e.rejected for e in held)
    value = sum(e.by_value for e in held)
    skipped = sum(e.status == "skipped" for e in held)
    print(
        f"{sum(e.status == 'holds' for e in held)} equations hold, "
        f"{sum(e.status == 'refused' for e in held)} false ones are refused, "
        f"{skipped} skipped"
    )
    if altered:
        print(
            f"{rejected} of {altered} altered forms rejected "
            f"({100 * rejected / altered:.1f} %): {value} by value, "
            f"{rejected - value} by name, shape or syntax; "
            f"{altered - rejected} survive"
        )
        if rejected < bar * altered:
            wrong.append(f"fewer than {100 * bar:g} % are rejected")
    return wrong


def false_alarms(
    pages: Mapping[str, str], seeds: int, processes: int | None = None
) -> list[str]:
    """Draw the data of each page anew, `seeds` times; return what fails."""
    tasks = [
        (name, text, range(first, min(first + _PORTION, seeds + 1)))
        for name, text in pages.items()
        if "$$" in text
        for first in range(1, seeds + 1, _PORTION)
    ]
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(alarms, *zip(*tasks, strict=True)))
    alarmed = [alarm for _, told in found for alarm in told]
    checked = sum(count for count, _ in found)
    print(f"{len(alarmed)} false alarms in {checked} checks, {seeds} seeds")
    return alarmed


def alarms(
    name: str, markdown: str, seeds: Iterable[int]
) -> tuple[int, list[str]]:
    """Check a page with other data; return how many checks, and what fails.

    Its ``default_rng(0)`` becomes ``default_rng(seed)``. Snippets are run
    only where the equations need what they bind.
    """
    first = check_page(name, markdown, fences=False)
    fences = any(o.status == "failed" for o in first)
    outcomes = [
        (seed, outcome)
        for seed in seeds
        for outcome in check_page(name, markdown, seed=seed, fences=fences)
    ]
    told = [
        f"seed {seed}: {outcome.error}"
        for seed, outcome in outcomes
        if outcome.status == "failed"
    ]
    return len(outcomes), told


def main() -> None:
    """Grade the equations of every page below a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--survivors", type=Path, help="default: in FOLDER")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--bar", type=float, default=0.0, help="such as 0.98")
    parser.add_argument("--seeds", type=int, default=0, help="data drawn anew")
    parser.add_argument("--cache", type=Path, help="a folder of kept results")
    parser.add_argument(
        "--packages", nargs="*", default=[], help="what the pages import"
    )
    options = parser.parse_args()
    started = time.perf_counter()
    pages = {
        path.relative_to(options.folder).as_posix(): path.read_text("utf-8")
        for path in sorted(options.folder.rglob("*.md"))
    }
    pins = Pins(options.survivors or options.folder / "survivors.toml")
    found = gather(
        pages,
        cache=options.cache,
        packages=options.packages,
        processes=options.processes,
    )
    wrong = report(found, pins, options.bar)
    if options.seeds:
        wrong += false_alarms(pages, options.seeds, options.processes)
    print(f"in {time.perf_counter() - started:.1f} s")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
