"""The matrix products of a recurrent layer.

Axes: G gates, T steps, B batch, I inputs, H hidden units, K columns of a
weight.

A step multiplies few rows, one a sequence, by a large weight. OpenBLAS copies
a matrix into its own order before it multiplies, unless the product is small;
here the copy takes as long as the rest. So the weight is multiplied six rows
at a time, which is small, and the sequences come last in memory: an array of
a step has the shape (B, K) as ever, but lies as (K, B).
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided

from reference_impl import _memory
from reference_impl.neural_networks._small_products import SMALL
from reference_impl.recurrent_networks._arguments import Weights

WIDTH = 6  # rows of the weight that it takes at a time
COLUMNS = 32  # sequences that it takes at a time; it is slow on fewer


class Layout:
    """How the arrays of the steps lie in memory, and products of them.

    The sequences are last where that is faster: all run to the last step,
    none is left over, and the product is not small as a whole.
    """

    def __init__(
        self, sizes: list[int], batch: int, weight: np.ndarray
    ) -> None:
        """Choose for steps of `sizes` sequences that multiply `weight`."""
        self.batch, self.dtype = batch, weight.dtype
        self.sequences_last = (
            batch % COLUMNS == 0
            and min(sizes, default=0) == batch
            and batch * weight.size > SMALL
        )

    def zeros(self, *shape: int) -> np.ndarray:
        """Return zeros of shape (..., B, K).

        With the sequences last they start on a cache line: else a product
        takes a fourth longer.
        """
        if not self.sequences_last:
            return np.zeros(shape, self.dtype)
        *outer, B, K = shape
        array = _memory.aligned((*outer, K, B), self.dtype, np.zeros)
        return array.swapaxes(-1, -2)

    def steps(self, steps: int, columns: int, keep: bool) -> np.ndarray:
        """Return zeros (T, B, K); unless kept, all steps are one array.

        A run that no backward pass follows then touches little memory.
        """
        if keep:
            return self.zeros(steps, self.batch, columns)
        one = self.zeros(self.batch, columns)
        return as_strided(one, (steps, *one.shape), (0, *one.strides))

    def product(
        self, weight: np.ndarray
    ) -> Callable[[np.ndarray, np.ndarray], object]:
        """Return what writes a @ weight.T, for a of `zeros`, to the second."""
        if not self.sequences_last:
            w = np.ascontiguousarray(weight.T)
            return lambda a, out: np.matmul(a, w, out=out)
        rows, K = weight.shape
        width = WIDTH if WIDTH * K * self.batch <= SMALL else rows
        count = rows // width
        rest = weight[count * width :].copy()
        blocks = weight[: count * width].reshape(count, width, K)
        blocks = blocks.swapaxes(1, 2).copy().swapaxes(1, 2)  # rows last

        def multiply(a: np.ndarray, out: np.ndarray) -> None:
            z = out.T
            by_block = z[: count * width].reshape(count, width, len(a))
            np.matmul(blocks, a.T, out=by_block)
            np.matmul(rest, a.T, out=z[count * width :])

        return multiply

    def step_input(
        self, h: np.ndarray, inputs: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (x, 1, h, 1) of shape (B, I + H + 2), and its x and h."""
        (B, H), I = h.shape, inputs
        a = self.zeros(B, I + H + 2)
        a[:, I] = a[:, -1] = 1
        a[:, I + 1 : -1] = h
        return a, a[:, :I], a[:, I + 1 : -1]


def joined(weights: Weights, scale: np.ndarray) -> np.ndarray:
    """Return scale * (W_ih, b_ih, W_hh, b_hh), of shape (G*H, I + H + 2).

    Its product with (x, 1, h, 1) is all that goes into a gate.
    """
    w_ih, w_hh, b_ih, b_hh, _ = weights
    (rows, I), G = w_ih.shape, len(scale)
    w = np.zeros((rows, I + w_hh.shape[1] + 2), w_ih.dtype)
    w[:, :I], w[:, I + 1 : -1] = w_ih, w_hh
    if b_ih is not None:
        w[:, I] = b_ih
    if b_hh is not None:
        w[:, -1] = b_hh
    w.reshape(G, rows // G, w.shape[1])[...] *= scale
    return w


def by_gate(a: np.ndarray, gates: int) -> np.ndarray:
    """Return a (..., B, G*H) as a view of shape (G, ..., B, H)."""
    *outer, columns = a.shape
    return np.moveaxis(a.reshape(*outer, gates, columns // gates), -2, 0)


def weight_gradients(
    grad_z: np.ndarray,
    x: np.ndarray,
    previous: np.ndarray,
    weights: Weights,
    grad_recurrent: np.ndarray | None = None,
) -> tuple[np.ndarray, Weights]:
    """Return the gradients to x (T, B, I) and to the weights.

    `grad_z` (T, B, G*H) is the gradient to W_ih x + b_ih; `grad_recurrent`,
    by default the same, that to W_hh h + b_hh. `previous` (T, B, H) holds h.
    """
    dz, inputs, h = (a.reshape(-1, a.shape[2]) for a in (grad_z, x, previous))
    dy = dz if grad_recurrent is None else grad_recurrent.reshape(dz.shape)
    w_ih, _, b_ih, b_hh, _ = weights
    grads = Weights(
        dz.T @ inputs,
        dy.T @ h,
        None if b_ih is None else dz.sum(axis=0),
        None if b_hh is None else dy.sum(axis=0),
    )
    return (dz @ w_ih).reshape(x.shape), grads
