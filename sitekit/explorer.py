"""Figures that a reader's hand moves: ``docs/chapter/topic.explore.py``.

A public function there takes one value a control and returns a `Drawing`. At its
defaults it is the still figure of the page, ``topic/function_name.svg``, drawn at
build; in the page the reader's values are given to the same function. So its module
imports nothing but what runs in a browser: NumPy, this project's two packages,
`sitekit.svg`, `sitekit.palette` and this module.
"""

import base64
import functools
import inspect
import io
import json
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from sitekit.svg import Drawing

Figure = Callable[..., Drawing]
Arrays = Mapping[str, np.ndarray]


class Range(NamedTuple):
    """A slider from `low` to `high`; all three whole, or not."""

    label: str
    low: float
    high: float
    step: float = 1
    kind: str = "range"


class Choice(NamedTuple):
    """One of several words."""

    label: str
    options: tuple[str, ...]
    kind: str = "choice"


class Text(NamedTuple):
    """Words the reader types, at most so many characters."""

    label: str
    most: int
    kind: str = "text"


Control = Range | Choice | Text


class Explorer(NamedTuple):
    """What `explorer` knows of a figure."""

    invitation: str
    controls: dict[str, Control]
    data: Callable[[], Arrays] | None


def explorer(
    invitation: str,
    /,
    *,
    data: Callable[[], Arrays] | None = None,
    **controls: Control,
) -> Callable[[Figure], Figure]:
    """Declare a figure whose arguments the reader sets.

    Parameters
    ----------
    invitation : str
        The words on the button that brings the controls.
    data : callable, optional
        Makes arrays that take too long for a page. It is called at build, and
        the figure gets what it returned as its first argument.
    **controls
        One for each argument of the figure.
    """

    def declare(function: Figure) -> Figure:
        function.__explorer__ = Explorer(  # type: ignore[attr-defined]
            invitation, controls, data
        )
        return function

    return declare


def declared(function: Figure) -> Explorer:
    """Return what was declared of a figure."""
    return function.__explorer__  # type: ignore[attr-defined]


def explorers(module: ModuleType) -> dict[str, Figure]:
    """Return the figures of a module that a hand moves, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if hasattr(value, "__explorer__")
    }


def defaults(function: Figure) -> dict[str, Any]:
    """Return the values of the still figure, by control."""
    return {
        name: inspect.signature(function).parameters[name].default
        for name in declared(function).controls
    }


def packed(arrays: Arrays) -> str:
    """Return arrays as text."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return base64.b64encode(buffer.getvalue()).decode()


def unpacked(text: str) -> Arrays:
    """Return the arrays that `packed` was given."""
    with np.load(io.BytesIO(base64.b64decode(text))) as arrays:
        return dict(arrays)


def described(
    function: Figure, source: str, data: Arrays | None
) -> dict[str, Any]:
    """Return all that the page needs of a figure, as plain data."""
    start = defaults(function)
    return {
        "name": function.__name__,
        "source": source,
        "data": None if data is None else packed(data),
        "controls": [
            {"name": name, "value": start[name], **control._asdict()}
            for name, control in declared(function).controls.items()
        ],
    }


@functools.lru_cache(maxsize=4)
def restored(description: str) -> Figure:
    """Return the figure that `described` described, as JSON."""
    known = json.loads(description)
    module = ModuleType(known["name"])
    exec(compile(known["source"], "figure", "exec"), vars(module))
    function = explorers(module)[known["name"]]
    if known["data"] is None:
        return function
    return functools.partial(function, unpacked(known["data"]))
