"""Tests of the variational autoencoder, and of the command that trains it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from torch.distributions import Normal, kl_divergence

from reference_impl import (
    Adam,
    VAEOutput,
    VariationalAutoencoder,
    vae_loss,
    vae_train,
)
from reference_impl.examples import digits_vae
from reference_impl.examples.digits_mlp import load_rows

SIZES = (6, 5, 2)


def data(N=7, seed=1):
    """Return examples in [0, 1], and epsilon."""
    rng = np.random.default_rng(seed)
    return rng.random((N, 6)), rng.standard_normal((N, 2))


def twins():
    """Return a model and its parameters as tensors."""
    ours = VariationalAutoencoder(SIZES, "tanh", dtype=np.float64, generator=0)
    tensors = {
        name: torch.tensor(array, requires_grad=True)
        for name, array in ours.state_dict().items()
    }
    return ours, tensors


def torch_loss(p, x, epsilon, beta):
    """Return the loss, its sums over an example written out by PyTorch."""

    def network(name, x):
        first = (p[f"{name}.0.weight"], p[f"{name}.0.bias"])
        last = (p[f"{name}.2.weight"], p[f"{name}.2.bias"])
        return F.linear(torch.tanh(F.linear(x, *first)), *last)

    mean, log_variance = network("encoder", x).chunk(2, dim=1)
    q = Normal(mean, torch.exp(log_variance / 2))
    logits = network("decoder", mean + q.stddev * epsilon)
    log_p = -F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    divergence = kl_divergence(q, Normal(0, 1)).sum(dim=1)
    return (beta * divergence - log_p.sum(dim=1)).mean()


@pytest.mark.parametrize("beta", [1.0, 0.3])
def test_loss_and_gradients_are_those_of_torch(beta):
    ours, tensors = twins()
    x, epsilon = data()
    loss, gradients = ours.loss_and_gradients(x, epsilon, beta)
    want = torch_loss(tensors, torch.tensor(x), torch.tensor(epsilon), beta)
    want.backward()
    np.testing.assert_allclose(loss.loss, want.item(), rtol=1e-12)
    np.testing.assert_allclose(
        loss.loss, loss.reconstruction + beta * loss.divergence, rtol=1e-15
    )
    assert gradients.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_allclose(
            gradients[name], tensor.grad.numpy(), rtol=1e-9, atol=1e-13
        )


def test_numerical_gradients_to_input_and_epsilon():
    ours, _ = twins()

    def forward(x, epsilon):
        output = ours.vjp(x, epsilon)[0]
        return np.concatenate([part.ravel() for part in output])

    def backward(g, x, epsilon):
        output, pullback = ours.vjp(x, epsilon)
        ends = np.cumsum([part.size for part in output])[:-1]
        parts = zip(np.split(g, ends), output, strict=True)
        grads = VAEOutput(*(a.reshape(b.shape) for a, b in parts))
        return pullback(grads).inputs

    assert_gradients(forward, backward, data())


def test_the_elbo_is_below_the_likelihood_and_meets_it_at_the_posterior():
    """One pixel, one latent variable: p(x) by quadrature on a fine grid."""
    model = VariationalAutoencoder((1, 1), dtype=np.float64, generator=0)
    arrays = model.parameters()
    arrays["decoder.0.weight"][:], arrays["decoder.0.bias"][:] = 1.3, -0.4
    z = np.linspace(-9, 9, 20_001)[:, None]
    prior = np.exp(-(z**2) / 2)[:, 0]
    prior /= prior.sum()
    joint = prior * model.decode(z)[:, 0]  # of z and x = 1
    log_p = np.log(joint.sum())
    posterior = joint / joint.sum()
    mean = posterior @ z[:, 0]
    variance = posterior @ (z[:, 0] - mean) ** 2
    epsilon = np.random.default_rng(0).standard_normal((100_000, 1))
    x = np.ones_like(epsilon)

    def elbo(mean, variance):
        arrays["encoder.0.weight"][:] = 0
        arrays["encoder.0.bias"][:] = mean, np.log(variance)
        return -vae_loss(model.vjp(x, epsilon)[0], x).loss

    assert log_p - 0.003 < elbo(mean, variance) < log_p + 0.001
    assert elbo(mean, variance / 4) < log_p - 0.1
    assert elbo(mean + 1, variance) < log_p - 0.1


def test_training_repeats_and_leaves_the_inputs_alone():
    x, _ = data(9)
    x.flags.writeable = False

    def run(seed):
        model = VariationalAutoencoder(SIZES, dtype=np.float64, generator=0)
        adam, rng = Adam(model.parameters()), np.random.default_rng(seed)
        return list(vae_train(model, x, 3, adam, rng, 4))

    first = run(1)
    assert first == run(1)
    assert first != run(2)


def test_learns_digits_and_where_the_divergence_weighs_too_much_nothing():
    (x, _), (x_test, _) = load_rows(0)
    baseline = digits_vae.independent_pixels(x, x_test)

    def trained(beta, epochs):
        model = VariationalAutoencoder((64, 128, 4), generator=0)
        adam, rng = Adam(model.parameters(), 3e-3), np.random.default_rng(0)
        for _ in vae_train(model, x, epochs, adam, rng, 32, beta):
            pass
        return digits_vae.held_out_loss(model, x_test, rng, 3)

    good = trained(1.0, 15)
    print(good, baseline)
    assert good.loss < baseline - 2
    assert good.divergence > 1.5
    # The mean over 64 pixels beside the sum over latents is a beta of 64.
    collapsed = trained(64.0, 4)
    assert collapsed.divergence < 0.01
    assert abs(collapsed.reconstruction - baseline) < 1


def test_samples_are_decoded_draws_and_follow_the_seed():
    model = VariationalAutoencoder(SIZES, generator=0)
    first, same, other = (model.sample(5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)
    z = np.random.default_rng(1).standard_normal((5, 2)).astype(np.float32)
    np.testing.assert_array_equal(first, model.decode(z))
    assert ((first > 0) & (first < 1)).all()
    assert first.dtype == np.float32


def test_the_latent_map_grows_to_the_right_and_upwards():
    model = VariationalAutoencoder((2, 2), dtype=np.float64, generator=0)
    arrays = model.parameters()
    arrays["decoder.0.weight"][:], arrays["decoder.0.bias"][:] = np.eye(2), 0
    grid = digits_vae.latent_map(model, 3).reshape(3, 3, 2)
    logits = np.log(grid / (1 - grid))
    np.testing.assert_allclose(logits[0, 0], [-2, 2])
    np.testing.assert_allclose(logits[2, 1], [0, -2], atol=1e-12)


def test_the_command_trains_reports_and_draws(tmp_path, capsys):
    options = ["--epochs", "2", "--hidden", "9", "--out", str(tmp_path)]
    first, second = (digits_vae.main([*options, "--code", "2"]) for _ in "ab")
    assert first == second
    assert digits_vae.main([*options, "--code", "3"]) != first
    printed, bars = capsys.readouterr()
    assert f"minus ELBO         {first.loss:.2f}" in printed
    assert "2/2" in bars
    content = (tmp_path / "digits_vae.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"epochs": -1}, ValueError, "epochs must be at least 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"rng": None}, TypeError, "rng must be an int or a numpy.random"),
        ({"beta": -0.1}, ValueError, "beta must be in"),
        ({"inputs": data()[0] * 2}, ValueError, r"target must be in \[0, 1\]"),
        ({"inputs": data()[0][:, 1:]}, ValueError, r"shape \(N, 6\)"),
        ({"inputs": data()[0].astype("f")}, TypeError, "dtype of the model"),
    ],
)
def test_training_rejects(kwargs, error, message):
    model = VariationalAutoencoder(SIZES, dtype=np.float64)
    arguments = {
        "model": model,
        "inputs": data()[0],
        "epochs": 1,
        "optimizer": Adam(model.parameters()),
        "rng": np.random.default_rng(0),
    }
    with pytest.raises(error, match=message):
        list(vae_train(**{**arguments, **kwargs}))


def test_other_shapes_are_rejected():
    model = VariationalAutoencoder(SIZES, dtype=np.float64)
    x, epsilon = data()
    output, _ = model.vjp(x, epsilon)
    with pytest.raises(ValueError, match="target must have one row for each"):
        vae_loss(output, x[:3])
    with pytest.raises(ValueError, match="and at least one, got"):
        vae_loss(VAEOutput(*(a[:0] for a in output)), x[:0])
    with pytest.raises(TypeError, match="output must be a VAEOutput, got"):
        vae_loss(tuple(output), x)
    with pytest.raises(ValueError, match="number must be at least 0, got"):
        model.sample(-1)
    with pytest.raises(ValueError, match=r"epsilon must have shape \(7, 2\)"):
        model.vjp(x, epsilon[:, :1])
