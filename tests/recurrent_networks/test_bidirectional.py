"""Tests of the layer that reads from both ends, and of what it is good for."""

from itertools import product

import numpy as np
import pytest
import torch
from gradients import assert_gradients
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from reference_impl import (
    bidirectional_rnn,
    bidirectional_rnn_backward,
    bidirectional_rnn_definition,
    rnn_tanh,
    rnn_tanh_backward,
)
from reference_impl.examples import bidirectional_tagging as tagging

T, B, I, H = 5, 4, 3, 6
LENGTHS = [3, 5, 1, 4]
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-13}
each_length = pytest.mark.parametrize("lengths", [None, LENGTHS], ids=str)


def problem(sizes=(T, B, I, H)):
    """Return the arguments, not standardised, and a gradient to the output."""
    T, B, I, H = sizes
    draw = np.random.default_rng(0).standard_normal
    run = [(H, I), (H, H), (H,)]
    arrays = [0.6 * draw(s) for s in [(T, B, I), (2, B, H), *run, *run]]
    arrays[0] = 2 * arrays[0] + 0.4
    return arrays, draw((T, B, 2 * H))


def by_torch(lengths, x, hx, w_xf, w_ff, b_f, w_xb, w_bb, b_b):
    """Run torch's layer with these parameters in place."""
    layer = torch.nn.RNN(I, H, bidirectional=True).double()
    zero = torch.zeros(H, dtype=x.dtype)
    names = [n for n, _ in layer.named_parameters()]
    values = dict(
        zip(names, [w_xf, w_ff, b_f, zero, w_xb, w_bb, b_b, zero], strict=True)
    )
    if lengths is None:
        return torch.func.functional_call(layer, values, (x, hx))[0]
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    output = torch.func.functional_call(layer, values, (packed, hx))[0]
    return pad_packed_sequence(output, total_length=T)[0]


@each_length
def test_agrees_with_torch_forward_and_backward(lengths):
    arrays, g = problem()
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    theirs = by_torch(lengths, *tensors)
    ours = bidirectional_rnn(*arrays, lengths=lengths)
    close(ours, theirs.detach().numpy(), **TIGHT)
    theirs.backward(torch.tensor(g))
    grads = bidirectional_rnn_backward(g, *arrays, lengths=lengths)
    for got, tensor in zip(grads, tensors, strict=True):
        close(got, tensor.grad.numpy(), **TIGHT)


@each_length
def test_agrees_with_the_definition(lengths):
    arrays, _ = problem()
    close(
        bidirectional_rnn(*arrays, lengths=lengths),
        bidirectional_rnn_definition(*arrays, lengths=lengths),
        **TIGHT,
    )


@each_length
def test_gradients_are_those_of_finite_differences(lengths):
    arrays, _ = problem()
    assert_gradients(
        lambda *a: bidirectional_rnn(*a, lengths=lengths),
        lambda g, *a: bidirectional_rnn_backward(g, *a, lengths=lengths),
        arrays,
    )


@each_length
def test_is_rnn_tanh_in_both_directions(lengths):
    (x, hx, w_xf, w_ff, b_f, w_xb, w_bb, b_b), g = problem()
    part = np.linspace(-1, 2, H)  # only the sum of two biases matters
    params = [w_xf, w_ff, b_f - part, part, w_xb, w_bb, b_b - part, part]
    options = {"bidirectional": True, "lengths": lengths}
    output, _ = rnn_tanh(x, hx, params, **options)
    arrays = (x, hx, w_xf, w_ff, b_f, w_xb, w_bb, b_b)
    close(bidirectional_rnn(*arrays, lengths=lengths), output, **TIGHT)
    theirs = rnn_tanh_backward((g, None), x, hx, params, **options)
    ours = bidirectional_rnn_backward(g, *arrays, lengths=lengths)
    close(ours.b_b, theirs.params[6], **TIGHT)
    close(ours.hx, theirs.hx, **TIGHT)


def test_the_backward_half_is_the_forward_half_of_the_reverse():
    (x, hx, *weights), _ = problem()
    output = bidirectional_rnn(x, hx, *weights)
    other = bidirectional_rnn(x[::-1], hx[::-1], *weights[3:], *weights[:3])
    close(other[::-1, :, :H], output[..., H:], **TIGHT)
    close(other[::-1, :, H:], output[..., :H], **TIGHT)


