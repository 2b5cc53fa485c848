"""Activation functions of straight pieces, and one of a parabola.

Page: docs/neural-networks/activation-functions.md.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _elementwise

__all__ = [
    "hardtanh",
    "hardtanh_backward",
    "relu6",
    "relu6_backward",
    "hardsigmoid",
    "hardsigmoid_backward",
    "hardswish",
    "hardswish_backward",
]


def hardtanh(
    input: np.ndarray, min_val: float = -1.0, max_val: float = 1.0
) -> np.ndarray:
    """Return x clipped to [min_val, max_val]: the piece-wise linear unit.

    Parameters
    ----------
    input : ndarray of any shape, floating
    min_val, max_val : float, default -1 and 1
        Lowest and highest output.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or a bound is not a number.
    ValueError
        If `min_val` is above `max_val` or one of them is not finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.3.3.
    PyTorch, ``torch.nn.functional.hardtanh``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import hardtanh
    >>> hardtanh(np.array([-2.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """
    x = _checks.floating("input", input)
    return np.clip(x, *_bounds(min_val, max_val))


def hardtanh_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    min_val: float = -1.0,
    max_val: float = 1.0,
) -> np.ndarray:
    """Return dL/dinput of `hardtanh`; its derivative at both kinks is 0."""
    g, x = _elementwise.pair(grad_output, input)
    low, high = _bounds(min_val, max_val)
    return np.where((x <= low) | (x >= high), 0, g)


def relu6(input: np.ndarray) -> np.ndarray:
    """Return x clipped to [0, 6].

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Krizhevsky 2010, *Convolutional deep belief networks on CIFAR-10*.
    PyTorch, ``torch.nn.functional.relu6``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import relu6
    >>> relu6(np.array([-2.0, 3.0, 9.0]))
    array([0., 3., 6.])
    """
    return hardtanh(input, 0.0, 6.0)


def relu6_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `relu6`; its derivative at both kinks is 0."""
    return hardtanh_backward(grad_output, input, 0.0, 6.0)


def hardsigmoid(input: np.ndarray) -> np.ndarray:
    """Return (x + 3) / 6 clipped to [0, 1].

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Howard et al. 2019, *Searching for MobileNetV3*, section 5.2. PyTorch,
    ``torch.nn.functional.hardsigmoid``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import hardsigmoid
    >>> hardsigmoid(np.array([-4.0, 0.0, 1.5, 4.0]))
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    return relu6(_checks.floating("input", input) + 3) / 6


def hardsigmoid_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `hardsigmoid`; its derivative at -3 and 3 is 0."""
    return hardtanh_backward(grad_output, input, -3.0, 3.0) / 6


def hardswish(input: np.ndarray) -> np.ndarray:
    """Return x * hardsigmoid(x).

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In [-3/8, inf); the lowest value is at -3/2.

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Howard et al. 2019, *Searching for MobileNetV3*, section 5.2. PyTorch,
    ``torch.nn.functional.hardswish``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import hardswish
    >>> hardswish(np.array([-4.0, -1.5, 1.5, 4.0]))
    array([-0.   , -0.375,  1.125,  4.   ])
    """
    x = _checks.floating("input", input)
    return x * hardsigmoid(x)


def hardswish_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `hardswish`: 0 at -3 and 1 at 3, its kinks."""
    g, x = _elementwise.pair(grad_output, input)
    slope = np.where(x <= -3, 0, np.where(x < 3, x / 3 + 0.5, 1))
    return g * slope.astype(x.dtype, copy=False)


def _bounds(min_val: float, max_val: float) -> tuple[float, float]:
    """Return (min_val, max_val) once checked."""
    low = _checks.real("min_val", min_val)
    high = _checks.real("max_val", max_val)
    if low > high:
        raise ValueError(
            "min_val must be at most max_val, got "
            f"min_val={low}, max_val={high}"
        )
    return low, high
