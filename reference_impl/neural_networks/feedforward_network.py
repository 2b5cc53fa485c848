"""Linear layers with an activation function between them.

Page: docs/neural-networks/autoencoders.md.

Axes: N examples, m features that go in, d that come out.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks import _activations
from reference_impl.neural_networks._modules import (
    Generator,
    Module,
    Pullback,
    Step,
    chain,
    named,
    pointwise,
)
from reference_impl.neural_networks.transformer_layers import Linear

__all__ = ["FeedForward"]


class FeedForward(Module):
    """A feedforward network: linear, activation, linear, ..., linear.

    Parameters have the names that ``torch.nn.Sequential(Linear, ReLU, Linear,
    ...)`` gives them.

    Parameters
    ----------
    sizes : sequence of at least two int
        Features that go in, those of each hidden layer, those that come out.
    activation : str, default "relu"
        Between the layers: the name of an activation function.
    output_activation : str, default "identity"
        Behind the last layer.
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where the weights are drawn from, as `Linear` draws them. Anew each
        time when None.

    Raises
    ------
    TypeError
        If a size is not an int or `dtype` is not floating.
    ValueError
        If there are fewer than two sizes, one is less than 1 or an activation
        is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, chapter 6.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import FeedForward
    >>> network = FeedForward((3, 5, 2), generator=0)
    >>> y, pullback = network.vjp(np.ones((4, 3), np.float32))
    >>> y.shape, pullback(y).inputs[0].shape, list(network.parameters())
    ((4, 2), (4, 3), ['0.weight', '0.bias', '2.weight', '2.bias'])
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        output_activation: str = "identity",
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        self.sizes = check_sizes(sizes)
        for name in (activation, output_activation):
            _activations.check(name)
        self.activation, self.output_activation = activation, output_activation
        rng = np.random.default_rng(generator)
        super().__init__(
            layers={
                str(2 * i): Linear(m, d, dtype=dtype, generator=rng)
                for i, (m, d) in enumerate(pairwise(self.sizes))
            }
        )

    def vjp(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the output (..., d) of an input (..., m), and the pullback."""
        between, last = (
            pointwise(*_activations.ACTIVATIONS[name])
            for name in (self.activation, self.output_activation)
        )
        steps: list[Step] = []
        for name, layer in self._layers.items():
            steps += [between] * bool(steps) + [named(name, layer.vjp)]
        if self.output_activation != "identity":
            steps.append(last)
        return chain(*steps)(input)


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes of a network's layers once checked."""
    if isinstance(sizes, str) or not isinstance(sizes, Sequence):
        raise TypeError(f"sizes must be a tuple of ints, got sizes={sizes!r}")
    if len(sizes) < 2:
        raise ValueError(
            f"sizes must have at least two entries, got sizes={sizes}"
        )
    return tuple(
        _checks.integer(f"sizes[{i}]", n, 1) for i, n in enumerate(sizes)
    )
