"""Results kept on disk, each under a hash of all that it depends on.

A result is found again only while the page, the code of the packages it imports, Python
and every installed distribution are what they were: nothing kept can hide a change.
"""

import contextlib
import hashlib
import json
import platform
from collections.abc import Iterable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["Kept"]


class Kept:
    """A folder of results.

    Parameters
    ----------
    folder : Path
        Where they are; it is made when it is first needed.
    packages : iterable of str
        The packages whose files a result depends on; texcheck is always one.
    """

    def __init__(self, folder: Path, packages: Iterable[str] = ()) -> None:
        self.folder = folder
        self.world = [
            platform.python_version(),
            sorted(f"{d.name} {d.version}" for d in metadata.distributions()),
            _files_hash(("texcheck", *packages)),
        ]

    def get(self, *parts: object) -> Any:
        """Return what was kept under `parts`, or None."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self._place(parts).read_text(encoding="utf-8"))
        return None

    def put(self, value: object, *parts: object) -> None:
        """Keep `value` under `parts`; who reads meanwhile sees all or nothing."""
        place = self._place(parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_suffix(f".{id(value)}.part")
        partial.write_text(json.dumps(value), encoding="utf-8")
        partial.replace(place)

    def _place(self, parts: tuple[object, ...]) -> Path:
        told = json.dumps([*self.world, *parts])
        digest = hashlib.sha256(told.encode()).hexdigest()[:32]
        return self.folder / f"{digest}.json"


def _files_hash(packages: Iterable[str]) -> str:
    """Return a hash of every file of the packages but compiled ones."""
    digest = hashlib.sha256()
    for package in packages:
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file() and path.parent.name != "__pycache__":
                    name = path.relative_to(folder).as_posix()
                    digest.update(f"{name}\n".encode() + path.read_bytes())
    return digest.hexdigest()
