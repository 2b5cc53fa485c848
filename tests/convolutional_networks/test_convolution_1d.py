"""Tests of reference_impl.convolutional_networks.convolution_1d."""

import numpy as np
import pytest
import scipy.signal

from reference_impl import (
    convolve,
    convolve_definition,
    convolve_padded,
    cross_correlate,
)

MODES = ["full", "same", "valid"]
LENGTHS = [(7, 3), (7, 4), (4, 4), (6, 1), (1, 1), (3, 7), (2, 5), (1, 4)]
X, W = np.array([2.0, 3.0, 5.0, 7.0, 11.0]), np.array([1.0, 10.0, 100.0, 1e3])


def draw(*shape, seed=0, dtype=float):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# Signals


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("n", "m"), LENGTHS)
def test_convolve_is_numpys(n, m, mode):
    x, w = draw(n), draw(m, seed=1)
    np.testing.assert_allclose(
        convolve(x, w, mode), np.convolve(x, w, mode), rtol=1e-12
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("n", "m"), [(7, 3), (7, 4), (4, 4), (6, 1)])
def test_convolve_is_scipys_while_the_kernel_is_the_shorter(n, m, mode):
    x, w = draw(n), draw(m, seed=1)
    expected = scipy.signal.convolve(x, w, mode, method="direct")
    np.testing.assert_allclose(convolve(x, w, mode), expected, rtol=1e-12)


def test_a_longer_kernel_is_swapped_as_numpy_and_unlike_scipy():
    assert len(convolve(X[:2], W, "same")) == 4
    assert len(scipy.signal.convolve(X[:2], W, "same")) == 2
    for mode in MODES:
        np.testing.assert_array_equal(
            convolve(X[:2], W, mode), convolve(W, X[:2], mode)
        )


@pytest.mark.parametrize(("n", "m"), LENGTHS)
def test_the_infinite_sum_is_full_and_commutes(n, m):
    x, w = draw(n), draw(m, seed=1)
    full = convolve_definition(x, w)
    np.testing.assert_allclose(full, convolve(x, w), rtol=1e-12)
    np.testing.assert_allclose(full, convolve_definition(w, x), rtol=1e-12)


def test_full_by_hand():
    np.testing.assert_array_equal(
        convolve(X[:3], W[:2]), [2.0, 23.0, 35.0, 50.0]
    )


@pytest.mark.parametrize(("n", "m"), [(7, 3), (7, 4), (4, 4), (6, 1)])
def test_the_padded_sum_is_each_mode_of_convolve(n, m):
    x, w = draw(n), draw(m, seed=1)
    padding = {
        "full": m - 1,
        "valid": 0,
        "same": (m // 2, (m - 1) // 2),
    }
    for mode, p in padding.items():
        np.testing.assert_allclose(
            convolve_padded(x, w, p), convolve(x, w, mode), rtol=1e-12
        )


def test_same_with_an_even_kernel_drops_one_more_output_at_the_end():
    full = convolve(X, W)
    np.testing.assert_array_equal(convolve(X, W, "same"), full[1:6])
    np.testing.assert_array_equal(
        convolve_padded(X, W, (2, 1)), convolve(X, W, "same")
    )


def test_half_the_kernel_as_padding_is_not_same_for_an_even_kernel():
    assert len(convolve_padded(X, W, (len(W) - 1) // 2)) == len(X) - 1
    assert len(convolve_padded(X, W, len(W) // 2)) == len(X) + 1


def test_the_index_without_minus_one_misses_the_first_cell_and_the_end():
    """The sum as the notes print it reads xp[i + m - k]."""
    n, m = len(X), len(W)
    read = {i + m - k for i in range(n - m + 1) for k in range(m)}
    assert min(read) == 1  # never the first cell
    assert max(read) == n  # one past the end
    read = {i + m - 1 - k for i in range(n - m + 1) for k in range(m)}
    assert read == set(range(n))


def test_the_kernel_is_flipped_and_that_of_cross_correlate_is_not():
    step = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(convolve(step, W[:3], "valid"), W[:3])
    np.testing.assert_array_equal(cross_correlate(step, W[:3]), W[2::-1])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("n", "m"), LENGTHS)
def test_cross_correlate_is_numpys(n, m, mode):
    x = draw(n) + 1j * draw(n, seed=1)
    w = draw(m, seed=2) + 1j * draw(m, seed=3)
    np.testing.assert_allclose(
        cross_correlate(x, w, mode), np.correlate(x, w, mode), rtol=1e-11
    )
    np.testing.assert_allclose(
        cross_correlate(x, w), np.correlate(x, w), rtol=1e-11
    )


@pytest.mark.parametrize("f", [convolve, convolve_definition, convolve_padded])
@pytest.mark.parametrize(
    ("x_dtype", "w_dtype", "dtype"),
    [
        ("float32", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("int64", "int64", "int64"),
        ("int8", "float32", "float32"),
        ("complex64", "float32", "complex64"),
    ],
)
def test_signals_have_their_common_dtype(f, x_dtype, w_dtype, dtype):
    x, w = X.astype(x_dtype), W[:3].astype(w_dtype)
    assert f(x, w).dtype == dtype


@pytest.mark.parametrize("f", [convolve, cross_correlate, convolve_padded])
def test_signals_may_be_read_only_views_and_stay_as_they_are(f):
    x, w = np.repeat(X, 2)[::-2], np.repeat(W, 3)[::3][:3]
    before = x.copy(), w.copy()
    x.flags.writeable = w.flags.writeable = False
    np.testing.assert_array_equal(f(x, w), f(*before))
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(w, before[1])


@pytest.mark.parametrize(
    "f", [convolve, cross_correlate, convolve_padded, convolve_definition]
)
@pytest.mark.parametrize(
    ("x", "w", "error", "message"),
    [
        (["a"], W, TypeError, "x must be numeric, got x.dtype=<U1"),
        (X, W > 5, TypeError, "w must be numeric, got w.dtype=bool"),
        (X[:0], W, ValueError, r"x must .* not be empty, got x.shape=\(0,\)"),
        (X, W[None], ValueError, r"w must have 1 axes .* w.shape=\(1, 4\)"),
    ],
)
def test_signals_are_rejected(f, x, w, error, message):
    with pytest.raises(error, match=message):
        f(x, w)


@pytest.mark.parametrize("f", [convolve, cross_correlate])
def test_an_unknown_mode_is_rejected(f):
    with pytest.raises(ValueError, match=r"mode must be .* got mode='wrap'"):
        f(X, W, "wrap")


def test_the_padded_sum_rejects_a_kernel_that_does_not_fit():
    with pytest.raises(ValueError, match=r"padding must make x .* padding=1"):
        convolve_padded(X[:1], W, 1)
    with pytest.raises(ValueError, match="padding must be at least 0"):
        convolve_padded(X, W, -1)
    with pytest.raises(TypeError, match="padding must be an int"):
        convolve_padded(X, W, 0.5)
