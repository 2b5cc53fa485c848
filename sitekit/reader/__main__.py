"""Measure the reader's goals on the pages of a built site, in Chromium."""

import argparse
import fnmatch
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from sitekit.npm import ROOT
from sitekit.reader import goals, kinds, lighthouse, page, phone

OUT = ROOT / ".cache" / "reader.json"


def build(folder: Path) -> Path:
    """Build the site into `folder`."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "--site-dir",
            folder,
        ],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    return folder


def select(site: Path, pattern: str) -> list[str]:
    """Return the addresses below `site`, which `pattern` matches, of its pages.

    What lies among the assets is part of a page: the frame that runs Python.
    """
    found = sorted(
        p.relative_to(site).as_posix() for p in site.rglob("*.html")
    )
    paths = [
        p.removesuffix("index.html")
        for p in found
        if p != "404.html" and not p.startswith("assets/")
    ]
    return [p for p in paths if fnmatch.fnmatch(p, pattern)]


def cheap(site: Path, paths: list[str], jobs: int) -> dict[str, goals.Results]:
    """Return every goal but Lighthouse's, `jobs` pages at a time."""
    shares = [share for i in range(jobs) if (share := paths[i::jobs])]
    with ProcessPoolExecutor(jobs) as pool:
        parts = pool.map(page.measure_all, [site] * len(shares), shares)
        found = {path: part[path] for part in parts for path in part}
    for path, results in found.items():
        if any(not results[goal].passed for goal in phone.TIMED):
            results |= page.timed(site, path)
    return {path: found[path] for path in paths}


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--site", type=Path, help="a built site; without it, it is built")
    add(
        "--pages", default="*", help="glob of addresses, such as 'reference/*'"
    )
    add(
        "--kinds",
        action="store_true",
        help="the largest page of each kind, not every page",
    )
    add("--quick", action="store_true", help="no Lighthouse")
    add(
        "--all",
        action="store_true",
        help="Lighthouse on all pages, not a kind",
    )
    add("--lighthouse-runs", type=int, default=3, metavar="N")
    add("--jobs", type=int, default=(os.cpu_count() or 1) + 1)
    add("--out", type=Path, default=OUT, help="JSON of the results")
    return parser.parse_args()


def main() -> int:
    """Print a row a page; return 1 where a goal is missed."""
    options = arguments()
    with TemporaryDirectory() as folder:
        site = (options.site or build(Path(folder) / "site")).resolve()
        paths = select(site, options.pages)
        if options.kinds:
            paths = kinds.one_each(site, paths)
        start = time.monotonic()
        found = cheap(site, paths, options.jobs)
        if not options.quick:
            for path in paths if options.all else kinds.one_each(site, paths):
                found[path][8] = lighthouse.settled(
                    site, path, options.lighthouse_runs
                )
    print(goals.table(found))
    print("\n".join(f"{goal:2}  {text}" for goal, text in goals.GOALS.items()))
    faults = goals.faults(found)
    print("\n".join(faults))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(goals.as_json(found), indent=1))
    seconds = time.monotonic() - start
    print(f"{len(paths)} pages in {seconds:.0f} s, {len(faults)} faults")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
