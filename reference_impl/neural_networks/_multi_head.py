"""Multi-head attention of sequences whose batch axis is the first one.

Axes: N batch, L queries, S keys, D features of the model, h heads, d = D/h
features of a head.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.dropout_layer import random_source
from reference_impl.neural_networks.multilayer_perceptron import (
    linear,
    linear_backward,
)
from reference_impl.neural_networks.scaled_attention import (
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
)
from reference_impl.neural_networks.self_attention import attention_weights

Inputs = tuple[np.ndarray, np.ndarray, np.ndarray]  # query, key, value


class Projection(NamedTuple):
    """A linear layer's parameters, or their gradients."""

    weight: np.ndarray
    bias: np.ndarray | None


class Projections(NamedTuple):
    """The four linear layers of multi-head attention, or their gradients."""

    query: Projection
    key: Projection
    value: Projection
    output: Projection


class Run(NamedTuple):
    """What a forward pass computed, as its backward pass needs it."""

    inputs: Inputs  # (N, L or S, features)
    projections: Projections
    heads: Inputs  # (N, h, L or S, d)
    merged: np.ndarray  # (N, L, D)
    mask: np.ndarray | None  # broadcasts to (N, h, L, S)
    dropout_p: float
    seed: int

    def weights(self, average: bool, alone: bool) -> np.ndarray:
        """Return the weights, nothing dropped: (N, h, L, S).

        Without h for their `average`, without N where the sequence is `alone`.
        """
        p = attention_weights(*self.heads[:2], self.mask)
        p = p.mean(axis=1) if average else p
        return p[0] if alone else p


def forward(
    inputs: Inputs,
    projections: Projections,
    heads: int,
    mask: np.ndarray | None,
    dropout_p: float,
    generator: int | np.random.Generator | None,
) -> tuple[np.ndarray, Run]:
    """Return the output (N, L, D), and what the backward pass needs."""
    p, seed = _checks.real("dropout_p", dropout_p, 0, 1), 0
    if p:
        seed = int(random_source(generator).integers(1 << 63))
    in_each = zip(inputs, projections[:3], strict=True)
    q, k, v = (_split(linear(x, *layer), heads) for x, layer in in_each)
    context = scaled_dot_product_attention(q, k, v, mask, p, generator=seed)
    merged = _merge(context)
    output = linear(merged, *projections.output)
    return output, Run(inputs, projections, (q, k, v), merged, mask, p, seed)


def backward(g: np.ndarray, run: Run) -> tuple[Inputs, Projections]:
    """Return the gradients to the three inputs, and to the parameters."""
    layers = run.projections
    out = linear_backward(g, run.merged, *layers.output)
    to_heads = scaled_dot_product_attention_backward(
        _split(out.input, run.heads[0].shape[1]),
        *run.heads,
        run.mask,
        run.dropout_p,
        generator=run.seed,
    )
    to_each = zip(
        (to_heads.query, to_heads.key, to_heads.value),
        run.inputs,
        layers[:3],
        strict=True,
    )
    q, k, v = (
        linear_backward(_merge(grad), x, *layer) for grad, x, layer in to_each
    )
    return (q.input, k.input, v.input), Projections(
        *(Projection(*grads[1:]) for grads in (q, k, v, out))
    )


def _split(x: np.ndarray, heads: int) -> np.ndarray:
    """Return (N, L, D) as (N, h, L, d)."""
    N, L, D = x.shape
    return x.reshape(N, L, heads, D // heads).swapaxes(1, 2)


def _merge(x: np.ndarray) -> np.ndarray:
    """Return (N, h, L, d) as (N, L, D)."""
    N, heads, L, d = x.shape
    return x.swapaxes(1, 2).reshape(N, L, heads * d)
