"""Data on which slips cannot hide: the calls that `check` and `vectors` make.

All sizes differ, biases are distinct and not zero, inputs are not standardised,
strides do not divide. A chapter's module has ``CASES``: for each function a list of
makers; a maker gets a random generator and returns the arguments by name. The calls
of ``f_backward`` follow from those of ``f``, with a random gradient.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import reference_impl
from reference_impl import _checks
from reference_impl.cases import (
    convolutional_networks,
    neural_networks,
    recurrent_networks,
)

__all__ = ["CASES", "Call", "arrays_of", "calls", "names"]

Maker = Callable[[np.random.Generator], dict[str, Any]]
CASES: dict[str, list[Maker]] = {
    **neural_networks.CASES,
    **convolutional_networks.CASES,
    **recurrent_networks.CASES,
}
BACKWARD = "_backward"


class Call(NamedTuple):
    """The arguments of one call, by the parameters of the reference function."""

    arguments: dict[str, Any]
    positional: tuple[Any, ...]
    keywords: dict[str, Any]

    def to(self, function: Callable[..., Any]) -> Any:
        """Return what `function` returns, on copies of the arguments."""
        return self.run(function)[0]

    def run(self, function: Callable[..., Any]) -> tuple[Any, list[Any]]:
        """Return what `function` returns, and its arguments afterwards."""
        positional = copied(self.positional)
        keywords = {k: copied(v) for k, v in self.keywords.items()}
        result = function(*positional, **keywords)
        return result, [*positional, *keywords.values()]


def copied(value: Any) -> Any:
    """Return `value` with every array in it copied."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple | list):
        items = [copied(item) for item in value]
        if hasattr(value, "_fields"):
            return type(value)(*items)
        return type(value)(items)
    return value


def arrays_of(value: Any) -> list[np.ndarray]:
    """Return the arrays in what a function returned, flat and in order.

    Raises
    ------
    TypeError
        For anything that is no number, array, or tuple, list or dict of them.
    """
    if value is None:
        return []
    if isinstance(value, dict):
        return [a for item in value.values() for a in arrays_of(item)]
    if isinstance(value, tuple | list):
        return [a for item in value for a in arrays_of(item)]
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"it must return numbers or arrays of them, got {value!r:.80}"
        )
    return [array]


def names() -> list[str]:
    """Return every function that has calls, ``f_backward`` after its ``f``."""
    found = []
    for name in CASES:
        found.append(name)
        if hasattr(reference_impl, name + BACKWARD):
            found.append(name + BACKWARD)
    return found


def calls(name: str, seed: int = 0) -> list[Call]:
    """Return the calls of a function, the same for the same seed.

    Raises
    ------
    ValueError
        If there are none for `name`, or `seed` is negative.
    """
    _checks.integer("seed", seed, 0)
    if name in CASES:
        return list(_forward(name, seed))
    forward = name.removesuffix(BACKWARD)
    if name.endswith(BACKWARD) and forward in CASES:
        return list(_backward(forward, seed))
    raise ValueError(
        f"name must be a function with cases, got name={name!r}; there are "
        f"cases for {', '.join(names())}"
    )


def _forward(name: str, seed: int) -> Iterator[Call]:
    function = getattr(reference_impl, name)
    for at, maker in enumerate(CASES[name]):
        yield bound(function, maker(np.random.default_rng([seed, at])))


def _backward(name: str, seed: int) -> Iterator[Call]:
    function = getattr(reference_impl, name)
    backward = getattr(reference_impl, name + BACKWARD)
    parameters = inspect.signature(backward).parameters
    for at, call in enumerate(_forward(name, seed)):
        rng = np.random.default_rng([seed, at, 1])
        outputs = call.to(function)
        gradients = _like(outputs, rng)
        wanted = [p for p in parameters if p.startswith("grad_")]
        given = dict(
            zip(wanted, gradients, strict=True)
            if len(wanted) > 1
            else [(wanted[0], gradients)]
        )
        given |= {k: v for k, v in call.arguments.items() if k in parameters}
        yield bound(backward, given)


def _like(outputs: Any, rng: np.random.Generator) -> Any:
    """Return random numbers in the form of `outputs`."""
    if isinstance(outputs, tuple):
        return tuple(_like(item, rng) for item in outputs)
    if np.ndim(outputs) == 0:
        return float(rng.normal(0.5, 1.0))
    return rng.normal(0.3, 1.0, np.shape(outputs))


def bound(function: Callable[..., Any], given: dict[str, Any]) -> Call:
    """Return the call of `function` with these arguments, defaults left out.

    What stands before the last argument given is passed by position, so that
    a reader's parameters may have names of their own.
    """
    parameters = inspect.signature(function).parameters.values()
    by_position = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    last = max(i for i, p in enumerate(by_position) if p.name in given)
    positional = tuple(
        given.get(p.name, p.default) for p in by_position[: last + 1]
    )
    keywords = {
        p.name: given[p.name]
        for p in parameters
        if p.kind is p.KEYWORD_ONLY and p.name in given
    }
    return Call(given, positional, keywords)
