"""Tests of reference_impl.convolutional_networks.convolution_2d."""

from unittest.mock import patch

import numpy as np
import pytest
import scipy.signal
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import assert_torch_parity

from reference_impl import (
    conv2d,
    conv2d_backward,
    conv2d_definition,
    convolve2d,
    convolve2d_definition,
)
from reference_impl.convolutional_networks import _bands, _columns

MODES = ["full", "same", "valid"]
SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)
IMAGES = [
    ((5, 7), (3, 3)),
    ((5, 7), (2, 4)),
    ((4, 6), (4, 6)),
    ((6, 5), (1, 2)),
    ((1, 1), (1, 1)),
    ((3, 2), (5, 7)),
]
# The fast path cuts the work into blocks and has two ways to multiply: as tuned,
# all kernel rows in one product in small blocks, each kernel row by itself with
# a few rows of the output at a time, and with whole images.
PATHS = st.sampled_from(
    [
        {"FEW_READ": 32, "BLOCK_BYTES": 2**20},
        {"FEW_READ": 999, "BLOCK_BYTES": 2**10},
        {"FEW_READ": 0, "BLOCK_BYTES": 2**9},
        {"FEW_READ": 0, "BLOCK_BYTES": 2**20},
    ]
)


def draw(*shape, seed=0, dtype=float):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# Images


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("size", "kernel"), IMAGES)
def test_convolve2d_is_scipys(size, kernel, mode):
    x, w = draw(*size), draw(*kernel, seed=1)
    expected = scipy.signal.convolve2d(x, w, mode, boundary="fill")
    np.testing.assert_allclose(convolve2d(x, w, mode), expected, rtol=1e-11)


@pytest.mark.parametrize(("size", "kernel"), IMAGES)
def test_the_double_sum_is_full_and_commutes(size, kernel):
    x, w = draw(*size), draw(*kernel, seed=1)
    full = convolve2d_definition(x, w)
    np.testing.assert_allclose(full, convolve2d(x, w), rtol=1e-11)
    np.testing.assert_allclose(full, convolve2d_definition(w, x), rtol=1e-11)


def test_convolve2d_by_hand():
    x = np.array([[1, 2], [3, 4]])
    w = np.array([[1, 10], [100, 1000]])
    full = [[1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]]
    np.testing.assert_array_equal(convolve2d(x, w), full)
    np.testing.assert_array_equal(
        convolve2d(x, w, "same"), [[1, 12], [103, 1234]]
    )
    np.testing.assert_array_equal(convolve2d(x, w, "valid"), [[1234]])


def test_same_keeps_the_first_images_size_and_drops_the_extra_at_the_end():
    x, w = draw(5, 7), draw(4, 2, seed=1)
    full = convolve2d(x, w)
    np.testing.assert_array_equal(convolve2d(x, w, "same"), full[1:6, :7])
    assert convolve2d(w, x, "same").shape == w.shape


