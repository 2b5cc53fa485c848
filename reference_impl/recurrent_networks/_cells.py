"""One step of a recurrent layer: what every cell has in common.

Axes: B batch, I inputs, H hidden units.
"""

from collections.abc import Sequence
from math import exp

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights
from reference_impl.recurrent_networks._sequence import Cell, States


def step(
    cell: Cell, x: np.ndarray, states: States, weights: Weights
) -> States:
    """Return the next states, each (B, H), of an input (B, I)."""
    record = cell.forward(x[None], states, weights, [len(x)])
    return tuple(record[s][1] for s in range(cell.states))


def step_backward(
    cell: Cell,
    grad_states: Sequence[np.ndarray],
    x: np.ndarray,
    states: States,
    weights: Weights,
) -> tuple[np.ndarray, States, Weights]:
    """Return the gradients to x, the states and the weights."""
    record = cell.forward(x[None], states, weights, [len(x)])
    none = np.zeros((1, *states[0].shape), x.dtype)
    grad_x, grads, grad_weights = cell.backward(
        none, list(grad_states), record, weights, [len(x)]
    )
    return grad_x[0], grads, grad_weights


def net(
    weight: np.ndarray, bias: np.ndarray | None, row: int, x: np.ndarray
) -> float:
    """Return the sum over i of weight[row, i] x[i], plus bias[row]."""
    z = 0.0 if bias is None else float(bias[row])
    for i in range(len(x)):
        z += float(weight[row, i]) * float(x[i])
    return z


def sigma(z: float) -> float:
    """Return 1 / (1 + exp(-z)) without overflow."""
    return 1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))
