"""Tests of the terms of backpropagation through time."""

import numpy as np
import pytest
import torch

from reference_impl import (
    bptt,
    bptt_definition,
    immediate_derivative,
    jacobian_product,
    jacobian_product_norms,
    rnn_tanh,
    rnn_tanh_backward,
    rnn_tanh_jacobians,
    total_derivatives,
    truncated_bptt,
    truncated_bptt_definition,
)

T, H, I = 7, 4, 3
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-13}


def problem(scale=0.6):
    """Return random input, states, parameters and gradients to the states."""
    draw = np.random.default_rng(0).standard_normal
    x, h_0 = draw((T, 1, I)), draw((1, 1, H))
    params = [draw((H, I)), scale * draw((H, H)), draw(H), draw(H)]
    output, _ = rnn_tanh(x, h_0, params)
    hidden = np.concatenate([h_0[0], output[:, 0]])
    return x, hidden, params, draw((T, H))


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


def test_the_immediate_derivative_holds_the_state_before_fixed():
    x, hidden, (w_ih, w_hh, b_ih, b_hh), _ = problem()
    t = 3
    z = w_ih @ x[t - 1, 0] + b_ih + b_hh

    def step(W):
        return torch.tanh(torch.tensor(z) + W @ torch.tensor(hidden[t - 1]))

    wanted = torch.autograd.functional.jacobian(step, torch.tensor(w_hh))
    got = immediate_derivative(hidden[t], hidden[t - 1])
    close(got, wanted.numpy(), **TIGHT)


def test_the_total_derivative_is_that_of_the_whole_run():
    x, hidden, params, _ = problem()
    w_ih, w_hh, b_ih, b_hh = (torch.tensor(p) for p in params)

    def run(W):
        h, states = torch.tensor(hidden[0]), []
        for x_t in torch.tensor(x[:, 0]):
            h = torch.tanh(w_ih @ x_t + b_ih + b_hh + W @ h)
            states.append(h)
        return torch.stack(states)

    wanted = torch.autograd.functional.jacobian(run, w_hh)
    got = total_derivatives(hidden, params[1])
    close(got[1:], wanted.numpy(), **TIGHT)
    assert (got[0] == 0).all()


def test_the_gradient_is_that_of_rnn_tanh_backward():
    x, hidden, params, g = problem()
    back = rnn_tanh_backward((g[:, None], None), x, hidden[None, :1], params)
    close(bptt(g, hidden, params[1]), back.params[1], **TIGHT)
    close(bptt_definition(g, hidden, params[1]), back.params[1], **TIGHT)


def test_the_sum_over_k_takes_immediate_not_total_derivatives():
    # With the total derivative of h_k every path is counted once for each k
    # on it: the gradient is right only for the first step.
    _, hidden, params, g = problem()
    J = rnn_tanh_jacobians(hidden, params[1])
    total = total_derivatives(hidden, params[1])

    def gradient(last_factor, until):
        return sum(
            np.einsum(
                "i,ij,jab->ab", g[t - 1], jacobian_product(J, t, k),
                last_factor(k),
            )
            for t in range(1, until + 1)
            for k in range(1, t + 1)
        )  # fmt: skip

    def immediate(k):
        return immediate_derivative(hidden[k], hidden[k - 1])

    right = bptt(g, hidden, params[1])
    close(gradient(immediate, T), right, **TIGHT)
    wrong = gradient(lambda k: total[k], T)
    assert np.linalg.norm(wrong - right) > 0.1 * np.linalg.norm(right)
    first = bptt(g[:1], hidden[:2], params[1])
    close(gradient(lambda k: total[k], 1), first, **TIGHT)


@pytest.mark.parametrize(
    ("steps", "every"),
    [(1, 1), (2, 1), (3, 1), (3, 3), (2, 2), (4, 3), (5, 2), (7, 7), (20, 6)],
)
def test_truncation_agrees_with_the_definition(steps, every):
    _, hidden, params, g = problem()
    args = g, hidden, params[1], steps, every
    close(truncated_bptt(*args), truncated_bptt_definition(*args), **TIGHT)


@pytest.mark.parametrize(("steps", "every"), [(T, 1), (T, T), (T + 5, 3)])
def test_truncation_that_leaves_nothing_out_is_exact(steps, every):
    _, hidden, params, g = problem()
    wanted = bptt(g, hidden, params[1])
    close(truncated_bptt(g, hidden, params[1], steps, every), wanted, **TIGHT)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5])
