"""Argument checks shared by every module.

Each message reads ``<argument> must <requirement>, got <argument>=<value>``.
"""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np


def floating(name: str, value: object) -> np.ndarray:
    """Return `value` as an array; raise TypeError unless it is floating."""
    array = np.asarray(value)
    if array.dtype.kind != "f":  # np.issubdtype takes ten times as long
        raise TypeError(
            f"{name} must be floating, got {name}.dtype={array.dtype}"
        )
    return array


def floating_like(
    name: str, value: object, other_name: str, other: np.ndarray
) -> np.ndarray:
    """Return `value` as a floating array that has the dtype of `other`."""
    array = floating(name, value)
    if array.dtype != other.dtype:
        raise TypeError(
            f"{name} must have the dtype of {other_name}, got "
            f"{name}.dtype={array.dtype}, {other_name}.dtype={other.dtype}"
        )
    return array


def shape(
    name: str, array: np.ndarray, wanted: Sequence[int | str]
) -> tuple[int, ...]:
    """Return the shape of `array`; raise ValueError unless it is `wanted`.

    An axis given as a str is free, but it has to exist.
    """
    got = array.shape
    if len(got) != len(wanted) or any(
        isinstance(want, Integral) and want != have
        for want, have in zip(wanted, got, strict=True)
    ):
        letters = ", ".join(map(str, wanted)) + "," * (len(wanted) == 1)
        raise ValueError(
            f"{name} must have shape ({letters}), got {name}.shape={got}"
        )
    return got


def state_dict(
    value: object, own: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the arrays of a layer's `state_dict`, in the order of its `own`.

    Raise unless they have the same names, shapes and dtypes.
    """
    if not isinstance(value, Mapping):
        raise TypeError(
            "state_dict must be a mapping of names to arrays, "
            f"got state_dict of type {type(value).__name__}"
        )
    missing = sorted(own.keys() - value.keys())
    unexpected = sorted(value.keys() - own.keys(), key=str)
    if missing or unexpected:
        raise ValueError(
            f"state_dict must have the keys {list(own)}, "
            f"got missing={missing}, unexpected={unexpected}"
        )
    arrays = {}
    for name, old in own.items():
        arrays[name] = floating_like(name, value[name], "layer", old)
        shape(name, arrays[name], old.shape)
    return arrays


def integer(name: str, value: object, minimum: int | None = None) -> int:
    """Return `value` as an int of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an int, got {name}={value!r}")
    if minimum is not None and value < minimum:
        raise ValueError(
            f"{name} must be at least {minimum}, got {name}={value}"
        )
    return int(value)


def integers(
    name: str, value: object, length: int, minimum: int | None = None
) -> tuple[int, ...]:
    """Return `value` as a tuple of `length` ints; one int stands for all."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        value = (value,) * length
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise TypeError(
            f"{name} must be an int or a tuple of {length} ints, "
            f"got {name}={value!r}"
        )
    if len(value) == 1:
        value = tuple(value) * length
    if len(value) != length:
        raise ValueError(
            f"{name} must be an int or a tuple of {length} ints, "
            f"got {name}={value!r}"
        )
    return tuple(integer(name, entry, minimum) for entry in value)


def real(
    name: str,
    value: object,
    minimum: float = -np.inf,
    maximum: float = np.inf,
) -> float:
    """Return `value` as a finite float in [minimum, maximum]."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {name}={value!r}")
    number = float(value)
    if not (np.isfinite(number) and minimum <= number <= maximum):
        bounds = (
            "be finite"
            if np.isinf(minimum) and np.isinf(maximum)
            else f"be in [{minimum:g}, {maximum:g}]"
        )
        raise ValueError(f"{name} must {bounds}, got {name}={value!r}")
    return number


def sequence(name: str, value: object) -> Sequence[Any] | np.ndarray:
    """Return `value`, which has to be a sequence of arrays."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        raise TypeError(
            f"{name} must be a sequence of arrays, "
            f"got {name} of type {type(value).__name__}"
        )
    return value


def listed(name: str, arrays: Iterable[Any]) -> list[Any]:
    """Return what is in `arrays`, a sequence or whatever else has entries."""
    if not isinstance(arrays, Iterable):
        raise TypeError(
            f"{name} must be a sequence of arrays, got {name}={arrays!r}"
        )
    return list(arrays)


def bound(name: str, value: object, minimum: float = -np.inf) -> float:
    """Return `value` as a float of at least `minimum`; it may be infinity."""
    if isinstance(value, Real) and value == np.inf:
        return np.inf
    return real(name, value, minimum)


def generator(name: str, value: Any) -> np.random.Generator:
    """Return `value`, a generator, or a new one seeded with an int."""
    if isinstance(value, np.random.Generator):
        return value
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(
            f"{name} must be an int or a numpy.random.Generator, "
            f"got {name}={value!r}"
        )
    return np.random.default_rng(integer(name, value, 0))


def one_of(name: str, value: object, allowed: Sequence[object]) -> None:
    """Raise ValueError unless `value` is one of `allowed`."""
    if isinstance(value, np.ndarray) or value not in allowed:
        choices = ", ".join(map(repr, allowed))
        raise ValueError(
            f"{name} must be one of {choices}, got {name}={value!r}"
        )
