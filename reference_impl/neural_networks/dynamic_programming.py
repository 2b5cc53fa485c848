"""Exact values and policies where all transitions are known.

Page: docs/neural-networks/temporal-difference-learning.md.

Axes: S states, A actions. The tables P are Gymnasium's: ``P[s][a]`` lists the
outcomes (probability, next state, reward, terminated) of action a in state s.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _tables
from reference_impl.neural_networks._tables import Transitions

__all__ = [
    "action_values",
    "policy_evaluation_definition",
    "policy_evaluation",
    "value_iteration_definition",
    "value_iteration",
    "policy_iteration",
    "Solution",
]

MAX_SWEEPS = 100_000
BETTER = 1e-9  # relative gain from which on another action is an improvement


def action_values(
    P: Transitions, values: np.ndarray, gamma: float
) -> np.ndarray:
    """Return the expected reward plus discounted value of each action.

    Parameters
    ----------
    P : dict of dict of list
        Gymnasium's tables.
    values : ndarray of shape (S,), floating
    gamma : float in [0, 1]
        Discount.

    Returns
    -------
    ndarray of shape (S, A), float64

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a table makes no sense, or a shape or `gamma` is out of range.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 4.6.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import action_values
    >>> P = {0: {0: [(1.0, 0, 1.0, True)], 1: [(1.0, 0, 0.0, False)]}}
    >>> action_values(P, np.array([4.0]), 0.5)
    array([[1., 2.]])
    """
    model, gamma = _tables.model(P), _checks.real("gamma", gamma, 0, 1)
    V = _checks.floating("values", values)
    _checks.shape("values", V, (len(model.rewards),))
    return model.action_values(V, gamma)


def policy_evaluation_definition(
    P: Transitions, policy: Any, gamma: float, tol: float = 1e-10
) -> np.ndarray:
    """Evaluate the equation of `policy_evaluation`, state by state."""
    S, A = _tables.checked(P)
    pi = _tables.probabilities(policy, S, A)
    V = np.zeros(S)
    change = np.inf
    while change > tol:
        new = np.zeros(S)
        for s in range(S):
            for a in range(A):
                for p, s_next, r, terminated in P[s][a]:
                    future = 0.0 if terminated else V[s_next]
                    new[s] += pi[s, a] * p * (r + gamma * future)
        change = np.abs(new - V).max()
        V = new
    return V


def policy_evaluation(
    P: Transitions,
    policy: Any,
    gamma: float,
    tol: float = 1e-10,
    *,
    max_sweeps: int = MAX_SWEEPS,
) -> np.ndarray:
    """Return the value of each state under a policy, by repeated sweeps.

    Parameters
    ----------
    P : dict of dict of list
        Gymnasium's tables.
    policy : ndarray of shape (S,), integer, or (S, A), floating
        The action in each state, or the probabilities of the actions.
    gamma : float in [0, 1]
        Discount.
    tol : float, default 1e-10
        Sweep until no value changes by more; the values are then off by at
        most tol * gamma / (1 - gamma).
    max_sweeps : int, default 100000

    Returns
    -------
    ndarray of shape (S,), float64

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a table or the policy makes no sense, a number is out of range, or
        the values do not settle, as those of a policy that collects rewards
        for ever do not with gamma = 1.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 4.5.

    Examples
    --------
    >>> from reference_impl import RandomWalk, policy_evaluation
    >>> walk = RandomWalk(3)
    >>> policy_evaluation(walk.P, walk.policy, gamma=1.0).round(4)
    array([0.  , 0.25, 0.5 , 0.75, 0.  ])
    """
    model = _tables.model(P)
    S, A = model.rewards.shape
    pi = _tables.probabilities(policy, S, A)
    gamma = _checks.real("gamma", gamma, 0, 1)
    chances = gamma * np.einsum("sa,sat->st", pi, model.chances)
    rewards = (pi * model.rewards).sum(axis=1)
    return _settled(
        lambda V: rewards + chances @ V, S, "policy", gamma, tol, max_sweeps
    )


class Solution(NamedTuple):
    """The best values (S,) and a policy (S,) that attains them."""

    values: np.ndarray
    policy: np.ndarray


def value_iteration_definition(
    P: Transitions, gamma: float, tol: float = 1e-10
) -> np.ndarray:
    """Evaluate the equation of `value_iteration`, state by state."""
    S, A = _tables.checked(P)
    V = np.zeros(S)
    change = np.inf
    while change > tol:
        new = np.zeros(S)
        for s in range(S):
            new[s] = max(
                sum(
                    p * (r + gamma * (0.0 if terminated else V[s_next]))
                    for p, s_next, r, terminated in P[s][a]
                )
                for a in range(A)
            )
        change = np.abs(new - V).max()
        V = new
    return V


def value_iteration(
    P: Transitions,
    gamma: float,
    tol: float = 1e-10,
    *,
    max_sweeps: int = MAX_SWEEPS,
) -> Solution:
    """Return the best values and a best policy, by repeated sweeps.

    Parameters
    ----------
    P, gamma, tol, max_sweeps
        As in `policy_evaluation`.

    Returns
    -------
    Solution
        A named tuple (values, policy), shapes (S,), float64 and int64. Of
        equally good actions the policy takes the first.

    Raises
    ------
    TypeError
        As `policy_evaluation`.
    ValueError
        As `policy_evaluation`.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equation 4.10.

    Examples
    --------
    >>> from reference_impl import CliffWalking, value_iteration
    >>> cliff = CliffWalking()
    >>> values, policy = value_iteration(cliff.P, gamma=1.0)
    >>> values[cliff.start].item()
    -13.0
    """
    model, gamma = _tables.model(P), _checks.real("gamma", gamma, 0, 1)
    V = _settled(
        lambda V: model.action_values(V, gamma).max(axis=1),
        len(model.rewards),
        "P",
        gamma,
        tol,
        max_sweeps,
    )
    return Solution(V, _greedy(model.action_values(V, gamma)))


def policy_iteration(
    P: Transitions,
    gamma: float,
    tol: float = 1e-10,
    *,
    max_sweeps: int = MAX_SWEEPS,
) -> Solution:
    """Return the best values and a best policy, policy by policy.

    The first policy takes action 0 everywhere. It is evaluated, then made
    greedy, until there is nothing to gain. With gamma = 1 that first policy
    has to come to an end; otherwise see `value_iteration`.

    Parameters
    ----------
    P, gamma, tol, max_sweeps
        As in `policy_evaluation`.

    Returns
    -------
    Solution
        A named tuple (values, policy), as of `value_iteration`.

    Raises
    ------
    TypeError
        As `policy_evaluation`.
    ValueError
        As `policy_evaluation`.

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, section 4.3.

    Examples
    --------
    >>> from reference_impl import CliffWalking, policy_iteration
    >>> cliff = CliffWalking()
    >>> policy_iteration(cliff.P, gamma=0.9).values[cliff.start].round(4)
    np.float64(-7.4581)
    """
    model = _tables.model(P)
    S, _ = model.rewards.shape
    policy = np.zeros(S, np.int64)
    while True:
        V = policy_evaluation(P, policy, gamma, tol, max_sweeps=max_sweeps)
        Q = model.action_values(V, gamma)
        own = Q[np.arange(S), policy]
        gain = Q.max(axis=1) - own > BETTER * (1 + np.abs(own)) + tol
        if not gain.any():
            return Solution(V, _greedy(Q))
        policy = np.where(gain, Q.argmax(axis=1), policy)


def _greedy(Q: np.ndarray) -> np.ndarray:
    """Return the first of the best actions in each state, (S,).

    Differences that rounding makes do not count.
    """
    best = Q.max(axis=1, keepdims=True)
    return (best - BETTER * (1 + np.abs(best)) <= Q).argmax(axis=1)


def _settled(
    sweep: Callable[[np.ndarray], np.ndarray],
    S: int,
    culprit: str,
    gamma: float,
    tol: float,
    max_sweeps: int,
) -> np.ndarray:
    """Return values that a sweep changes by at most `tol`, (S,)."""
    tol = _checks.real("tol", tol, 0)
    V = np.zeros(S)
    for _ in range(_checks.integer("max_sweeps", max_sweeps, 1)):
        new = sweep(V)
        change = np.abs(new - V).max()
        if change <= tol:
            return new
        V = new
    raise ValueError(
        f"{culprit} must have values that settle within max_sweeps, got "
        f"max_sweeps={max_sweeps}, gamma={gamma}, last change {change:g}"
    )
