"""What the networks of the page on recurrence types have in common.

Axes: T steps, B batch, I inputs, H hidden units, O outputs.
"""

import numpy as np

from reference_impl import _checks


def outer(dz: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the sum over steps and batch of the outer products."""
    return np.tensordot(dz, x, axes=([0, 1], [0, 1]))


def output_gradient(
    grad_output: np.ndarray, x: np.ndarray, b_o: np.ndarray
) -> np.ndarray:
    """Return the checked gradient (T, B, O)."""
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, (*x.shape[:2], len(b_o)))
    return g


def checked_input(
    recurrence: str,
    input: np.ndarray,
    state: np.ndarray,
    w_ih: np.ndarray,
    w_back: np.ndarray,
    w_ho: np.ndarray,
    b_h: np.ndarray,
    b_o: np.ndarray,
    target: np.ndarray | None = None,
) -> np.ndarray:
    """Return `input`, after checking all arguments.

    `recurrence` says where `w_back` leads from and to: "H" hidden to hidden,
    "O" output to hidden, "OO" output to output.
    """
    x = _checks.floating("input", input)
    T, B, I = _checks.shape("input", x, ("T", "B", "I"))
    b_h = _checks.floating_like("b_h", b_h, "input", x)
    b_o = _checks.floating_like("b_o", b_o, "input", x)
    (H,), (O,) = (
        _checks.shape("b_h", b_h, ("H",)),
        _checks.shape("b_o", b_o, ("O",)),
    )
    wanted: dict[str, tuple[np.ndarray, tuple[int, ...]]] = {
        "H": {"hx": (state, (B, H)), "w_hh": (w_back, (H, H))},
        "O": {"ox": (state, (B, O)), "w_oh": (w_back, (H, O))},
        "OO": {"ox": (state, (B, O)), "w_oo": (w_back, (O, O))},
    }[recurrence] | {"w_ih": (w_ih, (H, I)), "w_ho": (w_ho, (O, H))}
    if target is not None:
        wanted["target"] = (target, (T, B, O))
    for name, (array, shape) in wanted.items():
        checked = _checks.floating_like(name, array, "input", x)
        _checks.shape(name, checked, shape)
    return x
