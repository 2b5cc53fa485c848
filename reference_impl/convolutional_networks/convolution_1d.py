"""Convolution of one-dimensional signals.

Page: docs/convolutional-networks/convolution-1d.md.

Letters: x input of n cells, w kernel of m cells, p padding.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks._arguments import signal

__all__ = [
    "convolve_definition",
    "convolve_padded",
    "convolve",
    "cross_correlate",
]


def convolve_definition(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Evaluate the infinite sum wherever it can differ from zero.

    x[i] is zero for i outside 0..n-1 and w[k] for k outside 0..m-1, so only
    the outputs i = 0..n+m-2 are returned: what `convolve` calls full.
    """
    x, w = signal("x", x, 1), signal("w", w, 1)
    n, m = len(x), len(w)
    y = np.zeros(n + m - 1, np.result_type(x, w))
    for i in range(n + m - 1):
        for k in range(m):
            if 0 <= i - k < n:
                y[i] += x[i - k] * w[k]
    return y


def convolve_padded(
    x: np.ndarray, w: np.ndarray, padding: int | tuple[int, int] = 0
) -> np.ndarray:
    """Evaluate the finite sum over a padded signal, one output at a time.

    Parameters
    ----------
    x : ndarray of shape (n,), numeric
    w : ndarray of shape (m,), numeric
    padding : int or (left, right), default 0
        Zeros on either side of `x`: m - 1 is full, 0 is valid, and a total of
        m - 1 is same.

    Returns
    -------
    ndarray of shape (n + left + right - m + 1,)
        The convolution, in the common dtype of `x` and `w`.

    Raises
    ------
    TypeError
        If `x` or `w` is not numeric, or `padding` is not made of ints.
    ValueError
        If `x` or `w` is empty or not 1-D, or the padded signal is shorter
        than `w`.

    References
    ----------
    Raschka and Mirjalili 2019, *Python Machine Learning*, 3rd edition,
    chapter 15, where the index of the padded signal lacks the -1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import convolve_padded
    >>> convolve_padded(np.array([1, 2, 3]), np.array([1, 0, -1]), padding=1)
    array([ 2,  2, -2])
    """
    x, w = signal("x", x, 1), signal("w", w, 1)
    left, right = _checks.integers("padding", padding, 2, 0)
    n, m = len(x), len(w)
    if n + left + right < m:
        raise ValueError(
            "padding must make x at least as long as w, got "
            f"padding={padding}, x.shape={x.shape}, w.shape={w.shape}"
        )
    xp = np.concatenate([np.zeros(left, x.dtype), x, np.zeros(right, x.dtype)])
    y = np.zeros(len(xp) - m + 1, np.result_type(x, w))
    for i in range(len(y)):
        for k in range(m):
            y[i] += xp[i + m - 1 - k] * w[k]
    return y


def convolve(x: np.ndarray, w: np.ndarray, mode: str = "full") -> np.ndarray:
    """Return the discrete convolution of two signals.

    The two are interchangeable: where `w` is the longer one they are swapped,
    as in `np.convolve`. (`scipy.signal.convolve` differs there in one mode:
    its same keeps the length of `x`, this one that of the longer signal.)

    Parameters
    ----------
    x : ndarray of shape (n,), numeric
    w : ndarray of shape (m,), numeric
    mode : {"full", "same", "valid"}, default "full"
        full: every overlap. same: the max(n, m) outputs in the middle of
        full; of an odd surplus, the extra output is dropped at the end.
        valid: only the outputs where the shorter signal lies inside the
        longer.

    Returns
    -------
    ndarray
        n + m - 1, max(n, m) or max(n, m) - min(n, m) + 1 outputs, in the
        common dtype of `x` and `w`.

    Raises
    ------
    TypeError
        If `x` or `w` is not numeric.
    ValueError
        If `x` or `w` is empty or not 1-D, or `mode` is not one of the three.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 9.3.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import convolve
    >>> x, w = np.array([1, 2, 3, 4]), np.array([1, 0, -1])
    >>> convolve(x, w)
    array([ 1,  2,  2,  2, -3, -4])
    >>> convolve(x, w, mode="same")
    array([ 2,  2,  2, -3])
    >>> convolve(x, w, mode="valid")
    array([2, 2])
    """
    x, w = signal("x", x, 1), signal("w", w, 1)
    _checks.one_of("mode", mode, ("full", "same", "valid"))
    if len(w) > len(x):
        x, w = w, x
    n, m = len(x), len(w)
    full = np.zeros(n + m - 1, np.result_type(x, w))
    for k in range(m):  # each weight adds the whole signal, k cells later
        full[k : k + n] += x * w[k]
    first = {"full": 0, "same": (m - 1) // 2, "valid": m - 1}[mode]
    count = {"full": n + m - 1, "same": n, "valid": n - m + 1}[mode]
    return full[first : first + count]


def cross_correlate(
    x: np.ndarray, w: np.ndarray, mode: str = "valid"
) -> np.ndarray:
    """Return the cross-correlation: a convolution that does not flip `w`.

    Parameters
    ----------
    x : ndarray of shape (n,), numeric
    w : ndarray of shape (m,), numeric
        Conjugated where it is complex.
    mode : {"valid", "same", "full"}, default "valid"
        As in `convolve`.

    Returns
    -------
    ndarray
        sum over k of x[i + k] * conj(w[k]): in valid mode, with `x` the
        longer signal, for i = 0..n-m. Sizes as in `convolve`. With `w` the
        longer one, the two change places and the outputs their order, as in
        `np.correlate`.

    Raises
    ------
    TypeError
        If `x` or `w` is not numeric.
    ValueError
        If `x` or `w` is empty or not 1-D, or `mode` is not one of the three.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 9.6.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cross_correlate
    >>> cross_correlate(np.array([1, 2, 3, 4]), np.array([1, 0, -1]))
    array([-2, -2])
    """
    x, w = signal("x", x, 1), signal("w", w, 1)
    if len(w) > len(x):
        return cross_correlate(w, x, mode)[::-1].conj()
    return convolve(x, w[::-1].conj(), mode)
