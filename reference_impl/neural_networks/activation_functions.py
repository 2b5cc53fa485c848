"""The classical activation functions: identity, steps, tanh, softsign.

Page: docs/neural-networks/activation-functions.md

Those of straight pieces are in `hard_activations`, the smooth ones of today
in `smooth_activations`, rectifiers in `hidden_units`; the logistic function
is `sigmoid` in `output_units`.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _elementwise

__all__ = [
    "identity",
    "identity_backward",
    "unit_step",
    "unit_step_backward",
    "sign",
    "sign_backward",
    "tanh",
    "tanh_backward",
    "softsign",
    "softsign_backward",
]


def identity(input: np.ndarray) -> np.ndarray:
    """Return a copy of x.

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
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 13.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import identity
    >>> identity(np.array([-2.0, 3.0]))
    array([-2.,  3.])
    """
    return _checks.floating("input", input).copy()


def identity_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `identity`: a copy of `grad_output`."""
    return _elementwise.pair(grad_output, input)[0].copy()


def unit_step(input: np.ndarray) -> np.ndarray:
    """Return 0 below 0, 1 above it and 1/2 at 0: Heaviside's function.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        NaN stays NaN; in PyTorch it becomes 0.

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 13.
    PyTorch, ``torch.heaviside`` with values of 1/2.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import unit_step
    >>> unit_step(np.array([-2.0, 0.0, 3.0]))
    array([0. , 0.5, 1. ])
    """
    x = _checks.floating("input", input)
    return np.heaviside(x, x.dtype.type(0.5))


def unit_step_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `unit_step`: 0 everywhere, also at the jump."""
    return np.zeros_like(_elementwise.pair(grad_output, input)[1])


def sign(input: np.ndarray) -> np.ndarray:
    """Return -1 below 0, 1 above it and 0 at 0.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        NaN stays NaN; in PyTorch it becomes 0.

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, chapter 13.
    PyTorch, ``torch.sign``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import sign
    >>> sign(np.array([-2.0, 0.0, 3.0]))
    array([-1.,  0.,  1.])
    """
    return np.sign(_checks.floating("input", input))


def sign_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `sign`: 0 everywhere, also at the jump."""
    return np.zeros_like(_elementwise.pair(grad_output, input)[1])


def tanh(input: np.ndarray) -> np.ndarray:
    """Return the hyperbolic tangent of x.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In [-1, 1].

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.3.2.
    PyTorch, ``torch.nn.functional.tanh``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import tanh
    >>> tanh(np.array([-1e4, 0.0, 1e4]))
    array([-1.,  0.,  1.])
    """
    return np.tanh(_checks.floating("input", input))


def tanh_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `tanh`.

    1 - tanh(x)^2 loses all digits where tanh(x) rounds to 1, at 19: with
    e = exp(-2 abs(x)) the same derivative is 4e / (1 + e)^2.
    """
    g, x = _elementwise.pair(grad_output, input)
    e = np.exp(-2 * np.abs(x))
    return g * (4 * e / (1 + e) ** 2)


def softsign(input: np.ndarray) -> np.ndarray:
    """Return x / (1 + abs(x)), which nears its bounds slower than tanh.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        In (-1, 1).

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Glorot and Bengio 2010, *Understanding the difficulty of training deep
    feedforward neural networks*, section 2. PyTorch,
    ``torch.nn.functional.softsign``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import softsign
    >>> softsign(np.array([-3.0, 0.0, 1.0]))
    array([-0.75,  0.  ,  0.5 ])
    """
    x = _checks.floating("input", input)
    return x / (1 + np.abs(x))


def softsign_backward(
    grad_output: np.ndarray, input: np.ndarray
) -> np.ndarray:
    """Return dL/dinput of `softsign`."""
    g, x = _elementwise.pair(grad_output, input)
    bent = 1 + np.abs(x)
    return g / bent / bent  # the square could overflow
