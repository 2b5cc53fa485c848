"""Tests of reference_impl.neural_networks.backpropagation_scalars."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import (
    Scalar,
    forward_propagation,
    simplified_backprop,
    simplified_backprop_definition,
)


def mixed(x):
    """Use every operation, one node twice and one node not at all."""
    a, b, c = x[0], x[1], x[2]
    d = a * b + c.exp() - 2 * a / b
    unused = d * 3.0  # noqa: F841
    e = d.tanh() + (1 - d).sigmoid() * 0.5 - b.log() / 4
    f = 3 / (e * e + 1.5) + d**3 * 0.01 + (-c).relu() + b**-0.5 + d**0
    return f + (f - e) * f + c.relu()


def torch_mixed(x):
    a, b, c = x
    d = a * b + c.exp() - 2 * a / b
    e = d.tanh() + (1 - d).sigmoid() * 0.5 - b.log() / 4
    f = 3 / (e * e + 1.5) + d**3 * 0.01 + (-c).relu() + b**-0.5 + d**0
    return f + (f - e) * f + c.relu()


@pytest.mark.parametrize("x", [[0.3, 1.7, -0.4], [-1.1, 0.6, 0.9]])
def test_agrees_with_torch_and_the_definition(x):
    u_n = forward_propagation(mixed, x)
    tensors = [torch.tensor(v, dtype=torch.float64) for v in x]
    for t in tensors:
        t.requires_grad_()
    want = torch_mixed(tensors)
    want.backward()
    np.testing.assert_allclose(u_n.value, want.item(), rtol=1e-13)
    grad_table = simplified_backprop(u_n)
    np.testing.assert_allclose(
        grad_table[:3], [t.grad.item() for t in tensors], rtol=1e-13
    )
    np.testing.assert_allclose(
        grad_table, simplified_backprop_definition(u_n), rtol=1e-13
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_random_graphs_agree_with_the_definition(data):
    x = data.draw(st.lists(st.floats(-2, 2), min_size=1, max_size=4))

    def f(u):
        u = list(u)
        for _ in range(data.draw(st.integers(1, 12))):
            node = st.sampled_from(u)
            a, b = data.draw(node), data.draw(node)
            build = data.draw(st.sampled_from(["+", "*", "-", "tanh"]))
            u.append(
                a + b
                if build == "+"
                else a * b * 0.5
                if build == "*"
                else a - b
                if build == "-"
                else a.tanh()
            )
        return u[-1]

    u_n = forward_propagation(f, x)
    np.testing.assert_allclose(
        simplified_backprop(u_n),
        simplified_backprop_definition(u_n),
        rtol=1e-12,
        atol=1e-14,
    )


def test_two_consumers_and_one_used_twice_add_up():
    u_n = forward_propagation(lambda x: x[0] * x[0] + x[0], [3.0])
    assert simplified_backprop(u_n)[0] == 7.0


def test_any_node_can_be_differentiated():
    kept = []

    def f(x):
        kept.append(x[0] * 5.0)
        return kept[0] * x[1]

    forward_propagation(f, [2.0, 7.0])
    assert simplified_backprop(kept[0]) == [5.0, 0.0, 1.0]


def test_relu_has_slope_0_at_0():
    u_n = forward_propagation(lambda x: x[0].relu(), [0.0])
    assert simplified_backprop(u_n) == [0.0, 1.0]


def test_sigmoid_is_stable_in_both_tails():
    for x in (-800.0, -40.0, 40.0, 800.0):
        u_n = forward_propagation(lambda u: u[0].sigmoid(), [x])
        e = math.exp(-abs(x))
        np.testing.assert_allclose(
            simplified_backprop(u_n)[0], e / (1 + e) ** 2, rtol=1e-14
        )
        np.testing.assert_allclose(
            u_n.value, (1.0 if x > 0 else e) / (1 + e), rtol=1e-15
        )


def test_an_infinite_slope_does_not_spoil_other_nodes():
    u_n = forward_propagation(lambda x: x[0] * math.inf + x[1], [1.0, 2.0])
    assert simplified_backprop(u_n)[:2] == [math.inf, 1.0]


def test_long_chains_need_no_recursion():
    def chain(x):
        y = x[0]
        for _ in range(10_000):
            y = y * 1.0001
        return y

    slope = simplified_backprop(forward_propagation(chain, [1.0]))[0]
    np.testing.assert_allclose(slope, 1.0001**10_000, rtol=1e-10)


def test_numpy_numbers_are_constants():
    u_n = forward_propagation(
        lambda x: np.float64(2.0) * x[0] + np.float32(0.5), [3.0]
    )
    assert isinstance(u_n, Scalar)
    assert u_n.value == 6.5


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: 1.0, r"f must return a Scalar, got f\(x\)=1.0"),
        (lambda x: x[0] + "a", "other must be a number, got other='a'"),
        (lambda x: x[0] * True, "other must be a number, got other=True"),
        (lambda x: x[0] / None, "other must be a number, got other=None"),
        (lambda x: x[0] ** "2", "exponent must be a number"),
    ],
)
def test_type_errors(f, message):
    with pytest.raises(TypeError, match=message):
        forward_propagation(f, [2.0])


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: (x[0] - 2).log(), "value must be more than 0, got value=0"),
        (
            lambda x: (x[0] - 5) ** 0.5,
            "value must be at least 0, got value=-3",
        ),
        (lambda x: (x[0] - 2) ** -1, "value must be more than 0, got value=0"),
    ],
)
def test_values_outside_a_domain(f, message):
    with pytest.raises(ValueError, match=message):
        forward_propagation(f, [2.0])


def test_scalars_of_two_graphs_do_not_mix():
    other = forward_propagation(lambda x: x[0] * 1.0, [1.0])
    for mix in (lambda x: x[0] + other, lambda x: x[0] * other):
        with pytest.raises(ValueError, match="other must come from the same"):
            forward_propagation(mix, [1.0])
    with pytest.raises(ValueError, match="f must compute from its argument"):
        forward_propagation(lambda x: other, [1.0])


def test_other_wrong_arguments():
    with pytest.raises(
        TypeError, match=r"x\[1\] must be a number, got x\[1\]"
    ):
        forward_propagation(lambda x: x[0], [1.0, "b"])
    with pytest.raises(TypeError, match="u_n must be a Scalar, got u_n=3"):
        simplified_backprop(3.0)
