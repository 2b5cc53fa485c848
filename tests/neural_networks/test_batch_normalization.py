"""Tests of reference_impl.neural_networks.batch_normalization."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from parity import assert_torch_parity

from reference_impl import (
    batch_norm,
    batch_norm_backward,
    batch_norm_definition,
)
from reference_impl.neural_networks import _normalization

SHAPES = [(7, 3), (5, 4, 3), (3, 2, 4, 5), (2, 3, 2, 3, 2), (1, 3, 4)]
SETTINGS = [
    {"training": True},
    {"training": False},
    {"training": True, "eps": 0.3, "momentum": 0.7},
    {"training": False, "eps": 0.3},
]


@pytest.fixture(params=[_normalization.BLOCK_BYTES, 1], autouse=True)
def block_bytes(request, monkeypatch):
    """Try every test with one block, and with one row a block."""
    monkeypatch.setattr(_normalization, "BLOCK_BYTES", request.param)


def arrays(shape, seed=0, dtype=np.float64):
    """Return input, running mean and variance, weight and bias."""
    rng = np.random.default_rng(seed)
    C = shape[1]
    return [
        (3 + 2 * rng.standard_normal(shape)).astype(dtype),
        rng.uniform(1.0, 3.0, C).astype(dtype),
        rng.uniform(2.0, 5.0, C).astype(dtype),
        rng.uniform(0.5, 2.0, C).astype(dtype),
        rng.uniform(1.0, 2.0, C).astype(dtype),
    ]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
def test_agrees_with_definition(shape, kwargs):
    given = arrays(shape)
    want = batch_norm_definition(*given, **kwargs)
    np.testing.assert_allclose(batch_norm(*given, **kwargs), want, rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
@pytest.mark.parametrize("without", [(), ("weight",), ("weight", "bias")])
def test_agrees_with_torch(shape, kwargs, without):
    x, mean, var, *affine = arrays(shape)
    affine = affine[len(without) :]
    if without == ("weight",):
        order = [None, "bias"]
    else:
        order = ["weight", "bias"][: len(affine)]

    def place(function, change):
        def run(*args, **kwargs):
            *head, input_ = args[: len(args) - len(affine)]
            rest = list(args[len(args) - len(affine) :])
            full = [rest.pop(0) if name else None for name in order]
            stats = [change(mean.copy()), change(var.copy())]
            return function(*head, input_, *stats, *full, **kwargs)

        return run

    def backward(g, *args, **kwargs):
        grads = place(batch_norm_backward, np.asarray)(g, *args, **kwargs)
        return [grad for grad in grads if grad is not None]

    assert_torch_parity(
        place(batch_norm, np.asarray),
        backward,
        place(F.batch_norm, torch.tensor),
        [x, *affine],
        kwargs,
    )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("training", [False, True])
def test_gradients(shape, training):
    x, mean, var, weight, bias = arrays(shape)
    assert_gradients(
        lambda x, w, b: batch_norm(
            x, mean.copy(), var.copy(), w, b, training, eps=0.01
        ),
        lambda g, x, w, b: batch_norm_backward(
            g, x, mean, var, w, b, training, eps=0.01
        ),
        [x, weight, bias],
    )


def test_trained_twice_then_evaluated_as_torch_does():
    first, mean, var, weight, bias = arrays((5, 3, 4))
    second = arrays((2, 3, 6), seed=1)[0]
    layer = torch.nn.BatchNorm1d(3, eps=1e-3, momentum=0.3).double()
    with torch.no_grad():
        for name, value in zip(
            ("running_mean", "running_var", "weight", "bias"),
            (mean, var, weight, bias),
            strict=True,
        ):
            getattr(layer, name).copy_(torch.tensor(value))
    options = {"momentum": 0.3, "eps": 1e-3}
    for x in (first, second):
        got = batch_norm(x, mean, var, weight, bias, True, **options)
        want = layer(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(mean, layer.running_mean, rtol=1e-13)
    np.testing.assert_allclose(var, layer.running_var, rtol=1e-13)
    layer.eval()
    got = batch_norm(first, mean, var, weight, bias, **options)
    want = layer(torch.tensor(first)).detach().numpy()
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


def test_the_running_variance_is_unbiased_and_the_batch_variance_is_not():
    x = np.array([[1.0], [2.0], [6.0]])
    mean, var = np.zeros(1), np.zeros(1)
    y = batch_norm(x, mean, var, training=True, momentum=1.0, eps=1e-12)
    np.testing.assert_allclose(mean, [3.0])
    np.testing.assert_allclose(var, [7.0])
    np.testing.assert_allclose((y**2).mean(), 1.0)


def test_only_the_running_statistics_move_and_only_in_training():
    given = arrays((4, 3, 5))
    before = [array.copy() for array in given]
    batch_norm(*given)
    batch_norm_definition(*given, training=True)
    g = np.ones_like(given[0])
    batch_norm_backward(g, *given, training=True)
    for array, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, old)
    batch_norm(*given, training=True)
    moved = [
        not np.array_equal(array, old)
        for array, old in zip(given, before, strict=True)
    ]
    assert moved == [False, True, True, False, False]


def test_the_gradient_to_the_input_of_a_batch_has_no_mean_and_no_slope():
    x, _, _, weight, bias = arrays((4, 3, 5))
    g = np.random.default_rng(1).standard_normal(x.shape)
    grad = batch_norm_backward(
        g, x, None, None, weight, bias, training=True, eps=1e-12
    ).input
    np.testing.assert_allclose(grad.mean(axis=(0, 2)), 0, atol=1e-14)
    np.testing.assert_allclose((grad * x).mean(axis=(0, 2)), 0, atol=1e-12)


def test_two_passes_keep_the_digits_that_one_pass_loses_in_float32():
    rng = np.random.default_rng(0)
    x = (1e4 + rng.standard_normal((64, 2, 6))).astype(np.float32)
    naive = (x**2).mean(axis=(0, 2)) - x.mean(axis=(0, 2)) ** 2
    assert np.all(np.abs(naive - 1) > 0.5)
    y = batch_norm(x, None, None, training=True)
    want = batch_norm(x.astype(np.float64), None, None, training=True)
    np.testing.assert_allclose(y, want, atol=3e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("training", [False, True])
def test_keeps_dtype(dtype, training):
    given = arrays((4, 3, 5), dtype=dtype)
    assert batch_norm(*given, training=training).dtype == dtype
    assert given[1].dtype == given[2].dtype == dtype
    grads = batch_norm_backward(given[0], *given, training=training)
    assert {grad.dtype for grad in grads} == {np.dtype(dtype)}


def test_takes_read_only_and_strided_arrays():
    x, mean, var, weight, bias = arrays((5, 3, 4))
    strided = np.asfortranarray(x)[::-1]
    for array in (x, weight, bias, strided):
        array.setflags(write=False)
    want = batch_norm(x[::-1].copy(), None, None, weight, bias, True)
    got = batch_norm(strided, mean, var, weight, bias, training=True)
    np.testing.assert_array_equal(got, want)
    mean.setflags(write=False)
    batch_norm(x, mean, var)


def test_no_examples_are_fine_without_training_only():
    x = np.empty((0, 3, 4))
    mean, var = np.zeros(3), np.ones(3)
    assert batch_norm(x, mean, var).shape == x.shape
    grads = batch_norm_backward(x, x, mean, var, np.ones(3), np.ones(3))
    assert grads.input.shape == x.shape
    np.testing.assert_array_equal(grads.weight, [0, 0, 0])
    with pytest.raises(ValueError, match="2 or more values per channel"):
        batch_norm(x, mean, var, training=True)


def test_absent_weight_and_bias_have_no_gradient():
    x = arrays((4, 3))[0]
    grads = batch_norm_backward(x, x, None, None, training=True)
    assert grads.weight is None
    assert grads.bias is None


@pytest.mark.parametrize("f", [batch_norm, batch_norm_definition])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"input": np.ones((4, 3), int)}, TypeError, "input must be floating"),
        ({"input": np.ones(3)}, ValueError, r"input must have shape \(N, C"),
        ({"weight": np.ones(4)}, ValueError, r"weight must have shape \(3,\)"),
        ({"bias": np.ones(3, "f4")}, TypeError, "bias must have the dtype"),
        (
            {"running_mean": np.ones(2)},
            ValueError,
            r"running_mean must have shape \(3,\)",
        ),
        (
            {"running_mean": None},
            ValueError,
            "running_mean and running_var must both be given",
        ),
        (
            {"running_mean": None, "running_var": None},
            ValueError,
            "got running_mean=None, running_var=None, training=False",
        ),
        ({"eps": 0.0}, ValueError, "eps must be positive, got eps=0.0"),
        ({"eps": None}, TypeError, "eps must be a number"),
        ({"momentum": 1.5}, ValueError, r"momentum must be in \[0, 1\]"),
        ({"momentum": None}, TypeError, "momentum must be a number"),
        ({"training": 2}, ValueError, "training must be one of"),
        (
            {"input": np.ones((1, 3)), "training": True},
            ValueError,
            r"2 or more values .* got input.shape=\(1, 3\)",
        ),
        (
            {"running_mean": [1.0, 2.0, 3.0], "training": True},
            TypeError,
            "running_mean must be an ndarray",
        ),
        (
            {"running_var": np.broadcast_to(1.0, 3), "training": True},
            ValueError,
            "running_var must be writeable",
        ),
    ],
)
def test_rejects(f, change, error, message):
    names = ("input", "running_mean", "running_var", "weight", "bias")
    given = dict(zip(names, arrays((4, 3)), strict=True)) | change
    with pytest.raises(error, match=message):
        f(**given)


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (np.ones((3, 4)), ValueError, r"grad_output must have shape \(4, 3\)"),
        (np.ones((4, 3), "f4"), TypeError, "grad_output must have the dtype"),
    ],
)
def test_backward_rejects(g, error, message):
    with pytest.raises(error, match=message):
        batch_norm_backward(g, *arrays((4, 3)))
