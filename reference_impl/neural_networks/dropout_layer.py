"""Dropout.

Page: docs/neural-networks/batch-normalization.md.

Randomness is an argument: an int draws the same mask each time, so the
backward function needs nothing from the forward one but that int.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _elementwise

__all__ = ["dropout", "dropout_backward"]


def dropout(
    input: np.ndarray,
    p: float = 0.5,
    training: bool = True,
    *,
    generator: int | np.random.Generator | None = None,
) -> np.ndarray:
    """Set each entry to 0 with probability `p`, scale the rest by 1/(1 - p).

    The scale keeps the expected value, so nothing is to be done afterwards
    where dropout does not act: without `training`, or for p = 0.

    Parameters
    ----------
    input : ndarray of any shape, floating
    p : float in [0, 1], default 0.5
    training : bool, default True
    generator : int or numpy.random.Generator, optional
        Where the mask is drawn from; required where dropout acts. An int is
        the seed of a new generator; a generator moves on.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If `input` is not floating, `p` not a number, or there is nothing to
        draw from.
    ValueError
        If `p` is outside [0, 1] or a seed is negative.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014,
    *Dropout*, section 10 (the scale in training). PyTorch,
    ``torch.nn.functional.dropout``, which draws other numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import dropout
    >>> dropout(np.array([1.0, 2.0, 3.0, 4.0]), p=0.2, generator=0)
    array([1.25, 2.5 , 0.  , 0.  ])
    """
    x = _checks.floating("input", input)
    return x * _factors(x, p, training, generator)


def dropout_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    p: float = 0.5,
    training: bool = True,
    *,
    generator: int | np.random.Generator | None = None,
) -> np.ndarray:
    """Return dL/dinput: what was dropped gets 0, the rest g/(1 - p).

    `generator` is the int that `dropout` got, or a generator in the state that
    `dropout` found it in.
    """
    g, x = _elementwise.pair(grad_output, input)
    return g * _factors(x, p, training, generator)


def _factors(
    x: np.ndarray,
    p: float,
    training: bool,
    generator: int | np.random.Generator | None,
) -> np.ndarray:
    """Return what each entry is multiplied with, of the dtype of `x`."""
    p = _checks.real("p", p, 0, 1)
    _checks.one_of("training", training, (False, True))
    if not training or p == 0:
        return np.ones((), x.dtype)
    kept = random_source(generator).random(x.shape) >= p
    return kept * x.dtype.type(1 / (1 - p) if p < 1 else 0)


def random_source(
    generator: int | np.random.Generator | None,
) -> np.random.Generator:
    """Return the generator, or a new one from an int."""
    if isinstance(generator, bool) or not isinstance(
        generator, int | np.integer | np.random.Generator
    ):
        raise TypeError(
            "generator must be an int or a numpy.random.Generator where "
            f"dropout acts, got generator={generator!r}"
        )
    return _checks.generator("generator", generator)
