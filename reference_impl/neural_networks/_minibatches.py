"""The examples of an epoch in random order, a batch at a time."""

from collections.abc import Iterator

import numpy as np

from reference_impl import _checks


def minibatches(
    examples: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield the rows of `examples`, each once; the last batch may be short."""
    order = rng.permutation(len(examples))
    for start in range(0, len(order), batch_size):
        yield examples[order[start : start + batch_size]]


def check_training(
    name: str, examples: np.ndarray, features: int, dtype: np.dtype
) -> np.ndarray:
    """Return `examples` once they are rows that a model can learn from."""
    x = _checks.floating(name, examples)
    _checks.shape(name, x, ("N", features))
    if x.dtype != dtype:
        raise TypeError(
            f"{name} must have the dtype of the model, got "
            f"{name}.dtype={x.dtype}, model.dtype={dtype}"
        )
    if len(x) == 0:
        raise ValueError(
            f"{name} must have at least one row, got {name}.shape={x.shape}"
        )
    return x
