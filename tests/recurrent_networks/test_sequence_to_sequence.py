"""Tests of the encoder and decoder, and of the dates they rewrite."""

import datetime
import re

import numpy as np
import pytest
import torch
from gradients import assert_gradients

from reference_impl import (
    Seq2SeqModel,
    beam_search,
    greedy_search,
    seq2seq,
    seq2seq_backward,
    seq2seq_encode,
    seq2seq_init,
    seq2seq_step,
)
from reference_impl.examples import _dates
from reference_impl.examples import date_rewriting as examples

T, S, B, E, D, V, W = 6, 4, 3, 5, 8, 9, 7
LENGTHS = [4, 6, 1]
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-9, "atol": 1e-12}
each_lengths = pytest.mark.parametrize(
    "lengths", [None, LENGTHS], ids=["whole", "lengths"]
)


def flat(model):
    return model.parameters()


def rebuilt(arrays):
    """Return a model of the arrays, as `flat` orders them."""
    a = list(arrays)
    return Seq2SeqModel(a[0], tuple(a[1:9]), a[9], tuple(a[10:14]), *a[14:])


def problem(dtype=np.float64):
    """Return source, target and model, with no weight of 0."""
    rng = np.random.default_rng(0)
    model = seq2seq_init(1, V, W, E, D, np.float64)
    noisy = [p + 0.3 * rng.standard_normal(p.shape) for p in flat(model)]
    source, target = rng.integers(0, V, (T, B)), rng.integers(0, W, (S, B))
    return source, target, rebuilt([p.astype(dtype) for p in noisy])


