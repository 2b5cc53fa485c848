"""Tests of reference_impl.convolutional_networks.pooling."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import (
    max_pool1d,
    max_pool1d_backward,
    max_pool1d_definition,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_definition,
)
from reference_impl.convolutional_networks import _windows

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)

GEOMETRIES_1D = [
    pytest.param((2, 3, 7), {"kernel_size": 2}, id="strides-do-not-divide"),
    pytest.param((3, 2, 9), {"kernel_size": 4, "stride": 1}, id="overlap"),
    pytest.param(
        (3, 8), {"kernel_size": (3,), "stride": (2,)}, id="unbatched"
    ),
    pytest.param(
        (2, 3, 11),
        {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2},
        id="dilated",
    ),
    pytest.param(
        (2, 1, 8),
        {"kernel_size": 3, "stride": 3, "padding": 1, "ceil_mode": True},
        id="ceil",
    ),
    pytest.param((1, 2, 6), {"kernel_size": 2, "stride": 5}, id="gaps"),
]
GEOMETRIES_2D = [
    pytest.param((2, 3, 4, 6), {"kernel_size": 2}, id="tiled"),
    pytest.param((3, 2, 5, 7), {"kernel_size": 2}, id="strides-do-not-divide"),
    pytest.param((2, 3, 5, 6), {"kernel_size": 3, "stride": 1}, id="overlap"),
    pytest.param((3, 6, 5), {"kernel_size": (3, 2)}, id="unbatched"),
    pytest.param(
        (2, 1, 7, 5),
        {"kernel_size": (3, 2), "stride": (2, 3), "padding": 1},
        id="padded",
    ),
    pytest.param(
        (2, 3, 9, 8),
        {
            "kernel_size": (2, 3),
            "stride": (3, 2),
            "padding": (0, 1),
            "dilation": (3, 2),
        },
        id="dilated",
    ),
    pytest.param(
        (1, 2, 6, 8),
        {"kernel_size": (3, 4), "stride": (2, 3), "ceil_mode": True},
        id="ceil",
    ),
    pytest.param((2, 1, 9, 7), {"kernel_size": 2, "stride": 4}, id="gaps"),
    pytest.param((2, 3, 4, 5), {"kernel_size": (4, 5)}, id="global"),
    pytest.param((2, 3, 4, 5), {"kernel_size": 1}, id="identity"),
]


def distinct(shape, seed=0):
    """Return an array without ties, whose entries are all below -1."""
    cells = np.random.default_rng(seed).permutation(int(np.prod(shape)))
    return -1.0 - cells.reshape(shape)


def functions(dims):
    """Return (f, definition, backward, torch's f)."""
    if dims == 1:
        return (
            max_pool1d,
            max_pool1d_definition,
            max_pool1d_backward,
            F.max_pool1d,
        )
    return max_pool2d, max_pool2d_definition, max_pool2d_backward, F.max_pool2d


def geometries(dims, max_size):
    """Return a strategy for (shape, kwargs) that PyTorch accepts."""

    @st.composite
    def draw_geometry(draw):
        axes = []
        for _ in range(dims):
            k, s = draw(st.integers(1, 4)), draw(st.integers(1, 4))
            p, d = draw(st.integers(0, k // 2)), draw(st.integers(1, 3))
            # Wide enough for each window to hold a cell of the input.
            low = max(1, d * (k - 1) + 1 - p)
            axes.append((draw(st.integers(low, low + max_size)), k, s, p, d))
        sizes, *rest = zip(*axes, strict=True)
        shape = (*draw(st.sampled_from([(2,), (1, 3), (3, 2)])), *sizes)
        names = ("kernel_size", "stride", "padding", "dilation")
        kwargs = dict(zip(names, rest, strict=True))
        return shape, kwargs | {"ceil_mode": draw(st.booleans())}

    return draw_geometry()


def assert_matches_torch_and_definition(x, dims, kwargs):
    f, definition, backward, torch_f = functions(dims)
    t = torch.tensor(x, requires_grad=True)
    want, want_indices = torch_f(t, **kwargs, return_indices=True)
    g = np.random.default_rng(1).standard_normal(tuple(want.shape))
    g = g.astype(x.dtype)
    want.backward(torch.tensor(g))
    # Without indices and gradient PyTorch takes another kernel in 1-D.
    torch.testing.assert_close(
        torch_f(t.detach(), **kwargs), want.detach(), equal_nan=True
    )
    y, indices = f(x, **kwargs, return_indices=True)
    np.testing.assert_array_equal(y, want.detach().numpy())
    np.testing.assert_array_equal(indices, want_indices.numpy())
    np.testing.assert_array_equal(f(x, **kwargs), y)
    np.testing.assert_array_equal(definition(x, **kwargs), y)
    for saved in ({}, {"output": y}):
        grad = backward(g, x, **kwargs, **saved)
        np.testing.assert_allclose(
            grad, t.grad.numpy(), rtol=1e-13, atol=1e-14
        )
    assert y.dtype == grad.dtype == x.dtype
    assert indices.dtype == np.int64


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_1D)
def test_1d_agrees_with_torch_and_the_definition(shape, kwargs):
    assert_matches_torch_and_definition(distinct(shape), 1, kwargs)


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_2D)
def test_2d_agrees_with_torch_and_the_definition(shape, kwargs):
    assert_matches_torch_and_definition(distinct(shape), 2, kwargs)


@SETTINGS
@given(geometry=geometries(1, 9), levels=st.integers(1, 50))
def test_1d_agrees_with_torch_with_ties_in_any_geometry(geometry, levels):
    shape, kwargs = geometry
    x = np.random.default_rng(2).integers(-levels, 0, shape) * 1.0
    assert_matches_torch_and_definition(x, 1, kwargs)


@SETTINGS
@given(geometry=geometries(2, 6), levels=st.integers(1, 50))
def test_2d_agrees_with_torch_with_ties_in_any_geometry(geometry, levels):
    shape, kwargs = geometry
    x = np.random.default_rng(2).integers(-levels, 0, shape) * 1.0
    assert_matches_torch_and_definition(x, 2, kwargs)


@settings(SETTINGS, max_examples=100)
@given(geometry=geometries(2, 5), seed=st.integers(0, 1000))
def test_infinity_and_nan_as_in_torch_in_any_geometry(geometry, seed):
    shape, kwargs = geometry
    special = [np.nan, -np.inf, np.inf, -1.0, 0.0]
    x = np.random.default_rng(seed).choice(special, shape)
    assert_matches_torch_and_definition(x, 2, kwargs)


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_1D)
def test_1d_numerical_gradient(shape, kwargs):
    assert_gradients(
        lambda x: max_pool1d(x, **kwargs),
        lambda g, x: max_pool1d_backward(g, x, **kwargs),
        [distinct(shape)],
    )


