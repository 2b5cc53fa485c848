"""Tests of reference_impl.neural_networks.temporal_difference_control."""

from types import SimpleNamespace

import numpy as np
import pytest
from neural_networks.lake import Recorder, frozen_lake

from reference_impl import (
    CliffWalking,
    TableEnvironment,
    expected_sarsa,
    q_learning,
    sarsa,
    value_iteration,
)
from reference_impl.neural_networks.temporal_difference_control import _chooser

METHODS = [sarsa, expected_sarsa, q_learning]


def lake(limit=None):
    """Return a slippery lake that notes its episodes."""
    return Recorder(TableEnvironment(frozen_lake(), start=0), limit)


def chances(row, epsilon):
    """Return the probabilities with which an action is drawn."""
    best = row == row.max()
    return epsilon / len(row) + (1 - epsilon) * best / best.sum()


def replay(method, episodes, alpha, gamma, epsilon):
    """Return Q by the book's equations from what was played."""
    Q = np.zeros((16, 4))
    for steps in episodes:
        for t, (s, a, r, s_next, terminated) in enumerate(steps):
            if terminated:
                future = 0.0
            elif method is q_learning:
                future = Q[s_next].max()
            elif method is expected_sarsa:
                future = chances(Q[s_next], epsilon) @ Q[s_next]
            elif t + 1 < len(steps):
                future = Q[s_next, steps[t + 1][1]]
            else:
                return Q  # the action after a cut is not in the record
            Q[s, a] += alpha * (r + gamma * future - Q[s, a])
    return Q


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("epsilon", [0.0, 0.4, 1.0])
def test_follows_the_books_equations(method, epsilon):
    env = lake()
    run = method(env, 300, 0.3, 0.9, epsilon, seed=5)
    want = replay(method, env.episodes, 0.3, 0.9, epsilon)
    np.testing.assert_allclose(run.values, want, rtol=1e-10, atol=1e-13)
    np.testing.assert_array_equal(
        run.rewards, [sum(s[2] for s in steps) for steps in env.episodes]
    )
    np.testing.assert_array_equal(
        run.steps, [len(steps) for steps in env.episodes]
    )
    if epsilon:
        assert run.values.max() > 0.01


@pytest.mark.parametrize("method", [expected_sarsa, q_learning])
def test_after_a_truncated_episode_the_next_state_counts(method):
    env = lake(limit=5)
    run = method(env, 300, 0.3, 0.9, 0.5, seed=5)
    assert run.steps.max() == 5
    want = replay(method, env.episodes, 0.3, 0.9, 0.5)
    np.testing.assert_allclose(run.values, want, rtol=1e-10, atol=1e-13)


def test_sarsa_looks_past_a_cut_too():
    P = {s: {0: [(1.0, 1 - s, 1.0, False)]} for s in range(2)}
    env = Recorder(TableEnvironment(P, start=0), limit=1)
    run = sarsa(env, 2, 0.5, 0.5, 0.0, seed=0)
    np.testing.assert_allclose(run.values[:, 0], [0.75, 0.0])
    env = Recorder(TableEnvironment(P, start=0), limit=2)
    run = sarsa(env, 1, 0.5, 0.5, 0.0, seed=0)
    np.testing.assert_allclose(run.values[:, 0], [0.5, 0.5 + 0.125])


def test_q_learning_chooses_after_the_update_and_sarsa_before():
    # One state that leads to itself, and a reward that makes an action worse
    # than the other: only who chooses afterwards always takes the other one.
    stay = {a: [(1.0, 0, -1.0, False)] for a in range(2)}

    def repeats(method, seed):
        env = Recorder(TableEnvironment({0: stay}, start=0), limit=2)
        method(env, 1, 0.5, 0.0, 0.0, seed)
        first, second = (step[1] for step in env.episodes[0])
        return first == second

    assert not any(repeats(q_learning, seed) for seed in range(10))
    assert any(repeats(sarsa, seed) for seed in range(10))


@pytest.fixture(scope="module")
def cliff_runs():
    """Return runs on the cliff by method."""
    return {
        method: [method(CliffWalking(), 500, 0.5, 1.0, 0.1, s) for s in (0, 1)]
        for method in METHODS
    }