def by_torch(source, target, arrays, lengths):
    """Run one sequence after the other with torch's cells."""
    m = rebuilt(arrays)
    columns = []
    for b in range(B):
        n = T if lengths is None else lengths[b]
        x = m.embed_source[torch.tensor(source[:n, b])]
        runs = []
        for k, order in ((0, range(n)), (4, reversed(range(n)))):
            h, states = torch.zeros(1, D // 2, dtype=x.dtype), {}
            for j in order:
                h = torch.gru_cell(x[j : j + 1], h, *m.encoder[k : k + 4])
                states[j] = h[0]
            runs.append(states)
        keys = torch.stack(
            [torch.cat([runs[0][j], runs[1][j]]) for j in range(n)]
        )
        s = torch.cat([runs[0][n - 1], runs[1][0]])[None]
        outputs = []
        for token in target[:, b]:
            y = m.embed_target[int(token)][None]
            s = torch.gru_cell(y, s, *m.decoder)
            weights = torch.softmax(s @ m.w_score @ keys.T, dim=1)
            context = weights @ keys
            u = torch.tanh(s @ m.w_state.T + context @ m.w_context.T + m.b_u)
            outputs.append(u @ m.w_o.T + m.b_o)
        columns.append(torch.stack(outputs)[:, 0])
    return torch.stack(columns, dim=1)


@each_lengths
def test_agrees_with_torch_forward_and_backward(lengths):
    source, target, model = problem()
    leaves = [torch.tensor(a, requires_grad=True) for a in flat(model)]
    theirs = by_torch(source, target, leaves, lengths)
    ours = seq2seq(source, target, model, lengths=lengths)
    close(ours, theirs.detach().numpy(), **TIGHT)
    g = np.random.default_rng(2).standard_normal(ours.shape)
    theirs.backward(torch.tensor(g))
    grads = seq2seq_backward(g, source, target, model, lengths=lengths)
    for got, leaf in zip(flat(grads), leaves, strict=True):
        close(got, leaf.grad.numpy(), **TIGHT)


@each_lengths
def test_gradients_are_those_of_finite_differences(lengths):
    source, target, model = problem()
    assert_gradients(
        lambda *a: seq2seq(source, target, rebuilt(a), lengths=lengths),
        lambda g, *a: flat(
            seq2seq_backward(g, source, target, rebuilt(a), lengths=lengths)
        ),
        flat(model),
    )


def test_the_trace_saves_work_and_changes_nothing():
    source, target, model = problem()
    logits, trace = seq2seq(
        source, target, model, lengths=LENGTHS, return_trace=True
    )
    g = np.random.default_rng(2).standard_normal(logits.shape)
    with_trace = seq2seq_backward(
        g, source, target, model, lengths=LENGTHS, trace=trace
    )
    without = seq2seq_backward(g, source, target, model, lengths=LENGTHS)
    for a, b in zip(flat(with_trace), flat(without), strict=True):
        np.testing.assert_array_equal(a, b)


def test_attention_sums_to_one_and_sees_no_padding():
    source, target, model = problem()
    _, trace = seq2seq(
        source, target, model, lengths=LENGTHS, return_trace=True
    )
    close(trace.weights.sum(axis=-1), 1)
    for b, n in enumerate(LENGTHS):
        assert (trace.weights[b, :, n:] == 0).all()
        assert (trace.weights[b, :, :n] > 0).all()
    changed = source.copy()
    for b, n in enumerate(LENGTHS):
        changed[n:, b] = (changed[n:, b] + 1) % V
    close(
        seq2seq(changed, target, model, lengths=LENGTHS),
        seq2seq(source, target, model, lengths=LENGTHS),
        rtol=1e-12,
    )


def test_no_logit_sees_a_target_that_is_read_later():
    source, target, model = problem()
    changed = target.copy()
    changed[2:] = (changed[2:] + 1) % W
    before, after = (seq2seq(source, t, model) for t in (target, changed))
    close(before[:2], after[:2], rtol=1e-12)
    assert np.abs(before[2:] - after[2:]).max(axis=2).min() > 1e-6


def test_steps_are_the_run_taken_apart():
    source, target, model = problem()
    logits = seq2seq(source, target, model, lengths=LENGTHS)
    state = seq2seq_encode(source, model, lengths=LENGTHS)
    for tokens, row in zip(target, logits, strict=True):
        log_probs, state = seq2seq_step(tokens, state, model)
        close(np.exp(log_probs).sum(axis=1), 1)
        close(np.diff(log_probs), np.diff(row), **TIGHT)


def test_float32_stays_float32_and_inputs_are_left_alone():
    source, target, model = problem(np.float32)
    kept = [a.copy() for a in (source, target, *flat(model))]
    logits = seq2seq(source, target, model)
    results = [logits, *flat(seq2seq_backward(logits, source, target, model))]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}
    for a, b in zip((source, target, *flat(model)), kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_same_seed_draws_the_same_model():
    first, again, other = (seq2seq_init(k, V, W, E, D) for k in (0, 0, 1))
    for a, b, c in zip(flat(first), flat(again), flat(other), strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.abs(a - c).min() > 0
    assert {a.dtype for a in flat(first)} == {np.dtype(np.float32)}


def changed(function=seq2seq, **parts):
    source, target, model = problem()
    given = {"source": source, "target": target, "model": model}
    fields = {k: parts.pop(k) for k in list(parts) if k in model._fields}
    given |= {"model": model._replace(**fields), **parts}
    return lambda: function(**given)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            changed(source=np.ones((T, B))),
            TypeError,
            "source must be of integers, got source.dtype=float64",
        ),
        (
            changed(source=np.ones(T, int)),
            ValueError,
            r"source must have shape \(steps, B\), got source.shape=\(6,\)",
        ),
        (
            changed(source=np.ones((0, B), int)),
            ValueError,
            "source must have at least one token",
        ),
        (
            changed(source=np.full((T, B), V)),
            ValueError,
            r"source must have tokens in 0..8, got 9",
        ),
        (
            changed(target=np.full((S, B), -1)),
            ValueError,
            r"target must have tokens in 0..6, got -1",
        ),
        (
            changed(target=np.ones((S, B + 1), int)),
            ValueError,
            r"target must have shape \(S, 3\), got target.shape=\(4, 4\)",
        ),
        (changed(lengths=[0, 1, 2]), ValueError, "lengths must"),
        (changed(lengths=[7, 1, 2]), ValueError, "lengths must"),
        (
            changed(w_score=np.ones((D, D + 1))),
            ValueError,
            r"w_score must have shape \(8, 8\), got w_score.shape=\(8, 9\)",
        ),
        (
            changed(w_state=np.ones((W, D + 1))),
            ValueError,
            r"w_state must have shape",
        ),
        (
            changed(w_context=np.ones((D, 2))),
            ValueError,
            r"w_context must have shape",
        ),
        (changed(b_u=np.ones(2)), ValueError, r"b_u must have shape \(8,\)"),
        (changed(w_o=np.ones((W, 2))), ValueError, r"w_o must have shape"),
        (changed(b_o=np.ones(W + 1)), ValueError, r"b_o must have shape"),
        (
            changed(b_o=np.ones(W, np.float32)),
            TypeError,
            "b_o must have the dtype of embed_source",
        ),
        (
            changed(embed_target=np.ones((W, E + 1))),
            ValueError,
            r"embed_target must have shape \(W, 5\)",
        ),
        (
            changed(seq2seq_backward, grad_output=np.ones((S, B, W + 1))),
            ValueError,
            r"grad_output must have shape \(4, 3, 7\)",
        ),
        (
            changed(
                seq2seq_backward,
                grad_output=np.ones((S, B, W), np.float32),
            ),
            TypeError,
            "grad_output must have the dtype",
        ),
        (
            lambda: seq2seq_init(0, V, W, E, 7),
            ValueError,
            "hidden_size must be even, got hidden_size=7",
        ),
        (
            lambda: seq2seq_init(0, 0, W, E, D),
            ValueError,
            "source_size must be at least 1, got source_size=0",
        ),
        (
            lambda: seq2seq_init(0, V, W, E, D, int),
            TypeError,
            "dtype must be floating",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()


# The searches.

TOKENS, FIRST, LAST = 4, 3, 0


def random_step(seed, rows=1):
    """Return a step whose log-probabilities hang on all tokens before."""
    rng = np.random.default_rng(seed)
    mix, table = rng.standard_normal((5, 5)), rng.standard_normal((TOKENS, 5))
    out = 1.5 * rng.standard_normal((5, TOKENS))

    def step(tokens, state):
        state = np.tanh(state @ mix + table[tokens])
        z = state @ out
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True)), state

    return step, rng.standard_normal((rows, 5))


