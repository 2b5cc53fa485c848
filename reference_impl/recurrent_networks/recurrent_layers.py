"""Recurrent layers as objects: `RNN`, `LSTM` and `GRU`.

Page: docs/recurrent-networks/lstm.md.

Axes: T steps, B batch, I inputs, H hidden units, L layers, D directions.

A layer holds its parameters and nothing of a run. Gradients come from the
functions, as in ``lstm_backward(grads, input, hx, layer.params)``.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks import _parameters
from reference_impl.recurrent_networks._arguments import Generator, flag, pair
from reference_impl.recurrent_networks.gated_recurrent_unit import gru
from reference_impl.recurrent_networks.long_short_term_memory import lstm
from reference_impl.recurrent_networks.recurrent_sequence import (
    rnn_relu,
    rnn_tanh,
)

__all__ = ["RNN", "LSTM", "GRU"]


class _RecurrentLayer(_parameters.Parameters):
    """Parameters in layers and directions, and the function they are for."""

    _states = 1

    def __init__(
        self,
        function: Callable[..., tuple[Any, ...]],
        gates: int,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        dtype: Any,
        generator: Generator,
    ) -> None:
        I = _checks.integer("input_size", input_size, 1)
        H = _checks.integer("hidden_size", hidden_size, 1)
        L = _checks.integer("num_layers", num_layers, 1)
        flag("bias", bias)
        flag("batch_first", batch_first)
        flag("bidirectional", bidirectional)
        self.dropout = _checks.real("dropout", dropout, 0, 1)
        if self.dropout and L == 1:
            warnings.warn(
                "dropout acts between layers, so it does nothing with "
                f"num_layers=1, got dropout={dropout}",
                stacklevel=3,
            )
        self._function, self.num_layers = function, L
        self.batch_first, self.bidirectional = batch_first, bidirectional
        self.training = True
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in range(L):
            for end in ("", "_reverse")[: 1 + bidirectional]:
                inputs = H * (1 + bidirectional) if layer else I
                shapes |= _parameters.shapes(
                    gates, inputs, H, bias, f"_l{layer}{end}"
                )
        super().__init__(I, H, bias, shapes, dtype, generator)

    def train(self, mode: bool = True) -> Self:
        """Let dropout act, or not; return the layer itself."""
        flag("mode", mode)
        self.training = mode
        return self

    def eval(self) -> Self:
        """Let dropout not act; return the layer itself."""
        return self.train(False)

    def __call__(
        self,
        input: np.ndarray,
        hx: Any = None,
        *,
        lengths: Sequence[int] | np.ndarray | None = None,
        return_trace: bool = False,
    ) -> tuple[Any, ...]:
        """Run the layer.

        Parameters
        ----------
        input : ndarray of shape (T, B, I), (B, T, I) or (T, I)
            Steps first, unless `batch_first`; or one sequence alone.
        hx : ndarray of shape (L*D, B, H) or (L*D, H), optional
            The states before the first step, zeros by default; of an `LSTM`, a
            tuple (h_0, c_0).
        lengths : sequence of B ints in 1..T, optional
            The steps that each sequence has.
        return_trace : bool, default False
            Return also what every step computed.

        Returns
        -------
        output : ndarray of shape (T, B, D*H), (B, T, D*H) or (T, D*H)
        h_n : ndarray, or of an `LSTM` a tuple (h_n, c_n), of the shape of `hx`
        trace : Trace
            Only with `return_trace`.
        """
        x = _checks.floating_like("input", input, "layer", self.params[0])
        alone, batch = x.ndim == 2, 0 if self.batch_first else 1
        x = np.expand_dims(x, batch) if alone else x
        letters = ("B", "T") if self.batch_first else ("T", "B")
        _checks.shape("input", x, (*letters, self.input_size))
        output, *rest = self._function(
            x,
            self._initial(hx, x.shape[batch], alone),
            self.params,
            self.bias,
            self.num_layers,
            self.dropout,
            self.training,
            self.bidirectional,
            self.batch_first,
            lengths=lengths,
            generator=self.generator,
            return_trace=return_trace,
        )
        final, traces = rest[: self._states], rest[self._states :]
        if alone:
            output, final = output.squeeze(batch), [s[:, 0] for s in final]
        return (output, final[0] if len(final) == 1 else tuple(final), *traces)

    def _initial(self, hx: Any, B: int, alone: bool) -> Any:
        """Return `hx`, zeros by default, as the function takes it."""
        entries = self.num_layers * (1 + self.bidirectional)
        if hx is None:
            dtype = self.params[0].dtype
            zeros = np.zeros((entries, B, self.hidden_size), dtype)
            states = [zeros] * self._states
        else:
            states = list(pair("hx", hx)) if self._states == 2 else [hx]
            states = self._alone(states, (entries,)) if alone else states
        return tuple(states) if self._states == 2 else states[0]


class RNN(_RecurrentLayer):
    """A plain recurrent layer: `rnn_tanh` or `rnn_relu` and its parameters.

    Parameters
    ----------
    input_size, hidden_size : int
        I and H.
    num_layers : int, default 1
    nonlinearity : {"tanh", "relu"}, default "tanh"
    bias : bool, default True
    batch_first : bool, default False
        Whether the input has the shape (B, T, I).
    dropout : float in [0, 1], default 0.0
        Between layers, while ``layer.training``.
    bidirectional : bool, default False
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        What the parameters and dropout are drawn from.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size, `dropout` or `nonlinearity` is out of range.

    References
    ----------
    PyTorch, ``torch.nn.RNN``: arguments, names and initial distribution of the
    parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import RNN
    >>> layer = RNN(3, 4, bidirectional=True, generator=0)
    >>> output, h_n = layer(np.ones((5, 2, 3), np.float32))
    >>> output.shape, h_n.shape
    ((5, 2, 8), (2, 2, 4))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        _checks.one_of("nonlinearity", nonlinearity, ("tanh", "relu"))
        self.nonlinearity = nonlinearity
        function = rnn_tanh if nonlinearity == "tanh" else rnn_relu
        super().__init__(
            function, 1, input_size, hidden_size, num_layers, bias,
            batch_first, dropout, bidirectional, dtype, generator,
        )  # fmt: skip


