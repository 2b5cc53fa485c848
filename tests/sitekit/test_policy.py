"""The content security policies: of a page, and of the frame that runs Python."""

import base64
import hashlib
import re

from sitekit.live.assets import frame
from sitekit.weight import policy


def directives(text):
    parts = (part.strip().partition(" ") for part in text.split(";"))
    return {name: allowed.split() for name, _, allowed in parts}


def digest(script):
    found = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(found).decode()}'"


def test_the_frame_may_start_a_worker_and_nothing_else():
    page = frame()
    script = re.search("<script>(.*?)</script>", page, re.S)[1]
    found = directives(re.search('content="([^"]*)"', page)[1])
    assert found == {
        "default-src": ["'none'"],  # so no connection, image, frame or form
        "script-src": [digest(script), "blob:", "'wasm-unsafe-eval'"],
        "worker-src": ["blob:"],
    }


def test_a_page_runs_its_own_scripts_and_asks_nobody_else():
    found = directives(policy("<p>x</p><script>one()</script>"))
    assert found == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", digest("one()")],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
    }
