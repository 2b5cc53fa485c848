"""Tests of the losses of numbers and of probabilities, entry by entry.

They stand in reference_impl.neural_networks, in `loss_functions`,
`divergences`, `gaussian_loss` and `bernoulli_losses`.
"""

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

import reference_impl as ri

SHAPE = (4, 3, 5)
REDUCTIONS = ["none", "mean", "sum"]
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)


def normal(seed, shape=SHAPE):
    return np.random.default_rng(seed).standard_normal(shape) * 2.0


def probability(seed, shape=SHAPE):
    return np.random.default_rng(seed).uniform(0.02, 0.98, shape)


def distributions(seed, shape=SHAPE):
    p = probability(seed, shape)
    return p / p.sum(axis=-1, keepdims=True)


WEIGHT = probability(11, (3, 1)) * 3.0
FULL_WEIGHT = probability(13) * 3.0
POS_WEIGHT = probability(12, (5,)) * 4.0

# name: (arrays, keyword arguments that are alike, those for PyTorch only)
CASES = {
    "mse_loss": ("mse_loss", [normal(0), normal(1)], {}),
    "l1_loss": ("l1_loss", [normal(0), normal(1)], {}),
    "mse_loss-weight": (
        "mse_loss",
        [normal(0), normal(1)],
        {"weight": FULL_WEIGHT},
    ),
    "l1_loss-weight": (
        "l1_loss",
        [normal(0), normal(1)],
        {"weight": FULL_WEIGHT},
    ),
    "huber_loss-weight": (
        "huber_loss",
        [normal(0), normal(1)],
        {"delta": 1.5, "weight": FULL_WEIGHT},
    ),
    "smooth_l1_loss": ("smooth_l1_loss", [normal(0), normal(1)], {}),
    "smooth_l1_loss-beta": (
        "smooth_l1_loss",
        [normal(0), normal(1)],
        {"beta": 2.5},
    ),
    "smooth_l1_loss-0": (
        "smooth_l1_loss",
        [normal(0), normal(1)],
        {"beta": 0.0},
    ),
    "huber_loss": ("huber_loss", [normal(0), normal(1)], {}),
    "huber_loss-delta": (
        "huber_loss",
        [normal(0), normal(1)],
        {"delta": 2.5},
    ),
    "kl_div": ("kl_div", [np.log(distributions(0)), distributions(1)], {}),
    "kl_div-log": (
        "kl_div",
        [np.log(distributions(0)), np.log(distributions(1))],
        {"log_target": True},
    ),
    "gaussian_nll_loss": (
        "gaussian_nll_loss",
        [normal(0), normal(1), probability(2) * 3],
        {},
    ),
    "gaussian_nll_loss-full": (
        "gaussian_nll_loss",
        [normal(0), normal(1), probability(2, SHAPE[:-1]) * 3],
        {"full": True},
    ),
    "gaussian_nll_loss-eps": (
        "gaussian_nll_loss",
        [normal(0), normal(1), probability(2, (*SHAPE[:-1], 1))],
        {"eps": 0.5},
    ),
    "binary_cross_entropy": (
        "binary_cross_entropy",
        [probability(0), probability(1)],
        {},
    ),
    "binary_cross_entropy-weight": (
        "binary_cross_entropy",
        [probability(0), probability(1)],
        {"weight": WEIGHT},
    ),
    "with_logits": (
        "binary_cross_entropy_with_logits",
        [normal(0), probability(1)],
        {},
    ),
    "with_logits-weights": (
        "binary_cross_entropy_with_logits",
        [normal(0), probability(1)],
        {"weight": WEIGHT, "pos_weight": POS_WEIGHT},
    ),
}
every_case = pytest.mark.parametrize(
    ("name", "arrays", "kwargs"), CASES.values(), ids=CASES
)


def as_torch(kwargs):
    return {
        key: torch.tensor(value) if isinstance(value, np.ndarray) else value
        for key, value in kwargs.items()
    }


