"""Tests of reference_impl.neural_networks.mlp_backward_pass."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    mlp_cost,
    mlp_errors,
    mlp_forward,
    mlp_gradients,
    mlp_hidden_error,
    mlp_output_error,
    mlp_update,
)

N, SIZES = 5, (4, 7, 6, 3)
PAIRS = [
    ("cross_entropy", "softmax"),
    ("cross_entropy", "sigmoid"),
    ("squared_error", "identity"),
    ("squared_error", "sigmoid"),
    ("squared_error", "softmax"),
]


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def network():
    pairs = list(pairwise(SIZES))
    weights = [draw(*p, seed=k) for k, p in enumerate(pairs)]
    biases = [draw(d, seed=9 + d) for _, d in pairs]
    y = np.abs(draw(N, SIZES[-1], seed=21))
    y /= y.sum(axis=1, keepdims=True)
    return draw(N, SIZES[0], seed=20), y, weights, biases


def total_cost(x, y, weights, biases, activation, cost, unit, l2, reduction):
    Z = mlp_forward(x, weights, biases, activation, unit).net_inputs[-1]
    penalty = l2 / 2 * sum((W**2).sum() for W in weights)
    return mlp_cost(Z, y, cost, unit, reduction) + penalty


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("cost", "unit"), PAIRS)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
def test_gradients_agree_with_torch_and_with_differences(
    activation, cost, unit, reduction
):
    x, y, weights, biases = network()
    l2 = 0.3
    passed = mlp_forward(x, weights, biases, activation, unit)
    errors = mlp_errors(passed, y, weights, activation, cost, unit)
    got = mlp_gradients(errors, passed.activations, weights, l2, reduction)

    W = [torch.tensor(w, requires_grad=True) for w in weights]
    b = [torch.tensor(v, requires_grad=True) for v in biases]
    a, t = torch.tensor(x), torch.tensor(y)
    for l in range(3):
        z = a @ W[l] + b[l]
        phi = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}
        a = phi.get(activation, F.softplus)(z)
    out = {"identity": z, "sigmoid": z.sigmoid(), "softmax": z.softmax(1)}
    if cost == "squared_error":
        J = F.mse_loss(out[unit], t, reduction="sum") / 2
    elif unit == "softmax":
        J = F.cross_entropy(z, t, reduction="sum")
    else:
        J = F.binary_cross_entropy_with_logits(z, t, reduction="sum")
    J = J / (N if reduction == "mean" else 1)
    J = J + l2 / 2 * sum((w * w).sum() for w in W)
    want = torch.autograd.grad(J, W + b)
    for g, h in zip(got.weights + got.biases, want, strict=True):
        np.testing.assert_allclose(g, h.numpy(), rtol=1e-10, atol=1e-13)

    def forward(*arrays):
        J = total_cost(
            *(x, y, arrays[:3], arrays[3:]),
            *(activation, cost, unit, l2, reduction),
        )
        return np.asarray(J)

    assert_gradients(
        forward,
        lambda g, *_: [g * p for p in got.weights + got.biases],
        [*weights, *biases],
    )


def test_delta_is_a_minus_y_only_for_the_matching_cost():
    # C4: the notes' delta, with squared error, lacks the factor a (1 - a).
    Z, y = draw(N, 3), network()[1]
    a = 1 / (1 + np.exp(-Z))

    def slope(cost):
        def forward(Z):
            return np.asarray(mlp_cost(Z, y, cost, "sigmoid", "sum"))

        return lambda form: assert_gradients(
            forward, lambda g, Z: g * form, [Z]
        )

    slope("cross_entropy")(a - y)
    slope("squared_error")((a - y) * a * (1 - a))
    with pytest.raises(AssertionError, match="gradient of argument 0"):
        slope("squared_error")(a - y)


def test_the_sum_over_the_batch_grows_with_it_and_the_mean_does_not():
    # C5: twice the same examples give the same mean and twice the sum.
    x, y, weights, biases = network()

    def gradient(times, reduction):
        passed = mlp_forward(np.tile(x, (times, 1)), weights, biases)
        errors = mlp_errors(passed, np.tile(y, (times, 1)), weights)
        return mlp_gradients(
            errors, passed.activations, weights, reduction=reduction
        ).weights[0]

    np.testing.assert_allclose(gradient(2, "mean"), gradient(1, "mean"))
    np.testing.assert_allclose(gradient(2, "sum"), 2 * gradient(1, "sum"))
    np.testing.assert_allclose(gradient(1, "sum"), N * gradient(1, "mean"))


def test_biases_are_not_penalised():
    # C18: only weights shrink where there is no error.
    A, W = draw(N, 4), draw(4, 3, seed=1)
    zero = np.zeros((N, 3))
    got = mlp_gradients([zero], [A], [W], l2=0.5)
    np.testing.assert_allclose(got.weights[0], 0.5 * W)
    np.testing.assert_array_equal(got.biases[0], np.zeros(3))


def test_hidden_error_agrees_with_torch():
    delta, W, Z = draw(N, 3), draw(6, 3, seed=1), draw(N, 6, seed=2)
    z = torch.tensor(Z, requires_grad=True)
    (z.sigmoid() @ torch.tensor(W)).backward(torch.tensor(delta))
    np.testing.assert_allclose(
        mlp_hidden_error(delta, W, Z), z.grad.numpy(), rtol=1e-12
    )


def test_update_returns_new_arrays():
    p, g = [draw(3, 4), draw(4)], [draw(3, 4, seed=1), draw(4, seed=2)]
    before = [a.copy() for a in p]
    new = mlp_update(p, g, 0.25)
    for a, b, c, d in zip(new, p, g, before, strict=True):
        np.testing.assert_array_equal(a, d - 0.25 * c)
        np.testing.assert_array_equal(b, d)


def test_float32_is_kept_and_inputs_left_alone():
    x, y, weights, biases = network()
    weights, biases = (
        [p.astype(np.float32) for p in ps] for ps in (weights, biases)
    )
    x, y = x.astype(np.float32), y.astype(np.float32)
    for array in (x, y, *weights, *biases):
        array.flags.writeable = False
    passed = mlp_forward(x, weights, biases, "gelu")
    errors = mlp_errors(passed, y, weights, "gelu")
    got = mlp_gradients(errors, passed.activations, weights, 0.1)
    new = mlp_update(weights, got.weights, 0.1)
    for array in (*errors, *got.weights, *got.biases, *new):
        assert array.dtype == np.float32


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (
            {"output": np.ones((5, 3), int)},
            TypeError,
            "output must be floating",
        ),
        (
            {"target": np.eye(3, dtype=int)},
            TypeError,
            "target must be floating",
        ),
        (
            {"target": np.ones((5, 4))},
            ValueError,
            r"target must have shape \(5, 3\), got target.shape=\(5, 4\)",
        ),
        (
            {"target": np.ones((5, 3), np.float32)},
            TypeError,
            "dtype of output",
        ),
        ({"output": np.ones(3)}, ValueError, r"output must have shape \(N, K"),
        (
            {"output": np.ones((0, 3)), "target": np.ones((0, 3))},
            ValueError,
            r"output must have at least one row, got output.shape=\(0, 3\)",
        ),
        ({"cost": "hinge"}, ValueError, "cost must be one of"),
        ({"unit": "relu"}, ValueError, "unit must be one of"),
        ({"unit": "identity"}, ValueError, "unit must be 'softmax' or"),
    ],
)
def test_output_error_errors(new, error, message):
    good = {"output": np.ones((5, 3)), "target": np.ones((5, 3))}
    with pytest.raises(error, match=message):
        mlp_output_error(**good | new)


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        ({"error": np.ones((5, 3), int)}, TypeError, "error must be floating"),
        ({"error": np.ones(3)}, ValueError, r"error must have shape \(N, d"),
        (
            {"weight": np.ones((6, 4))},
            ValueError,
            r"weight must have shape \(m",
        ),
        (
            {"weight": np.ones((6, 3), "f")},
            TypeError,
            "weight must have the dt",
        ),
        (
            {"net_input": np.ones((5, 7))},
            ValueError,
            "net_input must have sha",
        ),
        (
            {"net_input": np.ones((5, 6), int)},
            TypeError,
            "net_input must be f",
        ),
        ({"activation": "cosine"}, ValueError, "activation must be one of"),
    ],
)
def test_hidden_error_errors(new, error, message):
    good = {
        "error": np.ones((5, 3)),
        "weight": np.ones((6, 3)),
        "net_input": np.ones((5, 6)),
    }
    with pytest.raises(error, match=message):
        mlp_hidden_error(**good | new)


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (
            {"errors": [np.ones((5, 2))]},
            ValueError,
            r"errors\[0\] must have sh",
        ),
        ({"errors": [np.ones((0, 3))]}, ValueError, "at least one row"),
        ({"errors": [np.ones((5, 3), int)]}, TypeError, "must be floating"),
        ({"errors": []}, ValueError, "got 0, 1 and 1"),
        ({"activations": []}, ValueError, "got 1, 0 and 1"),
        (
            {"activations": [np.ones((4, 6))]},
            ValueError,
            r"activations\[0\] mu",
        ),
        ({"weights": [np.ones((6, 3), int)]}, TypeError, r"weights\[0\] must"),
        ({"weights": [np.ones(3)]}, ValueError, r"weights\[0\] must have sha"),
        ({"l2": -0.1}, ValueError, r"l2 must be in \[0, inf\], got l2=-0.1"),
        ({"l2": "x"}, TypeError, "l2 must be a number"),
        ({"reduction": "none"}, ValueError, "reduction must be one of 'mean'"),
    ],
)
def test_gradients_errors(new, error, message):
    good = {
        "errors": [np.ones((5, 3))],
        "activations": [np.ones((5, 6))],
        "weights": [np.ones((6, 3))],
    }
    with pytest.raises(error, match=message):
        mlp_gradients(**good | new)


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (
            {"parameters": [np.ones(3, int)]},
            TypeError,
            r"parameters\[0\] must",
        ),
        ({"gradients": [np.ones(4)]}, ValueError, r"gradients\[0\] must have"),
        ({"gradients": []}, ValueError, "len.gradients.=0, len.parameters.=1"),
        ({"gradients": [np.ones(3, "f")]}, TypeError, r"gradients\[0\] must"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate must be in"),
        ({"learning_rate": None}, TypeError, "learning_rate must be a number"),
        ({"learning_rate": np.nan}, ValueError, "learning_rate must be"),
    ],
)
def test_update_errors(new, error, message):
    good = {
        "parameters": [np.ones(3)],
        "gradients": [np.ones(3)],
        "learning_rate": 0.1,
    }
    with pytest.raises(error, match=message):
        mlp_update(**good | new)
