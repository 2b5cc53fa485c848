"""Time each function beside its peers and print the ratios to PyTorch."""

import argparse
import pkgutil
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import torch

import benchmarks
from benchmarks import report
from benchmarks.timing import Case, measure

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BATCH = 32
NOT_CHAPTERS = {"__main__", "report", "timing"}


def cases() -> list[Case]:
    """Return the cases of all chapters."""
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return [
        replace(case, chapter=module.name)
        for module in modules
        if module.name not in NOT_CHAPTERS
        for case in import_module(f"benchmarks.{module.name}").CASES
    ]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        help="only cases that have all of these words in their title",
    )
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument(
        "--quick", action="store_true", help="3 rounds on a batch of 4"
    )
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument(
        "--write", action="store_true", help="put the tables on the page"
    )
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.batch = 3, 4
    if options.rounds < 1 or options.batch < 1:
        parser.error("--rounds and --batch must be at least 1")
    chosen = [
        case
        for case in cases()
        if all(word in case.title for word in options.names)
    ]
    if not chosen:
        parser.error(f"no case has all of {options.names} in its title")
    if options.list:
        print("\n".join(case.title for case in chosen))
        return
    torch.set_num_threads(1)
    start = time.monotonic()
    results = []
    for case in chosen:
        if options.batch != BATCH:  # the bars are for this one
            case = replace(case, bar=None)
        results.append(measure(case, options.rounds, options.batch))
        print(report.line(results[-1]), flush=True)
    missed = sum(report.missed(result) for result in results)
    seconds = time.monotonic() - start
    print(f"{len(results)} cases in {seconds:.0f} s, {missed} bars missed")
    if options.write:
        report.write(options.page, results)
        print(f"wrote {options.page}")


if __name__ == "__main__":
    main()
