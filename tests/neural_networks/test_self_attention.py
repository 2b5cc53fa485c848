"""Tests of self_attention and scaled_attention."""

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import assert_torch_parity
from torch.nn.attention import SDPBackend, sdpa_kernel

from reference_impl import (
    attention_weights,
    dot_product_self_attention,
    dot_product_self_attention_backward,
    dot_product_self_attention_definition,
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_definition,
    softmax,
)
from reference_impl.neural_networks import _attention_heads

# The shapes of query, key and value, and what the leading axes become.
SHAPES = {
    "plain": ((4, 5), (3, 5), (3, 2)),
    "batch": ((2, 4, 5), (2, 3, 5), (2, 3, 6)),
    "heads": ((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 2)),
    "broadcast": ((2, 1, 4, 5), (3, 6, 5), (2, 3, 6, 2)),
    "one-query": ((2, 1, 5), (2, 3, 5), (2, 3, 4)),
}


@pytest.fixture(
    params=[
        pytest.param({}, id="at-once"),
        pytest.param({"BLOCK_BYTES": 1, "LARGE": 0.0}, id="head-by-head"),
        pytest.param({"PART": 2}, id="two-queries-at-a-time"),
    ],
    autouse=True,
)
def ways(request, monkeypatch):
    """Try every test with all heads and queries at once, and otherwise."""
    for name, value in request.param.items():
        monkeypatch.setattr(_attention_heads, name, value)


