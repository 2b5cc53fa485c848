"""Tests of reference_impl.convolutional_networks.convolution_layer_1d."""

import numpy as np
import pytest
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import assert_torch_parity

from reference_impl import (
    conv1d,
    conv1d_backward,
    conv1d_definition,
    convolve,
    cross_correlate,
)

SETTINGS = settings(max_examples=120, deadline=None, derandomize=True)


def draw(*shape, seed=0, dtype=float):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# Signals


@st.composite
def layers(draw_):
    """Draw conv1d arguments: arrays and keywords, the kernel fits once."""
    groups, k, d = (draw_(st.integers(1, top)) for top in (3, 4, 3))
    C, O = groups * draw_(st.integers(1, 2)), groups * draw_(st.integers(1, 3))
    stride = draw_(st.integers(1, 4))
    padding = draw_(st.integers(0, 3))
    L = max(1, d * (k - 1) + 1 - 2 * padding) + draw_(st.integers(0, 6))
    if draw_(st.booleans()):
        stride, padding = 1, draw_(st.sampled_from(["same", "valid", padding]))
        L = max(L, d * (k - 1) + 1)
    batch = draw_(st.sampled_from([(), (1,), (3,)]))
    seed = draw_(st.integers(0, 99))
    arrays = (
        draw(*batch, C, L, seed=seed),
        draw(O, C // groups, k, seed=seed + 1),
        draw(O, seed=seed + 2),
    )
    kwargs = {"padding": padding, "dilation": d, "groups": groups}
    return arrays, {"stride": stride, **kwargs}


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@SETTINGS
@given(layers())
def test_conv1d_is_pytorchs_and_the_definitions(layer):
    arrays, kwargs = layer
    assert_torch_parity(conv1d, conv1d_backward, F.conv1d, arrays, kwargs)
    np.testing.assert_allclose(
        conv1d(*arrays, **kwargs),
        conv1d_definition(*arrays, **kwargs),
        rtol=1e-11,
        atol=1e-12,
    )


@settings(SETTINGS, max_examples=25)
@given(layers())
def test_conv1d_backward_is_the_numerical_gradient(layer):
    arrays, kwargs = layer
    assert_gradients(
        lambda *arrays: conv1d(*arrays, **kwargs),
        lambda g, *arrays: conv1d_backward(g, *arrays, **kwargs),
        arrays,
    )


def test_one_channel_is_cross_correlate_and_a_flipped_kernel_convolve():
    x, w = draw(9), draw(4, seed=1)
    layer = conv1d(x[None], w[None, None])[0]
    np.testing.assert_allclose(layer, cross_correlate(x, w), rtol=1e-12)
    np.testing.assert_allclose(
        layer, convolve(x, w[::-1], "valid"), rtol=1e-12
    )


def test_same_pads_an_even_kernel_more_on_the_right():
    x, w = draw(2, 3, 7), draw(4, 3, 4, seed=1)
    padded = np.pad(x, [(0, 0), (0, 0), (1, 2)])
    np.testing.assert_allclose(
        conv1d(x, w, padding="same"), conv1d(padded, w), rtol=1e-12
    )


def test_without_a_bias_there_is_no_gradient_of_it():
    x, w = draw(2, 3, 7), draw(5, 3, 2, seed=1)
    zero = np.zeros(5)
    np.testing.assert_array_equal(conv1d(x, w), conv1d(x, w, zero))
    g = draw(2, 5, 6, seed=2)
    without, grads = conv1d_backward(g, x, w), conv1d_backward(g, x, w, zero)
    assert without.bias is None
    np.testing.assert_array_equal(without.input, grads.input)
    np.testing.assert_array_equal(without.weight, grads.weight)
    np.testing.assert_allclose(grads.bias, g.sum((0, 2)), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_is_kept_and_arguments_stay_as_they_are(dtype):
    arrays = [
        draw(2, 9, 4, dtype=dtype).swapaxes(1, 2),
        draw(6, 4, 7, seed=1, dtype=dtype)[:, :, ::-2],
        draw(12, seed=2, dtype=dtype)[::2],
    ]
    g = draw(2, 6, 9, seed=3, dtype=dtype)
    before = [array.copy() for array in (g, *arrays)]
    for array in (g, *arrays):
        array.flags.writeable = False
    y = conv1d(*arrays, padding="same")
    grads = conv1d_backward(g, *arrays, padding="same")
    rtol = 1e-4 if dtype == "float32" else 1e-11
    for got, want in zip(
        (y, *grads),
        (
            conv1d(*before[1:], padding="same"),
            *conv1d_backward(*before, padding="same"),
        ),
        strict=True,
    ):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)
    for array, copy in zip((g, *arrays), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_an_empty_batch_gives_an_empty_output_and_zero_gradients():
    x, w, b = draw(0, 3, 7), draw(5, 3, 2, seed=1), draw(5, seed=2)
    assert conv1d(x, w, b).shape == (0, 5, 6)
    grads = conv1d_backward(np.zeros((0, 5, 6)), x, w, b)
    assert grads.input.shape == x.shape
    np.testing.assert_array_equal(grads.weight, np.zeros(w.shape))
    np.testing.assert_array_equal(grads.bias, np.zeros(5))


GOOD = {"input": draw(2, 4, 7), "weight": draw(6, 4, 3), "bias": draw(6)}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"input": np.ones((2, 4, 7), int)}, TypeError, "input must be float"),
        ({"weight": np.ones((6, 4, 3), "f4")}, TypeError, "weight must have"),
        ({"bias": np.ones(6, "f4")}, TypeError, "bias must have the dtype"),
        ({"stride": 1.5}, TypeError, "stride must be an int"),
        ({"groups": 2.0}, TypeError, "groups must be an int"),
        ({"input": draw(7)}, ValueError, r"\(N, C, L\) or \(C, L\)"),
        ({"input": draw(2, 4, 0)}, ValueError, "at least one cell"),
        ({"weight": draw(6, 4, 0)}, ValueError, "weight must .* one cell"),
        ({"weight": draw(6, 4)}, ValueError, r"weight must have shape \(O"),
        ({"weight": draw(6, 3, 3)}, ValueError, "weight must have shape"),
        ({"groups": 4}, ValueError, "multiple of groups, .*, groups=4"),
        ({"groups": 0}, ValueError, "groups must be at least 1"),
        ({"bias": draw(5)}, ValueError, r"bias must have shape \(6,\)"),
        ({"stride": 0}, ValueError, "stride must be at least 1"),
        ({"dilation": 0}, ValueError, "dilation must be at least 1"),
        ({"padding": -1}, ValueError, "padding must be at least 0"),
        ({"padding": "full"}, ValueError, "padding must be one of 'same'"),
        ({"padding": (1, 2)}, ValueError, "padding must be an int or"),
        (
            {"padding": "same", "stride": 2},
            ValueError,
            "stride must be 1 with padding='same'",
        ),
        ({"dilation": 4}, ValueError, "at least one output cell"),
    ],
)
@pytest.mark.parametrize("f", [conv1d, conv1d_definition])
def test_conv1d_rejects(f, changes, error, message):
    with pytest.raises(error, match=message):
        f(**{**GOOD, **changes})


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (np.ones((2, 6, 5), "f4"), TypeError, "grad_output must have the dty"),
        (draw(2, 6, 4), ValueError, r"grad_output must have shape \(2, 6, 5"),
        (draw(6, 5), ValueError, r"grad_output must have shape \(2, 6, 5\)"),
    ],
)
def test_conv1d_backward_rejects(g, error, message):
    with pytest.raises(error, match=message):
        conv1d_backward(g, **GOOD)
