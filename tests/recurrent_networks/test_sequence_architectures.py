"""Tests of the four architectures, and of the tasks they solve."""

import numpy as np
import pytest
import torch
from gradients import assert_gradients

import reference_impl
from reference_impl import (
    SequenceModel,
    many_to_many,
    many_to_many_delayed,
    many_to_one,
    one_to_many,
    sequence_model_init,
)
from reference_impl.examples import sequence_architectures as examples

T, S, B, I, H, O = 5, 3, 4, 2, 6, 7
CELLS = ["rnn_tanh", "gru", "lstm"]
WIRINGS = [
    "many_to_one",
    "one_to_many",
    "many_to_many",
    "many_to_many_delayed",
]
close = np.testing.assert_allclose
TIGHT = {"rtol": 1e-10, "atol": 1e-13}
each_cell = pytest.mark.parametrize("cell", CELLS)
each_wiring = pytest.mark.parametrize("wiring", WIRINGS)


def problem(wiring, cell, dtype=np.float64):
    """Return input, model and options, with no bias of 0."""
    rng = np.random.default_rng(0)
    model = sequence_model_init(1, I, H, O, cell, np.float64)
    model = SequenceModel(
        *(p + 0.3 * rng.standard_normal(p.shape) for p in model)
    )
    x = 1 + 2 * rng.standard_normal(
        (B, I) if wiring[:3] == "one" else (T, B, I)
    )
    options = {} if wiring in ("many_to_one", "many_to_many") else {"steps": S}
    model = SequenceModel(*(p.astype(dtype) for p in model))
    return x.astype(dtype), model, options


def functions(wiring):
    return (
        getattr(reference_impl, wiring),
        getattr(reference_impl, wiring + "_backward"),
    )


def by_torch(wiring, cell, x, w_ih, w_hh, b_ih, b_hh, w_ho, b_o, lengths=None):
    """Run torch's cell step by step, and pick the outputs by hand."""
    step = getattr(torch, f"{cell}_cell")
    reads = {
        "many_to_one": list(x),
        "many_to_many": list(x),
        "one_to_many": [x] + [torch.zeros_like(x)] * (S - 1),
        "many_to_many_delayed": [*x] + [torch.zeros_like(x[0])] * S,
    }[wiring]
    h = c = torch.zeros(B, H, dtype=x.dtype)
    states = []
    for now in reads:
        if cell == "lstm":
            h, c = step(now, (h, c), w_ih, w_hh, b_ih, b_hh)
        else:
            h = step(now, h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
    outputs = torch.stack(states) @ w_ho.T + b_o
    if wiring == "many_to_one":
        last = [T - 1] * B if lengths is None else [n - 1 for n in lengths]
        return outputs[last, range(B)]
    return outputs[T:] if wiring == "many_to_many_delayed" else outputs


@each_wiring
@each_cell
def test_agrees_with_torch_forward_and_backward(wiring, cell):
    x, model, options = problem(wiring, cell)
    forward, backward = functions(wiring)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *model)]
    theirs = by_torch(wiring, cell, *leaves)
    ours = forward(x, model, **options)
    close(ours, theirs.detach().numpy(), **TIGHT)
    g = np.random.default_rng(2).standard_normal(ours.shape)
    theirs.backward(torch.tensor(g))
    grads = backward(g, x, model, **options)
    for got, leaf in zip([grads.input, *grads.model], leaves, strict=True):
        close(got, leaf.grad.numpy(), **TIGHT)


@each_wiring
def test_gradients_are_those_of_finite_differences(wiring):
    x, model, options = problem(wiring, "lstm")
    forward, backward = functions(wiring)

    def flat(g, x, *model):
        grads = backward(g, x, SequenceModel(*model), **options)
        return [grads.input, *grads.model]

    assert_gradients(
        lambda x, *model: forward(x, SequenceModel(*model), **options),
        flat,
        [x, *model],
    )


