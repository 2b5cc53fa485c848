"""Activation functions without a kink: ELU, SELU, GELU, SiLU, Mish.

Page: docs/neural-networks/activation-functions.md

ELU and SELU have one where alpha is not 1; it is named there.
"""

import math

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _elementwise
from reference_impl.neural_networks.output_units import sigmoid, softplus

__all__ = [
    "elu",
    "elu_backward",
    "selu",
    "selu_backward",
    "gelu",
    "gelu_backward",
    "silu",
    "silu_backward",
    "mish",
    "mish_backward",
    "erf",
    "erfc",
]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
GELU_CUBIC = 0.044715

# NumPy has no erf. C's own, reached through the math module, is correct to
# the last digit or two at about 0.1 microseconds an entry. A vectorised
# rational approximation (Cody 1969) would be faster, but needs 30 constants.
_ERF = np.frompyfunc(math.erf, 1, 1)
_ERFC = np.frompyfunc(math.erfc, 1, 1)


def elu(input: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Return x above 0 and alpha * (exp(x) - 1) below it.

    Parameters
    ----------
    input : ndarray of any shape, floating
    alpha : float, default 1
        Minus the limit far below 0.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating or `alpha` is not a number.
    ValueError
        If `alpha` is not finite.

    References
    ----------
    Clevert, Unterthiner and Hochreiter 2016, *Fast and accurate deep network
    learning by exponential linear units*, equation 15. PyTorch,
    ``torch.nn.functional.elu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import elu
    >>> elu(np.array([-1e4, 0.0, 3.0]), alpha=2.0)
    array([-2.,  0.,  3.])
    """
    x = _checks.floating("input", input)
    alpha = _checks.real("alpha", alpha)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(
    grad_output: np.ndarray, input: np.ndarray, alpha: float = 1.0
) -> np.ndarray:
    """Return dL/dinput of `elu`; its derivative at 0 is alpha."""
    g, x = _elementwise.pair(grad_output, input)
    alpha = _checks.real("alpha", alpha)
    return np.where(x > 0, g, g * (alpha * np.exp(np.minimum(x, 0))))


def selu(input: np.ndarray) -> np.ndarray:
    """Return a scaled `elu` that keeps mean 0 and variance 1 over layers.

    Parameters
    ----------
    input : ndarray of any shape, floating

    Returns
    -------
    ndarray of the shape and dtype of `input`
        1.0507... * elu(x, 1.6732...).

    Raises
    ------
    TypeError
        If `input` is not floating.

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter 2017, *Self-normalizing
    neural networks*, equation 2. PyTorch, ``torch.nn.functional.selu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import selu
    >>> selu(np.array([-1e4, 0.0, 1.0])).round(4)
    array([-1.7581,  0.    ,  1.0507])
    """
    return SELU_SCALE * elu(input, SELU_ALPHA)


def selu_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `selu`; its derivative at 0 is 1.7580..."""
    return SELU_SCALE * elu_backward(grad_output, input, SELU_ALPHA)


def gelu(input: np.ndarray, approximate: str = "none") -> np.ndarray:
    """Return x times the probability that a standard normal is below x.

    Parameters
    ----------
    input : ndarray of any shape, floating
    approximate : {"none", "tanh"}, default "none"
        "tanh" replaces the probability by (1 + tanh(u)) / 2 with
        u = sqrt(2/pi) * (x + 0.044715 x^3).

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating.
    ValueError
        If `approximate` is neither "none" nor "tanh".

    References
    ----------
    Hendrycks and Gimpel 2016, *Gaussian error linear units*, section 2.
    PyTorch, ``torch.nn.functional.gelu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gelu
    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    x = _checks.floating("input", input)
    _checks.one_of("approximate", approximate, ("none", "tanh"))
    if approximate == "tanh":
        return x * sigmoid(_gelu_logit(x))
    return x * _normal_cdf(x)


def gelu_backward(
    grad_output: np.ndarray, input: np.ndarray, approximate: str = "none"
) -> np.ndarray:
    """Return dL/dinput of `gelu`."""
    g, x = _elementwise.pair(grad_output, input)
    x = _near(x)
    _checks.one_of("approximate", approximate, ("none", "tanh"))
    if approximate == "tanh":
        z = _gelu_logit(x)
        slope = math.sqrt(8 / math.pi) * (1 + 3 * GELU_CUBIC * x * x)
        return g * (sigmoid(z) * (1 + x * sigmoid(-z) * slope))
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return g * (_normal_cdf(x) + x * density)


def silu(input: np.ndarray) -> np.ndarray:
    """Return x * sigmoid(x), also called swish.

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
    Hendrycks and Gimpel 2016, *Gaussian error linear units*, section 2.
    PyTorch, ``torch.nn.functional.silu``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import silu
    >>> silu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """
    x = _checks.floating("input", input)
    return x * sigmoid(x)


def silu_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `silu`."""
    g, x = _elementwise.pair(grad_output, input)
    return g * (sigmoid(x) * (1 + x * sigmoid(-x)))


def mish(input: np.ndarray) -> np.ndarray:
    """Return x * tanh(softplus(x)).

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
    Misra 2019, *Mish: a self regularized non-monotonic activation function*,
    equation 1. PyTorch, ``torch.nn.functional.mish``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mish
    >>> mish(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.3034,  0.    ,  0.8651])
    """
    x = _checks.floating("input", input)
    return x * np.tanh(softplus(x))


def mish_backward(grad_output: np.ndarray, input: np.ndarray) -> np.ndarray:
    """Return dL/dinput of `mish`."""
    g, x = _elementwise.pair(grad_output, input)
    t = np.tanh(softplus(x))
    return g * (t + x * (1 - t * t) * sigmoid(x))


def erf(input: np.ndarray) -> np.ndarray:
    """Return the error function of x.

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
    Abramowitz and Stegun 1964, *Handbook of mathematical functions*,
    equation 7.1.1. PyTorch, ``torch.erf``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import erf
    >>> erf(np.array([-1.0, 0.0, 6.0])).round(4)
    array([-0.8427,  0.    ,  1.    ])
    """
    x = _checks.floating("input", input)
    return np.asarray(_ERF(x)).astype(x.dtype)


def erfc(input: np.ndarray) -> np.ndarray:
    """Return 1 - erf(x), exact also where erf(x) rounds to 1.

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
    Abramowitz and Stegun 1964, *Handbook of mathematical functions*,
    equation 7.1.2. PyTorch, ``torch.erfc``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import erfc
    >>> print(f"{erfc(np.array(10.0)):.6e}")
    2.088488e-45
    """
    x = _checks.floating("input", input)
    return np.asarray(_ERFC(x)).astype(x.dtype)


def _normal_cdf(x: np.ndarray) -> np.ndarray:
    """Return the probability that a standard normal is below x."""
    return erfc(x / -math.sqrt(2)) / 2


def _gelu_logit(x: np.ndarray) -> np.ndarray:
    """Return 2u, for which sigmoid(2u) = (1 + tanh(u)) / 2."""
    x = _near(x)
    return math.sqrt(8 / math.pi) * (x + GELU_CUBIC * x * x * x)


def _near(x: np.ndarray) -> np.ndarray:
    """Return x within -40..40, so that no power of it overflows.

    Further out the gate is 0 or 1 to the last digit, and so is its slope.
    """
    return np.clip(x, -40, 40)
