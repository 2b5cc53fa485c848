"""A small convolutional network, built from the parts of this package.

Page: docs/convolutional-networks/implementing-a-cnn.md.

    convolution 3x3 -> ReLU -> max pooling 2x2
    convolution 3x3 -> ReLU -> max pooling 2x2
    linear -> softmax cross-entropy

Axes: N images, H and W their height and width, C1 and C2 channels after the
first and second convolution, K classes.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks.convolution_2d import (
    conv2d,
    conv2d_backward,
)
from reference_impl.convolutional_networks.pooling import (
    max_pool2d,
    max_pool2d_backward,
)
from reference_impl.neural_networks.categorical_losses import (
    cross_entropy_and_gradients,
)
from reference_impl.neural_networks.hidden_units import relu, relu_backward
from reference_impl.neural_networks.multilayer_perceptron import (
    linear,
    linear_backward,
)

__all__ = [
    "CNNParameters",
    "cnn_init",
    "cnn_forward",
    "cnn_loss_and_gradients",
]


class CNNParameters(NamedTuple):
    """What the network learns; also the shape of gradients and velocities."""

    conv1_weight: np.ndarray  # (C1, 1, 3, 3)
    conv1_bias: np.ndarray  # (C1,)
    conv2_weight: np.ndarray  # (C2, C1, 3, 3)
    conv2_bias: np.ndarray  # (C2,)
    linear_weight: np.ndarray  # (K, C2 * H/4 * W/4)
    linear_bias: np.ndarray  # (K,)


def cnn_init(
    rng: np.random.Generator,
    image_size: tuple[int, int] = (8, 8),
    channels: tuple[int, int] = (16, 32),
    classes: int = 10,
    dtype: type = np.float32,
) -> CNNParameters:
    """Draw the weights from a normal distribution; biases are 0.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the draws.
    image_size : (H, W), default (8, 8)
        Each at least 4.
    channels : (C1, C2), default (16, 32)
        Channels after each convolution.
    classes : int, default 10
        K, how many classes there are.
    dtype : type, default numpy.float32

    Returns
    -------
    CNNParameters
        The variance of a weight is 2 / (inputs of its unit), which keeps
        that of the activations as they pass through ReLU.

    Raises
    ------
    TypeError
        If a size is not an int.
    ValueError
        If a size is out of range.

    References
    ----------
    He, Zhang, Ren and Sun 2015, *Delving deep into rectifiers*, equation 10.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cnn_init
    >>> cnn_init(np.random.default_rng(0)).linear_weight.shape
    (10, 128)
    """
    H, W = _checks.integers("image_size", image_size, 2, 4)
    C1, C2 = _checks.integers("channels", channels, 2, 1)
    K = _checks.integer("classes", classes, 1)

    def weights(*shape: int) -> np.ndarray:
        deviation = (2 / np.prod(shape[1:])) ** 0.5
        return (deviation * rng.standard_normal(shape)).astype(dtype)

    return CNNParameters(
        weights(C1, 1, 3, 3),
        np.zeros(C1, dtype),
        weights(C2, C1, 3, 3),
        np.zeros(C2, dtype),
        weights(K, C2 * (H // 4) * (W // 4)),
        np.zeros(K, dtype),
    )


def cnn_forward(parameters: CNNParameters, images: np.ndarray) -> np.ndarray:
    """Return the logits of each image.

    Parameters
    ----------
    parameters : CNNParameters
    images : ndarray of shape (N, 1, H, W), dtype of the parameters

    Returns
    -------
    ndarray of shape (N, K)

    Raises
    ------
    TypeError
        If `images` has not the dtype of the parameters.
    ValueError
        If `images` has another size than the parameters are for.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cnn_forward, cnn_init
    >>> parameters = cnn_init(np.random.default_rng(0))
    >>> cnn_forward(parameters, np.ones((5, 1, 8, 8), np.float32)).shape
    (5, 10)
    """
    return _layers(parameters, images)[-1]


def cnn_loss_and_gradients(
    parameters: CNNParameters, images: np.ndarray, labels: np.ndarray
) -> tuple[float, CNNParameters]:
    """Return the mean cross-entropy and its gradient to every parameter.

    The gradients are found layer by layer, from the last to the first.

    Parameters
    ----------
    parameters : CNNParameters
    images : ndarray of shape (N, 1, H, W), dtype of the parameters
    labels : ndarray of shape (N,), integer
        The class of each image, in [0, K).

    Returns
    -------
    loss : float
    gradients : CNNParameters

    Raises
    ------
    TypeError
        As `cnn_forward`, and if `labels` is not integer.
    ValueError
        As `cnn_forward`, if `labels` has another length, or a label is out
        of range.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cnn_init, cnn_loss_and_gradients
    >>> parameters = cnn_init(np.random.default_rng(0))
    >>> images = np.zeros((5, 1, 8, 8), np.float32)
    >>> loss, _ = cnn_loss_and_gradients(parameters, images, np.arange(5))
    >>> print(f"{loss:.4f}")  # all classes are equally likely: log(10)
    2.3026
    """
    W1, b1, W2, b2, W3, b3 = parameters
    labels = _checked_labels(labels, len(images), len(W3))
    a1, h1, p1, a2, h2, p2, features, logits = _layers(parameters, images)
    loss, (g, _) = cross_entropy_and_gradients(logits, labels)
    g, dW3, db3 = linear_backward(g, features, W3, b3)
    g = max_pool2d_backward(g.reshape(p2.shape), h2, 2, output=p2)
    g = relu_backward(g, a2)
    g, dW2, db2 = conv2d_backward(g, p1, W2, b2, padding=1)
    g = max_pool2d_backward(g, h1, 2, output=p1)
    g = relu_backward(g, a1)
    _, dW1, db1 = conv2d_backward(g, images, W1, b1, padding=1)
    return float(loss), CNNParameters._make((dW1, db1, dW2, db2, dW3, db3))


def _layers(
    parameters: CNNParameters, images: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Return what every layer puts out, from the first to the logits."""
    W1, b1, W2, b2, W3, b3 = parameters
    images = _checked_images(images, W1, W2, W3)
    a1 = conv2d(images, W1, b1, padding=1)  # (N, C1, H, W)
    h1 = relu(a1)
    p1 = max_pool2d(h1, 2)  # (N, C1, H/2, W/2)
    a2 = conv2d(p1, W2, b2, padding=1)  # (N, C2, H/2, W/2)
    h2 = relu(a2)
    p2 = max_pool2d(h2, 2)  # (N, C2, H/4, W/4)
    features = p2.reshape(len(p2), W3.shape[1])
    logits = linear(features, W3, b3)  # (N, K)
    return a1, h1, p1, a2, h2, p2, features, logits


def _checked_images(
    images: np.ndarray, W1: np.ndarray, W2: np.ndarray, W3: np.ndarray
) -> np.ndarray:
    """Return `images`; raise unless they are what the parameters are for."""
    x = _checks.floating_like("images", images, "parameters", W1)
    _, _, H, W = _checks.shape("images", x, ("N", 1, "H", "W"))
    cells = len(W2) * (H // 4) * (W // 4)
    if cells != W3.shape[1]:
        raise ValueError(
            f"images must have the size parameters are for, which leaves "
            f"{W3.shape[1]} features, got images.shape={x.shape}, which "
            f"leaves {cells}"
        )
    return x


def _checked_labels(
    labels: np.ndarray, images: int, classes: int
) -> np.ndarray:
    """Return `labels`; raise unless there is one class for each image."""
    y = np.asarray(labels)
    if not np.issubdtype(y.dtype, np.integer):
        raise TypeError(f"labels must be integer, got labels.dtype={y.dtype}")
    _checks.shape("labels", y, (images,))
    if y.size and not 0 <= y.min() <= y.max() < classes:
        raise ValueError(
            f"labels must be in [0, {classes}), got labels from {y.min()} to "
            f"{y.max()}"
        )
    return y
