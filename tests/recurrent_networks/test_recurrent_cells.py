"""Tests of the classes RNNCell, LSTMCell and GRUCell beside torch.nn."""

import numpy as np
import pytest
import torch

import reference_impl
from reference_impl import GRUCell, LSTMCell, RNNCell

B, I, H = 4, 3, 6
CELLS = {
    "tanh": ("RNNCell", {}),
    "relu": ("RNNCell", {"nonlinearity": "relu"}),
    "lstm": ("LSTMCell", {}),
    "gru": ("GRUCell", {}),
}
close = np.testing.assert_allclose


def listed(states):
    return list(states) if isinstance(states, tuple) else [states]


@pytest.mark.parametrize("key", CELLS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(B,), ()], ids=["batch", "alone"])
@pytest.mark.parametrize("given", [False, True])
def test_agrees_with_torch(key, bias, batch, given):
    torch.manual_seed(0)
    name, more = CELLS[key]
    theirs = getattr(torch.nn, name)(I, H, bias, **more).double()
    ours = getattr(reference_impl, name)(I, H, bias, **more, dtype=float)
    ours.load_state_dict(theirs.state_dict())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    rng = np.random.default_rng(1)
    x, states = rng.standard_normal((*batch, I)), []
    states = [rng.standard_normal((*batch, H)) for _ in range(2)]
    tensors = [torch.tensor(s) for s in states]
    if name == "LSTMCell":
        hx, hx_torch = tuple(states), tuple(tensors)
    else:
        hx, hx_torch = states[0], tensors[0]
    with torch.no_grad():
        wanted = theirs(torch.tensor(x), hx_torch if given else None)
    got = ours(x, hx if given else None)
    for a, b in zip(listed(got), listed(wanted), strict=True):
        close(a, b.numpy(), rtol=1e-10, atol=1e-13)


def test_parameters_are_float32_and_repeat_with_the_generator():
    for name, _ in CELLS.values():
        cell = getattr(reference_impl, name)
        a, b = cell(I, H, generator=5), cell(I, H, generator=5)
        assert {array.dtype for array in a.params} == {np.dtype(np.float32)}
        for p, q in zip(a.params, b.params, strict=True):
            np.testing.assert_array_equal(p, q)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: LSTMCell(0, H), ValueError, "input_size must be at least 1"),
        (lambda: GRUCell(I, -1), ValueError, "hidden_size must be at least"),
        (lambda: GRUCell(I, "6"), TypeError, "hidden_size must be an int"),
        (lambda: RNNCell(I, H, 0), TypeError, "bias must be a bool"),
        (
            lambda: RNNCell(I, H, True, "gelu"),
            ValueError,
            "nonlinearity must be one of",
        ),
        (
            lambda: GRUCell(I, H)(np.ones((B, I + 1), np.float32)),
            ValueError,
            r"input must have shape \(B, 3\) or \(3,\), got input.shape=\(4, "
            r"4\)",
        ),
        (
            lambda: GRUCell(I, H)(np.ones((1, B, I), np.float32)),
            ValueError,
            r"input must have shape \(B, 3\) or \(3,\)",
        ),
        (
            lambda: LSTMCell(I, H)(
                np.ones(I, np.float32), np.ones(H, np.float32)
            ),
            TypeError,
            r"hx must be a tuple \(h, c\)",
        ),
        (
            lambda: GRUCell(I, H)(
                np.ones((B, I), np.float32), np.ones((B, I), np.float32)
            ),
            ValueError,
            r"hx must have shape \(4, 6\)",
        ),
        (
            lambda: LSTMCell(I, H)(
                np.ones(I, np.float32), np.ones((2, 1, H), np.float32).tolist()
            ),
            ValueError,
            r"hx\[0\] must have shape \(6,\), got hx\[0\].shape=\(1, 6\)",
        ),
        (
            lambda: GRUCell(I, H)(np.ones((B, I))),
            TypeError,
            "input must have the dtype of layer, got input.dtype=float64",
        ),
        (
            lambda: GRUCell(I, H).load_state_dict({}),
            ValueError,
            "state_dict must have the keys",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()
