"""Tests of reference_impl.examples.digits_mlp."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from reference_impl import NeuralNetMLP
from reference_impl.examples import digits_mlp


def test_rows_are_the_images_of_the_convolutional_example():
    (rows, labels), test = digits_mlp.load_rows(seed=1)
    assert rows.shape == (1437, 64)
    assert rows.dtype == np.float32
    assert len(labels) == 1437
    assert [len(part) for part in test] == [360, 360]
    assert rows.min() == 0.0
    assert rows.max() == 1.0


def test_the_command_trains_saves_reports_and_draws(tmp_path):
    command = [sys.executable, "-m", "reference_impl.examples.digits_mlp"]
    folder = tmp_path / "new"
    options = ["--seed", "3", "--out", str(folder)]
    run = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=True
    )
    assert "100/100" in run.stderr  # the progress bar
    model = NeuralNetMLP.load(folder / "digits_mlp.npz")
    score = model.score(*digits_mlp.load_rows(3)[1])
    assert score >= 0.97
    assert f"on 360 held-out digits: {score:.2%}" in run.stdout
    picture = folder / "digits_mlp.png"
    assert str(picture) in run.stdout
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_options_reach_the_model(tmp_path):
    words = "--hidden 9 7 --activation tanh --epochs 3 --batch-size 50 "
    words += "--learning-rate 0.2 --l2 0.01 --early-stopping --seed 4 --out"
    digits_mlp.main([*words.split(), str(tmp_path)])
    model = NeuralNetMLP.load(tmp_path / "digits_mlp.npz")
    assert [W.shape for W in model.weights_] == [(64, 9), (9, 7), (7, 10)]
    assert repr(model) == (
        "NeuralNetMLP(hidden_layer_sizes=(9, 7), activation='tanh', l2=0.01, "
        "learning_rate=0.2, epochs=3, minibatch_size=50, early_stopping=True, "
        "random_state=4, progress=True)"
    )


def test_a_seed_makes_the_command_repeat(tmp_path, capsys):
    options = ["--epochs", "2", "--out", str(tmp_path)]
    first, second, other = (
        digits_mlp.main([*options, "--seed", seed]) for seed in "114"
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
        digits_mlp.main([])


@pytest.mark.parametrize("option", ["--epochs", "--batch-size", "--hidden"])
@pytest.mark.parametrize("value", ["0", "x"])
def test_the_command_rejects(option, value, capsys):
    with pytest.raises(SystemExit):
        digits_mlp.main([option, value])
    assert f"argument {option}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--activation", "softmax", "digits_mlp: activation must be one of"),
        ("--l2", "-1", "digits_mlp: l2 must be in"),
        ("--learning-rate", "1e9", "learning_rate must be so small"),
    ],
)
def test_what_the_model_rejects_ends_the_command(
    option, value, message, tmp_path
):
    with pytest.raises(SystemExit, match=message):
        digits_mlp.main([option, value, "--out", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []
