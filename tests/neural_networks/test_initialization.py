"""Tests of reference_impl.neural_networks.initialization."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from reference_impl import (
    calculate_gain,
    fan_in_and_fan_out,
    kaiming_normal,
    kaiming_uniform,
    naive_normal,
    xavier_normal,
    xavier_uniform,
)
from reference_impl.neural_networks.initialization import GAINS

SHAPES = [(300, 200), (40, 30, 5, 7), (60, 50, 11)]


@pytest.mark.parametrize("shape", SHAPES)
def test_fans_agree_with_torch(shape):
    want = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert fan_in_and_fan_out(shape) == want


@pytest.mark.parametrize(
    "name",
    [name for name in GAINS if name != "identity"],
)
def test_gains_agree_with_torch(name):
    assert calculate_gain(name) == torch.nn.init.calculate_gain(name)


def test_all_gains_of_torch_are_there():
    assert len(GAINS) == 13
    assert calculate_gain("identity") == 1.0


def test_gain_of_a_slope_agrees_with_torch():
    for slope in (0.0, 0.2, -1.5):
        want = torch.nn.init.calculate_gain("leaky_relu", slope)
        np.testing.assert_allclose(calculate_gain("leaky_relu", slope), want)


CASES = [
    (naive_normal, {"std": 0.3}, lambda i, o: 0.09),
    (xavier_uniform, {}, lambda i, o: 2 / (i + o)),
    (xavier_uniform, {"gain": 5 / 3}, lambda i, o: 25 / 9 * 2 / (i + o)),
    (xavier_normal, {"gain": 0.5}, lambda i, o: 0.25 * 2 / (i + o)),
    (kaiming_uniform, {}, lambda i, o: 2 / i),
    (kaiming_uniform, {"mode": "fan_out"}, lambda i, o: 2 / o),
    (kaiming_normal, {"a": 0.5}, lambda i, o: 2 / (1.25 * i)),
    (kaiming_normal, {"nonlinearity": "tanh"}, lambda i, o: 25 / 9 / i),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("f", "options", "variance"), CASES)
def test_the_distribution_is_the_one_of_the_formula(
    f, options, variance, shape
):
    std = math.sqrt(variance(*fan_in_and_fan_out(shape)))
    draw = f(shape, **options, rng=7)
    assert draw.shape == shape
    if "uniform" in f.__name__:
        bound = math.sqrt(3) * std
        assert np.abs(draw).max() <= bound
        law = stats.uniform(-bound, 2 * bound)
    else:
        law = stats.norm(0, std)
    # Kolmogorov-Smirnov: another scale, even by 3 %, has p below 1e-4.
    assert stats.kstest(draw.ravel()[:40_000], law.cdf).pvalue > 0.01
    # The variance of a sample of n has a relative error of about sqrt(2/n).
    np.testing.assert_allclose(
        draw.var(), std**2, rtol=4 * math.sqrt(2 / draw.size)
    )


def test_the_statistical_test_rejects_a_scale_3_percent_off():
    shape = SHAPES[0]
    bound = math.sqrt(6 / 500) * 1.03
    draw = xavier_uniform(shape, rng=7).ravel()[:40_000]
    law = stats.uniform(-bound, 2 * bound)
    assert stats.kstest(draw, law.cdf).pvalue < 1e-4


def test_kaiming_keeps_the_second_moment_through_relu_layers():
    rng = np.random.default_rng(0)
    h = rng.standard_normal((64, 400))
    for _ in range(10):
        h = np.maximum(h @ kaiming_normal((400, 400), rng=rng).T, 0)
    assert 0.5 < (h**2).mean() < 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_and_seed(dtype):
    for f in {case[0] for case in CASES}:
        one, two = f((3, 4), rng=1, dtype=dtype), f((3, 4), rng=1, dtype=dtype)
        assert one.dtype == dtype
        np.testing.assert_array_equal(one, two)
        assert (one != f((3, 4), rng=2, dtype=dtype)).all()


def test_a_generator_goes_on():
    rng = np.random.default_rng(0)
    first, second = (xavier_normal((3, 4), rng=rng) for _ in range(2))
    assert (first != second).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fan_in_and_fan_out((3,)), ValueError, "at least two sizes"),
        (lambda: fan_in_and_fan_out(3), TypeError, "shape must be a tuple"),
        (lambda: fan_in_and_fan_out("ab"), TypeError, "shape must be a tuple"),
        (
            lambda: fan_in_and_fan_out((3, 0)),
            ValueError,
            r"shape\[1\] must be",
        ),
        (lambda: fan_in_and_fan_out((3, 2.0)), TypeError, r"shape\[1\] must"),
        (lambda: calculate_gain("cosine"), ValueError, "nonlinearity must be"),
        (
            lambda: calculate_gain("leaky_relu", "a"),
            TypeError,
            "param must be",
        ),
        (
            lambda: naive_normal((2, 3), -1, rng=0),
            ValueError,
            "std must be in",
        ),
        (lambda: naive_normal((2,), rng=0), ValueError, "shape must have"),
        (lambda: xavier_normal((2, 3), -1, rng=0), ValueError, "gain must be"),
        (lambda: xavier_uniform((2, 3), rng="a"), TypeError, "rng must be an"),
        (lambda: xavier_uniform((2, 3), rng=-1), ValueError, "rng must be at"),
        (
            lambda: xavier_uniform((2, 3), rng=0, dtype=int),
            TypeError,
            "dtype must be floating, got dtype=int64",
        ),
        (
            lambda: kaiming_uniform((2, 3), mode="fan", rng=0),
            ValueError,
            "mode must be one of 'fan_in', 'fan_out', got mode='fan'",
        ),
        (lambda: kaiming_normal((2, 3), "a", rng=0), TypeError, "a must be a"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
