"""Dead links and anchors, told with the line they stand on.

MkDocs finds them and names the file; this adds the line to its warning.
"""

import logging
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

WARNING = re.compile(
    r"Doc file '(?P<page>[^']+)' contains (?:a|an) .*?link '(?P<link>[^']+)'"
)


class LineNumbers(logging.Filter):
    """Put ``docs/page.md:line:`` before each warning about a link."""

    def __init__(self, docs: Path):
        super().__init__()
        self.docs = docs

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; let every record pass."""
        message = record.getMessage()
        match = WARNING.search(message)
        if match:
            path = self.docs / match["page"]
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            line = text.count("\n", 0, max(text.find(match["link"]), 0)) + 1
            record.msg = f"docs/{match['page']}:{line}: {message}"
            record.args = ()
        return True


def install(docs: Path) -> None:
    """Add the line numbers to what MkDocs logs of the pages below `docs`."""
    for name in ("mkdocs.structure.pages", "mkdocs.structure.nav"):
        logger = logging.getLogger(name)
        for old in [f for f in logger.filters if isinstance(f, LineNumbers)]:
            logger.removeFilter(old)
        logger.addFilter(LineNumbers(docs))


def absolute(
    page: str, files: Files, config: MkDocsConfig
) -> Callable[[str], str]:
    """Return a function from a link on `page` to its address on the web.

    The address is empty where the site does not know its own, ``site_url``.
    """

    def address(link: str) -> str:
        target, mark, anchor = link.partition("#")
        folder = posixpath.dirname(page)
        file = files.get_file_from_path(
            posixpath.normpath(posixpath.join(folder, target))
        )
        if file is None or not config.site_url:
            return ""
        return urljoin(config.site_url, file.url) + mark + anchor

    return address
