"""Tests of reference_impl.neural_networks.gradient_clipping."""

import numpy as np
import pytest
import torch

from reference_impl import clip_grad_norm_, clip_grad_value_


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
