"""Long tasks after the first paint, in time of the processor.

What the main thread computes, not how long it waited for a core, so that a busy
machine measures the same; the emulated slow processor is part of it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CATEGORIES = ["toplevel", "loading", "disabled-by-default-devtools.timeline"]


@contextmanager
def trace(browser: "Browser", page: "Page") -> Iterator[list[float]]:
    """Fill the list, on leaving, with the tasks after first paint, in ms."""
    tasks: list[float] = []
    browser.start_tracing(page=page, categories=CATEGORIES)
    try:
        yield tasks
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    paints = [e for e in events if e["name"] == "firstContentfulPaint"]
    if paints:
        first = min(paints, key=lambda e: e["ts"])
        tasks += [
            e.get("tdur", e["dur"]) / 1000
            for e in events
            if e["name"] == "RunTask"
            and "dur" in e  # cut off by the end of the trace
            and (e["pid"], e["tid"]) == (first["pid"], first["tid"])
            and e["ts"] + e["dur"] > first["ts"]
        ]