@each_cell
def test_lengths_choose_the_last_step_of_each_sequence(cell):
    x, model, _ = problem("many_to_one", cell)
    lengths = [3, 5, 1, 2]
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *model)]
    theirs = by_torch("many_to_one", cell, *leaves, lengths=lengths)
    close(
        many_to_one(x, model, lengths=lengths),
        theirs.detach().numpy(),
        **TIGHT,
    )
    g = np.random.default_rng(3).standard_normal((B, O))
    theirs.backward(torch.tensor(g))
    grads = reference_impl.many_to_one_backward(g, x, model, lengths=lengths)
    for got, leaf in zip([grads.input, *grads.model], leaves, strict=True):
        close(got, leaf.grad.numpy(), **TIGHT)


def test_after_the_end_of_a_sequence_the_output_is_the_bias():
    x, model, _ = problem("many_to_many", "gru")
    output = many_to_many(x, model, lengths=[5, 2, 4, 1])
    close(output[2:, 1], np.broadcast_to(model.b_o, (3, O)))
    assert not np.allclose(output[1, 1], model.b_o)


def test_no_output_sees_what_is_read_later():
    x, model, _ = problem("many_to_many", "lstm")
    changed = x.copy()
    changed[3:] += 1
    before, after = many_to_many(x, model), many_to_many(changed, model)
    close(before[:3], after[:3], **TIGHT)
    assert np.abs(before[3:] - after[3:]).min() > 1e-6


def test_the_architectures_are_one_network():
    x, model, _ = problem("many_to_many", "rnn_tanh")
    every = many_to_many(x, model)
    close(many_to_one(x, model), every[-1])
    close(one_to_many(x[0], model, 1), every[:1])
    zeros = np.concatenate([x, np.zeros((S, B, I))])
    close(many_to_many_delayed(x, model, S), many_to_many(zeros, model)[T:])


@each_wiring
@each_cell
def test_float32_stays_float32_and_inputs_are_left_alone(wiring, cell):
    x, model, options = problem(wiring, cell, np.float32)
    kept = [a.copy() for a in (x, *model)]
    forward, backward = functions(wiring)
    output = forward(x, model, **options)
    grads = backward(output, x, model, **options)
    results = [output, grads.input, *grads.model]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}
    for a, b in zip((x, *model), kept, strict=True):
        np.testing.assert_array_equal(a, b)


