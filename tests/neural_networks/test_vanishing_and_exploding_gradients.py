"""Tests of reference_impl.neural_networks.vanishing_and_exploding_gradients."""

import numpy as np
import pytest
import torch

from reference_impl import (
    gradient_norms,
    kaiming_normal,
    naive_normal,
    xavier_normal,
)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_gradient_norms_agree_with_torch(activation, skip):
    depth, width, examples, c = 4, 6, 5, 0.7
    options = {"width": width, "examples": examples, "seed": 3}
    arguments = depth, activation, xavier_normal, skip, c
    to_weight = gradient_norms(*arguments, **options)
    to_input = gradient_norms(*arguments, of="input", **options)
    rng = np.random.default_rng(3)
    weights = [xavier_normal((width, width), rng=rng) for _ in range(depth)]
    weights = [torch.tensor(W, requires_grad=True) for W in weights]
    h = torch.tensor(rng.standard_normal((examples, width)))
    inputs = []
    for W in weights:
        inputs.append(h.requires_grad_())
        out = getattr(torch, activation)(h @ W.T)
        h = h + c * out if skip else out
    g = torch.tensor(rng.standard_normal((examples, width)))
    z = (h * g / g.norm()).sum()
    grads = torch.autograd.grad(z, weights + inputs)
    want = [grad.norm() for grad in grads]
    np.testing.assert_allclose(to_weight, want[:depth], rtol=1e-11)
    np.testing.assert_allclose(to_input, want[depth:], rtol=1e-11)


def ratio(*args, **kwargs):
    """Return what reaches the first layer of what reaches the last."""
    norms = gradient_norms(*args, of="input", **kwargs)
    return norms[0] / norms[-1]


def test_what_vanishes_what_explodes_and_what_helps():
    assert ratio(32, "sigmoid", xavier_normal) < 1e-15
    assert ratio(32, "relu", xavier_normal) < 1e-3
    assert 0.1 < ratio(32, "relu", kaiming_normal) < 10
    assert 0.01 < ratio(32, "tanh", xavier_normal) < 1
    assert ratio(8, "relu", naive_normal) > 1e4
    branch = 1 / np.sqrt(64)
    assert 1 < ratio(64, "relu", kaiming_normal, True, branch) < 30
    assert ratio(64, "relu", kaiming_normal, True) > 1e6


def test_gradients_to_weights_of_relu_layers_are_small_in_all_layers():
    norms = gradient_norms(32, "relu", xavier_normal)
    assert norms.max() < 1e-3 * gradient_norms(2, "relu", xavier_normal).min()
    assert norms.max() < 10 * norms.min()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be at least 1, got depth=0"),
        ({"depth": 2.0}, TypeError, "depth must be an int"),
        ({"width": 0}, ValueError, "width must be at least 1"),
        ({"examples": -1}, ValueError, "examples must be at least 1"),
        ({"activation": "gelu"}, ValueError, "activation must be one of"),
        ({"of": "bias"}, ValueError, "of must be one of 'weight', 'input'"),
        ({"branch": "a"}, TypeError, "branch must be a number"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_gradient_norms_errors(options, error, message):
    with pytest.raises(error, match=message):
        gradient_norms(**{"depth": 3} | options)
