"""Variational autoencoders: an encoder to distributions, a decoder of draws.

Page: docs/neural-networks/variational-autoencoders.md.

Axes: N examples, D features of an example, k latent variables.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

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
from reference_impl.neural_networks.bernoulli_losses import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
)
from reference_impl.neural_networks.feedforward_network import (
    FeedForward,
    check_sizes,
)
from reference_impl.neural_networks.gaussian_latents import (
    kl_to_standard_normal,
    kl_to_standard_normal_backward,
    reparameterize,
    reparameterize_backward,
)
from reference_impl.neural_networks.optimizers import SGD, Adam
from reference_impl.neural_networks.output_units import sigmoid

__all__ = [
    "VAELoss",
    "vae_loss",
    "vae_loss_backward",
    "VAEOutput",
    "VariationalAutoencoder",
    "vae_train",
]


class VAEOutput(NamedTuple):
    """What the network makes of a batch, or the gradients to it."""

    logits: np.ndarray  # (N, D)
    mean: np.ndarray  # (N, k)
    log_variance: np.ndarray  # (N, k)


class VAELoss(NamedTuple):
    """Minus the ELBO and its two parts, each the mean over the examples.

    loss = reconstruction + beta * divergence; all in nats.
    """

    loss: float
    reconstruction: float
    divergence: float


def vae_loss(
    output: VAEOutput, target: np.ndarray, beta: float = 1.0
) -> VAELoss:
    """Return minus the evidence lower bound (ELBO), a mean over examples.

    Both parts are sums over what belongs to an example: cross-entropies over
    its D features, divergences over its k latent variables.

    Parameters
    ----------
    output : VAEOutput
        What `VariationalAutoencoder` returned.
    target : ndarray of shape (N, D), dtype of the output
        Features in [0, 1]: the probabilities that a pixel is on.
    beta : float, default 1
        Weight of the divergence, at least 0. With 1 it is minus the ELBO.

    Returns
    -------
    VAELoss
        A named tuple (loss, reconstruction, divergence).

    Raises
    ------
    TypeError
        If an array is not floating, dtypes differ, or `output` is no
        VAEOutput.
    ValueError
        If a shape does not fit, a target is not in [0, 1], N is 0 or `beta`
        is negative.

    References
    ----------
    Kingma and Welling 2014, *Auto-encoding variational Bayes*, equation 10.
    Higgins et al. 2017, *beta-VAE*, equation 4.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import VAEOutput, vae_loss
    >>> output = VAEOutput(np.zeros((1, 3)), np.ones((1, 2)), np.zeros((1, 2)))
    >>> loss = vae_loss(output, np.ones((1, 3)))
    >>> print(f"{loss.reconstruction:.4f} {loss.divergence}")  # 3 log(2), 1
    2.0794 1.0
    """
    beta = _checks.real("beta", beta, 0)
    x = _one_each(output, target)
    errors = binary_cross_entropy_with_logits(
        output.logits, x, reduction="sum"
    )
    reconstruction = float(errors) / len(x)
    divergence = float(kl_to_standard_normal(output.mean, output.log_variance))
    return VAELoss(
        reconstruction + beta * divergence, reconstruction, divergence
    )


def vae_loss_backward(
    grad_output: float,
    output: VAEOutput,
    target: np.ndarray,
    beta: float = 1.0,
) -> VAEOutput:
    """Return the gradients of the loss to logits, mean and log_variance."""
    x = _one_each(output, target)
    to_logits = binary_cross_entropy_with_logits_backward(
        grad_output / len(x), output.logits, x, reduction="sum"
    ).input
    to_latents = kl_to_standard_normal_backward(
        grad_output * beta, output.mean, output.log_variance
    )
    return VAEOutput(to_logits, *to_latents)


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


def _one_each(output: VAEOutput, target: np.ndarray) -> np.ndarray:
    """Return `target`; raise unless each example of it has an output."""
    if not isinstance(output, VAEOutput):
        raise TypeError(f"output must be a VAEOutput, got output={output!r}")
    x = _checks.floating("target", target)
    N, _ = _checks.shape("target", x, ("N", "D"))
    if N == 0 or len(output.mean) != N:
        raise ValueError(
            "target must have one row for each row of output, and at least "
            f"one, got target.shape={x.shape}, "
            f"output.mean.shape={np.shape(output.mean)}"
        )
    return x
