"""Tests of draws from normal distributions, and of their divergence."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients
from torch.distributions import Normal, kl_divergence

from reference_impl import (
    kl_to_standard_normal,
    kl_to_standard_normal_backward,
    reparameterize,
    reparameterize_backward,
)

REDUCTIONS = ("none", "mean", "sum", "batchmean")


def arrays(N=5, k=3, seed=0):
    """Return mean, log_variance and epsilon."""
    return list(np.random.default_rng(seed).standard_normal((3, N, k)))


def test_draws_have_the_mean_and_the_variance():
    rng = np.random.default_rng(0)
    mean, log_variance = (
        np.full((2, 200_000), 1.5),
        np.full((2, 200_000), -0.8),
    )
    log_variance[1] = 0.6
    z = reparameterize(mean, log_variance, rng.standard_normal(mean.shape))
    np.testing.assert_allclose(z.mean(axis=1), 1.5, atol=0.01)
    np.testing.assert_allclose(z.var(axis=1), np.exp([-0.8, 0.6]), rtol=0.02)


def test_draws_and_their_gradients_are_those_of_torch():
    mu, s, e = arrays()
    tensors = [torch.tensor(a, requires_grad=True) for a in (mu, s, e)]
    z_torch = tensors[0] + torch.exp(tensors[1] / 2) * tensors[2]
    g = np.random.default_rng(1).standard_normal(mu.shape)
    z_torch.backward(torch.tensor(g))
    z = reparameterize(mu, s, e)
    np.testing.assert_allclose(z, z_torch.detach().numpy(), rtol=1e-14)
    for got, tensor in zip(
        reparameterize_backward(g, mu, s, e), tensors, strict=True
    ):
        np.testing.assert_allclose(got, tensor.grad.numpy(), rtol=1e-13)


def test_the_gradient_of_a_draw_is_that_of_an_expectation():
    """d E[z^2] / d mu = 2 mu, and / d log_variance = variance."""
    rng = np.random.default_rng(0)
    mu, s = np.full(400_000, 0.7), np.full(400_000, -0.5)
    e = rng.standard_normal(mu.shape)
    z = reparameterize(mu, s, e)
    to_mu, to_s, _ = reparameterize_backward(2 * z, mu, s, e)
    np.testing.assert_allclose(to_mu.mean(), 1.4, rtol=0.01)
    np.testing.assert_allclose(to_s.mean(), np.exp(-0.5), rtol=0.02)


def test_numerical_gradients():
    assert_gradients(reparameterize, reparameterize_backward, arrays())


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_divergence_and_gradients_agree_with_torch(reduction):
    mu, s, _ = arrays()

    def forward(mu, s):
        return kl_to_standard_normal(mu, s, reduction)

    def backward(g, mu, s):
        return kl_to_standard_normal_backward(g, mu, s, reduction)

    assert_gradients(forward, backward, [mu, s])
    terms = kl_divergence(
        Normal(torch.tensor(mu), torch.exp(torch.tensor(s) / 2)), Normal(0, 1)
    ).numpy()
    want = {
        "none": terms,
        "mean": terms.sum() / 15,
        "sum": terms.sum(),
        "batchmean": terms.sum() / 5,
    }[reduction]
    np.testing.assert_allclose(forward(mu, s), want, rtol=1e-12)


def test_the_default_is_the_mean_over_examples_of_sums_over_latents():
    mu, s, _ = arrays()
    each = [
        sum(
            0.5 * (mu[n, j] ** 2 + np.exp(s[n, j]) - 1 - s[n, j])
            for j in range(3)
        )
        for n in range(5)
    ]
    np.testing.assert_allclose(
        kl_to_standard_normal(mu, s), np.mean(each), rtol=1e-13
    )


def test_closed_form_is_the_monte_carlo_estimate():
    mu, s = np.array([[0.8, -0.3]]), np.array([[-1.0, 0.4]])
    e = np.random.default_rng(0).standard_normal((400_000, 2))
    z = reparameterize(mu + 0 * e, s + 0 * e, e)
    log_ratio = (z**2 - e**2 - s).sum(axis=1) / 2  # log q(z) - log p(z)
    error = log_ratio.std() / len(e) ** 0.5
    assert error < 2e-3
    got = kl_to_standard_normal(mu, s)
    assert abs(log_ratio.mean() - got) < 4 * error
    reverse = kl_to_standard_normal(-mu / np.exp(s / 2), -s)  # of N(0, I)
    assert abs(reverse - got) > 100 * error


def test_a_small_divergence_is_not_rounded_away():
    s = np.array([[1e-6]])
    np.testing.assert_allclose(
        kl_to_standard_normal(np.zeros((1, 1)), s), 2.5e-13, rtol=1e-3
    )
    assert kl_to_standard_normal(np.zeros((2, 3)), np.zeros((2, 3))) == 0


def test_float32_is_kept():
    mu, s, e = (a.astype(np.float32) for a in arrays())
    results = (
        reparameterize(mu, s, e),
        *reparameterize_backward(e, mu, s, e),
        kl_to_standard_normal(mu, s),
        *kl_to_standard_normal_backward(1.0, mu, s),
    )
    assert {r.dtype for r in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda mu, s, e: reparameterize(mu, s[:4], e),
            ValueError,
            r"log_variance must have shape \(5, 3\)",
        ),
        (
            lambda mu, s, e: reparameterize(mu, s, e[:, :1]),
            ValueError,
            r"epsilon must have shape \(5, 3\)",
        ),
        (
            lambda mu, s, e: reparameterize(mu, s, e.astype("f")),
            TypeError,
            "epsilon must have the dtype of mean",
        ),
        (
            lambda mu, s, e: kl_to_standard_normal(mu[0], s[0]),
            ValueError,
            r"mean must have shape \(N, k\)",
        ),
        (
            lambda mu, s, e: kl_to_standard_normal(mu, s, "max"),
            ValueError,
            "reduction must be one of",
        ),
        (
            lambda mu, s, e: kl_to_standard_normal(mu[:0], s[:0]),
            ValueError,
            "reduction must not be 'mean'",
        ),
        (
            lambda mu, s, e: kl_to_standard_normal(mu.astype(int), s),
            TypeError,
            "mean must be floating",
        ),
    ],
)
def test_rejects(call, error, message):
    with pytest.raises(error, match=message):
        call(*arrays())