@pytest.mark.parametrize(
    ("x_dtype", "w_dtype", "dtype"),
    [
        ("float32", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("int8", "int8", "int8"),
        ("complex64", "float32", "complex64"),
    ],
)
def test_images_have_their_common_dtype(x_dtype, w_dtype, dtype):
    x, w = draw(3, 4).astype(x_dtype), draw(2, 2).astype(w_dtype)
    assert convolve2d(x, w).dtype == dtype
    assert convolve2d_definition(x, w).dtype == dtype


def test_images_may_be_read_only_views_and_stay_as_they_are():
    x, w = draw(7, 10)[::-1, ::2].T, draw(6, 3, seed=1)[::3]
    before = x.copy(), w.copy()
    x.flags.writeable = w.flags.writeable = False
    np.testing.assert_array_equal(convolve2d(x, w), convolve2d(*before))
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(w, before[1])


@pytest.mark.parametrize("f", [convolve2d, convolve2d_definition])
@pytest.mark.parametrize(
    ("in1", "in2", "error", "message"),
    [
        (np.ones((2, 2), bool), draw(2, 2), TypeError, "in1 must be numeric"),
        (draw(2, 2), draw(2), ValueError, r"in2 must have 2 axes .*=\(2,\)"),
        (draw(0, 2), draw(2, 2), ValueError, r"not be empty.*=\(0, 2\)"),
    ],
)
def test_images_are_rejected(f, in1, in2, error, message):
    with pytest.raises(error, match=message):
        f(in1, in2)


def test_convolve2d_rejects_modes():
    with pytest.raises(ValueError, match=r"mode must be .* got mode='wrap'"):
        convolve2d(draw(3, 3), draw(2, 2), "wrap")
    with pytest.raises(ValueError, match=r"in2 must fit into in1.*\(2, 4\)"):
        convolve2d(draw(3, 3), draw(2, 4), "valid")


# The two slips of the notes' code


def slipping_conv2d(image, kernel, stride=1, *, square=True, short=True):
    """Return a valid true convolution with stride, with the notes' slips.

    `square` takes the width from the height, as their `n2`; `short` steps
    through the range of output indices instead of the range of positions.
    """
    height, width = image.shape
    m = len(kernel)
    canvas = np.zeros((height, height if square else width))
    canvas[:, :] = image  # does not fit if the image is not square
    starts = []
    for n in canvas.shape:
        count = (n - m) // stride + 1
        last = count if short else n - m + 1
        starts.append(range(0, last, stride))
    return np.array(
        [
            [
                (canvas[i : i + m, j : j + m] * kernel[::-1, ::-1]).sum()
                for j in starts[1]
            ]
            for i in starts[0]
        ]
    )


def test_the_notes_code_fails_on_an_image_that_is_not_square():
    image, kernel = draw(5, 7), draw(3, 3, seed=1)
    with pytest.raises(ValueError, match="could not broadcast"):
        slipping_conv2d(image, kernel)
    expected = convolve2d(image, kernel, "valid")
    repaired = slipping_conv2d(image, kernel, square=False)
    np.testing.assert_allclose(repaired, expected, rtol=1e-11)
    layer = conv2d(image[None], kernel[None, None, ::-1, ::-1])[0]
    np.testing.assert_allclose(layer, expected, rtol=1e-11)


def test_the_notes_code_visits_too_few_positions_at_stride_2():
    image, kernel = draw(5, 7), draw(3, 3, seed=1)
    layer = conv2d(image[None], kernel[None, None, ::-1, ::-1], stride=2)[0]
    assert layer.shape == (2, 3)
    slipped = slipping_conv2d(image, kernel, 2, square=False)
    assert slipped.shape == (1, 2)
    repaired = slipping_conv2d(image, kernel, 2, square=False, short=False)
    np.testing.assert_allclose(repaired, layer, rtol=1e-11)


# The layer


@st.composite
def layers(draw_):
    """Draw conv2d arguments: arrays and keywords, the kernel fits once."""

    def pair(least, most):
        return draw_(st.tuples(*[st.integers(least, most)] * 2))

    groups = draw_(st.integers(1, 3))
    C, O = groups * draw_(st.integers(1, 3)), groups * draw_(st.integers(1, 2))
    kernel, dilation, stride, padding = (
        pair(1, 4),
        pair(1, 3),
        pair(1, 4),
        pair(0, 3),
    )
    extra = pair(0, 5)
    word = draw_(st.sampled_from([None, None, "same", "valid"]))
    size = [
        max(1, d * (k - 1) + 1 - (0 if word else 2 * p)) + more
        for k, d, p, more in zip(kernel, dilation, padding, extra, strict=True)
    ]
    batch = draw_(st.sampled_from([(), (2,), (3,)]))
    seed = draw_(st.integers(0, 99))
    arrays = (
        draw(*batch, C, *size, seed=seed),
        draw(O, C // groups, *kernel, seed=seed + 1),
        draw(O, seed=seed + 2),
    )
    return arrays, {
        "stride": 1 if word == "same" else stride,
        "padding": word or padding,
        "dilation": dilation,
        "groups": groups,
    }


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@SETTINGS
@given(layers(), PATHS)
def test_conv2d_is_pytorchs(layer, path):
    arrays, kwargs = layer
    with patch.multiple(_bands, **path):
        assert_torch_parity(conv2d, conv2d_backward, F.conv2d, arrays, kwargs)


@settings(SETTINGS, max_examples=50)
@given(layers(), PATHS)
def test_conv2d_is_the_definition(layer, path):
    arrays, kwargs = layer
    with patch.multiple(_bands, **path):
        y = conv2d(*arrays, **kwargs)
    np.testing.assert_allclose(
        y, conv2d_definition(*arrays, **kwargs), rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("block", [2**9, 2**20])
@pytest.mark.parametrize("numbers", [0, 2**18], ids=["many", "one"])
def test_the_rows_of_a_kernel_are_one_product_or_many(numbers, block):
    x, w, b = draw(3, 4, 7, 6), draw(6, 2, 3, 2, seed=1), draw(6, seed=2)
    few = patch.multiple(_bands, FEW_READ=0, BLOCK_BYTES=block)
    with few, patch.object(_columns, "AT_ONCE", numbers):
        y = conv2d(x, w, b, padding=1, groups=2)
    expected = conv2d_definition(x, w, b, padding=1, groups=2)
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-12)


@settings(SETTINGS, max_examples=40)
@given(layers(), PATHS)
def test_conv2d_backward_is_the_numerical_gradient(layer, path):
    arrays, kwargs = layer
    with patch.multiple(_bands, **path):
        assert_gradients(
            lambda *arrays: conv2d(*arrays, **kwargs),
            lambda g, *arrays: conv2d_backward(g, *arrays, **kwargs),
            arrays,
        )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("x", "w", "kwargs"),
    [
        ((5, 24, 17, 19), (12, 24, 3, 3), {"padding": 1}),
        ((5, 24, 18, 21), (12, 24, 3, 5), {"padding": 2, "stride": 2}),
        ((7, 3, 33, 40), (8, 3, 5, 3), {"padding": (2, 0)}),
        ((3, 20, 16, 16), (9, 20, 1, 1), {}),
        ((3, 20, 9, 12), (9, 20, 1, 1), {"stride": 2}),
        ((2, 40, 7, 7), (40, 1, 3, 3), {"groups": 40, "padding": 1}),
        ((2, 40, 60, 66), (2, 40, 3, 3), {"padding": "same"}),
    ],
    ids=["3x3", "strided", "colours", "1x1", "1x1-2", "depthwise", "cut"],
)
def test_conv2d_is_pytorchs_at_the_size_of_a_network(x, w, kwargs, dtype):
    """Sizes at which the work is cut into blocks of images and of rows."""
    arrays = [
        draw(*x, dtype=dtype),
        draw(*w, seed=1, dtype=dtype),
        draw(w[0], seed=2, dtype=dtype),
    ]
    tolerance = 1e-10 if dtype == "float64" else 5e-3
    assert_torch_parity(
        conv2d,
        conv2d_backward,
        F.conv2d,
        arrays,
        kwargs,
        rtol=tolerance,
        atol=tolerance,
    )


@pytest.mark.parametrize(("size", "kernel"), IMAGES[:5])
def test_one_channel_is_convolve2d_with_the_kernel_flipped(size, kernel):
    x, w = draw(*size), draw(*kernel, seed=1)
    layer = conv2d(x[None], w[None, None, ::-1, ::-1])[0]
    np.testing.assert_allclose(layer, convolve2d(x, w, "valid"), rtol=1e-11)
    if max(kernel) > 1:
        assert not np.allclose(conv2d(x[None], w[None, None])[0], layer)


def test_same_pads_an_even_kernel_more_below_and_on_the_right():
    x, w = draw(2, 3, 5, 7), draw(4, 3, 2, 4, seed=1)
    padded = np.pad(x, [(0, 0), (0, 0), (0, 1), (1, 2)])
    np.testing.assert_allclose(
        conv2d(x, w, padding="same"), conv2d(padded, w), rtol=1e-11
    )


def test_each_group_sees_its_own_channels_only():
    x, w, b = draw(2, 6, 5, 7), draw(4, 3, 3, 2, seed=1), draw(4, seed=2)
    halves = [
        conv2d(x[:, :3], w[:2], b[:2]),
        conv2d(x[:, 3:], w[2:], b[2:]),
    ]
    np.testing.assert_allclose(
        conv2d(x, w, b, groups=2), np.concatenate(halves, 1), rtol=1e-11
    )


def test_without_a_bias_there_is_no_gradient_of_it():
    x, w = draw(2, 3, 5, 7), draw(5, 3, 2, 3, seed=1)
    g = draw(2, 5, 4, 5, seed=2)
    without = conv2d_backward(g, x, w)
    grads = conv2d_backward(g, x, w, np.ones(5))
    assert without.bias is None
    np.testing.assert_array_equal(without.input, grads.input)
    np.testing.assert_array_equal(without.weight, grads.weight)
    np.testing.assert_allclose(grads.bias, g.sum((0, 2, 3)), rtol=1e-11)


@pytest.mark.parametrize("few", [0, 999], ids=["rows", "one"])
def test_an_infinite_cell_reaches_only_the_outputs_that_read_it(few):
    x, w = draw(1, 2, 5, 7), draw(3, 2, 3, 3, seed=1)
    x[0, 0, 0, 0] = np.inf
    with patch.multiple(_bands, FEW_READ=few):
        y = conv2d(x, w)
    assert np.isinf(y[0, :, 0, 0]).all()
    assert np.isfinite(y).sum() == y.size - 3


@pytest.mark.parametrize("few", [0, 999], ids=["rows", "one"])
@pytest.mark.parametrize("stride", [1, 2])
def test_an_infinite_gradient_reaches_only_the_cells_that_were_read(
    stride, few
):
    x, w = draw(1, 2, 7, 9), draw(3, 2, 3, 3, seed=1)
    g = np.zeros_like(conv2d(x, w, stride=stride))
    g[0, 0, 1, 2] = np.inf
    with patch.multiple(_bands, FEW_READ=few):
        grad = conv2d_backward(g, x, w, stride=stride).input
    read = grad[0, :, stride : stride + 3, 2 * stride : 2 * stride + 3]
    assert not np.isfinite(read).any()
    assert np.isfinite(grad).sum() == grad.size - read.size


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_is_kept_and_arguments_stay_as_they_are(dtype, kernel):
    arrays = [
        draw(9, 2, 8, 4, dtype=dtype).transpose(1, 3, 2, 0),
        draw(6, 4, kernel, 2 * kernel, seed=1, dtype=dtype)[..., ::-2],
        draw(12, seed=2, dtype=dtype)[::2],
    ]
    p = kernel // 2
    g = draw(2, 9, 8, 6, seed=3, dtype=dtype).transpose(0, 3, 2, 1)
    before = [array.copy() for array in (g, *arrays)]
    for array in (g, *arrays):
        array.flags.writeable = False
    results = (
        conv2d(*arrays, padding=p),
        *conv2d_backward(g, *arrays, padding=p),
    )
    expected = (
        conv2d(*before[1:], padding=p),
        *conv2d_backward(*before, padding=p),
    )
    rtol = 1e-4 if dtype == "float32" else 1e-11
    for got, want in zip(results, expected, strict=True):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)
        assert not any(np.shares_memory(got, array) for array in arrays)
    for array, copy in zip((g, *arrays), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("kernel", [1, 2])
def test_an_empty_batch_gives_an_empty_output_and_zero_gradients(kernel):
    x, w, b = draw(0, 3, 4, 5), draw(5, 3, kernel, kernel), draw(5)
    y = conv2d(x, w, b)
    assert y.shape == (0, 5, 5 - kernel, 6 - kernel)
    grads = conv2d_backward(y, x, w, b)
    assert grads.input.shape == x.shape
    np.testing.assert_array_equal(grads.weight, np.zeros(w.shape))
    np.testing.assert_array_equal(grads.bias, np.zeros(5))


@pytest.mark.parametrize("kernel", [1, 2])
def test_without_channels_the_output_is_the_bias(kernel):
    x, w, b = draw(2, 0, 4, 5), draw(3, 0, kernel, kernel), draw(3)
    y = conv2d(x, w, b)
    np.testing.assert_array_equal(y, b[:, None, None] + np.zeros_like(y))
    grads = conv2d_backward(y, x, w, b)
    assert grads.input.shape == x.shape
    assert grads.weight.shape == w.shape


GOOD = {"input": draw(2, 4, 7, 6), "weight": draw(6, 4, 3, 2), "bias": draw(6)}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"input": np.ones((2, 4, 7, 6), int)}, TypeError, "input must be fl"),
        ({"weight": np.ones((6, 4, 3, 2), "f4")}, TypeError, "weight must ha"),
        ({"bias": np.ones(6, "f4")}, TypeError, "bias must have the dtype"),
        ({"stride": (1, 1.5)}, TypeError, "stride must be an int, got"),
        ({"padding": np.ones(2)}, TypeError, "padding must be an int or"),
        ({"groups": 2.0}, TypeError, "groups must be an int"),
        ({"input": draw(7, 6)}, ValueError, r"\(N, C, H, W\) or \(C, H, W\)"),
        ({"input": draw(2, 4, 0, 6)}, ValueError, "at least one cell"),
        ({"weight": draw(6, 4, 3, 0)}, ValueError, "weight must .* one cell"),
        ({"weight": draw(6, 4, 3)}, ValueError, r"weight must have shape \(O"),
        ({"weight": draw(6, 3, 3, 2)}, ValueError, "weight must have shape"),
        ({"groups": 4}, ValueError, "multiple of groups, .*, groups=4"),
        ({"groups": 0}, ValueError, "groups must be at least 1"),
        ({"bias": draw(5)}, ValueError, r"bias must have shape \(6,\)"),
        ({"stride": (2, 0)}, ValueError, "stride must be at least 1"),
        ({"dilation": 0}, ValueError, "dilation must be at least 1"),
        ({"padding": (-1, 0)}, ValueError, "padding must be at least 0"),
        ({"padding": "full"}, ValueError, "padding must be one of 'same'"),
        ({"padding": (1, 2, 3)}, ValueError, "padding must be an int or"),
        (
            {"padding": "same", "stride": (1, 2)},
            ValueError,
            r"stride must be 1 with padding='same', got stride=\(1, 2\)",
        ),
        ({"dilation": 4}, ValueError, "at least one output cell"),
    ],
)
@pytest.mark.parametrize("f", [conv2d, conv2d_definition])
def test_conv2d_rejects(f, changes, error, message):
    with pytest.raises(error, match=message):
        f(**{**GOOD, **changes})


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (np.ones((2, 6, 5, 5), "f4"), TypeError, "grad_output must have the "),
        (draw(2, 6, 5, 4), ValueError, r"grad_output must have shape \(2, 6"),
        (draw(6, 5, 5), ValueError, r"grad_output must have shape \(2, 6, 5"),
    ],
)
def test_conv2d_backward_rejects(g, error, message):
    with pytest.raises(error, match=message):
        conv2d_backward(g, **GOOD)
