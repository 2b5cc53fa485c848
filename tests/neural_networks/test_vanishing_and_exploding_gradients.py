"""Tests of reference_impl.neural_networks.vanishing_and_exploding_gradients."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

from reference_impl import (
    clip_grad_norm_,
    clip_grad_value_,
    gradient_norms,
    kaiming_normal,
    l1_penalty,
    l1_penalty_backward,
    l2_penalty,
    l2_penalty_backward,
    naive_normal,
    xavier_normal,
)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def parameters(grads):
    """Return torch parameters that have copies of `grads`."""
    made = []
    for g in grads:
        p = torch.nn.Parameter(torch.tensor(g))
        p.grad = torch.tensor(g.copy())
        made.append(p)
    return made


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.5, 0.5, np.inf])
@pytest.mark.parametrize("max_norm", [0.0, 0.7, 1e4, np.inf])
def test_clip_by_norm_agrees_with_torch(norm_type, max_norm, dtype):
    grads = [draw(3, 4).astype(dtype), draw(5, seed=1).astype(dtype)]
    ps = parameters(grads)
    want = torch.nn.utils.clip_grad_norm_(ps, max_norm, norm_type)
    got = clip_grad_norm_(grads, max_norm, norm_type)
    rtol = 1e-5 if dtype == np.float32 else 1e-12
    assert isinstance(got, float)
    np.testing.assert_allclose(got, want.item(), rtol=rtol)
    for g, p in zip(grads, ps, strict=True):
        assert g.dtype == dtype
        np.testing.assert_allclose(g, p.grad.numpy(), rtol=rtol)


def test_a_short_gradient_is_left_as_it_is():
    grad = draw(4)
    before = grad.copy()
    norm = clip_grad_norm_(grad, 100.0)
    np.testing.assert_allclose(norm, np.linalg.norm(before))
    np.testing.assert_array_equal(grad, before)


def test_the_direction_stays_and_the_norm_is_just_below_the_bound():
    grads = [draw(3, 4) * 10, draw(5, seed=1) * 10]
    before = np.concatenate([g.ravel() for g in grads])
    norm = clip_grad_norm_(grads, 2.0)
    after = np.concatenate([g.ravel() for g in grads])
    np.testing.assert_allclose(after / before, 2.0 / (norm + 1e-6))
    assert 1.99999 < np.linalg.norm(after) < 2.0


@pytest.mark.parametrize("max_norm", [1.0, np.inf])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_agrees_with_torch(bad, max_norm):
    grads = [np.array([1.0, bad]), np.array([2.0])]
    ps = parameters(grads)
    want = torch.nn.utils.clip_grad_norm_(ps, max_norm)
    got = clip_grad_norm_(grads, max_norm)
    np.testing.assert_equal(got, want.item())
    for g, p in zip(grads, ps, strict=True):
        np.testing.assert_array_equal(g, p.grad.numpy())
    again = [np.array([1.0, bad])]
    with pytest.raises(ValueError, match="grads must have a finite norm, got"):
        clip_grad_norm_(again, 1.0, error_if_nonfinite=True)
    np.testing.assert_array_equal(again[0], [1.0, bad])


@pytest.mark.parametrize("scale", [1e30, 1e-30])
def test_the_norm_neither_overflows_nor_underflows(scale):
    grads = [np.array([3.0, 0.0]) * scale, np.array([4.0]) * scale]
    grads = [g.astype(np.float32) for g in grads]
    np.testing.assert_allclose(
        clip_grad_norm_(grads, 1.0), 5 * scale, rtol=1e-6
    )
    if scale > 1:
        np.testing.assert_allclose(grads[0], [0.6, 0.0], rtol=1e-6)


def test_a_norm_beyond_all_numbers_is_infinite():
    g = np.ones(10**4)  # of 1/100-norm (10**4)**100
    assert clip_grad_norm_(g, 1.0, 0.01) == np.inf
    assert (g == 0).all()


def test_clip_works_in_place_on_views_and_on_nothing():
    base = np.array([[3.0, 30.0], [4.0, 40.0]])
    assert clip_grad_norm_([base[:, 0]], 1.0) == 5.0
    np.testing.assert_allclose(base, [[0.6, 30.0], [0.8, 40.0]], rtol=1e-6)
    assert clip_grad_norm_([], 1.0) == 0.0
    assert clip_grad_norm_([np.empty((0, 3))], 1.0) == 0.0
    assert clip_grad_norm_(np.zeros(3), 1.0) == 0.0
    clip_grad_value_([], 1.0)
    clip_grad_value_(base, np.inf)
    np.testing.assert_allclose(base, [[0.6, 30.0], [0.8, 40.0]], rtol=1e-6)


def test_clip_by_value_agrees_with_torch():
    grads = [draw(3, 4) * 5, np.array([np.nan, np.inf, -np.inf, 1.0])]
    ps = parameters(grads)
    torch.nn.utils.clip_grad_value_(ps, 1.5)
    assert clip_grad_value_(grads, 1.5) is None
    for g, p in zip(grads, ps, strict=True):
        np.testing.assert_array_equal(g, p.grad.numpy())


def read_only():
    array = np.ones(3)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("clip", [clip_grad_norm_, clip_grad_value_])
@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (np.ones(3, int), TypeError, r"grads\[1\] must be floating, got"),
        ([1.0], TypeError, r"grads\[1\] must be an ndarray, got grads\[1\]"),
        (None, TypeError, r"grads\[1\] must be an ndarray"),
        (read_only(), ValueError, r"grads\[1\] must be writeable"),
    ],
)
def test_a_bad_gradient_leaves_the_others_alone(clip, bad, error, message):
    good = np.array([30.0, 40.0])
    with pytest.raises(error, match=message):
        clip([good, bad], 1.0)
    np.testing.assert_array_equal(good, [30.0, 40.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda g: clip_grad_norm_(g, -1.0),
            ValueError,
            "max_norm must be in",
        ),
        (
            lambda g: clip_grad_norm_(g, np.nan),
            ValueError,
            "max_norm must be in",
        ),
        (
            lambda g: clip_grad_norm_(g, "a"),
            TypeError,
            "max_norm must be a nu",
        ),
        (
            lambda g: clip_grad_norm_(g, 1, 0),
            ValueError,
            "norm_type must be po",
        ),
        (lambda g: clip_grad_norm_(g, 1, -2), ValueError, "norm_type must be"),
        (lambda g: clip_grad_norm_(g, 1, "x"), TypeError, "norm_type must be"),
        (
            lambda g: clip_grad_value_(g, -1.0),
            ValueError,
            "clip_value must be",
        ),
        (lambda g: clip_grad_value_(g, None), TypeError, "clip_value must be"),
        (lambda g: clip_grad_value_(1.0, 1), TypeError, "grads must be a seq"),
        (
            lambda g: clip_grad_norm_(g, 1, 2, "no"),
            ValueError,
            "error_if_nonfinite must be one of False, True, got",
        ),
        (lambda g: clip_grad_norm_(None, 1), TypeError, "grads must be a seq"),
    ],
)
def test_clip_errors(call, error, message):
    with pytest.raises(error, match=message):
        call([np.ones(3)])


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


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_gradient_norms_agree_with_torch(activation, skip):
    depth, width, examples, c = 4, 6, 5, 0.7
    options = {"width": width, "examples": examples, "seed": 3}
    arguments = depth, activation, xavier_normal, skip, c
    to_weight = gradient_norms(*arguments, **options)
    to_input = gradient_norms(*arguments, of="input", **options)
    rng = np.random.default_rng(3)
    weights = [xavier_normal((width, width), rng=rng) for _ in range(depth)]
    weights = [torch.tensor(W, requires_grad=True) for W in weights]
    h = torch.tensor(rng.standard_normal((examples, width)))
    inputs = []
    for W in weights:
        inputs.append(h.requires_grad_())
        out = getattr(torch, activation)(h @ W.T)
        h = h + c * out if skip else out
    g = torch.tensor(rng.standard_normal((examples, width)))
    z = (h * g / g.norm()).sum()
    grads = torch.autograd.grad(z, weights + inputs)
    want = [grad.norm() for grad in grads]
    np.testing.assert_allclose(to_weight, want[:depth], rtol=1e-11)
    np.testing.assert_allclose(to_input, want[depth:], rtol=1e-11)


def ratio(*args, **kwargs):
    """Return what reaches the first layer of what reaches the last."""
    norms = gradient_norms(*args, of="input", **kwargs)
    return norms[0] / norms[-1]


def test_what_vanishes_what_explodes_and_what_helps():
    assert ratio(32, "sigmoid", xavier_normal) < 1e-15
    assert ratio(32, "relu", xavier_normal) < 1e-3
    assert 0.1 < ratio(32, "relu", kaiming_normal) < 10
    assert 0.01 < ratio(32, "tanh", xavier_normal) < 1
    assert ratio(8, "relu", naive_normal) > 1e4
    branch = 1 / np.sqrt(64)
    assert 1 < ratio(64, "relu", kaiming_normal, True, branch) < 30
    assert ratio(64, "relu", kaiming_normal, True) > 1e6


def test_gradients_to_weights_of_relu_layers_are_small_in_all_layers():
    norms = gradient_norms(32, "relu", xavier_normal)
    assert norms.max() < 1e-3 * gradient_norms(2, "relu", xavier_normal).min()
    assert norms.max() < 10 * norms.min()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be at least 1, got depth=0"),
        ({"depth": 2.0}, TypeError, "depth must be an int"),
        ({"width": 0}, ValueError, "width must be at least 1"),
        ({"examples": -1}, ValueError, "examples must be at least 1"),
        ({"activation": "gelu"}, ValueError, "activation must be one of"),
        ({"of": "bias"}, ValueError, "of must be one of 'weight', 'input'"),
        ({"branch": "a"}, TypeError, "branch must be a number"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_gradient_norms_errors(options, error, message):
    with pytest.raises(error, match=message):
        gradient_norms(**{"depth": 3} | options)
