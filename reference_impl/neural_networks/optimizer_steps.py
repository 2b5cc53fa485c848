"""A step of stochastic gradient descent, and a step of Adam.

Page: docs/neural-networks/transformer.md.

A step is a pure function of a parameter, its gradient and what the step before
left behind; `optimizers` holds that from step to step.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl import _checks

__all__ = ["sgd_step", "SGDStep", "adam_step", "AdamState", "AdamStep"]


class SGDStep(NamedTuple):
    """A parameter after a step, and its velocity: None without momentum."""

    parameter: np.ndarray
    momentum_buffer: np.ndarray | None


def sgd_step(
    parameter: np.ndarray,
    gradient: np.ndarray,
    momentum_buffer: np.ndarray | None = None,
    lr: float = 1e-3,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> SGDStep:
    """Take a step of gradient descent, with momentum or without.

    Parameters
    ----------
    parameter : ndarray of any shape, floating
    gradient : ndarray of the shape and dtype of `parameter`
        dL/dparameter.
    momentum_buffer : ndarray of the shape and dtype of `parameter`, optional
        The velocity that the step before returned; None at the first.
    lr : float, default 1e-3
        Learning rate, at least 0.
    momentum : float, default 0.0
        Part of the velocity that is kept, at least 0.
    dampening : float, default 0.0
        The new gradient enters the velocity 1 - dampening times; whole at
        the first step, as in PyTorch.
    weight_decay : float, default 0.0
        Adds weight_decay * parameter to the gradient; at least 0.
    nesterov : bool, default False
        Whether to step by gradient + momentum * velocity, not by velocity.

    Returns
    -------
    SGDStep
        A named tuple (parameter, momentum_buffer) of new arrays.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ.
    ValueError
        If a shape does not fit, a number is out of range, or `nesterov` comes
        without momentum or with dampening.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithms 8.2 and
    8.3. PyTorch, ``torch.optim.SGD``: the velocity has no factor `lr`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import sgd_step
    >>> first = sgd_step(np.array([1.0]), np.array([2.0]), lr=0.1, momentum=0.5)
    >>> first.parameter
    array([0.8])
    >>> sgd_step(*first[:1], np.array([2.0]), first.momentum_buffer, 0.1, 0.5)
    SGDStep(parameter=array([0.5]), momentum_buffer=array([3.]))
    """
    lr, momentum, dampening, weight_decay = sgd_options(
        lr, momentum, dampening, weight_decay, nesterov
    )
    p, g = _pair(parameter, gradient)
    if weight_decay:
        g = g + weight_decay * p
    if not momentum:
        return SGDStep(p - lr * g, None)
    velocity = g.copy()
    if momentum_buffer is not None:
        old = matching("momentum_buffer", momentum_buffer, p)
        velocity = momentum * old + (1 - dampening) * g
    step = g + momentum * velocity if nesterov else velocity
    return SGDStep(p - lr * step, velocity)


class AdamState(NamedTuple):
    """What a step of Adam leaves behind."""

    step: int
    exp_avg: np.ndarray
    exp_avg_sq: np.ndarray


class AdamStep(NamedTuple):
    """A parameter after a step of Adam, and what the next step needs."""

    parameter: np.ndarray
    state: AdamState


def adam_step(
    parameter: np.ndarray,
    gradient: np.ndarray,
    state: AdamState | None = None,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    decoupled_weight_decay: bool = False,
) -> AdamStep:
    """Step by the mean gradient over the root of its mean square.

    Parameters
    ----------
    parameter : ndarray of any shape, floating
    gradient : ndarray of the shape and dtype of `parameter`
        dL/dparameter.
    state : AdamState, optional
        What the step before returned; None at the first.
    lr : float, default 1e-3
        Learning rate, at least 0.
    betas : tuple of two floats in [0, 1), default (0.9, 0.999)
        Part of the mean and of the mean square that is kept.
    eps : float, default 1e-8
        Added to the root; at least 0.
    weight_decay : float, default 0.0
        Adds weight_decay * parameter to the gradient; at least 0.
    decoupled_weight_decay : bool, default False
        Whether to take lr * weight_decay * parameter from the parameter
        instead: AdamW.

    Returns
    -------
    AdamStep
        A named tuple (parameter, state) of new arrays.

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ, or `state` is no
        AdamState.
    ValueError
        If a shape does not fit or a number is out of range.

    References
    ----------
    Kingma and Ba 2015, *Adam*, algorithm 1. Loshchilov and Hutter 2019,
    *Decoupled weight decay regularization*, algorithm 2. PyTorch,
    ``torch.optim.Adam``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import adam_step
    >>> p, state = adam_step(np.array([1.0]), np.array([4.0]), lr=0.5)
    >>> p, state.step, state.exp_avg.round(9), state.exp_avg_sq.round(9)
    (array([0.5]), 1, array([0.4]), array([0.016]))
    """
    lr, betas, eps, weight_decay = adam_options(
        lr, betas, eps, weight_decay, decoupled_weight_decay
    )
    p, g = _pair(parameter, gradient)
    if weight_decay and decoupled_weight_decay:
        p = p * (1 - lr * weight_decay)
    elif weight_decay:
        g = g + weight_decay * p
    if not isinstance(state, AdamState | None):
        raise TypeError(f"state must be an AdamState, got state={state!r}")
    if state is None:
        state = AdamState(0, np.zeros_like(p), np.zeros_like(p))
    t = _checks.integer("state.step", state.step, 0) + 1
    m = matching("state.exp_avg", state.exp_avg, p)
    v = matching("state.exp_avg_sq", state.exp_avg_sq, p)
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g * g
    root = np.sqrt(v) / (1 - betas[1] ** t) ** 0.5
    p = p - lr / (1 - betas[0] ** t) * m / (root + eps)
    return AdamStep(p, AdamState(t, m, v))


def _pair(
    parameter: np.ndarray, gradient: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return parameter and gradient once checked."""
    p = _checks.floating("parameter", parameter)
    return p, matching("gradient", gradient, p)


