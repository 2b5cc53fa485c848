"""Recurrent cells as objects: `RNNCell`, `LSTMCell` and `GRUCell`.

Page: docs/recurrent-networks/lstm.md.

Axes: B batch, I inputs, H hidden units.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks import _parameters
from reference_impl.recurrent_networks._arguments import Generator, flag, pair
from reference_impl.recurrent_networks.gated_recurrent_unit import gru_cell
from reference_impl.recurrent_networks.long_short_term_memory import lstm_cell
from reference_impl.recurrent_networks.recurrent_cell import (
    rnn_relu_cell,
    rnn_tanh_cell,
)

__all__ = ["RNNCell", "LSTMCell", "GRUCell"]


class _RecurrentCell(_parameters.Parameters):
    """The parameters of one cell, and the function they are for."""

    _function: Callable[..., Any]
    _gates, _states = 1, 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        I = _checks.integer("input_size", input_size, 1)
        H = _checks.integer("hidden_size", hidden_size, 1)
        flag("bias", bias)
        shapes = _parameters.shapes(self._gates, I, H, bias)
        super().__init__(I, H, bias, shapes, dtype, generator)

    def __call__(self, input: np.ndarray, hx: Any = None) -> Any:
        """Return the next state: of an `LSTMCell`, the tuple (h, c).

        Parameters
        ----------
        input : ndarray of shape (B, I) or (I,)
        hx : ndarray of shape (B, H) or (H,), optional
            The state before, zeros by default; of an `LSTMCell`, a tuple.

        Returns
        -------
        ndarray, or tuple of two, of the shape of `hx`
        """
        x = _checks.floating_like("input", input, "layer", self.params[0])
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            I = self.input_size
            raise ValueError(
                f"input must have shape (B, {I}) or ({I},), "
                f"got input.shape={x.shape}"
            )
        alone = x.ndim == 1
        x = x[None] if alone else x
        if hx is None:
            zeros = np.zeros((len(x), self.hidden_size), self.params[0].dtype)
            states = [zeros] * self._states
        else:
            states = list(pair("hx", hx)) if self._states == 2 else [hx]
            states = self._alone(states, ()) if alone else states
        if self._states == 1:
            after = self._function(x, states[0], *self.params)
            return after[0] if alone else after
        h, c = self._function(x, tuple(states), *self.params)
        return (h[0], c[0]) if alone else (h, c)


class RNNCell(_RecurrentCell):
    """A plain recurrent cell: `rnn_tanh_cell` or `rnn_relu_cell`.

    Parameters
    ----------
    input_size, hidden_size : int
        I and H.
    bias : bool, default True
    nonlinearity : {"tanh", "relu"}, default "tanh"
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        What the parameters are drawn from.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size or `nonlinearity` is out of range.

    References
    ----------
    PyTorch, ``torch.nn.RNNCell``: arguments, names and initial distribution of
    the parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import RNNCell
    >>> cell = RNNCell(3, 4, generator=0)
    >>> cell(np.ones((2, 3), np.float32)).shape
    (2, 4)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        _checks.one_of("nonlinearity", nonlinearity, ("tanh", "relu"))
        self.nonlinearity = nonlinearity
        tanh = nonlinearity == "tanh"
        self._function = rnn_tanh_cell if tanh else rnn_relu_cell
        super().__init__(
            input_size, hidden_size, bias, dtype=dtype, generator=generator
        )


class LSTMCell(_RecurrentCell):
    """A cell of long short-term memory: `lstm_cell` and its parameters.

    Parameters
    ----------
    input_size, hidden_size, bias, dtype, generator
        As `RNNCell` has them.

    Raises
    ------
    TypeError, ValueError
        As `RNNCell`.

    References
    ----------
    PyTorch, ``torch.nn.LSTMCell``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import LSTMCell
    >>> h, c = LSTMCell(3, 4, generator=0)(np.ones(3, np.float32))
    >>> h.shape, c.shape
    ((4,), (4,))
    """

    _function = staticmethod(lstm_cell)
    _gates, _states = 4, 2


class GRUCell(_RecurrentCell):
    """A gated recurrent unit: `gru_cell` and its parameters.

    Parameters
    ----------
    input_size, hidden_size, bias, dtype, generator
        As `RNNCell` has them.

    Raises
    ------
    TypeError, ValueError
        As `RNNCell`.

    References
    ----------
    PyTorch, ``torch.nn.GRUCell``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import GRUCell
    >>> sorted(GRUCell(3, 4, bias=False, generator=0).state_dict())
    ['weight_hh', 'weight_ih']
    """

    _function = staticmethod(gru_cell)
    _gates = 3
