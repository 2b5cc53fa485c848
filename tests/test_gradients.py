"""The gradient check itself must be able to fail."""

import numpy as np
import pytest
from gradients import assert_gradients

X = np.linspace(1.0, 2.0, 5)


def test_a_right_backward_passes():
    assert_gradients(np.square, lambda g, x: 2.0 * g * x, [X])


@pytest.mark.parametrize("factor", [2.001, -2.0, 0.0])
def test_a_wrong_backward_is_rejected(factor):
    with pytest.raises(AssertionError, match="gradient of argument 0"):
        assert_gradients(np.square, lambda g, x: factor * g * x, [X])


def test_one_wrong_entry_of_one_of_two_gradients_is_rejected():
    def backward(g, x, y):
        grad_y = g * x
        grad_y[-1] *= 1.001
        return g * y, grad_y

    with pytest.raises(AssertionError, match="gradient of argument 1"):
        assert_gradients(np.multiply, backward, [X, X[::-1] + 0.5])
