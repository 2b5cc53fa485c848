"""Weights of one layer in the layouts of PyTorch, ONNX and Keras.

Axes: I inputs, H hidden units, D directions, G gates.

PyTorch and ONNX multiply from the left, W x; Keras from the right, x W: its
weights are transposed.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks._arguments import flag


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


def by_direction(
    gates: int,
    params: Sequence[np.ndarray],
    has_biases: bool,
    bidirectional: bool,
) -> list[list[np.ndarray]]:
    """Return `params` as one list of checked arrays a direction."""
    each = 4 if has_biases else 2
    flag("has_biases", has_biases)
    split = checked_arrays("params", params, each, bidirectional)
    for w_ih, w_hh, *biases in split:
        _, H = _checks.shape("w_hh", w_hh, (f"{gates}*H", "H"))
        _checks.shape("w_hh", w_hh, (gates * H, H))
        _checks.shape("w_ih", w_ih, (gates * H, "I"))
        for name, b in zip(("b_ih", "b_hh"), biases, strict=False):
            _checks.shape(name, b, (gates * H,))
    return split


def checked_arrays(
    name: str, arrays: Sequence[np.ndarray], each: int, bidirectional: bool
) -> list[list[np.ndarray]]:
    """Return `arrays` as one list of `each` floating arrays a direction."""
    flag("bidirectional", bidirectional)
    D = 2 if bidirectional else 1
    if len(_checks.sequence(name, arrays)) != each * D:
        raise ValueError(
            f"{name} must have {each * D} arrays ({D} directions, {each} "
            f"each), got len({name})={len(arrays)}"
        )
    a = [_checks.floating(f"{name}[{k}]", x) for k, x in enumerate(arrays)]
    return [a[d * each : (d + 1) * each] for d in range(D)]


def reorder(array: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """Return `array` (G*H, ...) with its gates in this order."""
    G, (rows, *rest) = len(order), array.shape
    blocks = array.reshape(G, rows // G, *rest)
    return blocks[list(order)].reshape(array.shape)


def stack_directions(
    directions: list[list[np.ndarray]], order: tuple[int, ...]
) -> ONNXWeights:
    """Return the arrays of each direction stacked."""
    arrays = [[reorder(a, order) for a in d] for d in directions]
    W, R = (np.stack([a[k] for a in arrays]) for k in (0, 1))
    B = [np.concatenate(a[2:]) for a in arrays if len(a) == 4]
    return ONNXWeights(W, R, np.stack(B) if B else None)


def unstack_directions(
    gates: int,
    W: np.ndarray,
    R: np.ndarray,
    B: np.ndarray | None,
    order: tuple[int, ...],
) -> list[np.ndarray]:
    """Return the argument `params` of one layer."""
    W, R = _checks.floating("W", W), _checks.floating("R", R)
    D, _, H = _checks.shape("R", R, ("D", f"{gates}*H", "H"))
    if D not in (1, 2):
        raise ValueError(
            f"R must have 1 or 2 directions, got R.shape={R.shape}"
        )
    _checks.shape("R", R, (D, gates * H, H))
    _checks.shape("W", W, (D, gates * H, "I"))
    if B is not None:
        B = _checks.floating("B", B)
        _checks.shape("B", B, (D, 2 * gates * H))
    params = []
    for d in range(D):
        biases = [] if B is None else np.split(B[d], 2)
        params += [reorder(a, order) for a in (W[d], R[d], *biases)]
    return params


def transpose(
    gates: int,
    params: Sequence[np.ndarray],
    has_biases: bool,
    bidirectional: bool,
    order: tuple[int, ...],
    two_biases: bool,
) -> list[np.ndarray]:
    """Return one layer's weights as Keras has them; unless two, biases add up."""
    weights = []
    for direction in by_direction(gates, params, has_biases, bidirectional):
        w_ih, w_hh, *biases = (reorder(a, order) for a in direction)
        weights += [w_ih.T.copy(), w_hh.T.copy()]
        if biases:
            b_ih, b_hh = biases
            weights.append(np.stack(biases) if two_biases else b_ih + b_hh)
    return weights


def transpose_back(
    gates: int,
    weights: Sequence[np.ndarray],
    use_bias: bool,
    bidirectional: bool,
    order: tuple[int, ...],
    two_biases: bool,
) -> list[np.ndarray]:
    """Return the argument `params` of one layer."""
    flag("use_bias", use_bias)
    params = []
    for kernel, recurrent, *bias in checked_arrays(
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
        params += [reorder(a, order) for a in arrays]
    return params
