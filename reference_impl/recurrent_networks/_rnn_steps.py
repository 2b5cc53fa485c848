"""The loop of a plain recurrent layer over the steps of one direction.

Axes: T steps, B batch, I inputs, H hidden units. A weight has one block of
rows, the hidden units themselves.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights
from reference_impl.recurrent_networks._projection import (
    bias,
    project,
    transposed,
    weight_gradients,
)


class RNNRecord(NamedTuple):
    """What one direction of one layer computed."""

    hidden: np.ndarray  # (T + 1, B, H): h of steps 0..T
    input: np.ndarray  # (T, B, I)


class Activation(NamedTuple):
    """A function of z, in place, and its slope given its value."""

    apply: Callable[[np.ndarray], object]
    slope: Callable[[np.ndarray], np.ndarray]


TANH = Activation(lambda z: np.tanh(z, out=z), lambda h: 1 - h**2)
RELU = Activation(lambda z: np.maximum(z, 0, out=z), lambda h: h > 0)


def forward(
    activation: Activation,
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weights: Weights,
    sizes: list[int],
) -> RNNRecord:
    """Run all steps; of step t, the first `sizes[t]` sequences."""
    (T, B, _), H = x.shape, weights.w_hh.shape[1]
    one = np.ones((1, 1, 1), x.dtype)
    (z,), (w_hh,) = (
        project(x, weights.w_ih, one),
        transposed(weights.w_hh, one),
    )
    (b,) = bias(weights[2:4], one, H)
    hidden = np.zeros((T + 1, B, H), x.dtype)
    hidden[0] = states[0]
    for t, n in enumerate(sizes):
        h = np.matmul(hidden[t, :n], w_hh, out=hidden[t + 1, :n])
        h += z[t, :n]
        h += b
        activation.apply(h)
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
    grad_z = np.zeros((1, *hidden[1:].shape), x.dtype)
    dh = grad_states[0].copy()
    for t, n in reversed(list(enumerate(sizes))):
        dz, slope = grad_z[0, t, :n], activation.slope(hidden[t + 1, :n])
        np.add(dh[:n], grad_hidden[t, :n], out=dz)
        dz *= slope
        np.matmul(dz, weights.w_hh, out=dh[:n])
    grad_x, grads = weight_gradients(grad_z, x, hidden[:-1], weights)
    return grad_x, (dh,), grads
