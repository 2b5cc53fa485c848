"""Random first weights: naive, Xavier (Glorot) and He (Kaiming).

Page: docs/neural-networks/vanishing-and-exploding-gradients.md.

A weight has the shape (O, I, ...) of PyTorch's layers: O outputs, I inputs,
then the kernel. fan_in counts the terms that are added up for one output,
fan_out those that one input is part of.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference_impl import _checks

__all__ = [
    "fan_in_and_fan_out",
    "calculate_gain",
    "naive_normal",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
]

GAINS = {
    "linear": 1.0,
    "identity": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
    "leaky_relu": math.nan,  # depends on the slope
}


def fan_in_and_fan_out(shape: Sequence[int]) -> tuple[int, int]:
    """Return how many inputs an output has, and how many outputs an input.

    Parameters
    ----------
    shape : tuple of at least two ints
        (O, I, ...), each at least 1.

    Returns
    -------
    tuple of two ints
        (I*k, O*k), where k counts the kernel's cells.

    Raises
    ------
    TypeError
        If a size is not an int.
    ValueError
        If a size is less than 1, or there are fewer than two.

    References
    ----------
    Glorot and Bengio 2010, *Understanding the difficulty of training deep
    feedforward neural networks*, section 4.2.1.

    Examples
    --------
    >>> from reference_impl import fan_in_and_fan_out
    >>> fan_in_and_fan_out((10, 784)), fan_in_and_fan_out((32, 3, 5, 5))
    ((784, 10), (75, 800))
    """
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        raise TypeError(f"shape must be a tuple of ints, got shape={shape!r}")
    if len(shape) < 2:
        raise ValueError(
            f"shape must have at least two sizes, got shape={shape}"
        )
    sizes = [_checks.integer(f"shape[{i}]", n, 1) for i, n in enumerate(shape)]
    cells = math.prod(sizes[2:])
    return sizes[1] * cells, sizes[0] * cells


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return by how much to scale weights in front of an activation function.

    Parameters
    ----------
    nonlinearity : str
        "linear", "identity", "conv1d" to "conv3d", "conv_transpose1d" to
        "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu" or "selu".
    param : float, optional
        Slope of "leaky_relu" below 0; 0.01 when None. The others ignore it.

    Returns
    -------
    float
        sqrt(2 / (1 + slope**2)) for the rectifiers, 5/3 for tanh, 3/4 for
        selu, else 1.

    Raises
    ------
    TypeError
        If a slope is not a number.
    ValueError
        If `nonlinearity` is none of these or a slope is not finite.

    References
    ----------
    He et al. 2015, *Delving deep into rectifiers*, equations 10 and 15.
    PyTorch, ``torch.nn.init.calculate_gain``.

    Examples
    --------
    >>> from reference_impl import calculate_gain
    >>> round(calculate_gain("leaky_relu", 0.2), 4)
    1.3868
    """
    _checks.one_of("nonlinearity", nonlinearity, tuple(GAINS))
    if nonlinearity != "leaky_relu":
        return GAINS[nonlinearity]
    slope = 0.01 if param is None else _checks.real("param", param)
    return math.sqrt(2 / (1 + slope**2))


def naive_normal(
    shape: Sequence[int],
    std: float = 1.0,
    *,
    rng: int | np.random.Generator,
    dtype: Any = np.float64,
) -> np.ndarray:
    """Return weights of variance std**2, whatever the size of the layer.

    Parameters
    ----------
    shape : tuple of at least two ints
    std : float, default 1
        At least 0.
    rng : int or Generator
        Seed, or what to draw from.
    dtype : float dtype, default float64

    Returns
    -------
    ndarray of shape `shape`, dtype `dtype`

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size is less than 1 or `std` is negative.

    Examples
    --------
    >>> from reference_impl import naive_normal
    >>> naive_normal((2, 3), 0.01, rng=0).round(4)
    array([[ 0.0013, -0.0013,  0.0064],
           [ 0.001 , -0.0054,  0.0036]])
    """
    fan_in_and_fan_out(shape)
    return _normal(shape, _checks.real("std", std, 0), rng, dtype)


def xavier_uniform(
    shape: Sequence[int],
    gain: float = 1.0,
    *,
    rng: int | np.random.Generator,
    dtype: Any = np.float64,
) -> np.ndarray:
    """Return weights of variance gain**2 * 2 / (fan_in + fan_out), uniform.

    Parameters
    ----------
    shape : tuple of at least two ints
        (O, I, ...).
    gain : float, default 1
        At least 0: see `calculate_gain`.
    rng : int or Generator
        Seed, or what to draw from.
    dtype : float dtype, default float64

    Returns
    -------
    ndarray of shape `shape`, dtype `dtype`
        In [-a, a] with a = gain * sqrt(6 / (fan_in + fan_out)).

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size is less than 1 or `gain` is negative.

    References
    ----------
    Glorot and Bengio 2010, equation 16. PyTorch,
    ``torch.nn.init.xavier_uniform_``.

    Examples
    --------
    >>> from reference_impl import xavier_uniform
    >>> xavier_uniform((2, 4), rng=0).round(2)
    array([[ 0.27, -0.46, -0.92, -0.97],
           [ 0.63,  0.83,  0.21,  0.46]])
    """
    return _uniform(shape, _xavier_std(shape, gain), rng, dtype)