def test_each_state_sees_its_own_side_only():
    arrays, _ = problem()
    before = bidirectional_rnn(*arrays)
    changed = [arrays[0].copy(), *arrays[1:]]
    changed[0][2] += 1.0
    moved = np.abs(bidirectional_rnn(*changed) - before) > 1e-9
    assert not moved[:2, :, :H].any()
    assert moved[2:, :, :H].any(axis=-1).all()
    assert moved[:3, :, H:].any(axis=-1).all()
    assert not moved[3:, :, H:].any()


def test_a_sequence_does_not_know_how_long_its_neighbours_are():
    (x, hx, *weights), g = problem()
    packed = bidirectional_rnn(x, hx, *weights, lengths=LENGTHS)
    for b, n in enumerate(LENGTHS):
        one = slice(b, b + 1)
        alone = bidirectional_rnn(x[:n, one], hx[:, one], *weights)
        close(packed[:n, one], alone, **TIGHT)
        assert (packed[n:, b] == 0).all()
    other = np.where(np.arange(T)[:, None, None] < np.array(LENGTHS)[:, None],
                     x, 1e6)  # fmt: skip
    close(
        bidirectional_rnn(other, hx, *weights, lengths=LENGTHS),
        packed,
        **TIGHT,
    )
    grads = bidirectional_rnn_backward(g, x, hx, *weights, lengths=LENGTHS)
    for b, n in enumerate(LENGTHS):
        assert (grads.input[n:, b] == 0).all()
    # Without lengths the run backwards reads the padding first.
    spoilt = bidirectional_rnn(x, hx, *weights)
    close(spoilt[0, 0, :H], packed[0, 0, :H], **TIGHT)
    assert np.abs(spoilt[0, 0, H:] - packed[0, 0, H:]).max() > 1e-3


@each_length
def test_float32_stays_float32_and_inputs_are_left_alone(lengths):
    arrays, g = problem()
    narrow = []
    for array in [g, *arrays]:
        view = np.repeat(array.astype(np.float32), 2, axis=-1)[..., ::2]
        view.flags.writeable = False
        narrow.append(view)
    results = [
        bidirectional_rnn(*narrow[1:], lengths=lengths),
        bidirectional_rnn_definition(*narrow[1:], lengths=lengths),
        *bidirectional_rnn_backward(*narrow, lengths=lengths),
    ]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}
    wanted = bidirectional_rnn(*arrays, lengths=lengths)
    close(results[0], wanted, rtol=1e-3, atol=1e-4)


def test_an_empty_batch():
    arrays, g = problem((T, 0, I, H))
    assert bidirectional_rnn(*arrays).shape == (T, 0, 2 * H)
    assert bidirectional_rnn_definition(*arrays).shape == (T, 0, 2 * H)
    assert (bidirectional_rnn_backward(g, *arrays).w_bb == 0).all()


@pytest.mark.parametrize(
    ("k", "wrong", "error", "match"),
    [
        (0, np.ones((T, B, I), int), TypeError, "input must be floating"),
        (0, np.ones((T, B)), ValueError, r"input must have shape \(T, B, I\)"),
        (0, np.ones((0, B, I)), ValueError, "input must have at least one st"),
        (1, np.ones((1, B, H)), ValueError, r"hx must have shape \(2, 4, 6\)"),
        (2, np.ones((H, H)), ValueError, r"w_xf must have shape \(6, 3\)"),
        (3, np.ones((H, I)), ValueError, r"w_ff must have shape \(6, 6\)"),
        (4, np.ones((H, 1)), ValueError, r"b_f must have shape \(H,\)"),
        (5, np.ones((H + 1, I)), ValueError, r"w_xb must have shape \(6, 3\)"),
        (6, np.ones((H, I)), ValueError, r"w_bb must have shape \(6, 6\)"),
        (7, np.ones(H + 1), ValueError, r"b_b must have shape \(6,\)"),
        (7, np.ones(H, np.float32), TypeError, "b_b must have the dtype of i"),
    ],
)
def test_a_wrong_argument_is_named(k, wrong, error, match):
    arrays, g = problem()
    arrays[k] = wrong
    for f in (bidirectional_rnn, bidirectional_rnn_definition):
        with pytest.raises(error, match=match):
            f(*arrays)
    with pytest.raises(error, match=match):
        bidirectional_rnn_backward(g, *arrays)


