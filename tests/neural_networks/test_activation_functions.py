"""Tests of all activation functions that work entry by entry.

They stand in reference_impl.neural_networks, in `activation_functions`,
`hard_activations`, `smooth_activations`, `hidden_units` and `output_units`.
"""

import math
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

import reference_impl as ri

HALF = torch.tensor(0.5, dtype=torch.float64)


class Case(NamedTuple):
    name: str
    torch_f: object
    kwargs: dict
    kinks: tuple = ()
    mp_f: object = None


def mp_gelu(x):
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def mp_gelu_tanh(x):
    u = mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)
    return x / (1 + mpmath.exp(-2 * u))


def mp_elu(alpha, scale=1):
    return lambda x: scale * (x if x > 0 else alpha * mpmath.expm1(x))


def mp_sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def mp_softplus(x):
    return mpmath.log1p(mpmath.exp(x))


def mp_mish(x):
    return x * mpmath.tanh(mp_softplus(x))


SELU = (
    mpmath.mpf("1.6732632423543772848170429916717"),
    mpmath.mpf("1.0507009873554804934193349852946"),
)
CASES = [
    Case("identity", torch.clone, {}),
    Case("sign", torch.sign, {}, (0.0,)),
    Case("relu", F.relu, {}, (0.0,)),
    Case("absolute", torch.absolute, {}, (0.0,)),
    Case("leaky_relu", F.leaky_relu, {}, (0.0,)),
    Case("leaky_relu", F.leaky_relu, {"negative_slope": -0.3}, (0.0,)),
    Case("hardtanh", F.hardtanh, {}, (-1.0, 1.0)),
    Case(
        "hardtanh",
        F.hardtanh,
        {"min_val": -0.5, "max_val": 2.25},
        (-0.5, 2.25),
    ),
    Case("relu6", F.relu6, {}, (0.0, 6.0)),
    Case("hardsigmoid", F.hardsigmoid, {}, (-3.0, 3.0)),
    Case("hardswish", F.hardswish, {}, (-3.0, 3.0)),
    Case("softsign", F.softsign, {}, (0.0,), lambda x: x / (1 + abs(x))),
    Case("tanh", torch.tanh, {}, (), mpmath.tanh),
    Case("elu", F.elu, {}, (0.0,), mp_elu(1)),
    Case("elu", F.elu, {"alpha": 0.25}, (0.0,), mp_elu(mpmath.mpf(0.25))),
    Case("selu", F.selu, {}, (0.0,), mp_elu(*SELU)),
    Case("gelu", F.gelu, {}, (), mp_gelu),
    Case("gelu", F.gelu, {"approximate": "tanh"}, (), mp_gelu_tanh),
    Case("silu", F.silu, {}, (), lambda x: x * mp_sigmoid(x)),
    Case("mish", F.mish, {}, (), mp_mish),
    Case("sigmoid", torch.sigmoid, {}, (), mp_sigmoid),
    Case("logsigmoid", F.logsigmoid, {}, (), lambda x: -mp_softplus(-x)),
    Case("softplus", F.softplus, {}, (), mp_softplus),
    Case(
        "softplus",
        F.softplus,
        {"beta": 2.5, "threshold": 3.0},
        (1.2,),
    ),
    Case("softplus", F.softplus, {"beta": -0.5}, ()),
]
IDS = ["-".join([c.name, *map(str, c.kwargs.values())]) for c in CASES]
every_case = pytest.mark.parametrize("case", CASES, ids=IDS)
with_tails = pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.mp_f],
    ids=[i for i, c in zip(IDS, CASES, strict=True) if c.mp_f],
)

MAGNITUDES = [1e-300, 1e-10, 1e-3, 0.1, 1, 3, 10, 17, 20.5, 25, 36, 40, 300]
TAILS = np.array([s * m for m in MAGNITUDES for s in (-1, 1)] + [-700, 700])


def functions(case):
    f, backward = getattr(ri, case.name), getattr(ri, case.name + "_backward")
    return (
        lambda x: f(x, **case.kwargs),
        lambda g, x: backward(g, x, **case.kwargs),
    )


