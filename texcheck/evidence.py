"""What was found about the equations of a page, as plain data that can be kept.

A survivor is an altered form that the check does not reject. Each is pinned in a TOML
file with the reason why it is no false formula:

    [[survivor]]
    page = "pooling.md"
    form = 'y = b a'
    reason = "a product of two numbers does not change when they swap"
"""

import contextlib
import platform
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np

from texcheck.alter import Strength
from texcheck.document import Outcome, check_page, grade
from texcheck.kept import Kept

__all__ = ["Evidence", "Pins", "collect", "gather", "versions"]


@dataclass
class Evidence:
    """One equation, what it was compared with, and how strong the check is."""

    line: int
    latex: str
    status: str  # "holds", "refused", "skipped" or "failed"
    reason: str = ""
    error: str = ""
    rows: int = 0
    comparisons: int = 0
    largest_error: float = 0.0
    functions: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    graded: bool = False
    by_value: int = 0
    by_form: int = 0
    survivors: list[dict[str, str]] = field(default_factory=list)

    @property
    def altered(self) -> int:
        """How many altered forms were tried."""
        return self.by_value + self.by_form + len(self.survivors)

    @property
    def rejected(self) -> int:
        """How many of them the check rejects."""
        return self.by_value + self.by_form


def one_line(latex: str) -> str:
    """Return `latex` with every run of white space as one space."""
    return " ".join(latex.split())


class Pins:
    """The survivors that are known, each with its reason."""

    def __init__(self, path: Path | None = None):
        self.reasons: dict[tuple[str, str], str] = {}
        if path is not None and path.exists():
            for pin in tomllib.loads(path.read_text("utf-8"))["survivor"]:
                key = pin["page"], one_line(pin["form"])
                self.reasons[key] = pin["reason"]

    def reason(self, page: str, form: str) -> str:
        """Return why this form may survive, or nothing."""
        return self.reasons.get((page, one_line(form)), "")

    def unpinned(self, page: str, found: Iterable[Evidence]) -> list[str]:
        """Return a line of TOML-to-be for each survivor without a reason."""
        return [
            f"[[survivor]]\npage = \"{page}\"\nform = '{one_line(s['latex'])}'"
            f'\nreason = ""  # {s["change"]}, line {e.line}'
            for e in found
            for s in e.survivors
            if not self.reason(page, s["latex"])
        ]

    def unused(self, found: Mapping[str, Iterable[Evidence]]) -> list[str]:
        """Return the pins that no survivor needs any more."""
        alive = {
            (page, one_line(s["latex"]))
            for page, evidence in found.items()
            for e in evidence
            for s in e.survivors
        }
        return [
            f"{page}: {form}" for page, form in self.reasons.keys() - alive
        ]


def collect(name: str, markdown: str, graded: bool = True) -> list[Evidence]:
    """Check every equation of a page, and alter each that holds."""
    outcomes = check_page(name, markdown)
    strengths = grade(outcomes) if graded else [None] * len(outcomes)
    return [
        _evidence(name, outcome, strength)
        for outcome, strength in zip(outcomes, strengths, strict=True)
    ]


def _evidence(
    name: str, outcome: Outcome, strength: Strength | None
) -> Evidence:
    block, result = outcome.block, outcome.result
    found = Evidence(block.line, block.text, outcome.status, block.reason)
    if outcome.error is not None:
        found.error = str(outcome.error)
    elif outcome.status == "failed":
        found.error = (
            f"{name}:{block.line}: the equation is marked false, and it holds"
        )
    if result is not None and outcome.status == "holds":
        found.rows, found.comparisons = result.rows, result.comparisons
        found.largest_error = float(result.largest_error)
        found.functions = list(outcome.functions)
        found.names = list(result.names)
    if strength is not None:
        found.graded = True
        found.by_value = strength.by_value
        found.by_form = strength.by_form
        found.survivors = [asdict(form) for form in strength.survivors]
    return found


def gather(
    pages: Mapping[str, str],
    *,
    cache: Path | None = None,
    packages: Iterable[str] = (),
    graded: bool = True,
    processes: int | None = None,
) -> dict[str, list[Evidence]]:
    """Return the evidence of each page, from `cache` where nothing changed.

    Parameters
    ----------
    pages : mapping of str to str
        The text of each page by its name.
    cache : Path, optional
        A folder; see `Kept`. Who checks the same pages with the same folder
        and packages, at the same time or later, does the work once.
    packages : iterable of str
        What the pages import and what may change.
    graded : bool
        Whether to alter the equations too. Without it a kept result that has
        been graded is used all the same.
    processes : int, optional
        How many pages at a time; the number of cores when None.

    Returns
    -------
    dict of str to list of Evidence
        One item an equation, in order.
    """
    kept = Kept(cache, packages) if cache else None
    known = {n: _kept(n, t, graded, kept) for n, t in pages.items()}
    missing = [name for name in pages if known[name] is None]
    # The longest first, so that the last page to end is a short one.
    missing.sort(key=lambda name: -len(pages[name]))
    texts = [pages[name] for name in missing]
    one = partial(_kept_or_found, graded=graded, kept=kept)
    if processes == 1 or len(missing) < 2:
        known |= zip(missing, map(one, missing, texts), strict=True)
    else:
        with ProcessPoolExecutor(processes) as pool:
            found = pool.map(one, missing, texts)
            known |= zip(missing, found, strict=True)
    return {name: known[name] or [] for name in pages}


def _kept_or_found(
    name: str, markdown: str, graded: bool, kept: Kept | None
) -> list[Evidence]:
    """Check a page, unless another process has done so meanwhile."""
    known = _kept(name, markdown, graded, kept)
    if known is not None:
        return known
    found = collect(name, markdown, graded)
    if kept is not None:
        kept.put([asdict(e) for e in found], name, markdown, graded)
    return found


def _kept(
    name: str, markdown: str, graded: bool, kept: Kept | None
) -> list[Evidence] | None:
    """Return what is known of a page: none, without equations; or None."""
    if "$$" not in markdown:
        return []
    if kept is None:
        return None
    found = kept.get(name, markdown, True)
    if found is None and not graded:
        found = kept.get(name, markdown, False)
    return None if found is None else [Evidence(**item) for item in found]


def versions() -> dict[str, str]:
    """Return the versions that the evidence is stated with."""
    found = {"Python": platform.python_version(), "NumPy": np.__version__}
    with contextlib.suppress(metadata.PackageNotFoundError):
        found["texcheck"] = metadata.version("deep-learning-verified")
    return found