def exhaustive(step, state, max_length):
    """Return all sequences, and their log-probabilities."""
    found, live = {}, [((), 0.0, FIRST, state)]
    for _ in range(max_length):
        longer = []
        for tokens, log_p, last, before in live:
            log_probs, after = step(np.array([last]), before)
            for k in range(TOKENS):
                entry = (*tokens, k), log_p + log_probs[0, k]
                if k == LAST:
                    found[entry[0]] = entry[1]
                else:
                    longer.append((*entry, k, after))
        live = longer
    return found | {tokens: log_p for tokens, log_p, _, _ in live}


@pytest.mark.parametrize("penalty", [0.0, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_what_trying_all_sequences_finds(seed, penalty):
    step, state = random_step(seed)
    every = exhaustive(step, state, 4)
    found = beam_search(step, state, FIRST, LAST, 200, 4, penalty)
    assert len(found) == len(every) == 1 + 3 + 9 + 27 + 81
    assert {h.tokens for h in found} == set(every)
    for h in found:
        close(h.log_probability, every[h.tokens])
        close(h.score, every[h.tokens] / len(h.tokens) ** penalty)
    scores = [h.score for h in found]
    assert scores == sorted(scores, reverse=True)
    close(sum(np.exp(h.log_probability) for h in found), 1)


def test_a_length_penalty_lets_longer_sequences_win():
    step, state = random_step(1)
    lengths = [
        len(beam_search(step, state, FIRST, LAST, 200, 5, penalty)[0].tokens)
        for penalty in (0.0, 1.0, 3.0)
    ]
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_of_one_is_greedy(seed):
    step, state = random_step(seed)
    tokens = greedy_search(step, state, FIRST, LAST, 6)[:, 0].tolist()
    (only,) = beam_search(step, state, FIRST, LAST, 1, 6)
    assert only.tokens == tuple(tokens)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
def test_what_ends_takes_its_place_in_the_beam_with_it(width):
    for seed in range(5):
        step, state = random_step(seed)
        found = beam_search(step, state, FIRST, LAST, width, 6)
        assert len(found) == width
        assert len({h.tokens for h in found}) == width
        for h in found:
            assert (h.tokens[-1] == LAST) or len(h.tokens) == 6
            assert LAST not in h.tokens[:-1]


def test_a_beam_finds_what_greedy_search_misses():
    table = np.array(
        [
            [1.0, 0, 0, 0],
            [0.4, 0.3, 0.3, 0],
            [0.9, 0, 0.1, 0],
            [0.1, 0.5, 0.4, 0],
        ]
    )
    with np.errstate(divide="ignore"):
        log_table = np.log(table)

    def step(tokens, state):
        return log_table[tokens], state

    state = np.zeros((1, 0))
    assert greedy_search(step, state, 3, 0, 5).ravel().tolist() == [1, 0]
    found = beam_search(step, state, 3, 0, 2, 5)
    assert [h.tokens for h in found] == [(2, 0), (1, 0)]
    close([h.log_probability for h in found], np.log([0.36, 0.2]))


def test_what_is_impossible_is_never_found():
    with np.errstate(divide="ignore"):
        log_table = np.log([[0.0, 1, 0], [0.5, 0.5, 0], [0.0, 1, 0]])
    found = beam_search(
        lambda tokens, state: (log_table[tokens], state),
        np.zeros((1, 0)), 2, 0, 10, 3,
    )  # fmt: skip
    assert {h.tokens for h in found} == {(1, 0), (1, 1, 0), (1, 1, 1)}


def test_greedy_search_writes_each_sequence_as_if_alone():
    step, state = random_step(4, rows=6)
    together = greedy_search(step, state, FIRST, LAST, 7)
    ends = set()
    for b in range(6):
        alone = greedy_search(step, state[b : b + 1], FIRST, LAST, 7)[:, 0]
        got = together[:, b]
        np.testing.assert_array_equal(got[: len(alone)], alone)
        assert (got[len(alone) :] == LAST).all()
        ends.add(len(alone))
    assert len(ends) > 1


def test_a_state_of_several_arrays_follows_its_beginnings():
    step, state = random_step(0)

    def split(tokens, parts):
        log_probs, joined = step(tokens, np.concatenate(parts, axis=1))
        return log_probs, (joined[:, :2], joined[:, 2:])

    parts = state[:, :2], state[:, 2:]
    assert beam_search(split, parts, FIRST, LAST, 3, 5) == beam_search(
        step, state, FIRST, LAST, 3, 5
    )


def search(name=beam_search, log_probs=None, **parts):
    given = {
        "step": lambda tokens, state: (
            np.zeros((len(tokens), 3)) if log_probs is None else log_probs,
            state,
        ),
        "state": np.zeros((1, 2)),
        "start": 2,
        "end": 0,
        "max_length": 3,
    }
    if name is beam_search:
        given["width"] = 2
    return lambda: name(**given | parts)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (search(width=0), ValueError, "width must be at least 1, got width=0"),
        (search(width=1.5), TypeError, "width must be an int"),
        (search(max_length=0), ValueError, "max_length must be at least 1"),
        (search(greedy_search, max_length=0), ValueError, "max_length must"),
        (search(end=3), ValueError, "end must be one of the 3 tokens of step"),
        (search(greedy_search, end=-1), ValueError, "end must be at least 0"),
        (search(start=-1), ValueError, "start must be at least 0"),
        (
            search(length_penalty=-1),
            ValueError,
            r"length_penalty must be in \[0, inf\], got length_penalty=-1",
        ),
        (
            search(state=np.zeros((2, 2))),
            ValueError,
            "state must have one row, of the one sequence that is written, "
            "got 2 rows",
        ),
        (search(state=3.0), TypeError, "state must be an array or a tuple"),
        (
            search(log_probs=np.zeros((2, 3))),
            ValueError,
            r"log-probabilities of step must have shape \(1, V\)",
        ),
        (
            search(log_probs=np.full((1, 3), np.nan)),
            ValueError,
            "log-probabilities of step must be numbers, got nan",
        ),
        (
            search(log_probs=np.full((1, 3), np.inf)),
            ValueError,
            "log-probabilities of step must be numbers, got inf",
        ),
        (
            search(greedy_search, log_probs=np.full((1, 3), -np.inf)),
            ValueError,
            "step must leave a token that can follow, got none for row 0",
        ),
        (
            search(greedy_search, log_probs=np.zeros((1, 3), int)),
            TypeError,
            "log-probabilities of step must be floating",
        ),
    ],
)
def test_a_wrong_argument_of_a_search_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()


