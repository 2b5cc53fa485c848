"""Tests of transformer, transformer_decoder and transformer_layers."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

from reference_impl import (
    LayerNorm,
    Linear,
    MultiheadAttention,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
    dropout,
    layer_norm,
    linear,
    relu,
)

L, S, N, D, F, H = 5, 4, 3, 6, 7, 2
CLOSE = {"rtol": 1e-10, "atol": 1e-10}
KINDS = [
    {},
    {"norm_first": True},
    {"activation": "gelu"},
    {"norm_first": True, "activation": "gelu", "batch_first": True},
    {"bias": False, "layer_norm_eps": 0.1},
]


def rng(seed):
    return np.random.default_rng(seed)


def loaded(ours, theirs):
    """Give both the same parameters, none of which is 0 or 1."""
    torch.manual_seed(0)
    with torch.no_grad():
        for tensor in theirs.parameters():
            tensor.uniform_(0.1, 0.9)
            tensor *= torch.randint(0, 2, tensor.shape) * 2 - 1
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def pair(name, kind, dropout=0.0):
    """Return our layer and PyTorch's, with the same parameters."""
    ours = {
        "Encoder": TransformerEncoderLayer,
        "Decoder": TransformerDecoderLayer,
    }[name]
    theirs = getattr(torch.nn, f"Transformer{name}Layer")
    return loaded(
        ours(D, H, F, dropout, dtype=np.float64, generator=0, **kind),
        theirs(D, H, F, dropout, **kind).double(),
    )


def sequences(count, kind):
    """Return batches of sequences of L and of S elements."""
    arrays = [
        rng(i).standard_normal((length, N, D))
        for i, length in enumerate((L, S)[:count])
    ]
    if kind.get("batch_first"):
        return [array.swapaxes(0, 1) for array in arrays]
    return arrays


def assert_same(ours, theirs, arrays, kwargs=None, torch_kwargs=None):
    """Assert that output and all gradients are PyTorch's."""
    kwargs = kwargs or {}
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    if torch_kwargs is None:
        torch_kwargs = {n: torch.tensor(x) for n, x in kwargs.items()}
    wanted = theirs(*tensors, **torch_kwargs)
    output, pullback = ours.vjp(*arrays, **kwargs)
    np.testing.assert_allclose(output, wanted.detach(), **CLOSE)
    np.testing.assert_array_equal(ours(*arrays, **kwargs), output)
    g = rng(9).standard_normal(output.shape)
    wanted.backward(torch.tensor(g))
    grads = pullback(g)
    for grad, tensor in zip(grads.inputs, tensors, strict=True):
        np.testing.assert_allclose(grad, tensor.grad, **CLOSE)
    expected = dict(theirs.named_parameters())
    assert grads.parameters.keys() == expected.keys()
    for name, grad in grads.parameters.items():
        np.testing.assert_allclose(
            grad, expected[name].grad, **CLOSE, err_msg=name
        )


def hidden(rows, columns, seed=5):
    """Return a mask that hides some keys, the first never."""
    mask = rng(seed).random((rows, columns)) < 0.4
    mask[:, 0] = False
    return mask


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(
    "masks",
    [
        {},
        {"src_mask": hidden(L, L)},
        {"src_key_padding_mask": hidden(N, L)},
        {
            "src_mask": hidden(L, L),
            "src_key_padding_mask": hidden(N, L),
        },
        {"src_mask": rng(3).standard_normal((N * H, L, L))},
    ],
    ids=["none", "mask", "padding", "both", "additive-each"],
)
def test_encoder_layer_agrees_with_torch(kind, masks):
    assert_same(*pair("Encoder", kind), sequences(1, kind), masks)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(
    "masks",
    [
        {},
        {"tgt_mask": ~np.tri(L, dtype=bool), "memory_mask": hidden(L, S)},
        {
            "tgt_key_padding_mask": hidden(N, L),
            "memory_key_padding_mask": hidden(N, S),
        },
    ],
    ids=["none", "masks", "padding"],
)
def test_decoder_layer_agrees_with_torch(kind, masks):
    assert_same(*pair("Decoder", kind), sequences(2, kind), masks)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("norm", [False, True])
def test_encoder_agrees_with_torch(kind, norm):
    layers = pair("Encoder", kind)
    norms = (LayerNorm(D, dtype=np.float64), torch.nn.LayerNorm(D).double())
    ours, theirs = loaded(
        TransformerEncoder(layers[0], 3, norms[0] if norm else None),
        torch.nn.TransformerEncoder(
            layers[1],
            3,
            norms[1] if norm else None,
            enable_nested_tensor=False,
        ),
    )
    masks = {"mask": hidden(L, L), "src_key_padding_mask": hidden(N, L)}
    assert_same(ours, theirs, sequences(1, kind), masks)


