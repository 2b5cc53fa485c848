"""Argument checks of the recurrent functions.

Axes: T steps, B batch, I inputs, H hidden units, L layers, D directions, G
gates (blocks of H rows in a weight).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl import _checks

Generator = int | np.random.Generator | None


class Weights(NamedTuple):
    """The parameters of one direction of one layer, or their gradients."""

    w_ih: np.ndarray  # (G*H, I)
    w_hh: np.ndarray  # (G*H, H)
    b_ih: np.ndarray | None = None  # (G*H,)
    b_hh: np.ndarray | None = None  # (G*H,)
    peephole: np.ndarray | None = None  # (3, H), of an LSTM only


class Layers(NamedTuple):
    """The checked arguments of a recurrent layer, steps first."""

    input: np.ndarray  # (T, B, I)
    states: tuple[np.ndarray, ...]  # (L*D, B, H) each
    weights: list[Weights]  # L*D of them, layer by layer
    directions: int
    dropout: float
    drops: bool  # whether dropout acts at all
    generator: Generator
    batch_first: bool
    lengths: np.ndarray  # (B,)
    ragged: bool  # whether lengths were given

    @property
    def depth(self) -> int:
        """The number of layers, L."""
        return len(self.weights) // self.directions

    def as_called(self, x: np.ndarray) -> np.ndarray:
        """Return x, whose first axes are (T, B), with the caller's axes."""
        return x.swapaxes(0, 1) if self.batch_first else x


def recurrent_layers(
    gates: int,
    input: np.ndarray,
    hx: Sequence[np.ndarray],
    params: Sequence[np.ndarray],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
    lengths: Sequence[int] | np.ndarray | None,
    generator: Generator,
    peepholes: Sequence[np.ndarray] | None = None,
) -> Layers:
    """Return the checked arguments; `hx` is named by its entries' place."""
    flags = {
        "has_biases": has_biases,
        "train": train,
        "bidirectional": bidirectional,
        "batch_first": batch_first,
    }
    for name, value in flags.items():
        flag(name, value)
    L, D = (
        _checks.integer("num_layers", num_layers, 1),
        1 + bool(bidirectional),
    )
    x = _checks.floating("input", input)
    letters = ("B", "T", "I") if batch_first else ("T", "B", "I")
    _checks.shape("input", x, letters)
    x = x.swapaxes(0, 1) if batch_first else x
    T, B, _ = x.shape
    if T == 0:
        raise ValueError(
            "input must have at least one step, got "
            f"input.shape={np.shape(input)}, batch_first={batch_first}"
        )
    weights = _weights(gates, x, params, has_biases, L, D, peepholes)
    H = weights[0].w_hh.shape[1]
    states = tuple(
        _array(name, state, (L * D, B, H), x)
        for name, state in zip(state_names(len(hx)), hx, strict=True)
    )
    p = _checks.real("dropout", dropout, 0, 1)
    drops = bool(train) and p > 0 and L > 1
    if drops:
        _seed(generator)
    return Layers(
        x,
        states,
        weights,
        D,
        p,
        drops,
        generator,
        bool(batch_first),
        sequence_lengths(lengths, T, B),
        lengths is not None,
    )


def cell_weights(
    gates: int,
    input: np.ndarray,
    states: dict[str, np.ndarray],
    weights: Weights,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], Weights]:
    """Return the checked input (B, I), states (B, H) and weights of a cell."""
    x = _checks.floating("input", input)
    B, inputs = _checks.shape("input", x, ("B", "I"))
    w_hh = _checks.floating_like("w_hh", weights.w_hh, "input", x)
    H = _checks.shape("w_hh", w_hh, (f"{gates}*H", "H"))[1]
    w_hh = _array("w_hh", w_hh, (gates * H, H), x)
    w_ih = _array("w_ih", weights.w_ih, (gates * H, inputs), x)
    rest = {"b_ih": (gates * H,), "b_hh": (gates * H,), "peephole": (3, H)}
    given = weights._asdict()
    optional = [
        None if given[name] is None else _array(name, given[name], wanted, x)
        for name, wanted in rest.items()
    ]
    checked = tuple(
        _array(name, state, (B, H), x) for name, state in states.items()
    )
    return x, checked, Weights._make([w_ih, w_hh, *optional])


