"""Tests of reference_impl.neural_networks.mlp_forward_pass."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from reference_impl import linear, mlp_cost, mlp_forward, one_hot

N, SIZES = 5, (4, 7, 6, 3)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def network(dtype=np.float64):
    pairs = list(pairwise(SIZES))
    weights = [draw(*p, seed=k).astype(dtype) for k, p in enumerate(pairs)]
    biases = [draw(d, seed=9 + d).astype(dtype) for _, d in pairs]
    return draw(N, SIZES[0], seed=20).astype(dtype), weights, biases


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu", "relu6"])
@pytest.mark.parametrize("unit", ["softmax", "sigmoid", "identity"])
def test_forward_agrees_with_torch(activation, unit):
    x, weights, biases = network()
    passed = mlp_forward(x, weights, biases, activation, unit)
    phi = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}.get(
        activation, getattr(F, activation)
    )
    a = torch.tensor(x)
    for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
        np.testing.assert_allclose(passed.activations[l], a, 1e-12, 1e-15)
        z = F.linear(a, torch.tensor(W.T), torch.tensor(b))
        np.testing.assert_allclose(passed.net_inputs[l], z, 1e-12, 1e-14)
        a = phi(z)
    last = {
        "softmax": lambda z: z.softmax(1),
        "sigmoid": torch.sigmoid,
        "identity": lambda z: z,
    }[unit](z)
    np.testing.assert_allclose(passed.activations[-1], last, rtol=1e-12)
    assert [len(part) for part in passed] == [3, 4]


def test_the_weight_is_that_of_linear_transposed():
    x, weights, biases = network()
    Z = mlp_forward(x, weights[:1], biases[:1]).net_inputs[0]
    np.testing.assert_allclose(Z, linear(x, weights[0].T, biases[0]))


def test_a_bias_unit_is_a_row_more_of_the_weights():
    # C3: with a column of ones the weights are (m + 1, d).
    x, (W, *_), (b, *_) = network()
    ones = np.ones((N, 1))
    joined = mlp_forward(
        np.hstack([ones, x]), [np.vstack([b, W])], [np.zeros(len(b))]
    )
    apart = mlp_forward(x, [W], [b])
    np.testing.assert_allclose(joined.net_inputs[0], apart.net_inputs[0])
    with pytest.raises(ValueError, match=r"weights\[0\] must have shape \(5"):
        mlp_forward(np.hstack([ones, x]), [W], [b])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("cost", "unit"),
    [
        ("cross_entropy", "softmax"),
        ("cross_entropy", "sigmoid"),
        ("squared_error", "identity"),
        ("squared_error", "sigmoid"),
        ("squared_error", "softmax"),
    ],
)
def test_cost_agrees_with_torch(cost, unit, reduction):
    Z, y = draw(N, 3), np.abs(draw(N, 3, seed=1))
    y /= y.sum(axis=1, keepdims=True)
    z, t = torch.tensor(Z), torch.tensor(y)
    if cost == "squared_error":
        a = {"identity": z, "sigmoid": z.sigmoid(), "softmax": z.softmax(1)}
        want = F.mse_loss(a[unit], t, reduction="sum") / 2
    elif unit == "softmax":
        want = F.cross_entropy(z, t, reduction="sum")
    else:
        want = F.binary_cross_entropy_with_logits(z, t, reduction="sum")
    want = want.item() / (N if reduction == "mean" else 1)
    got = mlp_cost(Z, y, cost, unit, reduction)
    assert isinstance(got, float)
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_cost_is_finite_where_the_probability_underflows():
    Z, y = np.array([[0.0, 1e4]]), np.array([[1.0, 0.0]])
    assert mlp_cost(Z, y) == 1e4
    assert mlp_cost(Z, y, unit="sigmoid") == 1e4 + np.log(2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_input_left_alone(dtype):
    x, weights, biases = network(dtype)
    for array in (x, *weights, *biases):
        array.flags.writeable = False
    passed = mlp_forward(x, weights, biases, "tanh")
    assert passed.activations[0] is x
    for array in (*passed.net_inputs, *passed.activations):
        assert array.dtype == dtype


def test_an_empty_batch_passes_forward():
    _, weights, biases = network()
    passed = mlp_forward(np.empty((0, 4)), weights, biases)
    assert passed.activations[-1].shape == (0, 3)


def test_one_hot_agrees_with_torch():
    y = np.random.default_rng(0).integers(0, 5, (2, 3))
    for classes in (-1, 7):
        want = F.one_hot(torch.tensor(y), classes).numpy()
        np.testing.assert_array_equal(one_hot(y, classes), want)
    assert one_hot(y).dtype == np.int64
    assert one_hot(y, dtype=np.float32).dtype == np.float32
    assert one_hot(np.empty(0, int), 4).shape == (0, 4)
    assert one_hot(np.array(2), 4).tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (([0.0, 1.0],), TypeError, "input must be integer, got input.dtype"),
        (([True],), TypeError, "input must be integer, got input.dtype=bool"),
        (([0, 5], 5), ValueError, "classes from 0 to 4, got 5"),
        (([0, -1], 5), ValueError, "classes from 0 to 4, got -1"),
        (([-1],), ValueError, "got -1"),
        (([0], -2), ValueError, "num_classes must be at least -1"),
        (([0], 2.0), TypeError, "num_classes must be an int"),
        ((np.empty(0, int),), ValueError, "num_classes must be given"),
    ],
)
def test_one_hot_errors(args, error, message):
    with pytest.raises(error, match=message):
        one_hot(*args)


def changed(**new):
    x, weights, biases = network()
    return {"input": x, "weights": weights, "biases": biases} | new


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        ({"input": np.ones((2, 4), int)}, TypeError, "input must be floating"),
        ({"input": np.ones(4)}, ValueError, r"input must have shape \(N, m\)"),
        (
            {"input": np.ones((2, 3))},
            ValueError,
            r"weights\[0\] must have sha",
        ),
        ({"weights": []}, ValueError, "len.weights.=0, len.biases.=3"),
        ({"biases": [np.ones(7)]}, ValueError, "one entry a layer"),
        (
            {"biases": [np.ones(7), np.ones(5), np.ones(3)]},
            ValueError,
            r"biases\[1\] must have shape \(6,\), got biases\[1\].shape=\(5,",
        ),
        (
            {"weights": [np.ones((4, 7)), np.ones((6, 6)), np.ones((6, 3))]},
            ValueError,
            r"weights\[1\] must have shape \(7, d\), got",
        ),
        (
            {"biases": [np.ones(7, np.float32), np.ones(6), np.ones(3)]},
            TypeError,
            r"biases\[0\] must have the dtype of input",
        ),
        ({"activation": "softmax"}, ValueError, "activation must be one of"),
        ({"unit": "relu"}, ValueError, "unit must be one of 'softmax'"),
    ],
)
def test_forward_errors(new, error, message):
    with pytest.raises(error, match=message):
        mlp_forward(**changed(**new))


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (
            {"net_input": np.ones((5, 3), int)},
            TypeError,
            "net_input must be fl",
        ),
        (
            {"target": np.ones((5, 3), int)},
            TypeError,
            "target must be floating",
        ),
        (
            {"target": np.ones((5, 4))},
            ValueError,
            r"target must have shape \(5",
        ),
        ({"target": np.ones(5)}, ValueError, "target must have shape"),
        (
            {"net_input": np.ones((0, 3)), "target": np.ones((0, 3))},
            ValueError,
            "net_input must have at least one row",
        ),
        ({"cost": "hinge"}, ValueError, "cost must be one of"),
        (
            {"unit": "identity"},
            ValueError,
            "unit must be 'softmax' or 'sigmoid",
        ),
        ({"reduction": "none"}, ValueError, "reduction must be one of 'mean'"),
    ],
)
def test_cost_errors(new, error, message):
    good = {"net_input": np.ones((5, 3)), "target": np.ones((5, 3)) / 3}
    with pytest.raises(error, match=message):
        mlp_cost(**good | new)
