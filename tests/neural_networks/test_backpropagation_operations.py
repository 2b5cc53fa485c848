"""Tests of reference_impl.neural_networks.backpropagation_operations."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import reference_impl as ri
from reference_impl import Variable, apply, grad

# Off every kink of every activation function, and beside each of them.
POINTS = np.array(
    [-7.3, -3.2, -2.6, -1.4, -0.7, -0.2, 0.3, 0.8, 1.7, 2.8, 3.4, 6.5]
)

ACTIVATIONS = [
    (ri.identity, {}, lambda x: x * 1.0),
    (ri.hardtanh, {"min_val": -0.5, "max_val": 2.0}, F.hardtanh),
    (ri.tanh, {}, torch.tanh),
    (ri.softsign, {}, F.softsign),
    (ri.relu6, {}, F.relu6),
    (ri.hardsigmoid, {}, lambda x: F.relu6(x + 3) / 6),  # F's: first order
    (ri.hardswish, {}, F.hardswish),
    (ri.relu, {}, F.relu),
    (ri.absolute, {}, torch.abs),
    (ri.leaky_relu, {"negative_slope": 0.2}, F.leaky_relu),
    (ri.elu, {"alpha": 1.7}, F.elu),
    (ri.selu, {}, F.selu),
    (ri.gelu, {}, F.gelu),
    (ri.gelu, {"approximate": "tanh"}, F.gelu),
    (ri.silu, {}, F.silu),
    (ri.mish, {}, F.mish),
    (ri.erf, {}, torch.erf),
    (ri.erfc, {}, torch.erfc),
    (ri.sigmoid, {}, torch.sigmoid),
    (ri.logsigmoid, {}, F.logsigmoid),
    (ri.softplus, {"beta": 1.5}, F.softplus),
    (ri.softplus, {"beta": 1.5, "threshold": 4.0}, F.softplus),
    (np.exp, {}, torch.exp),
    (np.expm1, {}, torch.expm1),
    (np.sin, {}, torch.sin),
    (np.cos, {}, torch.cos),
    (np.square, {}, torch.square),
    (np.reciprocal, {}, torch.reciprocal),
    (np.absolute, {}, torch.abs),
    (np.tanh, {}, torch.tanh),
    (np.negative, {}, torch.neg),
    (np.positive, {}, torch.positive),
]


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def compare(ours, theirs, arrays, orders=2, rtol=1e-9):
    """Compare values and derivatives to each array; higher ones, all mixed."""
    a_in = [Variable(a) for a in arrays]
    b_in = [torch.tensor(a, requires_grad=True) for a in arrays]
    a, b = ours(*a_in), theirs(*b_in)
    want = b.detach().numpy()
    assert a.shape == want.shape
    np.testing.assert_allclose(a.value, want, rtol=rtol, atol=rtol)
    for order in range(1, orders + 1):
        c = draw(*a.shape, seed=order)
        got = grad((a * c).sum(), a_in)
        z = (b * torch.tensor(c)).sum()
        if not z.requires_grad:
            assert all((g.value == 0).all() for g in got)
            return
        want = torch.autograd.grad(
            z, b_in, create_graph=True, allow_unused=True
        )
        for k, (g, h) in enumerate(zip(got, want, strict=True)):
            w = (
                np.zeros(g.shape)
                if h is None
                else h.detach().numpy(force=True)
            )
            scale = np.abs(w).max(initial=1.0)
            np.testing.assert_allclose(
                g.value,
                w,
                rtol=rtol,
                atol=rtol * scale,
                err_msg=f"argument {k}, {order=}",
            )
        # The next order differentiates a mixture of all the gradients.
        weights = [draw(*g.shape, seed=9 + k) for k, g in enumerate(got)]
        a = sum((g * w).sum() for g, w in zip(got, weights, strict=True))
        b = sum(
            (h * torch.tensor(w)).sum()
            for h, w in zip(want, weights, strict=True)
            if h is not None
        )


@pytest.mark.parametrize(
    ("f", "options", "torch_f"),
    ACTIVATIONS,
    ids=[f"{f.__name__}{list(o.values()) or ''}" for f, o, _ in ACTIVATIONS],
)
def test_activations_to_third_order(f, options, torch_f):
    compare(
        lambda x: apply(f, x, **options),
        lambda x: torch_f(x, **options),
        [POINTS],
        orders=3,
        rtol=1e-8,
    )


@pytest.mark.parametrize(
    "f", [a[0] for a in ACTIVATIONS if a[0].__module__.startswith("ref")]
)
def test_a_kink_has_the_slope_of_the_backward_function(f):
    x = np.array([-3.0, -1.0, 0.0, 1.0, 3.0, 6.0])
    module = __import__(f.__module__, fromlist=["x"])
    backward = getattr(module, f"{f.__name__}_backward", None)
    if backward is None:  # erf and erfc have no kink
        return
    v = Variable(x)
    (g,) = grad(apply(f, v).sum(), [v])
    np.testing.assert_allclose(
        g.value, backward(np.ones(6), x), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize(
    ("f", "options"),
    [a[:2] for a in ACTIVATIONS],
    ids=lambda a: getattr(a, "__name__", str(a)),
)
def test_float32_is_kept(f, options):
    x = Variable(POINTS.astype(np.float32))
    y = apply(f, x, **options)
    (g,) = grad(y.sum(), [x])
    (h,) = grad((g * g).sum(), [x])
    assert y.value.dtype == g.value.dtype == h.value.dtype == np.float32


def test_steps_have_slope_0():
    for f in (ri.unit_step, ri.sign, np.sign):
        x = Variable(POINTS)
        np.testing.assert_array_equal(
            grad(apply(f, x).sum(), [x])[0].value, np.zeros(len(POINTS))
        )


@pytest.mark.parametrize("f", [np.log, np.log1p, np.sqrt])
def test_functions_of_positive_numbers(f):
    compare(
        lambda x: f(x), getattr(torch, f.__name__), [np.abs(POINTS)], orders=3
    )


@pytest.mark.parametrize(
    ("f", "torch_f"),
    [
        (np.add, torch.add),
        (np.subtract, torch.sub),
        (np.multiply, torch.mul),
        (np.divide, torch.div),
        (np.matmul, torch.matmul),
        (np.maximum, torch.maximum),
        (np.minimum, torch.minimum),
    ],
)
def test_functions_of_two_arrays(f, torch_f):
    compare(f, torch_f, [draw(4, 4), draw(4, seed=1)])


def test_a_tie_of_maximum_is_shared():
    arrays = [np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])]
    compare(np.maximum, torch.maximum, arrays, orders=1)
    compare(np.minimum, torch.minimum, arrays, orders=1)


def test_power_and_numbers_on_either_side():
    compare(
        lambda x: np.power(x, 3.0) + np.power(2.0, x) + np.add(1, x),
        lambda x: x**3.0 + 2.0**x + 1 + x,
        [POINTS],
    )
    base = np.abs(POINTS)
    compare(np.power, torch.pow, [base, draw(12, seed=1)])


def test_arrays_and_numpy_numbers_on_the_left():
    c = draw(12, seed=3)
    compare(
        lambda x: c * x + np.float64(2.0) * x - c / x,
        lambda x: torch.tensor(c) * x + 2 * x - torch.tensor(c) / x,
        [POINTS],
    )


@pytest.mark.parametrize("number", [2, 2.0, np.float64(2), np.int64(2)])
def test_a_number_takes_the_dtype_of_the_variable(number):
    x = Variable(POINTS.astype(np.float32))
    for y in (number * x, x / number, x - number, np.maximum(x, number)):
        (g,) = grad(y.sum(), [x])
        assert y.value.dtype == g.value.dtype == np.float32


def test_functions_of_numpys_need_no_apply():
    x = Variable(draw(3, 4))
    c = draw(3, 4, seed=1)
    (g,) = grad(np.sum(np.where(c > 0, x * x, 3.0) + np.mean(x)), [x])
    np.testing.assert_allclose(g.value, np.where(c > 0, 2 * x.value, 0) + 1)
    assert np.stack([c, x], axis=1).shape == (3, 2, 4)
    assert np.concatenate([x, c]).shape == (6, 4)
    with pytest.raises(TypeError, match="known gradient, got function=sort"):
        np.sort(x)


def test_joining():
    arrays = [draw(2, 3), draw(2, 1, seed=1), draw(2, 4, seed=2)]

    def join(cat, stack):
        def f(x, y, z):
            long = cat([x * x, y, z * y], 1)
            return stack([long, long * long], -1)

        return f

    compare(
        join(
            lambda a, axis: apply(np.concatenate, a, axis=axis),
            lambda a, axis: apply(np.stack, a, axis=axis),
        ),
        join(torch.cat, torch.stack),
        arrays,
    )


def test_where_and_shapes():
    mask = draw(3, 4, seed=5) > 0

    def f(where, mask):
        return lambda x, y: where(mask, x * y, y * y * y)

    compare(
        f(lambda *a: apply(np.where, *a), mask),
        f(torch.where, torch.tensor(mask)),
        [draw(3, 4), draw(4, seed=1)],
    )
    x = Variable(draw(3, 4))
    assert apply(np.transpose, x).shape == (4, 3)
    assert apply(np.reshape, x, (2, 6)).shape == (2, 6)
    assert apply(np.broadcast_to, x, (5, 3, 4)).shape == (5, 3, 4)
    assert apply(np.sum, x, axis=0).shape == (4,)
    assert apply(np.mean, x, axis=1, keepdims=True).shape == (3, 1)
    assert apply(np.max, x).shape == ()


@pytest.mark.parametrize("dim", [0, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(name, dim):
    compare(
        lambda x: apply(getattr(ri, name), x, dim),
        lambda x: getattr(F, name)(x, dim),
        [draw(3, 5)],
        orders=3,
    )


def test_prelu_and_maxout():
    compare(
        lambda x, w: apply(ri.prelu, x, w),
        F.prelu,
        [draw(2, 3, 4), np.array([0.1, 0.2, 0.3])],
        orders=3,
    )
    compare(
        lambda x, w: apply(ri.prelu, x, w),
        F.prelu,
        [draw(2, 3, 4), np.array([0.1])],
    )
    compare(
        lambda x: apply(ri.maxout, x * x, 3),
        lambda x: (x * x).reshape(2, 4, 3).amax(-1),
        [draw(2, 12)],
        orders=2,
    )


CONVOLUTIONS = {
    "plain": ((2, 4, 9, 8), (6, 4, 3, 2), {}),
    "all options": (
        (2, 4, 11, 10),
        (6, 2, 3, 2),
        {"stride": (2, 3), "padding": (1, 2), "dilation": (2, 1), "groups": 2},
    ),
    "no batch": ((4, 6, 7), (3, 4, 1, 1), {"stride": 2}),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize("biased", [True, False])
def test_convolution_to_third_order(name, biased):
    x, w, options = CONVOLUTIONS[name]
    arrays = [draw(*x), draw(*w, seed=1)]
    arrays += [draw(w[0], seed=2)] if biased else []
    compare(
        lambda *a: apply(ri.conv2d, *a, **options),
        lambda *a: F.conv2d(*a, **options),
        arrays,
        orders=3,
    )


def test_other_convolutions():
    compare(
        lambda *a: apply(ri.conv1d, *a, stride=2, padding=1),
        lambda *a: F.conv1d(*a, stride=2, padding=1),
        [draw(2, 3, 10), draw(4, 3, 3, seed=1), draw(4, seed=2)],
        orders=3,
    )
    options = {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2}
    compare(
        lambda *a: apply(ri.conv_transpose2d, *a, **options),
        lambda *a: F.conv_transpose2d(*a, **options),
        [draw(2, 4, 4, 5), draw(4, 3, 3, 2, seed=1), draw(6, seed=2)],
        orders=3,
    )
    compare(
        lambda *a: apply(ri.conv_transpose1d, *a, stride=3),
        lambda *a: F.conv_transpose1d(*a, stride=3),
        [draw(2, 4, 5), draw(4, 3, 2, seed=1)],
        orders=3,
    )


def test_pooling():
    x = np.random.default_rng(0).permutation(2 * 3 * 7 * 8) / 50.0
    x = x.reshape(2, 3, 7, 8)
    options = {"kernel_size": (3, 2), "stride": 2, "padding": 1}
    for name in ("max_pool2d", "avg_pool2d"):
        compare(
            lambda v, name=name: apply(getattr(ri, name), v * v, **options),
            lambda v, name=name: getattr(F, name)(v * v, **options),
            [x],
            orders=3,
        )
    for name in ("max_pool1d", "avg_pool1d"):
        compare(
            lambda v, name=name: apply(getattr(ri, name), v * v, 3, 2),
            lambda v, name=name: getattr(F, name)(v * v, 3, 2),
            [x[0]],
            orders=3,
        )
    options["return_indices"] = True
    output, indices = apply(ri.max_pool2d, Variable(x), **options)
    want = ri.max_pool2d(x, **options)
    np.testing.assert_array_equal(output.value, want[0])
    np.testing.assert_array_equal(indices, want[1])


FUNCTIONS = [
    (ri.mse_loss, F.mse_loss, [draw(3, 4), draw(3, 4, seed=1)]),
    (ri.linear, F.linear, [draw(3, 4), draw(5, 4, seed=1), draw(5, seed=2)]),
    (
        lambda x, w, b: apply(ri.layer_norm, x, (4,), w, b),
        lambda x, w, b: F.layer_norm(x, (4,), w, b),
        [draw(3, 4), draw(4, seed=1), draw(4, seed=2)],
    ),
    (
        lambda q, k, v: apply(ri.scaled_dot_product_attention, q, k, v),
        F.scaled_dot_product_attention,
        [draw(2, 3, 4), draw(2, 5, 4, seed=1), draw(2, 5, 6, seed=2)],
    ),
]


@pytest.mark.parametrize(
    ("f", "torch_f", "arrays"),
    FUNCTIONS,
    ids=["loss", "linear", "norm", "attention"],
)
def test_any_function_with_a_backward_beside_it(f, torch_f, arrays):
    known = f.__name__ != "<lambda>"
    ours = (lambda *a: apply(f, *a)) if known else f
    compare(ours, torch_f, arrays, orders=1)


def test_a_constant_argument_stays_one():
    target = np.array([1, 0, 3])
    compare(
        lambda x: apply(ri.cross_entropy, x * x, target),
        lambda x: F.cross_entropy(x * x, torch.tensor(target)),
        [draw(3, 4)],
        orders=1,
    )


def test_one_call_of_backward_serves_all_arguments(monkeypatch):
    calls = []
    module = __import__(ri.mse_loss.__module__, fromlist=["x"])
    backward = module.mse_loss_backward

    def counted(*args, **kwargs):
        calls.append(1)
        return backward(*args, **kwargs)

    counted.__name__ = backward.__name__
    monkeypatch.setattr(module, "mse_loss_backward", counted)
    x, y = Variable(draw(3)), Variable(draw(3, seed=1))
    grad(apply(ri.mse_loss, x, y), [x, y])
    assert len(calls) == 1


def test_a_result_of_several_arrays_and_arguments_in_tuples():
    cell = torch.nn.LSTMCell(4, 3, dtype=torch.float64)
    arrays = [draw(2, 4), draw(2, 3, seed=1), draw(2, 3, seed=2)]
    arrays += [p.detach().numpy() for p in cell.parameters()]

    def ours(x, h, c, *params):
        h, c = apply(ri.lstm_cell, x, (h, c), *params)
        h, c = apply(ri.lstm_cell, x * x, (h, c), *params)
        return h * h + c

    def theirs(x, h, c, *params):
        options = dict(zip(dict(cell.named_parameters()), params, strict=True))
        for v in (x, x * x):
            h, c = torch.func.functional_call(cell, options, (v, (h, c)))
        return h * h + c

    compare(ours, theirs, arrays, orders=1)


def test_a_list_of_parameters():
    rnn = torch.nn.RNN(4, 3, 2, dtype=torch.float64)
    names = [name for name, _ in rnn.named_parameters()]
    arrays = [draw(5, 2, 4), draw(2, 2, 3, seed=1)]
    arrays += [p.detach().numpy() for p in rnn.parameters()]

    def ours(x, h, *params):
        y, h_n = apply(ri.rnn_tanh, x, h, list(params), num_layers=2)
        return y * h_n[1]

    def theirs(x, h, *params):
        options = dict(zip(names, params, strict=True))
        y, h_n = torch.func.functional_call(rnn, options, (x, h))
        return y * h_n[1]

    compare(ours, theirs, arrays, orders=1)


def test_penalties_of_a_list_of_weights():
    compare(
        lambda x, y: apply(ri.l1_penalty, [x, y * y], 0.3),
        lambda x, y: 0.3 * (x.abs().sum() + (y * y).abs().sum()),
        [draw(2, 3), draw(4, seed=1)],
        orders=1,
    )


@pytest.mark.parametrize("generator", [None, 3, np.random.default_rng(3)])
def test_chance_is_the_same_forward_and_backward(generator):
    x = Variable(draw(20, 30))
    y = apply(ri.dropout, x, 0.4, generator=generator)
    (g,) = grad(y.sum(), [x])
    np.testing.assert_array_equal(g.value != 0, y.value != 0)
    assert 0.2 < np.mean(g.value == 0) < 0.6


def test_a_generator_goes_on_from_call_to_call():
    x, generator = Variable(draw(20, 30)), np.random.default_rng(0)
    one, two = (apply(ri.dropout, x, generator=generator) for _ in range(2))
    assert ((one.value == 0) != (two.value == 0)).any()
    g, h = (grad(y.sum(), [x])[0].value for y in (one, two))
    np.testing.assert_array_equal(g != 0, one.value != 0)
    np.testing.assert_array_equal(h != 0, two.value != 0)


def test_differentiating_it_twice_is_refused():
    x = Variable(draw(3))
    loss = apply(ri.smooth_l1_loss, x, np.zeros(3))
    (g,) = grad(loss, [x])
    with pytest.raises(NotImplementedError, match="smooth_l1_loss_backward"):
        grad((g * g).sum(), [x])


def words(input):
    return input, "and a word"


def words_backward(grad_output, input):
    return grad_output


def test_functions_without_a_gradient_are_refused():
    x = Variable(draw(3))
    with pytest.raises(TypeError, match="function must have a known gradient"):
        np.floor(x)
    with pytest.raises(TypeError, match="got function=one_hot"):
        apply(ri.one_hot, x)
    with pytest.raises(TypeError, match="words returning ndarray, str"):
        apply(words, x)


def test_a_variable_without_a_gradient_to_it_is_refused():
    weight = Variable(np.array([1.0, 2.0]))
    logits = Variable(draw(3, 2))
    loss = apply(ri.cross_entropy, logits, np.array([0, 1, 1]), weight)
    with pytest.raises(TypeError, match="weight must not be a Variable"):
        grad(loss, [weight])


def test_reductions_of_ufuncs_are_refused():
    with pytest.raises(TypeError):
        np.add.reduce(Variable(draw(3)))
