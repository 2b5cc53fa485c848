"""Tests of lstm and lstm_cell: peepholes, and the gates' meaning.

What the LSTM shares with the other layers is in test_recurrent_sequence.py and
test_recurrent_cell.py.
"""

from math import exp, tanh

import numpy as np
import pytest
from gradients import assert_gradients
from recurrent_networks.parity import (
    KINDS,
    LENGTHS,
    B,
    H,
    I,
    T,
    by_torch,
    leaves,
    problem,
)

from reference_impl import (
    lstm,
    lstm_backward,
    lstm_cell,
    lstm_cell_backward,
    lstm_cell_definition,
    lstm_definition,
)

LSTM_KIND = KINDS[2]
close = np.testing.assert_allclose


def peephole_problem(num_layers, bidirectional):
    data = problem(LSTM_KIND, True, num_layers, bidirectional)
    rng = np.random.default_rng(9)
    count = num_layers * (1 + bidirectional)
    return data, [rng.standard_normal((3, H)) for _ in range(count)]


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_peepholes_agree_with_the_definition(
    lengths, num_layers, bidirectional
):
    data, peepholes = peephole_problem(num_layers, bidirectional)
    arguments = data.input, tuple(data.states), data.params
    more = {
        "num_layers": num_layers,
        "bidirectional": bidirectional,
        "lengths": lengths,
        "peepholes": peepholes,
    }
    wanted = lstm_definition(*arguments, **more)
    got = lstm(*arguments, **more)
    plain = lstm(*arguments, **(more | {"peepholes": None}))
    for ours, theirs, other in zip(got, wanted, plain, strict=True):
        close(ours, theirs, rtol=1e-10, atol=1e-13)
        assert abs(ours - other).max() > 0.01


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_gradients_with_peepholes_are_those_of_finite_differences(lengths):
    data, peepholes = peephole_problem(2, True)
    more = {"num_layers": 2, "bidirectional": True, "lengths": lengths}
    shapes = [g.shape for g in data.grads]
    ends = np.cumsum([g.size for g in data.grads])[:-1]
    n = len(data.params)

    def split(x, h, c, *rest):
        return (x, (h, c), rest[:n]), {"peepholes": rest[n:], **more}

    def forward(*arrays):
        arguments, named = split(*arrays)
        return np.concatenate([o.ravel() for o in lstm(*arguments, **named)])

    def backward(g, *arrays):
        arguments, named = split(*arrays)
        parts = zip(np.split(g, ends), shapes, strict=True)
        grads = tuple(part.reshape(shape) for part, shape in parts)
        back = lstm_backward(grads, *arguments, **named)
        return [back.input, *back.hx, *back.params, *back.peepholes]

    arrays = [data.input, *data.states, *data.params, *peepholes]
    assert_gradients(forward, backward, arrays, directions=1, rtol=1e-5)


def test_the_cell_with_peepholes():
    data, (peephole,) = peephole_problem(1, False)
    arrays = [data.input[0], *(s[0] for s in data.states), *data.params]

    def split(x, h, c, w_ih, w_hh, b_ih, b_hh, p):
        return (x, (h, c), w_ih, w_hh, b_ih, b_hh), {"peephole": p}

    def forward(*arrays):
        arguments, named = split(*arrays)
        return np.concatenate(lstm_cell(*arguments, **named), axis=1)

    def backward(g, *arrays):
        arguments, named = split(*arrays)
        grads = tuple(np.split(g, 2, axis=1))
        back = lstm_cell_backward(grads, *arguments, **named)
        return [back.input, *back.hx, *back[2:]]

    arguments, named = split(*arrays, peephole)
    got = lstm_cell(*arguments, **named)
    wanted = lstm_cell_definition(*arguments, **named)
    for ours, theirs in zip(got, wanted, strict=True):
        close(ours, theirs, rtol=1e-12)
    assert_gradients(forward, backward, [*arrays, peephole])
    grads = lstm_cell_backward((None, None), *arguments)
    assert grads.peephole is None


def test_a_step_by_hand():
    # One unit: z = x + 2h + (bias of each gate), with x = 0.5, h = -0.25.
    x, h, c = np.array([[0.5]]), np.array([[-0.25]]), np.array([[2.0]])
    b = np.array([1.0, -1.0, 0.5, 2.0])
    p = np.array([[0.1], [0.2], [0.3]])
    got = lstm_cell(x, (h, c), np.ones((4, 1)), np.full((4, 1), 2.0), b)
    sigma = lambda z: 1 / (1 + exp(-z))  # noqa: E731
    new = sigma(-1) * 2 + sigma(1) * tanh(0.5)
    close(got[1].item(), new, rtol=1e-15)
    close(got[0].item(), sigma(2) * tanh(new), rtol=1e-15)
    got = lstm_cell(
        x, (h, c), np.ones((4, 1)), np.full((4, 1), 2.0), b, peephole=p
    )
    new = sigma(-0.6) * 2 + sigma(1.2) * tanh(0.5)
    close(got[1].item(), new, rtol=1e-15)
    close(got[0].item(), sigma(2 + 0.3 * new) * tanh(new), rtol=1e-15)


