"""Tests of reference_impl.convolutional_networks.transposed_convolution."""

from unittest.mock import patch

import numpy as np
import pytest
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import assert_torch_parity

from reference_impl import (
    conv1d,
    conv2d,
    conv_transpose1d,
    conv_transpose1d_backward,
    conv_transpose1d_definition,
    conv_transpose2d,
    conv_transpose2d_backward,
    conv_transpose2d_definition,
    convolve,
    convolve2d,
    zero_insert,
)
from reference_impl.convolutional_networks import _bands

SETTINGS = settings(max_examples=120, deadline=None, derandomize=True)
PATHS = st.sampled_from(
    [
        {"FEW_READ": 32, "BLOCK_BYTES": 2**20},
        {"FEW_READ": 999, "BLOCK_BYTES": 2**10},
        {"FEW_READ": 0, "BLOCK_BYTES": 2**9},
        {"FEW_READ": 0, "BLOCK_BYTES": 2**20},
    ]
)
DIMENSIONS = st.sampled_from([1, 2])
FORWARD = {1: conv_transpose1d, 2: conv_transpose2d}
BACKWARD = {1: conv_transpose1d_backward, 2: conv_transpose2d_backward}
DEFINITION = {1: conv_transpose1d_definition, 2: conv_transpose2d_definition}
TORCH = {1: F.conv_transpose1d, 2: F.conv_transpose2d}
CONVOLUTION = {1: conv1d, 2: conv2d}


