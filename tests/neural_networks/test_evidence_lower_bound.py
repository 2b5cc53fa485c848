"""Tests of the loss of variational autoencoders."""

import numpy as np
from gradients import assert_gradients

from reference_impl import (
    VAEOutput,
    kl_to_standard_normal,
    vae_loss,
    vae_loss_backward,
)


def test_numerical_gradients_of_the_loss():
    rng = np.random.default_rng(0)
    x = np.random.default_rng(1).random((7, 6))

    def forward(*output):
        return np.float64(vae_loss(VAEOutput(*output), x, 0.4).loss)

    def backward(g, *output):
        return tuple(vae_loss_backward(float(g), VAEOutput(*output), x, 0.4))

    output = [rng.standard_normal(s) for s in ((7, 6), (7, 2), (7, 2))]
    assert_gradients(forward, backward, output)


def test_each_part_is_a_sum_over_an_example_and_a_mean_over_examples():
    """Twice the features, or the latents, twice the part; not twice the rows."""
    rng = np.random.default_rng(0)
    logits, mean, log_variance = rng.standard_normal((3, 4, 5))
    x = rng.random((4, 5))
    one = vae_loss(VAEOutput(logits, mean, log_variance), x)
    wide = np.hstack([logits, logits]), np.hstack([x, x])
    two = vae_loss(VAEOutput(wide[0], mean, log_variance), wide[1])
    np.testing.assert_allclose(two.reconstruction, 2 * one.reconstruction)
    assert two.divergence == one.divergence
    latents = np.hstack([mean, mean]), np.hstack([log_variance, log_variance])
    more = vae_loss(VAEOutput(logits, *latents), x)
    np.testing.assert_allclose(more.divergence, 2 * one.divergence)
    rows = VAEOutput(
        *(np.vstack([a, a]) for a in (logits, mean, log_variance))
    )
    np.testing.assert_allclose(vae_loss(rows, np.vstack([x, x])), one)
    np.testing.assert_allclose(
        one.divergence, kl_to_standard_normal(mean, log_variance), rtol=1e-14
    )
