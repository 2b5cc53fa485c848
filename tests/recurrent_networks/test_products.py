"""Tests of how the arrays of the steps lie: it must not change a number."""

import numpy as np
import pytest
from recurrent_networks.parity import KINDS, leaves, problem

from reference_impl.recurrent_networks._products import Layout

T, B, I, H = 3, 64, 17, 131  # H is no multiple of the rows taken at a time
CASES = {
    **{kind.name: (kind, {}) for kind in KINDS},
    "lstm with peepholes": (KINDS[2], {"peepholes": True}),
    "gru, reset before": (KINDS[3], {"reset_after": False}),
}
close = np.testing.assert_allclose


def run(kind, data, rows, more):
    """Return the outputs and gradients of the sequences `rows`, B second."""
    x, states = data.input[:, rows], [s[:, rows] for s in data.states]
    grads = tuple(g[:, rows] for g in data.grads)
    arguments = x, kind.hx(states), data.params
    *outputs, trace = kind.forward(*arguments, **more, return_trace=True)
    without_trace = kind.forward(*arguments, **more)
    for ours, theirs in zip(outputs, without_trace, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    back = kind.backward(grads, *arguments, **more, trace=trace)
    of_weights = [*back.params, *(getattr(back, "peepholes", None) or [])]
    by_sequence = leaves(kind, back)[: 1 + kind.states]
    return trace, [*outputs, *by_sequence], of_weights


@pytest.mark.parametrize("name", CASES)
def test_a_batch_gives_what_its_parts_give(name):
    kind, more = CASES[name]
    data = problem(kind, sizes=(T, B, I, H))
    data = data._replace(params=[p / H**0.5 for p in data.params])
    if "peepholes" in more:
        draw = np.random.default_rng(1).standard_normal
        more = {"peepholes": [draw((3, H))]}
    trace, whole, weights = run(kind, data, slice(None), more)
    parts = [run(kind, data, r, more) for r in (slice(0, 41), slice(41, B))]
    for got, *pieces in zip(whole, *(p[1] for p in parts), strict=True):
        close(got, np.concatenate(pieces, axis=1), rtol=1e-9, atol=1e-12)
    for got, *pieces in zip(weights, *(p[2] for p in parts), strict=True):
        close(got, sum(pieces), rtol=1e-9, atol=1e-11)
    if kind.name in ("lstm", "gru"):  # the parts lie otherwise in memory
        gate, of_part = (
            t.records[0].gates[0, 0] for t in (trace, parts[0][0])
        )
        assert gate.strides[0] == gate.itemsize
        assert of_part.strides[1] == gate.itemsize


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("batch", "rows", "columns"),
    [(64, 131, 150), (512, 20, 400), (64, 4, 4000), (33, 131, 300), (1, 3, 2)],
)
def test_a_product_is_that_of_matmul(dtype, batch, rows, columns):
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((rows, columns)).astype(dtype)
    layout = Layout([batch] * 2, batch, weight)
    assert layout.sequences_last == (batch % 32 == 0)
    a, out = layout.zeros(batch, columns), layout.zeros(2, batch, rows)
    a[...] = rng.standard_normal(a.shape)
    layout.product(weight)(a, out[1])
    error = {"rtol": 1e-4, "atol": 1e-3} if dtype == np.float32 else {}
    close(out[1], a @ weight.T, **error or {"rtol": 1e-11, "atol": 1e-11})
    assert not out[0].any()
    assert out.dtype == dtype


def test_arrays_with_the_sequences_last_start_on_a_cache_line():
    weight = np.ones((131, 150))
    layout = Layout([64, 64], 64, weight)
    for shape in [(64, 131), (3, 64, 5)] * 5:
        a = layout.zeros(*shape)
        assert a.ctypes.data % 64 == 0
        assert a.swapaxes(-1, -2).flags.c_contiguous


@pytest.mark.parametrize(
    ("sizes", "batch"), [([64, 63], 64), ([48, 48], 48), ([], 64)]
)
def test_other_batches_keep_the_usual_order(sizes, batch):
    layout = Layout(sizes, batch, np.ones((500, 500)))
    assert not layout.sequences_last
    assert layout.zeros(2, batch, 5).flags.c_contiguous
