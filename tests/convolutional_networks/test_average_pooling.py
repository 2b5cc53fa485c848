"""Tests of reference_impl.convolutional_networks.average_pooling."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import (
    avg_pool1d,
    avg_pool1d_backward,
    avg_pool1d_definition,
    avg_pool2d,
    avg_pool2d_backward,
    avg_pool2d_definition,
)
from reference_impl.convolutional_networks import _windows

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)

FUNCTIONS = {
    1: (avg_pool1d, avg_pool1d_definition, avg_pool1d_backward, F.avg_pool1d),
    2: (avg_pool2d, avg_pool2d_definition, avg_pool2d_backward, F.avg_pool2d),
}
GEOMETRIES_1D = [
    pytest.param((2, 3, 7), {"kernel_size": 2}, id="strides-do-not-divide"),
    pytest.param(
        (3, 8), {"kernel_size": (3,), "stride": (2,)}, id="unbatched"
    ),
    pytest.param(
        (2, 3, 9),
        {"kernel_size": 4, "stride": 3, "padding": 2, "ceil_mode": True},
        id="ceil",
    ),
    pytest.param(
        (2, 3, 6),
        {"kernel_size": 3, "padding": 1, "count_include_pad": False},
        id="padding-not-counted",
    ),
]
GEOMETRIES_2D = [
    pytest.param((2, 3, 4, 6), {"kernel_size": 2}, id="tiled"),
    pytest.param((3, 6, 5), {"kernel_size": (3, 2)}, id="unbatched"),
    pytest.param((2, 3, 5, 6), {"kernel_size": 3, "stride": 1}, id="overlap"),
    pytest.param(
        (2, 1, 7, 5),
        {"kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 2)},
        id="padded",
    ),
    pytest.param(
        (2, 3, 7, 6),
        {
            "kernel_size": (4, 3),
            "stride": (3, 2),
            "padding": (2, 1),
            "ceil_mode": True,
            "count_include_pad": False,
        },
        id="ceil-padding-not-counted",
    ),
    pytest.param(
        (1, 2, 6, 8),
        {"kernel_size": (3, 4), "stride": (2, 3), "ceil_mode": True},
        id="ceil",
    ),
    pytest.param(
        (2, 3, 5, 6),
        {"kernel_size": 2, "padding": 1, "divisor_override": -7},
        id="divisor",
    ),
    pytest.param((2, 1, 9, 7), {"kernel_size": 2, "stride": 4}, id="gaps"),
]


def assert_matches_torch_and_definition(shape, dims, kwargs):
    f, definition, backward, torch_f = FUNCTIONS[dims]
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape) + 3.0
    t = torch.tensor(x, requires_grad=True)
    want = torch_f(t, **kwargs)
    g = rng.standard_normal(tuple(want.shape))
    want.backward(torch.tensor(g))
    close = {"rtol": 1e-12, "atol": 1e-14}
    y = f(x, **kwargs)
    np.testing.assert_allclose(y, want.detach().numpy(), **close)
    np.testing.assert_allclose(definition(x, **kwargs), y, **close)
    grad = backward(g, x, **kwargs)
    np.testing.assert_allclose(grad, t.grad.numpy(), **close)


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_1D)
def test_1d_agrees_with_torch_and_the_definition(shape, kwargs):
    assert_matches_torch_and_definition(shape, 1, kwargs)


def test_the_mean_of_large_halves_is_one_of_them():
    x = np.full((1, 4, 4), 6e4, np.float16)  # four of them are beyond float16
    y = avg_pool2d(x, 2)
    assert y.dtype == np.float16
    assert (y == x[0, 0, 0]).all()


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_2D)
def test_2d_agrees_with_torch_and_the_definition(shape, kwargs):
    assert_matches_torch_and_definition(shape, 2, kwargs)


@SETTINGS
@given(dims=st.sampled_from([1, 2]), data=st.data())
def test_agrees_with_torch_in_any_geometry(dims, data):
    axes = []
    for _ in range(dims):
        k, s = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
        p = data.draw(st.integers(0, k // 2))
        low = max(1, k - 2 * p)
        axes.append((data.draw(st.integers(low, low + 6)), k, s, p))
    sizes, *rest = zip(*axes, strict=True)
    lead = data.draw(st.sampled_from([(2,), (1, 3), (3, 2)]))
    names = ("kernel_size", "stride", "padding")
    kwargs = dict(zip(names, rest, strict=True))
    kwargs["ceil_mode"] = data.draw(st.booleans())
    kwargs["count_include_pad"] = data.draw(st.booleans())
    if dims == 2:
        divisors = st.sampled_from([None, 1, 5, -3])
        kwargs["divisor_override"] = data.draw(divisors)
    assert_matches_torch_and_definition((*lead, *sizes), dims, kwargs)


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_1D)
def test_1d_numerical_gradient(shape, kwargs):
    assert_gradients(
        lambda x: avg_pool1d(x, **kwargs),
        lambda g, x: avg_pool1d_backward(g, x, **kwargs),
        [np.random.default_rng(1).standard_normal(shape)],
    )


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_2D)
def test_2d_numerical_gradient(shape, kwargs):
    assert_gradients(
        lambda x: avg_pool2d(x, **kwargs),
        lambda g, x: avg_pool2d_backward(g, x, **kwargs),
        [np.random.default_rng(1).standard_normal(shape)],
    )


def test_many_planes_are_worked_on_in_blocks():
    x = np.random.default_rng(2).standard_normal((5, 7, 64, 61))
    assert len(_windows.blocks(x.reshape(-1, 64, 61))) > 1
    kwargs = {"kernel_size": 3, "stride": 2, "padding": 1}
    t = torch.tensor(x, requires_grad=True)
    want = F.avg_pool2d(t, **kwargs)
    want.sum().backward()
    y = avg_pool2d(x, **kwargs)
    np.testing.assert_allclose(y, want.detach().numpy(), atol=1e-14)
    grad = avg_pool2d_backward(np.ones_like(y), x, **kwargs)
    np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-12)


def test_what_is_counted():
    x = np.array([[6.0, 6.0, 6.0, 6.0]])
    sizes = {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}
    # Windows over cells -1..1, 1..3 and 3..5; 4 is padding, 5 is past it.
    assert avg_pool1d(x, **sizes).tolist() == [[4.0, 6.0, 3.0]]
    assert avg_pool1d(x, **sizes, count_include_pad=False).tolist() == [
        [6.0, 6.0, 6.0]
    ]


def test_divisor_override_replaces_every_count():
    x = np.array([[[1.0, 2.0], [4.0, 8.0]]])
    kwargs = {"stride": 1, "padding": 1, "divisor_override": 10}
    want = [[[0.1, 0.3, 0.2], [0.5, 1.5, 1.0], [0.4, 1.2, 0.8]]]
    np.testing.assert_allclose(avg_pool2d(x, 2, **kwargs), want, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("kwargs", [{}, {"padding": 1}, {"ceil_mode": True}])
def test_keeps_dtype_and_takes_read_only_strided_input(dtype, kwargs):
    big = np.random.default_rng(3).standard_normal((3, 2, 10, 7))
    x = big.astype(dtype).transpose(1, 0, 3, 2)[:, ::2, ::-1, 1::2]
    x.flags.writeable = False
    before = x.copy()
    y = avg_pool2d(x, 2, **kwargs)
    g = np.random.default_rng(4).standard_normal(y.shape).astype(dtype)
    g.flags.writeable = False
    grad = avg_pool2d_backward(g, x, 2, **kwargs)
    assert y.dtype == grad.dtype == dtype
    copy = np.ascontiguousarray(x)
    np.testing.assert_array_equal(y, avg_pool2d(copy, 2, **kwargs))
    np.testing.assert_array_equal(
        grad, avg_pool2d_backward(g, copy, 2, **kwargs)
    )
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("shape", [(0, 3, 4, 5), (2, 0, 4, 5)])
def test_empty_batches_and_channels(shape):
    x = np.empty(shape, np.float32)
    y = avg_pool2d(x, 2)
    assert y.shape == (*shape[:2], 2, 2)
    assert avg_pool2d_backward(y, x, 2).shape == shape
    assert avg_pool1d(x[..., 0], 2).shape == (*shape[:2], 2)


def test_nan_and_infinity_stay_in_their_windows():
    x = np.array([[np.nan, 1.0, np.inf, 2.0, 3.0, 5.0]])
    want = [[np.nan, np.inf, 4.0]]
    np.testing.assert_array_equal(avg_pool1d(x, 2), want)


X2, X1 = np.ones((2, 3, 4, 5)), np.ones((2, 3, 5))


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "message"),
    [
        ((X2.astype(int), 2), {}, TypeError, "input must be floating, got in"),
        ((X2[0, 0], 2), {}, ValueError, r"\(N, C, H, W\), got input.shape=\("),
        ((X2[:, :, :0], 2), {}, ValueError, "one cell along H and W, got inp"),
        ((X2, 0), {}, ValueError, "kernel_size must be at least 1, got"),
        ((X2, 5), {}, ValueError, "input_size=4, kernel_size=5"),
        ((X2, 2, 0), {}, ValueError, "stride must be at least 1, got stri"),
        ((X2, 2, 2, 2), {}, ValueError, "padding must be at most half of"),
        ((X2, 2), {"ceil_mode": 2}, ValueError, "ceil_mode must be one of"),
        ((X2, 2), {"count_include_pad": 7}, ValueError, "count_include_pad m"),
        (
            (X2, 2),
            {"divisor_override": 0},
            ValueError,
            "divisor_override must not be 0, got divisor_override=0",
        ),
        ((X2, 2), {"divisor_override": 0.5}, TypeError, "divisor_override mu"),
    ],
)
def test_2d_rejects(args, kwargs, error, message):
    for function in (avg_pool2d, avg_pool2d_definition):
        with pytest.raises(error, match=message):
            function(*args, **kwargs)
    with pytest.raises(error, match=message):
        avg_pool2d_backward(np.ones((2, 3, 2, 2)), *args, **kwargs)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((X1[0, 0], 2), ValueError, r"\(N, C, L\), got input.shape=\(5,\)"),
        ((X1, (2, 2)), ValueError, "kernel_size must be an int or a tuple"),
        ((X1, 2, 2, 0, False, None), ValueError, "count_include_pad must be"),
    ],
)
def test_1d_rejects(args, error, message):
    for function in (avg_pool1d, avg_pool1d_definition):
        with pytest.raises(error, match=message):
            function(*args)
    with pytest.raises(error, match=message):
        avg_pool1d_backward(np.ones((2, 3, 2)), *args)


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (np.ones((2, 3, 2, 3)), ValueError, "grad_output must have shape"),
        (np.ones((2, 3, 2, 2), "f"), TypeError, "grad_output must have the d"),
    ],
)
def test_backward_rejects(g, error, message):
    with pytest.raises(error, match=message):
        avg_pool2d_backward(g, X2, 2)
