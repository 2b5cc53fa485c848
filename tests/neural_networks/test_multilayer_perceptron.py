"""Tests of the linear layer in reference_impl's multilayer_perceptron."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import linear, linear_backward, linear_definition


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("batch", [(), (3,), (2, 5)])
@pytest.mark.parametrize("biased", [True, False])
def test_agrees_with_torch_and_the_definition(batch, biased):
    arrays = [draw(*batch, 4), draw(6, 4, seed=1)]
    if biased:
        arrays.append(draw(6, seed=2))
    g = draw(*batch, 6, seed=3)
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    want = F.linear(*tensors)
    want.backward(torch.tensor(g))
    close = {"rtol": 1e-12, "atol": 1e-14}
    got = linear(*arrays)
    np.testing.assert_allclose(got, want.detach().numpy(), **close)
    np.testing.assert_allclose(got, linear_definition(*arrays), **close)
    grads = linear_backward(g, *arrays)
    for grad, tensor in zip(grads, tensors, strict=False):
        np.testing.assert_allclose(grad, tensor.grad.numpy(), **close)
    if biased:
        assert_gradients(linear, linear_backward, arrays, rtol=1e-7)
    else:
        assert grads.bias is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_input(dtype):
    arrays = [
        np.flip(a.astype(dtype)) for a in (draw(3, 4), draw(6, 4), draw(6))
    ]
    for a in arrays:
        a.flags.writeable = False
    before = [a.copy() for a in arrays]
    y = linear(*arrays)
    grads = linear_backward(y, *arrays)
    assert {a.dtype for a in (y, *grads)} == {np.dtype(dtype)}
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_empty_batch():
    x, W, b = np.empty((0, 4)), draw(6, 4), draw(6)
    assert linear(x, W, b).shape == linear_definition(x, W, b).shape == (0, 6)
    grads = linear_backward(np.empty((0, 6)), x, W, b)
    assert grads.input.shape == (0, 4)
    assert not grads.weight.any()
    assert not grads.bias.any()


X, W, B = np.ones((2, 4)), np.ones((3, 4)), np.ones(3)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((X.astype(int), W), TypeError, "input must be floating"),
        ((X, W.astype("f")), TypeError, "weight must have the dtype of input"),
        ((X, W[0]), ValueError, r"weight must have shape \(O, I\), got weigh"),
        ((X[:, :2], W), ValueError, r"input must have shape \(\.\.\., 4\), g"),
        ((np.ones(()), W), ValueError, r"input must have shape \(\.\.\., 4"),
        ((X, W, B[:2]), ValueError, r"bias must have shape \(3,\), got bias"),
        (
            (X, W, B.astype("f")),
            TypeError,
            "bias must have the dtype of input",
        ),
    ],
)
def test_rejects(args, error, message):
    for function in (linear, linear_definition):
        with pytest.raises(error, match=message):
            function(*args)
    with pytest.raises(error, match=message):
        linear_backward(np.ones((2, 3)), *args)


def test_backward_rejects():
    with pytest.raises(
        ValueError, match=r"grad_output must have shape \(2, 3"
    ):
        linear_backward(X, X, W)
    with pytest.raises(TypeError, match="grad_output must have the dtype"):
        linear_backward(np.ones((2, 3), "f"), X, W)
