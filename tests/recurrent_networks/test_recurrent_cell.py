"""Tests of rnn_tanh_cell and rnn_relu_cell, and of what all cells share."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

import reference_impl
from reference_impl import (
    gru_cell,
    lstm_cell,
    lstm_cell_backward,
    rnn_relu_cell,
    rnn_relu_cell_backward,
    rnn_tanh_cell,
    rnn_tanh_cell_backward,
)

B, I, H = 4, 3, 5
GATES = {"rnn_tanh_cell": 1, "rnn_relu_cell": 1, "lstm_cell": 4, "gru_cell": 3}
each_cell = pytest.mark.parametrize("name", GATES)
each_bias = pytest.mark.parametrize("biases", ["both", "ih", "hh", "none"])
close = np.testing.assert_allclose


def function(name, end=""):
    return getattr(reference_impl, name + end)


def problem(name, biases="both", sizes=(B, I, H), seed=0):
    """Return input, list of states, weights and biases, list of gradients."""
    B, I, H = sizes
    draw = np.random.default_rng(seed).standard_normal
    G, states = GATES[name] * H, 2 if name == "lstm_cell" else 1
    b_ih = draw(G) if biases in ("both", "ih") else None
    b_hh = draw(G) if biases in ("both", "hh") else None
    return (
        draw((B, I)) * 1.5 + 0.3,
        [draw((B, H)) for _ in range(states)],
        [draw((G, I)), draw((G, H)), b_ih, b_hh],
        [draw((B, H)) for _ in range(states)],
    )


def packed(states):
    """Return `states`, or gradients to them, as the cells take them."""
    return tuple(states) if len(states) == 2 else states[0]


def listed(states):
    return list(states) if isinstance(states, tuple) else [states]


@each_cell
@each_bias
def test_agrees_with_torch_forward_and_backward(name, biases):
    x, states, weights, grads = problem(name, biases)
    tensors = [
        None if a is None else torch.tensor(a, requires_grad=True)
        for a in (x, *states, *weights)
    ]
    n = len(states)
    w_ih, w_hh, b_ih, b_hh = tensors[1 + n :]
    if biases in ("ih", "hh"):  # torch takes both or none
        zeros = torch.zeros(len(weights[0]), dtype=torch.float64)
        b_ih, b_hh = (zeros if b is None else b for b in (b_ih, b_hh))
    wanted = listed(
        function_of_torch(name)(
            tensors[0], packed(tensors[1 : 1 + n]), w_ih, w_hh, b_ih, b_hh
        )
    )
    got = listed(function(name)(x, packed(states), *weights))
    for ours, theirs in zip(got, wanted, strict=True):
        close(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-13)
    torch.autograd.backward(wanted, [torch.tensor(g) for g in grads])
    back = function(name, "_backward")(
        packed(grads), x, packed(states), *weights
    )
    ours = [back.input, *listed(back.hx), *back[2:6]]
    for mine, tensor in zip(ours, tensors, strict=True):
        if tensor is None:
            assert mine is None
        else:
            close(mine, tensor.grad.numpy(), rtol=1e-10, atol=1e-13)


def function_of_torch(name):
    return getattr(torch, name)


@each_cell
@each_bias
def test_agrees_with_the_definition(name, biases):
    x, states, weights, _ = problem(name, biases)
    got = function(name)(x, packed(states), *weights)
    wanted = function(name, "_definition")(x, packed(states), *weights)
    for ours, theirs in zip(listed(got), listed(wanted), strict=True):
        close(ours, theirs, rtol=1e-12, atol=1e-14)


@each_cell
def test_gradients_are_those_of_finite_differences(name):
    x, states, weights, _ = problem(name)
    n = len(states)
    if name == "rnn_relu_cell":  # no net input near the kink
        w_ih, w_hh, b_ih, b_hh = weights
        z = x @ w_ih.T + states[0] @ w_hh.T + b_ih + b_hh
        assert abs(z).min() > 1e-3

    def forward(x, *rest):
        states, weights = list(rest[:n]), rest[n:]
        after = function(name)(x, packed(states), *weights)
        return np.concatenate(listed(after), axis=1)

    def backward(g, x, *rest):
        states, weights = list(rest[:n]), rest[n:]
        grads = packed(np.split(g, n, axis=1))
        back = function(name, "_backward")(grads, x, packed(states), *weights)
        return [back.input, *listed(back.hx), *back[2:6]]

    assert_gradients(forward, backward, [x, *states, *weights])


@each_cell
def test_float32_stays_float32_and_inputs_are_left_alone(name):
    def odd(array):
        view = np.repeat(array.astype(np.float32), 2, axis=-1)[..., ::2]
        view.flags.writeable = False
        return view

    x, states, weights, grads = problem(name)
    x, states, weights, grads = (
        odd(x),
        [odd(s) for s in states],
        [odd(w) for w in weights],
        [odd(g) for g in grads],
    )
    got = listed(function(name)(x, packed(states), *weights))
    defined = listed(
        function(name, "_definition")(x, packed(states), *weights)
    )
    back = function(name, "_backward")(
        packed(grads), x, packed(states), *weights
    )
    arrays = [*got, *defined, back.input, *listed(back.hx), *back[2:6]]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    for ours, theirs in zip(got, defined, strict=True):
        close(ours, theirs, rtol=1e-4, atol=1e-6)


@each_cell
def test_an_empty_batch_gives_an_empty_state(name):
    x, states, weights, grads = problem(name, sizes=(0, I, H))
    for state in listed(function(name)(x, packed(states), *weights)):
        assert state.shape == (0, H)
    back = function(name, "_backward")(
        packed(grads), x, packed(states), *weights
    )
    np.testing.assert_array_equal(back.w_ih, np.zeros_like(weights[0]))
    np.testing.assert_array_equal(back.b_hh, np.zeros_like(weights[3]))


def test_the_slope_of_relu_at_its_kink_is_zero():
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    assert rnn_relu_cell(zero, zero, one, one).item() == 0
    grads = rnn_relu_cell_backward(one, zero, zero, one, one)
    assert grads.input.item() == 0
    assert grads.hx.item() == 0


def test_only_the_sum_of_the_biases_matters():
    x, (h,), (w_ih, w_hh, b_ih, b_hh), _ = problem("rnn_tanh_cell")
    both = rnn_tanh_cell(x, h, w_ih, w_hh, b_ih, b_hh)
    close(rnn_tanh_cell(x, h, w_ih, w_hh, b_ih + b_hh), both, rtol=1e-13)
    close(rnn_tanh_cell(x, h, w_ih, w_hh, b_hh, b_ih), both, rtol=1e-13)


def test_relu_lets_nan_pass():
    nan, one = np.full((1, 1), np.nan), np.ones((1, 1))
    assert np.isnan(rnn_relu_cell(nan, one, one, one)).all()


def changed(name, k, array):
    """Return a cell's arguments with the k-th one replaced."""
    x, states, weights, _ = problem(name)
    arguments = [x, packed(states), *weights]
    arguments[k] = array
    return arguments


