"""Tests of gru and gru_cell: the two places of the reset gate.

What the GRU shares with the other layers is in test_recurrent_sequence.py and
test_recurrent_cell.py.
"""

from math import exp, tanh

import numpy as np
import pytest
from gradients import assert_gradients
from recurrent_networks.parity import KINDS, LENGTHS, H, leaves, problem

from reference_impl import (
    gru,
    gru_backward,
    gru_cell,
    gru_cell_backward,
    gru_cell_definition,
    gru_definition,
)

GRU_KIND = KINDS[3]
close = np.testing.assert_allclose


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("has_biases", [True, False])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_original_agrees_with_the_definition(
    lengths, has_biases, bidirectional
):
    data = problem(GRU_KIND, has_biases, 2, bidirectional)
    arguments = data.input, data.states[0], data.params
    more = {
        "has_biases": has_biases,
        "num_layers": 2,
        "bidirectional": bidirectional,
        "lengths": lengths,
    }
    wanted = gru_definition(*arguments, **more, reset_after=False)
    got = gru(*arguments, **more, reset_after=False)
    other = gru(*arguments, **more)
    for ours, theirs, torchs in zip(got, wanted, other, strict=True):
        close(ours, theirs, rtol=1e-10, atol=1e-13)
        assert abs(ours - torchs).max() > 0.01


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("has_biases", [True, False])
def test_gradients_of_the_original_are_those_of_finite_differences(
    lengths, has_biases
):
    data = problem(GRU_KIND, has_biases, 2, True)
    more = {
        "has_biases": has_biases,
        "num_layers": 2,
        "bidirectional": True,
        "lengths": lengths,
        "reset_after": False,
    }
    shapes = [g.shape for g in data.grads]

    def forward(x, h, *params):
        outputs = gru(x, h, params, **more)
        return np.concatenate([o.ravel() for o in outputs])

    def backward(g, x, h, *params):
        parts = np.split(g, [data.grads[0].size])
        grads = tuple(p.reshape(s) for p, s in zip(parts, shapes, strict=True))
        return leaves(GRU_KIND, gru_backward(grads, x, h, params, **more))

    arrays = [data.input, *data.states, *data.params]
    assert_gradients(forward, backward, arrays, directions=1, rtol=1e-5)


def test_the_original_cell():
    data = problem(GRU_KIND)
    arrays = [data.input[0], data.states[0][0], *data.params]
    got = gru_cell(*arrays, reset_after=False)
    wanted = gru_cell_definition(*arrays, reset_after=False)
    close(got, wanted, rtol=1e-12)
    assert_gradients(
        lambda *a: gru_cell(*a, reset_after=False),
        lambda g, *a: gru_cell_backward(g, *a, reset_after=False),
        arrays,
    )


def test_a_step_by_hand():
    x, h = np.array([[0.5]]), np.array([[-0.25]])
    w_ih, w_hh = (
        np.array([[1.0], [2.0], [3.0]]),
        np.array([[4.0], [5.0], [6.0]]),
    )
    b_ih, b_hh = np.array([0.1, 0.2, 0.3]), np.array([0.4, 0.5, 0.6])
    sigma = lambda z: 1 / (1 + exp(-z))  # noqa: E731
    r, z = sigma(0.5 + 0.1 - 1 + 0.4), sigma(1 + 0.2 - 1.25 + 0.5)
    for reset_after, n in [
        (True, tanh(1.5 + 0.3 + r * (-1.5 + 0.6))),
        (False, tanh(1.5 + 0.3 + 6 * (r * -0.25) + 0.6)),
    ]:
        got = gru_cell(
            x, h, w_ih, w_hh, b_ih, b_hh, reset_after=reset_after
        ).item()
        close(got, (1 - z) * n + z * -0.25, rtol=1e-14)


def test_both_places_agree_where_the_recurrent_weight_is_diagonal():
    # W_hn (r*h) = r * (W_hn h) for a diagonal W_hn, and b_hn = 0.
    data = problem(GRU_KIND)
    w_ih, w_hh, b_ih, b_hh = (p.copy() for p in data.params)
    w_hh[2 * H :] = np.diag(np.arange(1.0, H + 1))
    b_hh[2 * H :] = 0
    arguments = data.input, data.states[0], [w_ih, w_hh, b_ih, b_hh]
    a, b = gru(*arguments), gru(*arguments, reset_after=False)
    close(a[0], b[0], rtol=1e-10)


def test_an_update_gate_of_one_keeps_the_state():
    params = [np.zeros((3, 2)), np.zeros((3, 1)), np.zeros(3), np.zeros(3)]
    params[2][1] = 40
    h_0 = np.array([[[0.7]]])
    _, h_n = gru(np.ones((200, 1, 2)), h_0, params)
    close(h_n, h_0, rtol=1e-12)


def test_a_trace_shows_the_gates_and_the_reset_state():
    data = problem(GRU_KIND)
    arguments = data.input, data.states[0], data.params
    w_hn, b_hn = data.params[1][2 * H :], data.params[3][2 * H :]
    for reset_after in (True, False):
        output, _, trace = gru(
            *arguments, reset_after=reset_after, return_trace=True
        )
        (record,) = trace.records
        r, z, n = record.gates
        before = record.hidden[:-1]
        close(output, (1 - z) * n + z * before, rtol=1e-10, atol=1e-14)
        wanted = before @ w_hn.T + b_hn if reset_after else r * before
        close(record.reset, wanted, rtol=1e-12)


def test_reset_after_has_to_be_a_bool():
    data = problem(GRU_KIND)
    arguments = data.input, data.states[0], data.params
    match = "reset_after must be a bool, got reset_after=1"
    for call in (gru, gru_definition):
        with pytest.raises(TypeError, match=match):
            call(*arguments, reset_after=1)
    with pytest.raises(TypeError, match=match):
        gru_backward(data.grads, *arguments, reset_after=1)
    with pytest.raises(TypeError, match=match):
        gru_cell(data.input[0], data.states[0][0], *data.params, reset_after=1)
