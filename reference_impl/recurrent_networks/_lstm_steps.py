"""The loop of an LSTM over the steps of one direction of one layer.

Axes: T steps, B batch, I inputs, H hidden units. The 4*H rows of a weight are
the gates i, f, g, o, in PyTorch's order.
"""

from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights


class LSTMRecord(NamedTuple):
    """What one direction of one layer computed, steps first."""

    hidden: np.ndarray  # (T + 1, B, H), h of steps 0..T
    cell: np.ndarray  # (T + 1, B, H), c of steps 0..T
    gates: np.ndarray  # (T, B, 4*H): i, f, g, o
    tanh_cell: np.ndarray  # (T, B, H): tanh(c) of steps 1..T
    input: np.ndarray  # (T, B, I)


def forward(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
) -> LSTMRecord:
    """Run all steps; of step t, the first `sizes[t]` sequences.

    sigmoid(z) = tanh(z/2)/2 + 1/2, so with scale = 1/2 for i, f and o and 1
    for g, every gate is tanh(scale*z)*scale + 1 - scale. The first scale is
    taken into the weights: to halve a float is exact.
    """
    w_ih, w_hh, b_ih, b_hh, p = weights
    (T, B, _), H = x.shape, w_hh.shape[1]
    scale = np.repeat(np.array([0.5, 0.5, 1, 0.5], x.dtype), H)
    bias = sum((b * scale for b in (b_ih, b_hh) if b is not None), 0 * scale)
    w_hh, pi, pf, po = w_hh.T * scale, *(0.5 * p if p is not None else [0] * 3)
    gates = np.reshape(x, (T * B, -1)) @ (w_ih.T * scale)
    gates = gates.reshape(T, B, 4 * H)
    hidden, cell = np.zeros((2, T + 1, B, H), x.dtype)
    tanh_cell, recurrent = np.zeros((T, B, H), x.dtype), np.empty_like(gates[0])
    hidden[0], cell[0] = states
    for t, n in enumerate(sizes):
        z, c0, c = gates[t, :n], cell[t, :n], cell[t + 1, :n]
        z += np.matmul(hidden[t, :n], w_hh, out=recurrent[:n])
        z += bias
        i, f, g, o = (z[:, k * H : (k + 1) * H] for k in range(4))
        if p is not None:
            i += pi * c0
            f += pf * c0
            o += po * _next_cell(z, c0, H)
        np.tanh(z, out=z)
        z *= scale
        z += 1 - scale
        np.multiply(f, c0, out=c)
        c += i * g
        np.tanh(c, out=tanh_cell[t, :n])
        np.multiply(o, tanh_cell[t, :n], out=hidden[t + 1, :n])
        gates[t, n:] = 0
    return LSTMRecord(hidden, cell, gates, tanh_cell, x)
