"""Tests of additive and of multiplicative attention."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

import reference_impl
from reference_impl import (
    additive_attention,
    additive_attention_backward,
    multiplicative_attention,
    multiplicative_attention_backward,
    scaled_dot_product_attention,
)
from reference_impl.examples import attention_lookup as lookup

B, L, S, Q, K, V, A = 2, 3, 6, 4, 5, 7, 8
LENGTHS = np.array([6, 2])
PADDED = (np.arange(S) < LENGTHS[:, None])[:, None]
WINDOW = np.abs(np.arange(L)[:, None] - np.arange(S)) <= 1
MASKS = {"all": None, "padded": PADDED, "window": WINDOW}
KINDS = ["additive", "dot", "general"]
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-13}
each_kind = pytest.mark.parametrize("kind", KINDS)
each_mask = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)


def problem(kind, lead=(B,), sizes=(L, S)):
    """Return the arrays, not standardised, and gradients to both outputs."""
    draw = np.random.default_rng(0).standard_normal
    (L, S), keys = sizes, Q if kind == "dot" else K
    shapes = [(*lead, L, Q), (*lead, S, keys), (*lead, S, V)]
    weights = {"additive": [(A, Q), (A, K), (A,)], "general": [(Q, K)]}
    arrays = [1.2 * draw(shape) + 0.3 for shape in shapes]
    arrays += [0.6 * draw(shape) for shape in weights.get(kind, [])]
    return arrays, (draw((*lead, L, V)), draw((*lead, L, S)))


def functions(kind):
    name = "additive" if kind == "additive" else "multiplicative"
    return [
        getattr(reference_impl, f"{name}_attention{end}")
        for end in ("", "_backward", "_definition")
    ]


def by_torch(kind, mask, q, k, v, *weights):
    """Compute the scores pair by pair, and the rest by torch's softmax."""
    rows = []
    for i in range(q.shape[-2]):
        row = []
        for j in range(k.shape[-2]):
            x, y = q[..., i, :], k[..., j, :]
            if kind == "additive":
                z = x @ weights[0].T + y @ weights[1].T
                row.append(torch.tanh(z) @ weights[2])
            else:
                w = weights[0] if weights else torch.eye(Q, dtype=q.dtype)
                row.append((x * (y @ w.T)).sum(-1))
        rows.append(torch.stack(row, -1))
    scores = torch.stack(rows, -2)
    if mask is not None:
        scores = scores.masked_fill(~torch.tensor(mask), -torch.inf)
    p = scores.softmax(-1)
    return p @ v, p


@each_kind
@each_mask
@pytest.mark.parametrize("lead", [(B,), (), (2, 3)], ids=str)
def test_agrees_with_torch_forward_and_backward(kind, mask, lead):
    if mask is PADDED and lead == ():
        mask = PADDED[1]
    if mask is PADDED and len(lead) == 2:
        mask = PADDED[:, None]
    arrays, grads = problem(kind, lead)
    forward, backward, _ = functions(kind)
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    theirs = by_torch(kind, mask, *tensors)
    ours = forward(*arrays, attn_mask=mask)
    for got, want in zip(ours, theirs, strict=True):
        close(got, want.detach().numpy(), **TIGHT)
    torch.autograd.backward(theirs, [torch.tensor(g) for g in grads])
    got = [
        g for g in backward(grads, *arrays, attn_mask=mask) if g is not None
    ]
    for g, tensor in zip(got, tensors, strict=True):
        close(g, tensor.grad.numpy(), **TIGHT)


@each_kind
@each_mask
@pytest.mark.parametrize("lead", [(B,), (2, 1)], ids=str)
def test_agrees_with_the_definition(kind, mask, lead):
    if mask is PADDED and len(lead) == 2:
        mask = PADDED[:, None]
    arrays, _ = problem(kind, lead)
    forward, _, definition = functions(kind)
    for got, want in zip(
        forward(*arrays, attn_mask=mask),
        definition(*arrays, attn_mask=mask),
        strict=True,
    ):
        close(got, want, **TIGHT)


