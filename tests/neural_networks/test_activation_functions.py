"""Tests of all activation functions that work entry by entry.

They stand in reference_impl.neural_networks, in `activation_functions`,
`hard_activations`, `smooth_activations`, `hidden_units` and `output_units`.
"""

import math
import re
from pathlib import Path
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

import reference_impl as ri
from reference_impl.neural_networks.smooth_activations import (
    SELU_ALPHA,
    SELU_SCALE,
)
from texcheck import EquationError, check

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
    for dtype, far in ((np.half, 1e4), (np.single, 1e30), (np.double, 1e200)):
        x = np.array([-800.0, -100.0, 100.0, 800.0, -1e4, 1e4], dtype)
        x = np.append(x, np.array([-far, far], dtype))
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


def test_a_beta_of_numpys_leaves_the_dtype_alone():
    x = np.array([0.5], np.float32)
    for y in (ri.softplus(x, np.float64(2)), ri.elu(x, np.float64(2))):
        assert y.dtype == np.float32


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
        ("softplus", {"threshold": "a"}, TypeError, "threshold must be a nu"),
        ("softplus", {"threshold": np.nan}, ValueError, "threshold must be"),
    ],
)
def test_rejects_parameters(name, kwargs, error, message):
    x = np.ones(3)
    with pytest.raises(error, match=message):
        getattr(ri, name)(x, **kwargs)
    with pytest.raises(error, match=message):
        getattr(ri, name + "_backward")(x, x, **kwargs)


# The table of the page: every cell is held against the functions.

PAGE = (
    Path(__file__).parents[2] / "docs/neural-networks/activation-functions.md"
)
SLOPE = 0.3  # alpha, where a function has one
ARGUMENTS = {
    "leaky_relu": (SLOPE,),
    "prelu": (np.array([SLOPE]),),
    "elu": (SLOPE,),
}

NAMES = {
    "alpha": SLOPE,
    "sigma": lambda z: ri.sigmoid(np.asarray(z, float)),
    "zeta": lambda z: ri.softplus(np.asarray(z, float)),
    "Phi": lambda z: math.erfc(-z / math.sqrt(2)) / 2,
    "t": lambda z: math.tanh(ri.softplus(np.asarray(z, float))),
    "elu": lambda z: ri.elu(np.asarray(z, float), SELU_ALPHA),
    "elu_prime": lambda z: ri.elu_backward(
        np.ones(()), np.asarray(z, float), SELU_ALPHA
    ),
    "lam": SELU_SCALE,
    "varphi": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
}
POINTS = [-7.3, -3.4, -2.6, -1.3, -0.7, -0.2, 0.1, 0.8, 1.4, 2.7, 3.3, 6.8]


class TableRow(NamedTuple):
    name: str
    value: str
    slope: str
    range: str
    kinks: dict[float, float]


def table():
    """Return the rows of the page's table, one a function."""
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) != 5 or "`][]" not in cells[0]:
            continue
        names, value, slope, bounds = (cell.strip("$") for cell in cells[:4])
        told = cells[4].replace("−", "-").replace("α", str(SLOPE))
        kinks = re.findall(r"(-?\d+): (-?[\d.]+)", told)
        assert kinks or told == "none"
        rows += [
            TableRow(
                name,
                value,
                slope,
                bounds,
                {float(k): float(v) for k, v in kinks},
            )
            for name in re.findall(r"`(\w+)`", names)
        ]
    return rows


TABLE = table()
every_row = pytest.mark.parametrize("row", TABLE, ids=[r.name for r in TABLE])


def evaluate(name, x):
    """Return value and slope of a function of the table."""
    x = np.atleast_1d(np.asarray(x, float))
    arguments = ARGUMENTS.get(name, ())
    grad = getattr(ri, name + "_backward")(np.ones_like(x), x, *arguments)
    grad = grad.input if name == "prelu" else grad
    return getattr(ri, name)(x, *arguments), grad


def holds(latex, z, value, tolerance=1e-9):
    """Check that the cell has this value: between two bounds close to it."""
    names = NAMES | {
        "z": z,
        "low": value - tolerance,
        "high": value + tolerance,
    }
    check(r"\text{low} < " + latex, names)
    check(r"\text{high} > " + latex, names)


def test_the_table_has_every_function():
    assert [r.name for r in TABLE] == list(
        dict.fromkeys(r.name for r in TABLE)
    )
    missing = {case.name for case in CASES} - {r.name for r in TABLE}
    assert not missing
    assert len(TABLE) == 21


@every_row
def test_the_formulas_of_the_table(row):
    for z in POINTS:
        value, slope = evaluate(row.name, z)
        holds(row.value, z, value.item())
        holds(row.slope, z, slope.item())
    with pytest.raises(EquationError):
        holds(row.value, 0.8, evaluate(row.name, 0.8)[0].item() + 0.01)


@every_row
def test_the_kinks_of_the_table(row):
    for kink, slope in row.kinks.items():
        assert evaluate(row.name, kink)[1].item() == pytest.approx(
            slope, abs=1e-4
        )
    grid, step = np.arange(-8, 8.25, 0.25), 1e-6
    right, left = (
        evaluate(row.name, grid + step),
        evaluate(row.name, grid - step),
    )
    jumps = np.abs(right[1] - left[1]) + np.abs(right[0] - left[0]) > 1e-4
    assert set(grid[jumps]) == set(row.kinks)


@every_row
def test_the_ranges_of_the_table(row):
    bounds = row.range.replace(r"\infty", "inf").replace(r"\alpha", str(SLOPE))
    ends = re.fullmatch(r"([(\[])(\S+), (\S+)([)\]])", bounds)
    near = evaluate(row.name, np.linspace(-8, 8, 160_001))[0]
    far = evaluate(row.name, np.array([-1e4, 1e4]))[0]
    for bound, closed, extreme in (
        (float(ends[2]), ends[1] == "[", np.min),
        (float(ends[3]), ends[4] == "]", np.max),
    ):
        found = extreme([extreme(near), extreme(far)])
        if math.isinf(bound):
            assert abs(found) > 9e2
            assert np.sign(found) == np.sign(bound)
        else:
            assert found == pytest.approx(bound, abs=6e-4)
            assert closed == (abs(extreme(near) - found) < 1e-9)
