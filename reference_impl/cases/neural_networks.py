"""Calls of the functions of the chapter on neural networks."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["CASES"]

Rng = np.random.Generator
Maker = Callable[[Rng], dict[str, Any]]

ELEMENTWISE = (
    *("sigmoid", "logsigmoid", "softplus", "relu", "absolute", "leaky_relu"),
    *(
        "identity",
        "unit_step",
        "sign",
        "tanh",
        "softsign",
        "hardtanh",
        "relu6",
    ),
    *("hardsigmoid", "hardswish", "elu", "selu", "gelu", "silu", "mish"),
    *("erf", "erfc"),
)


def spread(rng: Rng) -> dict[str, Any]:
    """Return inputs on both sides of every kink, none on one."""
    values = np.linspace(-7.13, 7.31, 20)
    return {"input": rng.permutation(values).reshape(4, 5)}


def logits(rng: Rng) -> dict[str, Any]:
    """Return logits of 5 examples and 4 classes, and their labels."""
    return {
        "input": rng.normal(0.4, 2.0, (5, 4)),
        "target": np.array([2, 0, 3, 1, 2]),
    }


def pair(rng: Rng) -> dict[str, Any]:
    """Return outputs and targets with differences on both sides of 1."""
    target = rng.normal(0.2, 1.0, (3, 4))
    away = rng.permutation(np.linspace(-2.6, 2.7, 12)).reshape(3, 4)
    return {"input": target + away, "target": target}


def shares(rng: Rng) -> dict[str, Any]:
    """Return log-probabilities and probabilities of 3 rows of 5."""
    p, q = rng.dirichlet(np.full(5, 2.0), (2, 3))
    return {"input": np.log(q), "target": p}


def chances(rng: Rng) -> dict[str, Any]:
    """Return probabilities and binary targets."""
    return {
        "input": rng.uniform(0.05, 0.95, (4, 3)),
        "target": (rng.random((4, 3)) < 0.5).astype(float),
    }


def scores(rng: Rng) -> dict[str, Any]:
    """Return logits and soft targets."""
    return {
        "input": rng.normal(0.3, 2.0, (4, 3)),
        "target": rng.random((4, 3)),
    }


def attention(rng: Rng) -> dict[str, Any]:
    """Return query (2, 4, 3), key (2, 6, 3) and value (2, 6, 5)."""
    shapes = {"query": (2, 4, 3), "key": (2, 6, 3), "value": (2, 6, 5)}
    return {k: rng.normal(0.2, 1.3, s) for k, s in shapes.items()}


def mask(rng: Rng) -> dict[str, Any]:
    """Return a boolean mask that leaves each query a key."""
    allowed = rng.random((4, 6)) < 0.6
    allowed[:, 1] = True
    return {"attn_mask": allowed}


def affine(rng: Rng, size: int) -> dict[str, Any]:
    """Return a weight and a bias of `size` numbers, none 0 or 1."""
    return {
        "weight": rng.uniform(0.4, 2.3, size),
        "bias": rng.normal(0.7, 1.0, size),
    }


def batch(rng: Rng, shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the arguments of batch_norm for an input of this shape."""
    C = shape[1]
    return {
        "input": rng.normal(1.7, 2.5, shape),
        "running_mean": rng.normal(0.6, 1.0, C),
        "running_var": rng.uniform(0.5, 2.0, C),
        **affine(rng, C),
    }


def rewards(rng: Rng) -> dict[str, Any]:
    """Return five rewards and a discount."""
    return {"rewards": rng.normal(0.5, 1.0, 5), "gamma": 0.83}