def xavier_normal(
    shape: Sequence[int],
    gain: float = 1.0,
    *,
    rng: int | np.random.Generator,
    dtype: Any = np.float64,
) -> np.ndarray:
    """Return weights of variance gain**2 * 2 / (fan_in + fan_out), normal.

    Parameters, errors and source are those of `xavier_uniform`; the entries
    are normal with mean 0.

    Examples
    --------
    >>> from reference_impl import xavier_normal
    >>> xavier_normal((1, 3), rng=0).round(3)
    array([[ 0.089, -0.093,  0.453]])
    """
    return _normal(shape, _xavier_std(shape, gain), rng, dtype)


def kaiming_uniform(
    shape: Sequence[int],
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: int | np.random.Generator,
    dtype: Any = np.float64,
) -> np.ndarray:
    """Return weights of variance gain**2 / fan, uniform.

    Parameters
    ----------
    shape : tuple of at least two ints
        (O, I, ...).
    a : float, default 0
        Slope below 0 of the leaky rectifier that follows; 0 is the ReLU's.
    mode : {"fan_in", "fan_out"}, default "fan_in"
        Keep the size of what goes forward, or of gradients going back.
    nonlinearity : str, default "leaky_relu"
        As `calculate_gain` takes it.
    rng : int or Generator
        Seed, or what to draw from.
    dtype : float dtype, default float64

    Returns
    -------
    ndarray of shape `shape`, dtype `dtype`
        In [-b, b] with b = gain * sqrt(3 / fan).

    Raises
    ------
    TypeError
        If an argument is of another kind.
    ValueError
        If a size is less than 1, or `mode` or `nonlinearity` is unknown.

    References
    ----------
    He et al. 2015, *Delving deep into rectifiers*, equations 10 and 14.
    PyTorch, ``torch.nn.init.kaiming_uniform_``.

    Examples
    --------
    >>> from reference_impl import kaiming_uniform
    >>> kaiming_uniform((2, 4), rng=0).round(2)
    array([[ 0.34, -0.56, -1.12, -1.18],
           [ 0.77,  1.01,  0.26,  0.56]])
    """
    return _uniform(
        shape, _kaiming_std(shape, a, mode, nonlinearity), rng, dtype
    )


def kaiming_normal(
    shape: Sequence[int],
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: int | np.random.Generator,
    dtype: Any = np.float64,
) -> np.ndarray:
    """Return weights of variance gain**2 / fan, normal.

    Parameters, errors and source are those of `kaiming_uniform`; the entries
    are normal with mean 0.

    Examples
    --------
    >>> from reference_impl import kaiming_normal
    >>> kaiming_normal((1, 3), rng=0).round(3)
    array([[ 0.103, -0.108,  0.523]])
    """
    return _normal(
        shape, _kaiming_std(shape, a, mode, nonlinearity), rng, dtype
    )


def _xavier_std(shape: Sequence[int], gain: float) -> float:
    """Return the standard deviation that Glorot and Bengio ask for."""
    fans = fan_in_and_fan_out(shape)
    return _checks.real("gain", gain, 0) * math.sqrt(2 / sum(fans))


def _kaiming_std(
    shape: Sequence[int], a: float, mode: str, nonlinearity: str
) -> float:
    """Return the standard deviation that He et al. ask for."""
    fan_in, fan_out = fan_in_and_fan_out(shape)
    _checks.one_of("mode", mode, ("fan_in", "fan_out"))
    gain = calculate_gain(nonlinearity, _checks.real("a", a))
    return gain / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def _uniform(
    shape: Sequence[int],
    std: float,
    rng: int | np.random.Generator,
    dtype: Any,
) -> np.ndarray:
    bound = math.sqrt(3) * std  # a uniform variable on [-b, b] has b/sqrt(3)
    draw = _checks.generator("rng", rng).uniform(-bound, bound, tuple(shape))
    return draw.astype(_float_dtype(dtype))


def _normal(
    shape: Sequence[int],
    std: float,
    rng: int | np.random.Generator,
    dtype: Any,
) -> np.ndarray:
    draw = _checks.generator("rng", rng).normal(0, std, tuple(shape))
    return draw.astype(_float_dtype(dtype))


def _float_dtype(dtype: Any) -> np.dtype:
    dtype = np.dtype(dtype)
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"dtype must be floating, got dtype={dtype}")
    return dtype
