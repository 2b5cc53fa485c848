"""Sequences, the strict algebra and LaTeX's own functions."""

import math

import numpy as np
import pytest

from texcheck import EquationError, Seq, algebra, functions
from texcheck.values import Gradient, extent, take, to_value

A = np.arange(6.0).reshape(2, 3)


def test_a_sequence_counts_from_its_start() -> None:
    values = Seq(np.array([4.0, 5.0]))
    assert [values.at((i,)) for i in (1, 2)] == [4.0, 5.0]
    assert list(values.extent(0)) == [1, 2]
    for i in (0, 3, -1):
        with pytest.raises(EquationError, match=f"index {i} is outside 1..2"):
            values.at((i,))


def test_a_sequence_is_asked_for_an_axis_it_has_not() -> None:
    with pytest.raises(EquationError, match="a sequence has no axis 2"):
        extent(Seq(A), 2)


def test_a_sequence_has_a_value_outside() -> None:
    state = np.array([7.0, 8.0, 9.0])
    values = Seq(A, start=1, outside=state)
    np.testing.assert_array_equal(values.at((0,)), state)
    assert values.at((0, 1)) == 8.0
    zeros = Seq(A, start=1, outside=0)
    np.testing.assert_array_equal(zeros.at((5,)), np.zeros(3))
    assert (zeros.at((5, 1)), zeros.at((2, 1))) == (0, 4.0)
    with pytest.raises(EquationError, match=r"index 3 is outside 0\.\.2"):
        zeros.at((1, 3))


def test_a_sequence_along_several_axes() -> None:
    image = Seq(A[np.newaxis], start=0, outside=0, axes=(1, 2))
    assert image.at((0, 1, 2)) == 5.0
    assert image.at((0, -1, 9)) == 0
    with pytest.raises(EquationError, match=r"index 1 is outside 0\.\.0"):
        image.at((1, 0, 0))
    with pytest.raises(EquationError, match="needs all its indices"):
        image.at((0, 1))
    with pytest.raises(EquationError, match="4 indices on 3 axes"):
        image.at((0, 1, 1, 1))


def test_a_sequence_of_arrays_of_several_shapes() -> None:
    layers = Seq([A, A.T])
    assert layers.at((2, 2, 1)) == 5.0
    with pytest.raises(EquationError, match="index 3 is outside"):
        layers.at((3,))
    with pytest.raises(EquationError, match="no second axis"):
        layers.extent(1)


def test_a_sequence_keeps_its_own_copy() -> None:
    data = np.array([1.0, 2.0])
    values = Seq(data)
    data[0] = 9.0
    assert values.at((1,)) == 1.0


@pytest.mark.parametrize(
    ("arguments", "error", "reason"),
    [
        ((Seq([1.0, 2.0]),), TypeError, "got a Seq"),
        ((3.0,), ValueError, "must have an axis"),
        ((A, 1, 0, (2,)), ValueError, "must be axes of values"),
        (([A, A.T], 1, 0, (1,)), ValueError, "must be"),
        ((np.array(["a"]),), EquationError, "must be numeric"),
    ],
)
def test_sequences_that_are_refused(
    arguments: tuple, error: type, reason: str
) -> None:
    with pytest.raises(error, match=reason):
        Seq(*arguments)


def test_indices_are_strict() -> None:
    assert take(A, (1, 2)) == 5.0
    np.testing.assert_array_equal(take(A, (1,)), A[1])
    for index in ((-1, 0), (0, 3), (2,), (0, 0, 0)):
        with pytest.raises(EquationError):
            take(A, index)
    with pytest.raises(EquationError, match="takes no index"):
        take(2.0, (0,))
    with pytest.raises(EquationError, match="has no axis 2"):
        extent(A, 2)


def test_values_are_python_numbers_and_double_arrays() -> None:
    assert type(to_value(np.float32(0.5))) is float
    assert type(to_value(np.int8(3))) is int
    assert to_value(np.ones(2, np.float32)).dtype == np.float64
    assert to_value(np.ones(2, np.uint8)).dtype == np.int64
    assert isinstance(to_value([A, A.T]), Seq)
    np.testing.assert_array_equal(to_value({3, 1}), [1, 3])


COLUMN, OTHER = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0])


@pytest.mark.parametrize(
    ("one", "two", "result"),
    [
        (2.0, COLUMN, 2 * COLUMN),
        (A, COLUMN, A @ COLUMN),
        (A, A.T, A @ A.T),
        (COLUMN[np.newaxis], COLUMN, 14.0),
        (COLUMN, OTHER[np.newaxis], np.outer(COLUMN, OTHER)),
        (OTHER[np.newaxis], A, (OTHER @ A)[np.newaxis]),
        (OTHER.view(Gradient), A, OTHER @ A),
        (COLUMN.view(Gradient), COLUMN, 14.0),
        (COLUMN.view(Gradient), OTHER[np.newaxis], np.outer(COLUMN, OTHER)),
    ],
)
def test_the_product(one: object, two: object, result: object) -> None:
    found = algebra.multiply(one, two)
    np.testing.assert_allclose(found, result)
    assert np.shape(found) == np.shape(result)


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("multiply", COLUMN, COLUMN),
        ("multiply", A, OTHER),
        ("multiply", A, A),
        ("multiply", A[np.newaxis], COLUMN),
        ("multiply", math.sin, 2.0),
        ("add", A, COLUMN),
        ("add", COLUMN, OTHER),
        ("hadamard", A, A.T),
        ("divide", COLUMN, OTHER),
        ("divide", 1, 0),
        ("power", A, 2),
        ("power", COLUMN, COLUMN),
        ("power", 0, -1),
        ("power", -8.0, 0.5),
    ],
)
def test_what_has_no_value(name: str, one: object, two: object) -> None:
    with pytest.raises(EquationError):
        getattr(algebra, name)(one, two)


def test_whole_numbers_stay_whole_and_small() -> None:
    assert type(algebra.divide(6, 3)) is int
    assert algebra.divide(7, 2) == 3.5
    assert type(algebra.power(2, 10)) is int
    assert algebra.power(9, 10**9) == math.inf
    assert algebra.power(10.0, 400) == math.inf
    big = algebra.multiply(10**30, 10**30)
    assert type(big) is float
    assert big == pytest.approx(1e60)


def test_functions_at_their_edges() -> None:
    exp, log = functions.ELEMENTWISE["exp"], functions.ELEMENTWISE["log"]
    assert exp(1000) == math.inf
    assert log(0) == -math.inf
    sigma = functions.BUILTIN["sigma"]
    for z in (-1000.0, -2.0, 0.0, 3.0, 1000.0):
        assert sigma(z) == pytest.approx(float(sigma(np.array([z]))[0]))
    for value in (-1, math.sin):
        with pytest.raises(EquationError):
            log(value)
    with pytest.raises(EquationError):
        functions.rounded("floor", math.inf)
    for pair in ((7.5, 2), (7, 0)):
        with pytest.raises(EquationError):
            functions.modulo(*pair)
    assert functions.norm(COLUMN, 3) == pytest.approx(36 ** (1 / 3))
    with pytest.raises(EquationError, match="order of 1 or more"):
        functions.norm(COLUMN, 0.5)
