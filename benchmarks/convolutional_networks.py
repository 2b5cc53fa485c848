"""Convolution, transposed convolution and pooling beside their peers."""

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.timing import Case, Contender
from reference_impl.convolutional_networks.convolution_2d import (
    conv2d,
    conv2d_backward,
)
from reference_impl.convolutional_networks.pooling import (
    max_pool2d,
    max_pool2d_backward,
)
from reference_impl.convolutional_networks.transposed_convolution import (
    conv_transpose2d,
    conv_transpose2d_backward,
)

try:
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.signal import convolve as autograd_convolve
except ImportError:
    autograd = None

Arrays = tuple[np.ndarray, ...]
Function = Callable[..., Any]
Pair = tuple[Function, Function]  # forward, backward


def contenders(
    passes: str,
    dtype: str,
    shapes: list[tuple[int, ...]],
    functions: dict[str, Pair],
    torch_function: Callable[..., torch.Tensor],
    batch: int,
) -> dict[str, Contender]:
    """Return PyTorch and `functions` on equal random arrays.

    The first of `shapes` lacks its batch axis. `functions` are pairs of
    forward and backward function.
    """
    rng = np.random.default_rng(0)
    arrays = [
        rng.standard_normal(shape).astype(dtype)
        for shape in [(batch, *shapes[0]), *shapes[1:]]
    ]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    y = torch_function(*tensors).detach().numpy()
    g = rng.standard_normal(y.shape).astype(dtype)
    g_tensor = torch.tensor(g)

    def torch_forward() -> Arrays:
        with torch.no_grad():
            return (torch_function(*tensors).numpy(),)

    def torch_both() -> Arrays:
        output = torch_function(*tensors)
        gradients = torch.autograd.grad(output, tensors, g_tensor)
        return output.detach().numpy(), *(t.numpy() for t in gradients)

    def numpy_forward(forward: Function) -> Arrays:
        return (forward(*arrays),)

    def numpy_both(forward: Function, backward: Function) -> Arrays:
        output = forward(*arrays)
        # What backward can use of the forward pass it gets, as in autograd.
        takes = signature(backward).parameters
        kept = {"output": output} if "output" in takes else {}
        gradients = backward(g, *arrays, **kept)
        if isinstance(gradients, np.ndarray):
            gradients = (gradients,)
        return output, *gradients

    if passes == "forward":
        runs = {
            name: partial(numpy_forward, forward)
            for name, (forward, _) in functions.items()
        }
        return {"PyTorch": torch_forward, **runs}
    runs = {name: partial(numpy_both, *fs) for name, fs in functions.items()}
    return {"PyTorch": torch_both, **runs}


# Peers: not the reference, but what it is compared with.


def plain_columns(
    x: np.ndarray, kernel: int, stride: int, padding: int
) -> tuple[np.ndarray, tuple[int, int]]:
    """Return im2col the plain way, (N, C*kH*kW, oH*oW), and (oH, oW)."""
    margins = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    windows = sliding_window_view(np.pad(x, margins), (kernel,) * 2, (2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 1, 4, 5, 2, 3)
    N, C, _, _, oH, oW = windows.shape
    return windows.reshape(N, C * kernel * kernel, oH * oW), (oH, oW)


def plain_scatter(
    columns: np.ndarray, shape: tuple[int, ...], geometry: tuple[int, ...]
) -> np.ndarray:
    """Return col2im the plain way, an image of `shape`."""
    kernel, stride, padding, oH, oW = geometry
    N, C, H, W = shape
    image = np.zeros((N, C, H + 2 * padding, W + 2 * padding), columns.dtype)
    columns = columns.reshape(N, C, kernel, kernel, oH, oW)
    for u, v in np.ndindex(kernel, kernel):
        rows = slice(u, u + stride * oH, stride)
        cols = slice(v, v + stride * oW, stride)
        # The last step may pass the end: the slice stops there.
        image[:, :, rows, cols] += columns[:, :, u, v]
    return image[:, :, padding : padding + H, padding : padding + W]


def plain_conv2d(x, w, b, *, stride, padding):
    columns, size = plain_columns(x, w.shape[-1], stride, padding)
    y = w.reshape(len(w), -1) @ columns + b[:, None]
    return y.reshape(len(x), len(w), *size)


def plain_conv2d_backward(g, x, w, b, *, stride, padding):
    columns, size = plain_columns(x, w.shape[-1], stride, padding)
    g = g.reshape(*g.shape[:2], -1)
    grad_columns = w.reshape(len(w), -1).T @ g
    return (
        plain_scatter(
            grad_columns, x.shape, (w.shape[-1], stride, padding, *size)
        ),
        (g @ columns.swapaxes(1, 2)).sum(0).reshape(w.shape),
        g.sum((0, 2)),
    )


def plain_conv_transpose2d(x, w, b, *, stride, padding, output_padding):
    N, C, H, W = x.shape
    k = w.shape[-1]
    size = [
        (n - 1) * stride - 2 * padding + k + output_padding for n in (H, W)
    ]
    columns = w.reshape(C, -1).T @ x.reshape(N, C, -1)
    shape = (N, w.shape[1], *size)
    y = plain_scatter(columns, shape, (k, stride, padding, H, W))
    return y + b[:, None, None]


def plain_conv_transpose2d_backward(
    g, x, w, b, *, stride, padding, output_padding
):
    N, C, *_ = x.shape
    columns, _ = plain_columns(g, w.shape[-1], stride, padding)
    flat = x.reshape(N, C, -1)
    return (
        (w.reshape(C, -1) @ columns).reshape(x.shape),
        (flat @ columns.swapaxes(1, 2)).sum(0).reshape(w.shape),
        g.sum((0, 2, 3)),
    )


def plain_max_pool2d(x):
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).max((3, 5))


