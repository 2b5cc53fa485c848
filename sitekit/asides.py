"""Finished pieces of a page, kept aside while the rest of it is worked on.

An equation, a figure or a mark of evidence is large as HTML and says nothing to a
search. An empty element stands for it until the page has been indexed.
"""

import re

from bs4 import Tag

MARK = re.compile(r'<span data-aside="(\d+)"></span>')


class Asides:
    """What one page has aside."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def put(self, html: str) -> Tag:
        """Keep `html` aside; return the element that stands for it."""
        self.pieces.append(html)
        return Tag(
            name="span", attrs={"data-aside": str(len(self.pieces) - 1)}
        )

    def insert(self, html: str) -> str:
        """Return `html` with each piece back in its place."""
        return MARK.sub(lambda match: self.pieces[int(match[1])], html)