@pytest.mark.parametrize("kind", KINDS[:2], ids=str)
def test_one_sequence_without_a_batch_axis(kind):
    x, y = (array[:, 0] for array in sequences(2, kind))
    assert_same(*pair("Encoder", kind), [x])
    assert_same(*pair("Decoder", kind), [x, y])


def test_is_causal_is_torchs_causal_mask():
    mask = torch.nn.Transformer.generate_square_subsequent_mask(L).double()
    assert_same(
        *pair("Encoder", {}),
        sequences(1, {}),
        {"is_causal": True},
        {"src_mask": mask, "is_causal": True},
    )
    memory_mask = ~torch.ones(L, S).tril().bool()
    assert_same(
        *pair("Decoder", {}),
        sequences(2, {}),
        {"tgt_is_causal": True, "memory_is_causal": True},
        {"tgt_mask": mask.bool(), "memory_mask": memory_mask},
    )


def test_a_causal_encoder_does_not_see_what_comes_later():
    layer = pair("Encoder", {})[0]
    encoder = TransformerEncoder(layer, 2)
    (x,) = sequences(1, {})
    changed = x.copy()
    changed[3:] += 1.0
    before, after = (encoder(z, is_causal=True) for z in (x, changed))
    np.testing.assert_array_equal(before[:3], after[:3])
    assert np.abs(before[3:] - after[3:]).min() > 1e-6


def test_without_positions_the_encoder_ignores_the_order():
    layer = pair("Encoder", {})[0]
    (x,) = sequences(1, {})
    order = rng(0).permutation(L)
    np.testing.assert_allclose(layer(x[order]), layer(x)[order], rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS[:2], ids=str)
def test_gradients_through_dropout(kind):
    encoder, decoder = (
        pair(name, {"activation": "gelu", **kind}, 0.3)[0]
        for name in ("Encoder", "Decoder")
    )
    stack = TransformerEncoder(encoder, 2)
    x, memory = sequences(2, {})
    for module, arrays in ((stack, [x]), (decoder, [x, memory])):
        assert_gradients(
            lambda *a, module=module: module(*a, generator=3),
            lambda g, *a, module=module: (
                module.vjp(*a, generator=3)[1](g).inputs
            ),
            arrays,
        )


def test_gradients_to_parameters_through_dropout():
    layer = pair("Decoder", {"activation": "gelu"}, 0.3)[0]
    x, memory = sequences(2, {})
    names = list(layer.parameters())

    def forward(*arrays):
        layer.load_state_dict(dict(zip(names, arrays, strict=True)))
        return layer(x, memory, generator=3)

    def backward(g, *arrays):
        layer.load_state_dict(dict(zip(names, arrays, strict=True)))
        grads = layer.vjp(x, memory, generator=3)[1](g).parameters
        return [grads[name] for name in names]

    start = list(layer.state_dict().values())
    # The key bias moves all scores of a query alike: its gradient is 0.
    assert_gradients(forward, backward, start, rtol=3e-6)


def test_dropout_acts_only_with_a_generator():
    layer = pair("Encoder", {}, 0.4)[0]
    (x,) = sequences(1, {})
    np.testing.assert_array_equal(layer(x), layer(x))
    first = layer(x, generator=1)
    assert np.abs(first - layer(x)).max() > 1e-3
    np.testing.assert_array_equal(layer(x, generator=1), first)
    source = rng(1)
    drawn = [layer(x, generator=source) for _ in range(2)]
    np.testing.assert_array_equal(drawn[0], first)
    assert np.abs(drawn[1] - first).max() > 1e-3


def test_dropout_acts_in_four_places_in_this_order():
    layer = pair("Encoder", {}, 0.4)[0]
    own = layer.parameters()
    attention = MultiheadAttention(D, H, 0.4, dtype=np.float64)
    attention.load_state_dict(
        {
            name.removeprefix("self_attn."): own[name]
            for name in own
            if name.startswith("self_attn.")
        }
    )
    (x,) = sequences(1, {})
    draws = rng(6)
    y, _ = attention(x, x, x, generator=draws)
    y = x + dropout(y, 0.4, generator=draws)
    y = layer_norm(y, D, own["norm1.weight"], own["norm1.bias"])
    h = relu(linear(y, own["linear1.weight"], own["linear1.bias"]))
    h = dropout(h, 0.4, generator=draws)
    h = linear(h, own["linear2.weight"], own["linear2.bias"])
    y = y + dropout(h, 0.4, generator=draws)
    y = layer_norm(y, D, own["norm2.weight"], own["norm2.bias"])
    np.testing.assert_allclose(layer(x, generator=6), y, rtol=1e-12)


