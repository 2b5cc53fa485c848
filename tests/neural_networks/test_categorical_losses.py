"""Tests of reference_impl.neural_networks.categorical_losses."""

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import (
    cross_entropy,
    cross_entropy_and_gradients,
    cross_entropy_backward,
    cross_entropy_definition,
    log_softmax,
    nll_loss,
    nll_loss_backward,
)
from reference_impl.neural_networks import _softmax

LOSSES = {
    "nll_loss": (nll_loss, nll_loss_backward, F.nll_loss),
    "cross_entropy": (cross_entropy, cross_entropy_backward, F.cross_entropy),
}
both = pytest.mark.parametrize(
    ("f", "backward", "torch_f"), LOSSES.values(), ids=LOSSES
)
SHAPES = [(6, 4), (5,), (2, 5, 3), (3, 4, 2, 5)]
WEIGHT = np.array([0.5, 2.0, 1.25, 0.0, 3.0])


def scores(shape, seed=0):
    x = np.random.default_rng(seed).standard_normal(shape) * 3.0
    x = log_softmax(x, 0 if len(shape) == 1 else 1)
    return np.ascontiguousarray(x)  # PyTorch fails on others


def classes(shape, seed=1):
    C = shape[0] if len(shape) == 1 else shape[1]
    cells = shape[:1] * (len(shape) > 1) + shape[2:]
    return np.random.default_rng(seed).integers(0, C, cells)


def probabilities(shape, seed=2):
    axis = 0 if len(shape) == 1 else 1
    p = np.random.default_rng(seed).uniform(0.1, 1.0, shape)
    return p / p.sum(axis=axis, keepdims=True)


def assert_parity(f, backward, torch_f, x, y, **kwargs):
    soft = y.dtype.kind == "f"
    t = torch.tensor(x, requires_grad=True)
    target = torch.tensor(y, requires_grad=soft)
    in_torch = {
        key: torch.tensor(value) if isinstance(value, np.ndarray) else value
        for key, value in kwargs.items()
    }
    want = torch_f(t, target, **in_torch)
    g = np.random.default_rng(5).standard_normal(want.shape) + 0.25
    want.backward(torch.tensor(g))
    loss = f(x, y, **kwargs)
    close = {"rtol": 1e-11, "atol": 1e-14}
    np.testing.assert_allclose(loss, want.detach().numpy(), **close)
    assert np.shape(loss) == tuple(want.shape)
    grads = backward(g, x, y, **kwargs)
    np.testing.assert_allclose(grads.input, t.grad.numpy(), **close)
    if soft:
        np.testing.assert_allclose(grads.target, target.grad.numpy(), **close)
    else:
        assert grads.target is None


