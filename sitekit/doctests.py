"""The examples in the docstrings of reference_impl, run while the site is built."""

import doctest
import importlib
from typing import NamedTuple

from sitekit import api
from sitekit.cache import cached


class Examples(NamedTuple):
    """The doctest of one public function."""

    name: str  # conv2d
    attempted: int
    failed: int


def run_all() -> dict[str, list[Examples]]:
    """Return the outcome of every public function's examples, by topic."""

    def compute() -> dict[str, list[Examples]]:
        return {
            topic.page: [
                found
                for module, members in topic.members.items()
                for found in _run(module, members)
            ]
            for topic in api.topics()
        }

    outcomes = cached("doctests", (), compute)
    return {
        page: [Examples(*found) for found in examples]
        for page, examples in outcomes.items()
    }


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
