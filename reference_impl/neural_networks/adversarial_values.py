"""What discriminator and generator play for, and what they reach.

Page: docs/neural-networks/generative-adversarial-networks.md.

Axes: N real examples, M generated ones. A logit a is that of D: the
probability that the discriminator gives for "real" is sigmoid(a).
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.output_units import (
    logsigmoid,
    sigmoid,
    softplus,
)

__all__ = [
    "gan_value",
    "gan_value_backward",
    "ValueGradients",
    "generator_loss",
    "generator_loss_backward",
    "optimal_discriminator",
    "jensen_shannon_divergence",
]


def gan_value(real_logits: np.ndarray, fake_logits: np.ndarray) -> np.ndarray:
    """Return the mean of log D(x) plus the mean of log(1 - D(G(z))).

    The discriminator ascends it, the generator descends it.

    Parameters
    ----------
    real_logits : ndarray of shape (N,), floating
        Logits of real examples.
    fake_logits : ndarray of shape (M,), dtype of `real_logits`
        Logits of generated examples.

    Returns
    -------
    scalar of the dtype of `real_logits`
        At most 0; -log(4) for a discriminator that always says 1/2.

    Raises
    ------
    TypeError
        If `real_logits` is not floating or `fake_logits` has another dtype.
    ValueError
        If one has not one axis, or no entries.

    References
    ----------
    Goodfellow et al. 2014, *Generative adversarial nets*, equation 1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gan_value
    >>> print(f"{gan_value(np.zeros(3), np.zeros(2)):.4f}")
    -1.3863
    """
    real, fake = _logits(real_logits, fake_logits)
    return logsigmoid(real).mean() + logsigmoid(-fake).mean()


class ValueGradients(NamedTuple):
    """Gradients of `gan_value`."""

    real_logits: np.ndarray
    fake_logits: np.ndarray


def gan_value_backward(
    grad_output: float, real_logits: np.ndarray, fake_logits: np.ndarray
) -> ValueGradients:
    """Return g * (1 - D(x)) / N and -g * D(G(z)) / M."""
    real, fake = _logits(real_logits, fake_logits)
    g = real.dtype.type(grad_output)
    return ValueGradients(
        g * sigmoid(-real) / len(real), -g * sigmoid(fake) / len(fake)
    )


def generator_loss(
    fake_logits: np.ndarray, saturating: bool = False
) -> np.ndarray:
    """Return what the generator descends.

    Parameters
    ----------
    fake_logits : ndarray of shape (M,), floating
    saturating : bool, default False
        Whether it is the generator's part of the value, the mean of
        log(1 - D(G(z))), rather than the mean of -log D(G(z)).

    Returns
    -------
    scalar of the dtype of `fake_logits`

    Raises
    ------
    TypeError
        If `fake_logits` is not floating.
    ValueError
        If it has not one axis, or no entries.

    References
    ----------
    Goodfellow et al. 2014, *Generative adversarial nets*, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import generator_loss
    >>> found_out = np.array([-5.0])
    >>> print(f"{generator_loss(found_out):.4f}")
    5.0067
    >>> print(f"{generator_loss(found_out, saturating=True):.4f}")
    -0.0067
    """
    a = _one_axis("fake_logits", fake_logits)
    _checks.one_of("saturating", saturating, (False, True))
    return -softplus(a).mean() if saturating else softplus(-a).mean()


def generator_loss_backward(
    grad_output: float, fake_logits: np.ndarray, saturating: bool = False
) -> np.ndarray:
    """Return -g * D / M if it saturates, else -g * (1 - D) / M."""
    a = _one_axis("fake_logits", fake_logits)
    _checks.one_of("saturating", saturating, (False, True))
    slope = sigmoid(a) if saturating else sigmoid(-a)
    return -a.dtype.type(grad_output) * slope / len(a)


def optimal_discriminator(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return p / (p + q), the discriminator that no other beats.

    Parameters
    ----------
    p : ndarray of any shape, floating
        Probability, or density, of each point in the data.
    q : ndarray of the shape and dtype of `p`
        The same under the generator.

    Returns
    -------
    ndarray of the shape of `p`
        1/2 where both are 0: there the value does not depend on it.

    Raises
    ------
    TypeError
        If `p` is not floating or `q` has another dtype.
    ValueError
        If the shapes differ or an entry is negative.

    References
    ----------
    Goodfellow et al. 2014, *Generative adversarial nets*, proposition 1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import optimal_discriminator
    >>> p, q = np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.0, 0.5])
    >>> optimal_discriminator(p, q)
    array([0.5, 1. , 0. ])
    """
    p, q = _densities(p, q)
    both = p + q
    half = np.full_like(both, 0.5)
    return np.divide(p, both, out=half, where=both > 0)


def jensen_shannon_divergence(p: np.ndarray, q: np.ndarray) -> float:
    """Return how far two distributions are from their mean, in nats.

    Parameters
    ----------
    p : ndarray of any shape, floating
        Probabilities that sum to 1.
    q : ndarray of the shape and dtype of `p`
        Likewise.

    Returns
    -------
    float
        From 0, if they are the same, to log(2), if they share no point.

    Raises
    ------
    TypeError
        If `p` is not floating or `q` has another dtype.
    ValueError
        If the shapes differ, an entry is negative or a sum is not 1.

    References
    ----------
    Goodfellow et al. 2014, *Generative adversarial nets*, equation 6.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import jensen_shannon_divergence
    >>> p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> print(f"{jensen_shannon_divergence(p, q):.4f}")
    0.6931
    """
    p, q = _densities(p, q)
    for name, each in (("p", p), ("q", q)):
        if not np.isclose(each.sum(), 1):
            raise ValueError(
                f"{name} must sum to 1, got {name}.sum()={each.sum()}"
            )
    both = _to_middle(p, p + q) + _to_middle(q, p + q)
    return max(0.0, float(both) / 2)  # rounding could leave -1e-16


def _to_middle(p: np.ndarray, both: np.ndarray) -> np.ndarray:
    """Return the Kullback-Leibler divergence of both / 2 from p."""
    there = p > 0
    return np.sum(p[there] * np.log(2 * p[there] / both[there]))


def _densities(p: np.ndarray, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both once checked."""
    p = _checks.floating("p", p)
    q = _checks.floating_like("q", q, "p", p)
    _checks.shape("q", q, p.shape)
    for name, each in (("p", p), ("q", q)):
        if not np.all(each >= 0):
            raise ValueError(
                f"{name} must have no negative entry, got "
                f"{name}.min()={each.min()}"
            )
    return p, q


def _logits(
    real_logits: np.ndarray, fake_logits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    real = _one_axis("real_logits", real_logits)
    fake = _checks.floating_like(
        "fake_logits", fake_logits, "real_logits", real
    )
    return real, _one_axis("fake_logits", fake)


def _one_axis(name: str, logits: np.ndarray) -> np.ndarray:
    a = _checks.floating(name, logits)
    if a.ndim != 1 or a.size == 0:
        raise ValueError(
            f"{name} must have one axis of at least one entry, got "
            f"{name}.shape={a.shape}"
        )
    return a
