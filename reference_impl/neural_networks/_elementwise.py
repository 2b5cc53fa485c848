"""The arguments that all element-wise functions share."""

import numpy as np

from reference_impl import _checks


def pair(
    grad_output: np.ndarray, input: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (grad_output, input), of equal shape and dtype, once checked."""
    x = _checks.floating("input", input)
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, x.shape)
    return g, x
