"""Max pooling in one and two dimensions.

Page: docs/convolutional-networks/pooling.md.

Axes: N batch, C channel, H and W input height and width, oH and oW output
height and width, L and oL input and output length, P planes (all images and
channels). A window has kH x kW cells and steps by sH and sW.

One dimension is two dimensions with a height of one cell.
"""

from typing import Literal, overload

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks import _max_windows, _windows

__all__ = [
    "max_pool1d",
    "max_pool1d_definition",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_definition",
    "max_pool2d_backward",
]

LETTERS_1D = ("N", "C", "L")
LETTERS_2D = ("N", "C", "H", "W")


def max_pool1d_definition(
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    dilation: int | tuple[int] = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Evaluate the defining equation of `max_pool1d`, cell by cell."""
    input, (_, (L, k, s, p, d, oL)) = _windows.geometry(
        input, LETTERS_1D, kernel_size, stride, padding, dilation, ceil_mode
    )
    output = np.empty((*input.shape[:-1], oL), input.dtype)
    for *nc, i in np.ndindex(output.shape):
        cells = [i * s + u * d - p for u in range(k)]
        output[*nc, i] = np.max(
            [input[*nc, h] for h in cells if 0 <= h < L], initial=-np.inf
        )
    return output


@overload
def max_pool1d(
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = ...,
    padding: int | tuple[int] = ...,
    dilation: int | tuple[int] = ...,
    ceil_mode: bool = ...,
    return_indices: Literal[False] = ...,
) -> np.ndarray: ...
@overload
def max_pool1d(
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = ...,
    padding: int | tuple[int] = ...,
    dilation: int | tuple[int] = ...,
    ceil_mode: bool = ...,
    *,
    return_indices: Literal[True],
) -> tuple[np.ndarray, np.ndarray]: ...
def max_pool1d(
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    dilation: int | tuple[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Return the maximum of each sliding window along the last axis.

    Parameters
    ----------
    input : ndarray of shape (N, C, L) or (C, L), floating
    kernel_size : int or (k,)
        Cells of the window.
    stride : int or (s,), optional
        Step between windows, in cells; `kernel_size` when None.
    padding : int or (p,), default 0
        Cells of -inf on each side; at most half of `kernel_size`.
    dilation : int or (d,), default 1
        Distance between neighbouring cells of the window.
    ceil_mode : bool, default False
        Let a last window hang over the end: see `conv_output_size`.
    return_indices : bool, default False
        Return also the cell of `input` that each maximum came from.

    Returns
    -------
    output : ndarray of shape (N, C, oL) or (C, oL), dtype of `input`
        oL = conv_output_size(L, k, s, p, d, ceil_mode). A window that holds
        NaN gives NaN; one that misses every cell of `input`, -inf.
    indices : ndarray of the same shape, int64
        Only with `return_indices`: positions on the axis L. The first of
        equal maxima; the last NaN.

    Raises
    ------
    TypeError
        If `input` is not float16, float32 or float64, or a size is not an
        int.
    ValueError
        If a shape or size is out of range, or an index is asked for where a
        window holds no cell of `input`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 9.3.
    PyTorch, ``torch.nn.functional.max_pool1d``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import max_pool1d
    >>> max_pool1d(np.array([[1.0, 3.0, 2.0, 5.0, 4.0]]), 3, stride=1)
    array([[3., 5., 5.]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_1D, kernel_size, stride, padding, dilation, ceil_mode
    )
    _checks.one_of("return_indices", return_indices, (False, True))
    output = _max_windows.pool(input, 1, windows)
    if not return_indices:
        return output
    return output, _max_windows.indices(input, output, 1, windows)


def max_pool1d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    dilation: int | tuple[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    output: np.ndarray | None = None,
) -> np.ndarray:
    """Return dL/dinput, given `grad_output` = dL/doutput.

    Each window sends its gradient to its maximum: to the first of equal
    maxima and to the last NaN, as PyTorch's CPU kernel does. A window that
    misses every cell of `input` sends it nowhere. `return_indices` changes
    nothing: indices have no gradient.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, oL) or (C, oL), dtype of `input`
    input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
        The arguments of `max_pool1d`.
    output : ndarray, optional
        What `max_pool1d` returned for them, to save computing it again.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        As `max_pool1d`, and if `grad_output` has not the dtype of `input`.
    ValueError
        As `max_pool1d`, and if `grad_output` has not the output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import max_pool1d_backward
    >>> x = np.array([[1.0, 3.0, 2.0, 5.0, 4.0]])
    >>> max_pool1d_backward(np.array([[0.1, 0.2, 0.4]]), x, 3, stride=1)
    array([[0. , 0.1, 0. , 0.6, 0. ]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_1D, kernel_size, stride, padding, dilation, ceil_mode
    )
    return _max_windows.pool_backward(grad_output, input, 1, windows, output)


def max_pool2d_definition(
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Evaluate the defining equation of `max_pool2d`, cell by cell."""
    input, windows = _windows.geometry(
        input, LETTERS_2D, kernel_size, stride, padding, dilation, ceil_mode
    )
    (H, kH, sH, pH, dH, oH), (W, kW, sW, pW, dW, oW) = windows
    output = np.empty((*input.shape[:-2], oH, oW), input.dtype)
    for *nc, i, j in np.ndindex(output.shape):
        rows = [i * sH + u * dH - pH for u in range(kH)]
        cols = [j * sW + v * dW - pW for v in range(kW)]
        output[*nc, i, j] = np.max(
            [
                input[*nc, h, w]
                for h in rows
                for w in cols
                if 0 <= h < H and 0 <= w < W
            ],
            initial=-np.inf,
        )
    return output


@overload
def max_pool2d(
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = ...,
    padding: int | tuple[int, int] = ...,
    dilation: int | tuple[int, int] = ...,
    ceil_mode: bool = ...,
    return_indices: Literal[False] = ...,
) -> np.ndarray: ...
@overload
def max_pool2d(
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = ...,
    padding: int | tuple[int, int] = ...,
    dilation: int | tuple[int, int] = ...,
    ceil_mode: bool = ...,
    *,
    return_indices: Literal[True],
) -> tuple[np.ndarray, np.ndarray]: ...
def max_pool2d(
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Return the maximum of each sliding window over the last two axes.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W), floating
    kernel_size : int or (kH, kW)
        Size of the window, in cells.
    stride : int or (sH, sW), optional
        Step between windows, in cells; `kernel_size` when None.
    padding : int or (pH, pW), default 0
        Cells of -inf on each side; at most half of `kernel_size`.
    dilation : int or (dH, dW), default 1
        Distance between neighbouring cells of the window.
    ceil_mode : bool, default False
        Let a last window hang over the end: see `conv_output_size`.
    return_indices : bool, default False
        Return also the cell of `input` that each maximum came from.

    Returns
    -------
    output : ndarray of shape (N, C, oH, oW) or (C, oH, oW), dtype of `input`
        oH = conv_output_size(H, kH, sH, pH, dH, ceil_mode), and likewise oW.
        A window that holds NaN gives NaN; one that misses every cell of
        `input`, -inf.
    indices : ndarray of the same shape, int64
        Only with `return_indices`: h*W + w of the cell (h, w). The first of
        equal maxima in row-major order; the last NaN.

    Raises
    ------
    TypeError
        If `input` is not float16, float32 or float64, or a size is not an
        int.
    ValueError
        If a shape or size is out of range, or an index is asked for where a
        window holds no cell of `input`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 9.3.
    PyTorch, ``torch.nn.functional.max_pool2d``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import max_pool2d
    >>> x = np.array([[[1.0, 2.0, 0.0], [4.0, 3.0, 5.0]]])
    >>> max_pool2d(x, kernel_size=2, stride=1)
    array([[[4., 5.]]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_2D, kernel_size, stride, padding, dilation, ceil_mode
    )
    _checks.one_of("return_indices", return_indices, (False, True))
    output = _max_windows.pool(input, 2, windows)
    if not return_indices:
        return output
    return output, _max_windows.indices(input, output, 2, windows)


def max_pool2d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    output: np.ndarray | None = None,
) -> np.ndarray:
    """Return dL/dinput, given `grad_output` = dL/doutput.

    Each window sends its gradient to its maximum: to the first of equal
    maxima in row-major order and to the last NaN, as PyTorch's CPU kernel
    does. A window that misses every cell of `input` sends it nowhere.
    `return_indices` changes nothing: indices have no gradient.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, oH, oW) or (C, oH, oW)
        Has the dtype of `input`.
    input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
        The arguments of `max_pool2d`.
    output : ndarray, optional
        What `max_pool2d` returned for them, to save computing it again.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        As `max_pool2d`, and if `grad_output` has not the dtype of `input`.
    ValueError
        As `max_pool2d`, and if `grad_output` has not the output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import max_pool2d_backward
    >>> x = np.array([[[1.0, 2.0, 0.0], [4.0, 3.0, 5.0]]])
    >>> max_pool2d_backward(np.array([[[0.1, 0.2]]]), x, 2, stride=1)
    array([[[0. , 0. , 0. ],
            [0.1, 0. , 0.2]]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_2D, kernel_size, stride, padding, dilation, ceil_mode
    )
    return _max_windows.pool_backward(grad_output, input, 2, windows, output)
