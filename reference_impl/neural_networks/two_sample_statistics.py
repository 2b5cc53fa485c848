"""How far apart two samples are, and what of a mixture a sample covers.

Page: docs/neural-networks/generative-adversarial-networks.md.

Axes: N and M rows of two samples, D features, K modes of a mixture.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks

__all__ = ["maximum_mean_discrepancy", "ModeCoverage", "mode_coverage"]


def maximum_mean_discrepancy(
    x: np.ndarray, y: np.ndarray, bandwidth: float
) -> float:
    """Return the unbiased estimate of the squared discrepancy.

    The mean similarity within x and within y, less twice that between them;
    two points are as similar as exp(-distance**2 / (2 * bandwidth**2)). Over
    samples from the same distribution its mean is 0, so it may be negative.

    Parameters
    ----------
    x : ndarray of shape (N, D), floating
        N is at least 2.
    y : ndarray of shape (M, D), dtype of `x`
        M is at least 2.
    bandwidth : float
        The distance, in the unit of the features, at which two points are
        exp(-1/2) similar. Positive.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If `x` is not floating, `y` has another dtype or `bandwidth` is no
        number.
    ValueError
        If a shape does not fit, a sample has fewer than two rows or
        `bandwidth` is not positive.

    References
    ----------
    Gretton et al. 2012, *A kernel two-sample test*, equation 3.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import maximum_mean_discrepancy
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> print(f"{maximum_mean_discrepancy(x, x + 100, 1.0):.4f}")
    0.8989
    """
    x = _checks.floating("x", x)
    _, D = _checks.shape("x", x, ("N", "D"))
    y = _checks.floating_like("y", y, "x", x)
    _checks.shape("y", y, ("M", D))
    bandwidth = _checks.real("bandwidth", bandwidth, 0)
    if bandwidth == 0:
        raise ValueError("bandwidth must be positive, got bandwidth=0")
    within = 0.0
    for name, sample in (("x", x), ("y", y)):
        n = len(sample)
        if n < 2:
            raise ValueError(
                f"{name} must have at least two rows, got "
                f"{name}.shape={sample.shape}"
            )
        total = _similarities(sample, sample, bandwidth).sum()
        within += (total - n) / (n * (n - 1))  # a point is no pair with itself
    return float(within - 2 * _similarities(x, y, bandwidth).mean())


class ModeCoverage(NamedTuple):
    """Which part of a mixture a sample covers.

    Attributes
    ----------
    counts : ndarray of shape (K,), int
        High-quality points nearest to each mode.
    covered : int
        Modes with at least one high-quality point.
    high_quality : float
        Share of the points that are of high quality.
    """

    counts: np.ndarray
    covered: int
    high_quality: float


def mode_coverage(
    samples: np.ndarray, centres: np.ndarray, radius: float
) -> ModeCoverage:
    """Count the points that lie near a mode, mode by mode.

    A point is of high quality if the nearest centre is at most `radius` away.

    Parameters
    ----------
    samples : ndarray of shape (N, D), floating
        N is at least 1.
    centres : ndarray of shape (K, D), dtype of `samples`
        K is at least 1.
    radius : float
        Often three standard deviations of a mode; at least 0.

    Returns
    -------
    ModeCoverage

    Raises
    ------
    TypeError
        If `samples` is not floating, `centres` has another dtype or `radius`
        is no number.
    ValueError
        If a shape does not fit, there are no rows or `radius` is negative.

    References
    ----------
    Srivastava et al. 2017, *VEEGAN*, section 5.1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import mode_coverage
    >>> centres = np.array([[0.0, 0.0], [5.0, 0.0]])
    >>> samples = np.array([[0.1, 0.0], [0.0, 0.2], [3.0, 0.0], [0.0, 0.0]])
    >>> mode_coverage(samples, centres, radius=0.5)
    ModeCoverage(counts=array([3, 0]), covered=1, high_quality=0.75)
    """
    x = _checks.floating("samples", samples)
    N, D = _checks.shape("samples", x, ("N", "D"))
    c = _checks.floating_like("centres", centres, "samples", x)
    K, _ = _checks.shape("centres", c, ("K", D))
    for name, rows, array in (("samples", N, x), ("centres", K, c)):
        if rows == 0:
            raise ValueError(
                f"{name} must have at least one row, got "
                f"{name}.shape={array.shape}"
            )
    radius = _checks.real("radius", radius, 0)
    squares = ((x[:, None] - c) ** 2).sum(axis=2)
    good = squares.min(axis=1) <= radius**2
    counts = np.bincount(squares.argmin(axis=1)[good], minlength=K)
    return ModeCoverage(
        counts, int(np.count_nonzero(counts)), float(good.mean())
    )


def _similarities(
    x: np.ndarray, y: np.ndarray, bandwidth: float
) -> np.ndarray:
    """Return the kernel of each pair of rows, shape (N, M)."""
    squares = np.zeros((len(x), len(y)), x.dtype)
    # Not x^2 + y^2 - 2xy, which far from 0 has lost the distance.
    for a, b in zip(x.T, y.T, strict=True):
        squares += (a[:, None] - b) ** 2
    return np.exp(-squares / (2 * bandwidth**2))
