"""Normal distributions of latent variables: how to draw, how far from N(0, I).

Page: docs/neural-networks/variational-autoencoders.md.

Axes: N examples, k latent variables. A distribution is its mean and the
logarithm of its variance, entry by entry: a network may put out any number.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _reduction

__all__ = [
    "reparameterize",
    "reparameterize_backward",
    "ReparameterizeGradients",
    "kl_to_standard_normal",
    "kl_to_standard_normal_backward",
    "GaussianGradients",
]


def reparameterize(
    mean: np.ndarray, log_variance: np.ndarray, epsilon: np.ndarray
) -> np.ndarray:
    """Return mean + exp(log_variance / 2) * epsilon.

    If `epsilon` is drawn from N(0, I), this is a draw from the distribution,
    and it has derivatives to what the distribution depends on.

    Parameters
    ----------
    mean : ndarray of any shape, floating
    log_variance : ndarray of the shape and dtype of `mean`
    epsilon : ndarray of the shape and dtype of `mean`

    Returns
    -------
    ndarray of the shape and dtype of `mean`

    Raises
    ------
    TypeError
        If `mean` is not floating or an array has another dtype.
    ValueError
        If the shapes differ.

    References
    ----------
    Kingma and Welling 2014, *Auto-encoding variational Bayes*, section 2.4.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import reparameterize
    >>> mean, log_variance = np.array([1.0, 2.0]), np.log([4.0, 9.0])
    >>> reparameterize(mean, log_variance, np.array([0.5, -1.0]))
    array([ 2., -1.])
    """
    mu, s = _distribution(mean, log_variance)
    e = _like_mean("epsilon", epsilon, mu)
    return mu + np.exp(s / 2) * e


class ReparameterizeGradients(NamedTuple):
    """Gradients of `reparameterize`."""

    mean: np.ndarray
    log_variance: np.ndarray
    epsilon: np.ndarray


def reparameterize_backward(
    grad_output: np.ndarray,
    mean: np.ndarray,
    log_variance: np.ndarray,
    epsilon: np.ndarray,
) -> ReparameterizeGradients:
    """Return g, g * sigma * epsilon / 2 and g * sigma."""
    mu, s = _distribution(mean, log_variance)
    e = _like_mean("epsilon", epsilon, mu)
    g = _like_mean("grad_output", grad_output, mu)
    to_epsilon = g * np.exp(s / 2)
    return ReparameterizeGradients(g.copy(), to_epsilon * e / 2, to_epsilon)


def kl_to_standard_normal(
    mean: np.ndarray, log_variance: np.ndarray, reduction: str = "batchmean"
) -> np.ndarray:
    """Return (mean**2 + variance - 1 - log_variance) / 2, summed as told.

    The sum over the latent variables of an example is the divergence of
    N(mean, variance) from N(0, I).

    Parameters
    ----------
    mean : ndarray of shape (N, k), floating
    log_variance : ndarray of the shape and dtype of `mean`
    reduction : {"none", "mean", "sum", "batchmean"}, default "batchmean"
        "batchmean" is the mean over examples of their divergences; "mean"
        divides by k too.

    Returns
    -------
    ndarray of the shape of `mean`, or a scalar of its dtype

    Raises
    ------
    TypeError
        If `mean` is not floating or `log_variance` has another dtype.
    ValueError
        If a shape does not fit, `reduction` is none of the four, or the mean
        of no entries is asked for.

    References
    ----------
    Kingma and Welling 2014, *Auto-encoding variational Bayes*, appendix B.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import kl_to_standard_normal
    >>> mean = np.array([[0.0, 2.0], [3.0, 0.0]])
    >>> kl_to_standard_normal(mean, np.zeros((2, 2)), "none")
    array([[0. , 2. ],
           [4.5, 0. ]])
    >>> kl_to_standard_normal(mean, np.zeros((2, 2))).item()
    3.25
    """
    mu, s = _batch(mean, log_variance)
    terms = (mu**2 + np.expm1(s) - s) / 2
    how = _reduction.with_batchmean(reduction, len(mu))
    return _reduction.reduce(terms, *how)


class GaussianGradients(NamedTuple):
    """Gradients to a mean and the logarithm of a variance."""

    mean: np.ndarray
    log_variance: np.ndarray


def kl_to_standard_normal_backward(
    grad_output: np.ndarray | float,
    mean: np.ndarray,
    log_variance: np.ndarray,
    reduction: str = "batchmean",
) -> GaussianGradients:
    """Return g * mean and g * (variance - 1) / 2."""
    mu, s = _batch(mean, log_variance)
    how = _reduction.with_batchmean(reduction, len(mu))
    g = _reduction.spread(grad_output, mu.shape, mu.dtype, *how)
    return GaussianGradients(g * mu, g * np.expm1(s) / 2)


def _distribution(
    mean: np.ndarray, log_variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and logarithm of the variance once checked."""
    mu = _checks.floating("mean", mean)
    return mu, _like_mean("log_variance", log_variance, mu)


def _batch(
    mean: np.ndarray, log_variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the same for a batch of distributions."""
    mu, s = _distribution(mean, log_variance)
    _checks.shape("mean", mu, ("N", "k"))
    return mu, s


def _like_mean(name: str, value: np.ndarray, mean: np.ndarray) -> np.ndarray:
    array = _checks.floating_like(name, value, "mean", mean)
    _checks.shape(name, array, mean.shape)
    return array