# The dates.


@pytest.mark.parametrize(
    ("date", "texts"),
    [
        (
            (2009, 3, 3),
            [
                "Tuesday 3 March 2009",
                "Tue, 3 Mar 2009",
                "March 3, 2009",
                "Mar 3rd, 2009",
                "the 3rd of March 2009",
                "03.03.2009",
                "3-Mar-09",
                "Tue Mar 3 2009",
            ],
        ),
        (
            (1975, 11, 12),
            [
                "Wednesday 12 November 1975",
                "Wed, 12 Nov 1975",
                "November 12, 1975",
                "Nov 12th, 1975",
                "the 12th of November 1975",
                "12.11.1975",
                "12-Nov-75",
                "Wed Nov 12 1975",
            ],
        ),
    ],
)
def test_dates_are_written_in_eight_styles(date, texts):
    day = datetime.date(*date)
    assert [_dates.written(day, k) for k in range(8)] == texts


def test_ordinals_are_english():
    ordinals = [
        re.sub(r"^Jan (\w+),.*", r"\1", _dates.written(day, 3))
        for day in (datetime.date(2000, 1, k) for k in range(1, 32))
    ]
    assert ordinals[:4] == ["1st", "2nd", "3rd", "4th"]
    assert ordinals[10:13] == ["11th", "12th", "13th"]
    assert ordinals[20:24] == ["21st", "22nd", "23rd", "24th"]
    assert ordinals[30] == "31st"


