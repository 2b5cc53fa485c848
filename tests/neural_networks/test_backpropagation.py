"""Tests of reference_impl.neural_networks.backpropagation."""

import numpy as np
import pytest
import torch

from reference_impl import (
    Graph,
    Operation,
    Variable,
    apply,
    build_grad,
    general_backprop,
    get_consumers,
    get_inputs,
    get_operation,
    grad,
    prune,
    tanh,
)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def check_against_torch(f, arrays, orders=3):
    """Compare value and derivatives of sum(f * c), c random, by order."""
    ours = [Variable(a) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    a, b = f(*ours), f(*theirs)
    assert a.value.dtype == b.detach().numpy().dtype
    for order in range(orders + 1):
        assert a.shape == tuple(b.shape)
        want = b.detach().numpy()
        scale = np.abs(want).max(initial=1.0)
        np.testing.assert_allclose(
            a.value, want, rtol=1e-10, atol=1e-11 * scale, err_msg=f"{order=}"
        )
        c = draw(*a.shape, seed=order + 7)
        za, zb = (a * c).sum(), (b * torch.tensor(c)).sum()
        if order == orders or not zb.requires_grad:
            return
        grads = grad(za, ours)
        torch_grads = torch.autograd.grad(
            zb, theirs, create_graph=True, allow_unused=True
        )
        pairs = [
            (g, h)
            for g, h in zip(grads, torch_grads, strict=True)
            if h is not None
        ]
        for g, h in pairs[1:]:
            np.testing.assert_allclose(
                g.value, h.detach().numpy(), rtol=1e-10, atol=1e-10
            )
        a, b = pairs[0]


x34, y4, m45 = draw(3, 4), draw(4, seed=1), draw(4, 5, seed=2)
CASES = {
    "broadcast rows": (lambda x, y: x * y + y - x / (y * y + 1), x34, y4),
    "broadcast columns": (lambda x, y: x * x - x * y, x34, draw(3, 1, seed=3)),
    "broadcast a number": (
        lambda x, y: y * y / (x * x + 2),
        x34,
        draw(seed=4),
    ),
    "numbers": (lambda x: 2 - x * 3 + 1 / (4 + x) - (x - 1) / 2, x34 * 0.5),
    "powers": (lambda x: x**3 + (x * x + 1) ** 0.5 + x**2 + x**1, x34),
    "power of arrays": (lambda x, y: (x * x + 1) ** y, x34, y4),
    "number to a power": (lambda x: 2.0**x, x34),
    "matmul": (lambda x, y: (x @ y) @ (x @ y).T, x34, m45),
    "matmul, vector right": (lambda x, y: (x @ y) * (x @ y), x34, y4),
    "matmul, vector left": (lambda x, y: (x @ y) * (x @ y), y4, m45),
    "dot": (lambda x, y: (x @ y) * (x @ x), y4, draw(4, seed=5)),
    "matmul, batches": (
        lambda x, y: (x @ y) * (x @ y),
        draw(2, 1, 3, 4),
        draw(5, 4, 2, seed=6),
    ),
    "matmul, batch and vector": (
        lambda x, y: (x @ y) * (x @ y),
        draw(2, 3, 4),
        y4,
    ),
    "sum over an axis": (lambda x: x.sum(0) ** 3 * x, x34),
    "sum over axes, kept": (lambda x: x.sum((0, -1), True) * x * x, x34[None]),
    "mean": (lambda x: x.mean(1) ** 2 * x.mean() * x.mean(), x34),
    "reshape": (
        lambda x: (x * x).reshape(2, 6) @ (x * x).reshape((6, 2)),
        x34,
    ),
    "slices": (lambda x: x[1:, ::2] * x[:2, -1:] * x[0, 1], x34),
    "ellipsis and new axis": (
        lambda x: x[..., 1:, None] * x[..., None, :3],
        x34,
    ),
    "one entry": (lambda x: x[2, 3] ** 3, x34),
    "list named twice": (lambda x: x[[0, 2, 0]] * x[[1, 1, 2]], x34),
    "two lists": (lambda x: x[[0, 2, 2], [3, 1, 1]] ** 3, x34),
    "negative": (lambda x: -x * x * -x, x34),
}


@pytest.mark.parametrize("name", CASES)
def test_derivatives_to_third_order_agree_with_torch(name):
    f, *arrays = CASES[name]
    check_against_torch(f, arrays)


def test_transpose_agrees_with_numpy():
    x = draw(2, 3, 4)
    for axes in ((2, 0, 1), (-1, 0, 1), (0, 2, 1)):
        v = Variable(x)
        y = v.transpose(*axes)
        c = draw(*y.shape, seed=1)
        np.testing.assert_array_equal(y.value, x.transpose(axes))
        (g,) = grad((y * c).sum(), [v])
        back = np.argsort([a % 3 for a in axes])
        np.testing.assert_array_equal(g.value, c.transpose(back))


@pytest.mark.parametrize("axis", [None, 1, (0, 2)])
def test_max_agrees_with_torch(axis):
    x = np.random.default_rng(0).permutation(24).astype(float).reshape(2, 3, 4)
    v, t = Variable(x), torch.tensor(x, requires_grad=True)
    y = v.max(axis)
    want = t.amax(() if axis is None else axis)
    c = draw(*y.shape, seed=1)
    (want * torch.tensor(c)).sum().backward()
    np.testing.assert_array_equal(y.value, want.detach().numpy())
    np.testing.assert_array_equal(
        grad((y * c).sum(), [v])[0].value, t.grad.numpy()
    )


def test_equal_maxima_share_the_gradient():
    x = np.array([1.0, 5.0, 5.0, 2.0])
    t = torch.tensor(x, requires_grad=True)
    t.amax().backward()
    v = Variable(x)
    np.testing.assert_array_equal(grad(v.max(), [v])[0].value, t.grad.numpy())


def test_third_derivatives_of_a_composite():
    x = Variable(np.array(0.7))
    d = apply(tanh, x * x)
    for _ in range(3):
        (d,) = grad(d, [x])
    t = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    e = (t * t).tanh()
    for _ in range(3):
        (e,) = torch.autograd.grad(e, t, create_graph=True)
    np.testing.assert_allclose(d.value, e.item(), rtol=1e-12)


def test_hessian_vector_product():
    A, v = draw(4, 4), draw(4, seed=1)
    x = Variable(draw(4, seed=2))
    z = apply(tanh, x @ A @ x) + (x**3).sum()
    (g,) = grad(z, [x])
    (product,) = grad((g * v).sum(), [x])

    def f(t):
        return (t @ torch.tensor(A) @ t).tanh() + (t**3).sum()

    hessian = torch.autograd.functional.hessian(f, torch.tensor(x.value))
    np.testing.assert_allclose(product.value, hessian.numpy() @ v, rtol=1e-11)


def test_gradient_of_a_gradient_within_one_graph():
    x = Variable(np.array(1.5))
    z = x**5
    G = Graph(z)
    for want in (5 * 1.5**4, 20 * 1.5**3, 60 * 1.5**2):
        z = general_backprop([x], G, z)[x]
        assert z in G
        np.testing.assert_allclose(z.value, want)


def test_a_variable_with_two_consumers_gets_their_sum():
    x = Variable(np.array(3.0))
    a, b = x * 2.0, x * x
    z = a * b  # 2 x^3
    assert get_consumers(x, Graph(z)) in ([a, b], [b, a])
    assert grad(z, [x])[0].value == 54.0


def test_the_form_in_the_notes_is_wrong_with_two_consumers():
    def last_only(V, G_prime, grad_table):
        if V in grad_table:
            return grad_table[V]
        for C in get_consumers(V, G_prime):
            D = last_only(C, G_prime, grad_table)
            op = get_operation(C)
            g = op.bprop(get_inputs(C, G_prime), V, D, output=C)
        grad_table[V] = g  # g[i] in the place of the sum
        return g

    x = Variable(np.array(3.0))
    z = x * 2.0 + x * x
    one = {z: Variable(np.array(1.0))}
    wrong = last_only(x, prune(Graph(z), z, [x]), one).value
    assert wrong in (2.0, 6.0)
    assert grad(z, [x])[0].value == 8.0


def test_a_variable_that_stands_twice_in_one_operation():
    x = Variable(draw(3))
    y = x * x
    D = Variable(draw(3, seed=1))
    back = get_operation(y).bprop(get_inputs(y, Graph(y)), x, D, output=y)
    np.testing.assert_allclose(back.value, 2 * D.value * x.value)


def test_prune_keeps_what_lies_between():
    x, y = Variable(np.array(2.0)), Variable(np.array(3.0))
    a, b = x * y, y * y
    c = a + b
    beyond = c * 2.0
    G = Graph(beyond)
    G_prime = prune(G, c, [x])
    assert list(G_prime) == [x, a, c]
    assert get_consumers(c, G_prime) == []
    assert get_consumers(c, G) == [beyond]
    assert get_inputs(c, G_prime) == (a, b)


def test_only_what_is_asked_for_is_computed():
    def boom(*_):
        raise AssertionError("not on the way to x")

    trap = Operation("trap", np.exp, (boom,))
    x, y = Variable(np.array(2.0)), Variable(np.array(3.0))
    assert grad(x * trap(y) + x, [x])[0].value == np.exp(3.0) + 1
    with pytest.raises(AssertionError, match="not on the way"):
        grad(x * trap(y), [y])


def test_gradients_enter_the_graph():
    x = Variable(np.array(2.0))
    z = x * x
    G = Graph(z)
    grad_table = general_backprop([x], G, z)
    assert set(grad_table) == {x, z}
    assert grad_table[x] in G
    assert grad_table[z].value == 1.0


def test_build_grad_alone_recurses_to_z():
    x = Variable(np.array(2.0))
    z = (x * 3.0) * (x * 3.0) * x
    G = Graph(z)
    grad_table = {z: Variable(np.array(1.0))}
    got = build_grad(x, G, prune(G, z, [x]), grad_table)
    assert got.value == 27 * 4.0
    assert grad_table[x] is got


def test_a_variable_beside_the_way_has_gradient_0():
    x, y = Variable(draw(3)), Variable(draw(2, 4))
    (g,) = grad((x * x).sum(), [y])
    np.testing.assert_array_equal(g.value, np.zeros((2, 4)))
    (own,) = grad(y.sum() * 0.0, [x])
    np.testing.assert_array_equal(own.value, np.zeros(3))


def test_z_itself_has_gradient_1():
    z = Variable(np.array([[2.0]]))
    np.testing.assert_array_equal(grad(z, [z])[0].value, [[1.0]])


def test_long_chains_need_no_recursion():
    x = Variable(np.array(1.0))
    y = x
    for _ in range(10_000):
        y = y * 1.0001
    (g,) = grad(y, [x])
    np.testing.assert_allclose(g.value, 1.0001**10_000, rtol=1e-10)
    y = x
    for _ in range(2_000):
        y = y * x
    (g,) = grad(grad(y, [x])[0], [x])
    np.testing.assert_allclose(g.value, 2001.0 * 2000)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(dtype):
    x = Variable(np.abs(draw(3, 4)).astype(dtype))
    y = ((2 * x + 1) ** 2 / 3 - 0.5).mean() + np.exp(x).max() + (x**1.5).sum()
    y = y + np.maximum(x, 0).sum()
    assert y.value.dtype == dtype
    assert grad(y, [x])[0].value.dtype == dtype


def test_inputs_are_left_alone():
    x = draw(3, 4)
    x.flags.writeable = False
    v = Variable(x)
    (g,) = grad((v[[0, 0]] * v[1:] @ v.T).sum() + v.max(), [v])
    assert v.value is x
    assert g.value is not x


def test_empty_arrays():
    x = Variable(np.empty((0, 3)))
    (g,) = grad((x * x).sum(), [x])
    assert g.shape == (0, 3)
    with pytest.raises(ValueError, match="self must not be empty"):
        x.mean()


def test_one_entry_is_true_or_false_as_an_array_is():
    assert Variable(np.array([2.0]))
    assert not Variable(0.0)
    with pytest.raises(ValueError, match="truth value of an array"):
        bool(Variable(np.ones(2)))


def test_comparisons_give_arrays():
    x = Variable(np.array([1.0, 3.0]))
    y = Variable(np.array([2.0, 3.0]))
    np.testing.assert_array_equal(x < y, [True, False])
    np.testing.assert_array_equal(x <= y, [True, True])
    np.testing.assert_array_equal(x > 1, [False, True])
    np.testing.assert_array_equal(x >= 1, [True, True])


def test_graph_lists_inputs_first():
    x = Variable(draw(2))
    z = ((x * x) + x).sum()
    G = Graph(z)
    place = {V: i for i, V in enumerate(G)}
    assert len(G) == 4
    assert all(place[x] < place[V] for V in G for x in V.inputs)
    before = list(G)
    G.insert(z)
    assert list(G) == before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: Variable([1, 2]),
            "value must be floating, got value.dtype",
        ),
        (lambda x: Graph(3.0), "V must be a Variable, got V of type float"),
        (lambda x: grad(1.0, [x]), "V must be a Variable, got V of type"),
        (lambda x: grad(x.sum(), [2.0]), r"T\[0\] must be a Variable"),
        (lambda x: prune(Graph(x), 1.0, [x]), "z must be a Variable"),
        (lambda x: np.asarray(x), "value must be asked for by name"),
    ],
)
def test_type_errors(call, message):
    with pytest.raises(TypeError, match=message):
        call(Variable(draw(3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: grad(x * 2.0, [x]),
            r"z must have one entry, got z.shape=\(3",
        ),
        (lambda x: general_backprop([x], Graph(x), x.sum()), "z must be in G"),
        (lambda x: get_operation(x), "V must come from an operation"),
        (
            lambda x: apply(np.broadcast_to, x[None], 3),
            "shape must have at least 2 axes, got shape=3",
        ),
        (
            lambda x: apply(np.broadcast_to, x, (3, 4)),
            "could not broadcast input array",
        ),
    ],
)
def test_value_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call(Variable(draw(3)))