def gradients_of(
    names: Sequence[str],
    grad_output: Sequence[np.ndarray | None],
    shapes: Sequence[tuple[int, ...]],
    like: np.ndarray,
) -> list[np.ndarray]:
    """Return the entries of `grad_output` as arrays, zeros for a None."""
    listed = ", ".join(names)
    if not isinstance(grad_output, tuple | list):
        raise TypeError(
            f"grad_output must be a tuple ({listed}), "
            f"got grad_output of type {type(grad_output).__name__}"
        )
    if len(grad_output) != len(names):
        raise ValueError(
            f"grad_output must be a tuple ({listed}), "
            f"got len(grad_output)={len(grad_output)}"
        )
    return [
        np.zeros(shape, like.dtype)
        if grad is None
        else _array(f"grad_output[{k}]", grad, shape, like)
        for k, (grad, shape) in enumerate(
            zip(grad_output, shapes, strict=True)
        )
    ]


def state_names(count: int) -> list[str]:
    """Return what messages call the states of `hx`."""
    return ["hx"] if count == 1 else [f"hx[{s}]" for s in range(count)]


def pair(name: str, value: object) -> Sequence[np.ndarray]:
    """Return `value`, which has to be a tuple or list of two arrays."""
    if not isinstance(value, tuple | list):
        raise TypeError(
            f"{name} must be a tuple (h, c), "
            f"got {name} of type {type(value).__name__}"
        )
    if len(value) != 2:
        raise ValueError(
            f"{name} must be a tuple (h, c), got len({name})={len(value)}"
        )
    return value


def flag(name: str, value: object) -> None:
    """Raise TypeError unless `value` is a bool."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be a bool, got {name}={value!r}")


def _weights(
    gates: int,
    x: np.ndarray,
    params: Sequence[np.ndarray],
    has_biases: bool,
    L: int,
    D: int,
    peepholes: Sequence[np.ndarray] | None,
) -> list[Weights]:
    """Return the checked weights of each layer and direction."""
    each = 4 if has_biases else 2
    if len(_checks.sequence("params", params)) != each * L * D:
        raise ValueError(
            f"params must have {each * L * D} arrays ({L} layers, {D} "
            f"directions, {each} each), got len(params)={len(params)}"
        )
    if peepholes is not None:
        count = len(_checks.sequence("peepholes", peepholes))
        if count != L * D:
            raise ValueError(
                f"peepholes must have {L * D} arrays ({L} layers, {D} "
                f"directions), got len(peepholes)={count}"
            )
    w_hh = _checks.floating_like("params[1]", params[1], "input", x)
    H = _checks.shape("params[1]", w_hh, (f"{gates}*H", "H"))[1]
    weights = []
    for k in range(L * D):
        inputs = x.shape[-1] if k < D else D * H
        bias = (gates * H,)
        shapes = [(gates * H, inputs), (gates * H, H), bias, bias][:each]
        arrays = [
            _array(f"params[{j}]", params[j], shape, x)
            for j, shape in enumerate(shapes, start=each * k)
        ]
        w = Weights._make([*arrays, *[None] * (5 - each)])
        if peepholes is not None:
            p = _array(f"peepholes[{k}]", peepholes[k], (3, H), x)
            w = w._replace(peephole=p)
        weights.append(w)
    return weights


def _array(
    name: str, value: object, wanted: tuple[int, ...], like: np.ndarray
) -> np.ndarray:
    """Return `value` as an array with this shape and the input's dtype."""
    array = _checks.floating_like(name, value, "input", like)
    _checks.shape(name, array, wanted)
    return array


def sequence_lengths(
    lengths: Sequence[int] | np.ndarray | None, T: int, B: int
) -> np.ndarray:
    """Return `lengths` as an array (B,) of ints in 1..T; None stands for T."""
    if lengths is None:
        return np.full(B, T)
    array = np.asarray(lengths)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise TypeError(
            f"lengths must be ints, got lengths.dtype={array.dtype}"
        )
    _checks.shape("lengths", array, (B,))
    wrong = array[(array < 1) | (array > T)]
    if wrong.size:
        raise ValueError(
            f"lengths must be in 1..T, got length={wrong[0]}, T={T}"
        )
    return array.astype(int)


def _seed(generator: Generator) -> None:
    """Raise TypeError unless dropout has something to draw from."""
    if isinstance(generator, bool) or not isinstance(
        generator, int | np.integer | np.random.Generator
    ):
        raise TypeError(
            "generator must be an int or a numpy.random.Generator where "
            f"dropout acts, got generator={generator!r}"
        )
