"""The loop of an LSTM over the steps of one direction of one layer.

Axes: T steps, B batch, I inputs, H hidden units. The 4*H rows of a weight are
the gates i, f, g, o, in PyTorch's order; p holds the peepholes of i, f, o.

sigmoid(z) = tanh(z/2)/2 + 1/2. With scale = 1/2 for i, f, o and 1 for g, every
gate is a = tanh(scale*z)*scale + 1 - scale, and da/dz is (1 - a)*a for the
sigmoids, (1 - a)*(1 + a) for g: (1 - a)*(a + 2*scale - 1) for all. The inner
scale is taken into the weights; to halve a float is exact.
"""

from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights
from reference_impl.recurrent_networks._projection import (
    project,
    weight_gradients,
)


class LSTMRecord(NamedTuple):
    """What one direction of one layer computed, steps first."""

    hidden: np.ndarray  # (T + 1, B, H): h of steps 0..T
    cell: np.ndarray  # (T + 1, B, H): c of steps 0..T
    gates: np.ndarray  # (T, B, 4*H): i, f, g, o
    tanh_cell: np.ndarray  # (T, B, H): tanh(c) of steps 1..T
    input: np.ndarray  # (T, B, I)


def forward(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
) -> LSTMRecord:
    """Run all steps; of step t, the first `sizes[t]` sequences."""
    (T, B, _), H, p = x.shape, weights.w_hh.shape[1], weights.peephole
    scale = _scale(H, x.dtype)
    gates, w_hh, bias = project(x, weights, scale)
    hidden, cell = np.zeros((2, T + 1, B, H), x.dtype)
    tanh_cell, recurrent = np.zeros((T, B, H), x.dtype), np.empty_like(gates[0])
    hidden[0], cell[0] = states
    for t, n in enumerate(sizes):
        z, c0, c = gates[t, :n], cell[t, :n], cell[t + 1, :n]
        z += np.matmul(hidden[t, :n], w_hh, out=recurrent[:n])
        z += bias
        i, f, g, o = _blocks(z)
        if p is not None:
            i += p[0] / 2 * c0
            f += p[1] / 2 * c0
        _squash(z[:, : 3 * H], scale[: 3 * H])
        np.multiply(f, c0, out=c)
        c += i * g
        if p is not None:
            o += p[2] / 2 * c
        _squash(o, scale[3 * H :])
        np.tanh(c, out=tanh_cell[t, :n])
        np.multiply(o, tanh_cell[t, :n], out=hidden[t + 1, :n])
        gates[t, n:] = 0
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
    w_hh, p = weights.w_hh, weights.peephole
    one_for_g = 2 * _scale(w_hh.shape[1], x.dtype) - 1
    grad_z = np.zeros_like(gates)
    dh, dc = (grad.copy() for grad in grad_states)
    for t, n in reversed(list(enumerate(sizes))):
        a, dz, tanh_c = gates[t, :n], grad_z[t, :n], tanh_cell[t, :n]
        i, f, g, o = _blocks(a)
        di, df, dg, do = _blocks(dz)
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
        np.matmul(dz, w_hh, out=dh[:n])
    grad_x, grads = weight_gradients(grad_z, x, hidden, weights)
    if p is not None:
        di, df, _, do = _blocks(grad_z)
        terms = [di * cell[:-1], df * cell[:-1], do * cell[1:]]
        grads = grads._replace(peephole=np.sum(terms, axis=(1, 2)))
    return grad_x, (dh, dc), grads


def _scale(H: int, dtype: np.dtype) -> np.ndarray:
    """Return 1/2 for the sigmoids i, f and o, 1 for g: shape (4*H,)."""
    return np.repeat(np.array([0.5, 0.5, 1, 0.5], dtype), H)


def _blocks(z: np.ndarray) -> list[np.ndarray]:
    """Return the gates i, f, g, o: views (..., H) of z (..., 4*H)."""
    return np.split(z, 4, axis=-1)


def _squash(z: np.ndarray, scale: np.ndarray) -> None:
    """Turn scale*z into the gate, in place."""
    np.tanh(z, out=z)
    z *= scale
    z += 1 - scale