def plain_max_pool2d_backward(g, x):
    N, C, H, W = x.shape
    windows = x.reshape(N, C, H // 2, 2, W // 2, 2).swapaxes(3, 4)
    first = windows.reshape(N, C, H // 2, W // 2, 4).argmax(-1)[..., None]
    grad = np.zeros((*g.shape, 4), g.dtype)
    np.put_along_axis(grad, first, g[..., None], -1)
    grad = grad.reshape(N, C, H // 2, W // 2, 2, 2)
    return grad.swapaxes(3, 4).reshape(x.shape)


def autograd_conv2d(x, w, b, *, stride, padding):
    margins = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    axes, channels = ([2, 3], [2, 3]), ([1], [1])
    return (
        autograd_convolve(
            anp.pad(x, margins, "constant"),
            w[:, :, ::-1, ::-1],  # it flips the kernel, a layer does not
            axes=axes,
            dot_axes=channels,
            mode="valid",
        )
        + b[:, None, None]
    )


def autograd_conv2d_backward(g, x, w, b, **kwargs):
    f = partial(autograd_conv2d, **kwargs)
    pull_back, _ = autograd.make_vjp(f, argnum=(0, 1, 2))(x, w, b)
    return pull_back(g)


# Cases


def convolution(
    name: str,
    shapes: list[tuple[int, ...]],
    bars: dict[str, float],
    **kwargs: Any,
) -> list[Case]:
    """Return the four cases of a conv2d geometry."""
    functions: dict[str, Pair] = {
        "reference_impl": (
            partial(conv2d, **kwargs),
            partial(conv2d_backward, **kwargs),
        ),
        "plain NumPy": (
            partial(plain_conv2d, **kwargs),
            partial(plain_conv2d_backward, **kwargs),
        ),
    }
    if autograd is not None and kwargs["stride"] == 1:
        functions["autograd"] = (
            partial(autograd_conv2d, **kwargs),
            partial(autograd_conv2d_backward, **kwargs),
        )
    torch_function = partial(F.conv2d, **kwargs)
    return four_cases(name, shapes, bars, functions, torch_function)


def four_cases(
    name: str,
    shapes: list[tuple[int, ...]],
    bars: dict[str, float],
    functions: dict[str, Pair],
    torch_function: Callable[..., torch.Tensor],
) -> list[Case]:
    """Return a case for each dtype and for forward with and without backward."""
    return [
        Case(
            name,
            passes,
            dtype,
            partial(
                contenders, passes, dtype, shapes, functions, torch_function
            ),
            bar,
        )
        for dtype, bar in bars.items()
        for passes in ("forward", "forward + backward")
    ]


UPSAMPLING: dict[str, Any] = {"stride": 2, "padding": 1, "output_padding": 1}
IMAGE, WEIGHT = (64, 32, 32), (64, 64, 3, 3)
CASES = [
    *convolution(
        "conv2d 64→64, 32×32, 3×3",
        [IMAGE, WEIGHT, (64,)],
        {"float32": 1.5, "float64": 0.8},
        stride=1,
        padding=1,
    ),
    *convolution(
        "conv2d 64→64, 32×32, 3×3, stride 2",
        [IMAGE, WEIGHT, (64,)],
        {"float32": 1.5, "float64": 0.8},
        stride=2,
        padding=1,
    ),
    *convolution(
        "conv2d 3→32, 32×32, 3×3",
        [(3, 32, 32), (32, 3, 3, 3), (32,)],
        {"float32": 1.4, "float64": 1.4},
        stride=1,
        padding=1,
    ),
    *convolution(
        "conv2d 64→64, 32×32, 1×1",
        [IMAGE, (64, 64, 1, 1), (64,)],
        {"float32": 1.2, "float64": 1.2},
        stride=1,
        padding=0,
    ),
    *four_cases(
        "conv_transpose2d 64→64, 16×16 to 32×32, 3×3, stride 2",
        [(64, 16, 16), WEIGHT, (64,)],
        {"float32": 1.8, "float64": 1.8},
        {
            "reference_impl": (
                partial(conv_transpose2d, **UPSAMPLING),
                partial(conv_transpose2d_backward, **UPSAMPLING),
            ),
            "plain NumPy": (
                partial(plain_conv_transpose2d, **UPSAMPLING),
                partial(plain_conv_transpose2d_backward, **UPSAMPLING),
            ),
        },
        partial(F.conv_transpose2d, **UPSAMPLING),
    ),
    *four_cases(
        "max_pool2d 2×2 of 64 channels, 32×32",
        [IMAGE],
        {"float32": 0.7, "float64": 0.7},
        {
            "reference_impl": (
                partial(max_pool2d, kernel_size=2),
                partial(max_pool2d_backward, kernel_size=2),
            ),
            "plain NumPy": (plain_max_pool2d, plain_max_pool2d_backward),
        },
        partial(F.max_pool2d, kernel_size=2),
    ),
]
