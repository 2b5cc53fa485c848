"""Tests of multi_head_attention and multi_head_attention_layer."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradients import assert_gradients

from reference_impl import (
    MultiheadAttention,
    multi_head_attention_backward,
    multi_head_attention_forward,
    scaled_dot_product_attention,
)

L, S, N, D, K, V, H = 5, 4, 3, 6, 7, 2, 2


def parameters(separate, bias=True, dtype=np.float64):
    """Return the parameters by their names in the function."""
    rng = np.random.default_rng(1)
    shapes = {"in_proj_weight": (3 * D, D)}
    if separate:
        shapes = {
            "q_proj_weight": (D, D),
            "k_proj_weight": (D, K),
            "v_proj_weight": (D, V),
        }
    shapes |= {"out_proj_weight": (D, D)}
    if bias:
        shapes |= {"in_proj_bias": (3 * D,), "out_proj_bias": (D,)}
    found = {
        name: rng.uniform(-1, 1, shape).astype(dtype)
        for name, shape in shapes.items()
    }
    absent = ("in_proj_weight", "in_proj_bias", "out_proj_bias")
    return {**dict.fromkeys(absent), **found}


def inputs(separate, batched=True, dtype=np.float64):
    """Return query, key and value."""
    rng = np.random.default_rng(2)
    sizes = [(L, N, D), (S, N, K), (S, N, V)] if separate else []
    sizes = sizes or [(L, N, D), (S, N, D), (S, N, D)]
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in sizes]
    return arrays if batched else [array[:, 0] for array in arrays]


def masks(batched=True):
    """Return keyword arguments by name; no query is left without a key."""
    rng = np.random.default_rng(3)
    hidden = rng.random((L, S)) < 0.4
    padding = np.arange(S) >= np.array([[4], [1], [3]])  # lengths
    each = rng.random((N * H, L, S)) < 0.4
    hidden[:, 0] = padding[:, 0] = each[:, :, 0] = False
    if not batched:
        padding, each = padding[0], each[:H]
    return {
        "none": {},
        "boolean": {"attn_mask": hidden},
        "each": {"attn_mask": each},
        "additive": {"attn_mask": rng.standard_normal((L, S))},
        "padding": {"key_padding_mask": padding},
        "both": {"attn_mask": hidden, "key_padding_mask": padding},
        "both-additive": {
            "attn_mask": rng.standard_normal(each.shape),
            "key_padding_mask": np.where(padding, -np.inf, 0.3),
        },
    }


def torch_call(given, params, options, **more):
    """Return PyTorch's output and weights."""
    tensors = {name: x for name, x in params.items() if x is not None}
    return F.multi_head_attention_forward(
        *given,
        embed_dim_to_check=D,
        num_heads=H,
        in_proj_weight=tensors.get("in_proj_weight"),
        in_proj_bias=tensors.get("in_proj_bias"),
        bias_k=None,
        bias_v=None,
        add_zero_attn=False,
        dropout_p=0.0,
        out_proj_weight=tensors["out_proj_weight"],
        out_proj_bias=tensors.get("out_proj_bias"),
        use_separate_proj_weight="q_proj_weight" in tensors,
        **{n: tensors.get(n) for n in ("q_proj_weight", "k_proj_weight")},
        v_proj_weight=tensors.get("v_proj_weight"),
        **{name: torch.tensor(mask) for name, mask in options.items()},
        **more,
    )


def as_tensors(given, params):
    """Return both as tensors that learn."""
    return (
        [torch.tensor(x, requires_grad=True) for x in given],
        {
            name: None if x is None else torch.tensor(x, requires_grad=True)
            for name, x in params.items()
        },
    )


