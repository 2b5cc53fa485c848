"""Tests of what all normalizations share."""

import numpy as np
import pytest

from reference_impl import (
    batch_norm,
    batch_norm_backward,
    group_norm,
    group_norm_backward,
    instance_norm,
    instance_norm_backward,
    layer_norm,
    layer_norm_backward,
    rms_norm,
    rms_norm_backward,
)

N, C, M = 5, 4, 64
KINDS = {  # a normalization, its backward pass, arguments behind the input
    "batch": (
        batch_norm,
        batch_norm_backward,
        lambda w, b: (None, None, w[:C], b[:C], True),
    ),
    "instance": (
        instance_norm,
        instance_norm_backward,
        lambda w, b: (None, None, w[:C], b[:C]),
    ),
    "group": (
        group_norm,
        group_norm_backward,
        lambda w, b: (2, w[:C], b[:C]),
    ),
    "layer": (layer_norm, layer_norm_backward, lambda w, b: (M, w, b)),
    "rms": (rms_norm, rms_norm_backward, lambda w, b: (M, w, 1e-5)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_squares_beyond_float16_do_not_overflow(kind):
    norm, backward, arguments = KINDS[kind]
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(2, N, C, M)).astype(np.float16)
    x = x * np.float16(300) + np.float16(50)
    w, b = (rng.normal(size=(2, M)) + 1).astype(np.float16)
    half = [norm(x, *arguments(w, b)), *backward(g, x, *arguments(w, b))]
    x, g, w, b = (array.astype(np.float64) for array in (x, g, w, b))
    want = [norm(x, *arguments(w, b)), *backward(g, x, *arguments(w, b))]
    for got, value in zip(half, want, strict=True):
        assert got.dtype == np.float16
        size = np.abs(value).max()
        np.testing.assert_allclose(got, value, rtol=2e-3, atol=2e-3 * size)