def assert_parity(name, arrays, kwargs, rtol=1e-11):
    """Compare value and all gradients, for a random cotangent."""
    f, backward = getattr(ri, name), getattr(ri, name + "_backward")
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    want = getattr(F, name)(*tensors, **as_torch(kwargs))
    g = np.random.default_rng(5).standard_normal(want.shape) + 0.25
    want.backward(torch.tensor(g))
    loss = f(*arrays, **kwargs)
    assert np.shape(loss) == tuple(want.shape)
    close = {"rtol": rtol, "atol": 1e-14}
    np.testing.assert_allclose(loss, want.detach().numpy(), **close)
    gradients = backward(g, *arrays, **kwargs)
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), **close)


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@every_case
@every_reduction
def test_agrees_with_torch(name, arrays, kwargs, reduction):
    assert_parity(name, arrays, {**kwargs, "reduction": reduction})


def test_the_mean_is_the_default():
    for name, arrays, kwargs in CASES.values():
        f = getattr(ri, name)
        assert f(*arrays, **kwargs) == f(*arrays, **kwargs, reduction="mean")


@every_case
@every_reduction
def test_numerical_gradient(name, arrays, kwargs, reduction):
    if kwargs.get("eps"):  # below eps the gradient is not the slope
        arrays = [*arrays[:2], arrays[2] + 0.5]
    kwargs = {**kwargs, "reduction": reduction}
    f, backward = getattr(ri, name), getattr(ri, name + "_backward")
    assert_gradients(
        lambda *arrays: f(*arrays, **kwargs),
        lambda g, *arrays: backward(g, *arrays, **kwargs),
        arrays,
        rtol=1e-6,
    )


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_input(name, arrays, kwargs, dtype):
    f, backward = getattr(ri, name), getattr(ri, name + "_backward")
    arrays = [np.flip(a.astype(dtype)) for a in arrays]
    kwargs = {
        key: value.astype(dtype) if isinstance(value, np.ndarray) else value
        for key, value in kwargs.items()
    }
    for a in arrays:
        a.flags.writeable = False
    before = [a.copy() for a in arrays]
    for reduction in REDUCTIONS:
        loss = f(*arrays, **kwargs, reduction=reduction)
        assert loss.dtype == dtype
        g = np.ones(np.shape(loss), dtype)
        grads = backward(g, *arrays, **kwargs, reduction=reduction)
        for grad, a in zip(grads, arrays, strict=True):
            assert grad.dtype == dtype
            assert grad.shape == a.shape
    python_float = backward(1.0, *arrays, **kwargs)
    assert all(grad.dtype == dtype for grad in python_float)
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)


@every_case
def test_no_entries(name, arrays, kwargs):
    f, backward = getattr(ri, name), getattr(ri, name + "_backward")
    arrays = [a[:0] for a in arrays]
    if kwargs.get("weight") is FULL_WEIGHT:
        kwargs = {**kwargs, "weight": FULL_WEIGHT[:0]}
    assert f(*arrays, **kwargs, reduction="sum") == 0
    assert f(*arrays, **kwargs, reduction="none").shape == (0, *SHAPE[1:])
    for grad, a in zip(
        backward(2.0, *arrays, **kwargs, reduction="sum"), arrays, strict=True
    ):
        assert grad.shape == a.shape
    for call in (f, lambda *args, **kw: backward(1.0, *args, **kw)):
        with pytest.raises(
            ValueError, match="reduction must not be 'mean' wh"
        ):
            call(*arrays, **kwargs)


