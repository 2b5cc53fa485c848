"""Tests of autoencoders, and of the command that trains them on digits."""

import importlib.util
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import decomposition

from reference_impl import (
    PCA,
    SGD,
    Adam,
    Autoencoder,
    autoencoder_train,
    principal_angles,
)
from reference_impl.examples import digits_autoencoder
from reference_impl.examples._command import tiles
from reference_impl.examples.digits_mlp import load_rows

SIZES = (6, 5, 2)


def inputs(N=9, seed=1):
    return np.random.default_rng(seed).standard_normal((N, 6)) * 2 + 0.7


def twins():
    """Return an autoencoder and PyTorch's with the same parameters."""
    ours = Autoencoder(SIZES, "tanh", dtype=np.float64, generator=0)

    def network(*sizes):
        first, second = (
            torch.nn.Linear(m, d, dtype=torch.float64)
            for m, d in pairwise(sizes)
        )
        return torch.nn.Sequential(first, torch.nn.Tanh(), second)

    theirs = torch.nn.Sequential()
    theirs.add_module("encoder", network(6, 5, 2))
    theirs.add_module("decoder", network(2, 5, 6))
    theirs.load_state_dict(
        {k: torch.tensor(v) for k, v in ours.state_dict().items()}
    )
    return ours, theirs


@pytest.mark.parametrize("denoising", [False, True])
def test_loss_and_gradients_are_those_of_torch(denoising):
    ours, theirs = twins()
    x = inputs()
    target = inputs(seed=2) if denoising else x
    loss, gradients = ours.loss_and_gradients(x, *[target] * denoising)
    want = F.mse_loss(theirs(torch.tensor(x)), torch.tensor(target))
    want.backward()
    np.testing.assert_allclose(loss, want.item(), rtol=1e-12)
    assert gradients.keys() == ours.parameters().keys()
    for name, tensor in theirs.named_parameters():
        np.testing.assert_allclose(
            gradients[name], tensor.grad.numpy(), rtol=1e-9, atol=1e-13
        )
    np.testing.assert_array_equal(ours(x), ours.decode(ours.encode(x)))


def test_training_is_that_of_torch_step_by_step():
    ours, theirs = twins()
    x = inputs(23)
    adam = Adam(ours.parameters(), 0.02)
    rng = np.random.default_rng(3)
    losses = list(autoencoder_train(ours, x, 4, adam, rng, batch_size=10))
    optimizer = torch.optim.Adam(theirs.parameters(), 0.02)
    rng, want = np.random.default_rng(3), []
    for _ in range(4):
        order, seen = rng.permutation(23), []
        for begin in (0, 10, 20):
            batch = torch.tensor(x[order[begin : begin + 10]])
            loss = F.mse_loss(theirs(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        want.append(np.mean(seen))
    np.testing.assert_allclose(losses, want, rtol=1e-9)
    assert losses[-1] < losses[0]
    for name, tensor in theirs.named_parameters():
        np.testing.assert_allclose(
            ours.parameters()[name], tensor.detach().numpy(), rtol=1e-7
        )


def test_the_linear_one_reaches_the_subspace_of_scikit_learns_pca():
    (x, _), _ = load_rows(0)
    x = x.astype(np.float64)
    theirs = decomposition.PCA(10).fit(x)
    x -= theirs.mean_
    model = Autoencoder((64, 10), dtype=np.float64, generator=1)
    adam, rng = Adam(model.parameters(), 0.01), np.random.default_rng(0)
    *_, loss = autoencoder_train(model, x, 600, adam, rng, len(x))
    W = model.parameters()["decoder.0.weight"]
    angles = principal_angles(W, theirs.components_.T)
    print("angles", angles)
    assert angles[0] < 1e-3
    # The best that rank 10 can do: the variance left over.
    left = np.var(x, axis=0).sum() - np.linalg.norm(
        x @ theirs.components_.T
    ) ** 2 / len(x)
    np.testing.assert_allclose(loss, left / 64, rtol=1e-6)
    # Same space, other axes: the columns of W are no components.
    assert principal_angles(W[:, :1], theirs.components_[:1].T)[0] > 0.1


def test_a_deep_one_beats_the_components_on_digits_held_out():
    (x, _), (x_test, _) = load_rows(0)
    model = Autoencoder((64, 128, 8), generator=0)
    adam, rng = Adam(model.parameters(), 2e-3), np.random.default_rng(0)
    *_, last = autoencoder_train(model, x, 25, adam, rng, 32)
    pca = PCA(8).fit(x)
    error = np.mean((model(x_test) - x_test) ** 2)
    other = pca.inverse_transform(pca.transform(x_test))
    assert last < error < 0.7 * np.mean((other - x_test) ** 2)


def test_training_repeats_and_leaves_the_inputs_alone():
    x = inputs()
    x.flags.writeable = False

    def run(rng):
        model = Autoencoder(SIZES, dtype=np.float64, generator=0)
        sgd = SGD(model.parameters(), 0.05)
        return list(autoencoder_train(model, x, 3, sgd, rng, 4))

    assert run(1) == run(np.random.default_rng(1)) != run(2)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"epochs": -1}, ValueError, "epochs must be at least 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"rng": None}, TypeError, "rng must be an int or a numpy.random"),
        ({"inputs": inputs()[:, 1:]}, ValueError, r"shape \(N, 6\)"),
        ({"inputs": inputs()[:0]}, ValueError, "inputs must have at least"),
        ({"inputs": inputs().astype("f")}, TypeError, "dtype of the model"),
    ],
)
def test_training_rejects(kwargs, error, message):
    model = Autoencoder(SIZES, dtype=np.float64)
    arguments = {
        "model": model,
        "inputs": inputs(),
        "epochs": 1,
        "optimizer": SGD(model.parameters()),
        "rng": np.random.default_rng(0),
    }
    with pytest.raises(error, match=message):
        list(autoencoder_train(**{**arguments, **kwargs}))


def test_tiles_are_images_in_rows_with_a_gap():
    images = np.arange(12.0).reshape(3, 4)
    nan = np.nan
    want = [
        [0, 1, nan, 4, 5],
        [2, 3, nan, 6, 7],
        [nan] * 5,
        [8, 9, nan, nan, nan],
        [10, 11, nan, nan, nan],
    ]
    np.testing.assert_array_equal(tiles(images, 2), want)


def test_the_command_trains_reports_and_draws(tmp_path, capsys):
    options = ["--code", "3", "--hidden", "9", "--epochs", "2", "--steps", "4"]
    options += ["--seed", "5", "--out", str(tmp_path / "new")]
    first, second = (digits_autoencoder.main(options) for _ in range(2))
    assert first == second
    printed, bars = capsys.readouterr()
    assert f"deep autoencoder     {first.deep_error:.5f}" in printed
    assert "2/2" in bars
    content = (tmp_path / "new" / "digits_autoencoder.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_names_the_extra_that_is_not_installed(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda wanted: None if wanted == "tqdm" else find(wanted),
    )
    with pytest.raises(SystemExit, match="needs tqdm, which is not inst"):
        digits_autoencoder.main([])


def test_the_command_rejects(capsys):
    with pytest.raises(SystemExit):
        digits_autoencoder.main(["--code", "0"])
    assert "argument --code: must be at least 1" in capsys.readouterr().err
