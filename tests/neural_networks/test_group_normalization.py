"""Tests of group_normalization and instance_normalization."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from parity import assert_torch_parity

from reference_impl import (
    group_norm,
    group_norm_backward,
    group_norm_definition,
    instance_norm,
    instance_norm_backward,
    instance_norm_definition,
    layer_norm,
)
from reference_impl.neural_networks import _normalization

GROUPS = [
    ((2, 6), 3),
    ((3, 6, 5), 2),
    ((2, 4, 3, 5), 4),
    ((2, 4, 3, 5), 1),
    ((2, 6, 1), 3),
]
IMAGES = [(2, 3, 5), (3, 2, 4, 5), (1, 4, 3)]


@pytest.fixture(params=[_normalization.BLOCK_BYTES, 1], autouse=True)
def block_bytes(request, monkeypatch):
    """Try every test with one block, and with one row a block."""
    monkeypatch.setattr(_normalization, "BLOCK_BYTES", request.param)


def arrays(shape, dtype=np.float64):
    """Return input, weight, bias, running mean and variance."""
    rng = np.random.default_rng(0)
    C = shape[1]
    return [
        (3 + 2 * rng.standard_normal(shape)).astype(dtype),
        *(rng.uniform(0.5, 2.0, C).astype(dtype) for _ in range(4)),
    ]


@pytest.mark.parametrize(("shape", "groups"), GROUPS, ids=str)
@pytest.mark.parametrize("eps", [1e-5, 0.3])
def test_groups_agree_with_definition(shape, groups, eps):
    x, weight, bias, *_ = arrays(shape)
    for affine in [(), (weight,), (None, bias), (weight, bias)]:
        want = group_norm_definition(x, groups, *affine, eps=eps)
        got = group_norm(x, groups, *affine, eps=eps)
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("shape", "groups"), GROUPS, ids=str)
@pytest.mark.parametrize("kwargs", [{}, {"eps": 0.3}], ids=str)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_groups_agree_with_torch(shape, groups, kwargs, count):
    assert_torch_parity(
        lambda x, *rest, **kw: group_norm(x, groups, *rest, **kw),
        lambda g, x, *rest, **kw: [
            grad
            for grad in group_norm_backward(g, x, groups, *rest, **kw)
            if grad is not None
        ],
        lambda x, *rest, **kw: F.group_norm(x, groups, *rest, **kw),
        arrays(shape)[:count],
        kwargs,
    )


@pytest.mark.parametrize(("shape", "groups"), GROUPS[:4], ids=str)
def test_gradients_of_groups(shape, groups):
    assert_gradients(
        lambda x, w, b: group_norm(x, groups, w, b, eps=0.01),
        lambda g, x, w, b: group_norm_backward(g, x, groups, w, b, eps=0.01),
        arrays(shape)[:3],
    )


def test_one_group_is_layer_norm_and_a_group_a_channel_is_instance_norm():
    x = arrays((3, 4, 5, 2))[0]
    np.testing.assert_allclose(
        group_norm(x, 1), layer_norm(x, (4, 5, 2)), rtol=1e-12
    )
    np.testing.assert_allclose(
        group_norm(x, 4), instance_norm(x), rtol=1e-11, atol=1e-14
    )


def test_a_group_of_one_value_becomes_the_bias():
    x, weight, bias, *_ = arrays((2, 3))
    np.testing.assert_array_equal(
        group_norm(x, 3, weight, bias), np.broadcast_to(bias, (2, 3))
    )


@pytest.mark.parametrize("shape", IMAGES, ids=str)
@pytest.mark.parametrize("use_input_stats", [False, True])
def test_instances_agree_with_definition(shape, use_input_stats):
    x, weight, bias, mean, var = arrays(shape)
    given = (x, mean, var, weight, bias, use_input_stats)
    want = instance_norm_definition(*given)
    np.testing.assert_allclose(instance_norm(*given), want, rtol=1e-11)


@pytest.mark.parametrize("shape", IMAGES, ids=str)
@pytest.mark.parametrize("use_input_stats", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_instances_agree_with_torch(shape, use_input_stats, count):
    *given, mean, var = arrays(shape)
    kwargs = {"use_input_stats": use_input_stats, "eps": 0.1}

    def with_statistics(f, change):
        return lambda x, *rest, **kw: f(
            x, change(mean.copy()), change(var.copy()), *rest, **kw
        )

    def backward(g, x, *rest, **kw):
        grads = instance_norm_backward(g, x, mean, var, *rest, **kw)
        return [grad for grad in grads if grad is not None]

    assert_torch_parity(
        with_statistics(instance_norm, np.asarray),
        backward,
        with_statistics(F.instance_norm, torch.tensor),
        given[:count],
        kwargs,
    )


@pytest.mark.parametrize("use_input_stats", [False, True])
def test_gradients_of_instances(use_input_stats):
    *given, mean, var = arrays((3, 2, 5))
    assert_gradients(
        lambda x, w, b: instance_norm(
            x, mean.copy(), var.copy(), w, b, use_input_stats, eps=0.01
        ),
        lambda g, x, w, b: instance_norm_backward(
            g, x, mean, var, w, b, use_input_stats, eps=0.01
        ),
        given,
    )


def test_running_statistics_move_as_in_torch():
    x, _, _, mean, var = arrays((3, 2, 4, 5))
    torch_mean, torch_var = torch.tensor(mean), torch.tensor(var)
    F.instance_norm(torch.tensor(x), torch_mean, torch_var, momentum=0.3)
    instance_norm_definition(x, mean, var, momentum=0.3)
    instance_norm_backward(x, x, mean, var, momentum=0.3)
    instance_norm(x, mean, var, use_input_stats=False)
    instance_norm(x, mean, var, momentum=0.3)
    np.testing.assert_allclose(mean, torch_mean, rtol=1e-13)
    np.testing.assert_allclose(var, torch_var, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_inputs_alone(dtype):
    x, weight, bias, *_ = arrays((2, 4, 3), dtype)
    for array in (x, weight, bias):
        array.setflags(write=False)
    assert group_norm(x, 2, weight, bias).dtype == dtype
    assert instance_norm(x, None, None, weight, bias).dtype == dtype
    grads = [
        *group_norm_backward(x, x, 2, weight, bias),
        *instance_norm_backward(x, x, None, None, weight, bias),
    ]
    assert {grad.dtype for grad in grads} == {np.dtype(dtype)}


def test_takes_strided_and_empty_inputs():
    x, weight, bias, mean, var = arrays((3, 4, 5))
    strided = np.asfortranarray(x)[::-1]
    for f in (
        lambda x: group_norm(x, 2, weight, bias),
        lambda x: instance_norm(x, None, None, weight, bias),
    ):
        np.testing.assert_array_equal(f(strided), f(x[::-1].copy()))
        assert f(np.empty((0, 4, 5))).shape == (0, 4, 5)
    empty, old = np.empty((0, 4, 5)), mean.copy()
    instance_norm(empty, mean, var)
    np.testing.assert_array_equal(mean, old)
    for grads in (
        group_norm_backward(empty, empty, 2, weight, bias),
        instance_norm_backward(empty, empty, None, None, weight, bias),
    ):
        np.testing.assert_array_equal(grads.weight, [0, 0, 0, 0])


@pytest.mark.parametrize("f", [group_norm, group_norm_definition])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"input": np.ones((4, 6), int)}, TypeError, "input must be floating"),
        ({"input": np.ones(6)}, ValueError, r"input must have shape \(N, C"),
        ({"input": np.ones((4, 0))}, ValueError, "input must hold a value"),
        (
            {"num_groups": 4},
            ValueError,
            r"num_groups must divide .* got num_groups=4, input.shape=\(4, 6",
        ),
        ({"num_groups": 0}, ValueError, "num_groups must be at least 1"),
        ({"num_groups": 2.0}, TypeError, "num_groups must be an int"),
        ({"weight": np.ones(2)}, ValueError, r"weight must have shape \(6,\)"),
        ({"bias": np.ones(6, "f4")}, TypeError, "bias must have the dtype"),
        ({"eps": -1.0}, ValueError, "eps must be positive"),
    ],
)
def test_groups_reject(f, change, error, message):
    given = {"input": np.ones((4, 6)), "num_groups": 2} | change
    with pytest.raises(error, match=message):
        f(**given)


@pytest.mark.parametrize("f", [instance_norm, instance_norm_definition])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"input": np.ones((4, 3, 1))},
            ValueError,
            r"2 or more positions .* got input.shape=\(4, 3, 1\)",
        ),
        ({"use_input_stats": False}, ValueError, "use_input_stats=False"),
        ({"use_input_stats": None}, ValueError, "use_input_stats must be one"),
        ({"running_mean": np.ones(3)}, ValueError, "must both be given"),
        ({"weight": np.ones(12)}, ValueError, r"weight must have shape \(3,"),
        ({"momentum": -0.1}, ValueError, r"momentum must be in \[0, 1\]"),
    ],
)
def test_instances_reject(f, change, error, message):
    with pytest.raises(error, match=message):
        f(**({"input": np.ones((4, 3, 2))} | change))


@pytest.mark.parametrize(
    "backward",
    [
        lambda g, x: group_norm_backward(g, x, 2),
        instance_norm_backward,
    ],
)
@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (np.ones((4, 2)), ValueError, r"grad_output must have shape \(2, 4, "),
        (np.ones((2, 4, 3), "f4"), TypeError, "grad_output must have the dty"),
    ],
)
def test_backward_rejects(backward, g, error, message):
    with pytest.raises(error, match=message):
        backward(g, np.ones((2, 4, 3)))
