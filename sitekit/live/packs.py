"""What Python in the page is made of, packed and compiled.

A pack is one gzip stream: a line of JSON, ``[[name, size], ...]``, then the files one
after the other. Its name holds a hash of what is in it, so it may be kept for ever.

Modules are compiled here, by the Python that runs in the page: to compile them at
each start took most of it.
"""

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from sitekit.cache import FOLDER
from sitekit.npm import NODE, ROOT

HERE = Path(__file__).parent
PYODIDE = ROOT / "node_modules/pyodide"
NUMPY = ROOT / "node_modules/@emscripten-forge/numpy/pkg"
COMPILER = HERE / "compile.mjs"
LIBRARY = "python_stdlib.zip"
LOCK = "pyodide-lock.json"
RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm")
#: Where packages go: the worker writes files of this name below /lib/python3.11.
PACKAGES = "site-packages/"
#: Parts of NumPy that nothing on a page imports.
UNUSED = ("tests/", "/include/", "/f2py/", "/distutils/", "/_pyinstaller/")
UNUSED_ENDS = (".pyi", ".a", ".h", ".c", ".pxd", ".pyx")
#: What draws a figure that a hand moves.
DRAWING = (
    "sitekit/__init__.py",
    "sitekit/explorer.py",
    "sitekit/palette.py",
    "sitekit/svg.py",
)
WHEN = (1980, 1, 1, 0, 0, 0)  # of every file: the same bytes each time

Files = dict[str, bytes]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of `files`, not compressed: the pack is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, WHEN), content)
    return buffer.getvalue()


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the pack of `files`."""
    table = json.dumps([[name, len(data)] for name, data in files.items()])
    whole = b"".join([table.encode(), b"\n", *files.values()])
    return gzip.compress(whole, 9, mtime=0)


def compiled(files: Mapping[str, bytes], optimize: int = 0) -> Files:
    """Return the bytecode of each ``name.py`` of `files`, as ``name.pyc``.

    It never asks whether its source has changed. With `optimize` 2 it has no
    docstrings.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            if name.endswith(".py"):
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        subprocess.run([NODE, COMPILER, folder, str(optimize)], check=True)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(Path(folder).rglob("*.pyc"))
        }


def instead(files: Mapping[str, bytes], optimize: int = 0) -> Files:
    """Return `files` with bytecode in the place of sources."""
    rest = {n: data for n, data in files.items() if not n.endswith(".py")}
    return rest | compiled(files, optimize)


def beside(files: Mapping[str, bytes]) -> Files:
    """Return `files` with bytecode beside sources, which a traceback shows."""
    found = dict(files)
    for name, code in compiled(files).items():
        path = Path(name)
        cached = path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc"
        found[cached.as_posix()] = code
    return found


def numpy_files() -> Iterator[tuple[str, bytes]]:
    """Yield what a page may import of NumPy, by its path in site-packages."""
    (source,) = NUMPY.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        for member in archive:
            _, _, name = member.name.partition("site-packages/")
            wanted = name.startswith("numpy/") and member.isfile()
            if not wanted or name.endswith(UNUSED_ENDS):
                continue
            if not any(part in name for part in UNUSED):
                content = archive.extractfile(member)
                assert content is not None
                yield name, content.read()


def library_files() -> Files:
    """Return Python's standard library."""
    with zipfile.ZipFile(PYODIDE / LIBRARY) as archive:
        names = [n for n in archive.namelist() if not n.endswith("/")]
        return {name: archive.read(name) for name in names}


def project_files() -> Files:
    """Return this project's own packages, and the runner."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for package in ("reference_impl", "texcheck")
        for path in sorted((ROOT / package).rglob("*.py"))
        if not path.stem.startswith("digits_")  # they need scikit-learn
    }
    for part in DRAWING:
        found[part] = (ROOT / part).read_bytes()
    name = "deep-learning-verified"
    facts = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version(name)}\n"
    info = f"{name.replace('-', '_')}-{version(name)}.dist-info/METADATA"
    found[info] = facts.encode()
    found["live/__init__.py"] = b""
    for part in ("checker.py", "runner.py"):
        found[f"live/{part}"] = (HERE / part).read_bytes()
    return found


def with_backtrace(script: bytes) -> bytes:
    """Return Pyodide's script with a `backtrace` that finds no frames.

    This NumPy was built to ask the C library for the stack before it works in
    place on a large temporary array. Emscripten's has no such function, and the
    call would end Python; told 0 frames, NumPy does without.
    """
    table = b"var wasmImports={"
    if script.count(table) != 1:
        raise RuntimeError("Pyodide's table of functions is not where it was")
    return script.replace(table, table + b"backtrace:()=>0,")


def runtime() -> Files:
    """Return Pyodide, the standard library and NumPy."""
    files = {name: (PYODIDE / name).read_bytes() for name in RUNTIME}
    files["pyodide.asm.js"] = with_backtrace(files["pyodide.asm.js"])
    lock = json.loads((PYODIDE / LOCK).read_text("utf-8"))
    # No package can be had: an import that fails must not advise to install one.
    files[LOCK] = json.dumps({**lock, "packages": {}}).encode()
    files[LIBRARY] = zipped(instead(library_files(), optimize=2))
    for name, content in instead(dict(numpy_files())).items():
        files[PACKAGES + name] = content
    return files


def project() -> Files:
    """Return this project's packages, compiled."""
    files = beside(project_files())
    return {PACKAGES + name: content for name, content in files.items()}


class Pack(NamedTuple):
    """A pack that is kept between builds: made anew for another `key`."""

    name: str
    key: str
    make: Callable[[], Files]

    @property
    def path(self) -> Path:
        """Where it is kept."""
        own = Path(__file__).read_bytes() + COMPILER.read_bytes()
        digest = hashlib.sha256(own + self.key.encode()).hexdigest()[:16]
        return FOLDER / "live" / f"{self.name}-{digest}.pack"

    def content(self) -> bytes:
        """Return the pack; make it if it is not kept."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial = self.path.with_suffix(f".{os.getpid()}.part")
            partial.write_bytes(packed(self.make()))
            partial.replace(self.path)
        return self.path.read_bytes()


def packs() -> tuple[Pack, ...]:
    """Return the packs: one changes with a version, one with a file of the project."""
    versions = [
        json.loads((folder / "package.json").read_text("utf-8"))["version"]
        for folder in (PYODIDE, NUMPY.parent)
    ]
    files = project_files()
    digests = {n: hashlib.sha256(d).hexdigest() for n, d in files.items()}
    return (
        Pack("python", json.dumps(versions), runtime),
        Pack("project", json.dumps(digests), project),
    )
