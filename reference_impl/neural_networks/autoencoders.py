"""Autoencoders: a network that learns to put its input out again.

Page: docs/neural-networks/autoencoders.md.

Axes: N examples, D features of an example, k features of its code.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._minibatches import (
    check_training,
    minibatches,
)
from reference_impl.neural_networks._modules import (
    Generator,
    Module,
    Pullback,
    chain,
    named,
)
from reference_impl.neural_networks.feedforward_network import FeedForward
from reference_impl.neural_networks.loss_functions import (
    mse_loss,
    mse_loss_backward,
)
from reference_impl.neural_networks.optimizers import SGD, Adam

__all__ = ["Autoencoder", "autoencoder_train"]


class Autoencoder(Module):
    """An encoder to a code of k numbers, and a decoder back.

    Parameters
    ----------
    sizes : sequence of at least two int
        D, the sizes of the encoder's hidden layers, and k last. The decoder
        has the same sizes the other way round. With two sizes both are
        linear.
    activation : str, default "relu"
        Of hidden layers; neither the code nor the output has one.
    dtype : floating dtype, default numpy.float32
    generator : int or numpy.random.Generator, optional
        Where the weights are drawn from. Anew each time when None.

    Attributes
    ----------
    encoder, decoder : FeedForward

    Raises
    ------
    TypeError, ValueError
        As `FeedForward`.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, chapter 14. Hinton
    and Salakhutdinov 2006, *Reducing the dimensionality of data with neural
    networks*.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Autoencoder
    >>> model = Autoencoder((64, 32, 5), generator=0)
    >>> x = np.ones((7, 64), np.float32)
    >>> model.encode(x).shape, model(x).shape
    ((7, 5), (7, 64))
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        rng = np.random.default_rng(generator)
        self.encoder = FeedForward(
            sizes, activation, dtype=dtype, generator=rng
        )
        self.decoder = FeedForward(
            sizes[::-1], activation, dtype=dtype, generator=rng
        )
        self.sizes, self.dtype = self.encoder.sizes, np.dtype(dtype)
        super().__init__(
            layers={"encoder": self.encoder, "decoder": self.decoder}
        )

    def encode(self, input: np.ndarray) -> np.ndarray:
        """Return the code (..., k) of an input (..., D)."""
        return self.encoder(input)

    def decode(self, code: np.ndarray) -> np.ndarray:
        """Return the output (..., D) of a code (..., k)."""
        return self.decoder(code)

    def vjp(self, input: np.ndarray) -> tuple[np.ndarray, Pullback]:
        """Return the reconstruction of an input (..., D), and the pullback."""
        return chain(
            named("encoder", self.encoder.vjp),
            named("decoder", self.decoder.vjp),
        )(input)

    def loss_and_gradients(
        self, input: np.ndarray, target: np.ndarray | None = None
    ) -> tuple[float, dict[str, np.ndarray]]:
        """Return the mean squared error and its gradients by parameter.

        Parameters
        ----------
        input : ndarray of shape (N, D), dtype of the model
        target : ndarray of shape (N, D), dtype of the model, optional
            What should come out; the input itself when None. With noise on
            the input alone this is a denoising autoencoder.

        Returns
        -------
        loss : float
            The mean over examples and features.
        gradients : dict of str to ndarray
            With the names of `parameters`.
        """
        target = input if target is None else target
        output, pullback = self.vjp(input)
        loss = mse_loss(output, target)
        g = mse_loss_backward(1.0, output, target).input
        return float(loss), pullback(g).parameters


def autoencoder_train(
    model: Autoencoder,
    inputs: np.ndarray,
    epochs: int,
    optimizer: SGD | Adam,
    rng: int | np.random.Generator,
    batch_size: int = 64,
) -> Iterator[float]:
    """Train epoch by epoch, and yield the mean loss of each.

    Parameters
    ----------
    model : Autoencoder
        Its parameters change in place.
    inputs : ndarray of shape (N, D), dtype of the model
        N is at least 1.
    epochs : int
        How often to go through the inputs.
    optimizer : SGD or Adam
        Made for ``model.parameters()``.
    rng : int or numpy.random.Generator
        Chooses the order of the examples.
    batch_size : int, default 64
        The last batch of an epoch may be smaller.

    Yields
    ------
    float
        Mean of the batches' losses, each as it was before its step.

    Raises
    ------
    TypeError
        If `inputs` has not the dtype of the model or a size is not an int.
    ValueError
        If `inputs` has another shape or no rows, `epochs` is negative or
        `batch_size` is less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Adam, Autoencoder, autoencoder_train
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((50, 1)) * np.array([1.0, 2.0, 3.0])
    >>> model = Autoencoder((3, 1), dtype=np.float64, generator=rng)
    >>> adam = Adam(model.parameters(), lr=0.01)
    >>> *_, last = autoencoder_train(model, x, 200, adam, rng, batch_size=10)
    >>> last < 1e-6  # a line has one dimension
    True
    """
    x = check_training("inputs", inputs, model.sizes[0], model.dtype)
    epochs = _checks.integer("epochs", epochs, 0)
    batch_size = _checks.integer("batch_size", batch_size, 1)
    rng = _checks.generator("rng", rng)
    for _ in range(epochs):
        losses = []
        for batch in minibatches(x, batch_size, rng):
            loss, gradients = model.loss_and_gradients(batch)
            optimizer.step(gradients)
            losses.append(loss)
        yield float(np.mean(losses))
