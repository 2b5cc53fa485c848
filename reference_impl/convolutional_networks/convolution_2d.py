"""Convolution of images, and the layer named after it.

Page: docs/convolutional-networks/convolution-2d.md.

Axes: N batch, C input channels, O output channels, H and W input height and
width, oH and oW output height and width, kH and kW kernel height and width.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks._arguments import (
    ConvGradients,
    conv_layer,
    signal,
)
from reference_impl.convolutional_networks._columns import (
    correlate,
    input_gradient,
    weight_gradient,
)

__all__ = [
    "convolve2d_definition",
    "convolve2d",
    "conv2d_definition",
    "conv2d",
    "conv2d_backward",
]


def convolve2d_definition(in1: np.ndarray, in2: np.ndarray) -> np.ndarray:
    """Evaluate the double sum wherever it can differ from zero.

    Both images are zero outside their cells; what is returned is what
    `convolve2d` calls full.
    """
    x, w = signal("in1", in1, 2), signal("in2", in2, 2)
    (H, W), (kH, kW) = x.shape, w.shape
    y = np.zeros((H + kH - 1, W + kW - 1), np.result_type(x, w))
    for i, j in np.ndindex(y.shape):
        for u, v in np.ndindex(kH, kW):
            if 0 <= i - u < H and 0 <= j - v < W:
                y[i, j] += x[i - u, j - v] * w[u, v]
    return y


def convolve2d(
    in1: np.ndarray, in2: np.ndarray, mode: str = "full"
) -> np.ndarray:
    """Return the convolution of two images, with zeros around them.

    Parameters
    ----------
    in1 : ndarray of shape (H, W), numeric
    in2 : ndarray of shape (kH, kW), numeric
    mode : {"full", "same", "valid"}, default "full"
        full: every overlap. same: the (H, W) outputs in the middle of full;
        of an odd surplus, the extra line is dropped at the end. valid: only
        the outputs where one image lies inside the other.

    Returns
    -------
    ndarray
        Shape (H + kH - 1, W + kW - 1), (H, W) or (|H - kH| + 1,
        |W - kW| + 1), in the common dtype of `in1` and `in2`.

    Raises
    ------
    TypeError
        If an image is not numeric.
    ValueError
        If an image is empty or not 2-D, `mode` is not one of the three, or in
        valid mode neither image fits into the other.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 9.5.
    SciPy, ``scipy.signal.convolve2d`` with boundary="fill": the modes.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import convolve2d
    >>> image = np.array([[1, 2, 3], [4, 5, 6]])
    >>> convolve2d(image, np.array([[1, -1]]), mode="same")
    array([[1, 1, 1],
           [4, 1, 1]])
    """
    x, w = signal("in1", in1, 2), signal("in2", in2, 2)
    _checks.one_of("mode", mode, ("full", "same", "valid"))
    (H, W), (kH, kW) = x.shape, w.shape
    if mode == "valid" and (H - kH) * (W - kW) < 0:
        raise ValueError(
            "in2 must fit into in1, or in1 into in2, with mode='valid', got "
            f"in2.shape={w.shape}, in1.shape={x.shape}"
        )
    full = np.zeros((H + kH - 1, W + kW - 1), np.result_type(x, w))
    for u, v in np.ndindex(kH, kW):  # each weight adds the shifted image
        full[u : u + H, v : v + W] += x * w[u, v]
    if mode == "full":
        return full
    if mode == "same":
        top, left = (kH - 1) // 2, (kW - 1) // 2
        return full[top : top + H, left : left + W]
    top, left = min(H, kH) - 1, min(W, kW) - 1
    return full[top : max(H, kH), left : max(W, kW)]


def conv2d_definition(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] | str = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> np.ndarray:
    """Evaluate the equation of `conv2d`, one output cell at a time."""
    layer = conv_layer(
        "HW", input, weight, bias, stride, padding, dilation, groups
    )
    x, w = layer.input, layer.weight
    (sH, sW), (pH, pW) = layer.geometry.stride, layer.geometry.before
    (dH, dW), size = layer.geometry.dilation, layer.geometry.output
    (N, _, H, W), (O, C, kH, kW) = x.shape, w.shape  # C channels of one group
    y = np.zeros((N, O, *size), x.dtype)
    for n, o, i, j in np.ndindex(y.shape):
        first = o // (O // groups) * C  # the first channel of o's group
        for c, u, v in np.ndindex(C, kH, kW):
            h, k = i * sH + u * dH - pH, j * sW + v * dW - pW
            if 0 <= h < H and 0 <= k < W:
                y[n, o, i, j] += x[n, first + c, h, k] * w[o, c, u, v]
        if bias is not None:
            y[n, o, i, j] += bias[o]
    return layer.as_called(y)


def conv2d(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] | str = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> np.ndarray:
    """Return a two-dimensional convolution layer's output.

    The kernel is not flipped: in the terms of `convolve2d` this is a
    cross-correlation, summed over the channels.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W), floating
    weight : ndarray of shape (O, C/groups, kH, kW), dtype of `input`
    bias : ndarray of shape (O,), dtype of `input`, optional
    stride : int or (sH, sW), default 1
        Step between windows, in cells.
    padding : int, (pH, pW), "valid" or "same", default 0
        Zeros on each side; "valid" is 0. "same" keeps the size, with the odd
        zero below and to the right; it requires stride 1.
    dilation : int or (dH, dW), default 1
        Distance between neighbouring cells of a window.
    groups : int, default 1
        Blocks of channels that do not see each other.

    Returns
    -------
    ndarray of shape (N, O, oH, oW) or (O, oH, oW), dtype of `input`
        oH = (H + 2*pH - dH*(kH - 1) - 1) // sH + 1, and likewise oW.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or a size is not an
        int.
    ValueError
        If shapes, `groups`, sizes or the word given as `padding` do not fit,
        or the kernel is larger than the padded input.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 9.7 and
    9.8. PyTorch, ``torch.nn.functional.conv2d``: signature, padding="same".

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv2d
    >>> x = np.arange(12.0).reshape(1, 3, 4)
    >>> conv2d(x, np.array([[[[1.0, 0.0], [0.0, -1.0]]]]), np.array([5.5]))
    array([[[0.5, 0.5, 0.5],
            [0.5, 0.5, 0.5]]])
    """
    layer = conv_layer(
        "HW", input, weight, bias, stride, padding, dilation, groups
    )
    x, w, b, geometry = layer[:4]
    return layer.as_called(correlate(x, w, b, geometry))


def conv2d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] | str = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> ConvGradients:
    """Return the gradients of `conv2d` to `input`, `weight` and `bias`.

    Parameters
    ----------
    grad_output : ndarray of shape (N, O, oH, oW) or (O, oH, oW), as `input`
        dL/doutput.
    input, weight, bias, stride, padding, dilation, groups
        As given to `conv2d`.

    Returns
    -------
    ConvGradients
        A named tuple (input, weight, bias), each of its argument's shape;
        bias is None where no `bias` was given.

    Raises
    ------
    TypeError
        As `conv2d`, or if `grad_output` has another dtype than `input`.
    ValueError
        As `conv2d`, or if `grad_output` has not the output's shape.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 9.11 and
    9.13.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv2d_backward
    >>> x, w = np.arange(6.0).reshape(1, 2, 3), np.array([[[[2.0, -1.0]]]])
    >>> grads = conv2d_backward(np.array([[[1.0, 0.0], [0.0, 10.0]]]), x, w)
    >>> grads.input
    array([[[  2.,  -1.,   0.],
            [  0.,  20., -10.]]])
    >>> grads.weight
    array([[[[40., 51.]]]])
    """
    layer = conv_layer(
        "HW", input, weight, bias, stride, padding, dilation, groups
    )
    x, w, b, geometry = layer[:4]
    g = layer.gradient(grad_output, len(w), geometry.output)
    return ConvGradients(
        layer.as_called(input_gradient(g, w, None, geometry)),
        weight_gradient(g, x, geometry),
        None if b is None else g.sum(axis=(0, 2, 3)),
    )
