"""Tests of rnn_tanh and rnn_relu, and of what all recurrent layers share."""

from itertools import product

import numpy as np
import pytest
import torch
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrent_networks.parity import (
    KINDS,
    LENGTHS,
    NAMES,
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
    rnn_relu,
    rnn_relu_backward,
    rnn_tanh,
    rnn_tanh_backward,
)

each_kind = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-12}
# has_biases, num_layers, bidirectional, batch_first, lengths
CASES = list(
    product([True, False], [1, 2, 3], [False, True], [False, True], [0, 1])
)


def options(has_biases, num_layers, bidirectional, batch_first, ragged=0):
    return {
        "has_biases": has_biases,
        "num_layers": num_layers,
        "bidirectional": bidirectional,
        "batch_first": batch_first,
    }, LENGTHS if ragged else None


@each_kind
@pytest.mark.parametrize("case", CASES, ids=str)
def test_agrees_with_torch_forward_and_backward(kind, case):
    sizes, lengths = options(*case)
    data = problem(kind, **sizes)
    hx = kind.hx(data.states)
    outputs, grads = by_torch(kind, data, **sizes, lengths=lengths)
    *got, trace = kind.forward(
        data.input,
        hx,
        data.params,
        **sizes,
        lengths=lengths,
        return_trace=True,
    )
    assert len(got) == len(outputs)
    for ours, theirs in zip(got, outputs, strict=True):
        close(ours, theirs, **TIGHT)
    for given_trace in (None, trace):
        back = kind.backward(
            data.grads,
            data.input,
            hx,
            data.params,
            **sizes,
            lengths=lengths,
            trace=given_trace,
        )
        for ours, theirs in zip(leaves(kind, back), grads, strict=True):
            close(ours, theirs, **TIGHT)


@each_kind
def test_takes_the_arguments_of_torch_in_their_order(kind):
    data = problem(kind, True, 2, True, True)
    tensors = [torch.tensor(s) for s in data.states]
    rest = (True, 2, 0.0, False, True, True)
    wanted = getattr(torch, kind.name)(
        torch.tensor(data.input),
        kind.hx(tensors),
        [torch.tensor(p) for p in data.params],
        *rest,
    )
    got = kind.forward(data.input, kind.hx(data.states), data.params, *rest)
    assert isinstance(got, tuple)
    for ours, theirs in zip(got, wanted, strict=True):
        close(ours, theirs.numpy(), **TIGHT)


@each_kind
@pytest.mark.parametrize(
    "case",
    [
        (True, 1, False, False, 0),
        (False, 2, True, False, 1),
        (True, 2, True, True, 1),
    ],
    ids=str,
)
def test_agrees_with_the_definition(kind, case):
    sizes, lengths = options(*case)
    data = problem(kind, **sizes)
    arguments = data.input, kind.hx(data.states), data.params
    more = sizes | {
        "lengths": lengths,
        "dropout": 0.4,
        "train": True,
        "generator": 3,
    }
    wanted = kind.definition(*arguments, **more)
    for ours, theirs in zip(
        kind.forward(*arguments, **more), wanted, strict=True
    ):
        close(ours, theirs, **TIGHT)


