"""Tests of softmax and log_softmax in reference_impl's output_units.

The units that work entry by entry: see test_activation_functions.
"""

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    log_softmax,
    log_softmax_backward,
    log_softmax_definition,
    softmax,
    softmax_backward,
    softmax_definition,
)
from reference_impl.neural_networks import _softmax

FUNCTIONS = {
    "softmax": (softmax, softmax_backward, softmax_definition, F.softmax),
    "log_softmax": (
        log_softmax,
        log_softmax_backward,
        log_softmax_definition,
        F.log_softmax,
    ),
}
both = pytest.mark.parametrize(
    ("f", "backward", "definition", "torch_f"),
    FUNCTIONS.values(),
    ids=FUNCTIONS,
)


def draw(shape, seed=0, scale=3.0):
    return scale * np.random.default_rng(seed).standard_normal(shape)


@both
@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_agrees_with_torch_and_the_definition(
    f, backward, definition, torch_f, dim
):
    x, g = draw((3, 5, 4)), draw((3, 5, 4), 1)
    t = torch.tensor(x, requires_grad=True)
    want = torch_f(t, dim)
    want.backward(torch.tensor(g))
    y = f(x, dim)
    np.testing.assert_allclose(y, want.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(y, definition(x, dim), rtol=1e-12)
    np.testing.assert_allclose(
        backward(g, x, dim), t.grad.numpy(), rtol=1e-10, atol=1e-14
    )
    assert_gradients(
        lambda x: f(x, dim), lambda g, x: backward(g, x, dim), [x], rtol=1e-7
    )


@both
def test_the_last_axis_is_the_default(f, backward, definition, torch_f):
    x = draw((3, 5))
    np.testing.assert_array_equal(f(x), f(x, 1))
    np.testing.assert_array_equal(definition(x), definition(x, 1))
    np.testing.assert_array_equal(backward(x, x), backward(x, x, 1))


def logits(kind):
    rng = np.random.default_rng(6)
    return {
        "near-certain": np.array([3.0, 60.0, -2.0, 1.5]),
        "certain": np.array([-300.25, 400.5, 0.125]),
        "far-below": np.array([-1e4, -1e4 + 1.5, -1e4 - 40.0]),
        "far-above": np.array([1e4, 1e4 - 30.0, 9e3]),
        "level": rng.standard_normal(7),
        "equal-top": np.array([5.0, 5.0, -30.0]),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "near-certain",
        "certain",
        "far-below",
        "far-above",
        "level",
        "equal-top",
    ],
)
def test_both_tails_against_arithmetic_of_many_digits(kind):
    x = logits(kind)
    with mpmath.workdps(1000):
        z = [mpmath.mpf(float(v)) for v in x]
        total = sum(mpmath.exp(v) for v in z)
        p = np.array([mpmath.exp(v) / total for v in z], float)
        log_p = np.array([v - mpmath.log(total) for v in z], float)
    close = {"rtol": 1e-12, "atol": 1e-300}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(softmax(x), p, **close)
        np.testing.assert_allclose(log_softmax(x), log_p, **close)


@pytest.mark.parametrize(
    "kind", ["near-certain", "certain", "far-above", "level", "equal-top"]
)
@pytest.mark.parametrize("cotangent", ["random", "at-top", "off-top"])
def test_gradients_in_both_tails_against_arithmetic_of_many_digits(
    kind, cotangent
):
    x = logits(kind)
    g = draw(x.shape, 7) + 0.25
    if cotangent != "random":
        g *= (np.arange(x.size) == x.argmax()) == (cotangent == "at-top")
    with mpmath.workdps(1000):
        z, G = ([mpmath.mpf(float(v)) for v in a] for a in (x, g))
        total = sum(mpmath.exp(v) for v in z)
        p = [mpmath.exp(v) / total for v in z]
        mean = sum(a * b for a, b in zip(G, p, strict=True))
        pairs = list(zip(G, p, strict=True))
        of_softmax = np.array([b * (a - mean) for a, b in pairs], float)
        of_log = np.array([a - b * sum(G) for a, b in pairs], float)
    close = {"rtol": 1e-12, "atol": 1e-300}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(softmax_backward(g, x), of_softmax, **close)
        np.testing.assert_allclose(log_softmax_backward(g, x), of_log, **close)


@both
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_input_and_works_in_blocks(
    f, backward, definition, torch_f, dtype
):
    x = draw((700, 5, 130), 3).astype(dtype).transpose(0, 2, 1)[::-1]
    x.flags.writeable = False
    before = x.copy()
    assert len(_softmax.blocks(x.reshape(-1, 5))) > 1
    y, grad = f(x), backward(x, x)
    assert y.dtype == grad.dtype == dtype
    want = torch_f(torch.tensor(x.copy()), -1)
    np.testing.assert_allclose(y, want.numpy(), rtol=2e-5, atol=1e-6)
    np.testing.assert_array_equal(x, before)
    assert not np.shares_memory(x, y)


@both
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0,), (2, 0, 4)])
def test_empty_input(f, backward, definition, torch_f, shape):
    x = np.empty(shape, np.float32)
    assert f(x, 0).shape == f(x).shape == backward(x, x).shape == shape


@both
def test_nan_and_infinity_as_in_torch(f, backward, definition, torch_f):
    inf = np.inf
    x = np.array(
        [
            [np.nan, 1.0, 2.0],
            [inf, 1.0, 2.0],
            [-inf, 1.0, 2.0],
            [-inf, -inf, -inf],
            [-inf, -inf, 7.0],
        ]
    )
    want = torch_f(torch.tensor(x), -1).numpy()
    np.testing.assert_allclose(f(x), want, rtol=1e-14)


@both
@pytest.mark.parametrize(
    ("x", "dim", "error", "message"),
    [
        (np.arange(3), 0, TypeError, "input must be floating"),
        (np.ones(3), 1, ValueError, r"dim must be an axis of input, got dim"),
        (np.ones((2, 3)), -3, ValueError, "got dim=-3, input.shape="),
        (np.ones(()), 0, ValueError, "dim must be an axis"),
        (np.ones(3), 0.0, TypeError, "dim must be an int"),
    ],
)
def test_rejects(f, backward, definition, torch_f, x, dim, error, message):
    with pytest.raises(error, match=message):
        f(x, dim)
    with pytest.raises(error, match=message):
        backward(x * 1.0 if error is ValueError else np.ones(3), x, dim)


@both
def test_backward_rejects(f, backward, definition, torch_f):
    with pytest.raises(ValueError, match="grad_output must have shape"):
        backward(np.ones((3, 2)), np.ones((2, 3)))
    with pytest.raises(TypeError, match="grad_output must have the dtype"):
        backward(np.ones(3, np.float32), np.ones(3))


@pytest.mark.parametrize("largest", [20, 40])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_numbers_around_what_needs_no_maximum_subtracted(dtype, largest):
    rng = np.random.default_rng(0)
    x = rng.uniform(-largest, largest, (3, 7)).astype(dtype)
    x[1] = -np.abs(x[1])
    want = softmax_definition(x.astype(np.float64))
    rtol = {2: 3e-2, 4: 1e-5, 8: 1e-13}[x.itemsize]
    with np.errstate(over="raise"):
        got = softmax(x)
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-7)
