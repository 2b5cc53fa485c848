"""Embedding: a row of a table for each index.

Page: docs/neural-networks/transformer.md.

Axes: V entries of the table, D numbers in each.
"""

from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._modules import (
    Generator,
    Gradients,
    Module,
    Pullback,
    floating_dtype,
)

__all__ = ["embedding", "embedding_backward", "Embedding"]


def embedding(input: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the row of `weight` for each index.

    Parameters
    ----------
    input : ndarray of any shape, integer
        Indices in [0, V).
    weight : ndarray of shape (V, D), floating

    Returns
    -------
    ndarray of shape (*input.shape, D), dtype of `weight`

    Raises
    ------
    TypeError
        If `input` is not integer or `weight` not floating.
    ValueError
        If an index is out of range or `weight` has not two axes.

    References
    ----------
    PyTorch, ``torch.nn.functional.embedding``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import embedding
    >>> embedding(np.array([1, 0, 1]), np.array([[0.5], [2.0]])).T
    array([[2. , 0.5, 2. ]])
    """
    index, table = _arguments(input, weight)
    return table[index]


def embedding_backward(
    grad_output: np.ndarray, input: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Return dL/dweight: a row that was used several times gets the sum.

    `grad_output` has the shape and dtype of the output.
    """
    index, table = _arguments(input, weight)
    g = _checks.floating_like("grad_output", grad_output, "weight", table)
    _checks.shape("grad_output", g, (*index.shape, table.shape[1]))
    grad = np.zeros_like(table)
    np.add.at(grad, index.ravel(), g.reshape(-1, table.shape[1]))
    return grad


class Embedding(Module):
    """A table of vectors to learn, one for each index.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        V and D.
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where `weight` is drawn from: standard normal, as in PyTorch.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If a size is less than 1.

    References
    ----------
    PyTorch, ``torch.nn.Embedding``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Embedding
    >>> layer = Embedding(5, 2, generator=0)
    >>> y, pullback = layer.vjp(np.array([[0, 3, 3]]))
    >>> y.shape, pullback(np.ones_like(y)).parameters["weight"][3]
    ((1, 3, 2), array([2., 2.], dtype=float32))
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        V = _checks.integer("num_embeddings", num_embeddings, 1)
        D = _checks.integer("embedding_dim", embedding_dim, 1)
        dtype = floating_dtype(dtype)
        table = np.random.default_rng(generator).standard_normal((V, D))
        super().__init__({"weight": table.astype(dtype)})

    def vjp(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the rows of `input`'s indices, and the pullback.

        The indices have no gradient: `inputs` of what the pullback returns is
        empty.
        """
        weight = self._arrays["weight"]

        def back(g: np.ndarray) -> Gradients:
            return Gradients(
                (), {"weight": embedding_backward(g, input, weight)}
            )

        return embedding(input, weight), back


def _arguments(
    input: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return indices and table once checked."""
    index, table = np.asarray(input), _checks.floating("weight", weight)
    if not np.issubdtype(index.dtype, np.integer):
        raise TypeError(
            f"input must be integer, got input.dtype={index.dtype}"
        )
    V, _ = _checks.shape("weight", table, ("V", "D"))
    if index.size and not (index.min() >= 0 and index.max() < V):
        raise ValueError(
            f"input must be in [0, {V}), got input from "
            f"{index.min()} to {index.max()}"
        )
    return index, table