def test_an_open_forget_gate_keeps_the_cell_for_as_long_as_it_is_open():
    params = [np.zeros((4, 2)), np.zeros((4, 1)), np.zeros(4), np.zeros(4)]
    params[2][:] = [-40, 40, 0, 0]  # i shut, f open
    x, c_0 = np.ones((300, 1, 2)), np.array([[[0.7]]])
    state = np.zeros_like(c_0)
    _, _, c_n = lstm(x, (state, c_0), params)
    close(c_n, c_0, rtol=1e-12)
    grads = (None, None, np.array([[[1.3]]]))
    back = lstm_backward(grads, x, (state, c_0), params)
    close(back.hx[1], 1.3, rtol=1e-12)


def test_float32_peepholes_stay_float32():
    data, peepholes = peephole_problem(1, False)
    data = data.as_dtype(np.float32)
    peepholes = [p.astype(np.float32) for p in peepholes]
    arguments = data.input, tuple(data.states), data.params
    got = lstm(*arguments, peepholes=peepholes)
    back = lstm_backward(data.grads, *arguments, peepholes=peepholes)
    arrays = [*got, back.input, *back.hx, *back.params, *back.peepholes]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    assert lstm_backward(data.grads, *arguments).peepholes is None


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        (
            {"peepholes": [np.ones((3, H))] * 2},
            ValueError,
            r"peepholes must have 1 arrays .* got len\(peepholes\)=2",
        ),
        (
            {"peepholes": [np.ones((4, H))]},
            ValueError,
            r"peepholes\[0\] must have shape \(3, 6\)",
        ),
        (
            {"peepholes": [np.ones((3, H), np.float32)]},
            TypeError,
            r"peepholes\[0\] must have the dtype of input",
        ),
        (
            {"peepholes": np.float64(2)},
            TypeError,
            "peepholes must be a sequence of arrays, got peepholes of type",
        ),
        (
            {"params": {"weight_ih_l0": np.ones((4 * H, I))}},
            TypeError,
            "params must be a sequence of arrays, got params of type dict",
        ),
        (
            {"hx": np.ones((1, B, H))},
            TypeError,
            r"hx must be a tuple \(h, c\), got hx of type ndarray",
        ),
        (
            {"hx": (np.ones((1, B, H)),)},
            ValueError,
            r"hx must be a tuple \(h, c\), got len\(hx\)=1",
        ),
        (
            {"hx": (np.ones((1, B, H)), np.ones((1, B, H - 1)))},
            ValueError,
            r"hx\[1\] must have shape \(1, 4, 6\)",
        ),
        (
            {"params": [np.ones((3 * H, I)), np.ones((3 * H, H))]},
            ValueError,
            r"params must have 4 arrays",
        ),
        (
            {
                "params": [np.ones((3 * H, I)), np.ones((3 * H, H))],
                "has_biases": False,
            },
            ValueError,
            r"params\[0\] must have shape \(24, 3\)",
        ),
    ],
)
def test_a_wrong_argument_is_named(changes, error, match):
    data = problem(LSTM_KIND)
    arguments = {
        "input": data.input,
        "hx": tuple(data.states),
        "params": data.params,
    } | changes
    for call in (lstm, lstm_definition):
        with pytest.raises(error, match=match):
            call(**arguments)
    with pytest.raises(error, match=match):
        lstm_backward((None, None, None), **arguments)


def test_a_wrong_peephole_of_the_cell_is_named():
    data = problem(LSTM_KIND)
    states = tuple(s[0] for s in data.states)
    with pytest.raises(ValueError, match=r"peephole must have shape \(3, 6\)"):
        lstm_cell(data.input[0], states, *data.params, peephole=np.ones(3 * H))


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize(
    ("B", "H"),
    [(4, 48), (4, 40), (1000, 64)],
    ids=["blocks", "no multiple of 16", "many rows"],
)
def test_wide_layers_agree_with_torch(lengths, B, H):
    # The recurrent product goes by blocks of 16 columns where that pays.
    lengths = None if lengths is None else (lengths * 250)[:B]
    more = dict.fromkeys(["has_biases", "bidirectional", "batch_first"], True)
    data = problem(LSTM_KIND, **more, sizes=(T, B, I, H))
    outputs, grads = by_torch(
        LSTM_KIND, data, **more, num_layers=1, lengths=lengths
    )
    arguments = data.input, tuple(data.states), data.params
    got = lstm(*arguments, **more, lengths=lengths)
    back = lstm_backward(data.grads, *arguments, **more, lengths=lengths)
    mine = [*got, *leaves(LSTM_KIND, back)]
    for ours, theirs in zip(mine, [*outputs, *grads], strict=True):
        close(ours, theirs, rtol=1e-10, atol=1e-10)


def test_a_longer_run_continues_a_shorter_one():
    data = problem(LSTM_KIND)
    whole = lstm(data.input, tuple(data.states), data.params)
    first, *state = lstm(data.input[:2], tuple(data.states), data.params)
    second, *end = lstm(data.input[2:], tuple(state), data.params)
    close(np.concatenate([first, second]), whole[0], rtol=1e-13)
    for a, b in zip(end, whole[1:], strict=True):
        close(a, b, rtol=1e-13)
    assert len(whole[0]) == T