@both
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True])
def test_classes_agree_with_torch(
    f, backward, torch_f, shape, reduction, weighted
):
    x, y = scores(shape), classes(shape)
    kwargs = {"reduction": reduction}
    if weighted:
        kwargs["weight"] = WEIGHT[: shape[min(1, len(shape) - 1)]] + 0.5
    assert_parity(f, backward, torch_f, x, y, **kwargs)
    kwargs["ignore_index"] = int(y.flat[0]) if y.ndim else -1
    if y.ndim:
        assert_parity(f, backward, torch_f, x, y, **kwargs)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    shape=st.sampled_from(SHAPES),
    reduction=st.sampled_from(["none", "mean", "sum"]),
    weighted=st.booleans(),
    soft=st.booleans(),
    smoothing=st.sampled_from([0.0, 0.1, 0.75, 1.0]),
    ignore=st.booleans(),
    seed=st.integers(0, 99),
)
def test_cross_entropy_agrees_with_torch_in_every_combination(
    shape, reduction, weighted, soft, smoothing, ignore, seed
):
    x = np.random.default_rng(seed).standard_normal(shape) * 4.0
    y = probabilities(shape, seed) if soft else classes(shape, seed)
    kwargs = {"reduction": reduction, "label_smoothing": smoothing}
    if weighted:
        kwargs["weight"] = WEIGHT[: shape[min(1, len(shape) - 1)]] + 0.25
    if ignore and not soft and y.ndim:
        kwargs["ignore_index"] = 1
        y = np.where(np.arange(y.size).reshape(y.shape) % 3 == 0, 1, y)
        y.flat[-1] = 0
    assert_parity(
        cross_entropy, cross_entropy_backward, F.cross_entropy, x, y, **kwargs
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("soft", [False, True])
def test_loss_and_gradients_at_once_are_those_found_apart(reduction, soft):
    x = scores((5, 4, 3))
    y = probabilities((5, 4, 3)) if soft else classes((5, 4, 3))
    args = (x, y, WEIGHT[:4], -100, reduction, 0.125)
    loss, gradients = cross_entropy_and_gradients(*args)
    want = cross_entropy(*args)
    np.testing.assert_array_equal(loss, want)
    apart = cross_entropy_backward(np.ones(np.shape(want)), *args)
    np.testing.assert_array_equal(gradients.input, apart.input)
    if soft:
        np.testing.assert_array_equal(gradients.target, apart.target)
    with pytest.raises(ValueError, match="reduction must be one of"):
        cross_entropy_and_gradients(x, y, reduction="max")
    with pytest.raises(ValueError, match="must not be 'mean' where no loss"):
        cross_entropy_and_gradients(x[:0], y[:0])


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_numerical_gradient(reduction, smoothing):
    x, p = scores((3, 4, 5)), probabilities((3, 4, 5))
    kwargs = {
        "reduction": reduction,
        "label_smoothing": smoothing,
        "weight": WEIGHT[:4],
    }
    assert_gradients(
        lambda x, p: cross_entropy(x, p, **kwargs),
        lambda g, x, p: cross_entropy_backward(g, x, p, **kwargs),
        [x, p],
        rtol=1e-6,
    )
    y = classes((3, 4, 5))
    assert_gradients(
        lambda x: cross_entropy(x, y, **kwargs),
        lambda g, x: cross_entropy_backward(g, x, y, **kwargs).input,
        [x],
        rtol=1e-6,
    )


def test_is_the_nll_loss_of_log_softmax_and_agrees_with_the_definition():
    x = np.random.default_rng(3).standard_normal((7, 5)) * 3.0
    y = classes((7, 5))
    got = cross_entropy(x, y, reduction="none")
    separate = nll_loss(log_softmax(x, 1), y, reduction="none")
    np.testing.assert_allclose(got, separate, rtol=1e-13)
    definition = cross_entropy_definition(x, y)
    np.testing.assert_allclose(got, definition, rtol=1e-12)


def test_a_class_index_is_a_distribution_of_one():
    x, y = np.random.default_rng(3).standard_normal((6, 4)), classes((6, 4))
    one_hot = np.eye(4)[y]
    for reduction in ("none", "mean", "sum"):
        by_index = cross_entropy(x, y, reduction=reduction)
        by_probability = cross_entropy(x, one_hot, reduction=reduction)
        np.testing.assert_allclose(by_index, by_probability, rtol=1e-14)
    g = np.ones(6)
    np.testing.assert_allclose(
        cross_entropy_backward(g, x, y, reduction="none").input,
        cross_entropy_backward(g, x, one_hot, reduction="none").input,
        rtol=1e-12,
    )


def test_a_weighted_mean_divides_by_the_weights():
    x = np.zeros((3, 2))
    w = np.array([1.0, 5.0])
    y = np.array([0, 1, 1])
    # All losses are w * log 2, so the weights cancel in the mean ...
    np.testing.assert_allclose(cross_entropy(x, y, w), np.log(2))
    np.testing.assert_allclose(nll_loss(x - 1.0, y, w), 1.0)
    # ... but not with probabilities, where it divides by the samples.
    p = np.eye(2)[y]
    np.testing.assert_allclose(cross_entropy(x, p, w), 11 / 3 * np.log(2))


def test_ignored_samples_neither_cost_nor_count_nor_learn():
    x = np.random.default_rng(4).standard_normal((4, 3))
    y = np.array([2, -100, 1, -100])
    kept = cross_entropy(x[[0, 2]], y[[0, 2]])
    np.testing.assert_allclose(cross_entropy(x, y), kept, rtol=1e-15)
    assert cross_entropy(x, y, reduction="none")[1] == 0
    for smoothing in (0.0, 0.3):
        grad = cross_entropy_backward(1.0, x, y, label_smoothing=smoothing)
        assert not grad.input[[1, 3]].any()
        assert grad.input[[0, 2]].all()


def test_an_impossible_class_that_is_not_true_costs_nothing():
    x = np.array([[-np.inf, 1.0, 2.0]])
    y = np.array([2])
    log_p = np.log1p(np.exp(-1.0))
    np.testing.assert_allclose(cross_entropy(x, y), log_p, rtol=1e-14)
    p = np.array([[0.0, 0.0, 1.0]])
    np.testing.assert_allclose(cross_entropy(x, p), log_p, rtol=1e-14)
    assert cross_entropy(x, np.array([0])) == np.inf
    weight = np.array([0.0, 1.0, 2.0])  # the impossible class is left out
    for f in (cross_entropy, nll_loss):
        assert f(x, np.array([0]), weight, reduction="sum") == 0
    assert nll_loss(x, np.array([0]), ignore_index=0, reduction="sum") == 0


@pytest.mark.parametrize("label", [0, 1, 2])
@pytest.mark.parametrize(
    "logits",
    [
        [60.0, -2.0, 1.5],
        [-300.25, 400.5, 0.125],
        [1e4, -1e4, 1e4 - 30.0],
        [0.5, -0.25, 0.125],
    ],
)
@pytest.mark.parametrize("soft", [False, True])
def test_both_tails_against_arithmetic_of_many_digits(logits, label, soft):
    x = np.array([logits])
    with mpmath.workdps(10000):
        z = [mpmath.mpf(v) for v in logits]
        total = sum(mpmath.exp(v) for v in z)
        want = float(mpmath.log(total) - z[label])
        slope = [mpmath.exp(v) / total - (i == label) for i, v in enumerate(z)]
        slope = np.array([slope], float)
    close = {"rtol": 1e-12, "atol": 1e-300}
    y = np.eye(3)[[label]] if soft else np.array([label])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss = cross_entropy(x, y)
        grad = cross_entropy_backward(1.0, x, y).input
    np.testing.assert_allclose(loss, want, **close)
    np.testing.assert_allclose(grad, slope, **close)


@both
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_input_and_works_in_blocks(
    f, backward, torch_f, dtype
):
    x = scores((700, 130, 3)).astype(dtype)[::-1]
    y = classes((700, 130, 3))
    x.flags.writeable = y.flags.writeable = False
    before = x.copy()
    assert len(_softmax.blocks(x.reshape(-1, 130))) > 1
    t = torch.tensor(before, requires_grad=True)
    want = torch_f(t, torch.tensor(y))
    want.backward()
    loss, grad = f(x, y), backward(1.0, x, y).input
    assert loss.dtype == grad.dtype == dtype
    np.testing.assert_allclose(loss, want.item(), rtol=1e-5)
    np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-4, atol=1e-10)
    np.testing.assert_array_equal(x, before)
    for integer in (np.uint8, np.int32):
        assert f(x, y.astype(integer)) == loss


