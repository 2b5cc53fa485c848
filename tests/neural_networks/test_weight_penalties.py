"""Tests of reference_impl.neural_networks.weight_penalties."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

from reference_impl import (
    l1_penalty,
    l1_penalty_backward,
    l2_penalty,
    l2_penalty_backward,
)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize(
    ("f", "backward"),
    [(l1_penalty, l1_penalty_backward), (l2_penalty, l2_penalty_backward)],
)
def test_penalties_have_their_gradients(f, backward):
    weights = [draw(3, 4), draw(5, seed=1)]
    assert_gradients(
        lambda *w: np.asarray(f(w, 0.3)),
        lambda g, *w: backward(float(g), w, 0.3),
        weights,
    )
    t = [torch.tensor(w) for w in weights]
    want = {
        l1_penalty: 0.3 * sum(w.abs().sum() for w in t),
        l2_penalty: 0.15 * sum((w * w).sum() for w in t),
    }
    np.testing.assert_allclose(f(weights, 0.3), want[f].item(), rtol=1e-13)


def test_l1_has_slope_0_at_0():
    (g,) = l1_penalty_backward(1.0, [np.array([0.0, -2.0, 3.0])], 0.5)
    np.testing.assert_array_equal(g, [0.0, -0.5, 0.5])


def test_penalties_keep_float32():
    w = [draw(3).astype(np.float32)]
    for backward in (l1_penalty_backward, l2_penalty_backward):
        assert backward(1.0, w, 0.5)[0].dtype == np.float32


@pytest.mark.parametrize("f", [l1_penalty, l2_penalty])
def test_penalty_errors(f):
    with pytest.raises(TypeError, match=r"weights\[0\] must be floating"):
        f([np.ones(3, int)], 0.1)
    with pytest.raises(TypeError, match="weights must be a list of arrays"):
        f(np.ones((3, 4)), 0.1)
    with pytest.raises(TypeError, match="weights must be a sequence of array"):
        f(0.5, 0.1)
    with pytest.raises(ValueError, match="strength must be in"):
        f([np.ones(3)], -0.1)
    with pytest.raises(TypeError, match="strength must be a number"):
        f([np.ones(3)], "a")
