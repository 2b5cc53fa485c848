"""Returns of an episode, and advantages of its steps.

Page: docs/neural-networks/temporal-difference-learning.md.

Axes: T steps; axes after it are episodes side by side. Step t leads from
state S_t to S_{t+1} and yields ``rewards[t]``, in the book's letters R_{t+1}.
"""

import numpy as np

from reference_impl import _checks

__all__ = [
    "discounted_returns_definition",
    "discounted_returns",
    "gae_definition",
    "gae",
]


def discounted_returns_definition(
    rewards: np.ndarray, gamma: float
) -> np.ndarray:
    """Evaluate the defining sum of `discounted_returns`."""
    R, gamma = _rewards(rewards), _checks.real("gamma", gamma, 0, 1)
    T = len(R)
    G = np.zeros_like(R)
    for t in range(T):
        for k in range(T - t):
            G[t] += gamma**k * R[t + k]
    return G


def discounted_returns(rewards: np.ndarray, gamma: float) -> np.ndarray:
    """Return what follows each step: the sum of gamma**k * rewards[t + k].

    Parameters
    ----------
    rewards : ndarray of shape (T, ...), floating
        Of whole episodes: nothing is expected after the last step.
    gamma : float in [0, 1]
        Discount.

    Returns
    -------
    ndarray of the shape and dtype of `rewards`

    Raises
    ------
    TypeError
        If `rewards` is not floating or `gamma` not a number.
    ValueError
        If `rewards` has no axis or `gamma` is outside [0, 1].

    References
    ----------
    Sutton and Barto 2018, *Reinforcement Learning*, equations 3.8 and 3.9.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import discounted_returns
    >>> discounted_returns(np.array([1.0, 0.0, 4.0]), gamma=0.5)
    array([2., 2., 4.])
    """
    R, gamma = _rewards(rewards), _checks.real("gamma", gamma, 0, 1)
    G = R.copy()
    for t in range(len(G) - 2, -1, -1):
        G[t] += gamma * G[t + 1]
    return G


def gae_definition(
    rewards: np.ndarray,
    values: np.ndarray,
    gamma: float,
    lam: float,
    terminated: np.ndarray | None = None,
) -> np.ndarray:
    """Evaluate the defining sum of `gae`."""
    R, V, alive, gamma, lam = _advantage_arguments(
        rewards, values, gamma, lam, terminated
    )
    T = len(R)
    A = np.zeros_like(R)
    for t in range(T):
        weight = np.ones_like(R[0]) if T else R
        for k in range(t, T):
            delta = R[k] + gamma * alive[k] * V[k + 1] - V[k]
            A[t] += weight * delta
            weight = weight * gamma * lam * alive[k]
    return A


def gae(
    rewards: np.ndarray,
    values: np.ndarray,
    gamma: float,
    lam: float,
    terminated: np.ndarray | None = None,
) -> np.ndarray:
    """Return the generalized advantage estimate of each step.

    It is the sum of (gamma*lam)**k times the TD error k steps on: with lam = 0
    the TD error itself, with lam = 1 the return less the value.

    Parameters
    ----------
    rewards : ndarray of shape (T, ...), floating
    values : ndarray of shape (T + 1, ...), dtype of `rewards`
        Of the states, the one after the last step included.
    gamma, lam : float in [0, 1]
        Discount, and how far ahead to look.
    terminated : ndarray of shape (T, ...), boolean, optional
        Whether a step ended its episode: nothing after it counts, neither the
        next state's value nor later steps. Not for an episode that was merely
        cut off. None for no end.

    Returns
    -------
    ndarray of the shape and dtype of `rewards`

    Raises
    ------
    TypeError
        If an array is of another kind or the dtypes differ.
    ValueError
        If a shape does not fit, or `gamma` or `lam` is outside [0, 1].

    References
    ----------
    Schulman, Moritz, Levine, Jordan and Abbeel 2016, *High-dimensional
    continuous control using generalized advantage estimation*, equation 16.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gae
    >>> rewards, values = np.array([1.0, 2.0]), np.array([3.0, 5.0, 4.0])
    >>> gae(rewards, values, gamma=0.5, lam=0.5)
    array([ 0.25, -1.  ])
    """
    R, V, alive, gamma, lam = _advantage_arguments(
        rewards, values, gamma, lam, terminated
    )
    A = R + gamma * alive * V[1:] - V[:-1]
    for t in range(len(A) - 2, -1, -1):
        A[t] += gamma * lam * alive[t] * A[t + 1]
    return A


def _rewards(rewards: np.ndarray) -> np.ndarray:
    """Return `rewards` once checked."""
    R = _checks.floating("rewards", rewards)
    if R.ndim == 0:
        raise ValueError(
            f"rewards must have shape (T, ...), got rewards.shape={R.shape}"
        )
    return R


def _advantage_arguments(
    rewards: np.ndarray,
    values: np.ndarray,
    gamma: float,
    lam: float,
    terminated: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """Return rewards, values, 0 where an episode ended or 1, gamma, lam."""
    R = _rewards(rewards)
    V = _checks.floating_like("values", values, "rewards", R)
    _checks.shape("values", V, (len(R) + 1, *R.shape[1:]))
    ended = np.zeros(R.shape, bool)
    if terminated is not None:
        ended = np.asarray(terminated)
        if ended.dtype != bool:
            raise TypeError(
                "terminated must be boolean, "
                f"got terminated.dtype={ended.dtype}"
            )
        _checks.shape("terminated", ended, R.shape)
    return (
        R,
        V,
        (~ended).astype(R.dtype),
        _checks.real("gamma", gamma, 0, 1),
        _checks.real("lam", lam, 0, 1),
    )