def draw(shape, seed=0):
    """Return entries across -8..8 without one at a kink."""
    return np.random.default_rng(seed).uniform(-8.0, 8.0, shape)


def assert_parity(case, x):
    f, backward = functions(case)
    t = torch.tensor(x, requires_grad=True)
    want = case.torch_f(t, **case.kwargs)
    g = np.random.default_rng(1).standard_normal(x.shape) + 0.1
    want.backward(torch.tensor(g))
    # PyTorch's softplus drops a term of 1e-10 of the value, and the slope of
    # its hardsigmoid is 1/6 in float32; others differ in their last digits.
    loose = {"softplus": 2e-10, "hardsigmoid": 4e-8}
    close = {"rtol": loose.get(case.name, 1e-12), "atol": 1e-14}
    np.testing.assert_allclose(f(x), want.detach().numpy(), **close)
    np.testing.assert_allclose(backward(g, x), t.grad.numpy(), **close)


@every_case
def test_agrees_with_torch(case):
    assert_parity(case, draw((3, 50, 4)))


@every_case
def test_agrees_with_torch_at_every_kink(case):
    assert_parity(case, np.array([*case.kinks, 0.0, -0.0]))


@every_case
def test_numerical_gradient(case):
    x = draw((5, 7), seed=2)
    for kink in case.kinks:
        assert np.abs(x - kink).min() > 1e-4
    assert_gradients(*functions(case), [x], rtol=1e-7)


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_shape_and_input(case, dtype):
    f, backward = functions(case)
    x = draw((4, 6), seed=3).astype(dtype).T[::-1, ::2]
    g = draw((4, 6), seed=4).astype(dtype).T[::-1, ::2]
    x.flags.writeable = g.flags.writeable = False
    before = x.copy()
    for got in (f(x), backward(g, x)):
        assert got.dtype == dtype
        assert got.shape == x.shape
        assert not np.shares_memory(got, x)
        assert not np.shares_memory(got, g)
    np.testing.assert_array_equal(x, before)
    double = x.astype(np.float64)
    np.testing.assert_allclose(f(x), f(double), rtol=3e-6, atol=1e-6)
    assert f(x[:0]).shape == backward(g[:0], x[:0]).shape == (0, 2)
    number = f(x[0, 0])
    assert np.shape(number) == ()
    assert number.dtype == dtype
    assert number == f(x)[0, 0]


@every_case
def test_neither_overflows_nor_warns_far_out(case):
    f, backward = functions(case)
    for dtype in (np.float32, np.float64):
        x = np.array([-1e4, -800.0, -100.0, 100.0, 800.0, 1e4], dtype)
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            y, grad = f(x), backward(np.ones_like(x), x)
        assert np.isfinite(y).all()
        assert np.isfinite(grad).all()


@every_case
def test_nan_stays_nan(case):
    f, _ = functions(case)
    assert np.isnan(f(np.array([np.nan, 1.0]))).tolist() == [True, False]


@with_tails
def test_both_tails_against_arithmetic_of_many_digits(case):
    f, backward = functions(case)
    with mpmath.workdps(700):  # at 700, 1 - tanh is a number of 608 zeros
        points = [mpmath.mpf(float(x)) for x in TAILS]
        want = [case.mp_f(x) for x in points]
        slopes = [mpmath.diff(case.mp_f, x) for x in points]
    # Below 1e-300 numbers lose digits by themselves.
    close = {"rtol": 1e-12, "atol": 1e-300}
    np.testing.assert_allclose(
        f(TAILS), np.array(want, float), **close, err_msg="value"
    )
    gradient = backward(np.full(TAILS.shape, 3.0), TAILS)
    np.testing.assert_allclose(
        gradient, 3 * np.array(slopes, float), **close, err_msg="derivative"
    )


