"""Average pooling in one and two dimensions.

Page: docs/convolutional-networks/pooling.md.

Axes: N batch, C channel, H and W input height and width, oH and oW output
height and width, L and oL input and output length, P planes (all images and
channels). A window has kH x kW cells and steps by sH and sW.

One dimension is two dimensions with a height of one cell.
"""

from functools import reduce

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks import _windows
from reference_impl.convolutional_networks._windows import Window

__all__ = [
    "avg_pool1d",
    "avg_pool1d_definition",
    "avg_pool1d_backward",
    "avg_pool2d",
    "avg_pool2d_definition",
    "avg_pool2d_backward",
]

LETTERS_1D = ("N", "C", "L")
LETTERS_2D = ("N", "C", "H", "W")


def avg_pool1d_definition(
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Evaluate the defining equation of `avg_pool1d`, cell by cell."""
    input, (_, (L, k, s, p, _, oL)) = _windows.geometry(
        input, LETTERS_1D, kernel_size, stride, padding, 1, ceil_mode
    )
    _checks.one_of("count_include_pad", count_include_pad, (False, True))
    output = np.empty((*input.shape[:-1], oL), input.dtype)
    for *nc, i in np.ndindex(output.shape):
        # A window that hangs over the right padding ends with it.
        window = [i * s + u - p for u in range(k) if i * s + u < L + 2 * p]
        inside = [h for h in window if 0 <= h < L]
        count = len(window if count_include_pad else inside)
        output[*nc, i] = sum(input[*nc, h] for h in inside) / count
    return output


def avg_pool1d(
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Return the mean of each sliding window along the last axis.

    Parameters
    ----------
    input : ndarray of shape (N, C, L) or (C, L), floating
    kernel_size : int or (k,)
        Cells of the window.
    stride : int or (s,), optional
        Step between windows, in cells; `kernel_size` when None.
    padding : int or (p,), default 0
        Cells of 0 on each side; at most half of `kernel_size`.
    ceil_mode : bool, default False
        Let a last window hang over the end: see `conv_output_size`.
    count_include_pad : bool, default True
        Divide by the cells of the window including padding; if False, by
        those inside `input` only. Cells past the padding never count.

    Returns
    -------
    ndarray of shape (N, C, oL) or (C, oL), dtype of `input`
        oL = conv_output_size(L, k, s, p, 1, ceil_mode).

    Raises
    ------
    TypeError
        If `input` is not float16, float32 or float64, or a size is not an
        int.
    ValueError
        If a shape or size is out of range.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 9.3.
    PyTorch, ``torch.nn.functional.avg_pool1d``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import avg_pool1d
    >>> avg_pool1d(np.array([[1.0, 3.0, 2.0, 5.0, 4.0]]), 2, stride=1)
    array([[2. , 2.5, 3.5, 4.5]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_1D, kernel_size, stride, padding, 1, ceil_mode
    )
    return _pool(input, 1, windows, count_include_pad, None)


def avg_pool1d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Return dL/dinput, given `grad_output` = dL/doutput.

    Each window shares its gradient equally among its cells. Of `input` only
    shape and dtype matter.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, oL) or (C, oL), dtype of `input`
    input, kernel_size, stride, padding, ceil_mode, count_include_pad
        The arguments of `avg_pool1d`.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        As `avg_pool1d`, and if `grad_output` has not the dtype of `input`.
    ValueError
        As `avg_pool1d`, and if `grad_output` has not the output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import avg_pool1d_backward
    >>> x = np.array([[1.0, 3.0, 2.0, 5.0]])
    >>> avg_pool1d_backward(np.array([[0.2, 0.4, 0.6]]), x, 2, stride=1)
    array([[0.1, 0.3, 0.5, 0.3]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_1D, kernel_size, stride, padding, 1, ceil_mode
    )
    return _pool_backward(
        grad_output, input, 1, windows, count_include_pad, None
    )


def avg_pool2d_definition(
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """Evaluate the defining equation of `avg_pool2d`, cell by cell."""
    input, windows = _windows.geometry(
        input, LETTERS_2D, kernel_size, stride, padding, 1, ceil_mode
    )
    _check_divisor(count_include_pad, divisor_override)
    (H, kH, sH, pH, _, oH), (W, kW, sW, pW, _, oW) = windows
    output = np.empty((*input.shape[:-2], oH, oW), input.dtype)
    for *nc, i, j in np.ndindex(output.shape):
        # A window that hangs over the padding below or right ends with it.
        window = [
            (i * sH + u - pH, j * sW + v - pW)
            for u in range(kH)
            for v in range(kW)
            if i * sH + u < H + 2 * pH and j * sW + v < W + 2 * pW
        ]
        inside = [(h, w) for h, w in window if 0 <= h < H and 0 <= w < W]
        count = len(window if count_include_pad else inside)
        output[*nc, i, j] = sum(input[*nc, h, w] for h, w in inside) / (
            count if divisor_override is None else divisor_override
        )
    return output


def avg_pool2d(
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """Return the mean of each sliding window over the last two axes.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W), floating
    kernel_size : int or (kH, kW)
        Size of the window, in cells.
    stride : int or (sH, sW), optional
        Step between windows, in cells; `kernel_size` when None.
    padding : int or (pH, pW), default 0
        Cells of 0 on each side; at most half of `kernel_size`.
    ceil_mode : bool, default False
        Let a last window hang over the end: see `conv_output_size`.
    count_include_pad : bool, default True
        Divide by the cells of the window including padding; if False, by
        those inside `input` only. Cells past the padding never count.
    divisor_override : int, optional
        Divide by this number instead; not 0.

    Returns
    -------
    ndarray of shape (N, C, oH, oW) or (C, oH, oW), dtype of `input`
        oH = conv_output_size(H, kH, sH, pH, 1, ceil_mode), and likewise oW.

    Raises
    ------
    TypeError
        If `input` is not float16, float32 or float64, or a size is not an
        int.
    ValueError
        If a shape or size is out of range or `divisor_override` is 0.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 9.3.
    PyTorch, ``torch.nn.functional.avg_pool2d``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import avg_pool2d
    >>> x = np.array([[[1.0, 2.0, 0.0], [4.0, 3.0, 5.0]]])
    >>> avg_pool2d(x, kernel_size=2, stride=1)
    array([[[2.5, 2.5]]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_2D, kernel_size, stride, padding, 1, ceil_mode
    )
    return _pool(input, 2, windows, count_include_pad, divisor_override)


def avg_pool2d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """Return dL/dinput, given `grad_output` = dL/doutput.

    Each window shares its gradient equally among its cells. Of `input` only
    shape and dtype matter.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C, oH, oW) or (C, oH, oW)
        Has the dtype of `input`.
    input, kernel_size, stride, padding, ceil_mode, count_include_pad, \
divisor_override
        The arguments of `avg_pool2d`.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        As `avg_pool2d`, and if `grad_output` has not the dtype of `input`.
    ValueError
        As `avg_pool2d`, and if `grad_output` has not the output's shape.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import avg_pool2d_backward
    >>> x = np.array([[[1.0, 2.0, 0.0], [4.0, 3.0, 5.0]]])
    >>> avg_pool2d_backward(np.array([[[0.4, 0.8]]]), x, 2, stride=1)
    array([[[0.1, 0.3, 0.2],
            [0.1, 0.3, 0.2]]])
    """
    input, windows = _windows.geometry(
        input, LETTERS_2D, kernel_size, stride, padding, 1, ceil_mode
    )
    return _pool_backward(
        grad_output, input, 2, windows, count_include_pad, divisor_override
    )


def _pool(
    input: np.ndarray,
    dims: int,
    windows: list[Window],
    count_include_pad: bool,
    divisor_override: int | None,
) -> np.ndarray:
    """Return the output of either function, block of planes by block."""
    high, wide = windows
    x = _windows.planes(input, dims)  # (P, H, W)
    counts = _counts(high, wide, count_include_pad, divisor_override)
    output = np.empty((len(x), high.o, wide.o), x.dtype)
    wider = np.promote_types(x.dtype, np.float32)  # a sum leaves float16
    for block in _windows.blocks(x):
        cells = x[block].astype(wider, copy=False)
        cells = _windows.padded(cells, high, wide, 0)
        rows = reduce(np.add, [cells[:, u] for u in high.cells()])
        sums = reduce(np.add, [rows[:, :, v] for v in wide.cells()])
        np.divide(sums, counts.astype(wider), out=output[block])
    return output.reshape(_windows.output_shape(input, dims, windows))


def _pool_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    dims: int,
    windows: list[Window],
    count_include_pad: bool,
    divisor_override: int | None,
) -> np.ndarray:
    """Return dL/dinput of either function, block of planes by block."""
    high, wide = windows
    g = _checks.floating_like("grad_output", grad_output, "input", input)
    shape = _windows.output_shape(input, dims, windows)
    _checks.shape("grad_output", g, shape)
    counts = _counts(high, wide, count_include_pad, divisor_override)
    g = _windows.planes(g, dims)
    grad = np.zeros((len(g), high.span, wide.span), g.dtype)
    for block in _windows.blocks(grad):
        share = g[block] / counts.astype(g.dtype)
        rows = np.zeros((len(share), high.o, wide.span), g.dtype)
        for v in wide.cells():
            rows[:, :, v] += share
        for u in high.cells():
            grad[block, u] += rows
    return grad[:, high.crop(), wide.crop()].reshape(input.shape)


def _counts(
    high: Window,
    wide: Window,
    count_include_pad: bool,
    divisor_override: int | None,
) -> np.ndarray:
    """Return what each window's sum is divided by, shape (oH, oW) or ()."""
    _check_divisor(count_include_pad, divisor_override)
    if divisor_override is not None:
        return np.asarray(divisor_override)
    lengths = []
    for n, k, s, p, _, o in (high, wide):
        start = np.arange(o) * s - p
        margin = p if count_include_pad else 0
        end = np.minimum(start + k, n + margin)
        lengths.append(end - np.maximum(start, -margin))
    return np.outer(*lengths)


def _check_divisor(
    count_include_pad: bool, divisor_override: int | None
) -> None:
    """Raise unless the two arguments are a bool and an int other than 0."""
    _checks.one_of("count_include_pad", count_include_pad, (False, True))
    if divisor_override is None:
        return
    if _checks.integer("divisor_override", divisor_override) == 0:
        raise ValueError(
            "divisor_override must not be 0, got divisor_override=0"
        )
