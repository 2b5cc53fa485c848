"""The examples in the docstrings of reference_impl, run while the site is built."""

import doctest
import importlib
from typing import NamedTuple

from sitekit import api, cache
from sitekit.cache import cached


class Examples(NamedTuple):
    """The doctest of one public function."""

    name: str  # conv2d
    attempted: int
    failed: int


def known() -> bool:
    """Return whether the examples ran before, on the same code."""
    return cache.known("doctests")


def run_all() -> dict[str, list[Examples]]:
    """Return the outcome of every public function's examples, by topic.

    Raises RuntimeError for an example that does not give what its docstring shows.
    """

    def compute() -> dict[str, list[Examples]]:
        return {
            topic.page: [
                found
                for module, members in topic.members.items()
                for found in _run(module, members)
            ]
            for topic in api.topics()
        }

    outcomes = {
        page: [Examples(*found) for found in examples]
        for page, examples in cached("doctests", (), compute).items()
    }
    wrong = [e.name for found in outcomes.values() for e in found if e.failed]
    if wrong:
        raise RuntimeError(f"the examples fail of {', '.join(wrong)}")
    return outcomes


def _run(module_name: str, members: list[str]) -> list[Examples]:
    module = importlib.import_module(module_name)
    finder = doctest.DocTestFinder(recurse=False)
    runner = doctest.DocTestRunner(
        optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False
    )
    found = []
    for name in members:
        for test in finder.find(getattr(module, name), name, module=module):
            outcome = runner.run(test, out=lambda _: None)
            found.append(Examples(name, outcome.attempted, outcome.failed))
    return found
