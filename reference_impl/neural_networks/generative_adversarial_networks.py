"""Generative adversarial networks: a generator, and a critic to please.

Page: docs/neural-networks/generative-adversarial-networks.md.

Axes: N real examples, M draws of noise, D features of an example, k of the
noise.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks._minibatches import check_training
from reference_impl.neural_networks._modules import Generator
from reference_impl.neural_networks.adversarial_values import (
    gan_value,
    gan_value_backward,
    generator_loss,
    generator_loss_backward,
)
from reference_impl.neural_networks.feedforward_network import FeedForward
from reference_impl.neural_networks.optimizers import SGD, Adam

__all__ = ["GAN", "GANStep", "gan_train"]

Loss = tuple[float, dict[str, np.ndarray]]


class GAN:
    """A generator of examples and a discriminator that judges them.

    Parameters
    ----------
    generator : FeedForward
        From k numbers of noise to the D features of an example.
    discriminator : FeedForward
        From D features to one logit; of the dtype of the generator.

    Raises
    ------
    TypeError
        If the dtypes differ.
    ValueError
        If the sizes do not fit.

    References
    ----------
    Goodfellow et al. 2014, *Generative adversarial nets*.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import GAN, FeedForward
    >>> gan = GAN(FeedForward((3, 8, 2), generator=0),
    ...           FeedForward((2, 8, 1), generator=1))
    >>> gan.sample(5, generator=2).shape
    (5, 2)
    """

    def __init__(
        self, generator: FeedForward, discriminator: FeedForward
    ) -> None:
        features = generator.sizes[-1]
        if discriminator.sizes[0] != features or discriminator.sizes[-1] != 1:
            raise ValueError(
                f"discriminator must have sizes ({features}, ..., 1), got "
                f"discriminator.sizes={discriminator.sizes}"
            )
        self.generator, self.discriminator = generator, discriminator
        self.dtype, other = (
            next(iter(network.parameters().values())).dtype
            for network in (generator, discriminator)
        )
        if other != self.dtype:
            raise TypeError(
                "discriminator must have the dtype of generator, got "
                f"discriminator.dtype={other}, generator.dtype={self.dtype}"
            )

    def noise(self, number: int, generator: Generator = None) -> np.ndarray:
        """Return draws of z from N(0, I), shape (number, k)."""
        rng = np.random.default_rng(generator)
        number = _checks.integer("number", number, 0)
        z = rng.standard_normal((number, self.generator.sizes[0]))
        return z.astype(self.dtype)

    def sample(self, number: int, generator: Generator = None) -> np.ndarray:
        """Return generated examples, shape (number, D)."""
        return self.generator(self.noise(number, generator))

    def discriminator_loss_and_gradients(
        self, real: np.ndarray, z: np.ndarray
    ) -> Loss:
        """Return minus the value, and its gradients to the discriminator.

        To descend minus the value is to ascend the value. The generator is
        held fixed.

        Parameters
        ----------
        real : ndarray of shape (N, D), dtype of the networks
        z : ndarray of shape (M, k), dtype of the networks

        Returns
        -------
        loss : float
        gradients : dict of str to ndarray
            With the names of ``discriminator.parameters()``.
        """
        both = np.concatenate([real, self.generator(z)])
        logits, pullback = self.discriminator.vjp(both)
        parts = np.split(logits[:, 0], [len(real)])
        g = np.concatenate(gan_value_backward(-1.0, *parts))
        return -float(gan_value(*parts)), pullback(g[:, None]).parameters

    def generator_loss_and_gradients(
        self, z: np.ndarray, saturating: bool = False
    ) -> Loss:
        """Return `generator_loss`, and its gradients to the generator.

        The discriminator is held fixed; the gradient goes through it.

        Parameters
        ----------
        z : ndarray of shape (M, k), dtype of the networks
        saturating : bool, default False

        Returns
        -------
        loss : float
        gradients : dict of str to ndarray
            With the names of ``generator.parameters()``.
        """
        fake, generator_back = self.generator.vjp(z)
        logits, discriminator_back = self.discriminator.vjp(fake)
        a = logits[:, 0]
        g = generator_loss_backward(1.0, a, saturating)
        (to_fake,), _ = discriminator_back(g[:, None])
        loss = float(generator_loss(a, saturating))
        return loss, generator_back(to_fake).parameters


class GANStep(NamedTuple):
    """The value and the generator's loss, each as it was before its step."""

    value: float
    generator_loss: float


def gan_train(
    gan: GAN,
    examples: np.ndarray,
    steps: int,
    discriminator_optimizer: SGD | Adam,
    generator_optimizer: SGD | Adam,
    rng: int | np.random.Generator,
    batch_size: int = 64,
    saturating: bool = False,
) -> Iterator[GANStep]:
    """Take turns: a step of the discriminator, a step of the generator.

    Parameters
    ----------
    gan : GAN
        The parameters of both networks change in place.
    examples : ndarray of shape (N, D), dtype of the networks
        N is at least 1.
    steps : int
        Steps of each network.
    discriminator_optimizer : SGD or Adam
        Made for ``gan.discriminator.parameters()``.
    generator_optimizer : SGD or Adam
        Made for ``gan.generator.parameters()``.
    rng : int or numpy.random.Generator
        Draws the real examples, with replacement, and the noise.
    batch_size : int, default 64
        Real examples, and generated ones, of a step.
    saturating : bool, default False
        As in `generator_loss`.

    Yields
    ------
    GANStep

    Raises
    ------
    TypeError
        If `examples` has not the dtype of the networks or a size is no int.
    ValueError
        If `examples` has another shape or no rows, `steps` is negative or
        `batch_size` is less than 1.

    References
    ----------
    Goodfellow et al. 2014, *Generative adversarial nets*, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import GAN, Adam, FeedForward, gan_train
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(3.0, 0.5, (500, 1))
    >>> gan = GAN(FeedForward((1, 8, 1), dtype=float, generator=rng),
    ...           FeedForward((1, 8, 1), dtype=float, generator=rng))
    >>> optimizers = (Adam(gan.discriminator.parameters(), 0.01),
    ...               Adam(gan.generator.parameters(), 0.01))
    >>> for _ in gan_train(gan, x, 400, *optimizers, rng):
    ...     pass
    >>> print(abs(gan.sample(1000, rng).mean() - 3) < 0.5)
    True
    """
    x = check_training(
        "examples", examples, gan.generator.sizes[-1], gan.dtype
    )
    steps = _checks.integer("steps", steps, 0)
    batch_size = _checks.integer("batch_size", batch_size, 1)
    rng = _checks.generator("rng", rng)
    for _ in range(steps):
        real = x[rng.integers(0, len(x), batch_size)]
        loss, gradients = gan.discriminator_loss_and_gradients(
            real, gan.noise(batch_size, rng)
        )
        discriminator_optimizer.step(gradients)
        generated, gradients = gan.generator_loss_and_gradients(
            gan.noise(batch_size, rng), saturating
        )
        generator_optimizer.step(gradients)
        yield GANStep(-loss, generated)
