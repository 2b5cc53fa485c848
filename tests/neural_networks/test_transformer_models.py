"""Tests of transformer_models and embedding_layer."""

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    Adam,
    CausalTransformer,
    Embedding,
    SequenceClassifier,
    TransformerEncoder,
    TransformerEncoderLayer,
    embedding,
    embedding_backward,
    sinusoidal_positional_encoding,
    transformer_step,
)

N, T, I, K, V, D, H = 3, 5, 4, 7, 9, 6, 2
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def models(dropout=0.0):
    """Return both models in float64, no parameter 0 or 1, and an input."""
    rng = np.random.default_rng(0)
    rest = (D, H, 2, dropout)
    found = {
        "classifier": (
            SequenceClassifier(I, K, *rest, dtype=np.float64, generator=1),
            rng.standard_normal((N, T, I)),
            rng.integers(0, K, N),
        ),
        "causal": (
            CausalTransformer(V, *rest, dtype=np.float64, generator=1),
            rng.integers(0, V, (N, T)),
            rng.integers(0, V, (N, T)),
        ),
    }
    for model, _, _ in found.values():
        for p in model.parameters().values():
            p[...] = rng.uniform(0.1, 0.6, p.shape)
            p *= rng.choice([-1, 1], p.shape)
    return found


class Theirs(torch.nn.Module):
    """The same two models of PyTorch's parts, with the same names."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        causal = name == "causal"
        layer = torch.nn.TransformerEncoderLayer(
            D, H, 4 * D, 0.0, norm_first=True, batch_first=True
        )
        if not causal:
            self.token = torch.nn.Parameter(torch.zeros(D))
        self.embed = (
            torch.nn.Embedding(V, D) if causal else torch.nn.Linear(I, D)
        )
        self.encoder = torch.nn.TransformerEncoder(
            layer, 2, torch.nn.LayerNorm(D), enable_nested_tensor=False
        )
        self.head = torch.nn.Linear(D, V if causal else K)

    def forward(self, x):
        x = self.embed(x)
        causal = self.name == "causal"
        if not causal:
            token = self.token.expand(len(x), 1, D)
            x = torch.cat([token, x], dim=1)
        length = x.shape[1]
        x = x + torch.tensor(sinusoidal_positional_encoding(length, D))
        mask = torch.ones(length, length, dtype=torch.bool).triu(1)
        y = self.encoder(x, mask if causal else None)
        return self.head(y if causal else y[:, 0])


def both(name):
    """Return our model, PyTorch's, the input and the target."""
    ours, x, target = models()[name]
    theirs = Theirs(name).double()
    state = {n: torch.tensor(p) for n, p in ours.state_dict().items()}
    theirs.load_state_dict(state)
    return ours, theirs, x, target


@pytest.mark.parametrize("name", ["classifier", "causal"])
def test_logits_and_gradients_are_torchs(name):
    ours, theirs, x, _ = both(name)
    logits, pullback = ours.vjp(x)
    wanted = theirs(torch.tensor(x))
    np.testing.assert_allclose(logits, wanted.detach(), **CLOSE)
    g = np.random.default_rng(2).standard_normal(logits.shape)
    wanted.backward(torch.tensor(g))
    grads = pullback(g).parameters
    named = dict(theirs.named_parameters())
    assert grads.keys() == named.keys() == ours.parameters().keys()
    for key, tensor in named.items():
        np.testing.assert_allclose(
            grads[key], tensor.grad, **CLOSE, err_msg=key
        )


@pytest.mark.parametrize("name", ["classifier", "causal"])
def test_five_steps_of_training_are_torchs(name):
    ours, theirs, x, target = both(name)
    mine = Adam(ours.parameters(), lr=0.01, eps=1e-4)
    other = torch.optim.Adam(theirs.parameters(), lr=0.01, eps=1e-4)
    for _ in range(5):
        loss = transformer_step(ours, x, target, mine)
        logits = theirs(torch.tensor(x))
        wanted = F.cross_entropy(
            logits.flatten(0, -2), torch.tensor(target).ravel()
        )
        other.zero_grad()
        wanted.backward()
        other.step()
        np.testing.assert_allclose(loss, wanted.item(), rtol=1e-9)
    for key, tensor in theirs.named_parameters():
        np.testing.assert_allclose(
            ours.parameters()[key], tensor.detach(), rtol=1e-7, err_msg=key
        )


def test_the_classifiers_gradient_to_its_input():
    model, x, _ = models()["classifier"]
    assert_gradients(model, lambda g, x: model.vjp(x)[1](g).inputs, [x])


@pytest.mark.parametrize("name", ["classifier", "causal"])
def test_gradients_through_dropout(name):
    model, x, _ = models(dropout=0.3)[name]
    run = partial(model.vjp, x, generator=5)
    key = "encoder.layers.1.linear2.weight"  # no kink after it
    p = model.parameters()[key]

    def forward(value):
        p[...] = value
        return run()[0]

    def backward(g, value):
        p[...] = value
        return (run()[1](g).parameters[key],)

    assert_gradients(forward, backward, [p.copy()])


def test_the_causal_model_does_not_see_what_comes_later():
    model, x, _ = models()["causal"]
    changed = x.copy()
    changed[:, 3:] = (changed[:, 3:] + 1) % V
    before, after = model(x), model(changed)
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert (before[:, 3:] != after[:, 3:]).any(axis=-1).all()