def test_no_date_that_is_held_out_is_trained_on():
    for seed in (0, 1):
        train, held_out = map(set, _dates.split(seed))
        assert not train & held_out
        assert len(train | held_out) == 36525
        assert len(held_out) == 3652
    assert set(_dates.split(0)[1]) != set(_dates.split(1)[1])
    days = {
        (datetime.date.fromisoformat(wanted) - _dates.FIRST).days
        for _, wanted in examples.held_out(1, 300)
    }
    assert days <= held_out


def test_texts_become_tokens_and_back():
    tokens, lengths = _dates.encode(["Mar 3rd, 2009", "3-Mar-09"])
    assert tokens.shape == (13, 2)
    assert lengths.tolist() == [13, 8]
    assert "".join(_dates.SOURCE[k] for k in tokens[:8, 1]) == "3-Mar-09"
    target = _dates.encode_target(["2009-03-03"])[:, 0]
    assert "".join(_dates.TARGET[k] for k in target) == "<2009-03-03>"
    assert _dates.decode(target[1:]) == "2009-03-03"


@pytest.mark.parametrize(
    ("texts", "match"),
    [
        ([], r"texts must have at least one character each, got texts=\[\]"),
        (["3 May", ""], "texts must have at least one character each"),
        (["3/5/2009"], "got '/' at position 1 of '3/5/2009'"),
        (["3 Mai 2009 ü"], "got 'ü' at position 11 of"),
    ],
)
def test_what_is_no_date_is_refused(texts, match):
    with pytest.raises(ValueError, match=match):
        _dates.encode(texts)


