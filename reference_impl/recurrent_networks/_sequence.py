"""Layers, directions and lengths: what every recurrent layer has in common.

A kind of cell brings its own loop over the steps of one direction of one
layer; this module checks the arguments and carries the sequences between
those loops.

Axes: T steps, B batch, I inputs, H hidden units, L layers, D directions, G
gates (blocks of H rows in a weight), S states (h, or h and c).

Sequences of different lengths are sorted, longest first: the ones still
running at step t are then the first `sizes[t]` rows. The direction that reads
backwards is the forward one on sequences flipped within their lengths.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl.recurrent_networks._arguments import (
    Layers,
    Weights,
    gradients_of,
)

States = tuple[np.ndarray, ...]


class Trace(NamedTuple):
    """What a run of a recurrent layer computed, for its backward function.

    `records` has one entry a layer and direction, in the order of `params`.
    Its arrays have the steps first, in the order in which that direction read
    them, and with `lengths` the longest sequence first. `masks` are the
    factors of dropout after each layer but the last.
    """

    records: list[Any]
    masks: list[np.ndarray]


class Cell(NamedTuple):
    """A kind of cell: how one direction of one layer runs.

    forward(x, states, weights, sizes, keep) returns a record: a named tuple
    whose first S fields are the states, each of shape (T + 1, B, H). The rest
    is filled if `keep`.
    backward(grad_hidden, grad_states, record, weights, sizes) returns the
    gradients to x, the states and the weights; `grad_hidden` (T, B, H) is
    dL/dh of each step, through the output only.
    definition(x, states, weights) returns the states after one step, for x of
    shape (1, I).
    """

    gates: int
    states: int
    forward: Callable[..., Any]
    backward: Callable[..., tuple[np.ndarray, States, Weights]]
    definition: Callable[..., States]


def call(
    cell: Cell, layers: Layers, return_trace: bool = False
) -> tuple[Any, ...]:
    """Return the output and the S last states, as the caller has its axes."""
    output, final, trace = run(cell, layers, keep=return_trace)
    traces = [trace] if return_trace else []
    return (layers.as_called(output), *final, *traces)


def call_definition(cell: Cell, layers: Layers) -> tuple[np.ndarray, ...]:
    """Return what `call` returns: the loops of `run_definition`."""
    output, final = run_definition(cell, layers)
    return (layers.as_called(output), *final)


def call_backward(
    cell: Cell,
    layers: Layers,
    grad_output: Sequence[np.ndarray | None],
    trace: Trace | None,
) -> tuple[np.ndarray, list[np.ndarray], list[Weights]]:
    """Return the gradients to the input, the S states and the weights."""
    (T, B, _), (h, *_) = layers.input.shape, layers.states
    H, steps = h.shape[-1], (B, T) if layers.batch_first else (T, B)
    names = ["output", "h_n", "c_n"][: cell.states + 1]
    shapes = [(*steps, layers.directions * H)] + cell.states * [h.shape]
    grad, *grad_states = gradients_of(names, grad_output, shapes, layers.input)
    if trace is None:
        trace = run(cell, layers)[2]
    _check_trace(trace, layers)
    grad_x, grad_first, grad_weights = run_backward(
        cell, layers, layers.as_called(grad), grad_states, trace
    )
    return layers.as_called(grad_x), grad_first, grad_weights


def flat(weights: list[Weights]) -> list[np.ndarray]:
    """Return the arrays of `weights` in the order of `params`."""
    return [array for w in weights for array in w[:4] if array is not None]


def run(
    cell: Cell, layers: Layers, keep: bool = True
) -> tuple[np.ndarray, list[np.ndarray], Trace]:
    """Return output (T, B, D*H), S last states (L*D, B, H) and the trace.

    Unless `keep`, the trace is of no use to a backward function.
    """
    x, states, order = _longest_first(layers)
    sizes = _sizes(layers)
    masks = [mask[:, order] for mask in dropout_masks(layers)]
    records: list[Any] = []
    for layer in range(layers.depth):
        hidden = []
        for d in range(layers.directions):
            k = len(records)
            records.append(
                cell.forward(
                    _flip(x, layers) if d else x,
                    tuple(state[k] for state in states),
                    layers.weights[k],
                    sizes,
                    keep,
                )
            )
            steps = records[k][0][1:]
            hidden.append(_flip(steps, layers) if d else steps)
        x = hidden[0] if len(hidden) == 1 else np.concatenate(hidden, -1)
        if layer < len(masks):
            x = x * masks[layer]
    back = np.argsort(order)
    last, rows = np.sort(layers.lengths)[::-1], np.arange(len(order))
    final = [
        np.stack([record[s][last, rows] for record in records])[:, back]
        for s in range(cell.states)
    ]
    return x[:, back] if layers.ragged else x, final, Trace(records, masks)


def run_backward(
    cell: Cell,
    layers: Layers,
    grad_output: np.ndarray,
    grad_states: Sequence[np.ndarray],
    trace: Trace,
) -> tuple[np.ndarray, list[np.ndarray], list[Weights]]:
    """Return the gradients to the input, the S states and the weights."""
    order, sizes = _order(layers), _sizes(layers)
    g = grad_output[:, order] if layers.ragged else grad_output
    grad_last = [grad[:, order] for grad in grad_states]
    grad_first = [np.empty_like(grad) for grad in grad_last]
    grad_weights: list[Weights] = [None] * len(layers.weights)  # type: ignore
    for layer in reversed(range(layers.depth)):
        if layer < len(trace.masks):
            g = g * trace.masks[layer]
        inputs = []
        for d, part in enumerate(np.split(g, layers.directions, axis=-1)):
            k = layer * layers.directions + d
            grad_x, states, grad_weights[k] = cell.backward(
                _flip(part, layers) if d else part,
                [grad[k] for grad in grad_last],
                trace.records[k],
                layers.weights[k],
                sizes,
            )
            for grad, state in zip(grad_first, states, strict=True):
                grad[k] = state
            inputs.append(_flip(grad_x, layers) if d else grad_x)
        g = inputs[0] if len(inputs) == 1 else inputs[0] + inputs[1]
    back = np.argsort(order)
    states_back = [grad[:, back] for grad in grad_first]
    return g[:, back] if layers.ragged else g, states_back, grad_weights


def run_definition(
    cell: Cell, layers: Layers
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return what `run` returns without the trace: one cell at a time."""
    D, (T, B, _) = layers.directions, layers.input.shape
    H = layers.states[0].shape[-1]
    final = [np.array(state) for state in layers.states]
    below = layers.input
    masks = dropout_masks(layers)
    for layer in range(layers.depth):
        output = np.zeros((T, B, D * H), below.dtype)
        for b, d in np.ndindex(B, D):
            k, length = layer * D + d, layers.lengths[b]
            states = tuple(state[k, b : b + 1] for state in layers.states)
            for step in range(length):
                t = length - 1 - step if d else step
                states = cell.definition(
                    below[t, b : b + 1], states, layers.weights[k]
                )
                output[t, b, d * H : (d + 1) * H] = states[0][0]
            for s, state in enumerate(states):
                final[s][k, b] = state[0]
        below = output * masks[layer] if layer < len(masks) else output
    return below, final


