"""Batch normalization.

Page: docs/neural-networks/batch-normalization.md.

Axes: N batch, C channel, M all positions of an image or sequence (1 where
there are none). Each channel is standardised over N and M.
"""

import numpy as np

from reference_impl.neural_networks import _channels, _normalization
from reference_impl.neural_networks._normalization import NormGradients, like

__all__ = [
    "batch_norm_definition",
    "batch_norm",
    "batch_norm_backward",
]


def batch_norm_definition(
    input: np.ndarray,
    running_mean: np.ndarray | None,
    running_var: np.ndarray | None,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> np.ndarray:
    """Evaluate the equations of `batch_norm`, one channel at a time.

    The running statistics are read where `training` is False, and left alone.
    """
    layer = _arguments(
        input, running_mean, running_var, weight, bias, training, momentum, eps
    )
    z = layer.input
    N, C, M = z.shape
    a = np.empty_like(z)
    for c in range(C):
        values = [z[n, c, m] for n in range(N) for m in range(M)]
        if training:
            mu = sum(values) / len(values)
            var = sum((value - mu) ** 2 for value in values) / len(values)
        else:
            mu, var = layer.running_mean[c], layer.running_var[c]
        for n in range(N):
            for m in range(M):
                standard = (z[n, c, m] - mu) / (var + eps) ** 0.5
                a[n, c, m] = layer.weight[c] * standard + layer.bias[c]
    return a.reshape(np.shape(input))


def batch_norm(
    input: np.ndarray,
    running_mean: np.ndarray | None,
    running_var: np.ndarray | None,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> np.ndarray:
    """Standardise each channel, then scale and shift it.

    With `training` the mean and variance are those of the batch; without, the
    running ones. A batch also moves the running statistics **in place**, as
    in PyTorch: they are the only arguments of this package ever written to.

    Parameters
    ----------
    input : ndarray of shape (N, C), (N, C, L) or (N, C, H, W), floating
        More position axes are welcome.
    running_mean, running_var : ndarray of shape (C,), dtype of `input`, or None
        With `training`, become (1 - momentum) * old + momentum * new, where the
        new variance is the unbiased one: its sum is divided by N*M - 1.
        Required without `training`.
    weight, bias : ndarray of shape (C,), dtype of `input`, optional
        Scale and shift; 1 and 0 when None.
    training : bool, default False
        Whether to use the statistics of this batch.
    momentum : float in [0, 1], default 0.1
        Weight of the new value in a running statistic.
    eps : float, default 1e-5
        Added to the variance; positive.

    Returns
    -------
    ndarray of the shape and dtype of `input`

    Raises
    ------
    TypeError
        If an array is not floating or the dtypes differ, or a number is none.
    ValueError
        If a shape does not fit, `eps` or `momentum` is out of range, only one
        running statistic is given, none is where one is needed, one that has
        to move is read-only, or a channel has fewer than 2 values to learn
        from.

    References
    ----------
    Ioffe and Szegedy 2015, *Batch normalization*, algorithms 1 and 2. PyTorch,
    ``torch.nn.functional.batch_norm``: signature, unbiased running variance.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import batch_norm
    >>> mean, var = np.zeros(1), np.ones(1)
    >>> batch_norm(np.array([[1.0], [3.0]]), mean, var, training=True).round(4)
    array([[-1.],
           [ 1.]])
    >>> mean, var
    (array([0.2]), array([1.1]))
    """
    layer = _arguments(
        input, running_mean, running_var, weight, bias, training, momentum, eps
    )
    x, mean, var = layer.input, layer.running_mean, layer.running_var
    if training:
        m = x.shape[0] * x.shape[2]
        mean, var = _channels.moments(x)
        _channels.move(running_mean, mean, momentum)
        _channels.move(running_var, var * (m / (m - 1)), momentum)
    scale = layer.weight / np.sqrt(var + layer.eps)
    output = _channels.combine([(x, scale)], layer.bias - mean * scale)
    return like(output, input)


def batch_norm_backward(
    grad_output: np.ndarray,
    input: np.ndarray,
    running_mean: np.ndarray | None,
    running_var: np.ndarray | None,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> NormGradients:
    """Return the gradients of `batch_norm` to `input`, `weight` and `bias`.

    The running statistics are constants: they have no gradient, and here they
    do not move.

    Parameters
    ----------
    grad_output : ndarray of the shape and dtype of `input`
        dL/doutput.
    input, running_mean, running_var, weight, bias, training, momentum, eps
        As given to `batch_norm`.

    Returns
    -------
    NormGradients
        A named tuple (input, weight, bias); None for what was None.

    Raises
    ------
    TypeError
        As `batch_norm`, or if `grad_output` has another dtype than `input`.
    ValueError
        As `batch_norm`, or if `grad_output` has another shape than `input`.

    References
    ----------
    Ioffe and Szegedy 2015, *Batch normalization*, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import batch_norm_backward
    >>> x, g = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [0.0], [0.0]])
    >>> batch_norm_backward(g, x, None, None, training=True).input.round(4)
    array([[ 0.2041],
           [-0.4082],
           [ 0.2041]])
    """
    layer = _arguments(
        input, running_mean, running_var, weight, bias, training, momentum, eps
    )
    g = _normalization.gradient(grad_output, np.asarray(input))
    grad_input, grad_weight, grad_bias = _channels.gradients(
        g.reshape(layer.input.shape), layer, training
    )
    return NormGradients(
        like(grad_input, input),
        None if weight is None else like(grad_weight, input, (-1,)),
        None if bias is None else like(grad_bias, input, (-1,)),
    )


def _arguments(
    input: np.ndarray,
    running_mean: np.ndarray | None,
    running_var: np.ndarray | None,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    training: bool,
    momentum: float,
    eps: float,
) -> _channels.Layer:
    """Return the arguments once checked."""
    layer = _channels.arguments(
        input,
        running_mean,
        running_var,
        weight,
        bias,
        momentum,
        eps,
        "training",
        training,
    )
    N, _, M = layer.input.shape
    if training and N * M < 2:
        raise ValueError(
            "input must hold 2 or more values per channel with training=True, "
            f"got input.shape={np.shape(input)}"
        )
    return layer
