"""Numerical checks of a backward function against its forward function."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.linalg import norm


def assert_gradients(
    forward: Callable[..., np.ndarray],
    backward: Callable[..., object],
    arrays: Sequence[np.ndarray],
    *,
    seed: int = 0,
    step: float = 1e-6,
    rtol: float = 1e-6,
    directions: int = 3,
) -> None:
    """Assert that ``backward(g, *arrays)`` is the gradient of ``forward(*arrays)``.

    For random g and, array by array, random d: <backward(g, x), d> has to equal
    <g, (f(x + step d) - f(x - step d)) / (2 step)>. The message names the array
    and shows both numbers. `arrays` must be float64 and off kinks and ties.
    """
    rng = np.random.default_rng(seed)
    output = forward(*arrays)
    for _ in range(directions):
        g = rng.standard_normal(np.shape(output))
        gradients = backward(g, *arrays)
        if isinstance(gradients, np.ndarray):
            gradients = (gradients,)
        assert len(gradients) == len(arrays), "one gradient an array"
        for k, (x, gradient) in enumerate(zip(arrays, gradients, strict=True)):
            assert gradient.shape == x.shape, f"gradient {k}: {gradient.shape}"
            d = rng.standard_normal(x.shape)
            nudged = [
                [*arrays[:k], x + sign * step * d, *arrays[k + 1 :]]
                for sign in (1, -1)
            ]
            slope = (forward(*nudged[0]) - forward(*nudged[1])) / (2 * step)
            np.testing.assert_allclose(
                np.vdot(gradient, d),
                np.vdot(g, slope),
                rtol=rtol,
                atol=rtol * norm(g) * norm(slope) / max(np.size(g), 1) ** 0.5,
                err_msg=f"gradient of argument {k}",
            )
