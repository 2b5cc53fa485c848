"""Tests of layer_normalization and rms_normalization."""

import numpy as np
import pytest
import torch.nn.functional as F
from gradients import assert_gradients
from parity import assert_torch_parity

from reference_impl import (
    layer_norm,
    layer_norm_backward,
    layer_norm_definition,
    rms_norm,
    rms_norm_backward,
    rms_norm_definition,
)
from reference_impl.neural_networks import _normalization

SHAPES = [
    ((5, 3), 3),
    ((4, 5, 3), (3,)),
    ((4, 2, 5, 3), (5, 3)),
    ((2, 5, 3), (2, 5, 3)),
    ((6,), 6),
]
NORMS = {
    "layer": (layer_norm, layer_norm_definition, layer_norm_backward),
    "rms": (rms_norm, rms_norm_definition, rms_norm_backward),
}


@pytest.fixture(params=[_normalization.BLOCK_BYTES, 1], autouse=True)
def block_bytes(request, monkeypatch):
    """Try every test with one block, and with one row a block."""
    monkeypatch.setattr(_normalization, "BLOCK_BYTES", request.param)


def arrays(norm, shape, sizes, dtype=np.float64):
    """Return input and weight, and for layer normalization a bias."""
    rng = np.random.default_rng(0)
    sizes = (sizes,) if isinstance(sizes, int) else sizes
    return [
        (3 + 2 * rng.standard_normal(shape)).astype(dtype),
        rng.uniform(0.5, 2.0, sizes).astype(dtype),
        rng.uniform(1.0, 2.0, sizes).astype(dtype),
    ][: 3 if norm == "layer" else 2]


def sized(function, sizes, before=1):
    """Return `function` with the sizes put after its first arguments."""

    def run(*args, **kwargs):
        return function(*args[:before], sizes, *args[before:], **kwargs)

    return run


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("shape", "sizes"), SHAPES, ids=str)
@pytest.mark.parametrize("eps", [1e-5, 0.3])
def test_agrees_with_definition(norm, shape, sizes, eps):
    f, definition, _ = NORMS[norm]
    x, *affine = arrays(norm, shape, sizes)
    for count in range(len(affine) + 1):
        given = (x, sizes, *affine[:count])
        want = definition(*given, eps=eps)
        np.testing.assert_allclose(f(*given, eps=eps), want, rtol=1e-12)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("shape", "sizes"), SHAPES, ids=str)
@pytest.mark.parametrize("kwargs", [{}, {"eps": 0.3}], ids=str)
@pytest.mark.parametrize("without", [0, 1, 2])
def test_agrees_with_torch(norm, shape, sizes, kwargs, without):
    f, _, backward = NORMS[norm]
    torch_f = F.layer_norm if norm == "layer" else F.rms_norm
    given = arrays(norm, shape, sizes)
    given = given[: max(1, len(given) - without)]
    axes = (sizes,) if isinstance(sizes, int) else sizes
    assert_torch_parity(
        sized(f, sizes),
        lambda *args, **kwargs: [
            grad
            for grad in sized(backward, sizes, 2)(*args, **kwargs)
            if grad is not None
        ],
        sized(torch_f, axes),
        given,
        kwargs,
    )


def test_a_bias_without_a_weight_as_in_torch():
    x, _, bias = arrays("layer", (5, 3), 3)
    assert_torch_parity(
        lambda x, b: layer_norm(x, 3, None, b),
        lambda g, x, b: layer_norm_backward(g, x, 3, None, b)[::2],
        lambda x, b: F.layer_norm(x, (3,), None, b),
        [x, bias],
        {},
    )


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("shape", "sizes"), SHAPES, ids=str)
def test_gradients(norm, shape, sizes):
    f, _, backward = NORMS[norm]
    assert_gradients(
        lambda *args: sized(f, sizes)(*args, eps=0.01),
        lambda *args: sized(backward, sizes, 2)(*args, eps=0.01),
        arrays(norm, shape, sizes),
    )


