"""Learning what to do: SARSA, expected SARSA and Q-learning.

Page: docs/neural-networks/temporal-difference-learning.md.

Axes: S states, A actions. All three act greedily on their estimates Q, except
for a share epsilon of the steps, and move Q(S_t, A_t) towards R_{t+1} + gamma
times a value of the next state. They differ in that value only.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _episodes
from reference_impl.neural_networks._episodes import Draw

__all__ = ["sarsa", "expected_sarsa", "q_learning", "Control"]


Choose = Callable[[list[float]], int]
Follow = Callable[[list[float], Choose], tuple[float, int | None]]


class Control(NamedTuple):
    """What was learned: values (S, A), and the rewards of each episode."""

    values: np.ndarray  # (S, A)
    rewards: np.ndarray  # (episodes,): their sums, not discounted
    steps: np.ndarray  # (episodes,)

    @property
    def policy(self) -> np.ndarray:
        """The greedy policy (S,): the first of the best actions."""
        return self.values.argmax(axis=1)


def sarsa(
    env: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    epsilon: float,
    seed: int,
) -> Control:
    """Learn with the value of the action that is taken next.

    So the values are those of the policy that explores.

    Parameters
    ----------
    env : environment with Gymnasium's interface
        With ``observation_space.n`` states and ``action_space.n`` actions.
    episodes : int
        How many to play. One that neither terminates nor is truncated goes on
        for ever.
    alpha : float in (0, 1]
        Step size.
    gamma : float in [0, 1]
        Discount.
    epsilon : float in [0, 1]
        Share of the steps whose action is drawn from all, each as likely. Of
        equally good actions one is drawn, too.
    seed : int
        Seeds the environment and the policy, independently.

    Returns
    -------
    Control
        A named tuple: `values` (S, A), at first 0, and of each episode the sum
        of its `rewards` and the number of its `steps`; `policy` (S,) is the
        greedy one. After a truncated episode the next state still counts.

    Raises
    ------
    TypeError
        If the environment is not tabular or an argument of another kind.
    ValueError
        If a number is out of range.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 6.7.

    Examples
    --------
    >>> from reference_impl import CliffWalking, sarsa
    >>> run = sarsa(CliffWalking(), 500, 0.5, 1.0, epsilon=0.1, seed=0)
    >>> run.policy[36].item()
    0
    """

    def follow(row: list[float], choose: Choose) -> tuple[float, int]:
        action = choose(row)
        return row[action], action

    return _learn(env, episodes, alpha, gamma, epsilon, seed, follow)


def expected_sarsa(
    env: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    epsilon: float,
    seed: int,
) -> Control:
    """Learn with the mean value of the actions that may be taken next.

    The values are those SARSA learns, without the chance in the next action.

    Parameters
    ----------
    env, episodes, alpha, gamma, epsilon, seed
        As in `sarsa`.

    Returns
    -------
    Control
        As of `sarsa`.

    Raises
    ------
    TypeError
        As `sarsa`.
    ValueError
        As `sarsa`.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 6.9.

    Examples
    --------
    >>> from reference_impl import CliffWalking, expected_sarsa
    >>> run = expected_sarsa(CliffWalking(), 500, 0.5, 1.0, 0.1, seed=0)
    >>> run.policy[36].item()
    0
    """

    def follow(row: list[float], choose: Choose) -> tuple[float, None]:
        # Greedy is shared among equals, so any of them stands for all.
        return epsilon * sum(row) / len(row) + (1 - epsilon) * max(row), None

    return _learn(env, episodes, alpha, gamma, epsilon, seed, follow)


def q_learning(
    env: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    epsilon: float,
    seed: int,
) -> Control:
    """Learn with the value of the best action, whatever is taken next.

    So the values are those of the best policy, while another one explores.

    Parameters
    ----------
    env, episodes, alpha, gamma, epsilon, seed
        As in `sarsa`.

    Returns
    -------
    Control
        As of `sarsa`.

    Raises
    ------
    TypeError
        As `sarsa`.
    ValueError
        As `sarsa`.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 6.8.

    Examples
    --------
    >>> from reference_impl import CliffWalking, q_learning
    >>> run = q_learning(CliffWalking(), 500, 0.5, 1.0, 0.1, seed=0)
    >>> run.values[36].max().round(6)
    np.float64(-13.0)
    """

    def follow(row: list[float], choose: Choose) -> tuple[float, None]:
        return max(row), None

    return _learn(env, episodes, alpha, gamma, epsilon, seed, follow)


def _learn(
    env: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    epsilon: float,
    seed: int,
    follow: Follow,
) -> Control:
    """Play and learn; `follow` returns a next state's value.

    With it comes the action to take there, where that is already chosen.
    """
    task = _episodes.task(env, episodes, seed)
    alpha = _episodes.fraction("alpha", alpha)
    gamma = _checks.real("gamma", gamma, 0, 1)
    choose = _chooser(_checks.real("epsilon", epsilon, 0, 1), task.draw)
    Q = [[0.0] * task.actions for _ in range(task.states)]
    totals, lengths = [0.0] * episodes, [0] * episodes
    for episode in range(episodes):
        s, a, over = task.start(episode), None, False
        while not over:
            a = choose(Q[s]) if a is None else a
            s_next, r, terminated, truncated, _ = env.step(a)
            value, a_next = (
                (0.0, None) if terminated else follow(Q[s_next], choose)
            )
            Q[s][a] += alpha * (r + gamma * value - Q[s][a])
            totals[episode] += r
            lengths[episode] += 1
            s, a, over = s_next, a_next, terminated or truncated
    return Control(np.array(Q), np.array(totals), np.array(lengths, int))


def _chooser(epsilon: float, draw: Draw) -> Choose:
    """Return the function that draws an action, given a row of Q."""

    def choose(row: list[float]) -> int:
        if draw() < epsilon:
            return int(draw() * len(row))
        best = max(row)
        if row.count(best) == 1:
            return row.index(best)
        equals = [action for action, value in enumerate(row) if value == best]
        return equals[int(draw() * len(equals))]

    return choose
