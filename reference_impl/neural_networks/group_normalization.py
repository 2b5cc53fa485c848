"""Group normalization.

Page: docs/neural-networks/batch-normalization.md.

Axes: N batch, C channel, G groups of C/G channels, M all positions of an
image or sequence. Each group is standardised over its channels and positions,
each n by itself: layer normalization of rows that are groups.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _channels, _normalization
from reference_impl.neural_networks._normalization import NormGradients, like
from reference_impl.neural_networks.layer_normalization import (
    layer_norm,
    layer_norm_backward,
)

__all__ = ["group_norm_definition", "group_norm", "group_norm_backward"]


def group_norm_definition(
    input: np.ndarray,
    num_groups: int,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> np.ndarray:
    """Evaluate the equations of `group_norm`, one group at a time."""
    layer, G = _arguments(input, num_groups, weight, bias, eps)
    x, gamma, beta = layer.input, layer.weight, layer.bias
    y = np.empty_like(x)
    N, C, M = x.shape
    for n in range(N):
        for c in range(C):
            first = c // (C // G) * (C // G)  # the first channel of c's group
            group = [
                x[n, k, m]
                for k in range(first, first + C // G)
                for m in range(M)
            ]
            mu = sum(group) / len(group)
            var = sum((value - mu) ** 2 for value in group) / len(group)
            for m in range(M):
                standard = (x[n, c, m] - mu) / (var + eps) ** 0.5
                y[n, c, m] = gamma[c] * standard + beta[c]
    return like(y, input)


def group_norm(
    input: np.ndarray,
    num_groups: int,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> np.ndarray:
    """Standardise each group of channels of each example, then scale and shift.

    One group is layer normalization over all channels and positions, as many
    groups as channels are instance normalization, but for the shape of
    `weight` and `bias`.

    Parameters
    ----------
    input : ndarray of shape (N, C, ...), floating
    num_groups : int
        G; a divisor of C.
    weight, bias : ndarray of shape (C,), dtype of `input`, optional
        Scale and shift; 1 and 0 when None.
    eps : float, default 1e-5
        Added to the variance; positive.

    Returns
    -------
    ndarray of the shape and dtype of `input`
        A group of one value becomes its channel's `bias`.

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or `num_groups` is
        not an int.
    ValueError
        If a shape does not fit, `num_groups` does not divide C, or `eps` is
        not positive.

    References
    ----------
    Wu and He 2018, *Group normalization*, equations 1 to 3 and 7. PyTorch,
    ``torch.nn.functional.group_norm``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import group_norm
    >>> x = np.array([[1.0, 3.0, 30.0, 10.0]])
    >>> group_norm(x, 2, bias=np.array([0.0, 0.0, 0.5, 0.5])).round(4)
    array([[-1. ,  1. ,  1.5, -0.5]])
    """
    layer, G = _arguments(input, num_groups, weight, bias, eps)
    groups = _groups(layer.input, G)
    y = layer_norm(groups, groups.shape[1], eps=layer.eps)
    y = y.reshape(layer.input.shape)
    y *= layer.weight[:, None]
    y += layer.bias[:, None]
    return like(y, input)


def group_norm_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    num_groups: int,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> NormGradients:
    """Return the gradients of `group_norm` to `input`, `weight` and `bias`.

    `grad_output` has the shape and dtype of `input`. What was None stays so.
    """
    layer, G = _arguments(input, num_groups, weight, bias, eps)
    g = _normalization.gradient(grad_output, np.asarray(input))
    g = g.reshape(layer.input.shape)
    groups = _groups(layer.input, G)
    standard = layer_norm(groups, groups.shape[1], eps=layer.eps)
    products = g * standard.reshape(g.shape)
    scaled = _groups(g * layer.weight[:, None], G)
    inward = layer_norm_backward(scaled, groups, groups.shape[1], eps=eps)
    return NormGradients(
        like(inward.input, input),
        None
        if weight is None
        else like(products.sum(axis=(0, 2)), input, (-1,)),
        None if bias is None else like(g.sum(axis=(0, 2)), input, (-1,)),
    )


def _arguments(
    input: np.ndarray,
    num_groups: int,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    eps: float,
) -> tuple[_channels.Layer, int]:
    """Return the arguments of group normalization once checked, and G."""
    layer = _channels.arguments(
        input, None, None, weight, bias, 0.0, eps, "always", True
    )
    _, C, M = layer.input.shape
    G = _checks.integer("num_groups", num_groups, 1)
    if C * M == 0:
        raise ValueError(
            "input must hold a value per channel, and a channel, "
            f"got input.shape={np.shape(input)}"
        )
    if C % G:
        raise ValueError(
            "num_groups must divide the channels of input, got "
            f"num_groups={num_groups}, input.shape={np.shape(input)}"
        )
    return layer, G


def _groups(x: np.ndarray, G: int) -> np.ndarray:
    """Return `x` (N, C, M) as (N*G, C/G*M)."""
    N, C, M = x.shape
    return x.reshape(N * G, C // G * M)
