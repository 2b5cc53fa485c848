"""Slips in the functions of the chapter on convolutional networks."""

from typing import Any

import numpy as np

from reference_impl.convolutional_networks.average_pooling import avg_pool2d
from reference_impl.convolutional_networks.convolution_1d import convolve
from reference_impl.convolutional_networks.convolution_2d import conv2d
from reference_impl.convolutional_networks.output_size import conv_output_size
from reference_impl.convolutional_networks.pooling import max_pool2d
from reference_impl.convolutional_networks.transposed_convolution import (
    conv_transpose2d,
)
from reference_impl.slips.slip import Slip

__all__ = ["SLIPS"]

Array = np.ndarray


def flipped(layer: Any) -> Any:
    """Return a layer that turns its kernel by half a turn."""
    return lambda x, w, *rest: layer(x, w[..., ::-1, ::-1], *rest)


def without_bias(layer: Any) -> Any:
    """Return a layer that leaves its bias out."""
    return lambda x, w, b=None, *rest: layer(x, w, None, *rest)


def argument(layer: Any, at: int, change: Any) -> Any:
    """Return a layer that sees its argument `at` changed."""

    def wrong(*args: Any) -> Any:
        own = list(args)
        if len(own) > at:
            own[at] = change(own[at])
        return layer(*own)

    return wrong


def turned(pair: Any) -> Any:
    """Return a pair the other way round."""
    return pair[::-1] if isinstance(pair, tuple) else pair


def padded_with_zeros(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Array:
    """Pad with 0 before taking maxima."""
    p, q = (padding, padding) if isinstance(padding, int) else padding
    wide = np.pad(x, ((0, 0),) * (x.ndim - 2) + ((p, p), (q, q)))
    return max_pool2d(wide, kernel_size, stride, 0, dilation, ceil_mode)


def mean_for_maximum(x: Array, kernel_size: Any, *rest: Any) -> Array:
    """Take the mean of the windows."""
    return avg_pool2d(x, kernel_size, *rest[:2])


def maximum_for_mean(x: Array, kernel_size: Any, *rest: Any) -> Array:
    """Take the maximum of the windows."""
    return max_pool2d(x, kernel_size, *rest[:2])


def overlapping(pool: Any) -> Any:
    """Return a pooling whose windows step by 1 where no stride is given."""
    return lambda x, size, stride=None, *rest: pool(
        x, size, 1 if stride is None else stride, *rest
    )


def other_count(
    x: Array,
    size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Count the padding where it is not to be counted, and not where it is."""
    return avg_pool2d(
        x, size, stride, padding, ceil_mode, not count_include_pad
    )


SLIPS: dict[str, list[Slip]] = {
    "convolve": [
        Slip(
            "your kernel is not flipped: this is the cross-correlation",
            argument(convolve, 1, lambda w: w[::-1]),
        ),
        Slip(
            "you return the full convolution whatever the mode",
            argument(convolve, 2, lambda mode: "full"),
        ),
    ],
    "conv2d": [
        Slip(
            "your kernel is flipped: a layer's convolution is a "
            "cross-correlation",
            flipped(conv2d),
        ),
        Slip("you leave out the bias", without_bias(conv2d)),
        Slip(
            "your strides of rows and columns are exchanged",
            argument(conv2d, 3, turned),
        ),
        Slip(
            "your paddings of rows and columns are exchanged",
            argument(conv2d, 4, turned),
        ),
        Slip("you ignore the padding", argument(conv2d, 4, lambda p: 0)),
        Slip(
            "your dilations of rows and columns are exchanged",
            argument(conv2d, 5, turned),
        ),
        Slip(
            "you add the bias twice",
            argument(conv2d, 2, lambda b: None if b is None else 2 * b),
        ),
    ],
    "conv_transpose2d": [
        Slip("your kernel is flipped", flipped(conv_transpose2d)),
        Slip("you leave out the bias", without_bias(conv_transpose2d)),
        Slip(
            "you ignore the output padding",
            argument(conv_transpose2d, 5, lambda p: 0),
        ),
    ],
    "max_pool2d": [
        Slip(
            "you pad with 0; cells outside the image count as minus infinity",
            padded_with_zeros,
        ),
        Slip(
            "your stride is 1 where none is given; it is the window's size",
            overlapping(max_pool2d),
        ),
        Slip("you take the mean of a window", mean_for_maximum),
        Slip("you ignore ceil_mode", argument(max_pool2d, 5, lambda c: False)),
    ],
    "avg_pool2d": [
        Slip("you use count_include_pad the wrong way round", other_count),
        Slip(
            "your stride is 1 where none is given; it is the window's size",
            overlapping(avg_pool2d),
        ),
        Slip("you take the maximum of a window", maximum_for_mean),
    ],
    "conv_output_size": [
        Slip(
            "you ignore the dilation",
            argument(conv_output_size, 4, lambda d: 1),
        ),
        Slip(
            "you add the padding once; it stands on both sides",
            lambda n, k, s=1, p=0, *rest: conv_output_size(
                n - p, k, s, p, *rest
            ),
        ),
        Slip(
            "you ignore ceil_mode",
            argument(conv_output_size, 5, lambda c: False),
        ),
    ],
}