def test_a_smoothing_of_numpys_leaves_the_dtype_alone():
    x = scores((4, 3)).astype(np.float32)
    y, half = np.full_like(x, 1 / 3), np.float64(0.5)
    grads = cross_entropy_backward(1.0, x, y, label_smoothing=half)
    assert {g.dtype for g in grads} == {np.dtype(np.float32)}


@both
def test_no_samples(f, backward, torch_f):
    x, y = np.empty((0, 3)), np.empty(0, int)
    assert f(x, y, reduction="sum") == 0
    assert f(x, y, reduction="none").shape == (0,)
    assert backward(1.0, x, y, reduction="sum").input.shape == (0, 3)
    ignored = np.array([-100, -100])
    for args in [(x, y), (np.ones((2, 3)), ignored)]:
        with pytest.raises(
            ValueError, match="must not be 'mean' where no los"
        ):
            f(*args)
        with pytest.raises(
            ValueError, match="must not be 'mean' where no los"
        ):
            backward(1.0, *args)


X, Y = np.ones((2, 3)), np.array([0, 2])


@both
@pytest.mark.parametrize(
    ("x", "y", "kwargs", "error", "message"),
    [
        (X.astype(int), Y, {}, TypeError, "input must be floating"),
        (
            np.ones(()),
            Y,
            {},
            ValueError,
            "input must have an axis of at least",
        ),
        (X[:, :0], Y, {}, ValueError, "at least one class, got input.shape="),
        (X, Y == 0, {}, TypeError, "target must be integer, got target.dtyp"),
        (X, Y[:1], {}, ValueError, r"target must have shape \(2,\), got"),
        (X, Y + 1, {}, ValueError, r"target must be in \[0, 3\).*entry 3"),
        (X, Y - 1, {}, ValueError, r"target must be in \[0, 3\).*entry -1"),
        (X, Y, {"weight": np.ones(2)}, ValueError, r"weight must have shape"),
        (X, Y, {"weight": np.ones(3, "f")}, TypeError, "weight must have the"),
        (X, Y, {"ignore_index": 0.0}, TypeError, "ignore_index must be an in"),
        (X, Y, {"reduction": "max"}, ValueError, "reduction must be one of"),
        (X, Y, {"reduction": X}, ValueError, "reduction must be one of"),
    ],
)
def test_rejects(f, backward, torch_f, x, y, kwargs, error, message):
    with pytest.raises(error, match=message):
        f(x, y, **kwargs)
    with pytest.raises(error, match=message):
        backward(1.0, x, y, **kwargs)


