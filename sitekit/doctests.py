"""The examples in the docstrings of reference_impl, run while the site is built."""

import doctest
import importlib
import re
from typing import NamedTuple

from sitekit import api, cache
from sitekit.cache import cached
from sitekit.npm import ROOT

IMPORT = re.compile(r"^ *>>> ((?:from \S+ )?import .+)$", re.M)


class Examples(NamedTuple):
    """The doctest of one public function."""

    name: str  # conv2d
    attempted: int
    failed: int


def known(topic: api.Topic) -> bool:
    """Return whether the topic's examples ran before, on the same code."""
    return cache.known("doctests", _code(topic))


def run(topic: api.Topic) -> list[Examples]:
    """Return the outcome of the examples of a topic's public functions."""

    def compute() -> list[Examples]:
        return [
            found
            for module, members in topic.members.items()
            for found in _run(module, members)
        ]

    outcomes = cached("doctests", _code(topic), compute)
    return [Examples(*found) for found in outcomes]


def run_all() -> dict[str, list[Examples]]:
    """Return the outcome of every public function's examples, by topic.

    Raises RuntimeError for an example that does not give what its docstring shows.
    """
    outcomes = {topic.page: run(topic) for topic in api.topics()}
    wrong = [e.name for found in outcomes.values() for e in found if e.failed]
    if wrong:
        raise RuntimeError(f"the examples fail of {', '.join(wrong)}")
    return outcomes


def _code(topic: api.Topic) -> str:
    """Return code that imports what the examples are of, and what they import."""
    names = [n for members in topic.members.values() for n in members]
    rows = [f"from {api.PACKAGE} import {', '.join(names)}"]
    for module in topic.members:
        path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        rows += [f"import {module}", *IMPORT.findall(path.read_text("utf-8"))]
    return "\n".join(rows)


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
