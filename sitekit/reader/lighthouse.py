"""Goal 8: Lighthouse, as npm installed it, on one page of each kind."""

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

from sitekit import chromium
from sitekit.npm import NODE, ROOT
from sitekit.reader.goals import Result, judge
from sitekit.reader.server import Server

CLI = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WANTED = {"desktop": (100, 100, 100, 100), "mobile": (98, 100, 100, 100)}
FAILED = "{id} {score}: {title} {displayValue}"


def settled(site: Path, path: str, runs: int) -> Result:
    """Return goal 8 of one page; what fewer runs than three miss, three decide.

    The pages score 100 with room to spare, so one run tells as much as three, unless
    the machine is busy with something else.
    """
    found = measure(site, path, runs)
    return found if found.passed or runs >= 3 else measure(site, path, 3)


def measure(site: Path, path: str, runs: int) -> Result:
    """Return goal 8 of one page: the median of `runs`, desktop and mobile."""
    figures, faults = [], []
    with Server(site) as server:
        for form, wanted in WANTED.items():
            scores, reports = _median(server.url + path, form, wanted, runs)
            figures.append("/".join(map(str, scores)))
            for name, score, least in zip(
                CATEGORIES, scores, wanted, strict=True
            ):
                if score < least:
                    why = _reasons(reports[-1], name)
                    faults.append(
                        f"{form}: {name} {score}, under {least}{why}"
                    )
    return judge(" ".join(figures), faults)


def _median(
    url: str, form: str, wanted: tuple[int, ...], runs: int
) -> tuple[list[int], list[dict[str, Any]]]:
    """Run until the median is settled: a majority that passes cannot be undone."""
    reports: list[dict[str, Any]] = []
    for done in range(1, runs + 1):
        reports.append(_run(url, form))
        rows = [_scores(report) for report in reports]
        passed = sum(
            all(s >= w for s, w in zip(row, wanted, strict=True))
            for row in rows
        )
        if passed > runs // 2 and done < runs:
            break
    columns = list(zip(*rows, strict=True))
    if len(rows) < runs:  # the rest is taken to be the worst seen
        columns = [(*c, *[min(c)] * (runs - len(c))) for c in columns]
    return [int(median(c)) for c in columns], reports


def _run(url: str, form: str) -> dict[str, Any]:
    flags = " ".join(["--headless=new", *chromium.FLAGS])
    command = [
        str(NODE),
        str(CLI),
        url,
        "--quiet",
        "--output=json",
        "--output-path=stdout",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={flags}",
    ]
    if form == "desktop":
        command.append("--preset=desktop")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "CHROME_PATH": chromium.find() or ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=180,
    )
    if done.returncode:
        raise RuntimeError(f"lighthouse failed on {url}:\n{done.stderr}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _scores(report: dict[str, Any]) -> list[int]:
    """Return the four scores; a category without a score counts as 0."""
    return [
        round(100 * (report["categories"][name]["score"] or 0))
        for name in CATEGORIES
    ]


def _reasons(report: dict[str, Any], category: str) -> str:
    """Return which weighted audits of a category are short of full marks."""
    audits = report["audits"]
    short = [
        f"{ref['id']} {audits[ref['id']].get('displayValue', '')}".strip()
        for ref in report["categories"][category]["auditRefs"]
        if ref["weight"]
        and (audits[ref["id"]]["score"] or 0) < 0.99
        and audits[ref["id"]]["scoreDisplayMode"] in ("binary", "numeric")
    ]
    return f" ({', '.join(short)})" if short else ""
