"""The loops of a GRU over the steps of one direction of one layer.

Axes: 3 gates r, z, n, T steps, B batch, I inputs, H hidden units. There are
two kinds of loop: in PyTorch's the reset gate multiplies W_hn h + b_hn, in the
original's it multiplies h before W_hn does.

sigmoid(z) = tanh(z/2)/2 + 1/2; the inner half is taken into the weights.
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
    keep: bool = True,
) -> GRURecord:
    """Run all steps; of step t, the first `sizes[t]` sequences.

    Unless `keep`, the record holds the states alone.
    """
    record, w, layout, z_all = _start(x, states, weights, sizes, keep)
    hidden, gates, reset, _ = record
    H, I = hidden.shape[2], x.shape[2]
    r_and_z, of_new = layout.product(w[: 2 * H]), w[2 * H :]
    new_x = layout.product(of_new[:, : I + 1])
    new_h = layout.product(of_new[:, I + 1 :])
    x_1_h_1, x_part, h = layout.step_input(hidden[0], I)
    for t, n in enumerate(sizes):
        r, z, new = gates[:, t, :n]
        x_part[:n] = x[t, :n]
        r_and_z(x_1_h_1[:n], z_all[t, :n, : 2 * H])
        new_x(x_1_h_1[:n, : I + 1], new)
        new_h(x_1_h_1[:n, I + 1 :], reset[t, :n])
        _sigmoid_of_double(gates[:2, t, :n])
        new += r * reset[t, :n]
        _step(new, z, h[:n])
        hidden[t + 1, :n] = h[:n]
    return record


def forward_reset_before(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
    keep: bool = True,
) -> GRURecord:
    """Run all steps, the reset gate acting on h itself."""
    record, w, layout, z_all = _start(x, states, weights, sizes, keep)
    hidden, gates, reset, _ = record
    H = hidden.shape[2]
    r_and_z, only_new = layout.product(w[: 2 * H]), layout.product(w[2 * H :])
    x_1_h_1, x_part, h = layout.step_input(hidden[0], x.shape[2])
    for t, n in enumerate(sizes):
        r, z, new = gates[:, t, :n]
        x_part[:n] = x[t, :n]
        r_and_z(x_1_h_1[:n], z_all[t, :n, : 2 * H])
        _sigmoid_of_double(gates[:2, t, :n])
        before = h[:n].copy(order="K")
        h[:n] *= r
        reset[t, :n] = h[:n]
        only_new(x_1_h_1[:n], new)
        h[:n] = before
        _step(new, z, h[:n])
        hidden[t + 1, :n] = h[:n]
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
    (T, B, _), H, w_ih = x.shape, hidden.shape[2], weights.w_ih
    layout = Layout(sizes, B, weights.w_hh)
    product, step = layout.product(weights.w_hh.T), layout.zeros(B, 4 * H)
    # n, r, z at W_ih x, then n at W_hh h: for W_ih the first three, for W_hh
    # the last.
    steps, parts = np.zeros((T, B, 4 * H), x.dtype), by_gate(step, 4)
    dh, from_gates = layout.zeros(2, B, H)
    dh[...] = grad_states[0]
    for t, n in reversed(list(enumerate(sizes))):
        r, z, new = gates[:, t, :n]
        dn, dr, dz, d_reset = parts[:, :n]
        dh[:n] += grad_hidden[t, :n]
        np.multiply(dh[:n], (1 - z) * (1 - new**2), out=dn)
        np.multiply(dn * reset[t, :n], r * (1 - r), out=dr)
        np.multiply(dh[:n] * (hidden[t, :n] - new), z * (1 - z), out=dz)
        np.multiply(dn, r, out=d_reset)
        steps[t, :n] = step[:n]
        product(step[:n, H:], from_gates[:n])
        dh[:n] *= z
        dh[:n] += from_gates[:n]
    grad_x, grads = weight_gradients(
        steps[..., : 3 * H],
        x,
        hidden[:-1],
        weights._replace(w_ih=_rotated(w_ih, 2 * H)),
        grad_recurrent=steps[..., H:],
    )
    grads = grads._replace(
        w_ih=_rotated(grads.w_ih, H),
        b_ih=None if grads.b_ih is None else _rotated(grads.b_ih, H),
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
    (T, B, _), H = x.shape, hidden.shape[2]
    w_hh = weights.w_hh
    layout = Layout(sizes, B, w_hh)
    only_new = layout.product(w_hh[2 * H :].T)
    r_and_z = layout.product(w_hh[: 2 * H].T)
    grad_z, step = np.zeros((T, B, 3 * H), x.dtype), layout.zeros(B, 3 * H)
    dh, from_gates = layout.zeros(2, B, H)
    dh[...], parts = grad_states[0], by_gate(step, 3)
    for t, n in reversed(list(enumerate(sizes))):
        (r, z, new), h = gates[:, t, :n], hidden[t, :n]
        dr, dz, dn = parts[:, :n]
        dh[:n] += grad_hidden[t, :n]
        np.multiply(dh[:n], (1 - z) * (1 - new**2), out=dn)
        np.multiply(dh[:n] * (h - new), z * (1 - z), out=dz)
        only_new(dn, from_gates[:n])
        np.multiply(from_gates[:n] * h, r * (1 - r), out=dr)
        dh[:n] *= z
        dh[:n] += from_gates[:n] * r
        r_and_z(step[:n, : 2 * H], from_gates[:n])
        dh[:n] += from_gates[:n]
        grad_z[t, :n] = step[:n]
    grad_x, grads = weight_gradients(grad_z, x, hidden[:-1], weights)
    dn = grad_z[..., 2 * H :].reshape(-1, H)
    grads.w_hh[2 * H :] = dn.T @ reset.reshape(-1, H)
    return grad_x, (dh,), grads


def _start(
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
    keep: bool,
) -> tuple[GRURecord, np.ndarray, Layout, np.ndarray]:
    """Return a record of zeros, the weights, their layout and all gates.

    The weights of r and z are halved. The gates (T, B, 3*H) are the record's.
    """
    (T, B, _), H = x.shape, weights.w_hh.shape[1]
    w = joined(weights, np.array([0.5, 0.5, 1], x.dtype).reshape(3, 1, 1))
    layout = Layout(sizes, B, w)
    hidden = np.zeros((T + 1, B, H), x.dtype)
    hidden[0] = states[0]
    z_all, reset = layout.steps(T, 3 * H, keep), layout.steps(T, H, keep)
    record = GRURecord(hidden, by_gate(z_all, 3), reset, x)
    return record, w, layout, z_all


def _rotated(a: np.ndarray, k: int) -> np.ndarray:
    """Return `a` with its first k rows moved to the end."""
    return np.concatenate([a[k:], a[:k]])


def _step(new: np.ndarray, z: np.ndarray, h: np.ndarray) -> None:
    """Replace `new` by its tanh and h by (1 - z)*new + z*h."""
    np.tanh(new, out=new)
    h -= new
    h *= z
    h += new


def _sigmoid_of_double(z: np.ndarray) -> None:
    """Replace z by sigmoid(2*z) = tanh(z)/2 + 1/2."""
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5