def dropout_masks(layers: Layers) -> list[np.ndarray]:
    """Return factors (T, B, D*H), 0 or 1 / (1 - p), one between two layers.

    The list is empty where dropout does not act.
    """
    if not layers.drops:
        return []
    rng, p = np.random.default_rng(layers.generator), layers.dropout
    (T, B, _), H = layers.input.shape, layers.states[0].shape[-1]
    scale = 1 / (1 - p) if p < 1 else 0.0
    draws = [
        rng.random((T, B, layers.directions * H))
        for _ in range(layers.depth - 1)
    ]
    return [((r >= p) * scale).astype(layers.input.dtype) for r in draws]


def _check_trace(trace: Trace, layers: Layers) -> None:
    """Raise unless `trace` can be that of a run with these arguments."""
    if not isinstance(trace, Trace):
        raise TypeError(
            "trace must be what return_trace=True returned, "
            f"got trace of type {type(trace).__name__}"
        )
    (T, B, _), H = layers.input.shape, layers.states[0].shape[-1]
    wanted = [(T + 1, B, H)] * len(layers.weights)
    got = [record.hidden.shape for record in trace.records]
    if got != wanted or len(trace.masks) != layers.drops * (layers.depth - 1):
        raise ValueError(
            f"trace must hold hidden states of shapes {wanted} and as many "
            f"masks as dropout draws, got {got} and {len(trace.masks)} masks"
        )


def _order(layers: Layers) -> np.ndarray:
    """Return the sequences' numbers (B,), longest first."""
    return np.argsort(-layers.lengths, kind="stable")


def _sizes(layers: Layers) -> list[int]:
    """Return how many sequences are still running at each step."""
    steps = np.arange(layers.lengths.max(initial=0))
    return [int(n) for n in (layers.lengths > steps[:, None]).sum(axis=1)]


def _longest_first(layers: Layers) -> tuple[np.ndarray, States, np.ndarray]:
    """Return input and states by falling length, zeros past the end, order."""
    order = _order(layers)
    if not layers.ragged:
        return layers.input, layers.states, order
    steps = np.arange(len(layers.input))[:, None, None]
    inside = steps < layers.lengths[order][:, None]
    x = np.where(inside, layers.input[:, order], layers.input.dtype.type(0))
    return x, tuple(state[:, order] for state in layers.states), order


def _flip(x: np.ndarray, layers: Layers) -> np.ndarray:
    """Return x (T, B, ...) with each sequence reversed within its length."""
    if not layers.ragged:
        return x[::-1]
    t = np.arange(len(x))[:, None]
    lengths = np.sort(layers.lengths)[::-1]
    return x[
        np.where(t < lengths, lengths - 1 - t, t), np.arange(len(lengths))
    ]
