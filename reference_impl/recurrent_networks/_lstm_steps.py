"""The loop of an LSTM over the steps of one direction of one layer.

Axes: 4 gates i, f, g, o, T steps, B batch, I inputs, H hidden units.

sigmoid(z) = tanh(z/2)/2 + 1/2. With s = 1/2 for i, f, o and 1 for g, every
gate is a = s*tanh(s*z) + 1 - s; and da/dz is (1 - a)*a for a sigmoid, (1 - a)
*(1 + a) for g: (1 - a)*(a + 2*s - 1) for all. The inner s is taken into
weights, biases and peepholes; to halve a float is exact.
"""

from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights
from reference_impl.recurrent_networks._products import (
    Layout,
    by_gate,
    joined,
    weight_gradients,
)


class LSTMRecord(NamedTuple):
    """What one direction of one layer computed."""

    hidden: np.ndarray  # (T + 1, B, H): h of steps 0..T
    cell: np.ndarray  # (T + 1, B, H): c of steps 0..T
    gates: np.ndarray  # (4, T, B, H): i, f, g, o
    tanh_cell: np.ndarray  # (T, B, H): tanh(c) of steps 1..T
    input: np.ndarray  # (T, B, I)


def forward(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
    keep: bool = True,
) -> LSTMRecord:
    """Run all steps; of step t, the first `sizes[t]` sequences.

    Unless `keep`, the record holds the states alone.
    """
    (T, B, _), H, p = x.shape, weights.w_hh.shape[1], weights.peephole
    s = np.array([0.5, 0.5, 1, 0.5], x.dtype).reshape(4, 1, 1)
    w = joined(weights, s)
    layout = Layout(sizes, B, w)
    product, z_all = layout.product(w), layout.steps(T, 4 * H, keep)
    cell, tanh_cell = layout.zeros(T + 1, B, H), layout.steps(T, H, keep)
    hidden, gates = np.zeros((T + 1, B, H), x.dtype), by_gate(z_all, 4)
    hidden[0], cell[0] = states
    x_1_h_1, x_part, h = layout.step_input(hidden[0], x.shape[2])
    for t, n in enumerate(sizes):
        z, c0, c = gates[:, t, :n], cell[t, :n], cell[t + 1, :n]
        x_part[:n] = x[t, :n]
        product(x_1_h_1[:n], z_all[t, :n])
        i, f, g, o = z
        if p is not None:
            i += p[0] / 2 * c0
            f += p[1] / 2 * c0
        _squash(z[:3], s[:3])
        np.multiply(f, c0, out=c)
        c += i * g
        if p is not None:
            o += p[2] / 2 * c
        _squash(o, s[3])
        np.tanh(c, out=tanh_cell[t, :n])
        np.multiply(o, tanh_cell[t, :n], out=h[:n])
        hidden[t + 1, :n] = h[:n]
    return LSTMRecord(hidden, cell, gates, tanh_cell, x)


def backward(
    grad_hidden: np.ndarray,
    grad_states: list[np.ndarray],
    record: LSTMRecord,
    weights: Weights,
    sizes: list[int],
) -> tuple[np.ndarray, tuple[np.ndarray, ...], Weights]:
    """Return the gradients to x, (h_0, c_0) and the weights."""
    hidden, cell, gates, tanh_cell, x = record
    (T, B, _), H, p = x.shape, weights.w_hh.shape[1], weights.peephole
    layout = Layout(sizes, B, weights.w_hh)
    product, step = layout.product(weights.w_hh.T), layout.zeros(B, 4 * H)
    grad_z, grad_a = np.zeros((T, B, 4 * H), x.dtype), by_gate(step, 4)
    one_for_g = np.eye(4, dtype=x.dtype)[2].reshape(4, 1, 1)
    dh, dc = layout.zeros(2, B, H)
    dh[...], dc[...] = grad_states
    for t, n in reversed(list(enumerate(sizes))):
        a, dz, tanh_c = gates[:, t, :n], grad_a[:, :n], tanh_cell[t, :n]
        (i, f, g, o), (di, df, dg, do) = a, dz
        np.multiply(1 - a, a + one_for_g, out=dz)
        dh[:n] += grad_hidden[t, :n]
        do *= dh[:n] * tanh_c
        dc[:n] += dh[:n] * o * (1 - tanh_c**2)
        if p is not None:
            dc[:n] += do * p[2]
        di *= dc[:n] * g
        df *= dc[:n] * cell[t, :n]
        dg *= dc[:n] * i
        dc[:n] *= f
        if p is not None:
            dc[:n] += di * p[0] + df * p[1]
        grad_z[t, :n] = step[:n]
        product(step[:n], dh[:n])
    grad_x, grads = weight_gradients(grad_z, x, hidden[:-1], weights)
    if p is not None:
        di, df, _, do = by_gate(grad_z, 4)
        terms = [di * cell[:-1], df * cell[:-1], do * cell[1:]]
        grads = grads._replace(peephole=np.sum(terms, axis=(1, 2)))
    return grad_x, (dh, dc), grads


def _squash(z: np.ndarray, s: np.ndarray) -> None:
    """Replace s*z by the gate, s*tanh(s*z) + 1 - s."""
    np.tanh(z, out=z)
    z *= s
    z += 1 - s
