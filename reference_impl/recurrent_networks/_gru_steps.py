"""The loops of a GRU over the steps of one direction of one layer.

Axes: 3 gates r, z, n, T steps, B batch, I inputs, H hidden units. There are
two kinds of loop: in PyTorch's the reset gate multiplies W_hn h + b_hn, in the
original's it multiplies h before W_hn does.

sigmoid(z) = tanh(z/2)/2 + 1/2; the inner half is taken into the weights.
"""

from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights
from reference_impl.recurrent_networks._projection import (
    bias,
    project,
    transposed,
    weight_gradients,
)

Gradients = tuple[np.ndarray, tuple[np.ndarray, ...], Weights]


class GRURecord(NamedTuple):
    """What one direction of one layer computed."""

    hidden: np.ndarray  # (T + 1, B, H): h of steps 0..T
    gates: np.ndarray  # (3, T, B, H): r, z, n
    reset: np.ndarray  # (T, B, H): W_hn h + b_hn, in the original r*h
    input: np.ndarray  # (T, B, I)


def forward(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
) -> GRURecord:
    """Run all steps; of step t, the first `sizes[t]` sequences."""
    record, w_hh, b_hh = _start(x, states, weights)
    hidden, gates, reset, _ = record
    recurrent = np.empty_like(gates[:, 0])
    for t, n in enumerate(sizes):
        a, h, y = gates[:, t, :n], hidden[t, :n], recurrent[:, :n]
        r, z, new = a
        np.matmul(h, w_hh, out=y)
        y += b_hh
        a[:2] += y[:2]
        _sigmoid_of_double(a[:2])
        new += r * y[2]
        np.tanh(new, out=new)
        hidden[t + 1, :n] = new + z * (h - new)
        reset[t, :n] = y[2]
        gates[:, t, n:] = 0
    return record


def forward_reset_before(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
) -> GRURecord:
    """Run all steps, the reset gate acting on h itself."""
    record, w_hh, b_hh = _start(x, states, weights)
    hidden, gates, reset, _ = record
    gates += b_hh[:, None]
    for t, n in enumerate(sizes):
        a, h = gates[:, t, :n], hidden[t, :n]
        r, z, new = a
        a[:2] += h @ w_hh[:2]
        _sigmoid_of_double(a[:2])
        np.multiply(r, h, out=reset[t, :n])
        new += reset[t, :n] @ w_hh[2]
        np.tanh(new, out=new)
        hidden[t + 1, :n] = new + z * (h - new)
        gates[:, t, n:] = 0
    return record


def backward(
    grad_hidden: np.ndarray,
    grad_states: list[np.ndarray],
    record: GRURecord,
    weights: Weights,
    sizes: list[int],
) -> Gradients:
    """Return the gradients to x, (h_0,) and the weights."""
    hidden, gates, reset, x = record
    H = hidden.shape[2]
    w_hh = weights.w_hh.reshape(3, H, H)
    grad_y, grad_new = np.zeros_like(gates), np.zeros_like(reset)
    dh = grad_states[0].copy()
    for t, n in reversed(list(enumerate(sizes))):
        r, z, new = gates[:, t, :n]
        dy, dn = grad_y[:, t, :n], grad_new[t, :n]
        dh[:n] += grad_hidden[t, :n]
        np.multiply(dh[:n], (1 - z) * (1 - new**2), out=dn)
        np.multiply(dn * reset[t, :n], r * (1 - r), out=dy[0])
        np.multiply(dh[:n] * (hidden[t, :n] - new), z * (1 - z), out=dy[1])
        np.multiply(dn, r, out=dy[2])
        dh[:n] *= z
        dh[:n] += np.matmul(dy, w_hh).sum(axis=0)
    grad_z = np.stack([grad_y[0], grad_y[1], grad_new])
    grad_x, grads = weight_gradients(
        grad_z, x, hidden[:-1], weights, grad_recurrent=grad_y
    )
    return grad_x, (dh,), grads


def backward_reset_before(
    grad_hidden: np.ndarray,
    grad_states: list[np.ndarray],
    record: GRURecord,
    weights: Weights,
    sizes: list[int],
) -> Gradients:
    """Return the gradients to x, (h_0,) and the weights."""
    hidden, gates, reset, x = record
    H = hidden.shape[2]
    w_hh = weights.w_hh.reshape(3, H, H)
    grad_z = np.zeros_like(gates)
    dh = grad_states[0].copy()
    for t, n in reversed(list(enumerate(sizes))):
        (r, z, new), dz, h = gates[:, t, :n], grad_z[:, t, :n], hidden[t, :n]
        dh[:n] += grad_hidden[t, :n]
        np.multiply(dh[:n], (1 - z) * (1 - new**2), out=dz[2])
        np.multiply(dh[:n] * (h - new), z * (1 - z), out=dz[1])
        d_reset = dz[2] @ w_hh[2]
        np.multiply(d_reset * h, r * (1 - r), out=dz[0])
        dh[:n] *= z
        dh[:n] += d_reset * r + dz[0] @ w_hh[0] + dz[1] @ w_hh[1]
    grad_x, grads = weight_gradients(grad_z, x, hidden[:-1], weights)
    dn = grad_z[2].reshape(-1, H)
    grads.w_hh[2 * H :] = dn.T @ reset.reshape(-1, H)
    return grad_x, (dh,), grads


def _start(
    x: np.ndarray, states: tuple[np.ndarray, ...], weights: Weights
) -> tuple[GRURecord, np.ndarray, np.ndarray]:
    """Return a record with W_ih x + b_ih as gates, W_hh transposed and b_hh.

    What belongs to the gates r and z is halved.
    """
    (T, B, _), H = x.shape, weights.w_hh.shape[1]
    s = np.array([0.5, 0.5, 1], x.dtype).reshape(3, 1, 1)
    gates = project(x, weights.w_ih, s)
    gates += bias(weights[2:3], s, H)[:, None]
    hidden = np.zeros((T + 1, B, H), x.dtype)
    hidden[0] = states[0]
    record = GRURecord(hidden, gates, np.zeros_like(gates[0]), x)
    return record, transposed(weights.w_hh, s), bias(weights[3:4], s, H)


def _sigmoid_of_double(z: np.ndarray) -> None:
    """Replace z by sigmoid(2*z) = tanh(z)/2 + 1/2."""
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5
