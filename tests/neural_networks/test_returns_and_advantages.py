"""Tests of reference_impl.neural_networks.returns_and_advantages."""

import numpy as np
import pytest

from reference_impl import (
    discounted_returns,
    discounted_returns_definition,
    gae,
    gae_definition,
)

GAMMAS = [0.0, 0.7, 1.0]


def arrays(shape, seed=0, dtype=np.float64):
    """Return rewards, values and ends of random episodes."""
    rng = np.random.default_rng(seed)
    T, *rest = shape
    return (
        rng.standard_normal(shape).astype(dtype),
        rng.standard_normal((T + 1, *rest)).astype(dtype),
        rng.random(shape) < 0.3,
    )


@pytest.mark.parametrize("shape", [(6,), (5, 3), (1,), (0,), (4, 2, 3)])
@pytest.mark.parametrize("gamma", GAMMAS)
def test_returns_agree_with_definition(shape, gamma):
    rewards, *_ = arrays(shape)
    np.testing.assert_allclose(
        discounted_returns(rewards, gamma),
        discounted_returns_definition(rewards, gamma),
        rtol=1e-12,
        atol=1e-14,
    )


def test_returns_of_the_book():
    # Exercise 3.8: G_0..G_4 are 2, 6, 8, 4, 2.
    rewards = np.array([-1.0, 2.0, 6.0, 3.0, 2.0])
    np.testing.assert_array_equal(
        discounted_returns(rewards, 0.5), [2, 6, 8, 4, 2]
    )


@pytest.mark.parametrize("shape", [(6,), (5, 3), (1,), (0,)])
@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("lam", GAMMAS)
@pytest.mark.parametrize("ends", [False, True])
def test_advantages_agree_with_definition(shape, gamma, lam, ends):
    rewards, values, terminated = arrays(shape)
    given = (rewards, values, gamma, lam, terminated if ends else None)
    np.testing.assert_allclose(
        gae(*given), gae_definition(*given), rtol=1e-12, atol=1e-13
    )


def test_lam_of_zero_is_the_td_error_and_of_one_the_return_less_the_value():
    rewards, values, _ = arrays((6,))
    np.testing.assert_allclose(
        gae(rewards, values, 0.9, 0.0),
        rewards + 0.9 * values[1:] - values[:-1],
        rtol=1e-13,
    )
    last = rewards.copy()
    last[-1] += 0.9 * values[-1]
    np.testing.assert_allclose(
        gae(rewards, values, 0.9, 1.0),
        discounted_returns(last, 0.9) - values[:-1],
        rtol=1e-12,
    )


def test_two_episodes_in_a_row_are_as_two_apart():
    rewards, values, _ = arrays((7,))
    terminated = np.zeros(7, bool)
    terminated[[2, 6]] = True
    joined = gae(rewards, values, 0.9, 0.8, terminated)
    np.testing.assert_allclose(
        joined[:3], gae(rewards[:3], values[:4], 0.9, 0.8, terminated[:3])
    )
    np.testing.assert_allclose(
        joined[3:], gae(rewards[3:], values[3:], 0.9, 0.8, terminated[3:])
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtype_and_leaves_inputs_alone(dtype):
    rewards, values, terminated = arrays((5, 3), dtype=dtype)
    for array in (rewards, values, terminated):
        array.setflags(write=False)
    assert discounted_returns(rewards, 0.9).dtype == dtype
    assert gae(rewards, values, 0.9, 0.8, terminated).dtype == dtype


@pytest.mark.parametrize(
    "f", [discounted_returns, discounted_returns_definition]
)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"gamma": 1.5}, ValueError, r"gamma must be in \[0, 1\]"),
        ({"gamma": "1"}, TypeError, "gamma must be a number"),
        ({"rewards": [1, 2]}, TypeError, "rewards must be floating"),
        ({"rewards": np.float64(1)}, ValueError, r"rewards must have shape"),
    ],
)
def test_returns_reject(f, change, error, message):
    with pytest.raises(error, match=message):
        f(**({"rewards": np.ones(3), "gamma": 0.5} | change))


@pytest.mark.parametrize("f", [gae, gae_definition])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"values": np.ones(3)}, ValueError, r"values must have shape \(4,\)"),
        ({"values": np.ones(4, "f4")}, TypeError, "values must have the dtyp"),
        ({"gamma": -0.1}, ValueError, r"gamma must be in \[0, 1\]"),
        ({"lam": 1.1}, ValueError, r"lam must be in \[0, 1\]"),
        ({"terminated": np.ones(3)}, TypeError, "terminated must be boolean"),
        (
            {"terminated": np.ones(4, bool)},
            ValueError,
            r"terminated must have shape \(3,\)",
        ),
    ],
)
def test_advantages_reject(f, change, error, message):
    given = {"rewards": np.ones(3), "values": np.ones(4)}
    with pytest.raises(error, match=message):
        f(**(given | {"gamma": 0.5, "lam": 0.5} | change))