@pytest.mark.parametrize(("shape", "kwargs"), GEOMETRIES_2D)
def test_2d_numerical_gradient(shape, kwargs):
    assert_gradients(
        lambda x: max_pool2d(x, **kwargs),
        lambda g, x: max_pool2d_backward(g, x, **kwargs),
        [distinct(shape)],
    )


def test_many_planes_are_worked_on_in_blocks():
    x = distinct((11, 7, 64, 61)).astype(np.float32)
    assert len(_windows.blocks(x.reshape(-1, 64, 61))) > 1
    kwargs = {"kernel_size": 3, "stride": 2, "padding": 1}
    want, indices = F.max_pool2d(
        torch.tensor(x), **kwargs, return_indices=True
    )
    got = max_pool2d(x, **kwargs, return_indices=True)
    np.testing.assert_array_equal(got[0], want.numpy())
    np.testing.assert_array_equal(got[1], indices.numpy())
    g = np.random.default_rng(3).standard_normal(want.shape)
    g = g.astype(np.float32)
    t = torch.tensor(x, requires_grad=True)
    F.max_pool2d(t, **kwargs).backward(torch.tensor(g))
    got_grad = max_pool2d_backward(g, x, **kwargs)
    np.testing.assert_allclose(got_grad, t.grad.numpy(), atol=1e-6)


