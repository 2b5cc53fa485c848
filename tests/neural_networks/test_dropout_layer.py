"""Tests of reference_impl.neural_networks.dropout_layer."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from reference_impl import dropout, dropout_backward

X = np.random.default_rng(0).uniform(1.0, 2.0, (3, 5, 7))


def test_what_is_kept_is_scaled_and_the_rest_is_zero():
    y = dropout(X, 0.2, generator=1)
    kept = y != 0
    np.testing.assert_allclose(y[kept], X[kept] / 0.8, rtol=1e-15)
    assert 0 < kept.mean() < 1


def test_the_share_and_the_mean_are_what_they_should_be():
    y = dropout(np.ones(100_000), 0.3, generator=0)
    assert abs((y == 0).mean() - 0.3) < 0.005
    assert abs(y.mean() - 1) < 0.01


def test_the_scale_is_torchs():
    torch.manual_seed(0)
    want = F.dropout(torch.ones(50, dtype=torch.float64), 0.2).max()
    assert dropout(np.ones(50), 0.2, generator=0).max() == want


def test_backward_redraws_the_mask_of_the_same_int():
    g = np.random.default_rng(1).standard_normal(X.shape)
    y = dropout(X, 0.4, generator=3)
    np.testing.assert_allclose(
        dropout_backward(g, X, 0.4, generator=3), g * y / X, rtol=1e-15
    )


def test_a_generator_moves_on_and_an_int_does_not():
    rng = np.random.default_rng(5)
    first, second = (dropout(X, generator=rng) for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, dropout(X, generator=5))


@pytest.mark.parametrize("kwargs", [{"training": False}, {"p": 0.0}], ids=str)
def test_nothing_happens_and_nothing_is_drawn(kwargs):
    np.testing.assert_array_equal(dropout(X, **kwargs), X)
    assert not np.shares_memory(dropout(X, **kwargs), X)
    np.testing.assert_array_equal(dropout_backward(X, X, **kwargs), X)


def test_p_of_one_drops_all():
    np.testing.assert_array_equal(dropout(X, 1.0, generator=0), 0 * X)
    np.testing.assert_array_equal(
        dropout_backward(X, X, 1.0, generator=0), 0 * X
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_input_alone(dtype):
    x = X.astype(dtype)[::2]
    x.setflags(write=False)
    assert dropout(x, generator=0).dtype == dtype
    assert dropout_backward(x, x, generator=0).dtype == dtype
    assert dropout(x[:0], generator=0).shape == x[:0].shape


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"p": 1.5}, ValueError, r"p must be in \[0, 1\], got p=1.5"),
        ({"p": "half"}, TypeError, "p must be a number"),
        ({"training": "yes"}, ValueError, "training must be one of"),
        ({"generator": None}, TypeError, "generator must be an int or a num"),
        ({"generator": -1}, ValueError, "generator must be at least 0, got"),
        ({"generator": True}, TypeError, "generator must be an int or a num"),
        ({"input": np.ones(3, int)}, TypeError, "input must be floating"),
    ],
)
def test_rejects(kwargs, error, message):
    with pytest.raises(error, match=message):
        dropout(**({"input": X, "generator": 0} | kwargs))


def test_backward_rejects_another_shape():
    with pytest.raises(ValueError, match="grad_output must have shape"):
        dropout_backward(X[0], X, generator=0)
