"""Two environments from Sutton and Barto, and any that tables describe.

Page: docs/neural-networks/temporal-difference-learning.md.

They have what the algorithms need of Gymnasium's interface: `reset`, `step`,
`observation_space.n`, `action_space.n`; and the tables P of its text games.
"""

from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _tables
from reference_impl.neural_networks._tables import Outcome, Transitions

__all__ = ["TableEnvironment", "RandomWalk", "CliffWalking"]

Step = tuple[int, float, bool, bool, dict[str, Any]]


class Discrete(NamedTuple):
    """The numbers 0..n - 1."""

    n: int


class TableEnvironment:
    """An environment whose transitions are those of tables.

    Parameters
    ----------
    P : dict of dict of list
        ``P[s][a]`` lists (probability, next state, reward, terminated).
    start : int
        The state in which an episode begins.

    Attributes
    ----------
    observation_space, action_space : object
        With the number `n` of states, and of actions.

    Raises
    ------
    TypeError
        If `P` is not a mapping or `start` not an int.
    ValueError
        If `P` lacks a state or action, probabilities do not add up to 1, or
        a state is out of range.

    References
    ----------
    Gymnasium, ``gymnasium.Env`` and the tables of its text games.

    Examples
    --------
    >>> from reference_impl import TableEnvironment
    >>> coin = [(0.5, 0, 0.0, False), (0.5, 0, 1.0, True)]
    >>> env = TableEnvironment({0: {0: coin}}, start=0)
    >>> env.reset(seed=0)
    (0, {})
    >>> env.step(0)
    (0, 1.0, True, False, {})
    """

    def __init__(self, P: Transitions, start: int) -> None:
        S, A = _tables.checked(P)
        self.P = P
        self.start = _checks.integer("start", start, 0)
        if start >= S:
            raise ValueError(
                f"start must be a state of P, got start={start}, {S} states"
            )
        self.observation_space, self.action_space = Discrete(S), Discrete(A)
        self._rows = [[P[s][a] for a in range(A)] for s in range(S)]
        self._random = np.random.default_rng()
        self._state = -1

    def reset(
        self, *, seed: int | None = None, options: Any = None
    ) -> tuple[int, dict[str, Any]]:
        """Begin an episode; return (state, {}). A seed restarts the draws."""
        if seed is not None:
            self._random = np.random.default_rng(seed)
        self._state = self.start
        return self._state, {}

    def step(self, action: int) -> Step:
        """Return (next state, reward, terminated, False, {})."""
        if self._state < 0 or not 0 <= action < self.action_space.n:
            raise ValueError(
                f"action must be in 0..{self.action_space.n - 1} after reset "
                f"and before the end, got action={action!r}"
            )
        outcomes = self._rows[self._state][action]
        outcome = outcomes[0] if len(outcomes) == 1 else self._draw(outcomes)
        _, state, reward, terminated = outcome
        self._state = -1 if terminated else state
        return state, reward, terminated, False, {}

    def _draw(self, outcomes: Any) -> Outcome:
        """Return one of the outcomes by its probability."""
        u = self._random.random()
        for outcome in outcomes:
            u -= outcome[0]
            if u < 0:
                return outcome
        return max(outcomes)  # u was within rounding of 1: the likeliest


class RandomWalk(TableEnvironment):
    """States in a row, a step to the left or right, an end on either side.

    Parameters
    ----------
    states : int, default 5
        Those between the ends, which are the states 0 and states + 1. The
        walk begins in the middle.
    left_reward, right_reward : float, default 0.0 and 1.0
        For the step to an end; other steps give 0.

    Attributes
    ----------
    policy : ndarray of shape (S, 2)
        The policy that makes it a random walk: left (0) or right (1) by
        chance.
    true_values : ndarray of shape (S,)
        Of that policy without discount; 0 at the ends.

    Raises
    ------
    TypeError
        If `states` is not an int or a reward not a number.
    ValueError
        If `states` is less than 1 or a reward is not finite.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, example 6.2.

    Examples
    --------
    >>> from reference_impl import RandomWalk
    >>> RandomWalk(3).true_values
    array([0.  , 0.25, 0.5 , 0.75, 0.  ])
    """

    def __init__(
        self,
        states: int = 5,
        left_reward: float = 0.0,
        right_reward: float = 1.0,
    ) -> None:
        n = _checks.integer("states", states, 1)
        left = _checks.real("left_reward", left_reward)
        right = _checks.real("right_reward", right_reward)
        rewards = {0: left, n + 1: right}

        def outcome(state: int) -> list[Outcome]:
            return [(1.0, state, rewards.get(state, 0.0), state in rewards)]

        P = {
            s: {0: outcome(s - 1), 1: outcome(s + 1)} for s in range(1, n + 1)
        }
        for end in rewards:
            stay = [(1.0, end, 0.0, True)]
            P[end] = {0: stay, 1: stay}
        super().__init__(P, (n + 1) // 2)
        self.policy = np.full((n + 2, 2), 0.5)
        share = np.arange(n + 2) / (n + 1)
        self.true_values = left + (right - left) * share
        self.true_values[[0, -1]] = 0.0


class CliffWalking(TableEnvironment):
    """A grid with a cliff between start and goal.

    Four rows of twelve; state 12*row + column. From the lower left corner to
    the lower right one; the cells between them are the cliff. Actions: up
    (0), right (1), down (2), left (3); a step costs 1, a step off the cliff
    100 and leads back to the start. The tables are Gymnasium's CliffWalking.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, example 6.6.

    Examples
    --------
    >>> from reference_impl import CliffWalking
    >>> env = CliffWalking()
    >>> env.reset()
    (36, {})
    >>> env.step(1)
    (36, -100.0, False, False, {})
    >>> env.step(0)
    (24, -1.0, False, False, {})
    """

    rows, columns = 4, 12
    goal = 47

    def __init__(self) -> None:
        P = {
            s: {a: [self._outcome(s, a)] for a in range(4)}
            for s in range(self.rows * self.columns)
        }
        super().__init__(P, start=36)

    def _outcome(self, state: int, action: int) -> Outcome:
        """Return what `action` does in `state`."""
        row, column = divmod(state, self.columns)
        row += (-1, 0, 1, 0)[action]
        column += (0, 1, 0, -1)[action]
        row = min(max(row, 0), self.rows - 1)
        column = min(max(column, 0), self.columns - 1)
        to = row * self.columns + column
        if 36 < to < self.goal:
            return 1.0, 36, -100.0, False
        return 1.0, to, -1.0, to == self.goal
