"""Dead links and anchors, told with the line they stand on.

MkDocs finds them and names the file; this adds the line to its warning.
"""

import logging
import re
from pathlib import Path

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