def arrays(shapes, seed=0, dtype=np.float64):
    """Return random arrays of these shapes."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def masks(shapes):
    """Return masks by name, none of which hides all keys of a query."""
    (*_, L, _), (*_, S, _) = shapes[:2]
    rng = np.random.default_rng(1)
    leading = np.broadcast_shapes(*(shape[:-2] for shape in shapes))
    seen = rng.random((*leading, L, S)) < 0.5
    seen[..., 0] = True
    return {
        "boolean": seen[(0,) * len(leading)],
        "boolean-each": seen,
        "row": seen[(0,) * len(leading)][:1],
        "additive": rng.standard_normal((L, S)),
        "additive-each": rng.standard_normal((*leading, L, S)),
        "additive-keys": rng.standard_normal((1, S)),
        "additive-queries": rng.standard_normal((*leading[:1], L, 1))
        if len(leading) < 2
        else rng.standard_normal((leading[0], 1, L, 1)),
    }


SETTINGS = [
    {},
    {"is_causal": True},
    {"scale": 0.7},
    {"scale": -1.3},
    {"scale": 0.0, "is_causal": True},
]
MASKS = list(masks(SHAPES["plain"]))


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
def test_agrees_with_definition_and_torch(shapes, kwargs):
    given = arrays(shapes)
    np.testing.assert_allclose(
        scaled_dot_product_attention(*given, **kwargs),
        scaled_dot_product_attention_definition(*given, **kwargs),
        rtol=1e-11,
    )
    assert_torch_parity(
        scaled_dot_product_attention,
        lambda *a, **k: scaled_dot_product_attention_backward(*a, **k)[:3],
        F.scaled_dot_product_attention,
        given,
        kwargs,
    )


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_masks_agree_with_definition_and_torch(shapes, name):
    mask, given = masks(shapes)[name], arrays(shapes)
    np.testing.assert_allclose(
        scaled_dot_product_attention(*given, mask),
        scaled_dot_product_attention_definition(*given, mask),
        rtol=1e-11,
    )
    learned = [mask] if mask.dtype == float else []
    rest = {} if learned else {"attn_mask": mask}

    def torch_f(*tensors, attn_mask=None):
        fixed = [] if attn_mask is None else [torch.tensor(attn_mask)]
        return F.scaled_dot_product_attention(*tensors, *fixed)

    assert_torch_parity(
        scaled_dot_product_attention,
        lambda *a, **k: [
            grad
            for grad in scaled_dot_product_attention_backward(*a, **k)
            if grad is not None
        ],
        torch_f,
        given + learned,
        rest,
    )


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 6, 4, 5), (2, 3, 7, 5), (2, 3, 7, 8)),
        ((6, 4, 5), (2, 7, 5), (2, 7, 3)),
        ((2, 3, 4, 5), (2, 3, 7, 5), (2, 3, 7, 8)),
        ((1, 6, 4, 5), (2, 2, 7, 5), (2, 2, 7, 3)),
    ],
    ids=["two-a-head", "no-batch", "one-a-head", "broadcast"],
)
@pytest.mark.parametrize("name", [None, *MASKS[:4]])
def test_grouped_queries_agree_with_repeated_keys(shapes, name):
    q, k, v = given = arrays(shapes)
    heads = q.shape[-3] // k.shape[-3]
    wide = [q, np.repeat(k, heads, axis=-3), np.repeat(v, heads, axis=-3)]
    mask = name and masks([array.shape for array in wide])[name]
    options = {"attn_mask": mask} if mask is not None else {}
    got = scaled_dot_product_attention(*given, enable_gqa=True, **options)
    want = scaled_dot_product_attention(*wide, **options)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    definition = scaled_dot_product_attention_definition(
        *given, enable_gqa=True, **options
    )
    np.testing.assert_allclose(got, definition, rtol=1e-11)
    assert_torch_parity(
        lambda *a: scaled_dot_product_attention(
            *a, enable_gqa=True, **options
        ),
        lambda *a: scaled_dot_product_attention_backward(
            *a, enable_gqa=True, **options
        )[:3],
        lambda *a: F.scaled_dot_product_attention(
            *(t.expand(*got.shape[:-3], *t.shape[-3:]) for t in a),
            enable_gqa=True,
            **{n: torch.tensor(m) for n, m in options.items()},
        ),
        given,
        {},
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(sizes=st.tuples(*[st.integers(1, 5)] * 6), causal=st.booleans())
def test_any_sizes_agree_with_torch(sizes, causal):
    N, h, L, S, E, V = sizes
    assert_torch_parity(
        scaled_dot_product_attention,
        lambda *a, **k: scaled_dot_product_attention_backward(*a, **k)[:3],
        F.scaled_dot_product_attention,
        arrays([(N, h, L, E), (N, h, S, E), (N, h, S, V)]),
        {"is_causal": causal},
    )


@pytest.mark.parametrize("kwargs", [{}, {"is_causal": True}], ids=str)
def test_gradients(kwargs):
    assert_gradients(
        lambda q, k, v: scaled_dot_product_attention(q, k, v, **kwargs),
        lambda g, q, k, v: scaled_dot_product_attention_backward(
            g, q, k, v, **kwargs
        )[:3],
        arrays(SHAPES["heads"]),
    )


def test_gradients_with_an_additive_mask():
    shapes = SHAPES["heads"]
    assert_gradients(
        scaled_dot_product_attention,
        scaled_dot_product_attention_backward,
        [*arrays(shapes), masks(shapes)["additive"]],
    )


def test_gradients_through_dropout():
    kwargs = {"dropout_p": 0.3, "generator": 4}
    assert_gradients(
        lambda q, k, v: scaled_dot_product_attention(q, k, v, **kwargs),
        lambda g, q, k, v: scaled_dot_product_attention_backward(
            g, q, k, v, **kwargs
        )[:3],
        arrays(SHAPES["heads"]),
    )


@pytest.mark.parametrize("kind", ["boolean", "additive"])
def test_a_query_that_sees_no_key_gives_zero_as_torchs_kernels_do(kind):
    shapes = (2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 5)
    seen = masks(shapes)["boolean"]
    seen[1] = False
    mask = seen if kind == "boolean" else np.where(seen, 0.5, -np.inf)
    given = arrays(shapes)
    g = np.random.default_rng(2).standard_normal((2, 3, 4, 5))
    got = scaled_dot_product_attention(*given, mask)
    np.testing.assert_array_equal(got[:, :, 1], 0)
    definition = scaled_dot_product_attention_definition(*given, mask)
    np.testing.assert_allclose(got, definition, rtol=1e-11)
    weights = attention_weights(*given[:2], mask)
    np.testing.assert_array_equal(weights[:, :, 1], 0)
    grads = scaled_dot_product_attention_backward(g, *given, mask)
    np.testing.assert_array_equal(grads.query[:, :, 1], 0)
    for backend in (SDPBackend.MATH, SDPBackend.FLASH_ATTENTION):
        tensors = [torch.tensor(x, requires_grad=True) for x in given]
        with sdpa_kernel(backend):
            y = F.scaled_dot_product_attention(*tensors, torch.tensor(mask))
            wanted = torch.autograd.grad(y, tensors, torch.tensor(g))
        np.testing.assert_allclose(got, y.detach(), rtol=1e-10, atol=1e-14)
        for mine, theirs in zip(grads, wanted, strict=False):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-13)


def test_the_documented_formula_gives_nan_where_the_kernels_give_zero():
    scores = torch.full((1, 3), -torch.inf, dtype=torch.float64)
    assert torch.softmax(scores, -1).isnan().all()


def test_is_causal_aligns_the_upper_left_corners():
    q, k, v = arrays([(2, 5), (4, 5), (4, 3)])
    y = scaled_dot_product_attention(q, k, v, is_causal=True)
    np.testing.assert_allclose(y[0], v[0], rtol=1e-15)
    q, k, v = arrays([(4, 5), (2, 5), (2, 3)])
    y = scaled_dot_product_attention(q, k, v, is_causal=True)
    np.testing.assert_allclose(
        y[1:], scaled_dot_product_attention(q, k, v)[1:], rtol=1e-14
    )


def test_no_keys_give_zero_as_in_torch():
    shapes = (2, 3, 5), (2, 0, 5), (2, 0, 4)
    given = arrays(shapes)
    want = F.scaled_dot_product_attention(*map(torch.tensor, given))
    got = scaled_dot_product_attention(*given)
    np.testing.assert_array_equal(got, want)
    grads = scaled_dot_product_attention_backward(got, *given)
    np.testing.assert_array_equal(grads.query, 0)


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 0, 5), (2, 3, 5), (2, 3, 4)),
        ((0, 2, 5), (0, 3, 5), (0, 3, 4)),
        ((2, 3, 5), (2, 4, 5), (2, 4, 0)),
        ((2, 3, 0), (2, 4, 0), (2, 4, 6)),
    ],
    ids=["no-query", "no-example", "no-value-feature", "no-key-feature"],
)
def test_other_empty_axes_work(shapes):
    given = arrays(shapes)
    y = scaled_dot_product_attention(*given)
    want = F.scaled_dot_product_attention(*map(torch.tensor, given))
    np.testing.assert_allclose(y, want)
    for grad, array in zip(
        scaled_dot_product_attention_backward(y, *given), given, strict=False
    ):
        assert grad.shape == array.shape


def test_large_scores_do_not_overflow():
    q, k, v = arrays(SHAPES["plain"])
    y = scaled_dot_product_attention(1e200 * q, k, v)
    best = (q @ k.T).argmax(axis=1)
    np.testing.assert_array_equal(y, v[best])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [29.9, 30.1, 80.0, 150.0, 1000.0])
def test_scores_of_any_size_give_the_same_weights(dtype, size):
    rng = np.random.default_rng(0)
    q = np.full((2, 1), 1.0, dtype)
    k = rng.uniform(-size, size, (5, 1)).astype(dtype)
    k[2] = size
    q[1] = -1.0
    want = attention_weights(q.astype(float), k.astype(float) - k[2], scale=1)
    got = attention_weights(q, k, scale=1.0)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-30)


@pytest.mark.parametrize("shift", [-2000.0, 2000.0])
def test_a_mask_that_shifts_all_scores_alike_changes_nothing(shift):
    given = arrays(SHAPES["heads"])
    np.testing.assert_allclose(
        scaled_dot_product_attention(*given, np.full((4, 6), shift)),
        scaled_dot_product_attention(*given),
        rtol=1e-10,
    )


def test_nan_stays_in_its_own_row():
    q, k, v = arrays(SHAPES["plain"])
    q[1, 2] = np.nan
    y = scaled_dot_product_attention(q, k, v)
    np.testing.assert_array_equal(np.isnan(y).all(axis=1), [0, 1, 0, 0])


def test_the_scale_keeps_the_scores_of_long_vectors_in_range():
    rng = np.random.default_rng(0)
    for E in (16, 256):
        q, k = rng.standard_normal((2, 500, E))
        scores = q @ k.T
        assert abs(scores.var() / E - 1) < 0.1
        assert abs((scores / E**0.5).var() - 1) < 0.1


def test_weights_are_a_softmax_over_the_keys():
    q, k, _ = arrays(SHAPES["heads"])
    want = softmax(q @ k.swapaxes(-1, -2) / 5**0.5, -1)
    got = attention_weights(q, k)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(got.sum(axis=-1), 1, rtol=1e-14)
    assert np.abs(got.sum(axis=-2) - 1).max() > 0.1


def test_weights_take_the_masks_of_attention():
    q, k, v = arrays(SHAPES["heads"])
    for options in (
        {"is_causal": True, "scale": 0.3},
        {"attn_mask": masks(SHAPES["heads"])["additive-each"]},
    ):
        np.testing.assert_allclose(
            attention_weights(q, k, **options) @ v,
            scaled_dot_product_attention(q, k, v, **options),
            rtol=1e-12,
        )


def test_the_mean_of_many_dropouts_is_no_dropout():
    given = arrays(SHAPES["plain"])
    rng = np.random.default_rng(0)
    runs = [
        scaled_dot_product_attention(*given, dropout_p=0.4, generator=rng)
        for _ in range(4000)
    ]
    want = scaled_dot_product_attention(*given)
    np.testing.assert_allclose(np.mean(runs, axis=0), want, atol=0.06)
    assert np.std(runs, axis=0).min() > 0.05


@pytest.mark.parametrize("shape", [(4, 3), (2, 4, 3), (1, 1, 5)])
def test_self_attention_without_parameters(shape):
    (x,) = arrays([shape])
    y = dot_product_self_attention(x)
    want = dot_product_self_attention_definition(x)
    np.testing.assert_allclose(y, want, rtol=1e-12)
    assert_gradients(
        dot_product_self_attention, dot_product_self_attention_backward, [x]
    )


def test_self_attention_agrees_with_forty_digits():
    (x,) = arrays([(3, 4)])
    rows = [[mpmath.mpf(float(value)) for value in row] for row in x]
    for i in range(3):
        e = [
            mpmath.exp(sum(a * b for a, b in zip(rows[i], r, strict=True)))
            for r in rows
        ]
        for d in range(4):
            want = sum(e[j] * rows[j][d] for j in range(3)) / sum(e)
            got = dot_product_self_attention(x)[i, d]
            np.testing.assert_allclose(got, float(want), rtol=1e-13)


def test_an_order_of_keys_makes_no_difference():
    (x,) = arrays([(5, 3)])
    order = np.random.default_rng(0).permutation(5)
    np.testing.assert_allclose(
        dot_product_self_attention(x[order]),
        dot_product_self_attention(x)[order],
        rtol=1e-13,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_inputs_alone(dtype):
    shapes = SHAPES["heads"]
    given = [*arrays(shapes, dtype=dtype), np.zeros((4, 6), dtype)]
    for array in given:
        array.setflags(write=False)
    y = scaled_dot_product_attention(*given, dropout_p=0.1, generator=0)
    assert y.dtype == dtype
    grads = scaled_dot_product_attention_backward(
        y, *given, dropout_p=0.1, generator=0
    )
    assert {grad.dtype for grad in grads} == {np.dtype(dtype)}
    assert attention_weights(given[0], given[1]).dtype == dtype


def test_takes_strided_arrays():
    given = arrays(SHAPES["heads"])
    strided = [np.asfortranarray(array) for array in given]
    np.testing.assert_allclose(
        scaled_dot_product_attention(*strided),
        scaled_dot_product_attention(*given),
        rtol=1e-13,
    )


Q, K, V = np.ones((2, 6, 4, 5)), np.ones((2, 6, 3, 5)), np.ones((2, 6, 3, 7))


@pytest.mark.parametrize(
    "f",
    [
        scaled_dot_product_attention,
        lambda **kwargs: scaled_dot_product_attention_backward(
            np.ones((2, 6, 4, 7)), **kwargs
        ),
    ],
    ids=["forward", "backward"],
)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"query": np.ones((2, 5), int)}, TypeError, "query must be floating"),
        ({"key": K.astype("f4")}, TypeError, "key must have the dtype of que"),
        ({"value": V[0, 0, 0]}, ValueError, "value must have 2 or more axes"),
        (
            {"key": K[..., :4]},
            ValueError,
            r"key must have the last axis of query, got key.shape=\(2, 6, 3,",
        ),
        ({"value": V[:, :, 1:]}, ValueError, "value must have as many rows"),
        ({"key": K[:, :5]}, ValueError, "query, key and value must broadcas"),
        (
            {"attn_mask": np.ones((4, 2), bool)},
            ValueError,
            r"attn_mask must broadcast to \(2, 6, 4, 3\), "
            r"got attn_mask.shape=\(4, 2\)",
        ),
        ({"attn_mask": np.ones((3, 6, 4, 3))}, ValueError, "must broadcast"),
        ({"attn_mask": np.ones((9, 2, 6, 4, 3))}, ValueError, "must broadc"),
        ({"attn_mask": np.ones((4, 3), int)}, TypeError, "attn_mask must be"),
        ({"attn_mask": np.ones((4, 3), "f4")}, TypeError, "attn_mask must be"),
        (
            {"attn_mask": np.ones((4, 3), bool), "is_causal": True},
            ValueError,
            "attn_mask must be None with is_causal=True",
        ),
        ({"is_causal": 3}, ValueError, "is_causal must be one of"),
        ({"dropout_p": 1.5}, ValueError, r"dropout_p must be in \[0, 1\]"),
        ({"dropout_p": 0.5}, TypeError, "generator must be an int or a nump"),
        ({"scale": np.inf}, ValueError, "scale must be finite"),
        ({"scale": "big"}, TypeError, "scale must be a number"),
        ({"enable_gqa": None}, ValueError, "enable_gqa must be one of"),
        (
            {"key": K[:, :4], "value": V[:, :4], "enable_gqa": True},
            ValueError,
            "query must have a multiple of the heads of key and value",
        ),
        (
            {"key": K[:, :3], "value": V[:, :2], "enable_gqa": True},
            ValueError,
            r"got leading axes \(2, 6\), \(2, 3\), \(2, 2\)",
        ),
        (
            {"query": Q[0, 0], "enable_gqa": True},
            ValueError,
            "query must have a multiple of the heads",
        ),
    ],
)
def test_rejects(f, change, error, message):
    with pytest.raises(error, match=message):
        f(**({"query": Q, "key": K, "value": V} | change))


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (Q, ValueError, r"grad_output must have shape \(2, 6, 4, 7\)"),
        (np.ones((2, 6, 4, 7), "f4"), TypeError, "grad_output must have the "),
    ],
)
def test_backward_rejects(g, error, message):
    with pytest.raises(error, match=message):
        scaled_dot_product_attention_backward(g, Q, K, V)


@pytest.mark.parametrize(
    "f", [dot_product_self_attention, dot_product_self_attention_definition]
)
def test_self_attention_rejects(f):
    with pytest.raises(ValueError, match=r"input must have shape \(..., T, D"):
        f(np.ones(3))
    with pytest.raises(TypeError, match="input must be floating"):
        f(np.ones((2, 3), int))


def test_scores_whose_exponential_is_beyond_float16():
    q, k, v = arrays(((1, 5), (3, 5), (3, 2)), dtype=np.float16)
    k *= np.float16(20 / np.abs(q @ k.T).max())  # exp(20) is 4.9e8
    got = scaled_dot_product_attention(q, k, v, scale=1.0)
    wide = (x.astype(np.float64) for x in (q, k, v))
    want = scaled_dot_product_attention(*wide, scale=1.0)
    np.testing.assert_allclose(got, want, atol=5e-3)