@each_kind
@pytest.mark.parametrize("output", [0, 1], ids=["context", "weights"])
def test_gradients_are_those_of_finite_differences(kind, output):
    arrays, _ = problem(kind)
    forward, backward, _ = functions(kind)

    def listed(g, *arrays):
        pair = (g, None) if output == 0 else (None, g)
        grads = backward(pair, *arrays, attn_mask=PADDED)
        return [a for a in grads if a is not None]

    assert_gradients(
        lambda *a: forward(*a, attn_mask=PADDED)[output], listed, arrays
    )


@each_kind
def test_weights_of_a_query_add_up_to_one_and_mix_the_values(kind):
    arrays, _ = problem(kind)
    context, weights = functions(kind)[0](*arrays)
    close(weights.sum(axis=-1), np.ones((B, L)), **TIGHT)
    assert (weights > 0).all()
    close(context, np.einsum("bij,bjv->biv", weights, arrays[2]), **TIGHT)
    assert np.ptp(weights, axis=-1).min() > 0.05


@each_kind
def test_what_stands_in_the_padding_does_not_matter(kind):
    arrays, grads = problem(kind)
    forward, backward, _ = functions(kind)
    context, weights = forward(*arrays, attn_mask=PADDED)
    assert (weights[1, :, 2:] == 0).all()
    assert (weights[1, :, :2] > 0).all()
    other = [a.copy() for a in arrays]
    other[1][1, 2:] += 100.0
    other[2][1, 2:] -= 100.0
    close(forward(*other, attn_mask=PADDED).context, context, **TIGHT)
    got = backward(grads, *arrays, attn_mask=PADDED)
    assert (got.key[1, 2:] == 0).all()
    assert (got.value[1, 2:] == 0).all()
    assert (got.key[1, :2] != 0).all()
    # The same as if the padding were not there.
    short = [a[1:, :2] if k in (1, 2) else a[1:] for k, a in enumerate(arrays)]
    short = [*short[:3], *arrays[3:]]
    close(forward(*short).context, context[1:], **TIGHT)


@each_kind
def test_a_query_that_sees_nothing_gets_nothing_and_gives_nothing(kind):
    arrays, grads = problem(kind)
    forward, backward, definition = functions(kind)
    mask = np.ones((B, L, S), bool)
    mask[1, 2] = False
    for f in (forward, definition):
        context, weights = f(*arrays, attn_mask=mask)
        assert (context[1, 2] == 0).all()
        assert (weights[1, 2] == 0).all()
        assert np.isfinite(context).all()
    got = backward(grads, *arrays, attn_mask=mask)
    assert (got.query[1, 2] == 0).all()
    assert all(np.isfinite(g).all() for g in got if g is not None)


def test_additive_scores_with_one_matrix_are_the_concat_scores():
    (q, k, v, w_query, w_key, v_a), _ = problem("additive")
    W = np.concatenate([w_query, w_key], axis=1)
    context, _ = additive_attention(q, k, v, w_query, w_key, v_a)
    for b, i in np.ndindex(B, L):
        e = np.array(
            [v_a @ np.tanh(W @ np.concatenate([q[b, i], s])) for s in k[b]]
        )
        p = np.exp(e) / np.exp(e).sum()
        close(context[b, i], p @ v[b], **TIGHT)


def test_dot_is_attention_of_a_transformer_without_its_scale():
    (q, k, v), (g, _) = problem("dot")
    wanted = scaled_dot_product_attention(q, k, v, scale=1.0)
    close(multiplicative_attention(q, k, v).context, wanted, **TIGHT)
    theirs = reference_impl.scaled_dot_product_attention_backward(
        g, q, k, v, scale=1.0
    )
    ours = multiplicative_attention_backward((g, None), q, k, v)
    for got, want in zip(ours, theirs, strict=True):
        if want is not None:
            close(got, want, **TIGHT)


def test_general_with_the_unit_matrix_is_dot():
    (q, k, v), _ = problem("dot")
    close(
        multiplicative_attention(q, k, v, np.eye(Q)).context,
        multiplicative_attention(q, k, v).context,
        **TIGHT,
    )


def test_large_scores_do_not_overflow():
    (q, k, v), (g, _) = problem("dot")
    context, weights = multiplicative_attention(1e4 * q, k, v)
    assert np.isfinite(context).all()
    best = (q @ k.swapaxes(1, 2)).argmax(axis=-1)
    np.testing.assert_array_equal(weights.argmax(axis=-1), best)
    close(weights.max(axis=-1), np.ones((B, L)))
    grads = multiplicative_attention_backward((g, None), 1e4 * q, k, v)
    assert np.isfinite(grads.query).all()