def test_the_default_eps_of_rms_norm_is_the_machine_epsilon():
    for dtype in (np.float32, np.float64):
        x = np.full((1, 3), 1e-6, dtype)
        eps = float(np.finfo(dtype).eps)
        np.testing.assert_array_equal(rms_norm(x, 3), rms_norm(x, 3, eps=eps))
    tiny = rms_norm(np.full((1, 3), 1e-6, np.float32), 3)
    np.testing.assert_allclose(tiny, 1e-6 / np.finfo("f4").eps ** 0.5, 1e-3)


def test_rms_norm_does_not_centre():
    x = np.array([[1.0, 3.0]])
    shifted = [f(x + 10, 2) - f(x, 2) for f in (layer_norm, rms_norm)]
    np.testing.assert_allclose(shifted[0], 0, atol=1e-5)
    assert np.abs(shifted[1]).max() > 0.1


def test_a_constant_row_becomes_the_bias():
    x, _, bias = arrays("layer", (5, 3), 3)
    x[1] = 0.1
    y = layer_norm(x, 3, None, bias)
    np.testing.assert_allclose(y[1], bias, rtol=1e-12)


def test_two_passes_keep_the_digits_that_one_pass_loses_in_float32():
    rng = np.random.default_rng(0)
    x = (1e4 + rng.standard_normal((2, 256))).astype(np.float32)
    want = layer_norm(x.astype(np.float64), 256)
    np.testing.assert_allclose(layer_norm(x, 256), want, atol=2e-3)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_inputs_alone(norm, dtype):
    f, _, backward = NORMS[norm]
    x, *affine = arrays(norm, (4, 5, 3), 3, dtype)
    for array in (x, *affine):
        array.setflags(write=False)
    assert f(x, 3, *affine).dtype == dtype
    grads = backward(x, x, 3, *affine)
    assert {grad.dtype for grad in grads} == {np.dtype(dtype)}


@pytest.mark.parametrize("norm", NORMS)
def test_takes_strided_and_empty_inputs(norm):
    f, _, backward = NORMS[norm]
    x, *affine = arrays(norm, (4, 5, 3), 3)
    strided = np.asfortranarray(x)[::-1]
    want = f(x[::-1].copy(), 3, *affine)
    np.testing.assert_array_equal(f(strided, 3, *affine), want)
    empty = np.empty((0, 5, 3))
    assert f(empty, 3, *affine).shape == empty.shape
    grads = backward(empty, empty, 3, *affine)
    assert grads.input.shape == empty.shape
    np.testing.assert_array_equal(grads.weight, [0, 0, 0])


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"input": np.ones((4, 3), int)}, TypeError, "input must be floating"),
        (
            {"normalized_shape": 4},
            ValueError,
            "normalized_shape must be the last axes of input, "
            r"got normalized_shape=4, input.shape=\(4, 3\)",
        ),
        (
            {"normalized_shape": (2, 4, 3)},
            ValueError,
            "normalized_shape must be the last axes",
        ),
        ({"normalized_shape": 0}, ValueError, "normalized_shape must be at"),
        ({"normalized_shape": ()}, ValueError, "normalized_shape must be an"),
        ({"normalized_shape": 3.0}, TypeError, "normalized_shape must be an"),
        ({"weight": np.ones(4)}, ValueError, r"weight must have shape \(3,\)"),
        ({"weight": np.ones(3, "f4")}, TypeError, "weight must have the dtyp"),
        ({"eps": 0.0}, ValueError, "eps must be positive, got eps=0.0"),
        ({"eps": "small"}, TypeError, "eps must be a number"),
    ],
)
def test_rejects(norm, which, change, error, message):
    f = NORMS[norm][which]
    cotangent = [np.ones((4, 3))] * (which == 2)
    given = {"input": np.ones((4, 3)), "normalized_shape": 3} | change
    with pytest.raises(error, match=message):
        f(*cotangent, **given)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (np.ones((3, 4)), ValueError, r"grad_output must have shape \(4, 3\)"),
        (np.ones((4, 3), "f4"), TypeError, "grad_output must have the dtype"),
    ],
)
def test_backward_rejects(norm, g, error, message):
    with pytest.raises(error, match=message):
        NORMS[norm][2](g, np.ones((4, 3)), 3)


def test_layer_norm_rejects_a_bias_of_another_shape():
    with pytest.raises(ValueError, match=r"bias must have shape \(3,\)"):
        layer_norm(np.ones((4, 3)), 3, None, np.ones(4))
