"""The loss of a variational autoencoder: minus the evidence lower bound.

Page: docs/neural-networks/variational-autoencoders.md.

Axes: N examples, D features of an example, k latent variables.
"""

from typing import NamedTuple

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.bernoulli_losses import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
)
from reference_impl.neural_networks.gaussian_latents import (
    kl_to_standard_normal,
    kl_to_standard_normal_backward,
)

__all__ = ["VAELoss", "vae_loss", "vae_loss_backward", "VAEOutput"]


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
