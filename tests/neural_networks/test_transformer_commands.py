"""Tests of the commands that train the two small transformers."""

import subprocess
import sys

import numpy as np
import pytest

from reference_impl import CausalTransformer, SequenceClassifier
from reference_impl.examples import causal_transformer, sequence_classifier
from reference_impl.examples.digits_cnn import load_digits

RUNS = {
    "sequence_classifier": ["--epochs", "1", "--batch-size", "200"],
    "causal_transformer": ["--steps", "2", "--batch-size", "2"],
}


@pytest.mark.parametrize("name", RUNS)
def test_a_command_reports_and_draws_the_same_for_the_same_seed(
    name, tmp_path
):
    command = [sys.executable, "-m", f"reference_impl.examples.{name}"]
    command += [*RUNS[name], "--out", str(tmp_path)]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert "held-out" in runs[0].stdout
    assert "training: 100%" in runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_pieces_are_read_row_by_row():
    image = np.arange(64.0).reshape(1, 1, 8, 8)
    read = sequence_classifier.pieces(image)
    assert read.shape == (1, 16, 4)
    np.testing.assert_array_equal(read[0, 0], [0, 1, 8, 9])
    np.testing.assert_array_equal(read[0, 1], [2, 3, 10, 11])
    np.testing.assert_array_equal(read[0, 4], [16, 17, 24, 25])


def test_the_classifier_learns():
    (x, y), _ = load_digits(0)
    x = sequence_classifier.pieces(x)
    rng = np.random.default_rng(0)
    model = SequenceClassifier(4, 10, 16, 2, 1, generator=rng)
    steps = sequence_classifier.train(
        model, x[:200], y[:200], 15, rng, 8, 0.005
    )
    losses = list(steps)
    assert losses[0] > 2
    assert losses[-1] < 1.2
    assert sequence_classifier.accuracy(model, x[:200], y[:200]) > 0.6


def test_the_class_token_looks_at_sixteen_pieces():
    (x, _), _ = load_digits(0)
    model = SequenceClassifier(4, 10, generator=0)
    seen = sequence_classifier.gaze(model, x[:3])
    assert seen.shape == (3, 4, 4, 4)
    total = seen.sum(axis=(2, 3))
    assert ((total > 0.5) & (total < 1)).all()  # the rest is for itself


def test_the_language_model_learns():
    text = causal_transformer.load_text()
    rng = np.random.default_rng(0)
    model = CausalTransformer(len(text.characters), 16, 2, 1, generator=rng)
    before = causal_transformer.held_out_loss(model, text.test[:2000])
    for _ in causal_transformer.train(model, text.train, 60, rng, 8, 0.01):
        pass
    after = causal_transformer.held_out_loss(model, text.test[:2000])
    assert before > 4
    assert after < 3.2


def test_the_text_is_whole_and_its_end_is_held_out():
    text = causal_transformer.load_text()
    assert len(text.train) > 300_000
    assert len(text.test) * 18 < len(text.train) < len(text.test) * 20
    assert 2 < causal_transformer.bigram_loss(text) < 3


@pytest.mark.parametrize("prompt", ["", "\u4e2d"])
def test_a_prompt_of_unknown_characters_is_refused(prompt, capsys):
    with pytest.raises(SystemExit):
        causal_transformer.main(["--prompt", prompt])
    assert "--prompt must have known characters" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("main", "option"),
    [
        (causal_transformer.main, "--steps"),
        (sequence_classifier.main, "--epochs"),
    ],
)
def test_no_training_is_refused(main, option, capsys):
    with pytest.raises(SystemExit):
        main([option, "0"])
    assert "must be at least 1, got 0" in capsys.readouterr().err
