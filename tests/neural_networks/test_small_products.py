"""A product in pieces is the product."""

import numpy as np
import pytest

from reference_impl.neural_networks import _small_products
from reference_impl.neural_networks._small_products import product


def draw(*shape, seed=0, dtype="float64"):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("N", "m", "d"),
    [(100, 784, 100), (100, 100, 784), (7, 5, 3), (1, 2000, 600), (3, 0, 2)],
)
def test_it_is_the_product(N, m, d, dtype):
    A, W = draw(N, m, dtype=dtype), draw(m, d, seed=1, dtype=dtype)
    expected = (A.astype(float) @ W.astype(float)).astype(dtype)
    got = product(A, W)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)
    if dtype == "float64":
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11)


def test_blocks_cover_all_rows_once():
    rows = np.arange(784)
    blocks = _small_products.blocks(draw(784, 100), 100)
    assert len(blocks) > 1
    np.testing.assert_array_equal(
        np.concatenate([rows[block] for block in blocks]), rows
    )


@pytest.mark.parametrize("m", [100, 300])
def test_what_does_not_fit_is_refused(m):
    with pytest.raises(ValueError, match="mismatch"):
        product(draw(100, 200), draw(m, 100))


def test_stacks_are_multiplied_as_numpy_does():
    A, W = draw(2, 3, 4), draw(4, 5, seed=1)
    np.testing.assert_array_equal(product(A, W), A @ W)
