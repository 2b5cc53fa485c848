"""A GRU's weights in the order of gates of PyTorch, ONNX and Keras.

Page: docs/recurrent-networks/gru.md.

Axes: I inputs, H hidden units, D directions. Each function converts one layer.

The gates are r, z, n in PyTorch, z, r, n in ONNX and in Keras.

PyTorch and ONNX multiply from the left, W x; Keras from the right, x W: its
weights are transposed.
"""

from collections.abc import Sequence

import numpy as np

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
    "gru_to_onnx",
    "gru_from_onnx",
    "gru_to_keras",
    "gru_from_keras",
]

# Where each gate of the new layout stands in the old, both ways.
SWAP = (1, 0, 2)


def gru_to_onnx(
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    bidirectional: bool = False,
) -> ONNXWeights:
    """Return a layer's weights as inputs of the ONNX operator GRU.

    Its attribute linear_before_reset is 1 where `gru` has reset_after=True, as
    all of PyTorch's layers have.

    Parameters
    ----------
    params : sequence of ndarray, floating
        One layer's, as `gru` has them: w_ih (3*H, I), w_hh (3*H, H), b_ih and
        b_hh (3*H,), once a direction.
    has_biases, bidirectional : bool
        As given to `gru`.

    Returns
    -------
    ONNXWeights
        A named tuple: W (D, 3*H, I), R (D, 3*H, H), B (D, 6*H) or None; P is
        None.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If the number of arrays or a shape does not fit.

    References
    ----------
    ONNX, *Operators*, GRU: W[zrh], R[zrh], linear_before_reset.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_to_onnx
    >>> w_ih = np.array([[1.0], [2.0], [3.0]])  # r, z, n
    >>> gru_to_onnx([w_ih, np.ones((3, 1))], has_biases=False).W.ravel()
    array([2., 1., 3.])
    """
    directions = by_direction(3, params, has_biases, bidirectional)
    return stack_directions(directions, SWAP)


def gru_from_onnx(
    W: np.ndarray, R: np.ndarray, B: np.ndarray | None = None
) -> TorchWeights:
    """Return what `gru_to_onnx` turned into these weights.

    Parameters
    ----------
    W, R, B : ndarray, floating, B optional
        Of shapes (D, 3*H, I), (D, 3*H, H) and (D, 6*H).

    Returns
    -------
    TorchWeights
        A named tuple whose `params` are for `gru`, with has_biases=False if
        `B` is None.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_from_onnx
    >>> W = np.array([[[2.0], [1.0], [3.0]]])  # z, r, n
    >>> gru_from_onnx(W, np.ones((1, 3, 1))).params[0].ravel()
    array([1., 2., 3.])
    """
    return TorchWeights(unstack_directions(3, W, R, B, SWAP))


def gru_to_keras(
    params: Sequence[np.ndarray],
    has_biases: bool = True,
    bidirectional: bool = False,
    *,
    reset_after: bool = True,
) -> list[np.ndarray]:
    """Return a layer's weights as Keras's GRU takes them in ``set_weights``.

    Parameters
    ----------
    params : sequence of ndarray, floating
        One layer's, as `gru` has them.
    has_biases, bidirectional, reset_after : bool
        As given to `gru`; `reset_after` also to Keras.

    Returns
    -------
    list of ndarray
        kernel (I, 3*H), recurrent_kernel (H, 3*H) and, with biases, bias: (2,
        3*H) where `reset_after`, (3*H,), their sum, where not; once a
        direction.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If the number of arrays or a shape does not fit.

    References
    ----------
    Keras, ``keras.layers.GRU``: the gates z, r, h, and reset_after.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_to_keras
    >>> params = [np.ones((6, 3)), np.ones((6, 2)), np.ones(6), np.ones(6)]
    >>> [array.shape for array in gru_to_keras(params)]
    [(3, 6), (2, 6), (2, 6)]
    """
    return transpose(3, params, has_biases, bidirectional, SWAP, reset_after)


def gru_from_keras(
    weights: Sequence[np.ndarray],
    use_bias: bool = True,
    bidirectional: bool = False,
    *,
    reset_after: bool = True,
) -> list[np.ndarray]:
    """Return what `gru_to_keras` turned into these weights.

    Where not `reset_after`, the second bias is zero.

    Parameters
    ----------
    weights : sequence of ndarray, floating
        As ``get_weights`` returns them, also of ``Bidirectional``.
    use_bias, bidirectional, reset_after : bool
        Whether `weights` holds biases, and those of two directions; what Keras
        was given as reset_after.

    Returns
    -------
    list of ndarray
        The argument `params` of `gru`, with has_biases=use_bias.

    Raises
    ------
    TypeError
        If an array is not floating or an argument of another kind.
    ValueError
        If the number of arrays or a shape does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import gru_from_keras
    >>> weights = [np.ones((3, 6)), np.ones((2, 6)), np.ones((2, 6))]
    >>> [array.shape for array in gru_from_keras(weights)]
    [(6, 3), (6, 2), (6,), (6,)]
    """
    return transpose_back(
        3, weights, use_bias, bidirectional, SWAP, reset_after
    )