@each_kind
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_gradients_are_those_of_finite_differences(kind, dropout):
    sizes, lengths = options(True, 2, True, True, 1)
    data = problem(kind, **sizes)
    more = sizes | {
        "lengths": lengths,
        "dropout": dropout,
        "train": True,
        "generator": 3,
    }
    shapes = [g.shape for g in data.grads]
    ends = np.cumsum([g.size for g in data.grads])[:-1]

    def split(arrays):
        x, rest = arrays[0], list(arrays[1:])
        return x, kind.hx(rest[: kind.states]), rest[kind.states :]

    def forward(*arrays):
        outputs = kind.forward(*split(arrays), **more)
        return np.concatenate([o.ravel() for o in outputs])

    def backward(g, *arrays):
        parts = np.split(g, ends)
        grads = tuple(p.reshape(s) for p, s in zip(parts, shapes, strict=True))
        return leaves(kind, kind.backward(grads, *split(arrays), **more))

    arrays = [data.input, *data.states, *data.params]
    assert_gradients(forward, backward, arrays, rtol=1e-5, directions=1)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_agrees_with_torch_at_any_size(data):
    draw = data.draw
    kind = draw(st.sampled_from(KINDS))
    T, B, I, H = (draw(st.integers(1, 6)) for _ in range(4))
    lengths = draw(
        st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B)
    )
    sizes, _ = options(*(draw(st.booleans()) + c for c in (0, 1, 0, 0)))
    sizes = {
        key: value if key == "num_layers" else bool(value)
        for key, value in sizes.items()
    }
    case = problem(kind, **sizes, sizes=(T, B, I, H), seed=7)
    hx = kind.hx(case.states)
    outputs, grads = by_torch(kind, case, **sizes, lengths=lengths)
    more = sizes | {"lengths": lengths}
    got = kind.forward(case.input, hx, case.params, **more)
    back = kind.backward(case.grads, case.input, hx, case.params, **more)
    for ours, theirs in zip(
        [*got, *leaves(kind, back)], [*outputs, *grads], strict=True
    ):
        close(ours, theirs, **TIGHT)


@each_kind
def test_lengths_that_are_all_t_change_nothing(kind):
    data = problem(kind, bidirectional=True)
    arguments = data.input, kind.hx(data.states), data.params
    plain = kind.forward(*arguments, bidirectional=True)
    full = kind.forward(
        *arguments, bidirectional=True, lengths=np.full(B, T, np.int32)
    )
    for a, b in zip(plain, full, strict=True):
        close(a, b, rtol=1e-14)


@each_kind
def test_what_stands_after_the_end_is_not_read(kind):
    sizes, lengths = options(True, 2, True, False, 1)
    data = problem(kind, **sizes)
    after = np.arange(T)[:, None] >= np.array(lengths)
    spoilt, grad = data.input.copy(), data.grads[0].copy()
    spoilt[after], grad[after] = np.nan, np.nan
    hx, more = kind.hx(data.states), sizes | {"lengths": lengths}
    want = kind.forward(data.input, hx, data.params, **more)
    got = kind.forward(spoilt, hx, data.params, **more)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (got[0][after] == 0).all()
    assert (got[0][~after] != 0).mean() > 0.3
    clean = kind.backward(data.grads, data.input, hx, data.params, **more)
    dirty = kind.backward(
        (grad, *data.grads[1:]), spoilt, hx, data.params, **more
    )
    for a, b in zip(leaves(kind, dirty), leaves(kind, clean), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (dirty.input[after] == 0).all()


@each_kind
def test_a_none_in_grad_output_stands_for_zeros(kind):
    data = problem(kind)
    arguments = data.input, kind.hx(data.states), data.params
    for k, grad in enumerate(data.grads):
        nones = [None] * len(data.grads)
        zeros = [np.zeros_like(g) for g in data.grads]
        nones[k] = zeros[k] = grad
        a = leaves(kind, kind.backward(nones, *arguments))
        b = leaves(kind, kind.backward(tuple(zeros), *arguments))
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)


@each_kind
@pytest.mark.parametrize(
    "case", [(True, 2, True, True), (False, 1, False, False)]
)
def test_float32_stays_float32(kind, case):
    sizes, _ = options(*case)
    wide = problem(kind, **sizes)
    data = wide.as_dtype(np.float32)
    hx = kind.hx(data.states)
    more = sizes | {"dropout": 0.3, "train": True, "generator": 1}
    got = kind.forward(data.input, hx, data.params, **more)
    want = kind.forward(wide.input, kind.hx(wide.states), wide.params, **more)
    back = kind.backward(data.grads, data.input, hx, data.params, **more)
    assert {a.dtype for a in [*got, *leaves(kind, back)]} == {
        np.dtype(np.float32)
    }
    for a, b in zip(got, want, strict=True):
        close(a, b, rtol=1e-3, atol=1e-4)