@pytest.mark.filterwarnings("ignore:Support for mismatched")
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("name", masks())
def test_agrees_with_torch(name, separate, bias, batched):
    options = masks(batched)[name]
    given, params = inputs(separate, batched), parameters(separate, bias)
    tensors, torch_params = as_tensors(given, params)
    wanted, wanted_weights = torch_call(tensors, torch_params, options)
    got, weights = multi_head_attention_forward(
        *given, num_heads=H, **params, **options
    )
    np.testing.assert_allclose(got, wanted.detach(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weights, wanted_weights.detach(), rtol=1e-9)
    g = np.random.default_rng(4).standard_normal(got.shape)
    grads = multi_head_attention_backward(
        g, *given, num_heads=H, **params, **options
    )
    wanted.backward(torch.tensor(g))
    expected = dict(
        zip(("query", "key", "value"), tensors, strict=True), **torch_params
    )
    for field, grad in grads._asdict().items():
        tensor = expected.get(field)
        if tensor is None:
            assert grad is None
        else:
            np.testing.assert_allclose(
                grad, tensor.grad, rtol=1e-9, atol=1e-12, err_msg=field
            )


@pytest.mark.parametrize("batched", [True, False])
def test_weights_of_each_head_agree_with_torch(batched):
    given, params = inputs(False, batched), parameters(False)
    options = masks(batched)["each"]
    _, wanted = torch_call(
        *as_tensors(given, params), options, average_attn_weights=False
    )
    _, weights = multi_head_attention_forward(
        *given, num_heads=H, average_attn_weights=False, **params, **options
    )
    assert weights.shape == ((N, H, L, S) if batched else (H, L, S))
    np.testing.assert_allclose(weights, wanted.detach(), rtol=1e-9)


def test_no_weights_when_none_are_needed():
    output, weights = multi_head_attention_forward(
        *inputs(False), num_heads=H, need_weights=False, **parameters(False)
    )
    assert output.shape == (L, N, D)
    assert weights is None


def test_is_causal_is_a_mask_by_itself_and_beside_others():
    given, params = inputs(False), parameters(False)
    later = ~np.tri(L, S, dtype=bool)
    call = {"num_heads": H, **params}
    got = multi_head_attention_forward(*given, is_causal=True, **call)
    want = multi_head_attention_forward(*given, attn_mask=later, **call)
    np.testing.assert_array_equal(got[0], want[0])
    padding = masks()["padding"]
    got = multi_head_attention_forward(
        *given, is_causal=True, **padding, **call
    )
    want = torch_call(
        *as_tensors(given, params), {**padding, "attn_mask": later}
    )
    np.testing.assert_allclose(got[0], want[0].detach(), rtol=1e-9, atol=1e-12)


def test_true_hides_a_key_here_and_shows_it_in_scaled_attention():
    x = np.random.default_rng(0).standard_normal((4, 2))
    seen = np.random.default_rng(1).random((4, 4)) < 0.5
    seen[:, 1] = True
    output, _ = multi_head_attention_forward(
        x,
        x,
        x,
        num_heads=1,
        in_proj_weight=np.vstack([np.eye(2)] * 3),
        in_proj_bias=None,
        out_proj_weight=np.eye(2),
        out_proj_bias=None,
        attn_mask=~seen,
    )
    want = scaled_dot_product_attention(x, x, x, seen)
    np.testing.assert_allclose(output, want, rtol=1e-13)


def test_a_query_that_sees_no_key_gets_the_output_bias():
    given, params = inputs(False), parameters(False)
    padding = np.zeros((N, S), bool)
    padding[1] = True
    options = {"key_padding_mask": padding}
    got, weights = multi_head_attention_forward(
        *given, num_heads=H, **params, **options
    )
    np.testing.assert_array_equal(
        got[:, 1], np.broadcast_to(params["out_proj_bias"], (L, D))
    )
    np.testing.assert_array_equal(weights[1], 0)
    tensors = as_tensors(given, params)
    fused, _ = torch_call(*tensors, options, need_weights=False)
    np.testing.assert_allclose(got, fused.detach(), rtol=1e-9, atol=1e-12)
    plain, _ = torch_call(*tensors, options)
    assert plain[:, 1].isnan().all()


def test_gradients_through_dropout():
    names = [name for name, x in parameters(True).items() if x is not None]

    def call(f, *arrays, before=()):
        given = dict(zip(names, arrays[3:], strict=True))
        given.setdefault("in_proj_weight", None)
        options = {"num_heads": H, "dropout_p": 0.3, "generator": 5}
        return f(*before, *arrays[:3], **given, **options)

    def backward(g, *arrays):
        grads = call(multi_head_attention_backward, *arrays, before=(g,))
        return [*grads[:3], *(getattr(grads, name) for name in names)]

    arrays = [*inputs(True), *(parameters(True)[name] for name in names)]
    assert_gradients(
        lambda *a: call(multi_head_attention_forward, *a)[0], backward, arrays
    )


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("bias", [True, False])
def test_the_layer_agrees_with_torchs(batch_first, batched, separate, bias):
    given = inputs(separate, batched)
    if batched and batch_first:
        given = [x.swapaxes(0, 1) for x in given]
    sizes = {"kdim": K, "vdim": V} if separate else {}
    options = {"bias": bias, "batch_first": batch_first, **sizes}
    torch.manual_seed(0)
    theirs = torch.nn.MultiheadAttention(D, H, **options).double()
    with torch.no_grad():
        for tensor in theirs.parameters():
            tensor.uniform_(-1, 1)
    ours = MultiheadAttention(D, H, dtype=np.float64, generator=0, **options)
    ours.load_state_dict(theirs.state_dict())
    tensors = [torch.tensor(x, requires_grad=True) for x in given]
    mask = masks(batched)["each"]["attn_mask"]
    wanted, wanted_weights = theirs(*tensors, attn_mask=torch.tensor(mask))
    (output, weights), pullback = ours.vjp(*given, attn_mask=mask)
    again, _ = ours(*given, attn_mask=mask)
    np.testing.assert_array_equal(again, output)
    np.testing.assert_allclose(output, wanted.detach(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weights, wanted_weights.detach(), rtol=1e-9)
    g = np.random.default_rng(4).standard_normal(output.shape)
    wanted.backward(torch.tensor(g))
    grads = pullback(g)
    for grad, tensor in zip(grads.inputs, tensors, strict=True):
        np.testing.assert_allclose(grad, tensor.grad, rtol=1e-9, atol=1e-12)
    expected = dict(theirs.named_parameters())
    assert grads.parameters.keys() == expected.keys()
    for name, grad in grads.parameters.items():
        np.testing.assert_allclose(
            grad, expected[name].grad, rtol=1e-9, atol=1e-12, err_msg=name
        )


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_names_and_shapes_of_the_parameters_are_torchs(separate, bias):
    sizes = {"kdim": K, "vdim": V} if separate else {}
    theirs = torch.nn.MultiheadAttention(D, H, bias=bias, **sizes)
    ours = MultiheadAttention(D, H, bias=bias, **sizes)
    assert {n: x.shape for n, x in ours.state_dict().items()} == {
        n: tuple(x.shape) for n, x in theirs.state_dict().items()
    }


def test_parameters_are_drawn_as_in_torch():
    ours = MultiheadAttention(64, 2, generator=0).state_dict()
    theirs = torch.nn.MultiheadAttention(64, 2).state_dict()
    for name, array in ours.items():
        want = theirs[name].numpy()
        assert array.dtype == want.dtype
        np.testing.assert_allclose(
            np.abs(array).max(), np.abs(want).max(), rtol=0.01
        )
        np.testing.assert_allclose(array.std(), want.std(), rtol=0.05)


def test_the_layers_dropout_acts_only_with_a_generator():
    layer = MultiheadAttention(D, H, 0.5, dtype=np.float64, generator=0)
    x = inputs(False)[0]
    plain, weights = layer(x, x, x)
    np.testing.assert_array_equal(layer(x, x, x)[0], plain)
    dropped, same_weights = layer(x, x, x, generator=1)
    assert np.abs(dropped - plain).max() > 1e-3
    np.testing.assert_array_equal(same_weights, weights)
    np.testing.assert_array_equal(layer(x, x, x, generator=1)[0], dropped)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_inputs_alone(dtype):
    given = inputs(True, dtype=dtype)
    params = parameters(True, dtype=dtype)
    for array in [*given, *params.values()]:
        if array is not None:
            array.setflags(write=False)
    call = {"num_heads": H, **params}
    output, weights = multi_head_attention_forward(*given, **call)
    assert output.dtype == weights.dtype == dtype
    grads = multi_head_attention_backward(output, *given, **call)
    assert {x.dtype for x in grads if x is not None} == {np.dtype(dtype)}


def test_no_examples_and_no_keys_work():
    params = parameters(False)
    call = {"num_heads": H, **params}
    x, y, z = inputs(False)
    output, weights = multi_head_attention_forward(
        x[:, :0], y[:, :0], z[:, :0], **call
    )
    assert output.shape == (L, 0, D)
    assert weights.shape == (0, L, S)
    mask = np.zeros((0, L, S), bool)  # of 0 examples' heads
    output, weights = multi_head_attention_forward(
        x[:, :0], y[:, :0], z[:, :0], attn_mask=mask, **call
    )
    assert weights.shape == (0, L, S)
    output, weights = multi_head_attention_forward(x, y[:0], z[:0], **call)
    want = np.broadcast_to(params["out_proj_bias"], (L, N, D))
    np.testing.assert_array_equal(output, want)
    grads = multi_head_attention_backward(output, x, y[:0], z[:0], **call)
    np.testing.assert_array_equal(grads.query, 0)


ONES = np.ones((L, N, D))
KEYS = np.ones((S, N, D))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"query": np.ones((L, N, D), int)}, TypeError, "query must be float"),
        ({"key": KEYS.astype("f4")}, TypeError, "key must have the dtype of"),
        ({"query": np.ones(D)}, ValueError, r"query must have shape \(L, N, "),
        ({"key": KEYS[:, 0]}, ValueError, "key must have the batch axis of"),
        ({"key": KEYS[:, :2]}, ValueError, "key must have the batch axis of"),
        ({"value": KEYS[:2]}, ValueError, "value the sequence axis of key"),
        ({"query": ONES[:, 0]}, ValueError, r"key must have shape \(S, K\)"),
        (
            {"query": ONES[:, 0], "key": KEYS[:, 0], "value": KEYS[:2, 0]},
            ValueError,
            r"value must have shape \(4, V\)",
        ),
        ({"num_heads": 4}, ValueError, "num_heads must divide the last axis"),
        ({"num_heads": 0}, ValueError, "num_heads must be at least 1"),
        ({"num_heads": 2.0}, TypeError, "num_heads must be an int"),
        (
            {"in_proj_weight": np.ones((D, D))},
            ValueError,
            r"in_proj_weight must have shape \(18, 6\)",
        ),
        ({"in_proj_bias": np.ones(D)}, ValueError, r"in_proj_bias must have"),
        ({"out_proj_weight": np.ones((D, 2))}, ValueError, "out_proj_weight"),
        ({"out_proj_bias": np.ones(2)}, ValueError, "out_proj_bias must have"),
        ({"in_proj_weight": None}, ValueError, "in_proj_weight must be given"),
        (
            {"q_proj_weight": np.ones((D, D))},
            ValueError,
            "in_proj_weight must be None with separate weights",
        ),
        (
            {"key": KEYS[..., :2]},
            ValueError,
            "key must have 6 features with in_proj_weight, got 2",
        ),
        (
            {"attn_mask": np.ones((S, L), bool)},
            ValueError,
            r"attn_mask must have shape \(5, 4\)",
        ),
        (
            {"attn_mask": np.ones((N, L, S), bool)},
            ValueError,
            r"attn_mask must have shape \(6, 5, 4\)",
        ),
        (
            {"attn_mask": np.ones((L, S), int)},
            TypeError,
            "attn_mask must be b",
        ),
        (
            {"key_padding_mask": np.ones((S, N), bool)},
            ValueError,
            r"key_padding_mask must have shape \(3, 4\)",
        ),
        ({"is_causal": 2}, ValueError, "is_causal must be one of"),
        ({"dropout_p": -1.0}, ValueError, r"dropout_p must be in \[0, 1\]"),
        ({"dropout_p": 0.5}, TypeError, "generator must be an int or a nump"),
    ],
)
def test_rejects(change, error, message):
    arrays = {"query": ONES, "key": KEYS, "value": KEYS}
    given = {**arrays, "num_heads": H, **parameters(False)} | change
    with pytest.raises(error, match=message):
        multi_head_attention_forward(**given)
    with pytest.raises(error, match=message):
        multi_head_attention_backward(ONES, **given)


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        (KEYS, ValueError, r"grad_output must have shape \(5, 3, 6\)"),
        (ONES.astype("f4"), TypeError, "grad_output must have the dtype"),
    ],
)
def test_backward_rejects(g, error, message):
    with pytest.raises(error, match=message):
        multi_head_attention_backward(
            g, ONES, KEYS, KEYS, num_heads=H, **parameters(False)
        )
    layer = MultiheadAttention(D, H, dtype=np.float64)
    _, pullback = layer.vjp(ONES, KEYS, KEYS)
    with pytest.raises(error, match=message):
        pullback(g)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"embed_dim": 0}, ValueError, "embed_dim must be at least 1"),
        ({"num_heads": 4}, ValueError, "num_heads must divide embed_dim, got"),
        ({"dropout": 2.0}, ValueError, r"dropout must be in \[0, 1\]"),
        ({"kdim": 0}, ValueError, "kdim must be at least 1"),
        ({"vdim": 1.0}, TypeError, "vdim must be an int"),
        ({"batch_first": 2}, ValueError, "batch_first must be one of"),
        ({"bias": "no"}, ValueError, "bias must be one of"),
        ({"dtype": int}, TypeError, "dtype must be floating"),
        ({"add_bias_kv": True}, TypeError, "add_bias_kv"),
    ],
)
def test_the_layer_rejects(change, error, message):
    with pytest.raises(error, match=message):
        MultiheadAttention(**({"embed_dim": D, "num_heads": H} | change))


def test_the_layer_rejects_a_query_of_another_size():
    with pytest.raises(ValueError, match="query must have embed_dim features"):
        MultiheadAttention(8, 2, dtype=np.float64)(ONES, KEYS, KEYS)


def test_the_layer_rejects_a_query_of_another_dtype():
    with pytest.raises(TypeError, match="query must have the dtype of layer"):
        MultiheadAttention(D, H)(ONES, KEYS, KEYS)
