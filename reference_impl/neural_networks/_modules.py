"""What layers as objects are made of: named arrays, and steps that go back.

A step is a function of one array that returns its output and a pullback. The
pullback takes dL/doutput and returns `Gradients`; it is a closure over what
the forward pass computed, so all that leads back is a value in the caller's
hands, and a layer keeps nothing of a run. Steps combine into steps: `chain`
puts one after the other, `skip` adds the input to the output, `named` puts a
layer's name before its parameters'.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.dropout_layer import (
    dropout,
    random_source,
)

Generator = int | np.random.Generator | None


class Gradients(NamedTuple):
    """What a pullback returns.

    `inputs` holds a gradient for each array that went in, in the order of the
    arguments; `parameters` one for each parameter, by its name.
    """

    inputs: tuple[np.ndarray, ...]
    parameters: dict[str, np.ndarray]


Pullback = Callable[[np.ndarray], Gradients]
Step = Callable[[np.ndarray], tuple[np.ndarray, Pullback]]


class Module:
    """Named arrays, in layers that may hold layers.

    The names are those of PyTorch's ``state_dict``. A subclass defines `vjp`,
    which returns the layer's output and its pullback.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray] | None = None,
        layers: Mapping[str, "Module"] | None = None,
    ) -> None:
        self._arrays = dict(arrays or {})
        self._layers = dict(layers or {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output; the arguments are those of `vjp`."""
        return self.vjp(*args, **kwargs)[0]

    def vjp(self, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
        """Return the output and the pullback."""
        raise NotImplementedError

    def parameters(self) -> dict[str, np.ndarray]:
        """Return the arrays themselves by name: to write to them is to learn."""
        found = dict(self._arrays)
        for name, layer in self._layers.items():
            found |= {f"{name}.{n}": x for n, x in layer.parameters().items()}
        return found

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return a copy of each array by name."""
        return {name: x.copy() for name, x in self.parameters().items()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Copy the arrays of these names into the layer's own.

        Parameters
        ----------
        state_dict : mapping of str to ndarray
            With the keys, shapes and dtype of `state_dict`; what
            ``np.asarray`` turns into arrays, as tensors of PyTorch, also does.

        Raises
        ------
        TypeError
            If it is no mapping, or an array has not the layer's dtype.
        ValueError
            If keys are missing or unexpected, or a shape does not fit.
        """
        own = self.parameters()
        for name, new in _checks.state_dict(state_dict, own).items():
            own[name][...] = new


def chain(*steps: Step) -> Step:
    """Return the step that takes these steps one after the other."""

    def step(x: np.ndarray) -> tuple[np.ndarray, Pullback]:
        pullbacks = []
        for each in steps:
            x, pullback = each(x)
            pullbacks.append(pullback)

        def back(g: np.ndarray) -> Gradients:
            others: tuple[np.ndarray, ...] = ()
            parameters: dict[str, np.ndarray] = {}
            inputs: tuple[np.ndarray, ...] = (g,)
            for pullback in reversed(pullbacks):
                inputs, new = pullback(inputs[0])
                others = (*inputs[1:], *others)
                parameters |= new
            return Gradients((*inputs[:1], *others), parameters)

        return x, back

    return step


def skip(inner: Step) -> Step:
    """Return the step x + inner(x), the residual connection."""

    def step(x: np.ndarray) -> tuple[np.ndarray, Pullback]:
        y, pullback = inner(x)

        def back(g: np.ndarray) -> Gradients:
            (through, *others), parameters = pullback(g)
            return Gradients((g + through, *others), parameters)

        return x + y, back

    return step


def named(name: str, inner: Step) -> Step:
    """Return the same step, its parameters called ``name.parameter``."""

    def step(x: np.ndarray) -> tuple[np.ndarray, Pullback]:
        y, pullback = inner(x)

        def back(g: np.ndarray) -> Gradients:
            inputs, parameters = pullback(g)
            return Gradients(
                inputs, {f"{name}.{n}": p for n, p in parameters.items()}
            )

        return y, back

    return step


def pointwise(
    function: Callable[[np.ndarray], np.ndarray],
    backward: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> Step:
    """Return the step of a function without parameters."""
    return lambda x: (function(x), lambda g: Gradients((backward(g, x),), {}))


def dropping(p: float, rng: np.random.Generator | None) -> Step:
    """Return the step of dropout, which acts where there is an `rng`."""
    if rng is None or p == 0:
        return lambda x: (x, lambda g: Gradients((g,), {}))

    def step(x: np.ndarray) -> tuple[np.ndarray, Pullback]:
        factors = dropout(np.ones_like(x), p, generator=rng)
        return x * factors, lambda g: Gradients((g * factors,), {})

    return step


def source(generator: Generator) -> np.random.Generator | None:
    """Return what a run draws from, or None where nothing is dropped."""
    return None if generator is None else random_source(generator)


def floating_dtype(dtype: Any) -> np.dtype:
    """Return `dtype` once checked."""
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"dtype must be floating, got dtype={dtype!r}")
    return np.dtype(dtype)
