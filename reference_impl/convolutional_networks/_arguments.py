"""Argument checks of the convolution functions.

A layer of one dimension is one of two dimensions and height 1: every layer
leaves this module with an input (N, C, H, W), a weight of four axes and pairs
of sizes.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks._bands import Geometry
from reference_impl.convolutional_networks.output_size import (
    conv_output_size,
    conv_transpose_output_size,
    same_padding,
)

Sizes = int | tuple[int, ...]


class ConvGradients(NamedTuple):
    """The gradients of a layer's array arguments, in their order."""

    input: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None


class Layer(NamedTuple):
    """The checked arguments of a layer, and the axes that its caller uses."""

    input: np.ndarray  # (N, C, H, W)
    weight: np.ndarray  # (O, C/groups, kH, kW), transposed (C, O/groups, ...)
    bias: np.ndarray | None  # (O,)
    geometry: Geometry
    batch: tuple[int, ...]  # (N,), or () if the input had no batch axis
    axes: str  # "L" or "HW"

    def as_called(self, output: np.ndarray) -> np.ndarray:
        """Return `output`, shape (N, O, H, W), with the caller's axes."""
        spatial = output.shape[-len(self.axes) :]
        return output.reshape(*self.batch, output.shape[1], *spatial)

    def gradient(
        self, grad_output: np.ndarray, channels: int, size: tuple[int, int]
    ) -> np.ndarray:
        """Return `grad_output` as (N, `channels`, *`size`), once checked."""
        g = _checks.floating_like(
            "grad_output", grad_output, "input", self.input
        )
        spatial = size[-len(self.axes) :]
        _checks.shape("grad_output", g, (*self.batch, channels, *spatial))
        return g.reshape(len(self.input), channels, *size)


def conv_layer(
    axes: str,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    groups: int,
) -> Layer:
    """Return the checked arguments of conv1d (axes "L") or conv2d ("HW")."""
    x, batch = _input(axes, input)
    w = _weight(axes, weight, ("O", "C/groups"), x)
    groups = _checks.integer("groups", groups, 1)
    if len(w) % groups or w.shape[1] * groups != x.shape[1]:
        raise ValueError(
            "weight must have shape (O, C/groups, ...) with O a multiple of "
            f"groups, got weight.shape={np.shape(weight)}, "
            f"input.shape={np.shape(input)}, groups={groups}"
        )
    b = _bias(bias, len(w), x)
    size, kernel = x.shape[2:], w.shape[2:]
    stride = _pair(axes, "stride", stride, 1)
    dilation = _pair(axes, "dilation", dilation, 1)
    if isinstance(padding, str):
        _checks.one_of("padding", padding, ("same", "valid"))
    if isinstance(padding, str) and padding == "same":
        if stride != (1, 1):
            raise ValueError(
                f"stride must be 1 with padding='same', got stride={stride}"
            )
        top, left = map(same_padding, kernel, dilation)
        before, output = (top[0], left[0]), size
    else:
        zeros = 0 if isinstance(padding, str) else padding
        before = _pair(axes, "padding", zeros, 0)
        oH, oW = map(conv_output_size, size, kernel, stride, before, dilation)
        output = oH, oW
    geometry = Geometry(size, kernel, stride, before, dilation, output, groups)
    return Layer(x, w, b, geometry, batch, axes)


def conv_transpose_layer(
    axes: str,
    input: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    sizes: tuple[Sizes, Sizes, Sizes, Sizes],
    groups: int,
) -> Layer:
    """Return the checked arguments of conv_transpose1d or conv_transpose2d.

    `sizes` are stride, padding, output_padding and dilation. The geometry is
    that of the convolution whose adjoint this layer is: its `output` is the
    size of this layer's input, its `input` that of this layer's output.
    """
    x, batch = _input(axes, input)
    w = _weight(axes, weight, ("C", "O/groups"), x)
    groups = _checks.integer("groups", groups, 1)
    if len(w) % groups or len(w) != x.shape[1]:
        raise ValueError(
            "weight must have shape (C, O/groups, ...) with C a multiple of "
            f"groups, got weight.shape={np.shape(weight)}, "
            f"input.shape={np.shape(input)}, groups={groups}"
        )
    b = _bias(bias, w.shape[1] * groups, x)
    size, kernel = x.shape[2:], w.shape[2:]
    stride = _pair(axes, "stride", sizes[0], 1)
    before = _pair(axes, "padding", sizes[1], 0)
    extra = _pair(axes, "output_padding", sizes[2], 0)
    dilation = _pair(axes, "dilation", sizes[3], 1)
    oH, oW = map(
        conv_transpose_output_size,
        *(size, kernel, stride, before, extra, dilation),
    )
    geometry = Geometry(
        (oH, oW), kernel, stride, before, dilation, size, groups
    )
    return Layer(x, w, b, geometry, batch, axes)


def signal(name: str, value: object, ndim: int) -> np.ndarray:
    """Return `value` as a numeric array of `ndim` axes that is not empty."""
    array = np.asarray(value)
    if not np.issubdtype(array.dtype, np.number):
        raise TypeError(
            f"{name} must be numeric, got {name}.dtype={array.dtype}"
        )
    if array.ndim != ndim or array.size == 0:
        raise ValueError(
            f"{name} must have {ndim} axes and not be empty, "
            f"got {name}.shape={array.shape}"
        )
    return array


def _input(axes: str, input: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return `input` as (N, C, H, W), and the batch axis that it had."""
    x, d = _checks.floating("input", input), len(axes)
    if x.ndim not in (d + 1, d + 2) or 0 in x.shape[-d:]:
        letters = ", ".join(axes)
        raise ValueError(
            f"input must have shape (N, C, {letters}) or (C, {letters}) with "
            f"at least one cell, got input.shape={x.shape}"
        )
    batch, (channels, *size) = x.shape[: -d - 1], x.shape[-d - 1 :]
    height = (1,) * (2 - d)
    return x.reshape(prod(batch), channels, *height, *size), batch


def _weight(
    axes: str, weight: np.ndarray, channels: tuple[str, str], x: np.ndarray
) -> np.ndarray:
    """Return `weight` with four axes."""
    w = _checks.floating_like("weight", weight, "input", x)
    _checks.shape("weight", w, (*channels, *(f"k{axis}" for axis in axes)))
    if 0 in w.shape[2:]:
        raise ValueError(
            "weight must have at least one cell a channel, "
            f"got weight.shape={w.shape}"
        )
    height = (1,) * (2 - len(axes))
    return w.reshape(*w.shape[:2], *height, *w.shape[2:])


def _bias(
    bias: np.ndarray | None, channels: int, x: np.ndarray
) -> np.ndarray | None:
    """Return `bias` as an array of shape (`channels`,), or None."""
    if bias is None:
        return None
    b = _checks.floating_like("bias", bias, "input", x)
    _checks.shape("bias", b, (channels,))
    return b


def _pair(axes: str, name: str, value: Sizes, minimum: int) -> tuple[int, int]:
    """Return `value` as (height, width); without a height, it is `minimum`."""
    height = (minimum,) * (2 - len(axes))
    along = (*height, *_checks.integers(name, value, len(axes), minimum))
    return along[0], along[1]