def test_ties_go_to_the_first_cell_in_row_major_order():
    x = np.array([[[0.0, 5.0, 5.0], [5.0, 5.0, 1.0]]])
    g = np.array([[[2.0, 3.0]]])
    grad = max_pool2d_backward(g, x, 2, stride=1)
    np.testing.assert_array_equal(grad, [[[0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]])
    grad = max_pool1d_backward(g[0], np.array([[7.0, 7.0, 7.0]]), 2, stride=1)
    np.testing.assert_array_equal(grad, [[2.0, 3.0, 0.0]])


def test_a_window_with_nan_gives_nan_and_chooses_the_last():
    nan = np.nan
    x = np.array([[[nan, 9.0, 3.0], [1.0, nan, 2.0]]])
    y, indices = max_pool2d(x, 2, stride=1, return_indices=True)
    np.testing.assert_array_equal(y, [[[nan, nan]]])
    np.testing.assert_array_equal(indices, [[[4, 4]]])
    grad = max_pool2d_backward(np.array([[[2.0, 3.0]]]), x, 2, stride=1)
    np.testing.assert_array_equal(grad, [[[0.0, 0.0, 0.0], [0.0, 5.0, 0.0]]])


def test_padding_is_minus_infinity_and_never_chosen():
    x = np.full((1, 2, 3), -np.inf)
    y, indices = max_pool2d(x, 2, padding=1, return_indices=True)
    np.testing.assert_array_equal(y, np.full((1, 2, 2), -np.inf))
    np.testing.assert_array_equal(indices, [[[0, 1], [3, 4]]])
    g = np.array([[[2.0, 3.0], [5.0, 7.0]]])
    grad = max_pool2d_backward(g, x, 2, padding=1)
    np.testing.assert_array_equal(grad, [[[2.0, 3.0, 0.0], [5.0, 7.0, 0.0]]])


def test_a_gradient_of_infinity_or_nan_stays_in_its_cell():
    x = np.array([[4.0, 1.0, 2.0, 3.0, 5.0, 0.0]])
    g = np.array([[np.inf, np.nan, -np.inf]])
    grad = max_pool1d_backward(g, x, 2)
    np.testing.assert_array_equal(grad, [[np.inf, 0, 0, np.nan, -np.inf, 0]])
    g = np.array([[np.inf, np.nan, 2.0, -np.inf, 3.0]])
    grad = max_pool1d_backward(g, x, 2, stride=1)
    want = [[np.inf, 0, np.nan, 2.0, -np.inf, 0]]
    np.testing.assert_array_equal(grad, want)


def test_a_window_that_misses_the_input_gives_minus_infinity():
    x = np.array([[3.0, 4.0]])  # the window reads cells -1 and 2
    kwargs = {"kernel_size": 2, "stride": 1, "padding": 1, "dilation": 3}
    assert max_pool1d(x, **kwargs).tolist() == [[-np.inf]]
    assert max_pool1d_definition(x, **kwargs).tolist() == [[-np.inf]]
    assert F.max_pool1d(torch.tensor(x), **kwargs).tolist() == [[-np.inf]]
    grad = max_pool1d_backward(np.array([[2.0]]), x, **kwargs)
    assert grad.tolist() == [[0.0, 0.0]]
    with pytest.raises(ValueError, match="return_indices must be False where"):
        max_pool1d(x, **kwargs, return_indices=True)


def test_stride_defaults_to_the_kernel_size():
    x = distinct((1, 6, 8))
    np.testing.assert_array_equal(
        max_pool2d(x, (3, 2)), max_pool2d(x, (3, 2), (3, 2))
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    "kwargs", [{}, {"padding": 1}, {"stride": 1}, {"ceil_mode": True}]
)
def test_keeps_dtype_and_takes_read_only_strided_input(dtype, kwargs):
    big = distinct((3, 2, 10, 7)).astype(dtype)
    x = big.transpose(1, 0, 3, 2)[:, ::2, ::-1, 1::2]
    x.flags.writeable = False
    before = x.copy()
    y = max_pool2d(x, 2, **kwargs)
    g = np.random.default_rng(4).standard_normal(y.shape).astype(dtype)
    g.flags.writeable = False
    grad = max_pool2d_backward(g, x, 2, **kwargs)
    assert y.dtype == grad.dtype == dtype
    copy = np.ascontiguousarray(x)
    np.testing.assert_array_equal(y, max_pool2d(copy, 2, **kwargs))
    np.testing.assert_array_equal(
        grad, max_pool2d_backward(g, copy, 2, **kwargs)
    )
    np.testing.assert_array_equal(x, before)


def test_the_output_is_a_copy_even_where_pooling_changes_nothing():
    x = distinct((2, 3, 4))
    y = max_pool2d(x, 1)
    assert not np.shares_memory(x, y)
    y[...] = 0.0
    assert (x < 0).all()


@pytest.mark.parametrize("shape", [(0, 3, 4, 5), (2, 0, 4, 5)])
def test_empty_batches_and_channels(shape):
    x = np.empty(shape, np.float32)
    y, indices = max_pool2d(x, 2, return_indices=True)
    assert y.shape == indices.shape == (*shape[:2], 2, 2)
    assert max_pool2d_backward(y, x, 2).shape == shape
    assert max_pool1d(x[..., 0], 2).shape == (*shape[:2], 2)


X2, X1 = np.ones((2, 3, 4, 5)), np.ones((2, 3, 5))


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "message"),
    [
        ((X2.astype(int), 2), {}, TypeError, "input must be floating, got in"),
        ((X2.astype(np.longdouble), 2), {}, TypeError, "must be float16"),
        ((X2[0, 0], 2), {}, ValueError, r"\(N, C, H, W\), got input.shape=\("),
        ((X2[..., :0], 2), {}, ValueError, "one cell along H and W, got inpu"),
        ((X2, 0), {}, ValueError, "kernel_size must be at least 1, got"),
        ((X2, 2.0), {}, TypeError, "kernel_size must be an int or a tuple of"),
        ((X2, (2, 2, 2)), {}, ValueError, "kernel_size must be an int or a"),
        ((X2, b"ab"), {}, TypeError, "kernel_size must be an int or a tuple"),
        ((X2, 5), {}, ValueError, "input_size=4, kernel_size=5"),
        ((X2, 2, 0), {}, ValueError, "stride must be at least 1, got stri"),
        ((X2, 2), {"padding": -1}, ValueError, "padding must be at least 0"),
        (
            (X2, 2),
            {"padding": (0, 2)},
            ValueError,
            r"at most half of kernel_size, got padding=\(0, 2\), kernel",
        ),
        ((X2, 2), {"dilation": 0}, ValueError, "dilation must be at least 1"),
        ((X2, 2), {"ceil_mode": 2}, ValueError, "ceil_mode must be one of"),
    ],
)
def test_2d_rejects(args, kwargs, error, message):
    for function in (max_pool2d, max_pool2d_definition):
        with pytest.raises(error, match=message):
            function(*args, **kwargs)
    with pytest.raises(error, match=message):
        max_pool2d_backward(np.ones((2, 3, 2, 2)), *args, **kwargs)