def test_unit_step_is_one_half_at_its_jump():
    x = np.array([-2.0, -0.0, 0.0, 1e-300])
    want = torch.heaviside(torch.tensor(x), HALF)
    np.testing.assert_array_equal(ri.unit_step(x), want.numpy())
    assert np.isnan(ri.unit_step(np.array([np.nan])))  # in PyTorch 0
    assert ri.unit_step(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("name", ["unit_step", "sign"])
def test_steps_have_no_gradient(name):
    backward = getattr(ri, name + "_backward")
    x = np.array([-2.0, 0.0, 3.0])
    assert backward(np.array([5.0, 7.0, 9.0]), x).tolist() == [0.0, 0.0, 0.0]


def test_softplus_leaves_the_curve_only_where_told():
    x = np.array([1.0, 21.0])
    exact = [math.log1p(math.e), 21 + math.exp(-21)]
    np.testing.assert_allclose(ri.softplus(x), exact, rtol=1e-15)
    cut = ri.softplus(x, threshold=20.0)
    assert cut[1] == 21.0
    assert cut[0] == ri.softplus(x)[0]


@pytest.mark.parametrize("name", ["sigmoid", "logsigmoid", "softplus"])
def test_agrees_with_its_definition(name):
    x = draw((4, 5), seed=5)
    np.testing.assert_allclose(
        getattr(ri, name)(x),
        getattr(ri, name + "_definition")(x),
        rtol=1e-12,
    )


def test_softplus_definition_has_beta():
    x = draw((4, 5), seed=5)
    np.testing.assert_allclose(
        ri.softplus(x, 0.5), ri.softplus_definition(x, 0.5), rtol=1e-12
    )


def test_erf_and_erfc_against_arithmetic_of_many_digits():
    x = np.array([-30.0, -5.0, -0.3, 0.0, 1e-9, 0.3, 5.0, 20.0])
    with mpmath.workdps(40):
        erf = [float(mpmath.erf(mpmath.mpf(float(v)))) for v in x]
        erfc = [float(mpmath.erfc(mpmath.mpf(float(v)))) for v in x]
    np.testing.assert_allclose(ri.erf(x), erf, rtol=1e-15)
    np.testing.assert_allclose(ri.erfc(x), erfc, rtol=1e-14)
    for f in (ri.erf, ri.erfc):
        assert f(x.astype(np.float32)).dtype == np.float32
        assert f(x[:0]).shape == (0,)
        assert np.isnan(f(np.array([np.nan]))).all()
        with pytest.raises(TypeError, match="input must be floating"):
            f(np.array([1]))


@every_case
def test_rejects_integers_and_gradients_that_do_not_fit(case):
    f, backward = functions(case)
    x = np.ones((2, 3))
    with pytest.raises(TypeError, match=r"input must be floating, got input"):
        f(np.arange(3))
    with pytest.raises(TypeError, match=r"input must be floating, got input"):
        backward(np.ones(3), np.arange(3))
    with pytest.raises(TypeError, match="grad_output must have the dtype of"):
        backward(x.astype(np.float32), x)
    with pytest.raises(ValueError, match=r"grad_output must have shape \(2,"):
        backward(x.T, x)


@pytest.mark.parametrize(
    ("name", "kwargs", "error", "message"),
    [
        ("leaky_relu", {"negative_slope": np.nan}, ValueError, "be finite"),
        ("leaky_relu", {"negative_slope": "a"}, TypeError, "must be a number"),
        ("elu", {"alpha": np.inf}, ValueError, "alpha must be finite"),
        ("elu", {"alpha": None}, TypeError, "alpha must be a number"),
        ("hardtanh", {"min_val": 2.0}, ValueError, "at most max_val, got min"),
        ("hardtanh", {"max_val": np.inf}, ValueError, "max_val must be fin"),
        ("gelu", {"approximate": "erf"}, ValueError, "approximate must be on"),
        ("softplus", {"beta": 0.0}, ValueError, "beta must not be 0, got be"),
        ("softplus", {"beta": np.nan}, ValueError, "beta must be finite"),
    ],
)
def test_rejects_parameters(name, kwargs, error, message):
    x = np.ones(3)
    with pytest.raises(error, match=message):
        getattr(ri, name)(x, **kwargs)
    with pytest.raises(error, match=message):
        getattr(ri, name + "_backward")(x, x, **kwargs)
