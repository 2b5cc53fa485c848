"""Tests of the feedforward network."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from reference_impl import FeedForward

SIZES = (5, 7, 3, 4)


def twins(activation=torch.nn.Tanh, name="tanh"):
    """Return a network and PyTorch's with the same parameters."""
    ours = FeedForward(SIZES, name, dtype=np.float64, generator=0)
    layers = []
    for m, d in pairwise(SIZES):
        layers += [torch.nn.Linear(m, d, dtype=torch.float64), activation()]
    theirs = torch.nn.Sequential(*layers[:-1])
    theirs.load_state_dict(
        {k: torch.tensor(v) for k, v in ours.state_dict().items()}
    )
    return ours, theirs


@pytest.mark.parametrize(
    ("module", "name"), [(torch.nn.Tanh, "tanh"), (torch.nn.ReLU, "relu")]
)
def test_output_and_gradients_are_those_of_torch(module, name):
    ours, theirs = twins(module, name)
    rng = np.random.default_rng(1)
    x, g = rng.standard_normal((6, 5)), rng.standard_normal((6, 4))
    y, pullback = ours.vjp(x)
    grads = pullback(g)
    x_torch = torch.tensor(x, requires_grad=True)
    y_torch = theirs(x_torch)
    y_torch.backward(torch.tensor(g))
    np.testing.assert_allclose(y, y_torch.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(ours(x), y, rtol=0)
    np.testing.assert_allclose(
        grads.inputs[0], x_torch.grad.numpy(), rtol=1e-10, atol=1e-13
    )
    wanted = dict(theirs.named_parameters())
    assert list(grads.parameters) != []
    assert grads.parameters.keys() == wanted.keys() == ours.parameters().keys()
    for key, tensor in wanted.items():
        np.testing.assert_allclose(
            grads.parameters[key], tensor.grad.numpy(), rtol=1e-10, atol=1e-13
        )


def test_the_last_layer_has_no_activation():
    network = FeedForward((2, 3), "relu", dtype=np.float64, generator=0)
    state = network.state_dict()
    x = np.array([[4.0, -3.0], [-2.0, 5.0]])
    want = x @ state["0.weight"].T + state["0.bias"]
    assert want.min() < 0
    np.testing.assert_allclose(network(x), want, rtol=1e-14)


def test_an_output_activation_is_behind_the_last_layer():
    plain = FeedForward((2, 4, 3), "tanh", dtype=np.float64, generator=0)
    bounded = FeedForward(
        (2, 4, 3), "tanh", "sigmoid", dtype=np.float64, generator=0
    )
    rng = np.random.default_rng(1)
    x, g = rng.standard_normal((5, 2)), rng.standard_normal((5, 3))
    y, pullback = bounded.vjp(x)
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-plain(x))), rtol=1e-14)
    want = plain.vjp(x)[1](g * y * (1 - y))
    np.testing.assert_allclose(
        pullback(g).inputs[0], want.inputs[0], rtol=1e-12
    )
    assert bounded.parameters().keys() == plain.parameters().keys()


def test_a_seed_repeats():
    first, same, other = (
        FeedForward(SIZES, generator=k).state_dict() for k in (3, 3, 4)
    )
    assert all(np.array_equal(first[k], same[k]) for k in first)
    assert not np.array_equal(first["0.weight"], other["0.weight"])
    assert first["0.weight"].dtype == np.float32


@pytest.mark.parametrize(
    ("sizes", "kwargs", "error", "message"),
    [
        ((5,), {}, ValueError, "sizes must have at least two entries"),
        ((5, 0), {}, ValueError, r"sizes\[1\] must be at least 1"),
        ((5, 2.0), {}, TypeError, r"sizes\[1\] must be an int"),
        (5, {}, TypeError, "sizes must be a tuple of ints"),
        ((5, 2), {"activation": "wavy"}, ValueError, "activation must be one"),
        ((5, 2), {"output_activation": "soft"}, ValueError, "activation mus"),
        ((5, 2), {"dtype": int}, TypeError, "dtype must be floating"),
    ],
)
def test_rejects(sizes, kwargs, error, message):
    with pytest.raises(error, match=message):
        FeedForward(sizes, **kwargs)
