"""The same weights in the order of gates of PyTorch, ONNX and Keras.

Page: docs/recurrent-networks/lstm.md.

Axes: I inputs, H hidden units, D directions.

=======  ==========  ==========  ==========
layer    PyTorch     ONNX        Keras
=======  ==========  ==========  ==========
LSTM     i, f, g, o  i, o, f, g  i, f, g, o
GRU      r, z, n     z, r, n     z, r, n
=======  ==========  ==========  ==========

PyTorch and ONNX multiply from the left, W x; Keras from the right, x W: its
weights are transposed. Each function converts one layer.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl import _checks

__all__ = [
    "lstm_to_onnx",
    "lstm_from_onnx",
    "lstm_to_keras",
    "lstm_from_keras",
    "gru_to_onnx",
    "gru_from_onnx",
    "gru_to_keras",
    "gru_from_keras",
]

# Where each gate of the one layout stands in the other.
LSTM_TO_ONNX, LSTM_FROM_ONNX, LSTM_KERAS = (
    (0, 3, 1, 2),
    (0, 2, 3, 1),
    (0, 1, 2, 3),
)
GRU_SWAP = (1, 0, 2)  # its own inverse
PEEPHOLE_SWAP = (0, 2, 1)  # i, f, o and i, o, f


class ONNXWeights(NamedTuple):
    """The inputs W, R, B and P of ONNX's operators LSTM and GRU."""

    W: np.ndarray  # (D, G*H, I)
    R: np.ndarray  # (D, G*H, H)
    B: np.ndarray | None  # (D, 2*G*H), those of W before those of R
    P: np.ndarray | None = None  # (D, 3*H), LSTM only


class TorchWeights(NamedTuple):
    """The arguments `params` and `peepholes` of one layer."""

    params: list[np.ndarray]
    peepholes: list[np.ndarray] | None = None


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
        If an array is not floating.
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
    directions = _directions(4, params, has_biases, bidirectional)
    if peepholes is None:
        return _to_onnx(directions, LSTM_TO_ONNX)
    H = directions[0][1].shape[1]
    P = [_checks.floating("peepholes", p) for p in peepholes]
    for p in P:
        _checks.shape("peepholes", p, (3, H))
    if len(P) != len(directions):
        raise ValueError(
            f"peepholes must have {len(directions)} arrays, "
            f"got len(peepholes)={len(P)}"
        )
    stacked = np.stack([p[list(PEEPHOLE_SWAP)].ravel() for p in P])
    return _to_onnx(directions, LSTM_TO_ONNX)._replace(P=stacked)


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
        If an array is not floating.
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
    params = _from_onnx(4, W, R, B, LSTM_FROM_ONNX)
    if P is None:
        return TorchWeights(params)
    D, _, H = R.shape
    P = _checks.floating("P", P)
    _checks.shape("P", P, (D, 3 * H))
    peepholes = P.reshape(D, 3, H)[:, list(PEEPHOLE_SWAP)]
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
        If an array is not floating.
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
    return [
        array
        for w_ih, w_hh, *biases in _directions(
            4, params, has_biases, bidirectional
        )
        for array in (w_ih.T.copy(), w_hh.T.copy(), *_sum(biases))
    ]


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
        If an array is not floating.
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
    return _from_keras(4, weights, use_bias, bidirectional, LSTM_KERAS, False)


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
        If an array is not floating.
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
    directions = _directions(3, params, has_biases, bidirectional)
    return _to_onnx(directions, GRU_SWAP)


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
        If an array is not floating.
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
    return TorchWeights(_from_onnx(3, W, R, B, GRU_SWAP))


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
        If an array is not floating.
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
    weights = []
    for direction in _directions(3, params, has_biases, bidirectional):
        w_ih, w_hh, *biases = (_reorder(a, GRU_SWAP) for a in direction)
        stacked = (
            [np.stack(biases)] if biases and reset_after else _sum(biases)
        )
        weights += [w_ih.T.copy(), w_hh.T.copy(), *stacked]
    return weights


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
        If an array is not floating.
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
    return _from_keras(
        3, weights, use_bias, bidirectional, GRU_SWAP, reset_after
    )