def test_return_indices_is_a_flag():
    for f, x in ((max_pool1d, X1), (max_pool2d, X2)):
        with pytest.raises(ValueError, match="return_indices must be one of"):
            f(x, 2, return_indices="no")


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((X1[0, 0], 2), ValueError, r"\(N, C, L\), got input.shape=\(5,\)"),
        ((X1[..., :0], 2), ValueError, "at least one cell along L, got input"),
        ((X1, (2, 2)), ValueError, "kernel_size must be an int or a tuple"),
    ],
)
def test_1d_rejects(args, error, message):
    for function in (max_pool1d, max_pool1d_definition):
        with pytest.raises(error, match=message):
            function(*args)
    with pytest.raises(error, match=message):
        max_pool1d_backward(np.ones((2, 3, 2)), *args)


@pytest.mark.parametrize(
    ("g", "output", "error", "message"),
    [
        (np.ones((2, 3, 2, 3)), None, ValueError, "grad_output must have sha"),
        (np.ones((2, 3, 2, 2), "f"), None, TypeError, "grad_output must have"),
        (np.ones((2, 3, 2, 2), int), None, TypeError, "grad_output must be f"),
        (X2[..., :2, :2], X2, ValueError, "output must have shape"),
        (X2[..., :2, :2], X2.astype("f"), TypeError, "output must have the d"),
    ],
)
def test_backward_rejects(g, output, error, message):
    with pytest.raises(error, match=message):
        max_pool2d_backward(g, X2, 2, output=output)
