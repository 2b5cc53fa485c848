"""Principal components, and the angles between two subspaces.

Page: docs/neural-networks/autoencoders.md.

Axes: N examples, D features, k components.
"""

from typing import Any, Self

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._estimator import Transformer, features

__all__ = ["PCA", "principal_angles"]


class PCA(Transformer):
    """The k directions along which the data vary most.

    Names, defaults and signs are scikit-learn's: of each component the entry
    of largest absolute value is positive (the first of them at a tie).

    Parameters
    ----------
    n_components : int, optional
        k; as many as there are, min(N, D), when None.

    Attributes
    ----------
    components_ : ndarray of shape (k, D)
        Orthonormal rows, the direction of largest variance first.
    explained_variance_ : ndarray of shape (k,)
        Variance of the data along each, with the divisor N - 1.
    explained_variance_ratio_ : ndarray of shape (k,)
        The same as a share of the whole variance; NaN if that is 0.
    singular_values_ : ndarray of shape (k,)
        Of the centred data.
    mean_ : ndarray of shape (D,)
    n_components_, n_features_in_, n_samples_ : int

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 5.8.1.
    scikit-learn, ``sklearn.decomposition.PCA``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import PCA
    >>> X = np.array([[0.0, 1.0], [3.0, 5.0], [6.0, 9.0]])  # on a line
    >>> pca = PCA(n_components=1).fit(X)
    >>> pca.components_, pca.explained_variance_
    (array([[0.6, 0.8]]), array([25.]))
    >>> pca.transform(X).round(6)
    array([[-5.],
           [ 0.],
           [ 5.]])
    """

    fitted = "components_"

    def __init__(self, n_components: int | None = None) -> None:
        self.n_components = n_components

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the components of the rows of X.

        Parameters
        ----------
        X : array_like of shape (N, D)
            float32 and float64 are kept, everything else becomes float64.
        y : ignored
            Here for scikit-learn's pipelines.

        Returns
        -------
        PCA
            Itself.

        Raises
        ------
        TypeError
            If `n_components` is not an int or X is sparse.
        ValueError
            If X has another shape, fewer than two rows or entries that are
            not finite, or `n_components` is not in [1, min(N, D)].
        """
        X, names = features(X)
        N, D = X.shape
        if N < 2:
            raise ValueError(
                f"X must have at least two rows, got X.shape={X.shape}: a "
                "variance needs more than 1 sample"
            )
        k = self._number_of_components(min(N, D))
        self.mean_ = X.mean(axis=0)
        _, s, V = np.linalg.svd(X - self.mean_, full_matrices=False)
        variance = s**2 / (N - 1)
        self.components_ = _signed(V[:k])
        self.singular_values_ = s[:k]
        self.explained_variance_ = variance[:k]
        with np.errstate(invalid="ignore"):  # 0 / 0
            self.explained_variance_ratio_ = variance[:k] / variance.sum()
        self.n_components_, self.n_features_in_, self.n_samples_ = k, D, N
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return the coordinates (N, k) of the rows of X, (N, D)."""
        self._check_is_fitted()
        X, names = features(X)
        self._check_features(X, names)
        return (X - self.mean_) @ self.components_.T

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Return the coordinates of the rows that the components are of."""
        return self.fit(X).transform(X)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Return the points (N, D) that have the coordinates X, (N, k)."""
        self._check_is_fitted()
        Z, _ = features(X)
        _checks.shape("X", Z, ("N", self.n_components_))
        return Z @ self.components_ + self.mean_

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names that scikit-learn gives the coordinates: pca0, ..."""
        self._check_is_fitted()
        return np.array([f"pca{i}" for i in range(self.n_components_)], object)

    def _number_of_components(self, most: int) -> int:
        if self.n_components is None:
            return most
        k = _checks.integer("n_components", self.n_components, 1)
        if k > most:
            raise ValueError(
                f"n_components must be at most min(N, D) = {most}, got "
                f"n_components={k}"
            )
        return k


def principal_angles(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the angles between the spaces that the columns of A and B span.

    All are 0 where one space lies in the other. Small angles come from their
    sines: a cosine near 1 has lost them.

    Parameters
    ----------
    A : ndarray of shape (D, k), floating
        Of rank k.
    B : ndarray of shape (D, l), dtype of `A`
        Of rank l.

    Returns
    -------
    ndarray of shape (min(k, l),)
        In radians, the largest first, as ``scipy.linalg.subspace_angles``.

    Raises
    ------
    TypeError
        If `A` is not floating or `B` has another dtype.
    ValueError
        If a shape does not fit, an entry is not finite or the columns are
        linearly dependent.

    References
    ----------
    Björck and Golub 1973, *Numerical methods for computing angles between
    linear subspaces*.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import principal_angles
    >>> A = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    >>> B = np.array([[1.0], [0.0], [1.0]])
    >>> np.degrees(principal_angles(A, B)).round(6)
    array([45.])
    """
    A = _checks.floating("A", A)
    D, k = _checks.shape("A", A, ("D", "k"))
    B = _checks.floating_like("B", B, "A", A)
    _, l = _checks.shape("B", B, (D, "l"))
    Q, R = _basis("A", A), _basis("B", B)
    if k < l:
        Q, R = R, Q  # R is of the smaller space
    overlap = Q.T @ R
    cosines = np.linalg.svd(overlap, compute_uv=False)[::-1]
    sines = np.linalg.svd(R - Q @ overlap, compute_uv=False)
    return np.where(
        sines**2 < 0.5,
        np.arcsin(np.minimum(sines, 1)),
        np.arccos(np.minimum(cosines, 1)),
    )


def _signed(V: np.ndarray) -> np.ndarray:
    """Return the rows of V, the largest entry of each made positive."""
    largest = np.abs(V).argmax(axis=1)
    return V * np.sign(V[np.arange(len(V)), largest])[:, None]


def _basis(name: str, A: np.ndarray) -> np.ndarray:
    """Return orthonormal columns that span what those of A do."""
    if not np.isfinite(A).all():
        raise ValueError(f"{name} must be finite, got NaN or inf in {name}")
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    rank = int(
        (s > s.max(initial=0) * max(A.shape) * np.finfo(s.dtype).eps).sum()
    )
    if not 0 < rank == A.shape[1]:
        raise ValueError(
            f"{name} must have linearly independent columns, got "
            f"{name}.shape={A.shape}, rank={rank}"
        )
    return U