@each_kind
def test_inputs_are_left_alone_and_need_not_be_contiguous(kind):
    sizes, lengths = options(True, 2, True, False, 1)
    data = problem(kind, **sizes)

    def odd(array):
        wide = np.empty((*array.shape, 2))
        wide[..., 0] = array
        view = wide[..., 0]
        view.flags.writeable = False
        return view

    states = [odd(s) for s in data.states]
    params = [odd(p) for p in data.params]
    grads = tuple(odd(g) for g in data.grads)
    arguments = odd(data.input), kind.hx(states), params
    for ends in (None, lengths):
        more = sizes | {"lengths": ends}
        got = kind.forward(*arguments, **more)
        want = kind.forward(
            data.input, kind.hx(data.states), data.params, **more
        )
        for a, b in zip(got, want, strict=True):
            close(a, b, rtol=1e-12)
        back = kind.backward(grads, *arguments, **more)
        assert back.input.shape == data.input.shape
    np.testing.assert_array_equal(arguments[0], data.input)


@each_kind
@pytest.mark.parametrize("lengths", [None, []])
def test_an_empty_batch_gives_empty_outputs_and_zero_gradients(kind, lengths):
    data = problem(kind, True, 2, True, sizes=(T, 0, I, H))
    more = {"num_layers": 2, "bidirectional": True, "lengths": lengths}
    hx = kind.hx(data.states)
    output, *final = kind.forward(data.input, hx, data.params, **more)
    assert output.shape == (T, 0, 2 * H)
    assert {f.shape for f in final} == {(4, 0, H)}
    back = kind.backward(data.grads, data.input, hx, data.params, **more)
    for got, param in zip(back.params, data.params, strict=True):
        np.testing.assert_array_equal(got, np.zeros_like(param))


@each_kind
def test_dropout_is_that_of_layers_run_one_by_one(kind):
    sizes, _ = options(True, 2, False, False)
    data = problem(kind, **sizes)
    *got, trace = kind.forward(
        data.input,
        kind.hx(data.states),
        data.params,
        num_layers=2,
        dropout=0.3,
        train=True,
        generator=np.random.default_rng(5),
        return_trace=True,
    )
    (mask,) = trace.masks
    close(np.unique(mask), [0, 1 / 0.7])
    below = kind.forward(
        data.input, kind.hx([s[:1] for s in data.states]), data.params[:4]
    )
    above = kind.forward(
        below[0] * mask, kind.hx([s[1:] for s in data.states]), data.params[4:]
    )
    close(got[0], above[0], rtol=1e-12)
    for final, one, two in zip(got[1:], below[1:], above[1:], strict=True):
        close(final, np.concatenate([one, two]), rtol=1e-12)


def test_dropout_drops_its_share():
    kind = KINDS[0]
    data = problem(kind, num_layers=3, sizes=(20, 25, 2, 16))
    *_, trace = rnn_tanh(
        data.input, data.states[0], data.params, num_layers=3,
        dropout=0.3, train=True, generator=0, return_trace=True,
    )  # fmt: skip
    first, second = trace.masks
    assert abs((first == 0).mean() - 0.3) < 0.02
    assert abs(first.mean() - 1) < 0.03
    assert (first != second).any()


def test_dropout_of_one_cuts_the_layers_apart():
    kind = KINDS[2]
    data = problem(kind, num_layers=2)
    more = {"num_layers": 2, "dropout": 1.0, "train": True, "generator": 0}
    hx = kind.hx(data.states)
    output = lstm(data.input, hx, data.params, **more)[0]
    other = lstm(data.input + 1, hx, data.params, **more)[0]
    np.testing.assert_array_equal(output, other)
    grads = (data.grads[0], None, None)
    back = lstm_backward(grads, data.input, hx, data.params, **more)
    assert (back.input == 0).all()
    assert (back.params[4] == 0).all()
    assert (back.params[5] != 0).any()


