"""A GRU that reads a logic expression from left to right, to compare with."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference_impl.examples._logic_expressions import TOKEN
from reference_impl.neural_networks import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
)
from reference_impl.recurrent_networks.sequence_architectures import (
    many_to_one,
    many_to_one_backward,
)
from reference_impl.recurrent_networks.sequence_model import (
    SequenceModel,
    sequence_model_init,
)

HIDDEN = 48  # so that it has as many parameters as the tree's network
SYMBOLS = ["(", ")", "F", "T", "not", "and", "or", "xor"]


def new_gru(seed: int) -> SequenceModel:
    """Return the GRU that reads symbol by symbol, before training."""
    return sequence_model_init(seed, len(SYMBOLS), HIDDEN, 1, "gru")


def _one_hot(
    texts: Sequence[str], dtype: np.dtype[Any]
) -> tuple[np.ndarray, list[int]]:
    """Return the symbols of expressions (T, B, 8), and how many each has."""
    rows = [[SYMBOLS.index(word) for word in TOKEN.findall(t)] for t in texts]
    lengths = [len(row) for row in rows]
    x = np.zeros((max(lengths), len(rows), len(SYMBOLS)), dtype)
    for b, row in enumerate(rows):
        x[np.arange(len(row)), b, row] = 1
    return x, lengths


def gru_logits(model: SequenceModel, texts: Sequence[str]) -> np.ndarray:
    """Return for each expression a number, positive for true."""
    x, lengths = _one_hot(texts, model.w_ih.dtype)
    return many_to_one(x, model, lengths=lengths)[:, 0]


def gru_gradients(
    model: SequenceModel, texts: Sequence[str], target: np.ndarray
) -> tuple[float, list[np.ndarray]]:
    """Return the mean loss and its gradients to the model's arrays."""
    x, lengths = _one_hot(texts, model.w_ih.dtype)
    logits = many_to_one(x, model, lengths=lengths)[:, 0]
    loss, g = loss_and_gradient(logits, target)
    grads = many_to_one_backward(g[:, None], x, model, lengths=lengths)
    return loss, list(grads.model)


def loss_and_gradient(
    logits: np.ndarray, target: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the mean cross-entropy and its gradient to the logits."""
    y = target.astype(logits.dtype)
    loss = binary_cross_entropy_with_logits(logits, y)
    back = binary_cross_entropy_with_logits_backward(1.0, logits, y)
    return float(loss), back.input
