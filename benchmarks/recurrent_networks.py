"""The plain recurrent layer, the LSTM and the GRU beside their peers.

64 sequences of 40 steps, 256 inputs, 512 hidden units, one layer.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.timing import Case, Contender
from reference_impl.recurrent_networks.gated_recurrent_unit import (
    gru,
    gru_backward,
)
from reference_impl.recurrent_networks.long_short_term_memory import (
    lstm,
    lstm_backward,
)
from reference_impl.recurrent_networks.recurrent_sequence import (
    rnn_tanh,
    rnn_tanh_backward,
)

T, I, H = 40, 256, 512
PER_BATCH = 2  # the usual batch of 32 gives 64 sequences

Arrays = tuple[np.ndarray, ...]
Function = Callable[..., Any]


class Layer(NamedTuple):
    """A layer with its backward function, and a plain loop for each."""

    name: str
    gates: int
    states: int
    torch_function: Function
    forward: Function
    backward: Function
    plain: Function
    plain_backward: Function
    bar: float


def contenders(
    layer: Layer, passes: str, dtype: str, batch: int
) -> dict[str, Contender]:
    """Return PyTorch, reference_impl and a plain loop on equal arrays."""
    rng, B, G = np.random.default_rng(0), PER_BATCH * batch, layer.gates * H

    def draw(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(dtype)

    x, g = draw(T, B, I), draw(T, B, H)
    states = tuple(draw(1, B, H) for _ in range(layer.states))
    hx = states if layer.states == 2 else states[0]
    params = [a / H**0.5 for a in (draw(G, I), draw(G, H), draw(G), draw(G))]
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *params)]
    tensors = [torch.tensor(s) for s in states]
    hx_torch = tuple(tensors) if layer.states == 2 else tensors[0]
    rest = (True, 1, 0.0, False, False, False)

    def torch_forward() -> Arrays:
        with torch.no_grad():
            output = layer.torch_function(
                leaves[0], hx_torch, leaves[1:], *rest
            )
        return (output[0].numpy(),)

    def torch_both() -> Arrays:
        output = layer.torch_function(leaves[0], hx_torch, leaves[1:], *rest)
        grads = torch.autograd.grad(output[0], leaves, torch.tensor(g))
        return output[0].detach().numpy(), *(a.numpy() for a in grads)

    def forward() -> Arrays:
        return layer.forward(x, hx, params)[:1]

    def both() -> Arrays:
        output, *_, trace = layer.forward(x, hx, params, return_trace=True)
        none = (None,) * layer.states
        back = layer.backward((g, *none), x, hx, params, trace=trace)
        return output, back.input, *back.params

    def plain_forward() -> Arrays:
        return (layer.plain(x, states, params)[0][1:],)

    def plain_both() -> Arrays:
        kept = layer.plain(x, states, params)
        return kept[0][1:], *layer.plain_backward(g, x, params, *kept)

    if passes == "forward":
        runs = torch_forward, forward, plain_forward
    else:
        runs = torch_both, both, plain_both
    names = "PyTorch", "reference_impl", "plain NumPy"
    return dict(zip(names, runs, strict=True))


# Peers: each step by itself, as the equations stand.


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def plain_rnn(x, states, params):
    w_ih, w_hh, b_ih, b_hh = params
    h, steps = states[0][0], [states[0][0]]
    for x_t in x:
        h = np.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        steps.append(h)
    return (np.array(steps),)


def plain_rnn_backward(g, x, params, h):
    w_ih, w_hh, *_ = params
    grads = [np.zeros_like(p) for p in params]
    grad_x, dh = np.empty_like(x), np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        dz = (dh + g[t]) * (1 - h[t + 1] ** 2)
        accumulate(grads, dz, dz, x[t], h[t])
        grad_x[t], dh = dz @ w_ih, dz @ w_hh
    return grad_x, *grads


def plain_lstm(x, states, params):
    w_ih, w_hh, b_ih, b_hh = params
    h, c, gates = [states[0][0]], [states[1][0]], []
    for x_t in x:
        z = x_t @ w_ih.T + b_ih + h[-1] @ w_hh.T + b_hh
        i, f, g, o = np.split(z, 4, axis=1)
        gates.append((sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)))
        i, f, g, o = gates[-1]
        c.append(f * c[-1] + i * g)
        h.append(o * np.tanh(c[-1]))
    return np.array(h), c, gates


def plain_lstm_backward(g, x, params, h, c, gates):
    w_ih, w_hh, *_ = params
    grads = [np.zeros_like(p) for p in params]
    grad_x, dh, dc = np.empty_like(x), np.zeros_like(h[0]), 0
    for t in reversed(range(len(x))):
        i, f, n, o = gates[t]
        tanh_c, dh = np.tanh(c[t + 1]), dh + g[t]
        dc = dc + dh * o * (1 - tanh_c**2)
        di, df = dc * n * i * (1 - i), dc * c[t] * f * (1 - f)
        dn, do = dc * i * (1 - n**2), dh * tanh_c * o * (1 - o)
        dz = np.concatenate([di, df, dn, do], axis=1)
        accumulate(grads, dz, dz, x[t], h[t])
        grad_x[t], dh, dc = dz @ w_ih, dz @ w_hh, dc * f
    return grad_x, *grads


def plain_gru(x, states, params):
    w_ih, w_hh, b_ih, b_hh = params
    h, gates = [states[0][0]], []
    for x_t in x:
        i_r, i_z, i_n = np.split(x_t @ w_ih.T + b_ih, 3, axis=1)
        h_r, h_z, h_n = np.split(h[-1] @ w_hh.T + b_hh, 3, axis=1)
        r, z = sigmoid(i_r + h_r), sigmoid(i_z + h_z)
        n = np.tanh(i_n + r * h_n)
        gates.append((r, z, n, h_n))
        h.append((1 - z) * n + z * h[-1])
    return np.array(h), gates


def plain_gru_backward(g, x, params, h, gates):
    w_ih, w_hh, *_ = params
    grads = [np.zeros_like(p) for p in params]
    grad_x, dh = np.empty_like(x), np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        r, z, n, h_n = gates[t]
        dh = dh + g[t]
        dn = dh * (1 - z) * (1 - n**2)
        dr = dn * h_n * r * (1 - r)
        dz = dh * (h[t] - n) * z * (1 - z)
        at_input = np.concatenate([dr, dz, dn], axis=1)
        at_hidden = np.concatenate([dr, dz, dn * r], axis=1)
        accumulate(grads, at_input, at_hidden, x[t], h[t])
        grad_x[t], dh = at_input @ w_ih, dh * z + at_hidden @ w_hh
    return grad_x, *grads


def accumulate(grads, at_input, at_hidden, x, h):
    """Add a step's share to the gradients to the four parameters."""
    grads[0] += at_input.T @ x
    grads[1] += at_hidden.T @ h
    grads[2] += at_input.sum(0)
    grads[3] += at_hidden.sum(0)


LAYERS = [
    Layer(
        "rnn_tanh", 1, 1, torch.rnn_tanh, rnn_tanh, rnn_tanh_backward,
        plain_rnn, plain_rnn_backward, 1.05,
    ),
    Layer(
        "gru", 3, 1, torch.gru, gru, gru_backward,
        plain_gru, plain_gru_backward, 1.15,
    ),
    Layer(
        "lstm", 4, 2, torch.lstm, lstm, lstm_backward,
        plain_lstm, plain_lstm_backward, 1.3,
    ),
]  # fmt: skip
CASES = [
    Case(
        f"{layer.name} 256→512, 40 steps, 64 sequences",
        passes,
        dtype,
        partial(contenders, layer, passes, dtype),
        layer.bar,
    )
    for layer in LAYERS
    for dtype in ("float32", "float64")
    for passes in ("forward", "forward + backward")
]
