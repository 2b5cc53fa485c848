"""Results kept between builds, under a key of all that they depend on."""

import functools
import hashlib
import importlib.metadata
import json
import linecache
import os
import platform
import sys
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


@functools.cache
def code_hash() -> str:
    """Return a hash of the project's own code; `forget` it when files changed."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def forget() -> None:
    """Look at the project's own code anew, and import it anew, from here on."""
    code_hash.cache_clear()
    linecache.checkcache()
    for name in list(sys.modules):
        if name.partition(".")[0] == PACKAGES[0]:
            del sys.modules[name]


def _path(kind: str, parts: tuple[object, ...]) -> Path:
    key = hashlib.sha256(
        json.dumps([code_hash(), versions(), *map(str, parts)]).encode()
    ).hexdigest()[:32]
    return FOLDER / kind / f"{key}.json"


def known(kind: str, *parts: object) -> bool:
    """Return whether the result for these parts is kept already."""
    return _path(kind, parts).exists()


def cached(
    kind: str, parts: tuple[object, ...], compute: Callable[[], Any]
) -> Any:
    """Return `compute()`, JSON, from the cache if `parts` and code are as before."""
    path = _path(kind, parts)
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    value = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(value), encoding="utf-8")
    partial.replace(path)
    return value
