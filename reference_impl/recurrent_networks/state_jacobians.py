"""Jacobians of a recurrent network's states, and products of them.

Page: docs/recurrent-networks/backpropagation-through-time.md.

Axes: T steps, H hidden units, of one sequence h_t = tanh(z_t), z_t = W_xh x_t +
W_hh h_(t-1) + b_h for t = 1..T.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks._states import states

__all__ = ["rnn_tanh_jacobians", "jacobian_product", "jacobian_product_norms"]


def rnn_tanh_jacobians(hidden: np.ndarray, w_hh: np.ndarray) -> np.ndarray:
    """Return the Jacobian of each state to the state before.

    Parameters
    ----------
    hidden : ndarray of shape (T + 1, H), floating
        The states h_0..h_T.
    w_hh : ndarray of shape (H, H), dtype of `hidden`

    Returns
    -------
    ndarray of shape (T, H, H)
        Entry t - 1 is dh_t/dh_(t-1) = diag(1 - h_t**2) W_hh, for t = 1..T.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If the shapes do not fit.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, *On the Difficulty of Training Recurrent
    Neural Networks*, equation 5.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import rnn_tanh_jacobians
    >>> hidden = np.array([[9.0, 9.0], [0.0, 0.5]])
    >>> rnn_tanh_jacobians(hidden, np.array([[1.0, 2.0], [4.0, 8.0]]))
    array([[[1., 2.],
            [3., 6.]]])
    """
    h, W = states(hidden, w_hh)
    return (1 - h[1:, :, None] ** 2) * W


def jacobian_product(jacobians: np.ndarray, t: int, k: int) -> np.ndarray:
    """Return dh_t/dh_k = J_t J_(t-1) ... J_(k+1), the latest step first.

    Parameters
    ----------
    jacobians : ndarray of shape (T, H, H), floating
        J_1..J_T, as of `rnn_tanh_jacobians`.
    t, k : int
        Steps, 0 <= k <= t <= T.

    Returns
    -------
    ndarray of shape (H, H)
        The identity where t = k.

    Raises
    ------
    TypeError
        If `jacobians` is not floating, or a step is not an int.
    ValueError
        If the shape or a step does not fit.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, equation 5.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import jacobian_product
    >>> first, second = [[1.0, 2.0], [0.0, 1.0]], [[1.0, 0.0], [3.0, 1.0]]
    >>> jacobian_product(np.array([first, second]), 2, 0)
    array([[1., 2.],
           [3., 7.]])
    """
    J = _square("jacobians", jacobians)
    t, k = _checks.integer("t", t, 0), _checks.integer("k", k, 0)
    if not k <= t <= len(J):
        raise ValueError(f"t must be in k..T, got t={t}, k={k}, T={len(J)}")
    product = np.eye(J.shape[1], dtype=J.dtype)
    for i in range(k + 1, t + 1):
        product = J[i - 1] @ product
    return product


def jacobian_product_norms(jacobians: np.ndarray) -> np.ndarray:
    """Return the spectral norm of dh_T/dh_(T-n) against the distance n.

    Parameters
    ----------
    jacobians : ndarray of shape (T, H, H), floating

    Returns
    -------
    ndarray of shape (T + 1,)
        Entry n is the largest singular value of the product of the last n
        Jacobians; entry 0 is 1.

    Raises
    ------
    TypeError
        If `jacobians` is not floating.
    ValueError
        If the shape does not fit.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, section 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import jacobian_product_norms
    >>> jacobian_product_norms(np.array([[[0.5]], [[0.5]], [[0.25]]]))
    array([1.    , 0.25  , 0.125 , 0.0625])
    """
    J = _square("jacobians", jacobians)
    product = np.eye(J.shape[1], dtype=J.dtype)
    norms = [np.linalg.norm(product, 2)]
    for J_t in J[::-1]:
        product = product @ J_t
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


def _square(name: str, array: np.ndarray) -> np.ndarray:
    """Return the checked array (T, H, H)."""
    a = _checks.floating(name, array)
    _, H, _ = _checks.shape(name, a, ("T", "H", "H"))
    _checks.shape(name, a, ("T", H, H))
    return a
