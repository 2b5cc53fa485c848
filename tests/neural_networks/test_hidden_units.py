"""Tests of reference_impl.neural_networks.hidden_units: prelu and maxout.

The others work entry by entry: see test_activation_functions.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    maxout,
    maxout_backward,
    prelu,
    prelu_backward,
    relu_backward,
)

SLOPES = {
    "one-slope": ((3, 4, 5), [0.3]),
    "one-a-channel": ((3, 4, 5), [0.3, -0.2, 1.7, 0.05]),
    "images": ((2, 3, 4, 5), [0.3, -0.2, 1.7]),
    "rows": ((5, 3), [0.3, -0.2, 1.7]),
    "no-channels": ((6,), [0.3]),
    "one-channel": ((3, 1, 4), [0.3]),
}
every_slope = pytest.mark.parametrize(
    ("shape", "weight"), SLOPES.values(), ids=SLOPES
)


def draw(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@every_slope
def test_prelu_agrees_with_torch(shape, weight):
    x, g = draw(shape), draw(shape, 1)
    x.flat[::4] = 0.0  # the kink
    w = np.array(weight)
    tx, tw = (torch.tensor(a, requires_grad=True) for a in (x, w))
    want = F.prelu(tx, tw)
    want.backward(torch.tensor(g))
    np.testing.assert_array_equal(prelu(x, w), want.detach().numpy())
    got = prelu_backward(g, x, w)
    np.testing.assert_array_equal(got.input, tx.grad.numpy())
    np.testing.assert_allclose(got.weight, tw.grad.numpy(), rtol=1e-12)


@every_slope
def test_prelu_numerical_gradient(shape, weight):
    arrays = [draw(shape, 2), np.array(weight)]
    assert_gradients(prelu, prelu_backward, arrays, rtol=1e-7)


def test_the_slope_of_prelu_gathers_from_the_entries_below_zero():
    x = np.array([[-2.0, 5.0], [3.0, -7.0], [-1.0, 0.0]])
    g = np.array([[0.5, 9.0], [9.0, 2.0], [4.0, 9.0]])
    got = prelu_backward(g, x, np.array([0.25, 0.5]))
    assert got.weight.tolist() == [-2 * 0.5 - 1 * 4.0, -7 * 2.0]
    assert got.input.tolist() == [[0.125, 9.0], [9.0, 1.0], [1.0, 4.5]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_prelu_keeps_dtype_and_input(dtype):
    x = draw((4, 3)).astype(dtype).T
    w = np.array([0.25], dtype)
    x.flags.writeable = w.flags.writeable = False
    before = x.copy()
    got = prelu_backward(np.ones_like(x), x, w)
    assert prelu(x, w).dtype == got.input.dtype == got.weight.dtype == dtype
    np.testing.assert_array_equal(x, before)
    empty = prelu_backward(x[:0], x[:0], w)
    assert empty.input.shape == (0, 4)
    assert empty.weight.tolist() == [0.0]


@pytest.mark.parametrize("pieces", [1, 2, 3, 6])
def test_maxout_agrees_with_torch(pieces):
    x = np.random.default_rng(3).permutation(120).reshape(4, 5, 6) * 1.0
    g = draw((4, 5, 6 // pieces), 4)
    t = torch.tensor(x, requires_grad=True)
    want = t.reshape(4, 5, -1, pieces).max(dim=-1).values
    want.backward(torch.tensor(g))
    np.testing.assert_array_equal(maxout(x, pieces), want.detach().numpy())
    np.testing.assert_array_equal(
        maxout_backward(g, x, pieces), t.grad.numpy()
    )
    assert_gradients(
        lambda x: maxout(x, pieces),
        lambda g, x: maxout_backward(g, x, pieces),
        [x],
    )


def test_maxout_gives_a_tie_to_the_first_piece():
    x = np.array([2.0, 2.0, -1.0, 1.0, 4.0, 4.0])
    grad = maxout_backward(np.array([3.0, 5.0]), x, 3)
    assert grad.tolist() == [3.0, 0.0, 0.0, 0.0, 5.0, 0.0]


def test_maxout_of_two_pieces_can_be_relu_or_absolute():
    x = draw(7)[:, None]
    assert np.array_equal(maxout(x * [1.0, -1.0], 2), np.abs(x))
    assert np.array_equal(maxout(x * [1.0, 0.0], 2), np.maximum(x, 0))


def test_maxout_keeps_dtype_and_takes_strided_and_empty_input():
    x = draw((6, 4)).astype(np.float32).T[::-1, ::-1]
    x.flags.writeable = False
    before = x.copy()
    y = maxout(x, 3)
    grad = maxout_backward(y, x, 3)
    assert y.dtype == grad.dtype == np.float32
    assert maxout(x[:0], 3).shape == (0, 2)
    assert maxout_backward(y[:0], x[:0], 3).shape == (0, 6)
    np.testing.assert_array_equal(x, before)


X = np.ones((2, 4, 3))


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((X.astype(int), np.ones(1)), TypeError, "input must be floating"),
        ((X, np.ones(1, "f")), TypeError, "weight must have the dtype of inp"),
        ((X, np.ones(3)), ValueError, r"a channel \(4\), got weight.shape=\("),
        ((X, np.ones((1, 4))), ValueError, "weight must have 1 entry or one"),
        (
            (X[0, 0], np.ones(3)),
            ValueError,
            r"one a channel \(1\), got weight",
        ),
    ],
)
def test_prelu_rejects(args, error, message):
    with pytest.raises(error, match=message):
        prelu(*args)
    g = np.ones_like(args[0])
    with pytest.raises(error, match=message):
        prelu_backward(g, *args)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((X.astype(int), 3), TypeError, "input must be floating"),
        ((X, 2.0), TypeError, "pieces must be an int"),
        ((X, 0), ValueError, "pieces must be at least 1, got pieces=0"),
        ((X, 2), ValueError, r"got pieces=2, input.shape=\(2, 4, 3\)"),
        ((np.array(1.0), 1), ValueError, "pieces must divide the last axis"),
    ],
)
def test_maxout_rejects(args, error, message):
    with pytest.raises(error, match=message):
        maxout(*args)
    with pytest.raises(error, match=message):
        maxout_backward(np.ones((2, 4, 1)), *args)


def test_backward_functions_reject_gradients_that_do_not_fit():
    with pytest.raises(ValueError, match="grad_output must have shape"):
        maxout_backward(X, X, 3)
    with pytest.raises(TypeError, match="grad_output must have the dtype"):
        maxout_backward(X[..., :1].astype("f"), X, 3)
    with pytest.raises(ValueError, match="grad_output must have shape"):
        prelu_backward(X[0], X, np.ones(1))


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "longdouble"]
)
def test_relu_stops_infinite_gradients_and_nan(dtype):
    g = np.array([np.inf, np.nan, -np.inf, np.nan, 7], dtype)
    x = np.array([-2, -3, 4, 0, np.nan], dtype)
    expected = np.array([0, 0, -np.inf, 0, 7], dtype)
    np.testing.assert_array_equal(relu_backward(g, x), expected, strict=True)
