"""Matrix products in pieces small enough for OpenBLAS not to copy them.

It copies both matrices of a large product into an order of its own. For some
hundred rows and columns of float64 that takes a third of the time; in float32
nothing is gained.
"""

import numpy as np

SMALL = 10**6  # so many multiplications OpenBLAS does without copying
FEW_ROWS = 64  # with fewer rows a block is not worth its call


def blocks(W: np.ndarray, N: int) -> list[slice]:
    """Return slices of the rows of W, for small products with N rows.

    One slice of all rows, if each had but a few.
    """
    m, d = W.shape
    step = SMALL // max(1, N * d)
    if step < FEW_ROWS:
        return [slice(m)]
    return [slice(i, i + step) for i in range(0, m, step)]


def product(A: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Return A @ W, in small products where they are faster."""
    if A.size * W.shape[-1] <= SMALL or A.shape[-1] != len(W):
        return A @ W
    if not (A.ndim == W.ndim == 2 and A.dtype == W.dtype == np.float64):
        return A @ W
    first, *others = blocks(W, len(A))
    total: np.ndarray = A[:, first] @ W[first]
    for rows in others:
        total += A[:, rows] @ W[rows]
    return total
