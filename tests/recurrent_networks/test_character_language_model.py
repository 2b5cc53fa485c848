"""Tests of the character language model: forward, gradients, perplexity."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

from reference_impl import (
    CharLMParameters,
    char_lm_forward,
    char_lm_init,
    char_lm_loss_and_gradients,
    char_lm_perplexity,
)
from reference_impl.recurrent_networks import character_language_model

close = np.testing.assert_allclose
N, T, V, E, H = 4, 5, 7, 3, 6


def problem(dtype=np.float64):
    rng = np.random.default_rng(0)
    parameters = char_lm_init(V, E, H, rng, dtype)
    x, y = rng.integers(0, V, (2, N, T))
    return parameters, x, y


class Torch(torch.nn.Module):
    """The model as PyTorch's tutorials write it."""

    def __init__(self, parameters):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.lstm = torch.nn.LSTM(E, H, batch_first=True)
        self.linear = torch.nn.Linear(H, V)
        self.double()
        with torch.no_grad():
            for ours, array in zip(self.parameters(), parameters, strict=True):
                ours.copy_(torch.tensor(array))

    def forward(self, x, hx=None):
        steps, hx = self.lstm(self.embedding(x), hx)
        return self.linear(steps), hx


def test_agrees_with_torch():
    parameters, x, y = problem()
    model = Torch(parameters)
    rng = np.random.default_rng(1)
    states = tuple(rng.standard_normal((2, 1, N, H)))
    wanted, (h, c) = model(
        torch.tensor(x), tuple(torch.tensor(s) for s in states)
    )
    logits, (ours_h, ours_c) = char_lm_forward(parameters, x, states)
    assert logits.shape == (N, T, V)
    close(logits, wanted.detach(), rtol=1e-10)
    close(ours_h, h.detach(), rtol=1e-10)
    close(ours_c, c.detach(), rtol=1e-10)
    loss = torch.nn.functional.cross_entropy(
        model(torch.tensor(x))[0].flatten(0, 1), torch.tensor(y).flatten()
    )
    loss.backward()
    ours, gradients = char_lm_loss_and_gradients(parameters, x, y)
    close(ours, loss.item(), rtol=1e-12)
    for name, got, theirs in zip(
        CharLMParameters._fields, gradients, model.parameters(), strict=True
    ):
        close(got, theirs.grad, rtol=1e-8, atol=1e-14, err_msg=name)


def test_gradients_are_those_of_finite_differences():
    parameters, x, y = problem()
    x[x == 3] = 2  # the character 3 is never read

    def forward(*arrays):
        loss, _ = char_lm_loss_and_gradients(CharLMParameters(*arrays), x, y)
        return np.array(loss)

    def backward(g, *arrays):
        grads = char_lm_loss_and_gradients(CharLMParameters(*arrays), x, y)[1]
        return [g * grad for grad in grads]

    assert_gradients(forward, backward, parameters, rtol=1e-5)
    assert not backward(1.0, *parameters)[0][3].any()


def test_init_draws_as_torch_draws_its_layers():
    big = char_lm_init(300, 200, 100, 0)
    assert {array.dtype for array in big} == {np.dtype(np.float32)}
    assert abs(big.embedding.std() - 1) < 0.01
    for array in big[1:]:
        assert 0.098 < np.abs(array).max() <= 0.1
        assert abs(array.mean()) < 0.02
    again, other = char_lm_init(9, 2, 3, 0), char_lm_init(9, 2, 3, 1)
    for a, b, c in zip(again, char_lm_init(9, 2, 3, 0), other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).all()
    assert char_lm_init(80).w_hh.shape == (2048, 512)  # the notes' size
    assert char_lm_init(80).embedding.shape == (80, 256)


def test_float32_stays_float32_and_arguments_are_left_alone():
    parameters, x, y = problem(np.float32)
    before = [np.array(a) for a in (*parameters, x, y)]
    logits, (h, c) = char_lm_forward(parameters, x)
    loss, gradients = char_lm_loss_and_gradients(parameters, x, y)
    assert isinstance(loss, float)
    for array in (logits, h, c, *gradients):
        assert array.dtype == np.float32
    for a, b in zip(before, (*parameters, x, y), strict=True):
        np.testing.assert_array_equal(a, b)


