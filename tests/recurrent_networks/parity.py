"""The four recurrent layers beside PyTorch's, on problems without symmetry."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import reference_impl

T, B, I, H = 5, 4, 3, 6
LENGTHS = [3, 5, 1, 4]


class Kind(NamedTuple):
    """One of the layers: ours, PyTorch's, and what tells them apart."""

    name: str
    gates: int
    states: int
    layer: Callable[..., torch.nn.RNNBase]

    @property
    def forward(self):
        return getattr(reference_impl, self.name)

    @property
    def backward(self):
        return getattr(reference_impl, f"{self.name}_backward")

    @property
    def definition(self):
        return getattr(reference_impl, f"{self.name}_definition")

    def hx(self, states):
        """Return `states` as the argument hx: of an LSTM, a tuple."""
        return tuple(states) if self.states == 2 else states[0]


KINDS = [
    Kind("rnn_tanh", 1, 1, torch.nn.RNN),
    Kind("rnn_relu", 1, 1, partial(torch.nn.RNN, nonlinearity="relu")),
    Kind("lstm", 4, 2, torch.nn.LSTM),
    Kind("gru", 3, 1, torch.nn.GRU),
]
NAMES = [kind.name for kind in KINDS]


class Problem(NamedTuple):
    """Arguments of a layer and random gradients of what it returns."""

    input: np.ndarray
    states: list[np.ndarray]
    params: list[np.ndarray]
    grads: tuple[np.ndarray, ...]

    def as_dtype(self, dtype):
        return Problem(
            self.input.astype(dtype),
            [a.astype(dtype) for a in self.states],
            [a.astype(dtype) for a in self.params],
            tuple(a.astype(dtype) for a in self.grads),
        )


def problem(
    kind,
    has_biases=True,
    num_layers=1,
    bidirectional=False,
    batch_first=False,
    sizes=(T, B, I, H),
    seed=0,
):
    """Return a random problem: no array is zero, and no two are equal."""
    T, B, I, H = sizes
    rng = np.random.default_rng(seed)
    D = 1 + bidirectional
    params = []
    for k in range(num_layers * D):
        G, inputs = kind.gates * H, I if k < D else D * H
        shapes = [(G, inputs), (G, H), (G,), (G,)][: 4 if has_biases else 2]
        params += [0.5 * rng.standard_normal(shape) for shape in shapes]
    state = (num_layers * D, B, H)
    steps = (B, T) if batch_first else (T, B)
    draw = rng.standard_normal
    return Problem(
        draw((*steps, I)) * 1.5 + 0.3,
        [draw(state) for _ in range(kind.states)],
        params,
        (draw((*steps, D * H)), *[draw(state) for _ in range(kind.states)]),
    )


def by_torch(
    kind, data, has_biases, num_layers, bidirectional, batch_first, lengths
):
    """Return PyTorch's outputs, and its gradients to input, states, params."""
    H = data.params[1].shape[1]
    layer = kind.layer(
        data.input.shape[-1],
        H,
        num_layers,
        bias=has_biases,
        bidirectional=bidirectional,
        batch_first=batch_first,
    ).double()
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter, array in zip(parameters, data.params, strict=True):
            parameter.copy_(torch.tensor(array))
    x = torch.tensor(data.input, requires_grad=True)
    states = [torch.tensor(s, requires_grad=True) for s in data.states]
    total = x.shape[1 if batch_first else 0]
    if lengths is None:
        output, final = layer(x, kind.hx(states))
    else:
        packed = pack_padded_sequence(x, lengths, batch_first, False)
        output, final = layer(packed, kind.hx(states))
        output = pad_packed_sequence(output, batch_first, 0.0, total)[0]
    outputs = (output, *(final if kind.states == 2 else [final]))
    leaves = [x, *states, *parameters]
    grads = torch.autograd.grad(
        outputs, leaves, [torch.tensor(g) for g in data.grads]
    )
    return [o.detach().numpy() for o in outputs], [g.numpy() for g in grads]


def leaves(kind, gradients):
    """Return the arrays of a gradient tuple in the order of `by_torch`."""
    states = gradients.hx if kind.states == 2 else [gradients.hx]
    return [gradients.input, *states, *gradients.params]
