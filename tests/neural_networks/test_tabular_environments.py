"""Tests of reference_impl.neural_networks.tabular_environments."""

import numpy as np
import pytest

from reference_impl import (
    CliffWalking,
    RandomWalk,
    TableEnvironment,
    policy_evaluation,
)

UP, RIGHT, DOWN, LEFT = range(4)


def walk_along(env, actions):
    """Return the rewards of these actions and how the last one ended."""
    env.reset()
    steps = [env.step(action) for action in actions]
    return [step[1] for step in steps], steps[-1]


def test_the_shortest_way_past_the_cliff_costs_13():
    rewards, last = walk_along(CliffWalking(), [UP, *[RIGHT] * 11, DOWN])
    assert sum(rewards) == -13
    assert last == (47, -1.0, True, False, {})


def test_every_cell_of_the_cliff_leads_back_to_the_start():
    for columns in range(1, 11):
        way = [UP, *[RIGHT] * columns, DOWN]
        _, last = walk_along(CliffWalking(), way)
        assert last == (36, -100.0, False, False, {})


def test_the_grid_has_walls():
    env = CliffWalking()
    rewards, last = walk_along(
        env, [LEFT, DOWN, *[UP] * 5, LEFT, *[RIGHT] * 13]
    )
    assert set(rewards) == {-1.0}
    assert last[0] == 11


def test_the_random_walk_ends_on_either_side():
    walk = RandomWalk(3, left_reward=-1.0, right_reward=2.0)
    assert walk.reset() == (2, {})
    assert walk.step(0) == (1, 0.0, False, False, {})
    assert walk.step(0) == (0, -1.0, True, False, {})
    rewards, last = walk_along(walk, [1, 0, 1, 1])
    assert rewards == [0.0, 0.0, 0.0, 2.0]
    assert last[0] == 4


@pytest.mark.parametrize("states", [1, 4, 5, 19])
@pytest.mark.parametrize("left", [0.0, -1.0])
def test_the_true_values_of_the_random_walk(states, left):
    walk = RandomWalk(states, left_reward=left)
    values = policy_evaluation(walk.P, walk.policy, 1.0, 1e-14)
    np.testing.assert_allclose(values, walk.true_values, atol=1e-10)


def test_outcomes_come_as_often_as_the_table_says():
    chances = [0.5, 0.125, 0.375]
    outcomes = [(p, s, s + 0.5, False) for s, p in enumerate(chances)]
    env = TableEnvironment({s: {0: outcomes} for s in range(3)}, start=1)
    env.reset(seed=0)
    steps = [env.step(0) for _ in range(20_000)]
    for state, chance in enumerate(chances):
        share = np.mean([step[0] == state for step in steps])
        assert abs(share - chance) < 0.01
    assert all(step[1] == step[0] + 0.5 for step in steps)


def test_a_seed_restarts_the_draws_and_no_seed_goes_on():
    outcomes = [(0.1, s, 0.0, False) for s in range(10)]
    env = TableEnvironment({s: {0: outcomes} for s in range(10)}, start=0)

    def ten(seed):
        env.reset(seed=seed)
        return [env.step(0)[0] for _ in range(10)]

    first = ten(3)
    assert ten(None) != first
    assert ten(3) == first


def test_no_step_before_reset_nor_after_the_end():
    walk = RandomWalk(1)
    with pytest.raises(ValueError, match="after reset and before the end"):
        walk.step(0)
    walk.reset()
    walk.step(0)
    with pytest.raises(ValueError, match="after reset and before the end"):
        walk.step(0)


@pytest.mark.parametrize("action", [-1, 2])
def test_rejects_other_actions(action):
    walk = RandomWalk()
    walk.reset()
    with pytest.raises(ValueError, match=rf"in 0\.\.1 .* action={action}"):
        walk.step(action)


STAY = [(1.0, 0, 0.0, False)]


@pytest.mark.parametrize(
    ("P", "start", "error", "message"),
    [
        ([STAY], 0, TypeError, "P must be a mapping"),
        ({}, 0, TypeError, "P must be a mapping"),
        ({1: {0: STAY}}, 0, ValueError, r"P must have the states 0\.\.0"),
        ({0: [STAY]}, 0, TypeError, r"P\[0\] must be a mapping"),
        (
            {0: {0: STAY}, 1: {1: STAY}},
            0,
            ValueError,
            r"P\[1\] must have the actions 0\.\.0, got actions \[1\]",
        ),
        (
            {0: {0: [(0.9, 0, 0.0, False)]}},
            0,
            ValueError,
            r"P\[0\]\[0\] must have probabilities of sum 1, got sum 0.9",
        ),
        ({0: {0: []}}, 0, ValueError, "probabilities of sum 1, got sum 0"),
        (
            {0: {0: [(1.5, 0, 0.0, False), (-0.5, 0, 0.0, False)]}},
            0,
            ValueError,
            r"probability must be in \[0, 1\]",
        ),
        (
            {0: {0: [(1.0, 1, 0.0, False)]}},
            0,
            ValueError,
            r"P\[0\]\[0\] must lead to states below 1, got 1",
        ),
        ({0: {0: [(1.0, -1, 0.0, False)]}}, 0, ValueError, "state must be at"),
        ({0: {0: [(1.0, 0.5, 0.0, False)]}}, 0, TypeError, "state must be an"),
        ({0: {0: [(1.0, 0, np.nan, False)]}}, 0, ValueError, "reward must be"),
        (
            {0: {0: [(1.0, 0, 0.0)]}},
            0,
            ValueError,
            "must hold .probability, s",
        ),
        ({0: {0: STAY}}, 1, ValueError, "start must be a state of P, got st"),
        ({0: {0: STAY}}, None, TypeError, "start must be an int"),
    ],
)
def test_rejects_bad_tables(P, start, error, message):
    with pytest.raises(error, match=message):
        TableEnvironment(P, start)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"states": 0}, ValueError, "states must be at least 1"),
        ({"states": 2.5}, TypeError, "states must be an int"),
        ({"left_reward": np.inf}, ValueError, "left_reward must be finite"),
        ({"right_reward": "1"}, TypeError, "right_reward must be a number"),
    ],
)
def test_the_random_walk_rejects(kwargs, error, message):
    with pytest.raises(error, match=message):
        RandomWalk(**kwargs)


def test_the_cliff_is_gymnasiums():
    gymnasium = pytest.importorskip("gymnasium")
    theirs = gymnasium.make("CliffWalking-v1").unwrapped.P
    ours = CliffWalking().P
    for s in range(48):
        for a in range(4):
            (chance, state, reward, terminated), *more = theirs[s][a]
            assert not more
            assert (chance, int(state), reward, bool(terminated)) == (
                ours[s][a][0]
            )