@each_cell
def test_the_first_recurrent_matrices_are_rotations(cell):
    model = sequence_model_init(0, I, H, O, cell, np.float64)
    for W in np.split(model.w_hh, len(model.w_hh) // H):
        close(W @ W.T, np.eye(H), **TIGHT)
    forget = model.b_ih[H : 2 * H]
    assert (forget == (cell == "lstm")).all()
    again = sequence_model_init(0, I, H, O, cell, np.float64)
    other = sequence_model_init(1, I, H, O, cell, np.float64)
    np.testing.assert_array_equal(model.w_ih, again.w_ih)
    assert np.abs(model.w_ih - other.w_ih).min() > 0


def swapped(**parts):
    x, model, _ = problem("many_to_one", "rnn_tanh")
    return lambda: many_to_one(x, model._replace(**parts))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            swapped(w_hh=np.ones((2 * H, H))),
            ValueError,
            r"w_hh must have H, 3\*H or 4\*H rows .* got w_hh.shape=\(12, 6\)",
        ),
        (
            swapped(w_ih=np.ones((H, I + 1))),
            ValueError,
            r"w_ih must have shape",
        ),
        (swapped(b_ih=np.ones(H + 1)), ValueError, r"b_ih must have shape"),
        (swapped(b_hh=np.ones(H + 1)), ValueError, r"b_hh must have shape"),
        (swapped(w_ho=np.ones((O, I))), ValueError, r"w_ho must have shape"),
        (swapped(b_o=np.ones(H)), ValueError, r"b_o must have shape \(7,\)"),
        (
            swapped(w_ho=np.ones((O, H), np.float32)),
            TypeError,
            "w_ho must have the dtype of input",
        ),
        (
            lambda: many_to_one(np.ones((T, B), int), None),
            TypeError,
            "input must be floating, got input.dtype=int64",
        ),
        (
            lambda: many_to_one(np.ones((T, B)), None),
            ValueError,
            r"input must have shape \(T, B, I\), got input.shape=\(5, 4\)",
        ),
        (
            lambda: one_to_many(np.ones((T, B, I)), None, 2),
            ValueError,
            r"input must have shape \(B, I\), got input.shape=\(5, 4, 2\)",
        ),
        (
            lambda: one_to_many(np.ones((B, I)), None, 0),
            ValueError,
            "steps must be at least 1, got steps=0",
        ),
        (
            lambda: many_to_many_delayed(np.ones((T, B, I)), None, 1.5),
            TypeError,
            "steps must be an int, got steps=1.5",
        ),
        (
            lambda: sequence_model_init(0, I, 0, O),
            ValueError,
            "hidden_size must be at least 1, got hidden_size=0",
        ),
        (
            lambda: sequence_model_init(0, I, H, O, "elman"),
            ValueError,
            "cell must be one of 'rnn_tanh', 'gru', 'lstm', got cell='elman'",
        ),
        (
            lambda: sequence_model_init(0, I, H, O, dtype=int),
            TypeError,
            "dtype must be floating",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, match):
    with pytest.raises(error, match=match):
        call()


@each_wiring
def test_a_wrong_grad_output_is_named(wiring):
    x, model, options = problem(wiring, "gru")
    _, backward = functions(wiring)
    with pytest.raises(ValueError, match="grad_output must have shape"):
        backward(np.ones((2, 2)), x, model, **options)


def test_lengths_out_of_range_and_no_steps_are_refused():
    x, model, _ = problem("many_to_one", "gru")
    with pytest.raises(ValueError, match="lengths must"):
        many_to_one(x, model, lengths=[0, 1, 2, 3])
    with pytest.raises(ValueError, match="input must have at least one step"):
        many_to_many(x[:0], model)


# The tasks.


def test_the_targets_are_what_the_tasks_say():
    rng = np.random.default_rng(0)
    bits, options, odd = examples.parity(rng, 30)
    for b, n in enumerate(options["lengths"]):
        assert odd[b] == bits[:n, b].sum() % 2
    symbols, _, depth = examples.brackets(rng, 9, longer=True)
    for b in range(9):
        text = "".join(examples.BRACKETS[k] for k in symbols[:, b].argmax(1))
        for t in range(60):
            read = text[: t + 1]
            assert depth[t, b] == read.count("(") - read.count(")") >= 0
    sequence, _, reverse = examples.reversal(rng, 5)
    np.testing.assert_array_equal(sequence.argmax(-1)[::-1], reverse)
    circle = examples.flower(np.zeros(1))
    close(np.linalg.norm(circle, axis=-1), 1)


@pytest.mark.parametrize("task", examples.TASKS, ids=lambda t: t.name)
def test_each_task_is_solved(task):
    model = examples.new_model(task, 0)
    before = examples.accuracy(task, model)
    losses = list(examples.train(task, model, 0))
    assert len(losses) == task.updates
    assert examples.accuracy(task, model) >= 0.98
    assert before < 0.65


def test_the_command_reports_and_repeats_with_its_seed(monkeypatch, capsys):
    short = tuple(t._replace(updates=3) for t in examples.TASKS)
    monkeypatch.setattr(examples, "TASKS", short)
    first, again, other = (examples.main(["--seed", s]) for s in "223")
    assert first == again != other
    report = capsys.readouterr()
    for task in short:
        assert f"{task.name}: " in report.out
        assert task.name in report.err  # the progress bar
