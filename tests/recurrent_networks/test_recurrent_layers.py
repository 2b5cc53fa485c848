"""Tests of the classes RNN, LSTM and GRU beside those of torch.nn."""

from itertools import product

import numpy as np
import pytest
import torch

import reference_impl
from reference_impl import GRU, LSTM, RNN, lstm, lstm_backward

T, B, I, H = 5, 4, 3, 6
NAMES = ["RNN", "LSTM", "GRU"]
close = np.testing.assert_allclose
each_name = pytest.mark.parametrize("name", NAMES)


def pair(name, *args, **kwargs):
    """Return our layer and PyTorch's, with PyTorch's weights in float64."""
    theirs = getattr(torch.nn, name)(*args, **kwargs).double()
    ours = getattr(reference_impl, name)(*args, **kwargs, dtype=np.float64)
    ours.load_state_dict(
        {k: v.numpy() for k, v in theirs.state_dict().items()}
    )
    return ours, theirs


def listed(result):
    """Return output and states of a call as one flat list."""
    output, final = result[:2]
    return [output, *(final if isinstance(final, tuple) else [final])]


@each_name
@pytest.mark.parametrize(
    ("bias", "batch_first", "bidirectional", "num_layers", "given"),
    list(
        product(
            [True, False], [False, True], [False, True], [1, 2], [False, True]
        )
    ),
)
def test_agrees_with_torch(
    name, bias, batch_first, bidirectional, num_layers, given
):
    torch.manual_seed(0)
    ours, theirs = pair(
        name,
        I,
        H,
        num_layers=num_layers,
        bias=bias,
        batch_first=batch_first,
        bidirectional=bidirectional,
    )
    rng = np.random.default_rng(1)
    x = rng.standard_normal((B, T, I) if batch_first else (T, B, I))
    states = rng.standard_normal((2, num_layers * (1 + bidirectional), B, H))
    hx = None
    if given:
        hx = tuple(states) if name == "LSTM" else states[0]
    tensors = tuple(torch.tensor(s) for s in states)
    hx_torch = tensors if name == "LSTM" else tensors[0]
    with torch.no_grad():
        wanted = theirs(torch.tensor(x), hx_torch if given else None)
    for a, b in zip(listed(ours(x, hx)), listed(wanted), strict=True):
        close(a, b.numpy(), rtol=1e-10, atol=1e-13)


@each_name
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_one_sequence_alone_agrees_with_torch(name, batch_first, given):
    torch.manual_seed(0)
    ours, theirs = pair(name, I, H, 2, batch_first=batch_first)
    rng = np.random.default_rng(1)
    x, states = rng.standard_normal((T, I)), rng.standard_normal((2, 2, H))
    tensors = tuple(torch.tensor(s) for s in states)
    hx = tuple(states) if name == "LSTM" else states[0]
    hx_torch = tensors if name == "LSTM" else tensors[0]
    with torch.no_grad():
        wanted = theirs(torch.tensor(x), hx_torch if given else None)
    got = ours(x, hx if given else None)
    for a, b in zip(listed(got), listed(wanted), strict=True):
        close(a, b.numpy(), rtol=1e-10, atol=1e-13)


def test_relu_is_chosen_by_the_nonlinearity():
    torch.manual_seed(0)
    ours, theirs = pair("RNN", I, H, 1, "relu", True, True)
    x = np.random.default_rng(1).standard_normal((B, T, I))
    with torch.no_grad():
        wanted = theirs(torch.tensor(x))
    for a, b in zip(ours(x), wanted, strict=True):
        close(a, b.numpy(), rtol=1e-10, atol=1e-13)
    assert ours.nonlinearity == "relu"


@each_name
def test_takes_a_state_dict_of_torch_as_it_is(name):
    theirs = getattr(torch.nn, name)(I, H, num_layers=2, bidirectional=True)
    ours = getattr(reference_impl, name)(
        I, H, num_layers=2, bidirectional=True
    )
    ours.load_state_dict(theirs.state_dict())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = np.random.default_rng(1).standard_normal((T, B, I)).astype(np.float32)
    with torch.no_grad():
        wanted = theirs(torch.tensor(x))[0]
    got = ours(x)[0]
    assert got.dtype == np.float32
    close(got, wanted.numpy(), rtol=1e-4, atol=1e-6)


