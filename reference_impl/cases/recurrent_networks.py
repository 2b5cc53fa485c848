"""Calls of the functions of the chapter on recurrent networks."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["CASES"]

Rng = np.random.Generator
Maker = Callable[[Rng], dict[str, Any]]
B, T, D, H = 2, 4, 3, 5  # batch, steps, features of the input, of the state


def parameters(rng: Rng, gates: int) -> dict[str, np.ndarray]:
    """Return the parameters of a cell with this many gates."""
    rows = gates * H
    return {
        "w_ih": rng.normal(0.1, 0.8, (rows, D)),
        "w_hh": rng.normal(-0.1, 0.6, (rows, H)),
        "b_ih": rng.normal(0.4, 0.7, rows),
        "b_hh": rng.normal(-0.3, 0.7, rows),
    }


def step(rng: Rng, gates: int) -> dict[str, Any]:
    """Return the arguments of one step of a cell without a memory."""
    return {
        "input": rng.normal(0.3, 1.0, (B, D)),
        "hx": rng.normal(-0.2, 0.7, (B, H)),
        **parameters(rng, gates),
    }


def lstm_step(rng: Rng) -> dict[str, Any]:
    """Return the arguments of one step of an LSTM cell."""
    given = step(rng, 4)
    return given | {"hx": (given["hx"], rng.normal(0.4, 0.9, (B, H)))}


def sequence(rng: Rng, gates: int) -> dict[str, Any]:
    """Return the arguments of a layer over T steps."""
    return {
        "input": rng.normal(0.3, 1.0, (T, B, D)),
        "hx": rng.normal(-0.2, 0.7, (1, B, H)),
        "params": list(parameters(rng, gates).values()),
    }


def lstm_sequence(rng: Rng) -> dict[str, Any]:
    """Return the arguments of an LSTM layer over T steps."""
    given = sequence(rng, 4)
    return given | {"hx": (given["hx"], rng.normal(0.4, 0.9, (1, B, H)))}


def both_ways(rng: Rng) -> dict[str, Any]:
    """Return the arguments of a bidirectional layer, weights by letters."""
    given = {
        "input": rng.normal(0.3, 1.0, (T, B, D)),
        "hx": rng.normal(-0.2, 0.7, (2, B, H)),
    }
    for run in "fb":
        own = parameters(rng, 1)
        given |= {
            f"w_x{run}": own["w_ih"],
            f"w_{run}{run}": own["w_hh"],
            f"b_{run}": own["b_ih"],
        }
    return given


def attention(rng: Rng) -> dict[str, Any]:
    """Return L = 4 queries, S = 5 keys and their values, all of other sizes."""
    return {
        "query": rng.normal(0.2, 1.1, (B, 4, 3)),
        "key": rng.normal(-0.1, 1.2, (B, 5, 6)),
        "value": rng.normal(0.4, 1.3, (B, 5, 7)),
    }


def additive(rng: Rng) -> dict[str, Any]:
    """Return the arguments of additive attention with A = 8."""
    return attention(rng) | {
        "w_query": rng.normal(0.1, 0.5, (8, 3)),
        "w_key": rng.normal(-0.1, 0.4, (8, 6)),
        "v": rng.normal(0.3, 1.0, 8),
    }


def dot(rng: Rng) -> dict[str, Any]:
    """Return the arguments of attention whose keys are as long as queries."""
    return attention(rng) | {"key": rng.normal(-0.1, 0.8, (B, 5, 3))}


def general(rng: Rng) -> dict[str, Any]:
    """Return the arguments of attention with a matrix in the product."""
    return attention(rng) | {"weight": rng.normal(0.1, 0.4, (3, 6))}


def banded(rng: Rng) -> dict[str, Any]:
    """Return a mask: query i sees some keys, and each key is seen by some."""
    apart = (np.arange(5) - np.arange(4)[:, None]) % 5
    return {"attn_mask": np.stack([apart < 3, apart != 1])}


def tree(rng: Rng, kinds: int = 0) -> dict[str, Any]:
    """Return the arguments of a recursive network: 5 leaves, 6 inner nodes."""
    many = (kinds,) if kinds else ()
    pairs = [[1, 2], [4, -1], [6, 5], [7, -1], [0, 8], [9, 3]]
    given = {
        "input": rng.normal(0.3, 1.0, (5, D)),
        "children": np.array(pairs),
        "weight": rng.normal(0.1, 0.6, (*many, D, 2 * D)),
        "bias": rng.normal(-0.2, 0.7, (*many, D)),
    }
    return given | ({"kind": np.array([1, 0, 1, 3, 2, 0])} if kinds else {})


CASES: dict[str, list[Maker]] = {
    "rnn_tanh_cell": [lambda r: step(r, 1)],
    "rnn_relu_cell": [lambda r: step(r, 1)],
    "lstm_cell": [lstm_step],
    "gru_cell": [lambda r: step(r, 3)],
    "rnn_tanh": [lambda r: sequence(r, 1)],
    "rnn_relu": [lambda r: sequence(r, 1)],
    "lstm": [lstm_sequence],
    "gru": [lambda r: sequence(r, 3)],
    "bidirectional_rnn": [
        both_ways,
        lambda r: both_ways(r) | {"lengths": [4, 2]},
    ],
    "additive_attention": [additive, lambda r: additive(r) | banded(r)],
    "multiplicative_attention": [
        dot,
        general,
        lambda r: general(r) | banded(r),
    ],
    "recursive_network": [tree, lambda r: tree(r, 4)],
}