@pytest.mark.parametrize(
    ("lengths", "error", "match"),
    [
        ([3, 5, 0, 4], ValueError, r"lengths must be in 1..T, got length=0"),
        ([3, 6, 1, 4], ValueError, r"lengths must be in 1..T, got length=6"),
        ([3, 5, 1], ValueError, r"lengths must have shape \(4,\)"),
        ([3.0, 5, 1, 4], TypeError, "lengths must be ints"),
    ],
)
def test_wrong_lengths_are_named(lengths, error, match):
    arrays, g = problem()
    for f in (bidirectional_rnn, bidirectional_rnn_definition):
        with pytest.raises(error, match=match):
            f(*arrays, lengths=lengths)
    with pytest.raises(error, match=match):
        bidirectional_rnn_backward(g, *arrays, lengths=lengths)


def test_a_wrong_grad_output_is_named():
    arrays, g = problem()
    with pytest.raises(ValueError, match="grad_output must have shape"):
        bidirectional_rnn_backward(g[..., :H], *arrays)
    with pytest.raises(TypeError, match="grad_output must have the dtype"):
        bidirectional_rnn_backward(g.astype(np.float32), *arrays)


# The example.


def test_tags_say_what_stands_before_and_after():
    lines = tagging.draw(np.random.default_rng(0), 400)
    for b, n in enumerate(lines.lengths):
        word = list(lines.letters[:n, b])
        for t, letter in enumerate(word):
            before, again = letter in word[:t], letter in word[t + 1 :]
            wanted = {
                (False, False): "only",
                (True, False): "last",
                (False, True): "first",
                (True, True): "middle",
            }[before, again]
            assert tagging.TAGS[lines.tags[t, b]] == wanted
    assert set(lines.lengths) == set(range(5, 21))


def test_reversed_lines_start_at_their_own_ends():
    lines = tagging.draw(np.random.default_rng(0), 9)
    back = lines.reversed()
    for b, n in enumerate(lines.lengths):
        for name in ("letters", "tags"):
            there = getattr(lines, name)[:n, b]
            np.testing.assert_array_equal(
                getattr(back, name)[:n, b], there[::-1]
            )


@pytest.mark.parametrize(
    ("letters", "shortest", "longest"), [(2, 1, 5), (3, 2, 4), (4, 3, 3)]
)
def test_the_ceiling_is_what_counting_all_lines_gives(
    letters, shortest, longest
):
    # For each prefix someone may have read, the most frequent tag is best.
    seen = {}
    for n in range(shortest, longest + 1):
        weight = letters**-n
        for line in product(range(letters), repeat=n):
            column = np.array(line)[:, None]
            tags = tagging.tags_of(column, np.array([n])).ravel()
            for t, tag in enumerate(tags):
                counts = seen.setdefault(line[: t + 1], np.zeros(4))
                counts[tag] += weight
    best = sum(counts.max() for counts in seen.values())
    total = sum(counts.sum() for counts in seen.values())
    close(tagging.ceiling(letters, shortest, longest), best / total, **TIGHT)


def test_the_best_rule_reaches_the_ceiling():
    lines = tagging.unseen_lines(0)
    for direction in ("forwards", "backwards"):
        got = tagging.best_guess(lines, direction)
        close(got, tagging.ceiling(), atol=0.01, rtol=0)


def test_both_directions_pass_the_ceiling_and_one_does_not():
    scores = {}
    for direction in tagging.DIRECTIONS:
        model = tagging.new_tagger(direction, 0)
        updates = 1500 if direction == "both" else 700
        losses = list(tagging.train(model, direction, 0, updates))
        assert len(losses) == updates
        scores[direction] = tagging.accuracy(model, direction, 0)
    assert scores["both"] > 0.93
    for direction in ("forwards", "backwards"):
        best = tagging.best_guess(tagging.unseen_lines(0), direction)
        assert best - 0.06 < scores[direction] < best + 0.005


def test_the_command_reports_and_repeats_with_its_seed(capsys):
    runs = [["--updates", "2", "--seed", seed] for seed in "223"]
    first, again, other = map(tagging.main, runs)
    assert first == again != other
    report = capsys.readouterr()
    assert "one direction, expected of the best rule: 62.8%" in report.out
    for direction in tagging.DIRECTIONS:
        assert f"{direction}: {first[direction]:.1%}" in report.out
        assert direction in report.err  # the progress bar
