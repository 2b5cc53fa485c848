"""Which pages stand for the others where a goal is dear to measure."""

from fnmatch import fnmatch
from pathlib import Path

#: Kind of page -> its addresses; a page is of the first kind that fits.
KINDS = {
    "home": "",
    "verification": "*verif*",
    "notebook": "notebooks/?*",
    "API": "reference/*/?*",
    "chapter": "*-networks/?*",
}


def one_each(site: Path, paths: list[str]) -> list[str]:
    """Return the largest page of each kind."""

    def size(path: str) -> int:
        file = site / path
        return (file / "index.html" if file.is_dir() else file).stat().st_size

    chosen: dict[str, str] = {}
    for path in sorted(paths, key=size, reverse=True):
        kind = next((k for k, p in KINDS.items() if fnmatch(path, p)), None)
        if kind:
            chosen.setdefault(kind, path)
    return list(chosen.values())
