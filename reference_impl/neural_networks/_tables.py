"""Tables of transitions, and policies as tables.

Axes: S states, A actions.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks

Outcome = tuple[float, int, float, bool]
Transitions = Mapping[int, Mapping[int, Sequence[Outcome]]]


class Model(NamedTuple):
    """What the tables say, as arrays."""

    chances: np.ndarray  # (S, A, S): to go on in s' after s and a
    rewards: np.ndarray  # (S, A): expected after s and a

    def action_values(self, values: np.ndarray, gamma: float) -> np.ndarray:
        """Return R + gamma * P V, shape (S, A)."""
        return self.rewards + gamma * (self.chances @ values)


def sizes(P: Transitions) -> tuple[int, int]:
    """Return (S, A); raise unless P has them all, and nothing else."""
    if not isinstance(P, Mapping) or not P:
        raise TypeError(f"P must be a mapping of states, got P={P!r}")
    S = len(P)
    if set(P) != set(range(S)):
        raise ValueError(
            f"P must have the states 0..{S - 1}, got states {list(P)[:9]}"
        )
    if not isinstance(P[0], Mapping) or not P[0]:
        raise TypeError(f"P[0] must be a mapping of actions, got P[0]={P[0]}")
    A = len(P[0])
    for s in range(S):
        if set(P[s]) != set(range(A)):
            raise ValueError(
                f"P[{s}] must have the actions 0..{A - 1}, "
                f"got actions {list(P[s])[:9]}"
            )
    return S, A


def check_outcomes(P: Transitions, s: int, a: int) -> None:
    """Raise ValueError unless the outcomes of `a` in `s` make sense."""
    name, total = f"P[{s}][{a}]", 0.0
    for outcome in P[s][a]:
        if len(outcome) != 4:
            raise ValueError(
                f"{name} must hold (probability, state, reward, terminated), "
                f"got {outcome}"
            )
        chance, state, reward, _ = outcome
        total += _checks.real(f"{name} probability", chance, 0, 1)
        _checks.integer(f"{name} state", state, 0)
        _checks.real(f"{name} reward", reward)
        if state >= len(P):
            raise ValueError(
                f"{name} must lead to states below {len(P)}, got {state}"
            )
    if abs(total - 1) > 1e-9:
        raise ValueError(
            f"{name} must have probabilities of sum 1, got sum {total}"
        )


def checked(P: Transitions) -> tuple[int, int]:
    """Return (S, A) once all tables are checked."""
    S, A = sizes(P)
    for s in range(S):
        for a in range(A):
            check_outcomes(P, s, a)
    return S, A


def model(P: Transitions) -> Model:
    """Return the tables as arrays once checked."""
    S, A = checked(P)
    chances, rewards = np.zeros((S, A, S)), np.zeros((S, A))
    for s in range(S):
        for a in range(A):
            for chance, state, reward, terminated in P[s][a]:
                rewards[s, a] += chance * reward
                # After the end there is nothing more to come.
                chances[s, a, state] += 0.0 if terminated else chance
    return Model(chances, rewards)


def probabilities(policy: Any, S: int, A: int) -> np.ndarray:
    """Return the chance of each action in each state, shape (S, A)."""
    table = np.asarray(policy)
    if np.issubdtype(table.dtype, np.integer):
        _checks.shape("policy", table, (S,))
        if table.min() < 0 or table.max() >= A:
            raise ValueError(
                f"policy must name actions in 0..{A - 1}, got one of "
                f"{table.min()}..{table.max()}"
            )
        return np.eye(A)[table]
    if not np.issubdtype(table.dtype, np.floating):
        raise TypeError(
            "policy must be integer (an action for each state) or floating "
            f"(probabilities), got policy.dtype={table.dtype}"
        )
    _checks.shape("policy", table, (S, A))
    if not (np.all(table >= 0) and np.allclose(table.sum(axis=1), 1)):
        raise ValueError(
            "policy must have rows of probabilities of sum 1, got sums "
            f"{table.sum(axis=1)[:5]}, minimum {table.min()}"
        )
    return table