class LSTM(_RecurrentLayer):
    """A layer of long short-term memory: `lstm` and its parameters.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout
        As `RNN` has them.
    bidirectional, dtype, generator
        As `RNN` has them.
    proj_size : int, default 0
        Has to be 0: there are no projections.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size or `dropout` is out of range, or `proj_size` is not 0.

    References
    ----------
    PyTorch, ``torch.nn.LSTM``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import LSTM
    >>> layer = LSTM(3, 4, num_layers=2, generator=0)
    >>> output, (h_n, c_n) = layer(np.ones((5, 2, 3), np.float32))
    >>> output.shape, h_n.shape, list(layer.state_dict())[:2]
    ((5, 2, 4), (2, 2, 4), ['weight_ih_l0', 'weight_hh_l0'])
    """

    _states = 2

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        if proj_size != 0:
            raise ValueError(
                "proj_size must be 0, as there are no projections, "
                f"got proj_size={proj_size}"
            )
        super().__init__(
            lstm, 4, input_size, hidden_size, num_layers, bias, batch_first,
            dropout, bidirectional, dtype, generator,
        )  # fmt: skip


class GRU(_RecurrentLayer):
    """A layer of gated recurrent units: `gru` and its parameters.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout
        As `RNN` has them.
    bidirectional, dtype, generator
        As `RNN` has them.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size or `dropout` is out of range.

    References
    ----------
    PyTorch, ``torch.nn.GRU``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import GRU
    >>> layer = GRU(3, 4, batch_first=True, generator=0)
    >>> output, h_n = layer(np.ones((2, 5, 3), np.float32), lengths=[5, 3])
    >>> output.shape, output[1, 3:].any().item()
    ((2, 5, 4), False)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        super().__init__(
            gru, 3, input_size, hidden_size, num_layers, bias, batch_first,
            dropout, bidirectional, dtype, generator,
        )  # fmt: skip
