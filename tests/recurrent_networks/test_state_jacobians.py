"""Tests of the Jacobians of the states, and of their products."""

import numpy as np
import pytest
import torch
from recurrent_networks.one_sequence import TIGHT, H, T, problem

from reference_impl import (
    jacobian_product,
    jacobian_product_norms,
    rnn_tanh_jacobians,
)

close = np.testing.assert_allclose


def test_jacobians_are_those_of_autograd():
    x, hidden, (w_ih, w_hh, b_ih, b_hh), _ = problem()
    jacobians = rnn_tanh_jacobians(hidden, w_hh)
    for t in range(1, T + 1):
        z = w_ih @ x[t - 1, 0] + b_ih + b_hh

        def step(h, z=z):
            return torch.tanh(torch.tensor(z) + torch.tensor(w_hh) @ h)

        wanted = torch.autograd.functional.jacobian(
            step, torch.tensor(hidden[t - 1])
        )
        close(jacobians[t - 1], wanted.numpy(), **TIGHT)


def test_the_product_is_the_jacobian_over_several_steps():
    x, hidden, params, _ = problem()
    jacobians = rnn_tanh_jacobians(hidden, params[1])
    w_ih, w_hh, b_ih, b_hh = (torch.tensor(p) for p in params)
    for k, t in [(0, 1), (0, 3), (2, 6), (1, T)]:

        def run(h, k=k, t=t):
            for i in range(k, t):
                z = w_ih @ torch.tensor(x[i, 0]) + b_ih + b_hh
                h = torch.tanh(z + w_hh @ h)
            return h

        wanted = torch.autograd.functional.jacobian(
            run, torch.tensor(hidden[k])
        )
        close(jacobian_product(jacobians, t, k), wanted.numpy(), **TIGHT)
    np.testing.assert_array_equal(jacobian_product(jacobians, 3, 3), np.eye(H))


def test_the_order_of_the_product_matters():
    _, hidden, params, _ = problem()
    J = rnn_tanh_jacobians(hidden, params[1])
    close(jacobian_product(J, 4, 2), J[3] @ J[2], **TIGHT)
    assert abs(jacobian_product(J, 4, 2) - J[2] @ J[3]).max() > 0.01


def test_norms_are_those_of_the_products():
    _, hidden, params, _ = problem()
    J = rnn_tanh_jacobians(hidden, params[1])
    norms = jacobian_product_norms(J)
    assert norms.shape == (T + 1,)
    for n in range(T + 1):
        product = jacobian_product(J, T, T - n)
        close(norms[n], np.linalg.svd(product)[1].max(), **TIGHT)


@pytest.mark.parametrize(
    ("radius", "low", "high"),
    [(0.5, 0, 1e-8), (1.0, 0.99, 1.01), (1.5, 1e4, np.inf)],
)
def test_norms_vanish_or_explode_with_the_spectral_radius(radius, low, high):
    # At h = 0 the slope is 1, so J = W: an orthogonal matrix times `radius`.
    q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((H, H)))
    J = rnn_tanh_jacobians(np.zeros((31, H)), radius * q)
    norms = jacobian_product_norms(J)
    close(norms, radius ** np.arange(31), rtol=1e-10)
    assert low <= norms[-1] <= high


HIDDEN, W_HH = np.ones((T + 1, H)), np.ones((H, H))
JACOBIANS = np.ones((T, H, H))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: rnn_tanh_jacobians(HIDDEN.astype(int), W_HH),
            TypeError,
            "hidden must be floating",
        ),
        (
            lambda: rnn_tanh_jacobians(HIDDEN[0], W_HH),
            ValueError,
            r"hidden must have shape \(T \+ 1, H\)",
        ),
        (
            lambda: jacobian_product(JACOBIANS, 2, 3),
            ValueError,
            "t must be in k..T, got t=2, k=3, T=7",
        ),
        (
            lambda: jacobian_product(JACOBIANS, 8, 3),
            ValueError,
            "t must be in k..T, got t=8, k=3, T=7",
        ),
        (
            lambda: jacobian_product(JACOBIANS, 2, -1),
            ValueError,
            "k must be at least 0",
        ),
        (
            lambda: jacobian_product(JACOBIANS, 2.0, 1),
            TypeError,
            "t must be an int",
        ),
        (
            lambda: jacobian_product_norms(JACOBIANS[:, 1:]),
            ValueError,
            r"jacobians must have shape \(T, 3, 3\)",
        ),
        (
            lambda: jacobian_product_norms([["a"]]),
            TypeError,
            "jacobians must be floating",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()
