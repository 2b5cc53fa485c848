"""The Chromium of this machine, for the reader's goals and the browser tests."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
)
#: No name but the loopback address resolves: a request elsewhere fails.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def find() -> str | None:
    """Return the path of Chromium, or None: CHROME_PATH first, then `NAMES`."""
    chosen = os.environ.get("CHROME_PATH")
    if chosen:
        return chosen
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launch() -> Iterator["Browser"]:
    """Start Chromium, cut off from every other machine."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        raise FileNotFoundError(
            f"no Chromium: set CHROME_PATH or install one of {', '.join(NAMES)}"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, ALONE]
        )
        try:
            yield browser
        finally:
            browser.close()
