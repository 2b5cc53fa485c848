"""The products of a recurrent layer that need no loop over the steps.

Axes: G gates, T steps, B batch, I inputs, H hidden units. The gates come
first, so that each is one contiguous block: ``i, f, g, o = gates[:, t]``.
"""

import numpy as np

from reference_impl.recurrent_networks._arguments import Weights


def project(x: np.ndarray, w_ih: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return scale * (W_ih x) of all steps, of shape (G, T, B, H)."""
    (T, B, inputs), G = x.shape, len(scale)
    z = x.reshape(T * B, inputs) @ transposed(w_ih, scale)
    return z.reshape(G, T, B, len(w_ih) // G)


def transposed(weight: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return scale * weight (G*H, K) as (G, K, H), for scale (G, 1, 1)."""
    (rows, K), G = weight.shape, len(scale)
    w = weight.reshape(G, rows // G, K).swapaxes(1, 2)
    return np.multiply(w, scale, order="C")


def column_blocks(weight: np.ndarray, rows: int) -> np.ndarray:
    """Return weight (G, K, H) as (G, H/width, K, width), blocks of columns.

    OpenBLAS copies a matrix into its own order before it multiplies, unless
    the product is small. With so few rows as a step has, the copy takes an
    eighth of the time; blocks of 16 columns are small enough to do without.
    """
    G, K, H = weight.shape
    width = 16 if H % 16 == 0 and rows * K * 16 <= 10**6 else H
    blocks = weight.reshape(G, K, H // width, width).swapaxes(1, 2)
    return np.ascontiguousarray(blocks)


def add_product(
    z: np.ndarray, h: np.ndarray, blocks: np.ndarray, out: np.ndarray
) -> None:
    """Add h (n, K) times what `column_blocks` returned to z (G, n, H).

    `out` is scratch, of shape (G, H/width, n, width).
    """
    G, count, _, width = blocks.shape
    by_block = z.reshape(G, len(h), count, width)  # a view
    by_block += np.matmul(h, blocks, out=out).swapaxes(1, 2)


def bias(
    biases: tuple[np.ndarray | None, ...], scale: np.ndarray, H: int
) -> np.ndarray:
    """Return scale * (the biases' sum), zero where all are None: (G, 1, H)."""
    total = np.zeros((len(scale), 1, H), scale.dtype)
    for b in biases:
        if b is not None:
            total += scale * b.reshape(total.shape)
    return total


def weight_gradients(
    grad_z: np.ndarray,
    x: np.ndarray,
    previous: np.ndarray,
    weights: Weights,
    grad_recurrent: np.ndarray | None = None,
) -> tuple[np.ndarray, Weights]:
    """Return the gradients to x (T, B, I) and to the weights.

    `grad_z` (G, T, B, H) is the gradient to W_ih x + b_ih; `grad_recurrent`,
    by default the same, that to W_hh h + b_hh. `previous` (T, B, H) holds h.
    """
    G, T, B, H = grad_z.shape
    dz, h, inputs = (
        grad_z.reshape(G, T * B, H),
        previous.reshape(T * B, H),
        x.reshape(T * B, x.shape[2]),
    )
    dy = dz if grad_recurrent is None else grad_recurrent.reshape(dz.shape)
    w_ih, w_hh, b_ih, b_hh, _ = weights
    grads = Weights(
        (dz.swapaxes(1, 2) @ inputs).reshape(w_ih.shape),
        (dy.swapaxes(1, 2) @ h).reshape(w_hh.shape),
        None if b_ih is None else dz.sum(axis=1).reshape(b_ih.shape),
        None if b_hh is None else dy.sum(axis=1).reshape(b_hh.shape),
    )
    grad_x = np.matmul(dz, w_ih.reshape(G, H, x.shape[2])).sum(axis=0)
    return grad_x.reshape(x.shape), grads