def test_chunks_are_runs_with_the_state_carried_over_and_detached(chunk):
    x, hidden, params, g = problem()
    wanted = np.zeros((H, H))
    for start in range(0, T, chunk):
        part = slice(start, start + chunk)
        back = rnn_tanh_backward(
            (g[part, None], None), x[part], hidden[None, start : start + 1],
            params,
        )  # fmt: skip
        wanted += back.params[1]
    got = truncated_bptt(g, hidden, params[1], chunk, chunk)
    close(got, wanted, **TIGHT)
    exact = bptt(g, hidden, params[1])
    assert abs(got - exact).max() > 1e-3


def test_a_window_of_n_drops_the_terms_farther_back():
    # Only the last loss counts: the terms left out are those with k < T-n+1.
    _, hidden, params, g = problem()
    g[:-1] = 0
    J = rnn_tanh_jacobians(hidden, params[1])
    exact = bptt(g, hidden, params[1])
    for n in range(1, T):
        carried = g[-1] @ jacobian_product(J, T, T - n)
        tail = bptt(
            np.concatenate([np.zeros((T - n - 1, H)), carried[None]]),
            hidden[: T - n + 1],
            params[1],
        )
        got = truncated_bptt(g, hidden, params[1], n)
        close(got + tail, exact, **TIGHT)


def test_no_steps_give_no_gradient():
    w_hh = np.ones((H, H))
    zero = np.zeros((H, H))
    args = np.zeros((0, H)), np.ones((1, H)), w_hh
    np.testing.assert_array_equal(bptt(*args), zero)
    np.testing.assert_array_equal(bptt_definition(*args), zero)
    np.testing.assert_array_equal(truncated_bptt(*args, 2), zero)
    assert rnn_tanh_jacobians(*args[1:]).shape == (0, H, H)
    assert jacobian_product_norms(np.zeros((0, H, H))).tolist() == [1.0]


def test_float32_stays_float32_and_inputs_are_left_alone():
    _, hidden, params, g = problem()
    arrays = [a.astype(np.float32) for a in (g, hidden, params[1])]
    for array in arrays:
        array.flags.writeable = False
    _, h, W = arrays
    results = [
        rnn_tanh_jacobians(h, W),
        jacobian_product(rnn_tanh_jacobians(h, W), 3, 1),
        jacobian_product_norms(rnn_tanh_jacobians(h, W)),
        immediate_derivative(h[1], h[0]),
        total_derivatives(h, W),
        bptt(*arrays),
        bptt_definition(*arrays),
        truncated_bptt(*arrays, 3, 2),
    ]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}


HIDDEN, W_HH, GRAD = np.ones((T + 1, H)), np.ones((H, H)), np.ones((T, H))
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
            lambda: total_derivatives(HIDDEN[:0], W_HH),
            ValueError,
            r"hidden must begin with h_0, got hidden.shape=\(0, 4\)",
        ),
        (
            lambda: total_derivatives(HIDDEN, W_HH[1:]),
            ValueError,
            r"w_hh must have shape \(4, 4\)",
        ),
        (
            lambda: bptt(GRAD, HIDDEN, W_HH.astype(np.float32)),
            TypeError,
            "w_hh must have the dtype of hidden",
        ),
        (
            lambda: bptt(GRAD[1:], HIDDEN, W_HH),
            ValueError,
            r"grad_hidden must have shape \(7, 4\)",
        ),
        (
            lambda: bptt_definition(GRAD.astype(np.float32), HIDDEN, W_HH),
            TypeError,
            "grad_hidden must have the dtype of hidden",
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
        (
            lambda: immediate_derivative(HIDDEN, HIDDEN),
            ValueError,
            r"hidden must have shape \(H,\)",
        ),
        (
            lambda: immediate_derivative(HIDDEN[0], np.ones(H + 1)),
            ValueError,
            r"previous must have shape \(4,\)",
        ),
        (
            lambda: truncated_bptt(GRAD, HIDDEN, W_HH, 0),
            ValueError,
            "steps must be at least 1",
        ),
        (
            lambda: truncated_bptt(GRAD, HIDDEN, W_HH, 2, 3),
            ValueError,
            "every must be at most steps, got every=3, steps=2",
        ),
        (
            lambda: truncated_bptt(GRAD, HIDDEN, W_HH, 2, 1.5),
            TypeError,
            "every must be an int",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()