@each_kind
def test_lists_are_arrays_too(kind):
    arrays, grads = problem(kind)
    lists = [array.tolist() for array in arrays]
    forward, backward, definition = functions(kind)
    for call, first in ((forward, []), (definition, []), (backward, [grads])):
        wants = call(*first, *arrays)
        for got, want in zip(call(*first, *lists), wants, strict=True):
            np.testing.assert_array_equal(got, want)


@each_kind
def test_float32_stays_float32_and_inputs_are_left_alone(kind):
    arrays, grads = problem(kind)
    narrow = []
    for array in [*grads, *arrays]:
        view = np.repeat(array.astype(np.float32), 2, axis=-1)[..., ::2]
        view.flags.writeable = False
        narrow.append(view)
    forward, backward, definition = functions(kind)
    g, narrow = tuple(narrow[:2]), narrow[2:]
    results = [
        *forward(*narrow, attn_mask=PADDED),
        *definition(*narrow),
        *(a for a in backward(g, *narrow) if a is not None),
    ]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}
    close(
        results[0],
        forward(*arrays, attn_mask=PADDED).context,
        rtol=1e-4,
        atol=1e-5,
    )


@each_kind
@pytest.mark.parametrize("sizes", [(0, S), (L, 0)], ids=str)
def test_no_queries_and_no_keys(kind, sizes):
    arrays, grads = problem(kind, sizes=sizes)
    forward, backward, definition = functions(kind)
    for f in (forward, definition):
        context, weights = f(*arrays)
        np.testing.assert_array_equal(context, np.zeros((B, sizes[0], V)))
        assert weights.shape == (B, *sizes)
    got = [g for g in backward(grads, *arrays) if g is not None]
    for g, array in zip(got, arrays, strict=True):
        np.testing.assert_array_equal(g, np.zeros_like(array))


F32 = np.float32


@pytest.mark.parametrize(
    ("kind", "k", "wrong", "error", "match"),
    [
        (
            "additive",
            0,
            np.ones((B, L, Q), int),
            TypeError,
            "query must be fl",
        ),
        (
            "dot",
            0,
            np.ones(Q),
            ValueError,
            r"query must have shape \(..., L, Q\), got query.shape=\(4,\)",
        ),
        (
            "additive",
            1,
            np.ones((B, S, K), F32),
            TypeError,
            "key must have the dtype of query",
        ),
        (
            "additive",
            1,
            np.ones((B + 1, S, K)),
            ValueError,
            r"key must have shape \(2, S, K\), got key.shape=\(3, 6, 5\)",
        ),
        (
            "general",
            2,
            np.ones((B, S + 1, V)),
            ValueError,
            r"value must have shape \(2, 6, V\)",
        ),
        (
            "additive",
            3,
            np.ones((A, Q + 1)),
            ValueError,
            r"w_query must have shape \(8, 4\)",
        ),
        (
            "additive",
            4,
            np.ones((A + 1, K)),
            ValueError,
            r"w_key must have shape \(8, 5\)",
        ),
        (
            "additive",
            5,
            np.ones((A, 1)),
            ValueError,
            r"v must have shape \(A,\)",
        ),
        (
            "additive",
            5,
            np.ones(A, F32),
            TypeError,
            "v must have the dtype of query",
        ),
        (
            "general",
            3,
            np.ones((K, Q)),
            ValueError,
            r"weight must have shape \(4, 5\), got weight.shape=\(5, 4\)",
        ),
        (
            "dot",
            1,
            np.ones((B, S, K)),
            ValueError,
            "key must have as many features as query where no weight is given",
        ),
    ],
)
def test_a_wrong_argument_is_named(kind, k, wrong, error, match):
    arrays, grads = problem(kind)
    arrays[k] = wrong
    forward, backward, definition = functions(kind)
    for f in (forward, definition):
        with pytest.raises(error, match=match):
            f(*arrays)
    with pytest.raises(error, match=match):
        backward(grads, *arrays)