@every_case
def test_rejects_what_no_loss_takes(name, arrays, kwargs):
    f, backward = getattr(ri, name), getattr(ri, name + "_backward")
    x, y, *rest = arrays
    both = (f, lambda *args, **kw: backward(1.0, *args, **kw))
    for call in both:
        with pytest.raises(TypeError, match="input must be floating"):
            call(x.astype(int), y, *rest, **kwargs)
        with pytest.raises(TypeError, match="target must have the dtype of i"):
            call(x, y.astype(np.float32), *rest, **kwargs)
        with pytest.raises(ValueError, match=r"target must have shape \(4, 3"):
            call(x, y[0], *rest, **kwargs)
        with pytest.raises(ValueError, match="reduction must be one of 'none"):
            call(x, y, *rest, **kwargs, reduction="avg")
        with pytest.raises(ValueError, match="reduction must be one of 'none"):
            call(x, y, *rest, **kwargs, reduction=np.ones(x.shape))
    with pytest.raises(ValueError, match="grad_output must have shape"):
        backward(np.ones(2), x, y, *rest, **kwargs)
    with pytest.raises(ValueError, match="grad_output must have shape"):
        backward(1.0, x, y, *rest, **kwargs, reduction="none")
    with pytest.raises(TypeError, match="grad_output must be floating"):
        backward(np.array(1), x, y, *rest, **kwargs)


# Conventions


def test_l1_has_no_slope_where_right_and_huber_is_smooth_where_it_bends():
    d = np.array([0.0, 1.0, -1.0, 2.0])
    zero = np.zeros(4)
    for name, kwargs in [
        ("l1_loss", {}),
        ("smooth_l1_loss", {}),
        ("smooth_l1_loss", {"beta": 0.0}),
        ("huber_loss", {}),
    ]:
        assert_parity(name, [d, zero], {**kwargs, "reduction": "none"})
    grad = ri.l1_loss_backward(np.ones(4), d, zero, reduction="none")
    assert grad.input.tolist() == [0.0, 1.0, -1.0, 1.0]


def test_kl_div_takes_the_mean_over_the_batch():
    arrays = [np.log(distributions(0)), distributions(1)]
    assert_parity("kl_div", arrays, {"reduction": "batchmean"})
    total = ri.kl_div(*arrays, reduction="sum")
    batch_mean = ri.kl_div(*arrays, reduction="batchmean")
    np.testing.assert_allclose(batch_mean * SHAPE[0], total, rtol=1e-15)
    with pytest.raises(ValueError, match="reduction must not be 'mean' where"):
        ri.kl_div(arrays[0][:0], arrays[1][:0], reduction="batchmean")


def test_kl_div_of_a_class_of_probability_0():
    x, y = np.log([[0.25, 0.25, 0.5]]), np.array([[0.0, 0.5, 0.5]])
    want = F.kl_div(torch.tensor(x), torch.tensor(y), reduction="none")
    got = ri.kl_div(x, y, reduction="none")
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-14)
    impossible = np.array([[-np.inf, *x[0, 1:]]])
    assert ri.kl_div(impossible, y, reduction="none")[0, 0] == 0
    grad = ri.kl_div_backward(1.0, x, y, reduction="sum")
    assert grad.input[0, 0] == 0
    assert grad.target[0, 0] == -np.inf
    missing = np.array([[np.nan, 0.5, 0.5]])
    assert np.isnan(ri.kl_div(x, missing, reduction="none")[0, 0])
    with np.errstate(divide="ignore"):
        log_y = np.log(y)
    grad = ri.kl_div_backward(1.0, x, log_y, "sum", log_target=True)
    assert grad.input[0, 0] == grad.target[0, 0] == 0
    assert ri.kl_div(x, log_y, "none", log_target=True)[0, 0] == 0


def test_a_variance_may_be_a_number():
    x, y = normal(0), normal(1)
    want = F.gaussian_nll_loss(torch.tensor(x), torch.tensor(y), 2.5)
    np.testing.assert_allclose(
        ri.gaussian_nll_loss(x, y, 2.5), want.item(), rtol=1e-13
    )
    grads = ri.gaussian_nll_loss_backward(1.0, x, y, 2.5)
    np.testing.assert_allclose(grads.input, (x - y) / 2.5 / x.size, rtol=1e-13)
    assert grads.var is None
    f = ri.gaussian_nll_loss
    assert f(x, y, np.float32(2.5)) == f(x, y, np.float64(2.5)) == f(x, y, 2.5)


