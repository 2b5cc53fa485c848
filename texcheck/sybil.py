"""Equations as tests: a parser for Sybil.

    from sybil import Sybil
    from texcheck.sybil import EquationParser
    pytest_collect_file = Sybil([EquationParser()], patterns=["*.md"]).pytest()

Every ``$$`` block of a page is one test. The code above it on the page, visible and
invisible, is run for it, so that each test stands alone and may run in any process.
"""

import functools
from collections.abc import Iterable

import pytest
from sybil import Document, Example, Region

from texcheck.document import Outcome, blocks, check_page

__all__ = ["EquationParser"]


@functools.lru_cache(maxsize=8)
def _outcomes(path: str, text: str) -> dict[int, Outcome]:
    return {o.block.span[0]: o for o in check_page(path, text)}


class EquationParser:
    """Find the equations of a page and check them against its code."""

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield a region for each equation."""
        for block in blocks(document.text):
            if block.kind == "equation":
                yield Region(
                    *block.span, parsed=block, evaluator=self.evaluate
                )

    def evaluate(self, example: Example) -> str | None:
        """Return what is wrong with one equation, or nothing."""
        found = _outcomes(example.path, example.document.text)
        outcome = found[example.parsed.span[0]]
        if outcome.status == "skipped":
            pytest.skip(outcome.block.reason)
        if outcome.status != "failed":
            return None
        if outcome.error is None:
            return "the equation is marked false, and it holds"
        return str(outcome.error)
