"""Results kept between builds, under a key of all that they depend on."""

import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sitekit.npm import ROOT

FOLDER = ROOT / ".cache"
PACKAGES = ("reference_impl", "texcheck", "sitekit")
LIBRARIES = ("numpy", "matplotlib", "scikit-learn")


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions that evidence is stated with."""
    found = {"Python": platform.python_version()}
    for library in LIBRARIES:
        found[library] = importlib.metadata.version(library)
    return found


def code_hash() -> str:
    """Return a hash of the project's own code as it is on disk now."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def cached(
    kind: str, parts: tuple[object, ...], compute: Callable[[], Any]
) -> Any:
    """Return `compute()`, JSON, from the cache if `parts` and code are as before."""
    key = hashlib.sha256(
        json.dumps([code_hash(), versions(), *map(str, parts)]).encode()
    ).hexdigest()[:32]
    path: Path = FOLDER / kind / f"{key}.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    value = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(value), encoding="utf-8")
    partial.replace(path)
    return value