def test_dropout_differs_from_layer_to_layer():
    layer = pair("Encoder", {"norm_first": True}, 0.5)[0]
    (x,) = sequences(1, {})
    source = rng(2)
    want = layer(layer(x, generator=source), generator=source)
    got = TransformerEncoder(layer, 2)(x, generator=2)
    np.testing.assert_array_equal(got, want)


def test_the_layers_of_an_encoder_are_copies():
    layer = pair("Encoder", {})[0]
    encoder = TransformerEncoder(layer, 2)
    encoder.parameters()["layers.0.linear1.bias"][...] = 7.0
    assert not np.any(encoder.parameters()["layers.1.linear1.bias"] == 7.0)
    assert not np.any(layer.parameters()["linear1.bias"] == 7.0)


def test_a_step_along_the_gradients_reduces_the_loss():
    layer = TransformerEncoderLayer(D, H, F, generator=0)
    x = sequences(1, {})[0].astype(np.float32)
    y, pullback = layer.vjp(x)
    grads = pullback(2 * (y - 1)).parameters
    for name, array in layer.parameters().items():
        array -= 1e-3 * grads[name]
    assert ((layer(x) - 1) ** 2).sum() < 0.999 * ((y - 1) ** 2).sum()


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("name", ["Encoder", "Decoder"])
def test_names_shapes_and_draws_are_torchs(name, kind):
    ours, theirs = (
        cls(32, H, 64, generator=0, **kind)
        if cls.__module__.startswith("reference_impl")
        else cls(32, H, 64, **kind)
        for cls in (
            {
                "Encoder": TransformerEncoderLayer,
                "Decoder": TransformerDecoderLayer,
            }[name],
            getattr(torch.nn, f"Transformer{name}Layer"),
        )
    )
    state, wanted = ours.state_dict(), theirs.state_dict()
    assert list(state) == list(wanted)
    for key, array in state.items():
        want = wanted[key].numpy()
        assert array.shape == want.shape
        assert array.dtype == want.dtype
        np.testing.assert_allclose(
            np.abs(array).max(), np.abs(want).max(), rtol=0.15, err_msg=key
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_inputs_alone(dtype):
    x, memory = (array.astype(dtype) for array in sequences(2, {}))
    for array in (x, memory):
        array.setflags(write=False)
    for layer, arrays in (
        (TransformerEncoderLayer(D, H, F, dtype=dtype), [x]),
        (TransformerDecoderLayer(D, H, F, dtype=dtype), [x, memory]),
    ):
        y, pullback = layer.vjp(*arrays, generator=0)
        grads = pullback(np.ones_like(y))
        found = [y, *grads.inputs, *grads.parameters.values()]
        assert {array.dtype for array in found} == {np.dtype(dtype)}


def test_no_examples_work():
    layer = pair("Decoder", {})[0]
    x, memory = (array[:, :0] for array in sequences(2, {}))
    y, pullback = layer.vjp(x, memory)
    assert y.shape == (L, 0, D)
    assert pullback(y).inputs[1].shape == (S, 0, D)


@pytest.mark.parametrize("bias", [False, True])
def test_linear_agrees_with_torch(bias):
    ours, theirs = loaded(
        Linear(D, F, bias, dtype=np.float64),
        torch.nn.Linear(D, F, bias).double(),
    )
    assert_same(ours, theirs, sequences(1, {}))


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"bias": False, "eps": 0.1},
        {"elementwise_affine": False},
        {"normalized_shape": (N, D)},
    ],
    ids=str,
)
def test_layer_norm_agrees_with_torch(kwargs):
    given = {"normalized_shape": D} | kwargs
    ours, theirs = loaded(
        LayerNorm(**given, dtype=np.float64),
        torch.nn.LayerNorm(**given).double(),
    )
    assert_same(ours, theirs, sequences(1, {}))