NARROW = np.ones((B, H), np.float32)
ERRORS = [
    (0, np.ones((B, I), int), TypeError, "input must be floating"),
    (0, np.ones(I), ValueError, r"input must have shape \(B, I\)"),
    (3, np.ones(H), ValueError, r"w_hh must have shape \(\d\*H, H\)"),
]


@each_cell
@pytest.mark.parametrize(("k", "array", "error", "match"), ERRORS)
def test_a_wrong_argument_is_named(name, k, array, error, match):
    for f in (function(name), function(name, "_definition")):
        with pytest.raises(error, match=match):
            f(*changed(name, k, array))
    grads = packed(problem(name)[3])
    with pytest.raises(error, match=match):
        function(name, "_backward")(grads, *changed(name, k, array))


@pytest.mark.parametrize(
    ("k", "array", "error", "match"),
    [
        (1, NARROW, TypeError, "hx must have the dtype of input"),
        (
            1,
            np.ones((B, H + 1)),
            ValueError,
            r"hx must have shape \(4, 5\), got hx.shape=\(4, 6\)",
        ),
        (1, np.ones((B + 1, H)), ValueError, r"hx must have shape \(4, 5\)"),
        (
            2,
            np.ones((H, I + 1)),
            ValueError,
            r"w_ih must have shape \(5, 3\), got w_ih.shape=\(5, 4\)",
        ),
        (3, np.ones((H + 1, H)), ValueError, r"w_hh must have shape \(5, 5"),
        (4, np.ones(H + 1), ValueError, r"b_ih must have shape \(5,\)"),
        (5, np.ones((1, H)), ValueError, r"b_hh must have shape \(5,\)"),
        (5, np.ones(H, np.float32), TypeError, "b_hh must have the dtype of"),
    ],
)
def test_a_wrong_state_or_weight_is_named(k, array, error, match):
    for name in ("rnn_tanh_cell", "rnn_relu_cell"):
        with pytest.raises(error, match=match):
            function(name)(*changed(name, k, array))


@pytest.mark.parametrize(
    ("grad", "error", "match"),
    [
        (NARROW, TypeError, "grad_output must have the dtype of input"),
        (np.ones((H, B)), ValueError, r"grad_output must have shape \(4, 5\)"),
    ],
)
def test_a_wrong_grad_output_is_named(grad, error, match):
    for name in ("rnn_tanh_cell", "rnn_relu_cell", "gru_cell"):
        x, states, weights, _ = problem(name)
        with pytest.raises(error, match=match):
            function(name, "_backward")(grad, x, states[0], *weights)


def test_hx_of_an_lstm_is_a_pair():
    x, states, weights, grads = problem("lstm_cell")
    with pytest.raises(TypeError, match=r"hx must be a tuple \(h, c\)"):
        lstm_cell(x, states[0], *weights)
    with pytest.raises(ValueError, match=r"got len\(hx\)=1"):
        lstm_cell(x, (states[0],), *weights)
    with pytest.raises(ValueError, match=r"hx\[1\] must have shape \(4, 5\)"):
        lstm_cell(x, (states[0], states[1].T), *weights)
    with pytest.raises(TypeError, match=r"grad_output must be a tuple \(h, c"):
        lstm_cell_backward(grads[0], x, tuple(states), *weights)


def test_weights_of_another_kind_of_cell_are_refused():
    x, states, weights, _ = problem("rnn_tanh_cell")
    with pytest.raises(ValueError, match=r"w_hh must have shape \(15, 5\)"):
        gru_cell(x, states[0], *weights)
    with pytest.raises(ValueError, match=r"w_hh must have shape \(20, 5\)"):
        lstm_cell(x, (states[0], states[0]), *weights)
    with pytest.raises(ValueError, match=r"w_hh must have shape \(5, 5\)"):
        rnn_tanh_cell_backward(
            states[0], x, states[0], *problem("gru_cell")[2]
        )
