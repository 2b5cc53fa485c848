"""Tests of reference_impl.neural_networks.positional_encodings."""

import numpy as np
import pytest

from reference_impl import (
    sinusoidal_positional_encoding,
    sinusoidal_positional_encoding_definition,
)


@pytest.mark.parametrize(
    ("L", "D"), [(1, 1), (7, 4), (5, 3), (40, 16), (0, 4)]
)
@pytest.mark.parametrize("base", [10000.0, 3.5])
def test_agrees_with_definition(L, D, base):
    got = sinusoidal_positional_encoding(L, D, base)
    want = sinusoidal_positional_encoding_definition(L, D, base)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


def test_sines_and_cosines_alternate():
    encoding = sinusoidal_positional_encoding(3, 4)
    np.testing.assert_allclose(encoding[0], [0, 1, 0, 1])
    want = [np.sin(2), np.cos(2), np.sin(0.02), np.cos(0.02)]
    np.testing.assert_allclose(encoding[2], want, rtol=1e-14)


def test_a_step_is_the_same_rotation_everywhere():
    encoding = sinusoidal_positional_encoding(30, 6)
    z = encoding[:, 1::2] + 1j * encoding[:, 0::2]
    turn = z[5:] / z[:-5]
    np.testing.assert_allclose(turn, np.broadcast_to(turn[0], turn.shape))


def test_the_product_of_two_positions_tells_their_distance():
    encoding = sinusoidal_positional_encoding(20, 16)
    products = encoding @ encoding.T
    for distance in range(20):
        diagonal = np.diagonal(products, distance)
        np.testing.assert_allclose(diagonal, diagonal[0], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype(dtype):
    got = sinusoidal_positional_encoding(3, 5, dtype=dtype)
    assert got.dtype == dtype
    want = sinusoidal_positional_encoding_definition(3, 5)
    np.testing.assert_allclose(got, want, rtol=1e-6)


@pytest.mark.parametrize(
    "f",
    [
        sinusoidal_positional_encoding,
        sinusoidal_positional_encoding_definition,
    ],
)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"length": -1}, ValueError, "length must be at least 0"),
        ({"length": 2.0}, TypeError, "length must be an int"),
        ({"d_model": 0}, ValueError, "d_model must be at least 1"),
        ({"base": 0.0}, ValueError, "base must be positive, got base=0.0"),
        ({"base": "e"}, TypeError, "base must be a number"),
    ],
)
def test_rejects(f, change, error, message):
    with pytest.raises(error, match=message):
        f(**({"length": 3, "d_model": 4} | change))


def test_rejects_another_dtype():
    with pytest.raises(TypeError, match="dtype must be floating"):
        sinusoidal_positional_encoding(3, 4, dtype=int)