def matching(name: str, value: Any, parameter: np.ndarray) -> np.ndarray:
    """Return `value`, of the parameter's shape and dtype, once checked."""
    array = _checks.floating_like(name, value, "parameter", parameter)
    _checks.shape(name, array, parameter.shape)
    return array


def sgd_options(
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
) -> tuple[float, float, float, float]:
    """Return the numbers of `sgd_step` as floats once they are checked.

    A number of NumPy's would have a say in the dtype of the result.
    """
    numbers = (
        _checks.real("lr", lr, 0),
        _checks.real("momentum", momentum, 0),
        _checks.real("dampening", dampening),
        _checks.real("weight_decay", weight_decay, 0),
    )
    _checks.one_of("nesterov", nesterov, (False, True))
    if nesterov and (not momentum or dampening):
        raise ValueError(
            "nesterov must come with momentum and without dampening, got "
            f"nesterov=True, momentum={momentum}, dampening={dampening}"
        )
    return numbers


def adam_options(
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled_weight_decay: bool,
) -> tuple[float, tuple[float, float], float, float]:
    """Return the numbers of `adam_step` as floats once they are checked."""
    if not isinstance(betas, Sequence) or len(betas) != 2:
        raise ValueError(f"betas must be two numbers, got betas={betas!r}")
    for i, beta in enumerate(betas):
        if _checks.real(f"betas[{i}]", beta, 0, 1) == 1:
            raise ValueError(f"betas[{i}] must be below 1, got betas={betas}")
    _checks.one_of(
        "decoupled_weight_decay", decoupled_weight_decay, (False, True)
    )
    return (
        _checks.real("lr", lr, 0),
        (float(betas[0]), float(betas[1])),
        _checks.real("eps", eps, 0),
        _checks.real("weight_decay", weight_decay, 0),
    )