@each_kind
def test_a_wrong_mask_is_named(kind):
    arrays, _ = problem(kind)
    forward, *_ = functions(kind)
    with pytest.raises(TypeError, match="attn_mask must be boolean"):
        forward(*arrays, attn_mask=np.ones((L, S)))
    for shape in [(B, S), (S, L), (1, B, L, S), (L, S + 1)]:
        with pytest.raises(
            ValueError,
            match=r"attn_mask must broadcast to \(..., L, S\)=\(2, 3, 6\)",
        ):
            forward(*arrays, attn_mask=np.ones(shape, bool))


def test_a_wrong_grad_output_is_named():
    arrays, (g, h) = problem("additive")
    with pytest.raises(TypeError, match=r"a tuple \(context, weights\)"):
        additive_attention_backward(g, *arrays)
    with pytest.raises(ValueError, match=r"grad_output\[1\] must have shape"):
        additive_attention_backward((g, h[:1]), *arrays)
    with pytest.raises(TypeError, match=r"grad_output\[0\] must have the dty"):
        additive_attention_backward((g.astype(F32), None), *arrays)


# The example.


def test_lists_ask_for_a_letter_they_hold():
    lists = lookup.draw(np.random.default_rng(0), 200)
    assert set(lists.pairs) == set(range(2, 9))
    for b, n in enumerate(lists.pairs):
        letters, digits = lists.letters[:, b], lists.digits[:, b]
        assert len(set(letters[:n])) == n
        assert letters[n] == letters[lists.place[b]]
        assert digits[n] == lookup.DIGITS
        wanted = digits[:n][letters[:n] == letters[n]]
        np.testing.assert_array_equal(wanted, lists.target[b])
    x = lists.input
    assert x.shape == (9, 200, 22)
    np.testing.assert_array_equal(x[0].sum(axis=-1), np.full(200, 2.0))
    question = x[lists.pairs, np.arange(200)]
    np.testing.assert_array_equal(question[:, 12:], np.zeros((200, 10)))
    assert (lookup.draw(np.random.default_rng(0), 7, 5).pairs == 5).all()


@pytest.mark.parametrize("kind", lookup.KINDS)
def test_the_gradients_of_the_whole_network(kind):
    model = [p.astype(np.float64) for p in lookup.new_model(kind, 0)]
    lists = lookup.draw(np.random.default_rng(0), 5)
    _, grads = lookup._loss(model, kind, lists)
    rng = np.random.default_rng(1)
    for p, grad in zip(model, grads, strict=True):
        d = rng.standard_normal(p.shape)
        values = []
        for step in (1e-5, -1e-5):
            p += step * d
            values.append(lookup._loss(model, kind, lists)[0])
            p -= step * d
        slope = (values[0] - values[1]) / 2e-5
        close(np.vdot(grad, d), slope, rtol=1e-4, atol=1e-7)


def test_attention_finds_the_pair_and_the_last_state_does_not():
    scores = {}
    for kind, updates in (("none", 300), ("additive", 800), ("general", 400)):
        model = lookup.new_model(kind, 0)
        losses = list(lookup.train(model, kind, 0, updates))
        assert len(losses) == updates
        scores[kind] = lookup.accuracy(model, kind, 0)
        if kind != "none":
            assert lookup.weight_at_the_right_pair(model, kind, 0) > 0.85
            assert lookup.accuracy(model, kind, 0, pairs=11) > 0.9
    assert min(scores["additive"], scores["general"]) > 0.95
    assert 0.2 < scores["none"] < 0.5


def test_the_network_without_attention_is_not_the_smaller_one():
    sizes = {
        k: sum(a.size for a in lookup.new_model(k, 0)) for k in lookup.KINDS
    }
    assert sizes["none"] > max(sizes["additive"], sizes["general"])
    with pytest.raises(ValueError, match="kind must have attention"):
        lookup.weight_at_the_right_pair(lookup.new_model("none", 0), "none", 0)


def test_the_command_reports_and_repeats_with_its_seed(capsys):
    runs = [["--updates", "2", "--seed", seed] for seed in "223"]
    first, again, other = map(lookup.main, runs)
    assert first == again != other
    report = capsys.readouterr()
    for kind, score in first.items():
        assert f"{kind}: {score:.1%} right, of 8 pairs" in report.out
        assert kind in report.err  # the progress bar
    with pytest.raises(SystemExit):
        lookup.main(["--updates", "0"])
