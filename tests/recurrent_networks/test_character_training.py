"""Tests of character_training, in NumPy and PyTorch side by side."""

import numpy as np
import pytest

from reference_impl import (
    CharLMParameters,
    CharLMTrainer,
    adam_step,
    char_lm_init,
    char_lm_loss_and_gradients,
    char_lm_train,
    shuffled_batches,
)
from reference_impl.examples._char_lm_torch import TorchTrainer

V, E, H, N, T = 7, 3, 6, 11, 5
ENGINES = {"numpy": CharLMTrainer, "torch": TorchTrainer}


def data():
    rng = np.random.default_rng(0)
    return rng.integers(0, V, (N, T)), rng.integers(0, V, (N, T))


def trainer(engine, dtype=np.float64, seed=1):
    return ENGINES[engine](char_lm_init(V, E, H, seed, dtype), lr=0.03)


def run(engine, epochs=4, start=0, ready=None, **more):
    ready = trainer(engine) if ready is None else ready
    steps = char_lm_train(
        ready, *data(), epochs, batch_size=4, seed=2, start=start, **more
    )
    return ready, steps


@pytest.mark.parametrize(
    ("dtype", "rtol"), [(np.float64, 1e-9), (np.float32, 1e-4)]
)
def test_both_engines_have_the_same_losses_step_by_step(dtype, rtol):
    losses, ends = {}, {}
    for engine in ENGINES:
        ready, steps = run(engine, 9, ready=trainer(engine, dtype))
        losses[engine] = [step.loss for step in steps]
        ends[engine] = ready.parameters
        assert ready.parameters.weight.dtype == dtype
    assert len(losses["numpy"]) == 27
    np.testing.assert_allclose(*losses.values(), rtol=rtol)
    assert np.mean(losses["numpy"][-3:]) < np.mean(losses["numpy"][:3]) - 0.1
    for a, b in zip(*ends.values(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e3 * rtol, atol=1e2 * rtol)


def test_a_step_is_adam_on_the_gradients():
    parameters, (x, y) = char_lm_init(V, E, H, 1, np.float64), data()
    ours, state = CharLMTrainer(parameters, lr=0.03), {}
    for _ in range(3):
        wanted, gradients = char_lm_loss_and_gradients(parameters, x, y)
        assert ours.step(x, y) == wanted
        moved = {
            name: adam_step(p, g, state.get(name), lr=0.03)
            for (name, p), g in zip(
                parameters._asdict().items(), gradients, strict=True
            )
        }
        state = {name: step.state for name, step in moved.items()}
        parameters = CharLMParameters(*(s.parameter for s in moved.values()))
    for a, b in zip(ours.parameters, parameters, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_the_given_parameters_are_left_alone():
    parameters = char_lm_init(V, E, H, 1, np.float64)
    before = [array.copy() for array in parameters]
    for engine in ENGINES.values():
        engine(parameters, lr=0.1).step(*data())
    for a, b in zip(before, parameters, strict=True):
        np.testing.assert_array_equal(a, b)


def test_epochs_and_steps_are_counted():
    _, steps = run("numpy", 2)
    assert [(*tuple(step)[:2], step.ends_epoch) for step in steps] == [
        (1, 1, False), (2, 1, False), (3, 1, True),
        (4, 2, False), (5, 2, False), (6, 2, True),
    ]  # fmt: skip


def test_each_epoch_has_an_order_of_its_own():
    seen = []

    class Spy:
        def step(self, inputs, targets):
            seen.append(inputs)
            return 0.0

    list(char_lm_train(Spy(), *data(), 2, batch_size=4, seed=2))
    epochs = [np.concatenate(seen[:3]), np.concatenate(seen[3:])]
    assert (epochs[0] != epochs[1]).any()
    for epoch, rows in enumerate(epochs):
        batches = shuffled_batches(*data(), 4, [2, epoch])
        wanted = np.concatenate([x for x, _ in batches])
        np.testing.assert_array_equal(rows, wanted)


@pytest.mark.parametrize("first", ENGINES)
@pytest.mark.parametrize("second", ENGINES)
@pytest.mark.parametrize("stop", [0, 1, 3, 5, 12])
def test_resuming_is_never_having_stopped(first, second, stop):
    whole = [step.loss for step in run(first)[1]]
    before, steps = run(first)
    for _ in range(stop):
        next(steps)
    arrays = before.arrays()
    assert arrays["step"] == stop
    after = trainer(second, seed=9)  # other weights, all to be replaced
    after.load(arrays)
    rest = [step.loss for step in run(second, start=stop, ready=after)[1]]
    assert len(rest) == 12 - stop
    if first == second:
        assert rest == whole[stop:]
    else:
        np.testing.assert_allclose(rest, whole[stop:], rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_state_is_a_copy(engine):
    ready = trainer(engine)
    ready.step(*data())
    arrays = ready.arrays()
    kept = {name: array.copy() for name, array in arrays.items()}
    ready.step(*data())
    for name, array in kept.items():
        np.testing.assert_array_equal(arrays[name], array)
    again = trainer(engine)
    again.load(arrays)
    again.step(*data())
    for name, array in kept.items():
        np.testing.assert_array_equal(arrays[name], array)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"step": None}, ValueError, "got step=-1"),
        ({"weight": None}, ValueError, r"missing=\['weight'\]"),
        ({"bias.exp_avg": None}, ValueError, r"missing=\['bias.exp_avg'\]"),
        ({"bias": np.ones(3)}, ValueError, r"bias must have shape \(7,\)"),
        ({"bias": np.ones(V, "f")}, TypeError, "bias must have the dtype"),
    ],
)
def test_a_wrong_state_is_named_and_changes_nothing(
    engine, changes, error, match
):
    ready, other = trainer(engine), trainer(engine, seed=5)
    other.step(*data())
    arrays = {**other.arrays(), **changes}
    arrays = {name: a for name, a in arrays.items() if a is not None}
    before = ready.arrays()
    with pytest.raises(error, match=match):
        ready.load(arrays)
    for name, array in ready.arrays().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"epochs": -1}, ValueError, "epochs must be at least 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be an int"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"start": -1}, ValueError, "start must be at least 0"),
        ({"inputs": np.ones((0, T), int)}, ValueError, "must hold a sequence"),
        ({"inputs": []}, ValueError, r"got inputs.shape=\(0,\)"),
        ({"targets": np.ones((2, T), int)}, ValueError, "targets must have"),
    ],
)
def test_a_wrong_argument_is_named(changes, error, match):
    inputs, targets = data()
    arguments = {"inputs": inputs, "targets": targets, "epochs": 1}
    with pytest.raises(error, match=match):
        list(char_lm_train(trainer("numpy"), **{**arguments, **changes}))


def test_a_learning_rate_out_of_range_is_named():
    with pytest.raises(ValueError, match="lr must be in"):
        CharLMTrainer(char_lm_init(V, E, H), lr=-1.0)
