"""The loop of a plain recurrent layer over the steps of one direction.

Axes: T steps, B batch, I inputs, H hidden units. A weight has one block of
rows, the hidden units themselves.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights
from reference_impl.recurrent_networks._products import (
    Layout,
    joined,
    weight_gradients,
)


class RNNRecord(NamedTuple):
    """What one direction of one layer computed."""

    hidden: np.ndarray  # (T + 1, B, H): h of steps 0..T
    input: np.ndarray  # (T, B, I)


class Activation(NamedTuple):
    """A function of z, written to `out`, and its slope given its value."""

    apply: Callable[..., object]
    slope: Callable[[np.ndarray], np.ndarray]


TANH = Activation(np.tanh, lambda h: 1 - h**2)
RELU = Activation(lambda z, out: np.maximum(z, 0, out=out), lambda h: h > 0)


def forward(
    activation: Activation,
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
    keep: bool = True,
) -> RNNRecord:
    """Run all steps; of step t, the first `sizes[t]` sequences.

    The states are all that its record holds, whether `keep` or not.
    """
    (T, B, _), H = x.shape, weights.w_hh.shape[1]
    w = joined(weights, np.ones((1, 1, 1), x.dtype))
    layout = Layout(sizes, B, w)
    product, z = layout.product(w), layout.zeros(B, H)
    hidden = np.zeros((T + 1, B, H), x.dtype)
    hidden[0] = states[0]
    x_1_h_1, x_part, h = layout.step_input(hidden[0], x.shape[2])
    for t, n in enumerate(sizes):
        x_part[:n] = x[t, :n]
        product(x_1_h_1[:n], z[:n])
        activation.apply(z[:n], out=h[:n])
        hidden[t + 1, :n] = h[:n]
    return RNNRecord(hidden, x)


def backward(
    activation: Activation,
    grad_hidden: np.ndarray,
    grad_states: list[np.ndarray],
    record: RNNRecord,
    weights: Weights,
    sizes: list[int],
) -> tuple[np.ndarray, tuple[np.ndarray, ...], Weights]:
    """Return the gradients to x, (h_0,) and the weights."""
    hidden, x = record
    B, H = hidden[0].shape
    layout = Layout(sizes, B, weights.w_hh)
    product, grad_z = layout.product(weights.w_hh.T), np.zeros_like(hidden[1:])
    step, dh = layout.zeros(2, B, H)
    dh[...] = grad_states[0]
    for t, n in reversed(list(enumerate(sizes))):
        dz = np.add(dh[:n], grad_hidden[t, :n], out=grad_z[t, :n])
        dz *= activation.slope(hidden[t + 1, :n])
        step[:n] = dz
        product(step[:n], dh[:n])
    grad_x, grads = weight_gradients(grad_z, x, hidden[:-1], weights)
    return grad_x, (dh,), grads