@each_name
def test_torch_takes_our_state_dict(name):
    ours = getattr(reference_impl, name)(I, H, generator=0)
    theirs = getattr(torch.nn, name)(I, H)
    theirs.load_state_dict(
        {k: torch.tensor(v) for k, v in ours.state_dict().items()}
    )
    x = np.random.default_rng(1).standard_normal((T, B, I)).astype(np.float32)
    with torch.no_grad():
        wanted = theirs(torch.tensor(x))[0]
    close(ours(x)[0], wanted.numpy(), rtol=1e-4, atol=1e-6)


@each_name
def test_parameters_are_drawn_as_torch_draws_them(name):
    layer = getattr(reference_impl, name)(I, 50, generator=3)
    bound = 50**-0.5
    for array in layer.params:
        assert array.dtype == np.float32
        assert abs(array).max() <= bound
        assert abs(array).max() > 0.9 * bound
        assert array.min() < 0 < array.max()
    again = getattr(reference_impl, name)(I, 50, generator=3)
    other = getattr(reference_impl, name)(I, 50, generator=4)
    np.testing.assert_array_equal(layer.params[0], again.params[0])
    assert (layer.params[0] != other.params[0]).any()


def test_a_state_dict_is_a_copy_both_ways():
    layer = LSTM(I, H, generator=0)
    state = layer.state_dict()
    state["weight_ih_l0"][:] = 7
    assert (layer.params[0] != 7).all()
    layer.load_state_dict(state)
    state["weight_ih_l0"][:] = 8
    assert (layer.params[0] == 7).all()


def test_gradients_come_from_the_function_and_the_trace():
    layer = LSTM(I, H, num_layers=2, dropout=0.5, generator=0, dtype=float)
    x = np.random.default_rng(1).standard_normal((T, B, I))
    zeros = np.zeros((2, B, H))
    output, (h_n, _), trace = layer(x, return_trace=True)
    # dropout drew: the next call differs, the trace repeats this one
    assert (layer(x)[0] != output).any()
    g = np.random.default_rng(2).standard_normal(output.shape)
    back = lstm_backward(
        (g, None, None), x, (zeros, zeros), layer.params, num_layers=2,
        dropout=0.5, train=True, generator=0, trace=trace,
    )  # fmt: skip
    dropped = trace.records[0].hidden[1:] * trace.masks[0]
    above = lstm_backward(
        (g, None, None), dropped, (zeros[:1], zeros[:1]), layer.params[4:]
    )
    below = lstm_backward(
        (above.input * trace.masks[0], None, None), x,
        (zeros[:1], zeros[:1]), layer.params[:4],
    )  # fmt: skip
    for got, wanted in zip(
        back.params, [*below.params, *above.params], strict=True
    ):
        close(got, wanted, rtol=1e-10, atol=1e-13)
    np.testing.assert_array_equal(h_n[1], output[-1])


def test_dropout_acts_in_training_only():
    layer = GRU(I, H, num_layers=2, dropout=0.5, generator=0, dtype=float)
    x = np.random.default_rng(1).standard_normal((T, B, I))
    assert layer.training
    noisy = layer(x)[0]
    assert layer.eval() is layer
    quiet = layer(x)[0]
    np.testing.assert_array_equal(layer(x)[0], quiet)
    assert (noisy != quiet).any()
    assert layer.train() is layer
    assert (layer(x)[0] != quiet).any()


def test_lengths_are_those_of_the_function():
    layer = LSTM(I, H, bidirectional=True, generator=0, dtype=float)
    x = np.random.default_rng(1).standard_normal((T, B, I))
    zeros = np.zeros((2, B, H))
    got = layer(x, lengths=[5, 2, 1, 4])
    wanted = lstm(
        x, (zeros, zeros), layer.params, bidirectional=True,
        lengths=[5, 2, 1, 4],
    )  # fmt: skip
    np.testing.assert_array_equal(got[0], wanted[0])
    np.testing.assert_array_equal(got[1][1], wanted[2])


