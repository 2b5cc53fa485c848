"""Learning the values of a policy from episodes.

Page: docs/neural-networks/temporal-difference-learning.md.

Axes: S states, A actions. In the book's letters: at step t the state S_t leads
to S_{t+1} with reward R_{t+1}; V estimates the values, G is a return.
"""

from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _episodes
from reference_impl.neural_networks._episodes import Transition

__all__ = ["monte_carlo_prediction", "td0"]


def monte_carlo_prediction(
    env: Any,
    policy: Any,
    episodes: int,
    alpha: float | None,
    gamma: float,
    seed: int,
    *,
    first_visit: bool = False,
    initial: np.ndarray | None = None,
    history: bool = False,
) -> np.ndarray:
    """Move each value towards the returns that followed the state.

    Parameters
    ----------
    env : environment with Gymnasium's interface
        With ``observation_space.n`` states and ``action_space.n`` actions.
    policy : ndarray of shape (S,) or (S, A), or function
        The action in each state, the probabilities of the actions, or a
        function from the state to the action.
    episodes : int
        How many to play.
    alpha : float in (0, 1], or None
        Step size. None for 1 / (number of returns so far): the values are
        then the means of the returns.
    gamma : float in [0, 1]
        Discount.
    seed : int
        Seeds the environment and the policy, independently.
    first_visit : bool, default False
        Whether only the first visit of a state in an episode counts.
    initial : ndarray of shape (S,), optional
        The first values; 0 when None.
    history : bool, default False
        Whether to return the values after each episode.

    Returns
    -------
    ndarray of shape (S,) or, with `history`, (episodes + 1, S), float64
        The first row of the history is `initial`.

    Raises
    ------
    TypeError
        If the environment is not tabular or an argument of another kind.
    ValueError
        If a number is out of range, the policy makes no sense, or an episode
        is truncated: its return is unknown.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 6.1, section 5.1.

    Examples
    --------
    >>> from reference_impl import RandomWalk, monte_carlo_prediction
    >>> walk = RandomWalk(3)
    >>> monte_carlo_prediction(
    ...     walk, walk.policy, episodes=2000, alpha=None, gamma=1.0, seed=0
    ... ).round(2)
    array([0.  , 0.26, 0.5 , 0.74, 0.  ])
    """
    task = _episodes.task(env, episodes, seed)
    gamma = _checks.real("gamma", gamma, 0, 1)
    if alpha is not None:
        alpha = _episodes.fraction("alpha", alpha)
    _checks.one_of("first_visit", first_visit, (False, True))
    act, V = _episodes.actor(policy, task), _episodes.initial(initial, task)
    counts, rows = [0] * task.states, [list(V)]
    for episode in range(episodes):
        steps = list(task.episode(episode, act))
        seen: set[int] = set()
        for step, G in zip(steps, _returns(steps, gamma), strict=True):
            s = step.state
            if first_visit and s in seen:
                continue
            seen.add(s)
            counts[s] += 1
            V[s] += (1 / counts[s] if alpha is None else alpha) * (G - V[s])
        if history:
            rows.append(list(V))
    return np.array(rows if history else V)


def td0(
    env: Any,
    policy: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    seed: int,
    *,
    initial: np.ndarray | None = None,
    history: bool = False,
) -> np.ndarray:
    """Move each value towards reward plus discounted next value, at once.

    Parameters
    ----------
    env, policy, episodes, gamma, seed, initial, history
        As in `monte_carlo_prediction`.
    alpha : float in (0, 1]
        Step size.

    Returns
    -------
    ndarray of shape (S,) or, with `history`, (episodes + 1, S), float64
        A terminal state keeps its first value, which is never used. After a
        truncated episode the next state's value is.

    Raises
    ------
    TypeError
        If the environment is not tabular or an argument of another kind.
    ValueError
        If a number is out of range or the policy makes no sense.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 6.2.

    Examples
    --------
    >>> from reference_impl import RandomWalk, td0
    >>> walk = RandomWalk(3)
    >>> td0(walk, walk.policy, episodes=2000, alpha=0.01, gamma=1.0, seed=0
    ... ).round(2)
    array([0.  , 0.25, 0.48, 0.69, 0.  ])
    """
    task = _episodes.task(env, episodes, seed)
    gamma = _checks.real("gamma", gamma, 0, 1)
    alpha = _episodes.fraction("alpha", alpha)
    act, V = _episodes.actor(policy, task), _episodes.initial(initial, task)
    rows = [list(V)]
    for episode in range(episodes):
        for s, _, r, s_next, terminated, _ in task.episode(episode, act):
            target = r if terminated else r + gamma * V[s_next]
            V[s] += alpha * (target - V[s])
        if history:
            rows.append(list(V))
    return np.array(rows if history else V)


def _returns(steps: list[Transition], gamma: float) -> list[float]:
    """Return G of each step of an episode that came to its end."""
    if not steps[-1].terminated:
        raise ValueError(
            "env must not truncate episodes for Monte Carlo, "
            f"got one cut off after {len(steps)} steps"
        )
    G, backwards = 0.0, []
    for step in reversed(steps):
        G = step.reward + gamma * G
        backwards.append(G)
    return backwards[::-1]
