"""The one-dimensional convolution layer.

Page: docs/convolutional-networks/convolution-1d.md.

Axes: N batch, C input channels, O output channels, L length, k kernel size.
"""

import numpy as np

from reference_impl.convolutional_networks._arguments import (
    ConvGradients,
    conv_layer,
)
from reference_impl.convolutional_networks._columns import (
    correlate,
    input_gradient,
    weight_gradient,
)

__all__ = ["conv1d_definition", "conv1d", "conv1d_backward"]


def conv1d_definition(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int] = 1,
    padding: int | tuple[int] | str = 0,
    dilation: int | tuple[int] = 1,
    groups: int = 1,
) -> np.ndarray:
    """Evaluate the equation of `conv1d`, one output cell at a time."""
    layer = conv_layer(
        "L", input, weight, bias, stride, padding, dilation, groups
    )
    x, w = layer.input[:, :, 0], layer.weight[:, :, 0]
    s, p = layer.geometry.stride[1], layer.geometry.before[1]
    d, l_out = layer.geometry.dilation[1], layer.geometry.output[1]
    (N, _, L), (O, C, k) = x.shape, w.shape  # C channels of one group
    y = np.zeros((N, O, 1, l_out), x.dtype)
    for n, o, i in np.ndindex(N, O, l_out):
        first = o // (O // groups) * C  # the first channel of o's group
        for c, u in np.ndindex(C, k):
            h = i * s + u * d - p
            if 0 <= h < L:
                y[n, o, 0, i] += x[n, first + c, h] * w[o, c, u]
        if bias is not None:
            y[n, o, 0, i] += bias[o]
    return layer.as_called(y)


def conv1d(
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int] = 1,
    padding: int | tuple[int] | str = 0,
    dilation: int | tuple[int] = 1,
    groups: int = 1,
) -> np.ndarray:
    """Return a one-dimensional convolution layer's output.

    The kernel is not flipped: in the terms of `convolve` this is a
    cross-correlation, summed over the channels.

    Parameters
    ----------
    input : ndarray of shape (N, C, L) or (C, L), floating
    weight : ndarray of shape (O, C/groups, k), dtype of `input`
    bias : ndarray of shape (O,), dtype of `input`, optional
    stride : int, default 1
        Step between windows, in cells.
    padding : int, "valid" or "same", default 0
        Zeros on each side; "valid" is 0. "same" keeps the length, with the
        odd zero on the right; it requires stride 1.
    dilation : int, default 1
        Distance between neighbouring cells of a window.
    groups : int, default 1
        Blocks of channels that do not see each other.

    Returns
    -------
    ndarray of shape (N, O, oL) or (O, oL), dtype of `input`
        oL = (L + 2*padding - dilation*(k - 1) - 1) // stride + 1.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or a size is not an
        int.
    ValueError
        If shapes, `groups`, sizes or the word given as `padding` do not fit,
        or the kernel is longer than the padded input.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 9.6 and
    9.8. PyTorch, ``torch.nn.functional.conv1d``: signature, padding="same".

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv1d
    >>> x = np.array([[1.0, 2.0, 3.0, 4.0]])
    >>> conv1d(x, np.array([[[1.0, 0.0, -1.0]]]), np.array([0.5]), padding=1)
    array([[-1.5, -1.5, -1.5,  3.5]])
    """
    layer = conv_layer(
        "L", input, weight, bias, stride, padding, dilation, groups
    )
    x, w, b, geometry = layer[:4]
    return layer.as_called(correlate(x, w, b, geometry))


def conv1d_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int] = 1,
    padding: int | tuple[int] | str = 0,
    dilation: int | tuple[int] = 1,
    groups: int = 1,
) -> ConvGradients:
    """Return the gradients of `conv1d` to `input`, `weight` and `bias`.

    Parameters
    ----------
    grad_output : ndarray of shape (N, O, oL) or (O, oL), dtype of `input`
        dL/doutput.
    input, weight, bias, stride, padding, dilation, groups
        As given to `conv1d`.

    Returns
    -------
    ConvGradients
        A named tuple (input, weight, bias), each of its argument's shape;
        bias is None where no `bias` was given.

    Raises
    ------
    TypeError
        As `conv1d`, or if `grad_output` has another dtype than `input`.
    ValueError
        As `conv1d`, or if `grad_output` has not the output's shape.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 9.11 and
    9.13.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import conv1d_backward
    >>> x = np.array([[1.0, 2.0, 3.0]])
    >>> grads = conv1d_backward(
    ...     np.array([[10.0, 1.0]]), x, np.array([[[2.0, -1.0]]])
    ... )
    >>> grads.input, grads.weight
    (array([[20., -8., -1.]]), array([[[12., 23.]]]))
    """
    layer = conv_layer(
        "L", input, weight, bias, stride, padding, dilation, groups
    )
    x, w, b, geometry = layer[:4]
    g = layer.gradient(grad_output, len(w), geometry.output)
    return ConvGradients(
        layer.as_called(input_gradient(g, w, None, geometry)),
        weight_gradient(g, x, geometry).reshape(np.shape(weight)),
        None if b is None else g.sum(axis=(0, 2, 3)),
    )