def draw(*shape, seed=0, dtype=float):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def test_zero_insert_by_hand():
    x = np.array([[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(
        zero_insert(x, 2), [[1, 0, 2, 0, 3], [4, 0, 5, 0, 6]]
    )
    np.testing.assert_array_equal(
        zero_insert(x, (3, 1)), [[1, 2, 3], [0, 0, 0], [0, 0, 0], [4, 5, 6]]
    )
    np.testing.assert_array_equal(zero_insert(x, 1), x)
    assert zero_insert(x.astype("f4"), 2).dtype == "f4"
    assert zero_insert(np.ones((2, 0)), 3).shape == (2, 0)


def test_zero_insert_returns_a_copy():
    x = np.ones(3)
    zero_insert(x, 1)[:] = 2.0
    np.testing.assert_array_equal(x, np.ones(3))


@pytest.mark.parametrize(
    ("stride", "error", "message"),
    [
        (1.5, TypeError, "stride must be an int"),
        (0, ValueError, "stride must be at least 1, got stride=0"),
        ((1, 1), ValueError, r"one entry .* got stride=\(1, 1\), input.shape"),
    ],
)
def test_zero_insert_rejects(stride, error, message):
    with pytest.raises(error, match=message):
        zero_insert(np.ones(3), stride)


@st.composite
def layers(draw_, dimensions, largest=4):
    """Draw (arrays, keywords) of a transposed layer that leaves some output."""

    def sizes(least, most):
        axis = st.integers(least, most)
        return draw_(st.tuples(*[axis] * dimensions))

    groups = draw_(st.integers(1, 3))
    C, O = groups * draw_(st.integers(1, 2)), groups * draw_(st.integers(1, 3))
    size, kernel = sizes(1, largest), sizes(1, largest)
    stride, dilation = sizes(1, 4), sizes(1, 3)
    output_padding = tuple(
        draw_(st.integers(0, max(s, d) - 1))
        for s, d in zip(stride, dilation, strict=True)
    )
    padding = tuple(
        draw_(st.integers(0, ((n - 1) * s + d * (k - 1) + extra) // 2))
        for n, s, d, k, extra in zip(
            size, stride, dilation, kernel, output_padding, strict=True
        )
    )
    batch = draw_(st.sampled_from([(), (2,), (3,)]))
    seed = draw_(st.integers(0, 99))
    arrays = (
        draw(*batch, C, *size, seed=seed),
        draw(C, O // groups, *kernel, seed=seed + 1),
        draw(O, seed=seed + 2),
    )
    return arrays, {
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "groups": groups,
        "dilation": dilation,
    }


@SETTINGS
@given(st.data(), DIMENSIONS, PATHS)
def test_it_is_pytorchs(data, d, path):
    arrays, kwargs = data.draw(layers(d))
    with patch.multiple(_bands, **path):
        assert_torch_parity(FORWARD[d], BACKWARD[d], TORCH[d], arrays, kwargs)


@settings(SETTINGS, max_examples=60)
@given(st.data(), DIMENSIONS, PATHS)
def test_it_is_the_definition(data, d, path):
    arrays, kwargs = data.draw(layers(d, largest=3))
    with patch.multiple(_bands, **path):
        y = FORWARD[d](*arrays, **kwargs)
    np.testing.assert_allclose(
        y, DEFINITION[d](*arrays, **kwargs), rtol=1e-10, atol=1e-12
    )


@settings(SETTINGS, max_examples=40)
@given(st.data(), DIMENSIONS)
def test_backward_is_the_numerical_gradient(data, d):
    arrays, kwargs = data.draw(layers(d))
    assert_gradients(
        lambda *arrays: FORWARD[d](*arrays, **kwargs),
        lambda g, *arrays: BACKWARD[d](g, *arrays, **kwargs),
        arrays,
    )


@SETTINGS
@given(st.data(), DIMENSIONS)
def test_it_is_the_adjoint_of_the_convolution(data, d):
    """<conv(x), y> = <x, conv_transpose(y)> for every x and y."""
    (y, w, _), kwargs = data.draw(layers(d))
    transposed = FORWARD[d](y, w, **kwargs)
    x = draw(*transposed.shape, seed=7)
    del kwargs["output_padding"]
    forward = CONVOLUTION[d](x, w, **kwargs)
    # With an output padding of a whole stride or more (a dilation allows it)
    # the convolution has outputs beyond those of y: y is zero there.
    inside = tuple(slice(0, n) for n in y.shape)
    np.testing.assert_allclose(
        np.vdot(forward[inside], y),
        np.vdot(x, transposed),
        rtol=1e-9,
        atol=1e-10,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_pytorchs_at_the_size_of_a_network(dtype):
    arrays = [
        draw(5, 20, 9, 11, dtype=dtype),
        draw(20, 24, 3, 3, seed=1, dtype=dtype),
        draw(24, seed=2, dtype=dtype),
    ]
    kwargs = {"stride": 2, "padding": 1, "output_padding": (1, 0)}
    tolerance = 1e-10 if dtype == "float64" else 5e-3
    assert_torch_parity(
        conv_transpose2d,
        conv_transpose2d_backward,
        F.conv_transpose2d,
        arrays,
        kwargs,
        rtol=tolerance,
        atol=tolerance,
    )


def test_it_is_the_true_convolution_of_the_input_with_zeros_inserted():
    x, w = draw(1, 4), draw(1, 1, 3, seed=1)
    np.testing.assert_allclose(
        conv_transpose1d(x, w, stride=3)[0],
        convolve(zero_insert(x[0], 3), w[0, 0]),
        rtol=1e-11,
    )
    x, w = draw(1, 4, 3), draw(1, 1, 3, 2, seed=1)
    np.testing.assert_allclose(
        conv_transpose2d(x, w, stride=(2, 3))[0],
        convolve2d(zero_insert(x[0], (2, 3)), w[0, 0]),
        rtol=1e-11,
    )


def test_padding_crops_both_ends_and_output_padding_goes_on_at_the_right():
    x, w, b = draw(2, 3, 5), draw(3, 4, 4, seed=1), draw(4, seed=2)
    whole = conv_transpose1d(x, w, b, stride=3)
    np.testing.assert_allclose(
        conv_transpose1d(x, w, b, stride=3, padding=2, output_padding=1),
        whole[..., 2:-1],
        rtol=1e-11,
    )
    longer = conv_transpose1d(x, w, b, stride=3, output_padding=2)
    np.testing.assert_allclose(longer[..., :-2], whole, rtol=1e-11)
    np.testing.assert_array_equal(
        longer[..., -2:], np.broadcast_to(b[:, None], (2, 4, 2))
    )


def test_the_output_size_is_the_input_size_of_the_convolution():
    w = draw(2, 3, 3, 4, seed=1)
    for height, extra in ((9, 0), (10, 1)):  # both shrink to 4 at stride 2
        x = draw(1, 3, height, 8)
        y = conv2d(x, w, stride=2)
        again = conv_transpose2d(y, w, stride=2, output_padding=(extra, 0))
        assert y.shape[2] == 4
        assert again.shape == x.shape


def test_without_a_bias_there_is_no_gradient_of_it():
    x, w = draw(2, 3, 4), draw(3, 5, 2, seed=1)
    g = draw(2, 5, 5, seed=2)
    without = conv_transpose1d_backward(g, x, w)
    grads = conv_transpose1d_backward(g, x, w, np.ones(5))
    assert without.bias is None
    np.testing.assert_array_equal(without.input, grads.input)
    np.testing.assert_array_equal(without.weight, grads.weight)
    np.testing.assert_allclose(grads.bias, g.sum((0, 2)), rtol=1e-11)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_is_kept_and_arguments_stay_as_they_are(dtype):
    arrays = [
        draw(5, 2, 4, 3, dtype=dtype).transpose(1, 3, 2, 0),
        draw(3, 6, 2, 6, seed=1, dtype=dtype)[..., ::-2],
        draw(12, seed=2, dtype=dtype)[::2],
    ]
    g = draw(2, 6, 8, 11, seed=3, dtype=dtype)
    before = [array.copy() for array in (g, *arrays)]
    for array in (g, *arrays):
        array.flags.writeable = False
    y = conv_transpose2d(*arrays, stride=2)
    grads = conv_transpose2d_backward(g, *arrays, stride=2)
    expected = (
        conv_transpose2d(*before[1:], stride=2),
        *conv_transpose2d_backward(*before, stride=2),
    )
    rtol = 1e-4 if dtype == "float32" else 1e-11
    for got, want in zip((y, *grads), expected, strict=True):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)
    for array, copy in zip((g, *arrays), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("d", [1, 2])
def test_an_empty_batch_gives_an_empty_output_and_zero_gradients(d):
    x, w, b = draw(0, 3, *[4] * d), draw(3, 5, *[2] * d, seed=1), draw(5)
    y = FORWARD[d](x, w, b, stride=2)
    assert y.shape == (0, 5, *[8] * d)
    grads = BACKWARD[d](y, x, w, b, stride=2)
    assert grads.input.shape == x.shape
    np.testing.assert_array_equal(grads.weight, np.zeros(w.shape))
    np.testing.assert_array_equal(grads.bias, np.zeros(5))


GOOD = {"input": draw(2, 6, 4, 5), "weight": draw(6, 2, 3, 2), "bias": draw(2)}
GOOD_1D = {"input": draw(2, 6, 4), "weight": draw(6, 2, 3), "bias": draw(2)}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"input": np.ones((2, 6, 4, 5), int)}, TypeError, "input must be fl"),
        ({"weight": np.ones((6, 2, 3, 2), "f4")}, TypeError, "weight must ha"),
        ({"bias": np.ones(2, "f4")}, TypeError, "bias must have the dtype"),
        ({"output_padding": 0.5}, TypeError, "output_padding must be an int"),
        ({"groups": None}, TypeError, "groups must be an int"),
        ({"padding": "same"}, TypeError, "padding must be an int or"),
        ({"input": draw(4, 5)}, ValueError, r"\(N, C, H, W\) or \(C, H, W\)"),
        ({"input": draw(2, 6, 0, 5)}, ValueError, "at least one cell"),
        ({"weight": draw(6, 2, 0, 2)}, ValueError, "weight must .* one cell"),
        ({"weight": draw(6, 2, 3)}, ValueError, r"weight must have shape \(C"),
        ({"weight": draw(5, 2, 3, 2)}, ValueError, "weight must have shape"),
        ({"groups": 4}, ValueError, "multiple of groups, .*, groups=4"),
        ({"groups": 0}, ValueError, "groups must be at least 1"),
        ({"groups": 3}, ValueError, r"bias must have shape \(6,\)"),
        ({"bias": draw(3)}, ValueError, r"bias must have shape \(2,\)"),
        ({"stride": 0}, ValueError, "stride must be at least 1"),
        ({"dilation": (1, 0)}, ValueError, "dilation must be at least 1"),
        ({"padding": -1}, ValueError, "padding must be at least 0"),
        ({"output_padding": -1}, ValueError, "output_padding must be at leas"),
        ({"output_padding": 1}, ValueError, "less than stride or dilation"),
        ({"padding": 3}, ValueError, "at least one output cell"),
    ],
)
@pytest.mark.parametrize("f", [conv_transpose2d, conv_transpose2d_definition])
def test_conv_transpose2d_rejects(f, changes, error, message):
    with pytest.raises(error, match=message):
        f(**{**GOOD, **changes})


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"input": np.ones((2, 6, 4), int)}, TypeError, "input must be float"),
        ({"input": draw(6)}, ValueError, r"\(N, C, L\) or \(C, L\)"),
        ({"weight": draw(5, 2, 3)}, ValueError, "weight must have shape"),
        ({"padding": (1, 2)}, ValueError, "padding must be an int or"),
        ({"output_padding": 1}, ValueError, "less than stride or dilation"),
    ],
)
@pytest.mark.parametrize("f", [conv_transpose1d, conv_transpose1d_definition])
def test_conv_transpose1d_rejects(f, changes, error, message):
    with pytest.raises(error, match=message):
        f(**{**GOOD_1D, **changes})


@pytest.mark.parametrize(
    ("d", "g", "error", "message"),
    [
        (2, np.ones((2, 2, 6, 6), "f4"), TypeError, "grad_output must have "),
        (2, draw(2, 2, 6, 5), ValueError, r"grad_output .* \(2, 2, 6, 6\)"),
        (1, np.ones((2, 2, 6), "f4"), TypeError, "grad_output must have the"),
        (1, draw(2, 2, 5), ValueError, r"grad_output .* shape \(2, 2, 6\)"),
    ],
)
def test_backward_rejects(d, g, error, message):
    with pytest.raises(error, match=message):
        BACKWARD[d](g, **(GOOD_1D if d == 1 else GOOD))
