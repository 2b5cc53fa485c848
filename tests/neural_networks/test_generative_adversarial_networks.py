"""Tests of adversarial training, and of the two commands that do it."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from reference_impl import (
    GAN,
    SGD,
    Adam,
    FeedForward,
    gan_train,
    mode_coverage,
)
from reference_impl.examples import digits_gan, mixture_gan
from reference_impl.examples.digits_mlp import load_rows


def networks(seed=0):
    rng = np.random.default_rng(seed)
    return GAN(
        FeedForward((3, 5, 2), "tanh", "sigmoid", dtype=float, generator=rng),
        FeedForward((2, 4, 1), "tanh", dtype=float, generator=rng),
    )


def as_torch(network, last=()):
    """Return PyTorch's network with the same parameters."""
    layers = []
    for m, d in pairwise(network.sizes):
        linear = torch.nn.Linear(m, d, dtype=torch.float64)
        layers += [linear, torch.nn.Tanh()]
    theirs = torch.nn.Sequential(*layers[:-1], *last)
    theirs.load_state_dict(
        {k: torch.tensor(v) for k, v in network.state_dict().items()}
    )
    return theirs


def data(seed=1):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((6, 2)) + 0.5, rng.standard_normal((4, 3))


def assert_same(gradients, network):
    wanted = dict(network.named_parameters())
    assert gradients.keys() == wanted.keys()
    for name, tensor in wanted.items():
        np.testing.assert_allclose(
            gradients[name], tensor.grad.numpy(), rtol=1e-9, atol=1e-13
        )


def their_players(gan):
    return (
        as_torch(gan.discriminator),
        as_torch(gan.generator, [torch.nn.Sigmoid()]),
    )


def test_the_discriminators_gradients_are_those_of_torch():
    gan, (real, z) = networks(), data()
    D, G = their_players(gan)
    loss, gradients = gan.discriminator_loss_and_gradients(real, z)
    want = F.softplus(-D(torch.tensor(real))).mean()
    want = want + F.softplus(D(G(torch.tensor(z)))).mean()
    want.backward()
    np.testing.assert_allclose(loss, want.item(), rtol=1e-12)
    assert_same(gradients, D)


@pytest.mark.parametrize("saturating", [True, False])
def test_the_generators_gradients_are_those_of_torch(saturating):
    gan, (_, z) = networks(), data()
    D, G = their_players(gan)
    loss, gradients = gan.generator_loss_and_gradients(z, saturating)
    logits = D(G(torch.tensor(z)))
    want = -F.softplus(logits) if saturating else F.softplus(-logits)
    want = want.mean()
    want.backward()
    np.testing.assert_allclose(loss, want.item(), rtol=1e-12)
    assert_same(gradients, G)


def test_training_is_that_of_torch_step_by_step():
    gan, x = networks(), data()[0]
    D, G = their_players(gan)
    ours = [
        SGD(gan.discriminator.parameters(), 0.3, 0.5),
        SGD(gan.generator.parameters(), 0.2),
    ]
    steps = list(gan_train(gan, x, 5, *ours, np.random.default_rng(2), 7))
    theirs = [
        torch.optim.SGD(D.parameters(), 0.3, 0.5),
        torch.optim.SGD(G.parameters(), 0.2),
    ]
    rng = np.random.default_rng(2)
    for step in steps:
        real = torch.tensor(x[rng.integers(0, 6, 7)])
        z = torch.tensor(rng.standard_normal((7, 3)))
        value = F.logsigmoid(D(real)).mean() + F.logsigmoid(-D(G(z))).mean()
        theirs[0].zero_grad()
        (-value).backward()  # D ascends
        theirs[0].step()
        z = torch.tensor(rng.standard_normal((7, 3)))
        loss = -F.logsigmoid(D(G(z))).mean()
        theirs[1].zero_grad()
        loss.backward()
        theirs[1].step()
        np.testing.assert_allclose(
            step, [value.item(), loss.item()], rtol=1e-9
        )
    for network, module in ((gan.discriminator, D), (gan.generator, G)):
        for name, tensor in module.named_parameters():
            np.testing.assert_allclose(
                network.parameters()[name], tensor.detach().numpy(), rtol=1e-8
            )


def test_each_step_moves_one_player_and_in_its_direction():
    gan, (real, z) = networks(), data()

    def value():
        return -gan.discriminator_loss_and_gradients(real, z)[0]

    start, fixed = value(), gan.generator.state_dict()
    _, gradients = gan.discriminator_loss_and_gradients(real, z)
    SGD(gan.discriminator.parameters(), 0.05).step(gradients)
    up = value()
    assert up > start
    for name, array in gan.generator.parameters().items():
        np.testing.assert_array_equal(array, fixed[name])
    fixed = gan.discriminator.state_dict()
    _, gradients = gan.generator_loss_and_gradients(z, saturating=True)
    SGD(gan.generator.parameters(), 0.05).step(gradients)
    assert value() < up
    for name, array in gan.discriminator.parameters().items():
        np.testing.assert_array_equal(array, fixed[name])


