"""Penalties: what large weights add to a loss, and its gradient.

Page: docs/neural-networks/vanishing-and-exploding-gradients.md.
"""

from collections.abc import Sequence

import numpy as np

from reference_impl import _checks

__all__ = [
    "l1_penalty",
    "l1_penalty_backward",
    "l2_penalty",
    "l2_penalty_backward",
]


def l1_penalty(weights: Sequence[np.ndarray], strength: float) -> float:
    """Return strength times the sum of absolute weights.

    Parameters
    ----------
    weights : sequence of ndarray, floating
        Leave the biases out of it.
    strength : float
        At least 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array is not floating or `strength` is not a number.
    ValueError
        If `strength` is negative or not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 7.18.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import l1_penalty
    >>> l1_penalty([np.array([[1.0, -2.0]]), np.array([[4.0]])], 0.5)
    3.5
    """
    arrays, strength = _weights(weights, strength)
    return strength * sum(float(np.abs(w).sum()) for w in arrays)


def l1_penalty_backward(
    grad_output: np.ndarray | float,
    weights: Sequence[np.ndarray],
    strength: float,
) -> list[np.ndarray]:
    """Return the gradient of `l1_penalty` to each of `weights`; 0 at 0.

    `grad_output` is one number, dL/dpenalty.
    """
    arrays, strength = _weights(weights, strength)
    scale = _number("grad_output", grad_output) * strength
    return [scale * np.sign(w) for w in arrays]


def l2_penalty(weights: Sequence[np.ndarray], strength: float) -> float:
    """Return strength / 2 times the sum of squared weights.

    With the half, the gradient is strength * w.

    Parameters
    ----------
    weights : sequence of ndarray, floating
        Leave the biases out of it.
    strength : float
        At least 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array is not floating or `strength` is not a number.
    ValueError
        If `strength` is negative or not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 7.2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import l2_penalty
    >>> l2_penalty([np.array([[1.0, -2.0]]), np.array([[4.0]])], 0.5)
    5.25
    """
    arrays, strength = _weights(weights, strength)
    return strength / 2 * sum(float(np.vdot(w, w)) for w in arrays)


def l2_penalty_backward(
    grad_output: np.ndarray | float,
    weights: Sequence[np.ndarray],
    strength: float,
) -> list[np.ndarray]:
    """Return the gradient of `l2_penalty` to each of `weights`.

    `grad_output` is one number, dL/dpenalty.
    """
    arrays, strength = _weights(weights, strength)
    scale = _number("grad_output", grad_output) * strength
    return [scale * w for w in arrays]


def _number(name: str, value: np.ndarray | float) -> float:
    """Return `value`, a number or an array of no axes, as a float."""
    array = _checks.floating(name, value)
    _checks.shape(name, array, ())
    return float(array)


def _weights(
    weights: Sequence[np.ndarray], strength: float
) -> tuple[list[np.ndarray], float]:
    """Return (weights, strength) once checked."""
    if isinstance(weights, np.ndarray):
        raise TypeError(
            "weights must be a list of arrays, got one array of shape "
            f"{weights.shape}"
        )
    arrays = [
        _checks.floating(f"weights[{i}]", w)
        for i, w in enumerate(_checks.listed("weights", weights))
    ]
    return arrays, _checks.real("strength", strength, 0)
