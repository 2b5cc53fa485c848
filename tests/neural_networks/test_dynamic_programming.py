"""Tests of reference_impl.neural_networks.dynamic_programming."""

import numpy as np
import pytest
from neural_networks.lake import frozen_lake

from reference_impl import (
    CliffWalking,
    RandomWalk,
    action_values,
    policy_evaluation,
    policy_evaluation_definition,
    policy_iteration,
    value_iteration,
    value_iteration_definition,
)

LAKE = frozen_lake()


def random_tables(seed=0, S=6, A=3):
    """Return tables in which every number is drawn."""
    rng = np.random.default_rng(seed)
    P = {}
    for s in range(S):
        P[s] = {}
        for a in range(A):
            chances = rng.dirichlet(np.ones(4))
            P[s][a] = [
                (
                    float(p),
                    int(rng.integers(S)),
                    float(rng.standard_normal()),
                    bool(rng.random() < 0.2),
                )
                for p in chances / chances.sum()
            ]
    return P


def solved(P, pi, gamma):
    """Return the values of a policy (S, A) by solving linear equations."""
    S = len(P)
    matrix, rewards = np.eye(S), np.zeros(S)
    for s in range(S):
        for a, outcomes in P[s].items():
            for p, state, r, terminated in outcomes:
                rewards[s] += pi[s, a] * p * r
                if not terminated:
                    matrix[s, state] -= gamma * pi[s, a] * p
    return np.linalg.solve(matrix, rewards)


@pytest.mark.parametrize("gamma", [0.0, 0.7, 0.95])
@pytest.mark.parametrize("seed", [0, 1])
def test_evaluation_agrees_with_definition_and_linear_equations(gamma, seed):
    P = random_tables(seed)
    pi = np.random.default_rng(seed).dirichlet(np.ones(3), 6)
    got = policy_evaluation(P, pi, gamma, 1e-13)
    want = policy_evaluation_definition(P, pi, gamma, 1e-13)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(
        got, solved(P, pi, gamma), rtol=1e-10, atol=1e-11
    )


def test_a_policy_of_actions_is_one_of_probabilities():
    P, actions = random_tables(), np.array([0, 2, 1, 1, 0, 2])
    np.testing.assert_array_equal(
        policy_evaluation(P, actions, 0.9),
        policy_evaluation(P, np.eye(3)[actions], 0.9),
    )


def test_action_values_are_what_the_tables_say():
    P = {
        0: {0: [(0.25, 1, 8.0, False), (0.75, 0, 4.0, True)]},
        1: {0: [(1.0, 0, -1.0, False)]},
    }
    got = action_values(P, np.array([10.0, 100.0]), 0.5)
    np.testing.assert_allclose(got, [[2 + 3 + 0.25 * 50], [-1 + 5]])


