"""Light pages: the CSS a page needs inside it, every script once the reader acts.

Works on the HTML that was built, whatever theme built it: all stylesheets become one;
each page carries the rules it uses and fetches the rest together with the scripts, at
the first touch, key, focus or movement. A content security policy closes the page.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

from sitekit import fonts, palette
from sitekit.npm import NODE, ROOT

SHEET = "assets/site.css"
STYLESHEET = re.compile(
    r'\s*<link\b(?=[^>]* rel="stylesheet")[^>]* href="([^"]+)"[^>]*>'
)
SCRIPT = re.compile(r'\s*<script\b[^>]* src="([^"]+)"[^>]*></script>')
CHARSET = re.compile(r'<meta charset="utf-8" ?/?>')
FACE = re.compile(r"@font-face\s*\{[^}]*maths\.woff2[^}]*\}")
INLINE = re.compile(
    r"<script(?![^>]* src=)(?![^>]*json)[^>]*>(.*?)</script>", re.S
)

#: A call of it fetches the stylesheet and the scripts at the reader's first act.
LOADER = re.sub(
    r"^\s*(//.*)?\n| *//.*| *\n *",
    "",
    (ROOT / "sitekit" / "loader.js").read_text(encoding="utf-8"),
    flags=re.M,
)


def lighten(
    site: Path, dark: dict[str, str], with_policy: bool = True
) -> None:
    """Rewrite every page below `site`. `dark` has the selectors ``auto`` and ``chosen``.

    A site read from the file system has no origin, so no policy either.
    """
    pages = sorted(
        p.relative_to(site).as_posix() for p in site.rglob("*.html")
    )
    sheets: dict[str, None] = {}
    for page in pages:
        text = (site / page).read_text(encoding="utf-8")
        for href in STYLESHEET.findall(text):
            sheets.setdefault(_from_root(page, href))
    request = {
        "site": str(site),
        "pages": pages,
        "sheets": list(sheets),
        "extra": palette.css(**dark),
        "dark": dark,
        "out": SHEET,
    }
    done = subprocess.run(
        [NODE, ROOT / "sitekit" / "weight.mjs"],
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"weight.mjs failed:\n{done.stderr}")
    font = fonts.unpacked(site)
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        path = site / answer["page"]
        text = path.read_text(encoding="utf-8")
        css = FACE.sub("", answer["css"]) + fonts.inside(font, text)
        text = _light(text, answer["page"], css)
        path.write_text(
            _with_policy(text) if with_policy else text, encoding="utf-8"
        )
    sheet = site / SHEET
    sheet.write_text(
        FACE.sub("", sheet.read_text(encoding="utf-8")), encoding="utf-8"
    )
    (site / fonts.FONT).unlink()
    for leftover in (
        *site.rglob("*.map"),
        *(site / sheet for sheet in sheets),
    ):
        leftover.unlink()


def _from_root(page: str, href: str) -> str:
    return (
        os.path.normpath(os.path.join(os.path.dirname(page), href))
        .replace("\\", "/")
        .lstrip("/")
    )


def _light(text: str, page: str, css: str) -> str:
    """Return the page with its CSS inside and its scripts put off."""
    depth = "../" * page.count("/")
    if any(href.startswith("/") for href in STYLESHEET.findall(text)):
        depth = "/"  # the page for a missing address, shown at any depth
    scripts = SCRIPT.findall(text)
    text = SCRIPT.sub("", STYLESHEET.sub("", text))
    head = f"<style>{css}</style>"
    if scripts:
        call = f"{LOADER}({json.dumps(depth + SHEET)},{json.dumps(scripts)})"
        head += f"<script>{call}</script>"
    return text.replace("</head>", head + "</head>", 1)


def _with_policy(text: str) -> str:
    """Return the page with its content security policy."""
    meta = (
        '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{policy(text)}">'
    )
    return CHARSET.sub(lambda _: meta, text, count=1)


def policy(text: str) -> str:
    """Return the policy under which the page and only its own scripts work.

    Inline styles are allowed: MathML and figures carry style attributes.
    """
    hashes = {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in INLINE.findall(text)
    }
    allowed = " ".join(f"'sha256-{digest}'" for digest in sorted(hashes))
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "style-src 'self' 'unsafe-inline'",
            f"script-src 'self' {allowed}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
        )
    )
