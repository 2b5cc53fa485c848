"""An LSTM's weights in the order of gates of PyTorch, ONNX and Keras.

Page: docs/recurrent-networks/lstm.md.

Axes: I inputs, H hidden units, D directions. Each function converts one layer.

The gates are i, f, g, o in PyTorch and in Keras, i, o, f, g in ONNX; the
peepholes i, f, o here, i, o, f in ONNX.

PyTorch and ONNX multiply from the left, W x; Keras from the right, x W: its
weights are transposed.
"""

from collections.abc import Sequence

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks._layouts import (
    ONNXWeights,
    TorchWeights,
    by_direction,
    stack_directions,
    transpose,
    transpose_back,
    unstack_directions,
)

__all__ = [
    "lstm_to_onnx",
    "lstm_from_onnx",
    "lstm_to_keras",
    "lstm_from_keras",
]

# Where each gate of the new layout stands in the old.
TO_ONNX, FROM_ONNX, KERAS = (0, 3, 1, 2), (0, 2, 3, 1), (0, 1, 2, 3)
PEEPHOLES = (0, 2, 1)  # both ways


def lstm_to_onnx(
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    bidirectional: bool = False,
    peepholes: Sequence[np.ndarray] | None = None,
) -> ONNXWeights:
    """Return a layer's weights as inputs of the ONNX operator LSTM.

    Parameters
    ----------
    params : sequence of ndarray, floating
        One layer's, as `lstm` has them: w_ih (4*H, I), w_hh (4*H, H), b_ih and
        b_hh (4*H,), once a direction.
    has_biases, bidirectional : bool
        As given to `lstm`.
    peepholes : sequence of D ndarray of shape (3, H), optional

    Returns
    -------
    ONNXWeights
        A named tuple: W (D, 4*H, I), R (D, 4*H, H), B (D, 8*H) or None, P (D,
        3*H) or None.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If the number of arrays or a shape does not fit.

    References
    ----------
    ONNX, *Operators*, LSTM: W[iofc], R[iofc], P[iof].

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_to_onnx
    >>> w_ih = np.array([[1.0], [2.0], [3.0], [4.0]])  # i, f, g, o
    >>> onnx = lstm_to_onnx([w_ih, np.ones((4, 1))], has_biases=False)
    >>> onnx.W.ravel()
    array([1., 4., 2., 3.])
    """
    directions = by_direction(4, params, has_biases, bidirectional)
    if peepholes is None:
        return stack_directions(directions, TO_ONNX)
    H = directions[0][1].shape[1]
    each = _checks.sequence("peepholes", peepholes)
    P = [_checks.floating("peepholes", p) for p in each]
    for p in P:
        _checks.shape("peepholes", p, (3, H))
    if len(P) != len(directions):
        raise ValueError(
            f"peepholes must have {len(directions)} arrays, "
            f"got len(peepholes)={len(P)}"
        )
    stacked = np.stack([p[list(PEEPHOLES)].ravel() for p in P])
    return stack_directions(directions, TO_ONNX)._replace(P=stacked)


def lstm_from_onnx(
    W: np.ndarray,
    R: np.ndarray,
    B: np.ndarray | None = None,
    P: np.ndarray | None = None,
) -> TorchWeights:
    """Return what `lstm_to_onnx` turned into these weights.

    Parameters
    ----------
    W, R, B, P : ndarray, floating, B and P optional
        Of shapes (D, 4*H, I), (D, 4*H, H), (D, 8*H) and (D, 3*H).

    Returns
    -------
    TorchWeights
        A named tuple: `params` and `peepholes` (None without `P`) for `lstm`,
        with has_biases=False if `B` is None.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_from_onnx
    >>> W = np.array([[[1.0], [4.0], [2.0], [3.0]]])  # i, o, f, g
    >>> lstm_from_onnx(W, np.ones((1, 4, 1))).params[0].ravel()
    array([1., 2., 3., 4.])
    """
    params = unstack_directions(4, W, R, B, FROM_ONNX)
    if P is None:
        return TorchWeights(params)
    D, _, H = np.shape(R)
    P = _checks.floating("P", P)
    _checks.shape("P", P, (D, 3 * H))
    peepholes = P.reshape(D, 3, H)[:, list(PEEPHOLES)]
    return TorchWeights(params, list(peepholes))


def lstm_to_keras(
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    bidirectional: bool = False,
) -> list[np.ndarray]:
    """Return a layer's weights as Keras's LSTM takes them in ``set_weights``.

    Parameters
    ----------
    params : sequence of ndarray, floating
        One layer's, as `lstm` has them.
    has_biases, bidirectional : bool
        As given to `lstm`.

    Returns
    -------
    list of ndarray
        kernel (I, 4*H), recurrent_kernel (H, 4*H) and, with biases, bias
        (4*H,), the sum of the two; once a direction.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If the number of arrays or a shape does not fit.

    References
    ----------
    Keras, ``keras.layers.LSTM``: the gates i, f, c, o.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_to_keras
    >>> params = [np.ones((8, 3)), np.ones((8, 2)), np.ones(8), np.ones(8)]
    >>> [array.shape for array in lstm_to_keras(params)]
    [(3, 8), (2, 8), (8,)]
    """
    return transpose(4, params, has_biases, bidirectional, KERAS, False)


def lstm_from_keras(
    weights: Sequence[np.ndarray],
    use_bias: bool = True,
    bidirectional: bool = False,
) -> list[np.ndarray]:
    """Return what `lstm_to_keras` turned into these weights.

    The second of PyTorch's two biases is zero: Keras has only their sum.

    Parameters
    ----------
    weights : sequence of ndarray, floating
        As ``get_weights`` returns them, also of ``Bidirectional``.
    use_bias, bidirectional : bool
        Whether `weights` holds biases, and those of two directions.

    Returns
    -------
    list of ndarray
        The argument `params` of `lstm`, with has_biases=use_bias.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If the number of arrays or a shape does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import lstm_from_keras
    >>> weights = [np.ones((3, 8)), np.ones((2, 8)), np.ones(8)]
    >>> [array.shape for array in lstm_from_keras(weights)]
    [(8, 3), (8, 2), (8,), (8,)]
    """
    return transpose_back(4, weights, use_bias, bidirectional, KERAS, False)
