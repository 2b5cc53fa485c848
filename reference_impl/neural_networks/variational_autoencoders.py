"""Variational autoencoders: an encoder to distributions, a decoder of draws.

Page: docs/neural-networks/variational-autoencoders.md.

Axes: N examples, D features of an example, k latent variables.
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
    Gradients,
    Module,
    named,
)
from reference_impl.neural_networks.evidence_lower_bound import (
    VAELoss,
    VAEOutput,
    vae_loss,
    vae_loss_backward,
)
from reference_impl.neural_networks.feedforward_network import (
    FeedForward,
    check_sizes,
)
from reference_impl.neural_networks.gaussian_latents import (
    reparameterize,
    reparameterize_backward,
)
from reference_impl.neural_networks.optimizers import SGD, Adam
from reference_impl.neural_networks.output_units import sigmoid

__all__ = [
    "VariationalAutoencoder",
    "vae_train",
]


class VariationalAutoencoder(Module):
    """An encoder to normal distributions, and a decoder to probabilities.

    Parameters
    ----------
    sizes : sequence of at least two int
        D, the sizes of the encoder's hidden layers, and k last. The encoder
        puts out 2 k numbers, the decoder has the sizes in reverse.
    activation : str, default "relu"
        Of hidden layers.
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
    Kingma and Welling 2014, *Auto-encoding variational Bayes*, appendix C.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import VariationalAutoencoder
    >>> model = VariationalAutoencoder((64, 32, 2), generator=0)
    >>> mean, log_variance = model.encode(np.ones((7, 64), np.float32))
    >>> mean.shape, model.decode(mean).shape
    ((7, 2), (7, 64))
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        *,
        dtype: Any = np.float32,
        generator: Generator = None,
    ) -> None:
        self.sizes = check_sizes(sizes)
        rng = np.random.default_rng(generator)
        *before, k = self.sizes
        self.encoder = FeedForward(
            (*before, 2 * k), activation, dtype=dtype, generator=rng
        )
        self.decoder = FeedForward(
            self.sizes[::-1], activation, dtype=dtype, generator=rng
        )
        self.dtype = np.dtype(dtype)
        super().__init__(
            layers={"encoder": self.encoder, "decoder": self.decoder}
        )

    def encode(self, input: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and log_variance (..., k) of q(z | x)."""
        mean, log_variance = np.split(self.encoder(input), 2, axis=-1)
        return mean, log_variance

    def decode(self, code: np.ndarray) -> np.ndarray:
        """Return the probabilities (..., D) that the features are on."""
        return sigmoid(self.decoder(code))

    def sample(self, number: int, generator: Generator = None) -> np.ndarray:
        """Return new examples (number, D): decoded draws from N(0, I)."""
        rng = np.random.default_rng(generator)
        number = _checks.integer("number", number, 0)
        z = rng.standard_normal((number, self.sizes[-1]))
        return self.decode(z.astype(self.dtype))

    def vjp(
        self, input: np.ndarray, epsilon: np.ndarray
    ) -> tuple[VAEOutput, Any]:
        """Return the output of an input (N, D), and the pullback.

        `epsilon` (N, k) is what z is drawn with. The pullback takes a
        `VAEOutput` of gradients and returns those to input and epsilon.
        """
        latent, encoder_back = named("encoder", self.encoder.vjp)(input)
        mean, log_variance = np.split(latent, 2, axis=-1)
        z = reparameterize(mean, log_variance, epsilon)
        logits, decoder_back = named("decoder", self.decoder.vjp)(z)

        def back(g: VAEOutput) -> Gradients:
            (to_z,), decoder = decoder_back(g.logits)
            through = reparameterize_backward(
                to_z, mean, log_variance, epsilon
            )
            to_latent = np.concatenate(
                [
                    g.mean + through.mean,
                    g.log_variance + through.log_variance,
                ],
                axis=-1,
            )
            (to_input,), encoder = encoder_back(to_latent)
            return Gradients((to_input, through.epsilon), encoder | decoder)

        return VAEOutput(logits, mean, log_variance), back

    def loss_and_gradients(
        self, input: np.ndarray, epsilon: np.ndarray, beta: float = 1.0
    ) -> tuple[VAELoss, dict[str, np.ndarray]]:
        """Return `vae_loss` with the input as target, and its gradients.

        Parameters
        ----------
        input : ndarray of shape (N, D), dtype of the model
            In [0, 1].
        epsilon : ndarray of shape (N, k), dtype of the model
            One draw from N(0, I) for each example.
        beta : float, default 1

        Returns
        -------
        loss : VAELoss
        gradients : dict of str to ndarray
            With the names of `parameters`.
        """
        output, pullback = self.vjp(input, epsilon)
        loss = vae_loss(output, input, beta)
        g = vae_loss_backward(1.0, output, input, beta)
        return loss, pullback(g).parameters


def vae_train(
    model: VariationalAutoencoder,
    inputs: np.ndarray,
    epochs: int,
    optimizer: SGD | Adam,
    rng: int | np.random.Generator,
    batch_size: int = 64,
    beta: float = 1.0,
) -> Iterator[VAELoss]:
    """Train epoch by epoch, and yield the mean loss of each.

    Parameters
    ----------
    model : VariationalAutoencoder
        Its parameters change in place.
    inputs : ndarray of shape (N, D), dtype of the model
        In [0, 1]; N is at least 1.
    epochs : int
        How often to go through the inputs.
    optimizer : SGD or Adam
        Made for ``model.parameters()``.
    rng : int or numpy.random.Generator
        Chooses the order of the examples and draws epsilon.
    batch_size : int, default 64
        The last batch of an epoch may be smaller.
    beta : float, default 1
        As in `vae_loss`.

    Yields
    ------
    VAELoss
        Means of the batches' losses, each as it was before its step.

    Raises
    ------
    TypeError
        If `inputs` has not the dtype of the model or a size is not an int.
    ValueError
        If `inputs` has another shape, no rows or an entry outside [0, 1],
        `epochs` or `beta` is negative or `batch_size` is less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Adam, VariationalAutoencoder, vae_train
    >>> rng = np.random.default_rng(0)
    >>> x = rng.integers(0, 2, (60, 1)) * np.ones(5)  # all on, or all off
    >>> model = VariationalAutoencoder((5, 8, 1), dtype=float, generator=0)
    >>> adam = Adam(model.parameters(), lr=0.02)
    >>> *_, last = vae_train(model, x, 60, adam, rng, batch_size=20)
    >>> last.reconstruction < 1  # it began at 5 log(2)
    True
    """
    x = check_training("inputs", inputs, model.sizes[0], model.dtype)
    epochs = _checks.integer("epochs", epochs, 0)
    batch_size = _checks.integer("batch_size", batch_size, 1)
    rng = _checks.generator("rng", rng)
    for _ in range(epochs):
        losses = []
        for batch in minibatches(x, batch_size, rng):
            epsilon = rng.standard_normal((len(batch), model.sizes[-1]))
            loss, gradients = model.loss_and_gradients(
                batch, epsilon.astype(model.dtype), beta
            )
            optimizer.step(gradients)
            losses.append(loss)
        yield VAELoss(*map(float, np.mean(losses, axis=0)))
