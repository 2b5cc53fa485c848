"""Tests of reference_impl.convolutional_networks.output_size."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import (
    conv_output_size,
    conv_output_size_definition,
    conv_transpose_output_size,
    conv_transpose_output_size_definition,
    same_padding,
)

SETTINGS = settings(max_examples=300, deadline=None, derandomize=True)
SIZE, SMALL = st.integers(1, 24), st.integers(1, 7)


def outcome(function, *args, **kwargs):
    """Return the value, or "too small" where the function refuses."""
    try:
        return function(*args, **kwargs)
    except (ValueError, RuntimeError) as error:
        if re.search("one output|too small|greater than actual", str(error)):
            return "too small"
        raise


@SETTINGS
@given(n=SIZE, k=SMALL, s=SMALL, p=st.integers(0, 9), d=st.integers(1, 4))
def test_convolution_agrees_with_torch_and_the_definition(n, k, s, p, d):
    def torch_size():
        x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
        return F.conv1d(x, w, stride=s, padding=p, dilation=d).shape[-1]

    want = outcome(torch_size)
    assert outcome(conv_output_size, n, k, s, p, d) == want
    assert outcome(conv_output_size_definition, n, k, s, p, d) == want


@SETTINGS
@given(
    n=SIZE,
    k=SMALL,
    s=SMALL,
    data=st.data(),
    d=st.integers(1, 4),
    ceil_mode=st.booleans(),
)
def test_pooling_agrees_with_torch_and_the_definition(
    n, k, s, data, d, ceil_mode
):
    p = data.draw(st.integers(0, k // 2))
    args = (n, k, s, p, d, ceil_mode)

    def torch_size():
        x = torch.zeros(1, 1, n)
        return F.max_pool2d(x, (1, k), (1, s), (0, p), (1, d), ceil_mode).shape

    shape = outcome(torch_size)
    want = shape if shape == "too small" else shape[-1]
    assert outcome(conv_output_size, *args) == want
    assert outcome(conv_output_size_definition, *args) == want


@SETTINGS
@given(
    n=SIZE,
    k=SMALL,
    s=SMALL,
    p=st.integers(0, 30),
    d=st.integers(1, 4),
)
def test_ceil_mode_agrees_with_the_definition_for_any_padding(n, k, s, p, d):
    args = (n, k, s, p, d, True)
    want = outcome(conv_output_size_definition, *args)
    assert outcome(conv_output_size, *args) == want


@SETTINGS
@given(n=SIZE, k=SMALL, s=SMALL, p=st.integers(0, 9), data=st.data())
def test_transpose_agrees_with_torch_and_the_definition(n, k, s, p, data):
    d = data.draw(st.integers(1, 4))
    extra = data.draw(st.integers(0, max(s, d) - 1))

    def torch_size():
        x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
        return F.conv_transpose1d(
            x, w, stride=s, padding=p, output_padding=extra, dilation=d
        ).shape[-1]

    want = outcome(torch_size)
    args = (n, k, s, p, extra, d)
    assert outcome(conv_transpose_output_size, *args) == want
    assert outcome(conv_transpose_output_size_definition, *args) == want


@SETTINGS
@given(n=SIZE, k=SMALL, s=SMALL, p=st.integers(0, 3), d=st.integers(1, 4))
def test_output_padding_names_the_size_to_return_to(n, k, s, p, d):
    out = outcome(conv_output_size, n, k, s, p, d)
    if out == "too small":
        return
    extra = (n + 2 * p - d * (k - 1) - 1) % s
    assert conv_transpose_output_size(out, k, s, p, extra, d) == n


@SETTINGS
@given(n=SIZE, k=SMALL, d=st.integers(1, 4))
def test_same_padding_keeps_the_size(n, k, d):
    left, right = same_padding(k, d)
    assert n + left + right - d * (k - 1) == n
    assert right - left in (0, 1)


@pytest.mark.parametrize(("k", "d"), [(2, 1), (4, 1), (4, 3), (5, 2), (1, 7)])
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_same_padding_has_its_extra_cell_where_torch_has_it(k, d):
    left, right = same_padding(k, d)
    x, w = torch.arange(1.0, 24.0)[None, None], torch.rand(1, 1, k) + 1.0
    want = F.conv1d(x, w, padding="same", dilation=d)
    got = F.conv1d(F.pad(x, (left, right)), w, dilation=d)
    torch.testing.assert_close(got, want)


def test_the_last_window_in_ceil_mode_starts_before_the_right_padding():
    # n=5, k=2, s=3, p=1: rounding up alone would start a third window at
    # cell 5, in the right padding.
    assert conv_output_size(5, 2, 3, 1, ceil_mode=True) == 2
    assert conv_output_size(6, 2, 3, 1, ceil_mode=True) == 3
    assert conv_output_size(6, 2, 3, 1) == 3
    assert conv_output_size(6, 3, 2, 0, ceil_mode=True) == 3
    assert conv_output_size(6, 3, 2, 0) == 2


def test_a_window_wider_than_the_input_hangs_over_in_ceil_mode_only():
    assert conv_output_size(3, 5, 3, ceil_mode=True) == 1
    with pytest.raises(ValueError, match="at least one output cell"):
        conv_output_size(3, 5, 3)


def test_returns_plain_ints():
    n = np.int64(7)
    results = [
        conv_output_size(n, n),
        conv_transpose_output_size(n, n),
        *same_padding(n),
    ]
    assert {type(value) for value in results} == {int}


@pytest.mark.parametrize(
    "function",
    [conv_output_size, conv_output_size_definition],
)
@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        (
            {"input_size": 0},
            ValueError,
            "input_size must be at least 1, got input_size=0",
        ),
        ({"input_size": 2.0}, TypeError, "input_size must be an int"),
        ({"kernel_size": 0}, ValueError, "kernel_size must be at least 1"),
        ({"kernel_size": (2, 2)}, TypeError, "kernel_size must be an int"),
        ({"stride": 0}, ValueError, "stride must be at least 1, got stride=0"),
        ({"padding": -1}, ValueError, "padding must be at least 0"),
        ({"dilation": 0}, ValueError, "dilation must be at least 1"),
        ({"ceil_mode": "no"}, ValueError, "ceil_mode must be one of"),
        (
            {"dilation": 4},
            ValueError,
            "got input_size=5, kernel_size=3, padding=1, dilation=4",
        ),
    ],
)
def test_convolution_rejects(function, kwargs, error, message):
    geometry = {"input_size": 5, "kernel_size": 3, "padding": 1} | kwargs
    with pytest.raises(error, match=message):
        function(**geometry)


@pytest.mark.parametrize(
    "function",
    [conv_transpose_output_size, conv_transpose_output_size_definition],
)
@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"input_size": 0}, ValueError, "input_size must be at least 1"),
        ({"output_padding": -1}, ValueError, "output_padding must be at"),
        (
            {"output_padding": 2},
            ValueError,
            "less than stride or dilation, got output_padding=2, stride=2",
        ),
        ({"output_padding": None}, TypeError, "output_padding must be an int"),
        ({"padding": 4}, ValueError, "at least one output cell, got input"),
    ],
)
def test_transpose_rejects(function, kwargs, error, message):
    geometry = {"input_size": 3, "kernel_size": 3, "stride": 2} | kwargs
    with pytest.raises(error, match=message):
        function(**geometry)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"kernel_size": 0}, ValueError, "kernel_size must be at least 1"),
        ({"kernel_size": "3"}, TypeError, "kernel_size must be an int"),
        ({"dilation": 0}, ValueError, "dilation must be at least 1"),
    ],
)
def test_same_padding_rejects(kwargs, error, message):
    with pytest.raises(error, match=message):
        same_padding(**({"kernel_size": 3} | kwargs))
