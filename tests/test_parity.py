"""The comparison with PyTorch must be able to fail."""

import numpy as np
import pytest
import torch
from parity import assert_torch_parity

X = np.linspace(1.0, 2.0, 5)


def square_gradient(g, x):
    return (2.0 * g * x,)


def test_the_same_function_passes():
    assert_torch_parity(np.square, square_gradient, torch.square, [X], {})


@pytest.mark.parametrize(
    ("forward", "backward", "message"),
    [
        (lambda x: 1.001 * x * x, square_gradient, "output"),
        (np.square, lambda g, x: (2.001 * g * x,), "gradient 0"),
        (np.square, lambda g, x: ((2.0 * g * x)[None],), "gradient 0"),
        (lambda x: np.float32(x) ** 2, square_gradient, "output"),
        (np.square, lambda g, x: (), "one gradient an array"),
    ],
    ids=["value", "gradient", "shape", "dtype", "count"],
)
def test_a_difference_is_rejected(forward, backward, message):
    with pytest.raises(AssertionError, match=message):
        assert_torch_parity(forward, backward, torch.square, [X], {})
