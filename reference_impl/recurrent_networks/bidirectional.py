"""A recurrent layer that reads a sequence from both ends.

Page: docs/recurrent-networks/bidirectional.md.

Axes: T steps, B batch, I inputs, H hidden units of each direction.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks import _arguments
from reference_impl.recurrent_networks.recurrent_sequence import (
    rnn_tanh,
    rnn_tanh_backward,
)

__all__ = [
    "bidirectional_rnn_definition",
    "bidirectional_rnn",
    "bidirectional_rnn_backward",
]

Lengths = Sequence[int] | np.ndarray | None


class BidirectionalGradients(NamedTuple):
    """The gradients of `bidirectional_rnn`'s arrays, in argument order."""

    input: np.ndarray
    hx: np.ndarray
    w_xf: np.ndarray
    w_ff: np.ndarray
    b_f: np.ndarray
    w_xb: np.ndarray
    w_bb: np.ndarray
    b_b: np.ndarray


def bidirectional_rnn_definition(
    input: np.ndarray,
    hx: np.ndarray,
    w_xf: np.ndarray,
    w_ff: np.ndarray,
    b_f: np.ndarray,
    w_xb: np.ndarray,
    w_bb: np.ndarray,
    b_b: np.ndarray,
    *,
    lengths: Lengths = None,
) -> np.ndarray:
    """Evaluate the equations of `bidirectional_rnn`, sequence by sequence."""
    x, ends = _checked(input, hx, [w_xf, w_ff, b_f, w_xb, w_bb, b_b], lengths)
    T, B, H = *x.shape[:2], len(b_f)
    output = np.zeros((T, B, 2 * H), x.dtype)
    for b in range(B):
        f, g = hx[0, b], hx[1, b]
        for t in range(ends[b]):
            f = np.tanh(w_xf @ x[t, b] + w_ff @ f + b_f)
            output[t, b, :H] = f
        for t in reversed(range(ends[b])):
            g = np.tanh(w_xb @ x[t, b] + w_bb @ g + b_b)
            output[t, b, H:] = g
    return output


def bidirectional_rnn(
    input: np.ndarray,
    hx: np.ndarray,
    w_xf: np.ndarray,
    w_ff: np.ndarray,
    b_f: np.ndarray,
    w_xb: np.ndarray,
    w_bb: np.ndarray,
    b_b: np.ndarray,
    *,
    lengths: Lengths = None,
) -> np.ndarray:
    """Return the states of two runs, first to last and last to first.

    It is `rnn_tanh` with ``bidirectional=True`` and one bias a direction, the
    parameters under the letters of the equations.

    Parameters
    ----------
    input : ndarray of shape (T, B, I), floating
    hx : ndarray of shape (2, B, H), dtype of `input`
        The state before the first step, and that after the last.
    w_xf, w_ff, b_f : ndarray of shapes (H, I), (H, H) and (H,)
        Of the run that reads forwards.
    w_xb, w_bb, b_b : ndarray of shapes (H, I), (H, H) and (H,)
        Of the run that reads backwards.
    lengths : sequence of B ints in 1..T, optional
        The steps that each sequence has. The run backwards starts there.

    Returns
    -------
    ndarray of shape (T, B, 2*H), dtype of `input`
        Of each step the forward state, then the backward state; zeros after
        the end of a sequence.

    Raises
    ------
    TypeError
        If an array is not floating, the dtypes differ or `lengths` are not
        ints.
    ValueError
        If shapes or `lengths` do not fit, or `input` has no step.

    References
    ----------
    Schuster and Paliwal 1997, *Bidirectional recurrent neural networks*,
    section II. Goodfellow, Bengio and Courville 2016, *Deep Learning*,
    section 10.3.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import bidirectional_rnn
    >>> x, hx = np.zeros((3, 1, 1)), np.zeros((2, 1, 1))
    >>> x[1] = 20.0
    >>> one, zero = np.ones((1, 1)), np.zeros(1)
    >>> weights = one, 20 * one, zero
    >>> bidirectional_rnn(x, hx, *weights, *weights)[:, 0]
    array([[0., 1.],
           [1., 1.],
           [1., 0.]])
    """
    x, _ = _checked(input, hx, [w_xf, w_ff, b_f, w_xb, w_bb, b_b], lengths)
    params = _params(w_xf, w_ff, b_f, w_xb, w_bb, b_b)
    output, _ = rnn_tanh(x, hx, params, bidirectional=True, lengths=lengths)
    return np.asarray(output)


