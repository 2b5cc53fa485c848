"""Tests of principal components against scikit-learn, of angles against SciPy."""

import warnings

import numpy as np
import pytest
import scipy.linalg
from sklearn import decomposition
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import check_estimator

from reference_impl import PCA, principal_angles

ATTRIBUTES = (
    "components_",
    "explained_variance_",
    "explained_variance_ratio_",
    "singular_values_",
    "mean_",
)


def data(N=11, D=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, D)) @ rng.standard_normal((D, D)) + 3.5


@pytest.mark.parametrize(
    ("X", "k"),
    [
        (data(), None),
        (data(), 2),
        (data(4, 7), 3),  # fewer examples than features
        (load_digits().data, 10),
    ],
    ids=["all", "two", "wide", "digits"],
)
def test_agrees_with_scikit_learn(X, k):
    ours, theirs = PCA(k).fit(X), decomposition.PCA(k, svd_solver="full")
    theirs.fit(X)
    count = ours.n_components_
    if k is None:
        assert count == min(X.shape)
    for name in ATTRIBUTES:
        np.testing.assert_allclose(
            getattr(ours, name), getattr(theirs, name), rtol=1e-8, atol=1e-9
        )
    Z = ours.transform(X)
    np.testing.assert_allclose(Z, theirs.transform(X), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(ours.fit_transform(X), Z, rtol=1e-12)
    np.testing.assert_allclose(
        ours.inverse_transform(Z), theirs.inverse_transform(Z), atol=1e-9
    )
    assert ours.n_features_in_ == X.shape[1]
    assert ours.n_samples_ == X.shape[0]


def test_the_largest_entry_of_a_component_is_positive():
    for seed in range(5):
        V = PCA().fit(data(seed=seed)).components_
        largest = V[np.arange(len(V)), np.abs(V).argmax(axis=1)]
        assert (largest > 0).all()
        assert V.min() < 0


def test_names_of_the_coordinates_are_those_of_scikit_learn():
    X = data()
    names = PCA(2).fit(X).get_feature_names_out()
    want = decomposition.PCA(2).fit(X).get_feature_names_out()
    np.testing.assert_array_equal(names, want)
    assert names.dtype == want.dtype


def test_what_does_not_vary_has_no_shares():
    pca = PCA().fit(np.full((4, 3), 2.5))
    assert pca.explained_variance_.tolist() == [0, 0, 0]
    assert np.isnan(pca.explained_variance_ratio_).all()


def test_float32_is_kept_and_the_input_left_alone():
    X = data().astype(np.float32)
    before = X.copy()
    pca = PCA(2).fit(X)
    assert pca.components_.dtype == pca.transform(X).dtype == np.float32
    np.testing.assert_array_equal(X, before)


def test_scikit_learn_accepts_it_as_an_estimator():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not inherit from theirs
        results = check_estimator(PCA(), on_skip=None)
    assert len(results) > 30
    skipped = [r for r in results if r["status"] == "skipped"]
    assert len(skipped) <= 1, skipped


@pytest.mark.parametrize("shapes", [(3, 3), (2, 4), (4, 2), (1, 1)])
def test_angles_are_those_of_scipy(shapes):
    rng = np.random.default_rng(1)
    A, B = (rng.standard_normal((7, k)) for k in shapes)
    np.testing.assert_allclose(
        principal_angles(A, B), scipy.linalg.subspace_angles(A, B), rtol=1e-9
    )


def test_a_small_angle_survives():
    angle = 1e-10  # its cosine rounds to 1
    A = np.array([[1.0, 0], [0, 2], [0, 0]])
    B = np.array([[3.0, 0], [0, np.cos(angle)], [0, np.sin(angle)]])
    np.testing.assert_allclose(
        principal_angles(A, B), [angle, 0], rtol=1e-9, atol=1e-15
    )
    np.testing.assert_allclose(principal_angles(A, A @ [[1.0, 2], [3, 4]]), 0)


@pytest.mark.parametrize(
    ("k", "X", "error", "message"),
    [
        (0, data(), ValueError, "n_components must be at least 1"),
        (6, data(), ValueError, r"at most min\(N, D\) = 5, got n_comp"),
        (2.0, data(), TypeError, "n_components must be an int"),
        (2, data()[:1], ValueError, "X must have at least two rows"),
        (2, data()[0], ValueError, r"X must have shape \(N, D\)"),
        (2, data() * np.inf, ValueError, "X must be finite"),
    ],
)
def test_fit_rejects(k, X, error, message):
    with pytest.raises(error, match=message):
        PCA(k).fit(X)


def test_other_features_and_coordinates_are_rejected():
    pca = PCA(2).fit(data())
    with pytest.raises(ValueError, match="X has 4 features, but PCA is"):
        pca.transform(data()[:, :4])
    with pytest.raises(ValueError, match=r"X must have shape \(N, 2\)"):
        pca.inverse_transform(data())
    with pytest.raises(ValueError, match="PCA must be fitted first"):
        PCA().transform(data())


@pytest.mark.parametrize(
    ("A", "B", "error", "message"),
    [
        (np.ones((3, 2)), np.eye(3), ValueError, "A must have linearly ind"),
        (np.eye(3), np.zeros((3, 1)), ValueError, "B must have linearly ind"),
        (np.eye(3), np.eye(2), ValueError, r"B must have shape \(3, l\)"),
        (np.eye(3) * np.nan, np.eye(3), ValueError, "A must be finite"),
        (np.eye(3, dtype=int), np.eye(3), TypeError, "A must be floating"),
        (np.eye(3), np.eye(3, dtype="f"), TypeError, "B must have the dtype"),
    ],
)
def test_angles_reject(A, B, error, message):
    with pytest.raises(error, match=message):
        principal_angles(A, B)