@pytest.mark.parametrize("gamma", [0.0, 0.7, 0.95])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_both_iterations_find_what_trying_all_policies_finds(gamma, seed):
    P = random_tables(seed, S=4)
    every = np.stack(np.meshgrid(*[range(3)] * 4), -1).reshape(-1, 4)
    best = np.max([solved(P, np.eye(3)[p], gamma) for p in every], axis=0)
    definition = value_iteration_definition(P, gamma, 1e-13)
    np.testing.assert_allclose(definition, best, rtol=1e-9, atol=1e-11)
    for solve in (value_iteration, policy_iteration):
        values, policy = solve(P, gamma, 1e-13)
        np.testing.assert_allclose(values, best, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(
            solved(P, np.eye(3)[policy], gamma), best, rtol=1e-9, atol=1e-10
        )


def test_the_slippery_lake_is_crossed_in_14_of_17_cases():
    values, policy = value_iteration(LAKE, 1.0, 1e-14)
    np.testing.assert_allclose(values[0], 14 / 17, rtol=1e-9)
    np.testing.assert_allclose(
        policy_evaluation(LAKE, policy, 1.0, 1e-14), values, rtol=1e-8
    )


@pytest.mark.parametrize("gamma", [0.8, 0.99])
def test_the_lake_both_ways(gamma):
    by_value = value_iteration(LAKE, gamma, 1e-14)
    by_policy = policy_iteration(LAKE, gamma, 1e-14)
    np.testing.assert_allclose(by_value.values, by_policy.values, rtol=1e-9)
    np.testing.assert_array_equal(by_value.policy, by_policy.policy)


def test_without_ice_the_goal_is_six_steps_away():
    values = value_iteration(frozen_lake(slippery=False), 0.9).values
    np.testing.assert_allclose(values[0], 0.9**5)


def test_the_best_way_past_the_cliff_is_13_steps_long():
    cliff = CliffWalking()
    values, policy = value_iteration(cliff.P, 1.0)
    assert values[36] == -13
    state, _ = cliff.reset()
    rewards, terminated = 0.0, False
    while not terminated:
        state, reward, terminated, *_ = cliff.step(policy[state])
        rewards += reward
    assert rewards == -13


def test_the_first_of_equal_actions_is_taken_despite_rounding():
    thirds = [(1 / 3, 0, 0.3, True)] * 3
    P = {0: {0: [(1.0, 0, 0.1 + 0.2, True)], 1: thirds}}
    P[0][2] = [(1.0, 0, 0.1 * 3, True)]
    P[0][1], P[0][0] = P[0][0], P[0][1]
    assert value_iteration(P, 0.5).policy[0] == 0
    assert policy_iteration(P, 0.5).policy[0] == 0


def test_what_follows_the_end_does_not_count():
    P = {0: {0: [(1.0, 1, 1.0, True)]}, 1: {0: [(1.0, 1, 5.0, False)]}}
    np.testing.assert_allclose(
        policy_evaluation(P, np.array([0, 0]), 0.5), [1.0, 10.0]
    )


def test_rewards_for_ever_do_not_settle_without_discount():
    P = {0: {0: [(1.0, 0, 1.0, False)]}}
    policy = np.array([0])
    match = "policy must have values that settle .* gamma=1.0, last change 1"
    with pytest.raises(ValueError, match=match):
        policy_evaluation(P, policy, 1.0, max_sweeps=50)
    with pytest.raises(ValueError, match="P must have values that settle"):
        value_iteration(P, 1.0, max_sweeps=50)
    with pytest.raises(ValueError, match="policy must have values that settl"):
        policy_iteration(CliffWalking().P, 1.0, max_sweeps=50)
    with pytest.raises(ValueError, match="max_sweeps must be at least 1"):
        policy_evaluation(P, policy, 0.5, max_sweeps=0)
    np.testing.assert_allclose(policy_evaluation(P, policy, 0.5), 2.0)


@pytest.mark.parametrize(
    "solve",
    [
        value_iteration,
        policy_iteration,
        lambda P, gamma, tol: policy_evaluation(P, [0], gamma, tol),
    ],
    ids=["value", "policy", "evaluation"],
)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"gamma": 1.1}, ValueError, r"gamma must be in \[0, 1\], got gamma="),
        ({"gamma": None}, TypeError, "gamma must be a number"),
        ({"tol": -1.0}, ValueError, "tol must be in"),
        ({"P": {0: {0: []}}}, ValueError, "probabilities of sum 1"),
        ({"P": None}, TypeError, "P must be a mapping"),
    ],
)
def test_rejects(solve, change, error, message):
    given = {"P": {0: {0: [(1.0, 0, 0.0, True)]}}, "gamma": 0.5, "tol": 0.1}
    with pytest.raises(error, match=message):
        solve(**(given | change))


@pytest.mark.parametrize(
    ("policy", "error", "message"),
    [
        (
            [0, 1, 2, 1, 0, 3],
            ValueError,
            r"policy must name actions in 0\.\.2",
        ),
        ([0, 1, 2, 1, 0, -1], ValueError, "got one of -1..2"),
        ([0, 1], ValueError, r"policy must have shape \(6,\)"),
        (np.full((6, 2), 0.5), ValueError, r"policy must have shape \(6, 3\)"),
        (np.full((6, 3), 0.5), ValueError, "rows of probabilities of sum 1"),
        (
            np.tile([1.5, -0.5, 0.0], (6, 1)),
            ValueError,
            "rows of probabilities",
        ),
        (["up"] * 6, TypeError, "policy must be integer"),
    ],
)
def test_rejects_policies(policy, error, message):
    with pytest.raises(error, match=message):
        policy_evaluation(random_tables(), policy, 0.5)


def test_action_values_rejects_other_values():
    walk = RandomWalk(2)
    with pytest.raises(ValueError, match=r"values must have shape \(4,\)"):
        action_values(walk.P, np.zeros(3), 0.5)
    with pytest.raises(TypeError, match="values must be floating"):
        action_values(walk.P, np.zeros(4, int), 0.5)


def test_frozen_lake_is_gymnasiums():
    gymnasium = pytest.importorskip("gymnasium")
    theirs = gymnasium.make("FrozenLake-v1").unwrapped.P
    np.testing.assert_allclose(
        value_iteration(theirs, 0.9).values,
        value_iteration(LAKE, 0.9).values,
        rtol=1e-8,
    )