CASES: dict[str, list[Maker]] = {
    **{name: [spread] for name in ELEMENTWISE},
    "softplus": [spread, lambda r: spread(r) | {"beta": 1.7}],
    "leaky_relu": [spread, lambda r: spread(r) | {"negative_slope": 0.23}],
    "elu": [spread, lambda r: spread(r) | {"alpha": 1.6}],
    "gelu": [spread, lambda r: spread(r) | {"approximate": "tanh"}],
    "prelu": [lambda r: spread(r) | {"weight": r.uniform(0.1, 0.4, 5)}],
    "softmax": [
        lambda r: {"input": r.normal(0.5, 2.0, (3, 5))},
        lambda r: {"input": r.normal(0.5, 2.0, (3, 4, 2)), "dim": 1},
    ],
    "log_softmax": [
        lambda r: {"input": r.normal(0.5, 2.0, (3, 5))},
        lambda r: {"input": r.normal(0.5, 2.0, (3, 4, 2)), "dim": 1},
    ],
    "cross_entropy": [
        logits,
        lambda r: logits(r) | {"reduction": "sum"},
        lambda r: logits(r) | {"weight": r.uniform(0.3, 2.0, 4)},
        lambda r: logits(r) | {"ignore_index": 2},
        lambda r: logits(r) | {"label_smoothing": 0.15},
    ],
    "nll_loss": [
        logits,
        lambda r: logits(r) | {"weight": r.uniform(0.3, 2.0, 4)},
    ],
    "mse_loss": [pair, lambda r: pair(r) | {"reduction": "sum"}],
    "l1_loss": [pair, lambda r: pair(r) | {"reduction": "sum"}],
    "smooth_l1_loss": [pair, lambda r: pair(r) | {"beta": 1.7}],
    "huber_loss": [pair, lambda r: pair(r) | {"delta": 1.7}],
    "kl_div": [shares, lambda r: shares(r) | {"reduction": "batchmean"}],
    "binary_cross_entropy": [
        chances,
        lambda r: chances(r) | {"weight": r.uniform(0.3, 2.0, (4, 3))},
    ],
    "binary_cross_entropy_with_logits": [
        scores,
        lambda r: scores(r) | {"pos_weight": r.uniform(0.3, 2.0, 3)},
    ],
    "gaussian_nll_loss": [
        lambda r: pair(r) | {"var": r.uniform(0.3, 2.5, (3, 4))},
        lambda r: pair(r) | {"var": r.uniform(0.3, 2.5, (3, 4)), "full": True},
    ],
    "linear": [
        lambda r: {
            "input": r.normal(0.3, 1.0, (5, 3)),
            "weight": r.normal(0.1, 1.0, (4, 3)),
            "bias": r.normal(0.7, 1.0, 4),
        }
    ],
    "batch_norm": [
        lambda r: batch(r, (5, 3)) | {"training": True},
        lambda r: batch(r, (4, 3, 5)) | {"training": True, "eps": 0.3},
        lambda r: batch(r, (3, 4, 2, 5)) | {"training": False},
    ],
    "layer_norm": [
        lambda r: (
            {"input": r.normal(1.7, 2.5, (4, 5)), "normalized_shape": (5,)}
            | affine(r, 5)
        ),
        lambda r: {
            "input": r.normal(1.7, 2.5, (2, 3, 5)),
            "normalized_shape": (3, 5),
            "eps": 0.3,
        },
    ],
    "rms_norm": [
        lambda r: {
            "input": r.normal(1.7, 2.5, (4, 5)),
            "normalized_shape": (5,),
            "weight": r.uniform(0.4, 2.3, 5),
            "eps": 0.3,
        }
    ],
    "group_norm": [
        lambda r: (
            {"input": r.normal(1.7, 2.5, (3, 6, 4)), "num_groups": 2}
            | affine(r, 6)
        )
    ],
    "instance_norm": [
        lambda r: {"input": r.normal(1.7, 2.5, (3, 2, 7))} | affine(r, 2)
    ],
    "scaled_dot_product_attention": [
        attention,
        lambda r: attention(r) | {"is_causal": True},
        lambda r: attention(r) | mask(r),
        lambda r: attention(r) | {"scale": 0.37},
    ],
    "sinusoidal_positional_encoding": [lambda r: {"length": 5, "d_model": 6}],
    "discounted_returns": [rewards],
    "gae": [
        lambda r: rewards(r) | {"values": r.normal(0.4, 1.0, 6), "lam": 0.71}
    ],
}
