"""Tests of the terms of backpropagation through time."""

import numpy as np
import pytest
import torch
from recurrent_networks.one_sequence import TIGHT, H, T, problem

from reference_impl import (
    bptt,
    bptt_definition,
    immediate_derivative,
    jacobian_product,
    jacobian_product_norms,
    rnn_tanh_backward,
    rnn_tanh_jacobians,
    total_derivatives,
    truncated_bptt,
    truncated_bptt_definition,
)

close = np.testing.assert_allclose


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


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
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
