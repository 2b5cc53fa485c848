"""The files that a piece of Python depends on, so that results can be kept.

A result is computed anew when the code it came from has changed, and only then: a
page that shows pooling does not wait for a change of the LSTM.
"""

import ast
import functools
import hashlib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["code_hash", "files_of"]


def code_hash(code: str, packages: Iterable[str]) -> str:
    """Return a hash of `code` and of all that it imports from `packages`.

    Parameters
    ----------
    code : str
        Python source. What cannot be parsed depends on everything.
    packages : iterable of str
        Top-level packages that may change. Others are told apart by version.

    Returns
    -------
    str
        Hexadecimal.

    Examples
    --------
    >>> one = code_hash("import texcheck.errors", ["texcheck"])
    >>> one == code_hash("import texcheck.syntax", ["texcheck"])
    False
    """
    digest = hashlib.sha256(code.encode())
    for path in sorted(files_of(code, packages)):
        digest.update(path.as_posix().encode() + _bytes(path))
    return digest.hexdigest()


@functools.cache
def _bytes(path: Path) -> bytes:
    """Return a file as it was first seen: what was imported is older, too."""
    return path.read_bytes()


def files_of(code: str, packages: Iterable[str]) -> set[Path]:
    """Return the files of `packages` that `code` imports, directly or not.

    A name that a package hands on counts for the module that defines it. Where
    that cannot be found out, the whole package counts.
    """
    tops = frozenset(packages)
    found: set[str] = set()
    todo = list(_imported(code, tops))
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo += _modules_of(module, tops)
    return {path for module in found if (path := _file(module))}


def _imported(code: str, tops: frozenset[str]) -> Iterator[str]:
    """Yield the modules of `tops` that a piece of code names."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        for top in tops:
            yield from _all_of(top)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in tops:
                    yield from _all_of(alias.name)
                elif alias.name.partition(".")[0] in tops:
                    yield alias.name
        elif isinstance(node, ast.ImportFrom):
            if node.level:  # from where is not known: from anywhere
                for top in tops:
                    yield from _all_of(top)
            elif node.module and node.module.partition(".")[0] in tops:
                for alias in node.names:
                    yield from _origins(node.module, alias.name)


def _origins(module: str, name: str) -> Iterator[str]:
    """Yield the modules that ``from module import name`` depends on."""
    if _file(f"{module}.{name}"):
        yield f"{module}.{name}"
        return
    path = _file(module)
    if path is None or path.name != "__init__.py" or name == "*":
        yield module
        return
    value = getattr(importlib.import_module(module), name, None)
    home = getattr(value, "__module__", None)
    if isinstance(home, str) and home.startswith(module) and _file(home):
        yield home
    else:
        yield from _all_of(module)


@functools.cache
def _modules_of(module: str, tops: frozenset[str]) -> tuple[str, ...]:
    path = _file(module)
    text = _bytes(path).decode() if path else ""
    return tuple(_imported(text, tops))


@functools.cache
def _file(module: str) -> Path | None:
    """Return the file of a module, found without importing it."""
    top, *rest = module.split(".")
    spec = importlib.util.find_spec(top)
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place, *rest)
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                return file
    return None


def _all_of(package: str) -> Iterator[str]:
    path = _file(package)
    if path is None or path.name != "__init__.py":
        yield package
        return
    for file in sorted(path.parent.rglob("*.py")):
        parts = file.relative_to(path.parent).with_suffix("").parts
        yield ".".join([package, *(p for p in parts if p != "__init__")])


def forget() -> None:
    """Look at the files anew: some have changed."""
    for kept in (_bytes, _modules_of, _file):
        kept.cache_clear()