def greedy_path(run):
    """Return the states the greedy policy visits on the cliff."""
    env = CliffWalking()
    state, _ = env.reset()
    path = [state]
    for _ in range(60):
        state, _, terminated, *_ = env.step(int(run.policy[state]))
        path.append(state)
        if terminated:
            return path
    return path


def test_q_learning_finds_the_shortest_path_along_the_edge(cliff_runs):
    for run in cliff_runs[q_learning]:
        assert len(greedy_path(run)) - 1 == 13
        np.testing.assert_allclose(run.values[36].max(), -13, atol=1e-6)


def test_sarsa_keeps_off_the_edge_and_loses_less_on_the_way(cliff_runs):
    online = {
        method: np.mean([run.rewards[-200:].mean() for run in runs])
        for method, runs in cliff_runs.items()
    }
    assert online[sarsa] > online[q_learning] + 10
    assert online[expected_sarsa] > online[q_learning] + 10
    for run in cliff_runs[expected_sarsa]:
        path = greedy_path(run)
        assert path[-1] == 47
        assert len(path) - 1 > 13


def test_q_learning_finds_the_best_values_whatever_it_does():
    tables = frozen_lake(slippery=False)
    env = TableEnvironment(tables, start=0)
    run = q_learning(env, 5000, 0.5, 0.9, epsilon=1.0, seed=0)
    values, policy = value_iteration(tables, 0.9)
    np.testing.assert_allclose(run.values.max(axis=1), values, atol=1e-6)
    assert (run.values[np.arange(16), policy] > values - 1e-6).all()


def test_actions_are_drawn_as_often_as_epsilon_says():
    row, rng = [1.0, 3.0, 3.0, 2.0], np.random.default_rng(0)
    choose = _chooser(0.2, rng.random)
    counts = np.bincount([choose(row) for _ in range(40_000)], minlength=4)
    want = chances(np.array(row), 0.2)
    np.testing.assert_allclose(counts / 40_000, want, atol=0.01)
    greedy = _chooser(0.0, rng.random)
    assert {greedy([0.0, 2.0, 1.0]) for _ in range(50)} == {1}


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_is_all_that_decides(method):
    first = method(lake(), 50, 0.3, 0.9, 0.5, 3)
    again = method(lake(), 50, 0.3, 0.9, 0.5, 3)
    other = method(lake(), 50, 0.3, 0.9, 0.5, 4)
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.array_equal(first.steps, other.steps)


@pytest.mark.parametrize("method", METHODS)
def test_no_episodes_learn_nothing(method):
    run = method(CliffWalking(), 0, 0.5, 1.0, 0.1, 0)
    np.testing.assert_array_equal(run.values, np.zeros((48, 4)))
    assert run.rewards.shape == run.steps.shape == (0,)
    np.testing.assert_array_equal(run.policy, np.zeros(48))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"env": object()},
            TypeError,
            "env must be tabular, observation_spac",
        ),
        (
            {"env": SimpleNamespace(observation_space=SimpleNamespace(n=3))},
            TypeError,
            "env must be tabular, action_space",
        ),
        ({"episodes": -1}, ValueError, "episodes must be at least 0"),
        ({"alpha": 0}, ValueError, r"alpha must be in \(0, 1\]"),
        ({"gamma": 2.0}, ValueError, r"gamma must be in \[0, 1\]"),
        ({"epsilon": 1.5}, ValueError, r"epsilon must be in \[0, 1\]"),
        ({"epsilon": None}, TypeError, "epsilon must be a number"),
        ({"seed": 0.5}, TypeError, "seed must be an int"),
    ],
)
def test_rejects(method, change, error, message):
    given = {"env": CliffWalking(), "episodes": 2, "alpha": 0.5}
    given |= {"gamma": 1.0, "epsilon": 0.1, "seed": 0}
    with pytest.raises(error, match=message):
        method(**(given | change))


@pytest.mark.parametrize("method", METHODS)
def test_learns_in_gymnasiums_environments(method):
    gymnasium = pytest.importorskip("gymnasium")
    theirs = method(gymnasium.make("CliffWalking-v1"), 50, 0.5, 1.0, 0.1, 0)
    ours = method(CliffWalking(), 50, 0.5, 1.0, 0.1, 0)
    np.testing.assert_allclose(theirs.values, ours.values)
