"""What layers and cells as objects have in common: named arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks._arguments import (
    Generator,
    state_names,
)


class Parameters:
    """Named arrays that can be listed, saved and loaded.

    Attributes
    ----------
    input_size, hidden_size : int
        I and H.
    bias : bool
        Whether there are biases.
    generator : numpy.random.Generator
        What the arrays were drawn from, and dropout is.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        shapes: Mapping[str, tuple[int, ...]],
        dtype: Any,
        generator: Generator,
    ) -> None:
        if not np.issubdtype(dtype, np.floating):
            raise TypeError(f"dtype must be floating, got dtype={dtype!r}")
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        self.generator = np.random.default_rng(generator)
        bound = hidden_size**-0.5
        self._arrays = {
            name: self.generator.uniform(-bound, bound, shape).astype(dtype)
            for name, shape in shapes.items()
        }

    @property
    def params(self) -> list[np.ndarray]:
        """The arrays, in the order in which the functions take them."""
        return list(self._arrays.values())

    def _alone(
        self, states: Sequence[Any], leading: tuple[int, ...]
    ) -> list[np.ndarray]:
        """Return states of one sequence alone, with an axis for the batch."""
        for name, state in zip(state_names(len(states)), states, strict=True):
            _checks.shape(
                name, np.asarray(state), (*leading, self.hidden_size)
            )
        return [np.expand_dims(state, -2) for state in states]

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return a copy of each array by the name it has in PyTorch."""
        return {name: array.copy() for name, array in self._arrays.items()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Replace each array by a copy of the one of the same name.

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
        loaded = _checks.state_dict(state_dict, self._arrays)
        self._arrays = {name: new.copy() for name, new in loaded.items()}


def shapes(
    gates: int, inputs: int, hidden_size: int, bias: bool, suffix: str = ""
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of one cell's arrays by the names of PyTorch."""
    rows = gates * hidden_size
    wanted: dict[str, tuple[int, ...]] = {
        f"weight_ih{suffix}": (rows, inputs),
        f"weight_hh{suffix}": (rows, hidden_size),
    }
    if bias:
        wanted |= {f"bias_ih{suffix}": (rows,), f"bias_hh{suffix}": (rows,)}
    return wanted
