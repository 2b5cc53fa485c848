"""One page open in a browser: what it fetches, until it is still."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sitekit.reader.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

OBSERVE = Path(__file__).with_name("observe.js").read_text(encoding="utf-8")


class Visit:
    """A page, its requests and its complaints."""

    def __init__(self, page: "Page", server: Server):
        self.page, self.server = page, server
        self.start = len(server.sent)
        self.pending: set[Request] = set()
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._asked)
        page.on("requestfinished", self._done)
        page.on("requestfailed", self._done)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)

    def _asked(self, request: "Request") -> None:
        self.pending.add(request)
        local = (self.server.origin + "/", "data:", "blob:")
        if not request.url.startswith(local):
            self.elsewhere.append(request.url)

    def _done(self, request: "Request") -> None:
        self.pending.discard(request)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, path: str) -> None:
        """Load the page at `path` of the site and wait until it is still."""
        self.page.goto(self.server.url + path, wait_until="load")
        self.settle()

    def settle(self, quiet: int = 250, limit: int = 15_000) -> None:
        """Wait until nothing has been fetched for `quiet` milliseconds."""
        still, seen, waited = 0, -1, 0
        while still < quiet and waited < limit:
            self.page.wait_for_timeout(50)
            waited += 50
            count = len(self.server.sent)
            busy = self.pending or count != seen
            still = 0 if busy else still + 50
            seen = count

    def wake(self) -> None:
        """Act as a reader does, by one key, and wait for what that loads."""
        self.page.keyboard.press("Shift")
        for _ in range(100):  # the search index is the last to come
            if any("json" in s.kind for s in self.server.sent[self.start :]):
                break
            self.page.wait_for_timeout(50)
        self.settle()


@contextmanager
def visit(
    browser: "Browser", server: Server, **options: Any
) -> Iterator[Visit]:
    """Open an empty page in a context of its own, with the observers in it."""
    context = browser.new_context(**{"reduced_motion": "reduce", **options})
    if options.get("java_script_enabled", True):
        context.add_init_script(OBSERVE)
    try:
        yield Visit(context.new_page(), server)
    finally:
        context.close()