def test_dropout_with_one_layer_is_warned_of():
    with pytest.warns(UserWarning, match="dropout acts between layers"):
        LSTM(I, H, dropout=0.5)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: LSTM(I, H, proj_size=2),
            ValueError,
            "proj_size must be 0, as there are no projections, got proj_size",
        ),
        (lambda: LSTM(0, H), ValueError, "input_size must be at least 1"),
        (lambda: GRU(I, 0), ValueError, "hidden_size must be at least 1"),
        (lambda: GRU(I, 2.0), TypeError, "hidden_size must be an int"),
        (lambda: RNN(I, H, 0), ValueError, "num_layers must be at least 1"),
        (lambda: RNN(I, H, bias=1), TypeError, "bias must be a bool"),
        (
            lambda: RNN(I, H, batch_first=1),
            TypeError,
            "batch_first must be a bool",
        ),
        (
            lambda: RNN(I, H, bidirectional=None),
            TypeError,
            "bidirectional must be a bool",
        ),
        (
            lambda: RNN(I, H, nonlinearity="gelu"),
            ValueError,
            "nonlinearity must be one of 'tanh', 'relu', got",
        ),
        (
            lambda: LSTM(I, H, 2, dropout=-0.1),
            ValueError,
            r"dropout must be in \[0, 1\]",
        ),
        (lambda: GRU(I, H, dtype=int), TypeError, "dtype must be floating"),
        (lambda: GRU(I, H).train(1), TypeError, "mode must be a bool"),
        (
            lambda: GRU(I, H)(np.ones((T, B, I + 1), np.float32)),
            ValueError,
            r"input must have shape \(T, B, 3\)",
        ),
        (
            lambda: GRU(I, H, batch_first=True)(np.ones(I, np.float32)),
            ValueError,
            r"input must have shape \(B, T, 3\)",
        ),
        (
            lambda: GRU(I, H)(np.ones((T, B, I))),
            TypeError,
            "input must have the dtype of layer, got input.dtype=float64, "
            "layer.dtype=float32",
        ),
        (
            lambda: LSTM(I, H)(
                np.ones((T, B, I), np.float32), np.ones((1, B, H), np.float32)
            ),
            TypeError,
            r"hx must be a tuple \(h, c\)",
        ),
        (
            lambda: GRU(I, H)(
                np.ones((T, I), np.float32), np.ones((1, 1, H), np.float32)
            ),
            ValueError,
            r"hx must have shape \(1, 6\), got hx.shape=\(1, 1, 6\)",
        ),
        (
            lambda: GRU(I, H).load_state_dict(None),
            TypeError,
            "state_dict must be a mapping of names to arrays, got state_dict "
            "of type NoneType",
        ),
        (
            lambda: GRU(I, H).load_state_dict({"weight_ih_l0": 1.0, "x": 2.0}),
            ValueError,
            r"state_dict must have the keys \['weight_ih_l0', .* got missing="
            r"\['bias_hh_l0', .*\], unexpected=\['x'\]",
        ),
        (
            lambda: GRU(I, H).load_state_dict(GRU(I, H + 1).state_dict()),
            ValueError,
            r"weight_ih_l0 must have shape \(18, 3\), got weight_ih_l0.shape="
            r"\(21, 3\)",
        ),
        (
            lambda: GRU(I, H).load_state_dict(
                GRU(I, H, dtype=float).state_dict()
            ),
            TypeError,
            "weight_ih_l0 must have the dtype of layer, got weight_ih_l0.dtype"
            "=float64, layer.dtype=float32",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_a_state_dict_that_does_not_fit_changes_nothing():
    layer = GRU(I, H, generator=0)
    before, state = layer.state_dict(), layer.state_dict()
    state = {name: array + 1 for name, array in state.items()}
    state["bias_hh_l0"] = np.ones(2, np.float32)
    with pytest.raises(ValueError, match="bias_hh_l0 must have shape"):
        layer.load_state_dict(state)
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
