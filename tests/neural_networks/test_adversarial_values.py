"""Tests of the value of the adversarial game, and of its optimum."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    gan_value,
    gan_value_backward,
    generator_loss,
    generator_loss_backward,
    jensen_shannon_divergence,
    kl_div,
    optimal_discriminator,
    sigmoid,
)


def logits(seed=0):
    rng = np.random.default_rng(seed)
    return [2 * rng.standard_normal(5) + 0.5, 2 * rng.standard_normal(3)]


def distributions(seed=0, points=6):
    return np.random.default_rng(seed).dirichlet(np.full(points, 2.0), 2)


def test_the_value_is_that_of_its_definition_and_of_torch():
    a, b = logits()
    D_real, D_fake = 1 / (1 + np.exp(-a)), 1 / (1 + np.exp(-b))
    want = np.mean(np.log(D_real)) + np.mean(np.log(1 - D_fake))
    np.testing.assert_allclose(gan_value(a, b), want, rtol=1e-13)
    real, fake = torch.tensor(a), torch.tensor(b)
    loss = F.binary_cross_entropy_with_logits
    theirs = -loss(real, torch.ones(5, dtype=torch.float64)) - loss(
        fake, torch.zeros(3, dtype=torch.float64)
    )
    np.testing.assert_allclose(gan_value(a, b), theirs.item(), rtol=1e-13)


def test_numerical_gradients():
    assert_gradients(gan_value, gan_value_backward, logits())
    for saturating in (True, False):
        assert_gradients(
            lambda b, s=saturating: generator_loss(b, s),
            lambda g, b, s=saturating: generator_loss_backward(g, b, s),
            logits()[1:],
        )


def test_the_saturating_loss_is_the_generators_part_of_the_value():
    a, b = logits()
    np.testing.assert_allclose(
        generator_loss(b, True),
        gan_value(a, b) - np.mean(np.log(sigmoid(a))),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        generator_loss_backward(1.0, b, True),
        gan_value_backward(1.0, a, b).fake_logits,
        rtol=1e-14,
    )
    np.testing.assert_allclose(
        generator_loss(b), -np.mean(np.log(sigmoid(b))), rtol=1e-13
    )


def test_where_all_is_found_out_one_loss_has_a_gradient():
    b = np.array([-20.0])
    assert abs(generator_loss_backward(1.0, b, True)[0]) < 1e-8
    assert generator_loss_backward(1.0, b)[0] < -0.999


def test_logits_far_out_do_not_overflow():
    far = np.array([800.0, -900.0])
    np.testing.assert_allclose(gan_value(far, far), -850, rtol=1e-14)
    np.testing.assert_allclose(generator_loss(far), 450, rtol=1e-14)
    assert np.isfinite(gan_value_backward(1.0, far, far)).all()


def test_no_other_discriminator_has_a_larger_value():
    p, q = distributions()

    def value(D):
        return np.sum(p * np.log(D) + q * np.log(1 - D))

    best = optimal_discriminator(p, q)
    np.testing.assert_allclose(best, p / (p + q), rtol=1e-15)
    rng = np.random.default_rng(0)
    for _ in range(50):
        other = np.clip(best + 0.1 * rng.standard_normal(6), 0.01, 0.99)
        assert value(other) < value(best)


@pytest.mark.parametrize("seed", range(5))
def test_the_value_at_the_optimum(seed):
    p, q = distributions(seed)
    D = optimal_discriminator(p, q)
    np.testing.assert_allclose(
        np.sum(p * np.log(D) + q * np.log(1 - D)),
        -np.log(4) + 2 * jensen_shannon_divergence(p, q),
        rtol=1e-12,
    )


def test_the_divergence_is_the_mean_of_two_of_kullback_and_leibler():
    p, q = distributions(1)
    middle = np.log((p + q) / 2)
    want = (kl_div(middle, p, "sum") + kl_div(middle, q, "sum")) / 2
    got = jensen_shannon_divergence(p, q)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(
        got, jensen_shannon_divergence(q, p), rtol=1e-14
    )
    assert jensen_shannon_divergence(p, p) == 0
    tiny = np.array([1.0, 5e-324])  # half of it is 0
    assert jensen_shannon_divergence(tiny, np.array([1.0, 0.0])) == 0


def test_the_divergence_is_not_negative_by_rounding():
    rng = np.random.default_rng(0)
    for p in rng.dirichlet(np.ones(5), 200):
        q = p * (1 + 1e-9 * rng.standard_normal(5))
        assert jensen_shannon_divergence(p, q / q.sum()) >= 0


def test_training_finds_the_best_discriminator():
    """On a discrete problem whose frequencies are the probabilities."""
    real = np.repeat(np.arange(4), [8, 5, 4, 3])
    fake = np.repeat(np.arange(4), [1, 2, 7, 2])
    p, q = np.bincount(real) / 20, np.bincount(fake) / 12
    logit = np.array([0.3, -0.7, 1.1, 0.2])
    for _ in range(3000):
        g = gan_value_backward(1.0, logit[real], logit[fake])
        np.add.at(logit, real, g.real_logits)
        np.add.at(logit, fake, g.fake_logits)
    np.testing.assert_allclose(
        sigmoid(logit), optimal_discriminator(p, q), rtol=1e-6
    )
    np.testing.assert_allclose(
        gan_value(logit[real], logit[fake]),
        -np.log(4) + 2 * jensen_shannon_divergence(p, q),
        rtol=1e-9,
    )


def test_points_that_one_side_never_has():
    p, q = np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.5, 0.5, 0.0])
    np.testing.assert_array_equal(
        optimal_discriminator(p, q), [1, 0.5, 0, 0.5]
    )
    np.testing.assert_allclose(
        jensen_shannon_divergence(p, q), np.log(2) / 2, rtol=1e-15
    )


def test_float32_is_kept():
    a, b = (x.astype(np.float32) for x in logits())
    results = (
        gan_value(a, b),
        *gan_value_backward(1.0, a, b),
        generator_loss(b),
        generator_loss_backward(1.0, b),
        optimal_discriminator(np.abs(a), np.abs(a)),
    )
    assert {r.dtype for r in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: gan_value(np.zeros((2, 1)), np.zeros(2)),
            ValueError,
            "real_logits must have one axis of at least one",
        ),
        (
            lambda: gan_value(np.zeros(2), np.zeros(0)),
            ValueError,
            "fake_logits must have one axis of at least one",
        ),
        (
            lambda: gan_value(np.zeros(2), np.zeros(2, "f")),
            TypeError,
            "fake_logits must have the dtype of real_logits",
        ),
        (
            lambda: generator_loss(np.zeros(2, int)),
            TypeError,
            "fake_logits must be floating",
        ),
        (
            lambda: generator_loss(np.zeros(2), "yes"),
            ValueError,
            "saturating must be one of",
        ),
        (
            lambda: optimal_discriminator(np.ones(2), np.ones(3)),
            ValueError,
            r"q must have shape \(2,\)",
        ),
        (
            lambda: optimal_discriminator(-np.ones(2), np.ones(2)),
            ValueError,
            "p must have no negative entry",
        ),
        (
            lambda: jensen_shannon_divergence(np.ones(2), np.ones(2) / 2),
            ValueError,
            r"p must sum to 1, got p.sum\(\)=2.0",
        ),
    ],
)
def test_rejects(call, error, message):
    with pytest.raises(error, match=message):
        call()
