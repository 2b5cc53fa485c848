"""The files that Python in the page needs, written beside the site.

A pack is one gzip stream: a line of JSON, ``[[name, size], ...]``, then the files one
after the other. Its name holds a hash of what is in it, so it may be kept for ever.
"""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from sitekit.cache import FOLDER
from sitekit.npm import ROOT

HERE = Path(__file__).parent
PYODIDE = ROOT / "node_modules/pyodide"
NUMPY = ROOT / "node_modules/@emscripten-forge/numpy/pkg"
TEMML = ROOT / "node_modules/temml/dist/temml.min.js"
RUNTIME = (
    "pyodide.js",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
#: Parts of NumPy that nothing on a page imports.
UNUSED = ("tests/", "/include/", "/f2py/", "/distutils/", "/_pyinstaller/")
UNUSED_ENDS = (".pyi", ".a", ".h", ".c", ".pxd", ".pyx")
SCRIPTS = (
    "editing.js",
    "equation.js",
    "explorer.js",
    "function.js",
    "python.js",
    "snippet.js",
    "worker.js",
)
#: What draws a figure that a hand moves.
DRAWING = (
    "sitekit/__init__.py",
    "sitekit/explorer.py",
    "sitekit/palette.py",
    "sitekit/svg.py",
)
LIVE = "assets/live"
SCRIPT = "assets/live.js"
WHEN = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # of every file in a pack: the same bytes each time


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


def project_files() -> dict[str, bytes]:
    """Return this project's own packages, and the runner."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for package in ("reference_impl", "texcheck")
        for path in (ROOT / package).rglob("*.py")
    }
    for part in DRAWING:
        found[part] = (ROOT / part).read_bytes()
    name = "deep-learning-verified"
    facts = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version(name)}\n"
    info = f"{name.replace('-', '_')}-{version(name)}.dist-info/METADATA"
    found[info] = facts.encode()
    found["live/__init__.py"] = b""
    found["live/runner.py"] = (HERE / "runner.py").read_bytes()
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


def pack_runtime() -> bytes:
    """Return the pack of Pyodide and NumPy, made once for these versions."""
    versions = [
        json.loads((folder / "package.json").read_text("utf-8"))["version"]
        for folder in (PYODIDE, NUMPY.parent)
    ]
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    kept = FOLDER / "live" / f"python-{'-'.join(versions)}-{own[:8]}.pack"
    if not kept.exists():
        files = {name: (PYODIDE / name).read_bytes() for name in RUNTIME}
        files["pyodide.asm.js"] = with_backtrace(files["pyodide.asm.js"])
        files["numpy.zip"] = zipped(dict(numpy_files()))
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".part")
        partial.write_bytes(packed(files))
        partial.replace(kept)
    return kept.read_bytes()


def frame() -> str:
    """Return the page that stands in the frame; its policy lets nothing out."""
    script = (HERE / "frame.js").read_text(encoding="utf-8")
    digest = hashlib.sha256(script.encode()).digest()
    own = base64.b64encode(digest).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{own}' blob: "
        "'wasm-unsafe-eval'; worker-src blob:"
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>Python</title><script>{script}</script></html>"
    )


def write(site: Path, pages: Mapping[str, str]) -> None:
    """Write all of it below `site`; `pages` has the sources with equations."""
    folder = site / LIVE
    folder.mkdir(parents=True, exist_ok=True)
    packs = []
    for name, content in (
        ("python", pack_runtime()),
        ("project", packed({"project.zip": zipped(project_files())})),
    ):
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = folder / f"{name}-{digest}.pack"
        path.write_bytes(content)
        packs.append({"name": path.name, "size": len(content)})
    (folder / "packs.json").write_text(json.dumps(packs), encoding="utf-8")
    (folder / "frame.html").write_text(frame(), encoding="utf-8")
    (folder / "temml.js").write_bytes(TEMML.read_bytes())
    for name in SCRIPTS:
        (folder / name).write_bytes((HERE / name).read_bytes())
    (site / "service.js").write_bytes((HERE / "service.js").read_bytes())
    for page, markdown in pages.items():
        path = folder / "pages" / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, encoding="utf-8")
