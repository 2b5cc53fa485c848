"""Tests of the small network, and of the command that trains it on digits."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    CNNParameters,
    cnn_forward,
    cnn_init,
    cnn_loss_and_gradients,
    cnn_step,
    cnn_train,
)
from reference_impl.examples import digits_cnn

SIZES = {"image_size": (9, 7), "channels": (3, 5), "classes": 4}


def network(seed=0, **sizes):
    """Return parameters in float64, their biases distinct and not 0."""
    rng = np.random.default_rng(seed)
    drawn = cnn_init(rng, dtype=np.float64, **{**SIZES, **sizes})
    return CNNParameters(
        *(p if p.ndim > 1 else rng.standard_normal(p.shape) for p in drawn)
    )


def data(n, seed=1, size=(9, 7), classes=4):
    rng = np.random.default_rng(seed)
    images = rng.standard_normal((n, 1, *size))
    return images, rng.integers(0, classes, n)


def torch_forward(parameters, images):
    W1, b1, W2, b2, W3, b3 = parameters
    x = F.max_pool2d(F.relu(F.conv2d(images, W1, b1, padding=1)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, W2, b2, padding=1)), 2)
    return F.linear(x.flatten(1), W3, b3)


def test_equal_weights_give_the_losses_of_pytorch_step_by_step():
    start, (images, labels) = network(), data(53)
    ours = list(
        cnn_train(
            start,
            images,
            labels,
            epochs=4,
            rng=np.random.default_rng(2),
            batch_size=10,
            learning_rate=0.03,
            momentum=0.8,
        )
    )
    losses = np.concatenate([epoch.losses for epoch in ours])

    theirs = [torch.tensor(p, requires_grad=True) for p in start]
    sgd = torch.optim.SGD(theirs, lr=0.03, momentum=0.8)
    rng = np.random.default_rng(2)
    x, y, want = torch.tensor(images), torch.tensor(labels), []
    for _ in range(4):
        order = rng.permutation(53)
        for begin in range(0, 53, 10):
            batch = order[begin : begin + 10]
            loss = F.cross_entropy(torch_forward(theirs, x[batch]), y[batch])
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            want.append(loss.item())
    assert len(losses) == len(want) == 24
    np.testing.assert_allclose(losses, want, rtol=1e-10)
    assert want[-1] < want[0] / 2
    for got, tensor in zip(ours[-1].parameters, theirs, strict=True):
        np.testing.assert_allclose(got, tensor.detach().numpy(), rtol=1e-9)


def test_logits_and_gradients_agree_with_torch():
    parameters, (images, labels) = network(3), data(6)
    tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
    logits = torch_forward(tensors, torch.tensor(images))
    got = cnn_forward(parameters, images)
    np.testing.assert_allclose(got, logits.detach().numpy(), rtol=1e-11)
    loss = F.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    our_loss, gradients = cnn_loss_and_gradients(parameters, images, labels)
    np.testing.assert_allclose(our_loss, loss.item(), rtol=1e-12)
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(
            gradient, tensor.grad.numpy(), rtol=1e-9, atol=1e-13
        )


def test_numerical_gradient():
    images, labels = data(3)

    def loss(*arrays):
        return cnn_loss_and_gradients(CNNParameters(*arrays), images, labels)[
            0
        ]

    def backward(g, *arrays):
        gradients = cnn_loss_and_gradients(
            CNNParameters(*arrays), images, labels
        )[1]
        return [g * gradient for gradient in gradients]

    assert_gradients(loss, backward, network(4), rtol=1e-5)


def test_a_step_is_that_of_torch():
    rng = np.random.default_rng(5)
    p, g, v = (
        CNNParameters(*(rng.standard_normal(k) for k in range(1, 7)))
        for _ in range(3)
    )
    moved, velocity = cnn_step(p, g, v, learning_rate=0.25, momentum=0.5)
    for old, grad, speed, new, kept in zip(
        p, g, v, moved, velocity, strict=True
    ):
        np.testing.assert_allclose(kept, speed / 2 + grad, rtol=1e-15)
        np.testing.assert_allclose(new, old - kept / 4, rtol=1e-15)


def test_the_start_is_that_of_he_and_follows_the_seed():
    drawn = cnn_init(np.random.default_rng(0), (28, 20), (64, 96), 50)
    assert {p.dtype for p in drawn} == {np.dtype(np.float32)}
    assert drawn.linear_weight.shape == (50, 96 * 7 * 5)
    for weight in drawn[::2]:
        fan_in = weight[0].size
        np.testing.assert_allclose(weight.var() * fan_in, 2, rtol=0.15)
        assert abs(weight.mean()) * fan_in**0.5 < 0.2
    assert not any(bias.any() for bias in drawn[1::2])
    again = cnn_init(np.random.default_rng(0), (28, 20), (64, 96), 50)
    assert all(map(np.array_equal, drawn, again))


def test_training_repeats_and_leaves_its_arguments_alone():
    start, (images, labels) = network(6), data(20)
    for array in (*start, images, labels):
        array.flags.writeable = False
    first, second = (
        list(cnn_train(start, images, labels, 2, np.random.default_rng(7)))
        for _ in range(2)
    )
    assert first[1].losses == second[1].losses
    assert first[0].losses != first[1].losses
    assert len(first[0].losses) == 2  # 16 images, then 4


def test_a_seed_stands_for_the_generator_it_makes():
    start, (images, labels) = network(6), data(20)
    seeded, drawn = (
        next(cnn_train(start, images, labels, 1, rng)).losses
        for rng in (7, np.random.default_rng(7))
    )
    assert seeded == drawn


def test_no_epochs_and_no_images():
    images, labels = data(5)
    rng = np.random.default_rng(0)
    assert list(cnn_train(network(), images, labels, 0, rng)) == []
    assert cnn_forward(network(), images[:0]).shape == (0, 4)
    with pytest.raises(ValueError, match="images must be as many as"):
        next(cnn_train(network(), images[:0], labels[:0], 1, rng))


def test_learns_the_digits():
    (images, labels), test = digits_cnn.load_digits(seed=0)
    assert images.shape == (1437, 1, 8, 8)
    assert len(test[0]) == 360
    assert images.min() == 0.0
    assert images.max() == 1.0
    counts = np.bincount(test[1])
    assert counts.min() >= 34  # a fifth of each class
    rng = np.random.default_rng(0)
    start = cnn_init(rng)
    *_, last = cnn_train(start, images, labels, 15, rng, batch_size=32)
    assert digits_cnn.accuracy(last.parameters, *test) >= 0.97
    assert digits_cnn.accuracy(start, *test) < 0.5


def test_the_command_trains_reports_and_draws(tmp_path):
    command = [sys.executable, "-m", "reference_impl.examples.digits_cnn"]
    options = ["--epochs", "2", "--seed", "3", "--out", str(tmp_path / "new")]
    run = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=True
    )
    assert "on 360 held-out digits: 9" in run.stdout
    assert "2/2" in run.stderr  # the progress bar
    picture = tmp_path / "new" / "digits_cnn.png"
    assert str(picture) in run.stdout
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_a_seed_makes_the_command_repeat(tmp_path, capsys):
    options = ["--epochs", "1", "--out", str(tmp_path)]
    first, second, other = (
        digits_cnn.main([*options, "--seed", seed]) for seed in "114"
    )
    assert first == second != other
    assert f"{first:.2%}" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["sklearn", "matplotlib", "tqdm"])
def test_names_the_extra_that_is_not_installed(name, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda wanted: None if wanted == name else find(wanted),
    )
    with pytest.raises(SystemExit, match=f"needs {name}, which is not inst"):
        digits_cnn.main([])


@pytest.mark.parametrize("option", ["--epochs", "--batch-size"])
@pytest.mark.parametrize("value", ["0", "x"])
def test_the_command_rejects(option, value, capsys):
    with pytest.raises(SystemExit):
        digits_cnn.main([option, value])
    assert f"argument {option}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"image_size": (3, 8)}, ValueError, "image_size must be at least 4"),
        ({"channels": (0, 8)}, ValueError, "channels must be at least 1"),
        ({"channels": 2.0}, TypeError, "channels must be an int or a tuple"),
        ({"classes": 0}, ValueError, "classes must be at least 1"),
    ],
)
def test_init_rejects(kwargs, error, message):
    with pytest.raises(error, match=message):
        cnn_init(np.random.default_rng(0), **kwargs)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"epochs": -1}, ValueError, "epochs must be at least 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"batch_size": 2.5}, TypeError, "batch_size must be an int"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate must be in"),
        ({"momentum": 1.5}, ValueError, "momentum must be in"),
        ({"labels": np.zeros(4, int)}, ValueError, "as many as labels"),
        ({"labels": np.full(5, 4)}, ValueError, r"in \[0, 4\), got la"),
        ({"labels": np.zeros(5)}, TypeError, "labels must be integer"),
    ],
)
def test_train_rejects(kwargs, error, message):
    images, labels = data(5)
    arguments = {
        "parameters": network(),
        "images": images,
        "labels": labels,
        "epochs": 1,
        "rng": np.random.default_rng(0),
    }
    with pytest.raises(error, match=message):
        list(cnn_train(**{**arguments, **kwargs}))


def test_images_of_another_dtype_or_size_are_rejected():
    images, labels = data(5)
    for call in (cnn_forward, cnn_loss_and_gradients):
        rest = [labels] if call is cnn_loss_and_gradients else []
        with pytest.raises(TypeError, match="images must have the dtype of p"):
            call(network(), images.astype(np.float32), *rest)
        with pytest.raises(ValueError, match=r"images must have shape \(N, 1"):
            call(network(), images[:, 0], *rest)
        with pytest.raises(ValueError, match="which leaves 10 features, got"):
            call(network(), images[..., :3], *rest)
    with pytest.raises(
        ValueError, match=r"labels must have shape \(5,\), got"
    ):
        cnn_loss_and_gradients(network(), images, labels[:4])
