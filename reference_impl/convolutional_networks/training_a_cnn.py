"""Train the small convolutional network by gradient descent with momentum.

Page: docs/convolutional-networks/implementing-a-cnn.md.

Axes: N images, H and W their height and width.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.convolutional_networks.implementing_a_cnn import (
    CNNParameters,
    cnn_loss_and_gradients,
)

__all__ = ["cnn_step", "CNNEpoch", "cnn_train"]


def cnn_step(
    parameters: CNNParameters,
    gradients: CNNParameters,
    velocity: CNNParameters,
    learning_rate: float,
    momentum: float,
) -> tuple[CNNParameters, CNNParameters]:
    """Return the parameters and the velocity after one step of SGD.

    Parameters
    ----------
    parameters, gradients, velocity : CNNParameters
        The velocity is zero before the first step.
    learning_rate : float
        Step size.
    momentum : float
        Part of the velocity that is kept.

    Returns
    -------
    parameters, velocity : CNNParameters
        velocity = momentum * velocity + gradient, and
        parameter = parameter - learning_rate * velocity.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 8.2.
    PyTorch, ``torch.optim.SGD``, in whose form the learning rate stands
    outside the velocity.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import CNNParameters, cnn_step
    >>> ones = CNNParameters(*[np.ones(1)] * 6)
    >>> parameters, velocity = cnn_step(ones, ones, ones, 0.5, momentum=0.5)
    >>> parameters.conv1_bias, velocity.conv1_bias
    (array([0.25]), array([1.5]))
    """
    velocity = CNNParameters(
        *(momentum * v + g for v, g in zip(velocity, gradients, strict=True))
    )
    parameters = CNNParameters(
        *(
            p - learning_rate * v
            for p, v in zip(parameters, velocity, strict=True)
        )
    )
    return parameters, velocity


class CNNEpoch(NamedTuple):
    """The state after a pass through the images."""

    parameters: CNNParameters
    losses: list[float]  # of each mini-batch, before its step


def cnn_train(
    parameters: CNNParameters,
    images: np.ndarray,
    labels: np.ndarray,
    epochs: int,
    rng: int | np.random.Generator,
    batch_size: int = 16,
    learning_rate: float = 0.05,
    momentum: float = 0.9,
) -> Iterator[CNNEpoch]:
    """Train by mini-batches, and yield the state after every epoch.

    Parameters
    ----------
    parameters : CNNParameters
        Where to start; left as they are.
    images : ndarray of shape (N, 1, H, W), dtype of the parameters
    labels : ndarray of shape (N,), integer
    epochs : int
        How many times to pass through all images.
    rng : int or numpy.random.Generator
        Shuffles the images before each pass.
    batch_size : int, default 16
        Images in a mini-batch; the last of an epoch may have fewer.
    learning_rate : float, default 0.05
    momentum : float, default 0.9

    Yields
    ------
    CNNEpoch

    Raises
    ------
    TypeError
        If a size is not an int, or as `cnn_loss_and_gradients`.
    ValueError
        If a size or rate is out of range, or as `cnn_loss_and_gradients`.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import cnn_init, cnn_train
    >>> rng = np.random.default_rng(0)
    >>> images = rng.random((20, 1, 8, 8), np.float32)
    >>> labels = np.arange(20) % 10
    >>> history = list(cnn_train(cnn_init(rng), images, labels, 30, rng))
    >>> history[-1].losses[0] < history[0].losses[0] / 5
    True
    """
    size = _checks.integer("batch_size", batch_size, 1)
    rate = _checks.real("learning_rate", learning_rate, 0)
    kept = _checks.real("momentum", momentum, 0, 1)
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            "images must be as many as labels and at least 1, got "
            f"len(images)={len(images)}, len(labels)={len(labels)}"
        )
    rng = _checks.generator("rng", rng)
    velocity = CNNParameters(*map(np.zeros_like, parameters))
    for _ in range(_checks.integer("epochs", epochs, 0)):
        losses = []
        order = rng.permutation(len(images))
        for start in range(0, len(images), size):
            batch = order[start : start + size]
            loss, gradients = cnn_loss_and_gradients(
                parameters, images[batch], labels[batch]
            )
            parameters, velocity = cnn_step(
                parameters, gradients, velocity, rate, kept
            )
            losses.append(loss)
        yield CNNEpoch(parameters, losses)