@pytest.mark.parametrize(
    ("y", "kwargs", "error", "message"),
    [
        (X.astype("f"), {}, TypeError, "target must have the dtype of input"),
        (X[0], {}, ValueError, r"target must have shape \(2, 3\), got"),
        (-X, {}, ValueError, "target must have no negative probability"),
        (X, {"ignore_index": 1}, ValueError, "must not be given with probab"),
        (X, {"label_smoothing": 1.5}, ValueError, r"smoothing must be in \[0"),
        (Y, {"label_smoothing": "a"}, TypeError, "label_smoothing must be a"),
    ],
)
def test_cross_entropy_rejects(y, kwargs, error, message):
    with pytest.raises(error, match=message):
        cross_entropy(X, y, **kwargs)
    with pytest.raises(error, match=message):
        cross_entropy_backward(1.0, X, y, **kwargs)


@both
def test_backward_rejects(f, backward, torch_f):
    with pytest.raises(ValueError, match="grad_output must have shape"):
        backward(np.ones(2), X, Y)
    with pytest.raises(ValueError, match="grad_output must have shape"):
        backward(np.ones(3), X, Y, reduction="none")


def test_loss_and_gradients_reject_what_the_loss_rejects():
    for reduction in ("max", X):
        with pytest.raises(ValueError, match="reduction must be one of"):
            cross_entropy_and_gradients(X, Y, reduction=reduction)


def test_nll_loss_takes_classes_only():
    with pytest.raises(TypeError, match="target must be integer"):
        nll_loss(X, X)