@pytest.mark.parametrize(
    "more", [{"train": False, "num_layers": 2}, {"train": True}]
)
def test_dropout_acts_only_in_training_and_between_layers(more):
    data = problem(KINDS[0], num_layers=more.get("num_layers", 1))
    arguments = data.input, data.states[0], data.params
    got = rnn_tanh(*arguments, dropout=0.9, **more)
    want = rnn_tanh(*arguments, **more)
    np.testing.assert_array_equal(got[0], want[0])


def test_a_trace_shows_the_states_of_every_step():
    data = problem(KINDS[2])
    output, h_n, c_n, trace = lstm(
        data.input, tuple(data.states), data.params, return_trace=True
    )
    (record,) = trace.records
    np.testing.assert_array_equal(record.hidden[0], data.states[0][0])
    np.testing.assert_array_equal(record.cell[0], data.states[1][0])
    np.testing.assert_array_equal(record.hidden[1:], output)
    np.testing.assert_array_equal(record.cell[T], c_n[0])
    i, f, g, o = record.gates
    close(record.cell[1:], f * record.cell[:-1] + i * g, rtol=1e-14)
    close(output, o * np.tanh(record.cell[1:]), rtol=1e-14)
    assert trace.masks == []
    np.testing.assert_array_equal(h_n[0], output[-1])


def test_the_slope_of_relu_at_its_kink_is_zero():
    x, h_0 = np.zeros((2, 1, 1)), np.zeros((1, 1, 1))
    params = [np.ones((1, 1)), np.ones((1, 1))]
    grads = rnn_relu_backward(
        (np.ones((2, 1, 1)), None), x, h_0, params, False
    )
    assert grads.input.tolist() == [[[0.0]], [[0.0]]]


def test_a_saturated_gate_neither_overflows_nor_leaks_a_gradient():
    data = problem(KINDS[2])
    params = [1e4 * p for p in data.params]
    hx = tuple(data.states)
    output = lstm(data.input, hx, params)[0]
    assert np.isfinite(output).all()
    back = lstm_backward(data.grads, data.input, hx, params)
    assert all(np.isfinite(g).all() for g in leaves(KINDS[2], back))


# Errors --------------------------------------------------------------------


def arguments(**changes):
    data = problem(KINDS[0], True, 2, True)
    wanted = {
        "input": data.input,
        "hx": data.states[0],
        "params": data.params,
        "num_layers": 2,
        "bidirectional": True,
    }
    return wanted | changes


def params(k, array):
    changed = list(arguments()["params"])
    changed[k] = array
    return changed


