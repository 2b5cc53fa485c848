"""How a gradient's norm changes with depth.

Page: docs/neural-networks/vanishing-and-exploding-gradients.md.

Axes: N examples, D units of a layer. A layer is h -> phi(h W^T + b), with a
skip connection h -> h + c * phi(h W^T + b).
"""

from collections.abc import Callable

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.activation_functions import (
    tanh,
    tanh_backward,
)
from reference_impl.neural_networks.hidden_units import relu, relu_backward
from reference_impl.neural_networks.initialization import xavier_normal
from reference_impl.neural_networks.output_units import (
    sigmoid,
    sigmoid_backward,
)

__all__ = ["gradient_norms"]

ACTIVATIONS = {
    "sigmoid": (sigmoid, sigmoid_backward),
    "tanh": (tanh, tanh_backward),
    "relu": (relu, relu_backward),
}


def gradient_norms(
    depth: int,
    activation: str = "sigmoid",
    initialize: Callable[..., np.ndarray] = xavier_normal,
    skip: bool = False,
    branch: float = 1.0,
    of: str = "weight",
    width: int = 64,
    examples: int = 128,
    seed: int = 0,
) -> np.ndarray:
    """Return the norm of the gradient in each layer, before training.

    A network of `depth` equal layers is fed normal inputs, and a random
    gradient of norm 1 enters at its output.

    Parameters
    ----------
    depth : int
        Layers.
    activation : {"sigmoid", "tanh", "relu"}, default "sigmoid"
    initialize : callable, default `xavier_normal`
        Called as ``initialize((width, width), rng=rng)``. Biases are 0.
    skip : bool, default False
        Add each layer's input to its output.
    branch : float, default 1
        c, by which a layer with a skip connection scales what it adds.
    of : {"weight", "input"}, default "weight"
        To what of the layer: its weights or its input. With rectifiers the
        two tell different things: to the weights, what an input lost on its
        way makes up for what the gradient has not lost yet.
    width, examples : int
        D units a layer, N examples.
    seed : int, default 0

    Returns
    -------
    ndarray of shape (depth,), float64
        The first layer first.

    Raises
    ------
    TypeError
        If a size is not an int or `branch` is not a number.
    ValueError
        If a size is less than 1, or `activation` or `of` is unknown.

    References
    ----------
    Glorot and Bengio 2010, figure 7. He et al. 2016, *Deep residual learning
    for image recognition*, equation 1.

    Examples
    --------
    >>> from reference_impl import gradient_norms
    >>> gradient_norms(4).round(5)
    array([0.02038, 0.05843, 0.26718, 1.0345 ])
    """
    for name, size in (
        ("depth", depth),
        ("width", width),
        ("examples", examples),
    ):
        _checks.integer(name, size, 1)
    _checks.one_of("activation", activation, tuple(ACTIVATIONS))
    _checks.one_of("of", of, ("weight", "input"))
    c = _checks.real("branch", branch)
    phi, phi_backward = ACTIVATIONS[activation]
    rng = np.random.default_rng(_checks.integer("seed", seed, 0))
    weights = [initialize((width, width), rng=rng) for _ in range(depth)]
    h, z = [rng.standard_normal((examples, width))], []
    for W in weights:
        z.append(h[-1] @ W.T)
        h.append(h[-1] + c * phi(z[-1]) if skip else phi(z[-1]))
    g = rng.standard_normal(h[-1].shape)
    g /= np.linalg.norm(g)
    norms = np.empty(depth)
    for l in reversed(range(depth)):
        delta = phi_backward(c * g if skip else g, z[l])
        g = delta @ weights[l] + (g if skip else 0)
        norms[l] = np.linalg.norm(g if of == "input" else delta.T @ h[l])
    return norms
