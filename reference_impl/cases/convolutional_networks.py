"""Calls of the functions of the chapter on convolutional networks."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["CASES"]

Rng = np.random.Generator
Maker = Callable[[Rng], dict[str, Any]]


def signal(rng: Rng) -> dict[str, Any]:
    """Return a signal of 7 and a kernel of 4 cells."""
    return {"x": rng.normal(0.3, 1.0, 7), "w": rng.normal(0.4, 1.0, 4)}


def layer(
    rng: Rng, sizes: tuple[int, ...], kernel: tuple[int, ...], groups: int = 1
) -> dict[str, Any]:
    """Return input, weight and bias: 2 images, 4 channels to 6."""
    return {
        "input": rng.normal(0.3, 1.0, (2, 4, *sizes)),
        "weight": rng.normal(0.1, 1.0, (6, 4 // groups, *kernel)),
        "bias": rng.normal(0.7, 1.0, 6),
        "groups": groups,
    }


def transposed(
    rng: Rng, sizes: tuple[int, ...], kernel: tuple[int, ...], groups: int = 1
) -> dict[str, Any]:
    """Return the same for a transposed convolution, 4 channels to 6."""
    given = layer(rng, sizes, kernel)
    weight = rng.normal(0.1, 1.0, (4, 6 // groups, *kernel))
    return given | {"weight": weight, "groups": groups}


def image(rng: Rng, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Return two images of three channels; no two cells are equal."""
    shape = (2, 3, *sizes)
    values = np.linspace(-8.3, -0.2, int(np.prod(shape)))
    return {"input": rng.permutation(values).reshape(shape)}


CASES: dict[str, list[Maker]] = {
    "convolve": [
        signal,
        lambda r: signal(r) | {"mode": "same"},
        lambda r: signal(r) | {"mode": "valid"},
    ],
    "cross_correlate": [signal],
    "conv1d": [
        lambda r: layer(r, (9,), (3,)),
        lambda r: (
            layer(r, (11,), (3,), 2)
            | {"stride": 2, "padding": 1, "dilation": 2}
        ),
    ],
    "convolve2d": [
        lambda r: {
            "in1": r.normal(0.3, 1.0, (5, 7)),
            "in2": r.normal(0.4, 1.0, (3, 2)),
        }
    ],
    "conv2d": [
        lambda r: layer(r, (5, 7), (3, 2)),
        lambda r: layer(r, (8, 9), (3, 2)) | {"stride": (2, 3)},
        lambda r: layer(r, (5, 7), (3, 2)) | {"padding": (1, 2)},
        lambda r: layer(r, (8, 9), (3, 2)) | {"dilation": (2, 3)},
        lambda r: layer(r, (5, 7), (3, 2), 2),
    ],
    "conv_transpose1d": [
        lambda r: transposed(r, (5,), (3,)),
        lambda r: (
            transposed(r, (5,), (4,), 2)
            | {"stride": 3, "padding": 1, "output_padding": 2}
        ),
    ],
    "conv_transpose2d": [
        lambda r: transposed(r, (3, 4), (2, 3)),
        lambda r: (
            transposed(r, (3, 4), (3, 2))
            | {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2)}
        ),
        lambda r: transposed(r, (3, 4), (2, 3), 2) | {"dilation": (2, 1)},
    ],
    "max_pool1d": [
        lambda r: image(r, (7,)) | {"kernel_size": 2},
        lambda r: (
            image(r, (8,)) | {"kernel_size": 3, "stride": 2, "padding": 1}
        ),
    ],
    "max_pool2d": [
        lambda r: image(r, (5, 7)) | {"kernel_size": (2, 3)},
        lambda r: (
            image(r, (6, 7))
            | {"kernel_size": 3, "stride": (2, 3), "padding": 1}
        ),
        lambda r: (
            image(r, (6, 7))
            | {"kernel_size": 2, "stride": 2, "ceil_mode": True}
        ),
    ],
    "avg_pool1d": [
        lambda r: image(r, (7,)) | {"kernel_size": 2},
        lambda r: (
            image(r, (8,)) | {"kernel_size": 3, "stride": 2, "padding": 1}
        ),
    ],
    "avg_pool2d": [
        lambda r: image(r, (5, 7)) | {"kernel_size": (2, 3)},
        lambda r: (
            image(r, (6, 7))
            | {"kernel_size": 3, "stride": (2, 3), "padding": 1}
        ),
        lambda r: (
            image(r, (6, 7))
            | {
                "kernel_size": 3,
                "stride": 2,
                "padding": 1,
                "count_include_pad": False,
            }
        ),
    ],
    "conv_output_size": [
        lambda r: {
            "input_size": 19,
            "kernel_size": 4,
            "stride": 3,
            "padding": 2,
            "dilation": 2,
        },
        lambda r: {
            "input_size": 18,
            "kernel_size": 3,
            "stride": 2,
            "ceil_mode": True,
        },
    ],
    "conv_transpose_output_size": [
        lambda r: {
            "input_size": 5,
            "kernel_size": 4,
            "stride": 3,
            "padding": 1,
            "output_padding": 2,
            "dilation": 2,
        }
    ],
}
