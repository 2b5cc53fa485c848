"""Transposed convolution: the adjoint of a convolution layer.

Page: docs/convolutional-networks/transposed-convolution.md.

Axes: N batch, C input channels, O output channels, L length, H and W height
and width, k, kH and kW kernel sizes.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks._arguments import (
    ConvGradients,
    Layer,
    conv_transpose_layer,
)
from reference_impl.convolutional_networks._columns import (
    correlate,
    input_gradient,
    weight_gradient,
)

__all__ = [
    "zero_insert",
    "conv_transpose1d_definition",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d_definition",
    "conv_transpose2d",
    "conv_transpose2d_backward",
]


def zero_insert(
    input: np.ndarray, stride: int | tuple[int, ...]
) -> np.ndarray:
    """Return `input` with stride - 1 zeros between neighbouring cells.

    Parameters
    ----------
    input : ndarray of any shape and dtype
    stride : int or tuple of ints
        Distance of neighbouring cells afterwards: an int for the last axis,
        a tuple for as many of the last axes.

    Returns
    -------
    ndarray, dtype of `input`
        An axis of n cells becomes one of (n - 1)*stride + 1; an empty one
        stays empty.

    Raises
    ------
    TypeError
        If `stride` is not made of ints.
    ValueError
        If `stride` is less than 1 or has more entries than `input` has axes.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, section 4.5.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import zero_insert
    >>> zero_insert(np.array([1, 2, 3]), 2)
    array([1, 0, 2, 0, 3])
    >>> zero_insert(np.array([[1, 2], [3, 4]]), (1, 3))
    array([[1, 0, 0, 2],
           [3, 0, 0, 4]])
    """
    x = np.asarray(input)
    count = len(stride) if isinstance(stride, tuple | list) else 1
    steps = _checks.integers("stride", stride, count, 1)
    if count > x.ndim:
        raise ValueError(
            "stride must have at most one entry for each axis of input, got "
            f"stride={stride}, input.shape={x.shape}"
        )
    steps = (1,) * (x.ndim - count) + steps
    sizes = [
        max((n - 1) * s + 1, 0) for n, s in zip(x.shape, steps, strict=True)
    ]
    z = np.zeros(sizes, x.dtype)
    z[tuple(slice(None, None, s) for s in steps)] = x
    return z


def conv_transpose1d_definition(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int] = 1,
    padding: int | tuple[int] = 0,
    output_padding: int | tuple[int] = 0,
    groups: int = 1,
    dilation: int | tuple[int] = 1,
) -> np.ndarray:
    """Evaluate the equation of `conv_transpose1d`, one cell at a time.

    The true convolution of the input, zeros inserted, with the kernel: of its
    full outputs, the first p are left out.
    """
    sizes = stride, padding, output_padding, dilation
    layer = conv_transpose_layer("L", input, weight, bias, sizes, groups)
    (_, s), (_, p) = layer.geometry.stride, layer.geometry.before
    (_, d), (_, l_out) = layer.geometry.dilation, layer.geometry.input
    z, w = zero_insert(layer.input[:, :, 0], s), layer.weight[:, :, 0]
    (N, C, L), (_, O, k) = z.shape, w.shape  # O channels of one group
    y = np.zeros((N, groups * O, 1, l_out), z.dtype)
    for n, q, o, i in np.ndindex(N, groups, O, l_out):
        for c in range(q * C // groups, (q + 1) * C // groups):
            for u in range(k):
                h = i + p - u * d
                if 0 <= h < L:
                    y[n, q * O + o, 0, i] += z[n, c, h] * w[c, o, u]
        if bias is not None:
            y[n, q * O + o, 0, i] += bias[q * O + o]
    return layer.as_called(y)


def conv_transpose1d(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int] = 1,
    padding: int | tuple[int] = 0,
    output_padding: int | tuple[int] = 0,
    groups: int = 1,
    dilation: int | tuple[int] = 1,
) -> np.ndarray:
    """Return the adjoint of `conv1d`, a layer that lengthens its input.

    Parameters
    ----------
    input : ndarray of shape (N, C, L) or (C, L), floating
    weight : ndarray of shape (C, O/groups, k), dtype of `input`
        The weight of the `conv1d` that maps O channels to C.
    bias : ndarray of shape (O,), dtype of `input`, optional
    stride : int, default 1
        Cells between the windows that neighbouring inputs write to.
    padding : int, default 0
        Cells cropped from each side of the output.
    output_padding : int, default 0
        Cells more at the right end; less than `stride` or `dilation`.
    groups : int, default 1
        Blocks of channels that do not see each other.
    dilation : int, default 1
        Distance between neighbouring cells of a window.

    Returns
    -------
    ndarray of shape (N, O, oL) or (O, oL), dtype of `input`
        oL = (L - 1)*stride - 2*padding + dilation*(k - 1) + output_padding
        + 1.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or a size is not an
        int.
    ValueError
        If shapes, `groups` or sizes do not fit, or no output is left.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, chapter 4. PyTorch, ``torch.nn.functional.conv_transpose1d``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv_transpose1d
    >>> x, w = np.array([[1.0, 2.0, 3.0]]), np.array([[[1.0, 10.0, 100.0]]])
    >>> conv_transpose1d(x, w, stride=2)
    array([[  1.,  10., 102.,  20., 203.,  30., 300.]])
    """
    sizes = stride, padding, output_padding, dilation
    layer = conv_transpose_layer("L", input, weight, bias, sizes, groups)
    return _forward(layer)


def conv_transpose1d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int] = 1,
    padding: int | tuple[int] = 0,
    output_padding: int | tuple[int] = 0,
    groups: int = 1,
    dilation: int | tuple[int] = 1,
) -> ConvGradients:
    """Return the gradients of `conv_transpose1d` to its array arguments.

    Parameters
    ----------
    grad_output : ndarray of shape (N, O, oL) or (O, oL), dtype of `input`
        dL/doutput.
    input, weight, bias, stride, padding, output_padding, groups, dilation
        As given to `conv_transpose1d`.

    Returns
    -------
    ConvGradients
        A named tuple (input, weight, bias), each of its argument's shape;
        bias is None where no `bias` was given.

    Raises
    ------
    TypeError
        As `conv_transpose1d`, or if `grad_output` has another dtype.
    ValueError
        As `conv_transpose1d`, or if `grad_output` has not the output's shape.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, section 4.1: the adjoint of the adjoint is the convolution.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv_transpose1d_backward
    >>> x, w = np.array([[2.0, 3.0]]), np.array([[[1.0, 10.0]]])
    >>> grads = conv_transpose1d_backward(np.array([[4.0, 5.0, 6.0]]), x, w)
    >>> grads.input, grads.weight
    (array([[54., 65.]]), array([[[23., 28.]]]))
    """
    sizes = stride, padding, output_padding, dilation
    layer = conv_transpose_layer("L", input, weight, bias, sizes, groups)
    return _backward(grad_output, layer, np.shape(weight))


def conv_transpose2d_definition(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    groups: int = 1,
    dilation: int | tuple[int, int] = 1,
) -> np.ndarray:
    """Evaluate the equation of `conv_transpose2d`, one cell at a time.

    The true convolution of the input, zeros inserted, with the kernel: of its
    full outputs, the first pH rows and pW columns are left out.
    """
    sizes = stride, padding, output_padding, dilation
    layer = conv_transpose_layer("HW", input, weight, bias, sizes, groups)
    (pH, pW), (dH, dW) = layer.geometry.before, layer.geometry.dilation
    z, w = zero_insert(layer.input, layer.geometry.stride), layer.weight
    (N, C, H, W), (_, O, kH, kW) = z.shape, w.shape  # O channels of one group
    y = np.zeros((N, groups * O, *layer.geometry.input), z.dtype)
    for n, q, o, i, j in np.ndindex(N, groups, O, *layer.geometry.input):
        for c in range(q * C // groups, (q + 1) * C // groups):
            for u, v in np.ndindex(kH, kW):
                h, k = i + pH - u * dH, j + pW - v * dW
                if 0 <= h < H and 0 <= k < W:
                    y[n, q * O + o, i, j] += z[n, c, h, k] * w[c, o, u, v]
        if bias is not None:
            y[n, q * O + o, i, j] += bias[q * O + o]
    return layer.as_called(y)


def conv_transpose2d(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    groups: int = 1,
    dilation: int | tuple[int, int] = 1,
) -> np.ndarray:
    """Return the adjoint of `conv2d`, a layer that enlarges its input.

    Parameters
    ----------
    input : ndarray of shape (N, C, H, W) or (C, H, W), floating
    weight : ndarray of shape (C, O/groups, kH, kW), dtype of `input`
        The weight of the `conv2d` that maps O channels to C.
    bias : ndarray of shape (O,), dtype of `input`, optional
    stride : int or (sH, sW), default 1
        Cells between the windows that neighbouring inputs write to.
    padding : int or (pH, pW), default 0
        Cells cropped from each side of the output.
    output_padding : int or (height, width), default 0
        Cells more below and to the right; less than `stride` or `dilation`.
    groups : int, default 1
        Blocks of channels that do not see each other.
    dilation : int or (dH, dW), default 1
        Distance between neighbouring cells of a window.

    Returns
    -------
    ndarray of shape (N, O, oH, oW) or (O, oH, oW), dtype of `input`
        oH = (H - 1)*sH - 2*pH + dH*(kH - 1) + output_padding + 1, and
        likewise oW.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or a size is not an
        int.
    ValueError
        If shapes, `groups` or sizes do not fit, or no output is left.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, chapter 4. PyTorch, ``torch.nn.functional.conv_transpose2d``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv_transpose2d
    >>> x, w = np.array([[[1.0, 2.0]]]), np.array([[[[1.0, 10.0, 100.0]]]])
    >>> conv_transpose2d(x, w, stride=(1, 2))
    array([[[  1.,  10., 102.,  20., 200.]]])
    """
    sizes = stride, padding, output_padding, dilation
    layer = conv_transpose_layer("HW", input, weight, bias, sizes, groups)
    return _forward(layer)


def conv_transpose2d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    groups: int = 1,
    dilation: int | tuple[int, int] = 1,
) -> ConvGradients:
    """Return the gradients of `conv_transpose2d` to its array arguments.

    Parameters
    ----------
    grad_output : ndarray of shape (N, O, oH, oW) or (O, oH, oW), as `input`
        dL/doutput.
    input, weight, bias, stride, padding, output_padding, groups, dilation
        As given to `conv_transpose2d`.

    Returns
    -------
    ConvGradients
        A named tuple (input, weight, bias), each of its argument's shape;
        bias is None where no `bias` was given.

    Raises
    ------
    TypeError
        As `conv_transpose2d`, or if `grad_output` has another dtype.
    ValueError
        As `conv_transpose2d`, or if `grad_output` has not the output's shape.

    References
    ----------
    Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep
    learning*, section 4.1: the adjoint of the adjoint is the convolution.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv_transpose2d_backward
    >>> x, w = np.array([[[2.0, 3.0]]]), np.array([[[[1.0, 10.0]]]])
    >>> grads = conv_transpose2d_backward(np.array([[[4.0, 5.0, 6.0]]]), x, w)
    >>> grads.input, grads.weight
    (array([[[54., 65.]]]), array([[[[23., 28.]]]]))
    """
    sizes = stride, padding, output_padding, dilation
    layer = conv_transpose_layer("HW", input, weight, bias, sizes, groups)
    return _backward(grad_output, layer, np.shape(weight))


def _forward(layer: Layer) -> np.ndarray:
    """Return the output: the input gradient of the convolution."""
    return layer.as_called(input_gradient(*layer[:4]))


def _backward(
    grad_output: np.ndarray, layer: Layer, weight_shape: tuple[int, ...]
) -> ConvGradients:
    """Return the gradients: input and output of the convolution swap roles."""
    x, w, b, geometry = layer[:4]
    g = layer.gradient(
        grad_output, w.shape[1] * geometry.groups, geometry.input
    )
    return ConvGradients(
        layer.as_called(correlate(g, w, None, geometry)),
        weight_gradient(x, g, geometry).reshape(weight_shape),
        None if b is None else g.sum(axis=(0, 2, 3)),
    )