def bidirectional_rnn_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    hx: np.ndarray,
    w_xf: np.ndarray,
    w_ff: np.ndarray,
    b_f: np.ndarray,
    w_xb: np.ndarray,
    w_bb: np.ndarray,
    b_b: np.ndarray,
    *,
    lengths: Lengths = None,
) -> BidirectionalGradients:
    """Return the gradients of `bidirectional_rnn`.

    Parameters
    ----------
    grad_output : ndarray of shape (T, B, 2*H), dtype of `input`
        dL/doutput; what it holds after the end of a sequence is not read.
    input, hx, w_xf, w_ff, b_f, w_xb, w_bb, b_b, lengths
        As given to `bidirectional_rnn`.

    Returns
    -------
    BidirectionalGradients
        A named tuple (input, hx, w_xf, w_ff, b_f, w_xb, w_bb, b_b), each of
        its argument's shape.

    Raises
    ------
    TypeError, ValueError
        As `bidirectional_rnn`; `grad_output` has the output's shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import bidirectional_rnn_backward
    >>> x, hx = np.zeros((3, 1, 1)), np.zeros((2, 1, 1))
    >>> one, zero, g = np.ones((1, 1)), np.zeros(1), np.zeros((3, 1, 2))
    >>> g[1] = 1.0, 10.0  # the gradient at the two states of step 2
    >>> weights = one, 2 * one, zero
    >>> bidirectional_rnn_backward(g, x, hx, *weights, *weights).input.ravel()
    array([ 2., 11., 20.])
    """
    x, _ = _checked(input, hx, [w_xf, w_ff, b_f, w_xb, w_bb, b_b], lengths)
    g = _checks.floating_like("grad_output", grad_output, "input", x)
    _checks.shape("grad_output", g, (*x.shape[:2], 2 * len(b_f)))
    params = _params(w_xf, w_ff, b_f, w_xb, w_bb, b_b)
    grads = rnn_tanh_backward(
        (g, None), x, hx, params, bidirectional=True, lengths=lengths
    )
    weights = [p for k, p in enumerate(grads.params) if k % 4 != 3]
    return BidirectionalGradients(grads.input, grads.hx, *weights)


def _params(
    w_xf: np.ndarray,
    w_ff: np.ndarray,
    b_f: np.ndarray,
    w_xb: np.ndarray,
    w_bb: np.ndarray,
    b_b: np.ndarray,
) -> list[np.ndarray]:
    """Return the parameters as `rnn_tanh` takes them; b_hh is 0."""
    zero = np.zeros_like(b_f)
    return [w_xf, w_ff, b_f, zero, w_xb, w_bb, b_b, zero]


def _checked(
    input: np.ndarray,
    hx: np.ndarray,
    weights: Sequence[np.ndarray],
    lengths: Lengths,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the checked input and where each sequence ends, (B,)."""
    x = _checks.floating("input", input)
    T, B, I = _checks.shape("input", x, ("T", "B", "I"))
    if T == 0:
        raise ValueError(
            f"input must have at least one step, got input.shape={x.shape}"
        )
    H = np.shape(weights[2])[0] if np.ndim(weights[2]) == 1 else "H"
    names = ("b_f", "w_xf", "w_ff", "w_xb", "w_bb", "b_b")
    order = (2, 0, 1, 3, 4, 5)
    shapes = ((H,), (H, I), (H, H), (H, I), (H, H), (H,))
    arrays = [weights[k] for k in order]
    for name, array, wanted in zip(names, arrays, shapes, strict=True):
        checked = _checks.floating_like(name, array, "input", x)
        _checks.shape(name, checked, wanted)
    state = _checks.floating_like("hx", hx, "input", x)
    _checks.shape("hx", state, (2, B, H))
    return x, _arguments.sequence_lengths(lengths, T, B)
