"""Any function with a ``_backward`` beside it as a node, to be derived once.

The arrays of a result of several are joined end to end into one variable: its
gradient, cut up again, is what the backward function asks for.
"""

import copy
import inspect
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from reference_impl.neural_networks._graph_arithmetic import reshape, take
from reference_impl.neural_networks.backpropagation_variables import (
    Operation,
    Variable,
)

Function = Callable[..., Any]
Path = tuple[Any, ...]  # name of an argument, then positions within it


def once(
    function: Function,
    backward: Function,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Return function(*args, **kwargs) as a variable, or a tuple of them."""
    signature = inspect.signature(function)
    arguments = dict(signature.bind(*args, **kwargs).arguments)
    _settle_chance(signature, arguments)
    places: dict[Path, Variable] = {}
    for name, value in arguments.items():
        arguments[name] = _plain(value, (name,), places)

    before = {  # generators in the state that the function finds them in
        name: copy.deepcopy(value)
        for name, value in arguments.items()
        if isinstance(value, np.random.Generator)
    }

    def call(f: Function, *first: Any, **other: Any) -> Any:
        bound = inspect.BoundArguments(
            signature, OrderedDict(arguments, **other)
        )
        return f(*first, *bound.args, **bound.kwargs)

    result = call(function)
    outputs = _outputs(function, result)
    several = isinstance(result, tuple)
    found: dict[Variable, Any] = {}  # one call serves all the arguments

    def share(path: Path) -> Function:
        def gradient(D: Variable, *_: Variable) -> Variable:
            if D not in found:
                g = _cut(D.value, outputs) if several else D.value
                found[D] = call(backward, g, **copy.deepcopy(before))
            value = _entry(found[D], path, function)
            return Operation(
                backward.__name__,
                lambda *_: value,
                (_refuse,) * (1 + len(places)),
            )(D, *places.values())

        return gradient

    joined = np.concatenate([y.ravel() for y in outputs])
    node = Operation(
        function.__name__,
        lambda *_: joined if several else outputs[0],
        tuple(map(share, places)),
    )(*places.values())
    return _split(node, outputs) if several else node


def _settle_chance(
    signature: inspect.Signature, arguments: dict[str, Any]
) -> None:
    """Let forward and backward draw the same: a seed in the place of None."""
    takes = "generator" in signature.parameters
    if takes and arguments.get("generator") is None:
        arguments["generator"] = int(np.random.default_rng().integers(2**31))


def _plain(value: Any, path: Path, places: dict[Path, Variable]) -> Any:
    """Return `value` with arrays for variables; note where these stood."""
    if isinstance(value, Variable):
        places[path] = value
        return value.value
    if type(value) in (list, tuple):
        return type(value)(
            _plain(entry, (*path, i), places) for i, entry in enumerate(value)
        )
    return value


def _outputs(function: Function, result: Any) -> list[np.ndarray]:
    """Return the arrays that `function` returned."""
    entries = result if isinstance(result, tuple) else (result,)
    if not all(
        isinstance(y, np.ndarray | np.floating | float) for y in entries
    ):
        kinds = ", ".join(type(y).__name__ for y in entries)
        raise TypeError(
            "function must return an array or a tuple of arrays, got "
            f"{function.__name__} returning {kinds}"
        )
    return [np.asarray(y) for y in entries]


def _ends(outputs: list[np.ndarray]) -> list[int]:
    """Return where each output ends in the joined array."""
    return np.cumsum([y.size for y in outputs]).tolist()


def _cut(g: np.ndarray, outputs: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    """Return the gradients of the outputs, given that of all joined."""
    parts = np.split(g, _ends(outputs)[:-1])
    pairs = zip(parts, outputs, strict=True)
    return tuple(part.reshape(y.shape) for part, y in pairs)


def _split(node: Variable, outputs: list[np.ndarray]) -> tuple[Variable, ...]:
    """Return a variable for each of the outputs that `node` joins."""
    return tuple(
        reshape(take(node, slice(end - y.size, end)), y.shape)
        for y, end in zip(outputs, _ends(outputs), strict=True)
    )


def _entry(gradients: Any, path: Path, function: Function) -> np.ndarray:
    """Return the gradient to the argument at `path`."""
    if hasattr(gradients, "_asdict"):
        by_name = gradients._asdict()
    else:
        first = next(iter(inspect.signature(function).parameters))
        by_name = {first: gradients}
    value = by_name.get(path[0])
    for position in path[1:]:
        value = None if value is None else value[position]
    if value is None:
        raise TypeError(
            f"{path[0]} must not be a Variable: {function.__name__} has no "
            f"gradient to it, got gradients to {', '.join(by_name)}"
        )
    return value


def _refuse(D: Variable, output: Variable, *_: Variable) -> Variable:
    name = output.operation.name if output.operation else ""
    raise NotImplementedError(
        "z must be built from operations whose gradients are written with "
        f"variables to be differentiated again, got {name}"
    )
