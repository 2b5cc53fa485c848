"""The states of one sequence, and the weight that leads from each to the next."""

import numpy as np

from reference_impl import _checks


def states(
    hidden: np.ndarray, w_hh: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the checked states (T + 1, H) and weight (H, H)."""
    h = _checks.floating("hidden", hidden)
    count, H = _checks.shape("hidden", h, ("T + 1", "H"))
    if count == 0:
        raise ValueError(
            f"hidden must begin with h_0, got hidden.shape={h.shape}"
        )
    W = _checks.floating_like("w_hh", w_hh, "hidden", h)
    _checks.shape("w_hh", W, (H, H))
    return h, W