ERRORS = [
    ({"input": np.ones((T, B, I), int)}, TypeError, "input must be floating"),
    (
        {"input": np.ones((T, I))},
        ValueError,
        r"input must have shape \(T, B, I",
    ),
    (
        {"input": np.ones((T, I)), "batch_first": True},
        ValueError,
        r"input must have shape \(B, T, I\)",
    ),
    (
        {"input": np.ones((0, B, I))},
        ValueError,
        "input must have at least one step, got input.shape",
    ),
    (
        {"hx": np.ones((4, B, H), np.float32)},
        TypeError,
        "hx must have the dtype of input, got hx.dtype=float32",
    ),
    (
        {"hx": np.ones((4, B, H + 1))},
        ValueError,
        r"hx must have shape \(4, 4, 6\), got hx.shape=\(4, 4, 7\)",
    ),
    (
        {"hx": np.ones((2, B, H))},
        ValueError,
        r"hx must have shape \(4, 4, 6\)",
    ),
    (
        {"params": arguments()["params"][:-1]},
        ValueError,
        r"params must have 16 arrays \(2 layers, 2 directions, 4 each\), got "
        r"len\(params\)=15",
    ),
    (
        {"has_biases": False},
        ValueError,
        r"params must have 8 arrays .* got len\(params\)=16",
    ),
    (
        {"params": params(1, np.ones(H))},
        ValueError,
        r"params\[1\] must have shape \(1\*H, H\)",
    ),
    (
        {"params": params(1, np.ones((H, H - 1)))},
        ValueError,
        r"params\[0\] must have shape \(5, 3\), got params\[0\].shape=\(6, 3",
    ),
    (
        {"params": params(8, np.ones((H, H)))},
        ValueError,
        r"params\[8\] must have shape \(6, 12\), got params\[8\].shape=\(6, 6",
    ),
    (
        {"params": params(15, np.ones(H, np.float32))},
        TypeError,
        r"params\[15\] must have the dtype of input",
    ),
    ({"num_layers": 0}, ValueError, "num_layers must be at least 1"),
    ({"num_layers": 1.5}, TypeError, "num_layers must be an int"),
    ({"dropout": 1.5}, ValueError, r"dropout must be in \[0, 1\], got"),
    ({"dropout": "a"}, TypeError, "dropout must be a number"),
    (
        {"dropout": 0.5, "train": True},
        TypeError,
        "generator must be an int or a numpy.random.Generator where dropout",
    ),
    ({"train": 1}, TypeError, "train must be a bool, got train=1"),
    ({"has_biases": 2}, TypeError, "has_biases must be a bool"),
    ({"bidirectional": 0}, TypeError, "bidirectional must be a bool"),
    ({"batch_first": "yes"}, TypeError, "batch_first must be a bool"),
    (
        {"lengths": [1, 2, T + 1, 3]},
        ValueError,
        "lengths must be in 1..T, got length=6, T=5",
    ),
    (
        {"lengths": [1, 0, 2, 3]},
        ValueError,
        "lengths must be in 1..T, got length=0, T=5",
    ),
    ({"lengths": [1, 2]}, ValueError, r"lengths must have shape \(4,\)"),
    ({"lengths": [1.0, 2, 3, 4]}, TypeError, "lengths must be ints"),
]


@pytest.mark.parametrize(("changes", "error", "match"), ERRORS)
def test_a_wrong_argument_is_named(changes, error, match):
    with pytest.raises(error, match=match):
        rnn_tanh(**arguments(**changes))
    with pytest.raises(error, match=match):
        rnn_tanh_backward((None, None), **arguments(**changes))
    with pytest.raises(error, match=match):
        rnn_relu(**arguments(**changes))


@each_kind
@pytest.mark.parametrize(
    ("grads", "error", "match"),
    [
        (np.ones(3), TypeError, r"grad_output must be a tuple \(output, h_n"),
        ([None], ValueError, r"got len\(grad_output\)=1"),
        (
            np.ones((T, B, H), np.float32),
            TypeError,
            r"grad_output\[0\] must have the dtype of input",
        ),
        (
            np.ones((B, T, H)),
            ValueError,
            r"grad_output\[0\] must have shape \(5, 4, 6\)",
        ),
    ],
)
def test_a_wrong_grad_output_is_named(kind, grads, error, match):
    data = problem(kind)
    if isinstance(grads, np.ndarray) and grads.ndim == 3:
        grads = (grads, *[None] * kind.states)
    with pytest.raises(error, match=match):
        kind.backward(grads, data.input, kind.hx(data.states), data.params)


def test_a_trace_of_another_run_is_refused():
    data = problem(KINDS[0])
    more = data.grads, data.input, data.states[0], data.params
    with pytest.raises(TypeError, match="trace must be what return_trace"):
        rnn_tanh_backward(*more, trace=[1])
    longer = problem(KINDS[0], sizes=(T + 1, B, I, H))
    *_, trace = rnn_tanh(
        longer.input, longer.states[0], longer.params, return_trace=True
    )
    with pytest.raises(ValueError, match="trace must hold hidden states of"):
        rnn_tanh_backward(*more, trace=trace)