def test_reading_on_from_a_state_is_reading_on():
    parameters, x, _ = problem()
    whole, last = char_lm_forward(parameters, x)
    first, hx = char_lm_forward(parameters, x[:, :2])
    second, end = char_lm_forward(parameters, x[:, 2:], hx)
    close(np.concatenate([first, second], axis=1), whole, rtol=1e-12)
    close(end, last, rtol=1e-12)


@pytest.mark.parametrize("streams", [1, 3])
@pytest.mark.parametrize("steps", [500, 4, 1])
def test_perplexity_is_exp_of_the_mean_surprise(streams, steps, monkeypatch):
    monkeypatch.setattr(character_language_model, "STEPS", steps)
    parameters, *_ = problem()
    ids = np.random.default_rng(2).integers(0, V, 26)
    surprises = []
    for row in ids[: 26 // streams * streams].reshape(streams, -1):
        logits, _ = char_lm_forward(parameters, row[None, :-1])
        e = np.exp(logits[0])
        p = e / e.sum(axis=1, keepdims=True)
        surprises += [-np.log(p[t, row[t + 1]]) for t in range(len(row) - 1)]
    wanted = np.exp(np.mean(surprises))
    close(char_lm_perplexity(parameters, ids, streams), wanted, rtol=1e-10)


def test_perplexity_of_certainty_and_of_blind_guesses():
    parameters, *_ = problem()
    blank = CharLMParameters(*(0 * array for array in parameters))
    ids = np.array([4, 4, 4, 4])
    close(char_lm_perplexity(blank, ids), V, rtol=1e-12)
    bias = np.zeros(V)
    bias[4] = 50
    assert char_lm_perplexity(blank._replace(bias=bias), ids) == 1


WRONG = [
    ("input", np.ones((2, 3)), TypeError, "input must be integers, got dtype"),
    ("input", np.ones(3, int), ValueError, r"input must have shape \(N, T\)"),
    ("input", np.full((N, T), V), ValueError, r"input must be in \[0, 7\)"),
    ("target", np.full((N, T), -1), ValueError, "target must be in .*got -1"),
    (
        "target",
        np.ones((N, 2), int),
        ValueError,
        r"target must have shape \(4",
    ),
    ("target", np.ones((N, T)), TypeError, "target must be integers"),
]


@pytest.mark.parametrize(("name", "value", "error", "match"), WRONG)
def test_a_wrong_argument_is_named(name, value, error, match):
    parameters, x, y = problem()
    arguments = {"input": x, "target": y, name: value}
    with pytest.raises(error, match=match):
        char_lm_loss_and_gradients(parameters, **arguments)
    if name == "input":
        with pytest.raises(error, match=match):
            char_lm_forward(parameters, value)


def test_nothing_to_learn_from_is_named():
    parameters, x, y = problem()
    with pytest.raises(ValueError, match="input must hold a character"):
        char_lm_loss_and_gradients(parameters, x[:0], y[:0])


@pytest.mark.parametrize(
    ("ids", "streams", "error", "match"),
    [
        ([1], 1, ValueError, r"2 characters a stream, got len\(ids\)=1"),
        ([1, 2, 3], 2, ValueError, r"got len\(ids\)=3, streams=2"),
        ([1, V], 1, ValueError, r"ids must be in \[0, 7\), got 7"),
        ([1, 2], 0, ValueError, "streams must be at least 1"),
        ([1, 2], 1.0, TypeError, "streams must be an int"),
        ([0.5, 1], 1, TypeError, "ids must be integers"),
    ],
)
def test_a_wrong_text_is_named(ids, streams, error, match):
    with pytest.raises(error, match=match):
        char_lm_perplexity(problem()[0], np.array(ids), streams)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((0,), ValueError, "vocabulary_size must be at least 1"),
        ((2, 0), ValueError, "embedding_dim must be at least 1"),
        ((2, 3, 0), ValueError, "hidden_size must be at least 1"),
        ((2.0,), TypeError, "vocabulary_size must be an int"),
        ((2, 3, 4, 0, int), TypeError, "dtype must be floating"),
    ],
)
def test_a_wrong_size_is_named(arguments, error, match):
    with pytest.raises(error, match=match):
        char_lm_init(*arguments)
