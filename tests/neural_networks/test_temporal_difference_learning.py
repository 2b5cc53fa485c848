"""Tests of temporal_difference_learning and multi_step_temporal_differences."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from neural_networks.lake import Recorder, frozen_lake

from reference_impl import (
    RandomWalk,
    TableEnvironment,
    monte_carlo_prediction,
    n_step_td,
    policy_evaluation,
    td0,
    td_lambda,
)
from reference_impl.neural_networks import _episodes

METHODS = {
    "Monte Carlo": monte_carlo_prediction,
    "TD(0)": td0,
    "n-step": partial(n_step_td, n=3),
    "TD(lambda)": partial(td_lambda, lam=0.6),
}
LAKE_POLICY = np.random.default_rng(0).dirichlet(np.ones(4), 16)
START = np.random.default_rng(1).uniform(0.2, 0.8, 16)
SETTINGS = {"alpha": 0.3, "gamma": 0.9, "seed": 2, "initial": START}


def lake(limit=None):
    """Return a slippery lake that notes its episodes."""
    return Recorder(TableEnvironment(frozen_lake(), start=0), limit)


def every_visit(V, steps, alpha, gamma):
    for t, (s, *_) in enumerate(steps):
        G = sum(gamma**k * step[2] for k, step in enumerate(steps[t:]))
        V[s] += alpha * (G - V[s])


def one_step(V, steps, alpha, gamma):
    for s, _, r, s_next, terminated in steps:
        future = 0.0 if terminated else V[s_next]
        V[s] += alpha * (r + gamma * future - V[s])


def several_steps(V, steps, alpha, gamma, n):
    # As boxed in the book: time tau is updated at time t = tau + n - 1.
    T = len(steps)
    for tau in range(1 - n, T):
        if tau < 0:
            continue
        last = min(tau + n, T)
        G = sum(gamma ** (i - tau) * steps[i][2] for i in range(tau, last))
        if not steps[last - 1][4]:
            G += gamma ** (last - tau) * V[steps[last - 1][3]]
        V[steps[tau][0]] += alpha * (G - V[steps[tau][0]])


def traces(V, steps, alpha, gamma, lam, replacing=False):
    z = np.zeros(len(V))
    for s, _, r, s_next, terminated in steps:
        z *= gamma * lam
        z[s] = 1 if replacing else z[s] + 1
        future = 0.0 if terminated else V[s_next]
        V += alpha * (r + gamma * future - V[s]) * z


CASES = [
    (monte_carlo_prediction, every_visit, {}),
    (td0, one_step, {}),
    (n_step_td, several_steps, {"n": 1}),
    (n_step_td, several_steps, {"n": 3}),
    (n_step_td, several_steps, {"n": 1000}),
    (td_lambda, traces, {"lam": 0.0}),
    (td_lambda, traces, {"lam": 0.6}),
    (td_lambda, traces, {"lam": 1.0}),
]
NAMES = [f"{f.__name__} {kwargs}" for f, _, kwargs in CASES]


@pytest.mark.parametrize(("method", "update", "extra"), CASES, ids=NAMES)
@pytest.mark.parametrize("limit", [None, 4])
def test_follows_the_books_equations(method, update, extra, limit):
    if method is monte_carlo_prediction:
        limit = None  # a truncated episode has no return
    env = lake(limit)
    got = method(env, LAKE_POLICY, 40, history=True, **SETTINGS, **extra)
    V, rows = START.copy(), [START]
    for steps in env.episodes:
        update(V, steps, 0.3, 0.9, **extra)
        rows.append(V.copy())
    assert len(env.episodes) == 40
    np.testing.assert_allclose(got, rows, rtol=1e-11)
    assert np.abs(got[-1] - START).max() > 0.05


def test_replacing_traces_follow_the_book():
    env = lake()
    got = td_lambda(
        env, LAKE_POLICY, 40, lam=0.8, traces="replacing", **SETTINGS
    )
    V, accumulating = START.copy(), START.copy()
    for steps in env.episodes:
        traces(V, steps, 0.3, 0.9, 0.8, replacing=True)
        traces(accumulating, steps, 0.3, 0.9, 0.8)
    np.testing.assert_allclose(got, V, rtol=1e-11)
    assert np.abs(got - accumulating).max() > 1e-3


@pytest.mark.parametrize("first_visit", [False, True])
def test_without_a_step_size_values_are_means_of_returns(first_visit):
    env = lake()
    got = monte_carlo_prediction(
        env, LAKE_POLICY, 60, None, 0.9, 0, first_visit=first_visit
    )
    returns = {s: [] for s in range(16)}
    for steps in env.episodes:
        seen = set()
        for t, (s, *_) in enumerate(steps):
            if not (first_visit and s in seen):
                G = sum(0.9**k * step[2] for k, step in enumerate(steps[t:]))
                returns[s].append(G)
            seen.add(s)
    want = [np.mean(found) if found else 0.0 for found in returns.values()]
    np.testing.assert_allclose(got, want, rtol=1e-11)
    assert got.max() > 0


def test_the_ends_of_the_scale_coincide():
    run = partial(dict, SETTINGS)
    same = [
        td0(lake(), LAKE_POLICY, 30, **run()),
        n_step_td(lake(), LAKE_POLICY, 30, n=1, **run()),
        td_lambda(lake(), LAKE_POLICY, 30, lam=0.0, **run()),
    ]
    for values in same[1:]:
        np.testing.assert_allclose(values, same[0], rtol=1e-12)
    np.testing.assert_allclose(
        n_step_td(lake(), LAKE_POLICY, 30, n=10_000, **run()),
        monte_carlo_prediction(lake(), LAKE_POLICY, 30, **run()),
        rtol=1e-12,
    )


@pytest.mark.parametrize("name", METHODS)
def test_the_random_walks_values_are_learned(name):
    walk = RandomWalk(5)
    got = METHODS[name](
        walk, walk.policy, 6000, alpha=0.004, gamma=1.0, seed=0
    )
    np.testing.assert_allclose(got, walk.true_values, atol=0.05)


def test_the_lakes_values_are_learned():
    want = policy_evaluation(frozen_lake(), LAKE_POLICY, 0.9)
    got = monte_carlo_prediction(lake(), LAKE_POLICY, 6000, None, 0.9, 0)
    np.testing.assert_allclose(got, want, atol=0.06)


def test_td_is_ahead_of_monte_carlo_on_the_random_walk():
    walk, start = RandomWalk(5), np.full(7, 0.5)

    def error(method, alpha):
        runs = [
            method(walk, walk.policy, 100, alpha, 1.0, seed, initial=start)
            for seed in range(30)
        ]
        wrong = (np.array(runs) - walk.true_values)[:, 1:-1]
        return np.sqrt((wrong**2).mean(axis=1)).mean()

    best = min(error(monte_carlo_prediction, a) for a in (0.01, 0.02, 0.04))
    assert error(td0, 0.05) < 0.85 * best


def test_terminal_values_are_never_read_nor_moved():
    walk = RandomWalk(3)
    wild = np.array([1e9, 0.0, 0.0, 0.0, -1e9])
    for method in METHODS.values():
        got = method(walk, walk.policy, 20, 0.1, 1.0, seed=0, initial=wild)
        assert np.abs(got[1:-1]).max() <= 1
        np.testing.assert_array_equal(got[[0, -1]], wild[[0, -1]])


def test_a_truncated_episode_has_no_return():
    with pytest.raises(ValueError, match="cut off after 3 steps"):
        monte_carlo_prediction(lake(3), LAKE_POLICY, 20, 0.1, 0.9, 0)


@pytest.mark.parametrize("name", METHODS)
def test_policies_as_actions_probabilities_and_functions_agree(name):
    actions = np.random.default_rng(3).integers(0, 4, 16)
    policies = actions, np.eye(4)[actions], lambda s: int(actions[s])
    runs = [
        METHODS[name](lake(), policy, 20, 0.1, 0.9, seed=1)
        for policy in policies
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_array_equal(runs[0], runs[2])


@pytest.mark.parametrize("name", METHODS)
def test_the_seed_is_all_that_decides(name):
    run = partial(METHODS[name], policy=LAKE_POLICY, alpha=0.1, gamma=0.9)
    first = run(lake(), episodes=30, seed=4)
    np.testing.assert_array_equal(run(lake(), episodes=30, seed=4), first)
    assert np.abs(run(lake(), episodes=30, seed=5) - first).max() > 0
    longer = run(lake(), episodes=50, seed=4, history=True)
    np.testing.assert_array_equal(longer[30], first)


def test_the_environment_is_seeded_once_and_not_like_the_policy():
    env = lake()
    td0(env, LAKE_POLICY, 5, 0.1, 0.9, 7)
    assert env.seeds[0] is not None
    assert env.seeds[1:] == [None] * 4
    task = _episodes.task(env, 1, 7)
    own = np.array([task.draw() for _ in range(500)])
    theirs = np.random.default_rng(env.seeds[0]).random(500)
    assert abs(np.corrcoef(own, theirs)[0, 1]) < 0.15


def test_actions_come_as_often_as_the_policy_says():
    chances = np.array([[0.2, 0.0, 0.5, 0.3, 0.0]])
    task = SimpleNamespace(
        states=1, actions=5, draw=_episodes.task(lake(), 1, 0).draw
    )
    act = _episodes.actor(chances, task)
    counts = np.bincount([act(0) for _ in range(20_000)], minlength=5)
    np.testing.assert_allclose(counts / 20_000, chances[0], atol=0.01)
    assert counts[1] == counts[4] == 0


def test_no_episodes_leave_the_first_values():
    for method in METHODS.values():
        got = method(lake(), LAKE_POLICY, 0, **SETTINGS)
        np.testing.assert_array_equal(got, START)
        assert got is not START
        rows = method(lake(), LAKE_POLICY, 0, history=True, **SETTINGS)
        assert rows.shape == (1, 16)


def test_inputs_are_left_alone():
    start, policy = START.copy(), LAKE_POLICY.copy()
    for array in (start, policy):
        array.setflags(write=False)
    for method in METHODS.values():
        method(lake(), policy, 5, **(SETTINGS | {"initial": start}))


def continuous():
    """Return an environment whose states are vectors."""
    env = lake()
    env.observation_space = SimpleNamespace(shape=(4,))
    return env


def shifted():
    """Return an environment whose states begin at -1."""
    env = lake()
    env.observation_space = SimpleNamespace(n=16, start=-1)
    return env


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"env": continuous()}, TypeError, "env must be tabular, observation"),
        ({"env": shifted()}, TypeError, "Discrete.n. that starts at 0"),
        ({"env": None}, TypeError, "got observation_space=None"),
        ({"episodes": -1}, ValueError, "episodes must be at least 0"),
        ({"episodes": 2.0}, TypeError, "episodes must be an int"),
        ({"alpha": 0.0}, ValueError, r"alpha must be in \(0, 1\], got alpha="),
        ({"alpha": 1.5}, ValueError, r"alpha must be in \[0, 1\]"),
        ({"alpha": "1"}, TypeError, "alpha must be a number"),
        ({"gamma": -0.5}, ValueError, r"gamma must be in \[0, 1\]"),
        ({"gamma": 1.01}, ValueError, r"gamma must be in \[0, 1\]"),
        ({"seed": None}, TypeError, "seed must be an int"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        (
            {"initial": np.zeros(4)},
            ValueError,
            r"initial must have shape \(16",
        ),
        (
            {"initial": np.zeros(16, int)},
            TypeError,
            "initial must be floating",
        ),
        ({"policy": np.full((16, 4), 0.2)}, ValueError, "probabilities of su"),
        ({"policy": np.full(16, 4)}, ValueError, r"actions in 0\.\.3"),
    ],
)
def test_rejects(name, change, error, message):
    given = {"env": lake(), "policy": LAKE_POLICY, "episodes": 3} | SETTINGS
    with pytest.raises(error, match=message):
        METHODS[name](**(given | change))


@pytest.mark.parametrize(
    ("method", "extra", "error", "message"),
    [
        (n_step_td, {"n": 0}, ValueError, "n must be at least 1"),
        (n_step_td, {"n": 1.0}, TypeError, "n must be an int"),
        (td_lambda, {"lam": 1.5}, ValueError, r"lam must be in \[0, 1\]"),
        (
            td_lambda,
            {"lam": 0.5, "traces": "dutch"},
            ValueError,
            "traces must be one of",
        ),
        (
            monte_carlo_prediction,
            {"first_visit": 2},
            ValueError,
            "first_visit must be one of",
        ),
    ],
)
def test_rejects_what_only_one_method_takes(method, extra, error, message):
    with pytest.raises(error, match=message):
        method(lake(), LAKE_POLICY, 3, **SETTINGS, **extra)
