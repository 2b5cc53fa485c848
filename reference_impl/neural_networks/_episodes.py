"""Playing episodes in an environment with Gymnasium's interface.

Numbers are plain Python numbers here, in plain lists: for one number at a time
they are several times faster than arrays.
"""

from bisect import bisect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._tables import probabilities

Policy = Callable[[int], int]
Draw = Callable[[], float]

DRAWS = 4096  # random numbers made at a time


class Transition(NamedTuple):
    """A step: in `state`, `action` gave `reward` and led to `next_state`."""

    state: int
    action: int
    reward: float
    next_state: int
    terminated: bool
    truncated: bool


class Task(NamedTuple):
    """An environment, checked, and what is drawn for it."""

    env: Any
    states: int
    actions: int
    env_seed: int
    draw: Draw  # a number in [0, 1)

    def start(self, episode: int) -> int:
        """Begin an episode; the first one also seeds the environment."""
        seed = self.env_seed if episode == 0 else None
        return int(self.env.reset(seed=seed)[0])

    def episode(self, number: int, policy: Policy) -> Iterator[Transition]:
        """Yield the steps of one episode under `policy`."""
        step, state, over = self.env.step, self.start(number), False
        while not over:
            action = policy(state)
            next_state, reward, terminated, truncated, _ = step(action)
            over = terminated or truncated
            yield Transition(
                state, action, reward, next_state, terminated, truncated
            )
            state = next_state


def task(env: Any, episodes: int, seed: int) -> Task:
    """Return the environment once checked, with two independent seeds.

    One seed for both would make actions and outcomes depend on one another.
    """
    _checks.integer("episodes", episodes, 0)
    seeds = np.random.SeedSequence(_checks.integer("seed", seed, 0))
    env_seed, own_seed = seeds.generate_state(2).tolist()
    return Task(
        env,
        _size(env, "observation_space"),
        _size(env, "action_space"),
        env_seed,
        _draws(own_seed).__next__,
    )


def actor(policy: Any, task: Task) -> Policy:
    """Return a policy as a function of the state that draws an action."""
    if callable(policy):
        return policy
    table = probabilities(policy, task.states, task.actions).cumsum(axis=1)
    bounds, draw = (table / table[:, -1:]).tolist(), task.draw
    return lambda state: bisect(bounds[state], draw())


def initial(values: np.ndarray | None, task: Task) -> list[float]:
    """Return a copy of the first values, zeros when None."""
    if values is None:
        return [0.0] * task.states
    V = _checks.floating("initial", values)
    _checks.shape("initial", V, (task.states,))
    return V.tolist()


def fraction(name: str, value: float) -> float:
    """Return a step size or the like, in (0, 1], once checked."""
    value = _checks.real(name, value, 0, 1)
    if value == 0:
        raise ValueError(f"{name} must be in (0, 1], got {name}={value}")
    return value


def _size(env: Any, space: str) -> int:
    """Return how many states or actions there are, numbered from 0."""
    found = getattr(env, space, None)
    n, start = getattr(found, "n", None), getattr(found, "start", 0)
    if (
        not isinstance(n, int | np.integer)
        or isinstance(n, bool)
        or start != 0
    ):
        raise TypeError(
            f"env must be tabular, {space} a Discrete(n) that starts at 0, "
            f"got {space}={found!r}"
        )
    return int(n)


def _draws(seed: int) -> Iterator[float]:
    """Yield random numbers in [0, 1)."""
    rng = np.random.default_rng(seed)
    while True:
        yield from rng.random(DRAWS).tolist()