def _directions(
    gates: int,
    params: Sequence[np.ndarray],
    has_biases: bool,
    bidirectional: bool,
) -> list[list[np.ndarray]]:
    """Return `params` as one list of checked arrays a direction."""
    each = 4 if has_biases else 2
    split = _split("params", params, each, bidirectional)
    for w_ih, w_hh, *biases in split:
        _, H = _checks.shape("w_hh", w_hh, (f"{gates}*H", "H"))
        _checks.shape("w_hh", w_hh, (gates * H, H))
        _checks.shape("w_ih", w_ih, (gates * H, "I"))
        for name, b in zip(("b_ih", "b_hh"), biases, strict=False):
            _checks.shape(name, b, (gates * H,))
    return split


def _split(
    name: str, arrays: Sequence[np.ndarray], each: int, bidirectional: bool
) -> list[list[np.ndarray]]:
    """Return `arrays` as one list of `each` floating arrays a direction."""
    D = 2 if bidirectional else 1
    if len(arrays) != each * D:
        raise ValueError(
            f"{name} must have {each * D} arrays ({D} directions, {each} "
            f"each), got len({name})={len(arrays)}"
        )
    a = [_checks.floating(f"{name}[{k}]", x) for k, x in enumerate(arrays)]
    return [a[d * each : (d + 1) * each] for d in range(D)]


def _reorder(array: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """Return `array` (G*H, ...) with its gates in this order."""
    G, (rows, *rest) = len(order), array.shape
    blocks = array.reshape(G, rows // G, *rest)
    return blocks[list(order)].reshape(array.shape)


def _sum(biases: list[np.ndarray]) -> list[np.ndarray]:
    """Return a list of the biases' sum, or of nothing if there is none."""
    return [biases[0] + biases[1]] if biases else []


def _to_onnx(
    directions: list[list[np.ndarray]], order: tuple[int, ...]
) -> ONNXWeights:
    """Return the arrays of each direction stacked."""
    arrays = [[_reorder(a, order) for a in d] for d in directions]
    W, R = (np.stack([a[k] for a in arrays]) for k in (0, 1))
    B = [np.concatenate(a[2:]) for a in arrays if len(a) == 4]
    return ONNXWeights(W, R, np.stack(B) if B else None)


def _from_onnx(
    gates: int,
    W: np.ndarray,
    R: np.ndarray,
    B: np.ndarray | None,
    order: tuple[int, ...],
) -> list[np.ndarray]:
    """Return the argument `params` of one layer."""
    W, R = _checks.floating("W", W), _checks.floating("R", R)
    D, _, H = _checks.shape("R", R, ("D", f"{gates}*H", "H"))
    _checks.shape("R", R, (D, gates * H, H))
    _checks.shape("W", W, (D, gates * H, "I"))
    if B is not None:
        B = _checks.floating("B", B)
        _checks.shape("B", B, (D, 2 * gates * H))
    params = []
    for d in range(D):
        biases = [] if B is None else np.split(B[d], 2)
        params += [_reorder(a, order) for a in (W[d], R[d], *biases)]
    return params


def _from_keras(
    gates: int,
    weights: Sequence[np.ndarray],
    use_bias: bool,
    bidirectional: bool,
    order: tuple[int, ...],
    two_biases: bool,
) -> list[np.ndarray]:
    """Return the argument `params` of one layer."""
    params = []
    for kernel, recurrent, *bias in _split(
        "weights", weights, 2 + bool(use_bias), bidirectional
    ):
        H = _checks.shape("recurrent_kernel", recurrent, ("H", "G*H"))[0]
        _checks.shape("recurrent_kernel", recurrent, (H, gates * H))
        _checks.shape("kernel", kernel, ("I", gates * H))
        arrays = [kernel.T, recurrent.T]
        for b in bias:
            rows = (2,) if two_biases else ()
            _checks.shape("bias", b, (*rows, gates * H))
            arrays += list(b) if two_biases else [b, np.zeros_like(b)]
        params += [_reorder(a, order) for a in arrays]
    return params