def test_learns_the_ring():
    rng = np.random.default_rng(1)
    x, centres = mixture_gan.ring(8, 5000, rng)
    gan = mixture_gan.mixture_gan(rng)
    radius = 3 * mixture_gan.DEVIATION
    before = mode_coverage(gan.sample(2000, rng), centres, radius)
    for _ in mixture_gan.train(gan, x, 1800, rng, 128, 2e-3):
        pass
    after = mode_coverage(gan.sample(2000, rng), centres, radius)
    print(before, after)
    assert before.high_quality < 0.05
    assert after.covered == 8
    assert after.high_quality > 0.6
    assert after.counts.min() > 20


def test_the_ring_is_a_mixture():
    rng = np.random.default_rng(0)
    x, centres = mixture_gan.ring(5, 20_000, rng)
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 2, rtol=1e-6)
    found = mode_coverage(x, centres, 3 * mixture_gan.DEVIATION)
    np.testing.assert_allclose(found.counts / 20_000, 0.2, atol=0.02)
    # Within three deviations in the plane: 1 - exp(-9/2).
    np.testing.assert_allclose(found.high_quality, 1 - np.exp(-4.5), atol=3e-3)


def test_learns_digits():
    rng = np.random.default_rng(0)
    (x, _), (x_test, _) = load_rows(0)
    gan = digits_gan.digits_gan(rng)
    before = digits_gan._apart(gan.sample(500, rng), x_test)
    for _ in mixture_gan.train(gan, x, 2000, rng, 64, 2e-3):
        pass
    after = digits_gan._apart(gan.sample(500, rng), x_test)
    print(before, after)
    assert after < before / 10
    assert after < 0.05


def test_a_classifier_cannot_tell_digits_from_digits():
    (x, _), (x_test, _) = load_rows(0)
    x, x_test = x[:600], x_test[:200]
    same = digits_gan.judge(x[:300], x[300:], x_test)
    assert abs(same.discrepancy) < 0.004
    assert same.told_apart < 0.62
    shuffled = np.random.default_rng(0).permuted(x[:300], axis=0)
    assert digits_gan.judge(shuffled, x[300:], x_test).told_apart > 0.75


@pytest.mark.parametrize("command", [mixture_gan, digits_gan])
def test_the_commands_train_report_and_draw(
    command, tmp_path, capsys, monkeypatch
):
    if command is digits_gan:  # judging is tested above
        monkeypatch.setattr(digits_gan, "told_apart", lambda *a: 0.5)
    options = ["--steps", "12", "--seed", "3", "--out", str(tmp_path)]
    first, second = (command.main(options) for _ in range(2))
    assert str(first) == str(second)
    printed, bars = capsys.readouterr()
    assert "12/12" in bars
    if command is mixture_gan:
        assert f"modes covered: {first.covered} of 8" in printed
    else:
        assert f"{first['trained'].discrepancy:.4f}" in printed
    (picture,) = tmp_path.glob("*.png")
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_samples_follow_the_seed():
    gan = networks()
    np.testing.assert_array_equal(gan.sample(4, 1), gan.sample(4, 1))
    assert not np.array_equal(gan.sample(4, 1), gan.sample(4, 2))
    z = np.random.default_rng(1).standard_normal((4, 3))
    np.testing.assert_array_equal(gan.sample(4, 1), gan.generator(z))


def test_networks_that_do_not_fit_are_rejected():
    G = FeedForward((3, 2))
    for sizes in ((3, 1), (2, 2)):
        with pytest.raises(ValueError, match=r"sizes \(2, \.\.\., 1\), got"):
            GAN(G, FeedForward(sizes))
    with pytest.raises(TypeError, match="must have the dtype of generator, g"):
        GAN(G, FeedForward((2, 1), dtype=np.float64))
    with pytest.raises(ValueError, match="number must be at least 0, got"):
        networks().sample(-1)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"steps": -1}, ValueError, "steps must be at least 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"rng": None}, TypeError, "rng must be an int or a numpy.random"),
        ({"examples": np.zeros((3, 5))}, ValueError, r"shape \(N, 2\)"),
        ({"examples": np.zeros((0, 2))}, ValueError, "at least one row"),
        ({"examples": np.zeros((3, 2), "f")}, TypeError, "dtype of the mod"),
    ],
)
def test_training_rejects(kwargs, error, message):
    gan = networks()
    arguments = {
        "gan": gan,
        "examples": data()[0],
        "steps": 1,
        "discriminator_optimizer": Adam(gan.discriminator.parameters()),
        "generator_optimizer": Adam(gan.generator.parameters()),
        "rng": np.random.default_rng(0),
    }
    with pytest.raises(error, match=message):
        list(gan_train(**{**arguments, **kwargs}))
