"""Tests of the three kinds of recurrence and of teacher forcing."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

import reference_impl
from reference_impl import (
    hidden_to_hidden,
    output_to_hidden,
    output_to_hidden_backward,
    output_to_output,
    output_to_output_backward,
    rnn_tanh,
)

T, B, I, H, O = 5, 4, 3, 6, 2
KINDS = ["hidden_to_hidden", "output_to_hidden", "output_to_output"]
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-13}
CASES = [(kind, False) for kind in KINDS] + [(k, True) for k in KINDS[1:]]
each_case = pytest.mark.parametrize(("kind", "forced"), CASES)


def problem(kind, forced=False, sizes=(T, B, I, H, O)):
    """Return the arguments, in order, and a gradient to the output."""
    T, B, I, H, O = sizes
    draw = np.random.default_rng(0).standard_normal
    weights = {
        "hidden_to_hidden": [(H, I), (H, H), (O, H)],
        "output_to_hidden": [(H, I), (H, O), (O, H)],
        "output_to_output": [(H, I), (O, H), (O, O)],
    }[kind]
    state = (B, H if kind == "hidden_to_hidden" else O)
    shapes = [(T, B, I), state, *weights, (H,), (O,)]
    if forced:
        shapes.append((T, B, O))
    return [0.7 * draw(shape) for shape in shapes], draw((T, B, O))


def functions(kind):
    return [
        getattr(reference_impl, kind + end)
        for end in ("", "_backward", "_definition")
    ]


def by_torch(kind, x, state, w1, w2, w3, b_h, b_o, target=None):
    outputs, before = [], state
    for t in range(len(x)):
        z = x[t] @ w1.T + b_h
        if kind == "hidden_to_hidden":
            before = torch.tanh(z + before @ w2.T)
            outputs.append(before @ w3.T + b_o)
            continue
        if target is not None and t > 0:
            before = target[t - 1]
        if kind == "output_to_hidden":
            before = torch.tanh(z + before @ w2.T) @ w3.T + b_o
        else:
            before = torch.tanh(z) @ w2.T + before @ w3.T + b_o
        outputs.append(before)
    return torch.stack(outputs)


@each_case
def test_agrees_with_torch_forward_and_backward(kind, forced):
    arrays, g = problem(kind, forced)
    forward, backward, _ = functions(kind)
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    output = by_torch(kind, *tensors)
    close(forward(*arrays), output.detach().numpy(), **TIGHT)
    output.backward(torch.tensor(g))
    for got, tensor in zip(backward(g, *arrays), tensors, strict=False):
        close(got, tensor.grad.numpy(), **TIGHT)


@each_case
def test_agrees_with_the_definition(kind, forced):
    arrays, _ = problem(kind, forced)
    forward, _, definition = functions(kind)
    close(forward(*arrays), definition(*arrays), **TIGHT)


@each_case
def test_gradients_are_those_of_finite_differences(kind, forced):
    arrays, _ = problem(kind, forced)
    forward, backward, _ = functions(kind)

    def listed(g, *arrays):
        return [a for a in backward(g, *arrays) if a is not None]

    assert_gradients(forward, listed, arrays)


def test_hidden_to_hidden_is_rnn_tanh_with_an_output():
    (x, hx, w_ih, w_hh, w_ho, b_h, b_o), _ = problem("hidden_to_hidden")
    params = [w_ih, w_hh, b_h, np.zeros(H)]
    states, _ = rnn_tanh(x, hx[None], params)
    got = hidden_to_hidden(x, hx, w_ih, w_hh, w_ho, b_h, b_o)
    close(got, states @ w_ho.T + b_o, **TIGHT)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_forcing_by_its_own_outputs_changes_nothing(kind):
    arrays, _ = problem(kind)
    forward = functions(kind)[0]
    free = forward(*arrays)
    close(forward(*arrays, target=free), free, **TIGHT)
    other = forward(*arrays, target=free + 1)
    np.testing.assert_array_equal(other[0], free[0])
    assert (other[1:] != free[1:]).all()


@pytest.mark.parametrize("kind", KINDS[1:])
def test_teacher_forcing_cuts_the_way_back_through_time(kind):
    arrays, g = problem(kind, forced=True)
    backward = functions(kind)[1]
    g[:3] = 0
    g[4:] = 0
    forced, free = backward(g, *arrays), backward(g, *arrays[:-1])
    assert (forced.input[[0, 1, 2, 4]] == 0).all()
    assert (forced.input[3] != 0).any()
    assert (free.input[:4] != 0).any(axis=(1, 2)).all()
    assert (forced.ox == 0).all()
    assert (forced.target[2] != 0).any()
    assert (forced.target[[0, 1, 3, 4]] == 0).all()
    assert free.target is None


def test_an_output_cannot_carry_what_it_does_not_show():
    # The state holds the first input for ever; an output that the weights do
    # not let show it forgets it in one step.
    x = np.zeros((T, 2, 1))
    x[0, :, 0] = 0.3, -0.3
    hidden = hidden_to_hidden(
        x, np.zeros((2, 2)), np.array([[1.0], [0.0]]),
        np.array([[1.0, 0], [0, 0]]), np.array([[0.0, 1.0]]),
        np.zeros(2), np.zeros(1),
    )  # fmt: skip
    assert (hidden == 0).all()
    shown = output_to_hidden(
        x, np.zeros((2, 1)), np.array([[1.0], [0.0]]), np.ones((2, 1)),
        np.array([[0.0, 1.0]]), np.zeros(2), np.zeros(1),
    )  # fmt: skip
    np.testing.assert_array_equal(shown[:, 0], shown[:, 1])
    # The hidden state still holds it: another output weight shows it.
    kept = hidden_to_hidden(
        x, np.zeros((2, 2)), np.array([[1.0], [0.0]]),
        np.array([[1.0, 0], [0, 0]]), np.array([[1.0, 0.0]]),
        np.zeros(2), np.zeros(1),
    )  # fmt: skip
    assert (kept[:, 0] > 0.2).all()
    assert (kept[:, 1] < -0.2).all()


@each_case
def test_float32_stays_float32_and_inputs_are_left_alone(kind, forced):
    arrays, g = problem(kind, forced)
    narrow = []
    for array in [g, *arrays]:
        view = np.repeat(array.astype(np.float32), 2, axis=-1)[..., ::2]
        view.flags.writeable = False
        narrow.append(view)
    forward, backward, definition = functions(kind)
    results = [
        forward(*narrow[1:]),
        definition(*narrow[1:]),
        *(a for a in backward(*narrow) if a is not None),
    ]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}
    close(results[0], forward(*arrays), rtol=1e-3, atol=1e-4)


@each_case
@pytest.mark.parametrize("sizes", [(0, B, I, H, O), (T, 0, I, H, O)])
def test_empty_sequences_and_batches(kind, forced, sizes):
    arrays, g = problem(kind, forced, sizes)
    forward, backward, definition = functions(kind)
    assert forward(*arrays).shape == (*sizes[:2], O)
    assert definition(*arrays).shape == (*sizes[:2], O)
    for got, array in zip(backward(g, *arrays), arrays, strict=False):
        np.testing.assert_array_equal(got, np.zeros_like(array))


def with_argument(kind, k, array):
    arrays, g = problem(kind, forced=kind != KINDS[0])
    arrays[k] = array
    return arrays, g


@pytest.mark.parametrize(
    ("kind", "k", "array", "error", "match"),
    [
        (KINDS[0], 0, np.ones((T, B, I), int), TypeError, "input must be flo"),
        (KINDS[0], 0, np.ones((T, B)), ValueError, "input must have shape"),
        (
            KINDS[0],
            1,
            np.ones((B, O)),
            ValueError,
            r"hx must have shape \(4, 6",
        ),
        (
            KINDS[0],
            3,
            np.ones((H, O)),
            ValueError,
            r"w_hh must have shape \(6",
        ),
        (
            KINDS[0],
            4,
            np.ones((H, O)),
            ValueError,
            r"w_ho must have shape \(2",
        ),
        (
            KINDS[1],
            1,
            np.ones((B, H)),
            ValueError,
            r"ox must have shape \(4, 2",
        ),
        (
            KINDS[1],
            2,
            np.ones((H, O)),
            ValueError,
            r"w_ih must have shape \(6",
        ),
        (
            KINDS[1],
            3,
            np.ones((H, H)),
            ValueError,
            r"w_oh must have shape \(6",
        ),
        (KINDS[1], 5, np.ones((H, 1)), ValueError, r"b_h must have shape \(H"),
        (KINDS[1], 6, np.ones((O, 1)), ValueError, r"b_o must have shape \(O"),
        (
            KINDS[1],
            6,
            np.ones(O, np.float32),
            TypeError,
            "b_o must have the dtype of input",
        ),
        (
            KINDS[1],
            7,
            np.ones((T - 1, B, O)),
            ValueError,
            r"target must have shape \(5, 4, 2\)",
        ),
        (
            KINDS[2],
            4,
            np.ones((H, O)),
            ValueError,
            r"w_oo must have shape \(2",
        ),
        (
            KINDS[2],
            3,
            np.ones((O, H), np.float32),
            TypeError,
            "w_ho must have the dtype of input",
        ),
    ],
)
def test_a_wrong_argument_is_named(kind, k, array, error, match):
    arrays, g = with_argument(kind, k, array)
    forward, backward, definition = functions(kind)
    for f in (forward, definition):
        with pytest.raises(error, match=match):
            f(*arrays)
    with pytest.raises(error, match=match):
        backward(g, *arrays)


def test_a_wrong_grad_output_is_named():
    for kind, f in [
        (KINDS[1], output_to_hidden_backward),
        (KINDS[2], output_to_output_backward),
    ]:
        arrays, g = problem(kind)
        with pytest.raises(ValueError, match="grad_output must have shape"):
            f(g[1:], *arrays)
        with pytest.raises(TypeError, match="grad_output must have the dtype"):
            f(g.astype(np.float32), *arrays)


def test_an_output_that_feeds_itself_is_a_linear_filter():
    arrays, _ = problem(KINDS[2])
    x, ox, w_ih, w_ho, w_oo, b_h, b_o = arrays
    drive = np.tanh(x @ w_ih.T + b_h) @ w_ho.T + b_o
    wanted = sum(
        drive[k] @ np.linalg.matrix_power(w_oo.T, T - 1 - k) for k in range(T)
    ) + ox @ np.linalg.matrix_power(w_oo.T, T)
    close(output_to_output(*arrays)[-1], wanted, **TIGHT)