def test_a_variance_below_eps_gets_the_gradient_at_eps():
    args = (np.array([2.0]), np.array([3.0]), np.array([1e-9]))
    assert_parity("gaussian_nll_loss", args, {"eps": 0.25})
    grads = ri.gaussian_nll_loss_backward(1.0, *args, eps=0.25)
    assert grads.var.tolist() == [(1 / 0.25 - 1 / 0.25**2) / 2]


def test_the_mean_of_many_halves():
    x, y = np.zeros(10**5, np.float16), np.ones(10**5, np.float16)
    for kwargs in ({}, {"weight": y}):
        loss = ri.mse_loss(x, y, **kwargs)
        grad = ri.mse_loss_backward(1.0, x, y, **kwargs).input
        assert loss == 1
        assert loss.dtype == grad.dtype == np.float16
        np.testing.assert_allclose(grad, -2e-5, rtol=0.01)


def test_one_variance_for_all_and_an_eps_of_numpys():
    x, y = np.array([2.0], np.float32), np.array([3.5], np.float32)
    var, eps = np.array(0.5, np.float32), np.float64(0.25)
    grads = ri.gaussian_nll_loss_backward(1.0, x, y, var, eps=eps)
    assert [g.shape for g in grads] == [(1,), (1,), ()]
    loss = ri.gaussian_nll_loss(x, y, var, eps=eps)
    assert {g.dtype for g in (*grads, loss)} == {np.dtype(np.float32)}


def test_logarithms_of_binary_cross_entropy_stop_at_minus_100():
    p, y = np.array([0.0, 1.0, 1e-60, 0.0]), np.array([1.0, 0.0, 0.5, 0.0])
    t = torch.tensor(p, requires_grad=True)
    want = F.binary_cross_entropy(t, torch.tensor(y), reduction="none")
    want.backward(torch.tensor([3.0, 5.0, 7.0, 11.0], dtype=torch.float64))
    grad = ri.binary_cross_entropy_backward(
        np.array([3.0, 5.0, 7.0, 11.0]), p, y, reduction="none"
    )
    # PyTorch's bound of 1e-12 in the gradient is a float32.
    np.testing.assert_allclose(grad.input, t.grad.numpy(), rtol=1e-8)
    np.testing.assert_allclose(grad.target, [300, -500, 700, 1100])
    loss = ri.binary_cross_entropy(p, y, reduction="none")
    np.testing.assert_array_equal(loss, want.detach().numpy())
    np.testing.assert_allclose(loss, [100, 100, 50, 0], rtol=1e-14)


def test_with_logits_agrees_with_its_definition_and_with_probabilities():
    x, y = normal(0), probability(1)
    got = ri.binary_cross_entropy_with_logits(x, y, reduction="none")
    definition = ri.binary_cross_entropy_with_logits_definition(x, y)
    np.testing.assert_allclose(got, definition, rtol=1e-12)
    unit = ri.binary_cross_entropy(ri.sigmoid(x), y, reduction="none")
    np.testing.assert_allclose(got, unit, rtol=1e-12)


@pytest.mark.parametrize("label", [0.0, 1.0, 0.25])
def test_with_logits_against_arithmetic_of_many_digits(label):
    x = np.array([-1e4, -700, -40, -20.5, -3, 0.1, 3, 25, 37, 300, 1e4])
    y = np.full(x.shape, label)
    with mpmath.workdps(700):
        t = mpmath.mpf(label)

        def loss(z):
            if label in (0, 1):
                return mpmath.log1p(mpmath.exp((1 - 2 * t) * z))
            p = mpmath.log1p(mpmath.exp(-z)), mpmath.log1p(mpmath.exp(z))
            return t * p[0] + (1 - t) * p[1]

        points = [mpmath.mpf(float(v)) for v in x]
        want = np.array([loss(z) for z in points], float)
        slope = np.array([1 / (1 + mpmath.exp(-z)) - t for z in points], float)
    close = {"rtol": 1e-12, "atol": 1e-300}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        got = ri.binary_cross_entropy_with_logits(x, y, reduction="none")
        grad = ri.binary_cross_entropy_with_logits_backward(
            np.ones_like(x), x, y, reduction="none"
        )
    np.testing.assert_allclose(got, want, **close)
    np.testing.assert_allclose(grad.input, slope, **close)


