"""How strong the checks are: ``python -m texcheck.strength FOLDER``.

Alters every equation of the pages below FOLDER in each way of a fixed list and counts
the altered forms that its check rejects. Ends with 1 if an equation fails, if a form
survives without a reason in the pins, or if fewer than ``--bar`` are rejected.
"""

import argparse
import sys
import time
from pathlib import Path

from texcheck.document import check_page
from texcheck.evidence import Evidence, Pins, gather

__all__ = ["false_alarms", "main", "report"]


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


def false_alarms(pages: dict[str, str], seeds: int) -> list[str]:
    """Draw the data of each page anew, `seeds` times; return what fails.

    A page's ``default_rng(0)`` becomes ``default_rng(seed)``. Snippets are
    run only where the equations need what they bind.
    """
    alarms, checked = [], 0
    for name, text in pages.items():
        if "$$" not in text:
            continue
        outcomes = check_page(name, text, fences=False)
        fences = any(o.status == "failed" for o in outcomes)
        for seed in range(1, seeds + 1):
            for o in check_page(name, text, seed=seed, fences=fences):
                checked += 1
                if o.status == "failed":
                    alarms.append(f"seed {seed}: {o.error}")
    print(f"{len(alarms)} false alarms in {checked} checks, {seeds} seeds")
    return alarms


def main() -> None:
    """Grade the equations of every page below a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--survivors", type=Path, help="default: in FOLDER")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--bar", type=float, default=0.0, help="such as 0.98")
    parser.add_argument("--seeds", type=int, default=0, help="data drawn anew")
    options = parser.parse_args()
    started = time.perf_counter()
    pages = {
        path.relative_to(options.folder).as_posix(): path.read_text("utf-8")
        for path in sorted(options.folder.rglob("*.md"))
    }
    pins = Pins(options.survivors or options.folder / "survivors.toml")
    found = gather(pages, processes=options.processes)
    alarms = false_alarms(pages, options.seeds) if options.seeds else []
    wrong = alarms + report(found, pins, options.bar)
    print(f"in {time.perf_counter() - started:.1f} s")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
