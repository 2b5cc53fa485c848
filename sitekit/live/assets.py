"""The files that Python in the page needs, written beside the site."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from sitekit.live.packs import packs
from sitekit.npm import ROOT

HERE = Path(__file__).parent
TEMML = ROOT / "node_modules/temml/dist/temml.min.js"
SCRIPTS = (
    "editing.js",
    "equation.js",
    "explorer.js",
    "function.js",
    "python.js",
    "snippet.js",
    "worker.js",
)
LIVE = "assets/live"
SCRIPT = "assets/live.js"


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
    told = []
    for pack in packs():
        content = pack.content()
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = folder / f"{pack.name}-{digest}.pack"
        path.write_bytes(content)
        told.append({"name": path.name, "size": len(content)})
    (folder / "packs.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "frame.html").write_text(frame(), encoding="utf-8")
    (folder / "temml.js").write_bytes(TEMML.read_bytes())
    for name in SCRIPTS:
        (folder / name).write_bytes((HERE / name).read_bytes())
    (site / "service.js").write_bytes((HERE / "service.js").read_bytes())
    for page, markdown in pages.items():
        path = folder / "pages" / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, encoding="utf-8")
