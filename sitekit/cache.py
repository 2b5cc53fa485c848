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
from texcheck import dependencies

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


def forget() -> None:
    """Look at the project's own code anew, and import it anew, from here on."""
    dependencies.forget()
    linecache.checkcache()
    for name in list(sys.modules):
        if name.partition(".")[0] == PACKAGES[0]:
            del sys.modules[name]


def _path(kind: str, code: str) -> Path:
    """Return where a result is kept that comes from `code` and what it imports."""
    own = f"{code}\nimport sitekit.{kind}\n"
    parts = [versions(), dependencies.code_hash(own, PACKAGES)]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    return FOLDER / kind / f"{key}.json"


def known(kind: str, code: str) -> bool:
    """Return whether the result is kept already."""
    return _path(kind, code).exists()


def cached(kind: str, code: str, compute: Callable[[], Any]) -> Any:
    """Return `compute()`, JSON, from the cache if all is as before.

    `kind` names the module of this package that makes the result. It is made
    anew when `code`, Python, changes, or a file of the project that it or that
    module imports, or a version.
    """
    path = _path(kind, code)
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    value = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(value), encoding="utf-8")
    partial.replace(path)
    return value
