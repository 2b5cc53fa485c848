"""Tests of the discrepancy of two samples, and of the coverage of modes."""

import numpy as np
import pytest

from reference_impl import maximum_mean_discrepancy, mode_coverage


def samples(seed=0, N=7, M=5):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, 3)), rng.standard_normal((M, 3)) + 0.5


def test_the_discrepancy_is_that_of_its_definition():
    (x, y), h = samples(), 1.7

    def k(u, v):
        return np.exp(-np.sum((u - v) ** 2) / (2 * h**2))

    within_x = [k(x[i], x[j]) for i in range(7) for j in range(7) if i != j]
    within_y = [k(y[i], y[j]) for i in range(5) for j in range(5) if i != j]
    across = [k(u, v) for u in x for v in y]
    want = np.mean(within_x) + np.mean(within_y) - 2 * np.mean(across)
    np.testing.assert_allclose(
        maximum_mean_discrepancy(x, y, h), want, rtol=1e-12
    )


def test_it_does_not_matter_where_the_samples_lie():
    x, y = (np.round(each * 8).astype(np.float32) for each in samples())
    here, there = (
        maximum_mean_discrepancy(x + far, y + far, 9.0) for far in (0, 1e5)
    )
    assert here == there


def test_it_has_no_bias_and_sees_a_difference():
    rng = np.random.default_rng(0)
    same, other = (
        [
            maximum_mean_discrepancy(
                rng.standard_normal((20, 2)),
                rng.standard_normal((15, 2)) + shift,
                1.0,
            )
            for _ in range(400)
        ]
        for shift in (0.0, 0.6)
    )
    assert abs(np.mean(same)) < 4 * np.std(same) / 20
    assert min(same) < 0
    assert np.mean(other) > 5 * np.std(same) / 20


def test_coverage_counts_points_near_their_nearest_mode():
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    x = np.array([[0, 0.5], [0, -0.4], [4.2, 0], [2, 0], [9, 9], [0.6, 0]])
    found = mode_coverage(x, centres, 0.5)
    assert found.counts.tolist() == [2, 1, 0]
    assert found.covered == 2
    assert found.high_quality == 0.5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x, y: maximum_mean_discrepancy(x, y[:, :2], 1.0),
            ValueError,
            r"y must have shape \(M, 3\)",
        ),
        (
            lambda x, y: maximum_mean_discrepancy(x[:1], y, 1.0),
            ValueError,
            "x must have at least two rows",
        ),
        (
            lambda x, y: maximum_mean_discrepancy(x, y, 0.0),
            ValueError,
            "bandwidth must be positive",
        ),
        (
            lambda x, y: maximum_mean_discrepancy(x, y, "median"),
            TypeError,
            "bandwidth must be a number",
        ),
        (
            lambda x, y: mode_coverage(x, y[:0], 1.0),
            ValueError,
            "centres must have at least one row",
        ),
        (
            lambda x, y: mode_coverage(x, y, -1.0),
            ValueError,
            "radius must be in",
        ),
        (
            lambda x, y: mode_coverage(x.astype("f"), y, 1.0),
            TypeError,
            "centres must have the dtype of samples",
        ),
    ],
)
def test_rejects(call, error, message):
    with pytest.raises(error, match=message):
        call(*samples())