ONE = np.ones(3)


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "error", "message"),
    [
        ("smooth_l1_loss", (), {"beta": -1.0}, ValueError, "beta must be in"),
        (
            "huber_loss",
            (),
            {"delta": 0.0},
            ValueError,
            "delta must be above 0",
        ),
        ("huber_loss", (), {"delta": "1"}, TypeError, "delta must be a numbe"),
        ("kl_div", (), {"log_target": 3}, ValueError, "log_target must be on"),
        ("gaussian_nll_loss", (-ONE,), {}, ValueError, "no negative entry, g"),
        ("gaussian_nll_loss", (-1.0,), {}, ValueError, "no negative entry, g"),
        ("gaussian_nll_loss", (ONE[:2],), {}, ValueError, "var must have the"),
        (
            "gaussian_nll_loss",
            (ONE.astype("f"),),
            {},
            TypeError,
            "var must ha",
        ),
        ("gaussian_nll_loss", (1.0,), {"eps": 0.0}, ValueError, "eps must be"),
        ("gaussian_nll_loss", (1.0,), {"full": 2}, ValueError, "full must be"),
        ("binary_cross_entropy", (ONE[:2],), {}, ValueError, "weight must br"),
        *(
            (name, (), {"weight": weight}, error, message)
            for name in ("mse_loss", "l1_loss", "huber_loss")
            for weight, error, message in (
                (ONE[:2], ValueError, r"weight must have shape \(3,\), got"),
                (ONE.astype("f"), TypeError, "weight must have the dtype of"),
            )
        ),
        *(
            (name, (), {"weight": 0 * ONE}, ValueError, "total weight 0")
            for name in ("mse_loss", "l1_loss")
        ),
        (
            "binary_cross_entropy",
            (np.ones((2, 3)),),
            {},
            ValueError,
            r"broadcast to input, got weight.shape=\(2, 3\), input.shape=\(3,",
        ),
        ("binary_cross_entropy", ([1, 1, 1],), {}, TypeError, "weight must b"),
        (
            "binary_cross_entropy_with_logits",
            (),
            {"pos_weight": ONE[:2]},
            ValueError,
            "pos_weight must broadcast to input",
        ),
    ],
)
def test_rejects_parameters(name, args, kwargs, error, message):
    with pytest.raises(error, match=message):
        getattr(ri, name)(ONE, ONE, *args, **kwargs)
    with pytest.raises(error, match=message):
        getattr(ri, name + "_backward")(1.0, ONE, ONE, *args, **kwargs)


@pytest.mark.parametrize(
    ("name", "x", "y", "message"),
    [
        ("kl_div", ONE, -ONE, "no negative probability, got target.min"),
        ("binary_cross_entropy", ONE * 1.5, ONE, r"input must be in \[0, 1\]"),
        ("binary_cross_entropy", ONE * np.nan, ONE, "input must be in.*nan"),
        ("binary_cross_entropy", ONE, -ONE, "target must be in.*entry -1"),
        (
            "binary_cross_entropy_with_logits",
            ONE,
            2 * ONE,
            "target must be in.*entry 2",
        ),
    ],
)
def test_rejects_what_is_no_probability(name, x, y, message):
    with pytest.raises(ValueError, match=message):
        getattr(ri, name)(x, y)
    with pytest.raises(ValueError, match=message):
        getattr(ri, name + "_backward")(1.0, x, y)