def test_load_state_dict_copies_all_or_nothing():
    layer = Linear(2, 3, dtype=np.float64, generator=0)
    state = {"weight": np.ones((3, 2)), "bias": np.zeros(3)}
    before = layer.state_dict()
    for wrong, error, message in (
        ({"bias": np.zeros(2)}, ValueError, r"bias must have shape \(3,\)"),
        ({"bias": np.zeros(3, "f4")}, TypeError, "bias must have the dtype"),
        ({"scale": np.zeros(3)}, ValueError, r"unexpected=\['scale'\]"),
    ):
        with pytest.raises(error, match=message):
            layer.load_state_dict(state | wrong)
        np.testing.assert_array_equal(
            layer.state_dict()["weight"], before["weight"]
        )
    with pytest.raises(TypeError, match="state_dict must be a mapping of na"):
        layer.load_state_dict(list(state.items()))
    with pytest.raises(ValueError, match=r"missing=\['bias'\]"):
        layer.load_state_dict({"weight": state["weight"]})
    layer.load_state_dict(state)
    state["weight"][...] = 5.0
    layer.state_dict()["bias"][...] = 5.0
    np.testing.assert_array_equal(layer.state_dict()["weight"], 1.0)
    np.testing.assert_array_equal(layer.state_dict()["bias"], 0.0)


@pytest.mark.parametrize(
    "cls", [TransformerEncoderLayer, TransformerDecoderLayer]
)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"d_model": 0}, ValueError, "d_model must be at least 1"),
        ({"nhead": 4}, ValueError, "nhead must divide d_model, got nhead=4"),
        ({"nhead": 0}, ValueError, "nhead must be at least 1"),
        (
            {"dim_feedforward": 2.0},
            TypeError,
            "dim_feedforward must be an int",
        ),
        ({"dropout": 1.5}, ValueError, r"dropout must be in \[0, 1\]"),
        ({"activation": "tanh"}, ValueError, "activation must be one of"),
        ({"layer_norm_eps": 0.0}, ValueError, "layer_norm_eps must be pos"),
        ({"batch_first": 2}, ValueError, "batch_first must be one of"),
        ({"norm_first": None}, ValueError, "norm_first must be one of"),
        ({"dtype": np.int64}, TypeError, "dtype must be floating"),
    ],
)
def test_layers_reject(cls, change, error, message):
    with pytest.raises(error, match=message):
        cls(**({"d_model": D, "nhead": H} | change))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((Linear(2, 2), 2), TypeError, "encoder_layer must be a Transformer"),
        ((None, 0), ValueError, "num_layers must be at least 1"),
        ((None, 2, Linear(2, 2)), TypeError, "norm must be a LayerNorm"),
    ],
)
def test_the_encoder_rejects(arguments, error, message):
    layer, *rest = arguments
    with pytest.raises(error, match=message):
        TransformerEncoder(layer or TransformerEncoderLayer(D, H, F), *rest)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (
            np.ones((L, N, 4)),
            ValueError,
            "src must have 2 or 3 axes, the last",
        ),
        (np.ones(D), ValueError, "src must have 2 or 3 axes"),
        (np.ones((L, N, D), int), TypeError, "src must be floating"),
        (np.ones((L, N, D), "f4"), TypeError, "src must have the dtype of la"),
    ],
)
def test_runs_reject_other_sequences(x, error, message):
    with pytest.raises(error, match=message):
        pair("Encoder", {})[0](x)


@pytest.mark.parametrize(
    ("batch_first", "tgt", "memory"),
    [
        (False, (4, 3, D), (4, 2, D)),
        (True, (3, 4, D), (2, 4, D)),
        (False, (4, D), (4, 1, D)),
    ],
)
def test_the_decoder_rejects_a_memory_of_another_batch(
    batch_first, tgt, memory
):
    layer = TransformerDecoderLayer(
        D, H, F, batch_first=batch_first, dtype=np.float64
    )
    with pytest.raises(ValueError, match="memory must have the batch axis of"):
        layer(np.ones(tgt), np.ones(memory))


def test_runs_reject_what_is_no_generator():
    with pytest.raises(TypeError, match="generator must be an int or a nump"):
        pair("Encoder", {})[0](np.ones((L, N, D)), generator="random")


def test_linear_and_layer_norm_reject():
    with pytest.raises(ValueError, match="in_features must be at least 1"):
        Linear(0, 2)
    with pytest.raises(TypeError, match="out_features must be an int"):
        Linear(2, 2.0)
    with pytest.raises(ValueError, match="normalized_shape must be at least"):
        LayerNorm(0)
    with pytest.raises(ValueError, match="eps must be positive"):
        LayerNorm(2, eps=-1.0)
