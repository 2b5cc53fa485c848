"""Backpropagation through time, term by term, for one sequence.

Page: docs/recurrent-networks/backpropagation-through-time.md.

Axes: T steps, H hidden units. The network is h_t = tanh(z_t), z_t = W_xh x_t +
W_hh h_(t-1) + b_h for t = 1..T, and its loss is the sum of losses L_t, each of
which sees h_t. The functions need only the states, not what led to them.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks._states import states
from reference_impl.recurrent_networks.state_jacobians import (
    jacobian_product,
    rnn_tanh_jacobians,
)

__all__ = [
    "immediate_derivative",
    "total_derivatives",
    "bptt_definition",
    "bptt",
    "truncated_bptt_definition",
    "truncated_bptt",
]


def immediate_derivative(
    hidden: np.ndarray, previous: np.ndarray
) -> np.ndarray:
    """Return the immediate derivative of h_t to W_hh, with h_(t-1) held fixed.

    Parameters
    ----------
    hidden, previous : ndarray of shape (H,), floating
        h_t and h_(t-1).

    Returns
    -------
    ndarray of shape (H, H, H)
        Entry (i, a, b) is the derivative of h_t[i] to W_hh[a, b]: (1 -
        h_t[i]**2) * h_(t-1)[b] where i = a, else 0.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, equation 4: there it has a plus sign.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import immediate_derivative
    >>> immediate_derivative(np.array([0.0, 0.5]), np.array([4.0, 8.0]))[1]
    array([[0., 0.],
           [3., 6.]])
    """
    h = _checks.floating("hidden", hidden)
    (H,) = _checks.shape("hidden", h, ("H",))
    before = _checks.floating_like("previous", previous, "hidden", h)
    _checks.shape("previous", before, (H,))
    slope = np.diag(1 - h**2)  # (i, a)
    return slope[:, :, None] * before


def total_derivatives(hidden: np.ndarray, w_hh: np.ndarray) -> np.ndarray:
    """Return the total derivative of each state to W_hh.

    It counts every way in which W_hh acts on h_t, through all states before:
    the immediate derivative plus J_t times the total derivative of h_(t-1).

    Parameters
    ----------
    hidden : ndarray of shape (T + 1, H), floating
        The states h_0..h_T; h_0 does not depend on W_hh.
    w_hh : ndarray of shape (H, H), dtype of `hidden`

    Returns
    -------
    ndarray of shape (T + 1, H, H, H)
        Entry (t, i, a, b) is dh_t[i]/dW_hh[a, b].

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Williams and Zipser 1989, *A Learning Algorithm for Continually Running
    Fully Recurrent Neural Networks*: real-time recurrent learning.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import total_derivatives
    >>> total_derivatives(np.array([[1.0], [0.0], [0.0]]), np.array([[3.0]]))[
    ...     :, 0, 0, 0
    ... ]
    array([0., 1., 3.])
    """
    h, _ = states(hidden, w_hh)
    H = h.shape[1]
    total = np.zeros((len(h), H, H, H), h.dtype)
    jacobians = rnn_tanh_jacobians(hidden, w_hh)
    for t in range(1, len(h)):
        through = jacobians[t - 1] @ total[t - 1].reshape(H, H * H)
        total[t] = immediate_derivative(h[t], h[t - 1])
        total[t] += through.reshape(H, H, H)
    return total


def bptt_definition(
    grad_hidden: np.ndarray, hidden: np.ndarray, w_hh: np.ndarray
) -> np.ndarray:
    """Evaluate the sum over t and k of `bptt`, one product at a time."""
    return truncated_bptt_definition(
        grad_hidden, hidden, w_hh, steps=max(len(hidden) - 1, 1)
    )


def bptt(
    grad_hidden: np.ndarray, hidden: np.ndarray, w_hh: np.ndarray
) -> np.ndarray:
    """Return dL/dW_hh of one sequence, by one loop backwards.

    Parameters
    ----------
    grad_hidden : ndarray of shape (T, H), dtype of `hidden`
        Row t - 1 is dL_t/dh_t, through the output of step t only.
    hidden : ndarray of shape (T + 1, H), floating
        The states h_0..h_T.
    w_hh : ndarray of shape (H, H), dtype of `hidden`

    Returns
    -------
    ndarray of shape (H, H)

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 10.21 and
    10.26.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import bptt
    >>> hidden = np.array([[1.0], [0.0], [0.0]])
    >>> bptt(np.array([[0.0], [1.0]]), hidden, np.array([[3.0]]))
    array([[3.]])
    """
    h, W = states(hidden, w_hh)
    g = _gradient(grad_hidden, h)
    dW, dh = np.zeros_like(W), np.zeros_like(h[0])
    for t in range(len(h) - 1, 0, -1):
        dz = (dh + g[t - 1]) * (1 - h[t] ** 2)
        dW += np.outer(dz, h[t - 1])
        dh = dz @ W
    return dW


def truncated_bptt_definition(
    grad_hidden: np.ndarray,
    hidden: np.ndarray,
    w_hh: np.ndarray,
    steps: int,
    every: int = 1,
) -> np.ndarray:
    """Evaluate the double sum of `truncated_bptt`, one product at a time."""
    h, W = states(hidden, w_hh)
    g = _gradient(grad_hidden, h)
    steps, every = _truncation(steps, every)
    J = rnn_tanh_jacobians(hidden, w_hh)
    dW = np.zeros_like(W)
    for t in range(1, len(h)):
        end = -(-t // every) * every  # where the run that takes L_t starts
        for k in range(max(1, end - steps + 1), t + 1):
            dh_t = jacobian_product(J, t, k)
            immediate = immediate_derivative(h[k], h[k - 1])
            for i, j in np.ndindex(dh_t.shape):
                dW += g[t - 1, i] * dh_t[i, j] * immediate[j]
    return dW


def truncated_bptt(
    grad_hidden: np.ndarray,
    hidden: np.ndarray,
    w_hh: np.ndarray,
    steps: int,
    every: int = 1,
) -> np.ndarray:
    """Return what truncated backpropagation through time takes for dL/dW_hh.

    After every `every` steps a run goes back over the last `steps` steps and
    takes along the losses that are new.

    Parameters
    ----------
    grad_hidden, hidden, w_hh
        As `bptt` has them.
    steps : int
        How far back a run goes; T + `every` - 1 leaves nothing out.
    every : int, default 1
        Steps from one run to the next, at most `steps`. With 1 each loss goes
        back exactly `steps` steps. With `every` = `steps` the sequence falls
        into chunks with no gradient between them, as most training loops do.

    Returns
    -------
    ndarray of shape (H, H)

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ, or `steps` or `every`
        is not an int.
    ValueError
        If the shapes do not fit, or not 1 <= every <= steps.

    References
    ----------
    Williams and Peng 1990, *An Efficient Gradient-Based Algorithm for On-Line
    Training of Recurrent Network Trajectories*: BPTT(h; h'), h being `steps`
    and h' being `every`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import bptt, truncated_bptt
    >>> hidden = np.array([[1.0], [0.0], [0.5]])
    >>> args = np.array([[0.0], [4.0]]), hidden, np.array([[3.0]])
    >>> bptt(*args), truncated_bptt(*args, steps=1)
    (array([[9.]]), array([[0.]]))
    """
    h, W = states(hidden, w_hh)
    g = _gradient(grad_hidden, h)
    steps, every = _truncation(steps, every)
    dW, T = np.zeros_like(W), len(h) - 1
    for end in range(every, T + every, every):
        dh = np.zeros_like(h[0])
        for t in range(min(end, T), max(0, end - steps), -1):
            new = g[t - 1] if t > end - every else 0
            dz = (dh + new) * (1 - h[t] ** 2)
            dW += np.outer(dz, h[t - 1])
            dh = dz @ W
    return dW


def _gradient(grad_hidden: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Return the checked gradient (T, H)."""
    g = _checks.floating_like("grad_hidden", grad_hidden, "hidden", h)
    _checks.shape("grad_hidden", g, (len(h) - 1, h.shape[1]))
    return g


def _truncation(steps: int, every: int) -> tuple[int, int]:
    """Return `steps` and `every`, once checked."""
    steps = _checks.integer("steps", steps, 1)
    every = _checks.integer("every", every, 1)
    if every > steps:
        raise ValueError(
            f"every must be at most steps, got every={every}, steps={steps}"
        )
    return steps, every
