"""Instance normalization.

Page: docs/neural-networks/batch-normalization.md.

Axes: N batch, C channel, M all positions of an image or sequence. Each channel
of each n is standardised over its positions: batch normalization of one image
that has N*C channels.
"""

import numpy as np

from reference_impl.neural_networks import _channels, _normalization
from reference_impl.neural_networks._normalization import NormGradients, like

__all__ = [
    "instance_norm_definition",
    "instance_norm",
    "instance_norm_backward",
]


def instance_norm_definition(
    input: np.ndarray,
    running_mean: np.ndarray | None = None,
    running_var: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> np.ndarray:
    """Evaluate the equations of `instance_norm`, one channel at a time.

    The running statistics are read where `use_input_stats` is False, and left
    alone.
    """
    layer = _instances(
        input,
        running_mean,
        running_var,
        weight,
        bias,
        use_input_stats,
        momentum,
        eps,
    )
    x = layer.input[0]
    y = np.empty_like(x)
    channels, M = x.shape
    for k in range(channels):
        mu, var = layer.running_mean[k], layer.running_var[k]
        if use_input_stats:
            mu = sum(x[k, m] for m in range(M)) / M
            var = sum((x[k, m] - mu) ** 2 for m in range(M)) / M
        for m in range(M):
            standard = (x[k, m] - mu) / (var + eps) ** 0.5
            y[k, m] = layer.weight[k] * standard + layer.bias[k]
    return y.reshape(np.shape(input))


def instance_norm(
    input: np.ndarray,
    running_mean: np.ndarray | None = None,
    running_var: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> np.ndarray:
    """Standardise each channel of each example over its positions.

    It is `batch_norm` with `training=use_input_stats` on N*C channels; the
    running statistics, of C channels, move **in place** towards the means over
    the batch of the instances' own.

    Parameters
    ----------
    input : ndarray of shape (N, C, L), (N, C, H, W), ..., floating
    running_mean, running_var, weight, bias, momentum, eps
        As in `batch_norm`.
    use_input_stats : bool, default True
        Whether to use the statistics of the input, not the running ones.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        As `batch_norm`.
    ValueError
        As `batch_norm`, or if with `use_input_stats` a channel has fewer than
        2 positions.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky 2016, *Instance normalization*, equation 3.
    PyTorch, ``torch.nn.functional.instance_norm``: running statistics.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import instance_norm
    >>> instance_norm(np.array([[[1.0, 3.0], [30.0, 10.0]]])).round(4)
    array([[[-1.,  1.],
            [ 1., -1.]]])
    """
    layer = _instances(
        input,
        running_mean,
        running_var,
        weight,
        bias,
        use_input_stats,
        momentum,
        eps,
    )
    x, mean, var = layer.input, layer.running_mean, layer.running_var
    if use_input_stats:
        N, C, M = len(input), np.shape(input)[1], x.shape[2]
        mean, var = _channels.moments(x)
        if N:
            means, variances = mean.reshape(N, C), var.reshape(N, C)
            _channels.move(running_mean, means.mean(axis=0), momentum)
            unbiased = variances.mean(axis=0) * (M / (M - 1))
            _channels.move(running_var, unbiased, momentum)
    scale = layer.weight / np.sqrt(var + layer.eps)
    output = _channels.combine([(x, scale)], layer.bias - mean * scale)
    return like(output, input)


def instance_norm_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    running_mean: np.ndarray | None = None,
    running_var: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> NormGradients:
    """Return the gradients of `instance_norm` to `input`, `weight`, `bias`.

    `grad_output` has the shape and dtype of `input`. What was None stays so;
    the running statistics have no gradient and do not move.
    """
    layer = _instances(
        input,
        running_mean,
        running_var,
        weight,
        bias,
        use_input_stats,
        momentum,
        eps,
    )
    g = _normalization.gradient(grad_output, np.asarray(input))
    grad_input, grad_weight, grad_bias = _channels.gradients(
        g.reshape(layer.input.shape), layer, use_input_stats
    )

    def total(each: np.ndarray) -> np.ndarray:
        """Return the sum over all examples: (C,)."""
        return each.reshape(np.shape(input)[:2]).sum(axis=0)

    return NormGradients(
        like(grad_input, input),
        None if weight is None else like(total(grad_weight), input, (-1,)),
        None if bias is None else like(total(grad_bias), input, (-1,)),
    )


def _instances(
    input: np.ndarray,
    running_mean: np.ndarray | None,
    running_var: np.ndarray | None,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
) -> _channels.Layer:
    """Return the arguments once checked, as those of one image of N*C."""
    layer = _channels.arguments(
        input,
        running_mean,
        running_var,
        weight,
        bias,
        momentum,
        eps,
        "use_input_stats",
        use_input_stats,
    )
    N, C, M = layer.input.shape
    if use_input_stats and M < 2:
        raise ValueError(
            "input must hold 2 or more positions with use_input_stats=True, "
            f"got input.shape={np.shape(input)}"
        )
    return layer._replace(
        input=layer.input.reshape(1, N * C, M),
        running_mean=np.tile(layer.running_mean, N),
        running_var=np.tile(layer.running_var, N),
        weight=np.tile(layer.weight, N),
        bias=np.tile(layer.bias, N),
    )