@pytest.mark.parametrize("norm_first", [False, True])
def test_the_encoders_weights_are_those_of_torchs_attention(norm_first):
    layer = TransformerEncoderLayer(
        D, H, 8, norm_first=norm_first, dtype=np.float64, generator=0
    )
    ours = TransformerEncoder(layer, 2)
    theirs = torch.nn.TransformerEncoderLayer(
        D, H, 8, 0.0, norm_first=norm_first
    ).double()
    x = np.random.default_rng(1).standard_normal((T, N, D))
    hidden = np.zeros((N, T), bool)
    hidden[1, 3:] = True
    weights = ours.attention_weights(x, None, hidden, is_causal=True)
    tensor = torch.tensor(x)
    mask = torch.ones(T, T, dtype=torch.bool).triu(1)
    padding = torch.tensor(hidden)
    for i, got in enumerate(weights):
        state = ours.layers[i].state_dict()
        theirs.load_state_dict({n: torch.tensor(p) for n, p in state.items()})
        seen = theirs.norm1(tensor) if norm_first else tensor
        _, want = theirs.self_attn(
            seen,
            seen,
            seen,
            key_padding_mask=padding,
            attn_mask=mask,
            average_attn_weights=False,
        )
        np.testing.assert_allclose(got, want.detach(), **CLOSE)
        tensor = theirs(tensor, mask, padding)


def test_the_models_weights_are_rows_of_their_encoder():
    for name, places in (("classifier", T + 1), ("causal", T)):
        model, x, _ = models()[name]
        for weights in model.attention_weights(x):
            assert weights.shape == (N, H, places, places)
            np.testing.assert_allclose(weights.sum(axis=-1), 1)
            above = np.triu(weights, 1)
            assert (above == 0).all() == (name == "causal")


def test_generation_draws_from_the_models_own_probabilities():
    model, x, _ = models()["causal"]
    start = x[0]
    logits = model(start[None])[0, -1]
    p = np.exp(logits / 0.5)
    p /= p.sum()
    rng = np.random.default_rng(0)
    drawn = [next(model.generate(start, 1, rng, 0.5)) for _ in range(3000)]
    shares = np.bincount(drawn, minlength=V) / 3000
    assert np.abs(shares - p).max() < 0.04
    assert np.abs(p - 1 / V).max() > 0.1  # or this would show nothing


def test_generation_goes_on_from_what_it_wrote_within_its_context():
    model, x, _ = models()["causal"]
    written = list(model.generate(x[0], 8, 0, 1e-6, context=4))
    seen = list(x[0])
    for index in written:
        assert index == model(np.array([seen[-4:]]))[0, -1].argmax()
        seen.append(index)
    assert written == list(model.generate(x[0], 8, 7, 1e-6, context=4))


def test_embedding_agrees_with_torch():
    rng = np.random.default_rng(0)
    index = np.array([[4, 0, 4], [2, 4, 0]])
    table = rng.standard_normal((5, 3))
    tensor = torch.tensor(table, requires_grad=True)
    wanted = F.embedding(torch.tensor(index), tensor)
    g = rng.standard_normal((2, 3, 3))
    wanted.backward(torch.tensor(g))
    np.testing.assert_array_equal(embedding(index, table), wanted.detach())
    np.testing.assert_allclose(
        embedding_backward(g, index, table), tensor.grad, **CLOSE
    )


def test_an_embedding_is_drawn_as_in_torch():
    table = Embedding(400, 50, dtype=np.float64, generator=0)
    weight = table.parameters()["weight"]
    assert abs(weight.mean()) < 0.02
    assert abs(weight.std() - 1) < 0.02


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda m: embedding(np.array([5]), np.ones((5, 2))),
            ValueError,
            r"input must be in \[0, 5\), got input from 5 to 5",
        ),
        (
            lambda m: embedding(np.array([-1]), np.ones((5, 2))),
            ValueError,
            r"input must be in \[0, 5\)",
        ),
        (
            lambda m: embedding(np.ones(1), np.ones((5, 2))),
            TypeError,
            "input must be integer",
        ),
        (
            lambda m: embedding(np.array([0]), np.ones(5)),
            ValueError,
            "weight must have shape",
        ),
        (
            lambda m: m["causal"][0](np.array([1, 2])),
            ValueError,
            r"input must have shape \(N, T\), got",
        ),
        (
            lambda m: m["classifier"][0](np.ones((3, 4))),
            ValueError,
            r"input must have shape \(N, T, I\)",
        ),
        (
            lambda m: m["classifier"][0](np.ones((3, 4, I), int)),
            TypeError,
            "input must be floating",
        ),
        (
            lambda m: list(m["causal"][0].generate(np.array([], int), 1, 0)),
            ValueError,
            "start must hold one index or more",
        ),
        (
            lambda m: list(m["causal"][0].generate(np.ones(2), 1, 0)),
            TypeError,
            "start must be integer",
        ),
        (
            lambda m: list(m["causal"][0].generate(np.array([1]), 1, 0, 0.0)),
            ValueError,
            "temperature must be positive",
        ),
        (
            lambda m: list(
                m["causal"][0].generate(np.array([1]), 1, 0, context=0)
            ),
            ValueError,
            "context must be at least 1",
        ),
        (lambda m: Embedding(0, 3), ValueError, "num_embeddings must be at"),
        (
            lambda m: SequenceClassifier(3, 0),
            ValueError,
            "out_features must be at least 1",
        ),
        (
            lambda m: CausalTransformer(9, 10, 4),
            ValueError,
            "nhead must divide d_model",
        ),
    ],
)
def test_errors_name_argument_and_value(call, error, message):
    with pytest.raises(error, match=message):
        call(models())
