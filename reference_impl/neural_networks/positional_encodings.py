"""Sinusoidal positional encoding.

Page: docs/neural-networks/transformer.md.

Axes: L positions, D features of the model.
"""

from math import cos, sin
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._modules import floating_dtype

__all__ = [
    "sinusoidal_positional_encoding_definition",
    "sinusoidal_positional_encoding",
]


def sinusoidal_positional_encoding_definition(
    length: int, d_model: int, base: float = 10000.0
) -> np.ndarray:
    """Evaluate the two equations of `sinusoidal_positional_encoding`."""
    L, D, base = _arguments(length, d_model, base)
    PE = np.empty((L, D))
    for pos in range(L):
        for i in range((D + 1) // 2):
            PE[pos, 2 * i] = sin(pos / base ** (2 * i / D))
            if 2 * i + 1 < D:
                PE[pos, 2 * i + 1] = cos(pos / base ** (2 * i / D))
    return PE


def sinusoidal_positional_encoding(
    length: int,
    d_model: int,
    base: float = 10000.0,
    *,
    dtype: Any = np.float64,
) -> np.ndarray:
    """Return what is added to a sequence to tell its positions apart.

    Attention does not see the order of its keys. Each pair of features is a
    point on a circle that turns with the position, the first pair by one
    radian a step, later ones ever more slowly.

    Parameters
    ----------
    length : int
        L, at least 0.
    d_model : int
        D, at least 1; of an odd number, the last feature is a sine.
    base : float, default 10000.0
        By how much the slowest circle is slower than the first, nearly;
        positive.
    dtype : floating dtype, default numpy.float64

    Returns
    -------
    ndarray of shape (L, D)

    Raises
    ------
    TypeError
        If a size is not an int, `base` not a number or `dtype` not floating.
    ValueError
        If a size or `base` is out of range.

    References
    ----------
    Vaswani et al. 2017, *Attention is all you need*, section 3.5.

    Examples
    --------
    >>> from reference_impl import sinusoidal_positional_encoding
    >>> sinusoidal_positional_encoding(3, 4).round(3)
    array([[ 0.   ,  1.   ,  0.   ,  1.   ],
           [ 0.841,  0.54 ,  0.01 ,  1.   ],
           [ 0.909, -0.416,  0.02 ,  1.   ]])
    """
    L, D, base = _arguments(length, d_model, base)
    frequency = base ** (-np.arange(0, D, 2) / D)
    angle = np.arange(L)[:, None] * frequency
    encoding = np.empty((L, D), floating_dtype(dtype))
    encoding[:, 0::2] = np.sin(angle)
    encoding[:, 1::2] = np.cos(angle[:, : D // 2])
    return encoding


def _arguments(
    length: int, d_model: int, base: float
) -> tuple[int, int, float]:
    """Return the arguments once checked."""
    L = _checks.integer("length", length, 0)
    D = _checks.integer("d_model", d_model, 1)
    base = _checks.real("base", base)
    if base <= 0:
        raise ValueError(f"base must be positive, got base={base}")
    return L, D, base