@pytest.fixture(scope="module")
def trained():
    model = examples.new_model(0)
    losses = list(examples.train(model, 0, updates=300))
    return model, losses


def test_held_out_dates_are_rewritten(trained):
    model, losses = trained
    assert len(losses) == 300
    assert examples.accuracy(examples.new_model(0), examples=50) == 0
    assert examples.accuracy(model, examples=500) >= 0.95
    assert examples.rewrite(model, ["Tuesday 3 March 2009", "5-Jul-66"]) == [
        "2009-03-03",
        "1966-07-05",
    ]


def test_a_beam_is_at_least_as_likely_as_greedy_search(trained):
    model, _ = trained
    assert examples.accuracy(model, examples=60, width=4) >= 0.95
    for text, _ in examples.held_out(0, 5):
        found = examples.hypotheses(model, text, 4)
        assert len(found) == 4
        (greedy,) = examples.hypotheses(model, text, 1)
        assert greedy[0] == examples.rewrite(model, [text])[0]
        best, only = (h[1].log_probability for h in (found[0], greedy))
        assert best >= only - 1e-6
        assert len({written for written, _ in found}) == 4


def test_the_decoder_looks_where_the_answer_stands(trained):
    model, _ = trained
    written, weights = examples.alignment(model, "24.11.1987")
    assert written == "1987-11-24>"
    assert weights.shape == (11, 10)
    year = weights[1:4, 6:]  # the century may be guessed; the rest not
    year = year.sum(axis=1)
    day = weights[8:10, :3].sum(axis=1)
    assert (year > 0.8).all()
    assert (day > 0.8).all()


def test_the_loss_of_training_has_its_gradients():
    model = examples.new_model(0, np.float64)
    pairs = examples.held_out(0, 3)
    _, grads = examples.loss_and_gradients(model, pairs)
    rng = np.random.default_rng(0)
    for k, gradient in enumerate(flat(grads)):
        d, step = rng.standard_normal(gradient.shape), 1e-5
        losses = []
        for sign in (1, -1):
            arrays = [a.copy() for a in flat(model)]
            arrays[k] += sign * step * d
            losses.append(
                examples.loss_and_gradients(rebuilt(arrays), pairs)[0]
            )
        slope = (losses[0] - losses[1]) / (2 * step)
        close(np.vdot(gradient, d), slope, rtol=1e-5, atol=1e-9)


def test_without_attention_the_context_counts_for_nothing():
    model = examples.new_model(0)
    for _ in examples.train(model, 0, updates=3, attention=False):
        pass
    assert not model.w_context.any()
    assert model.w_state.all()


def test_the_command_reports_and_repeats_with_its_seed(tmp_path, capsys):
    words = ["--updates", "3", "--out", str(tmp_path), "--seed"]
    outputs = []
    for seed in "223":
        examples.main([*words, seed])
        report = capsys.readouterr()
        assert "of 2000 held-out dates without a mistake" in report.out
        assert "dates: 100%" in report.err  # the progress bar
        outputs.append(report.out)
    assert outputs[0] == outputs[1] != outputs[2]
    assert (tmp_path / "date_rewriting.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["--rewrite", "3/5/2009"], "got '/' at position 1"),
        (["--updates", "0"], "must be at least 1, got 0"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(words, match, capsys):
    with pytest.raises(SystemExit):
        examples.main(words)
    assert match in capsys.readouterr().err
