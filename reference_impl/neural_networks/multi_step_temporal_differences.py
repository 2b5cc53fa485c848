"""Learning the values of a policy from several steps at a time.

Page: docs/neural-networks/temporal-difference-learning.md.

Axes: S states, A actions. Between TD(0), which looks one step ahead, and Monte
Carlo, which waits for the end.
"""

from collections import deque
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _episodes

__all__ = ["n_step_td", "td_lambda"]


def n_step_td(
    env: Any,
    policy: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    n: int,
    seed: int,
    *,
    initial: np.ndarray | None = None,
    history: bool = False,
) -> np.ndarray:
    """Move each value towards n rewards plus the value n steps on.

    Parameters
    ----------
    env, policy, episodes, alpha, gamma, seed, initial, history
        As in `td0`.
    n : int
        At least 1, which is TD(0); as many as an episode has steps is Monte
        Carlo.

    Returns
    -------
    ndarray of shape (S,) or, with `history`, (episodes + 1, S), float64

    Raises
    ------
    TypeError
        As `td0`.
    ValueError
        As `td0`.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 7.2.

    Examples
    --------
    >>> from reference_impl import RandomWalk, n_step_td
    >>> walk = RandomWalk(3)
    >>> n_step_td(
    ...     walk, walk.policy, episodes=2000, alpha=0.01, gamma=1.0, n=2, seed=0
    ... ).round(2)
    array([0.  , 0.26, 0.46, 0.69, 0.  ])
    """
    task = _episodes.task(env, episodes, seed)
    gamma, n = _checks.real("gamma", gamma, 0, 1), _checks.integer("n", n, 1)
    alpha = _episodes.fraction("alpha", alpha)
    act, V = _episodes.actor(policy, task), _episodes.initial(initial, task)
    powers, rows = [gamma**k for k in range(n + 1)], [list(V)]
    for episode in range(episodes):
        waiting: deque[tuple[int, float]] = deque()
        s_next, terminated = 0, True
        for s, _, r, s_next, terminated, _ in task.episode(episode, act):
            waiting.append((s, r))
            if len(waiting) == n:
                _move_oldest(V, waiting, s_next, terminated, alpha, powers)
        while waiting:
            _move_oldest(V, waiting, s_next, terminated, alpha, powers)
        if history:
            rows.append(list(V))
    return np.array(rows if history else V)


def td_lambda(
    env: Any,
    policy: Any,
    episodes: int,
    alpha: float,
    gamma: float,
    lam: float,
    seed: int,
    *,
    traces: str = "accumulating",
    initial: np.ndarray | None = None,
    history: bool = False,
) -> np.ndarray:
    """Share each TD error with the states visited before.

    Each visit leaves a trace, which fades by gamma*lam a step; the error of a
    step moves every state by its trace.

    Parameters
    ----------
    env, policy, episodes, alpha, gamma, seed, initial, history
        As in `td0`.
    lam : float in [0, 1]
        0 is TD(0); with 1 and small steps it comes to Monte Carlo.
    traces : {"accumulating", "replacing"}, default "accumulating"
        Whether a visit adds 1 to the state's trace or sets it to 1.

    Returns
    -------
    ndarray of shape (S,) or, with `history`, (episodes + 1, S), float64

    Raises
    ------
    TypeError
        As `td0`.
    ValueError
        As `td0`, or if `traces` is another word.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equations 12.5 to 12.7
    (accumulating) and 12.12 (replacing).

    Examples
    --------
    >>> from reference_impl import RandomWalk, td_lambda
    >>> walk = RandomWalk(3)
    >>> td_lambda(
    ...     walk, walk.policy, 2000, alpha=0.01, gamma=1.0, lam=0.5, seed=0
    ... ).round(2)
    array([0.  , 0.25, 0.47, 0.69, 0.  ])
    """
    task = _episodes.task(env, episodes, seed)
    gamma = _checks.real("gamma", gamma, 0, 1)
    fading = gamma * _checks.real("lam", lam, 0, 1)
    alpha = _episodes.fraction("alpha", alpha)
    _checks.one_of("traces", traces, ("accumulating", "replacing"))
    adds = 1.0 if traces == "accumulating" else 0.0
    act, V = _episodes.actor(policy, task), _episodes.initial(initial, task)
    rows = [list(V)]
    for episode in range(episodes):
        trace: dict[int, float] = {}
        for s, _, r, s_next, terminated, _ in task.episode(episode, act):
            for state in trace:
                trace[state] *= fading
            trace[s] = adds * trace.get(s, 0.0) + 1.0
            target = r if terminated else r + gamma * V[s_next]
            change = alpha * (target - V[s])
            for state, share in trace.items():
                V[state] += change * share
        if history:
            rows.append(list(V))
    return np.array(rows if history else V)


def _move_oldest(
    V: list[float],
    waiting: deque[tuple[int, float]],
    s_next: int,
    terminated: bool,
    alpha: float,
    powers: list[float],
) -> None:
    """Move the value of the oldest state that waits, and let it go.

    The states that wait came with rewards, of which the last led to `s_next`.
    """
    G = 0.0 if terminated else powers[len(waiting)] * V[s_next]
    for power, (_, reward) in zip(powers, waiting, strict=False):
        G += power * reward
    s, _ = waiting.popleft()
    V[s] += alpha * (G - V[s])
