"""What was found about the equations of a page, as plain data that can be kept.

A survivor is an altered form that the check does not reject. Each is pinned in a TOML
file with the reason why it is no false formula:

    [[survivor]]
    page = "pooling.md"
    form = 'y = b a'
    reason = "a product of two numbers does not change when they swap"
"""

import contextlib
import hashlib
import json
import platform
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from texcheck.document import Outcome, check_page, grade

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
    return [
        _evidence(name, outcomes, at, graded) for at in range(len(outcomes))
    ]


def _evidence(
    name: str, outcomes: list[Outcome], at: int, graded: bool
) -> Evidence:
    outcome = outcomes[at]
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
        if graded:
            strength = grade(outcomes, at)
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
        A folder; a result is kept there under a hash of the page, of the
        code of `packages` and of texcheck, and of the versions.
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
    known: dict[str, list[Evidence]] = {}
    code = _code_hash(("texcheck", *packages)) if cache else ""
    missing = []
    for name, markdown in pages.items():
        if "$$" not in markdown:
            known[name] = []
            continue
        kept = _kept(cache, name, markdown, code, graded)
        if kept is None:
            missing.append(name)
        else:
            known[name] = kept
    if missing:
        texts = [pages[name] for name in missing]
        found = _in_parallel(missing, texts, graded, processes)
        for name, evidence in zip(missing, found, strict=True):
            known[name] = evidence
            if cache is not None:
                path = _place(cache, name, pages[name], code, graded)
                path.parent.mkdir(parents=True, exist_ok=True)
                kept_text = json.dumps([asdict(e) for e in evidence])
                path.write_text(kept_text, encoding="utf-8")
    return {name: known[name] for name in pages}


def _in_parallel(
    names: list[str], texts: list[str], graded: bool, processes: int | None
) -> list[list[Evidence]]:
    if processes == 1 or len(names) == 1:
        return [
            collect(n, t, graded) for n, t in zip(names, texts, strict=True)
        ]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(collect, names, texts, [graded] * len(names)))


def _kept(
    cache: Path | None, name: str, markdown: str, code: str, graded: bool
) -> list[Evidence] | None:
    if cache is None:
        return None
    for grade_of_kept in (True, graded):
        path = _place(cache, name, markdown, code, grade_of_kept)
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            return [Evidence(**item) for item in kept]
    return None


def _place(
    cache: Path, name: str, markdown: str, code: str, graded: bool
) -> Path:
    parts = [name, markdown, code, graded, versions()]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    return cache / f"{digest}.json"


def _code_hash(packages: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for package in packages:
        spec = find_spec(package)
        for place in spec.submodule_search_locations or [] if spec else []:
            for path in sorted(Path(place).rglob("*.py")):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that the evidence is stated with."""
    found = {"Python": platform.python_version(), "NumPy": np.__version__}
    with contextlib.suppress(metadata.PackageNotFoundError):
        found["texcheck"] = metadata.version("deep-learning-verified")
    return found
