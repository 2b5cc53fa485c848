"""Train a variational autoencoder on scikit-learn's handwritten digits.

Run ``python -m reference_impl.examples.digits_vae --help``. It reports the
ELBO of digits held out and draws new digits.
"""

from collections.abc import Sequence

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    at_least_zero,
    new_figure,
    parser,
    positive,
    require_extras,
    save,
    tiles,
)
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.neural_networks.optimizers import Adam
from reference_impl.neural_networks.variational_autoencoders import (
    VAELoss,
    VariationalAutoencoder,
    vae_loss,
    vae_train,
)

__all__ = ["held_out_loss", "independent_pixels", "latent_map", "main"]


def main(arguments: Sequence[str] | None = None) -> VAELoss:
    """Train, report and draw; return the loss on the digits held out.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    VAELoss
        Minus the ELBO and its parts, in nats a digit.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("digits_vae", "Train a variational autoencoder, in NumPy.")
    add = made.add_argument
    add("--code", type=at_least_one, default=2, help="latent variables")
    add("--hidden", type=at_least_one, default=256, help="hidden units")
    add("--epochs", type=at_least_one, default=150, help="training passes")
    add("--batch-size", type=at_least_one, default=32, help="digits a step")
    add(
        "--learning-rate", type=positive, default=2e-3, help="Adam's step size"
    )
    add(
        "--beta",
        type=at_least_zero,
        default=1.0,
        help="weight of the divergence",
    )
    options = made.parse_args(arguments)
    require_extras("digits_vae")
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    (x, _), (x_test, labels) = load_rows(options.seed)
    model = VariationalAutoencoder(
        (64, options.hidden, options.code), generator=rng
    )
    adam = Adam(model.parameters(), options.learning_rate)
    history: list[VAELoss] = []
    epochs = vae_train(
        model, x, options.epochs, adam, rng, options.batch_size, options.beta
    )
    with tqdm(epochs, "training", options.epochs, unit="epoch") as bar:
        for mean in bar:
            history.append(mean)
            bar.set_postfix(loss=mean.loss, refresh=False)
    loss = held_out_loss(model, x_test, rng)
    print("held out, nats a digit:")
    print(f"  minus ELBO         {loss.reconstruction + loss.divergence:.2f}")
    print(f"  reconstruction     {loss.reconstruction:.2f}")
    print(f"  divergence         {loss.divergence:.2f}")
    print(f"  independent pixels {independent_pixels(x, x_test):.2f}")

    figure = new_figure(11, 3.8)
    left, middle, right = figure.subplots(1, 3)
    for name in ("reconstruction", "divergence"):
        left.plot([getattr(mean, name) for mean in history], label=name)
    left.set(xlabel="epoch", ylabel="nats a digit")
    left.legend()
    mean, _ = model.encode(x_test)
    middle.scatter(*mean[:, :2].T, c=labels, cmap="tab10", s=8)
    middle.set_title("means of digits held out, by class")
    whole = options.code == 2
    digits = latent_map(model, 12) if whole else model.sample(144, rng)
    right.imshow(tiles(digits, 12), cmap="gray_r", vmin=0, vmax=1)
    right.set_title("latent map" if whole else "new digits")
    right.axis("off")
    save(figure, options.out, "digits_vae")
    return loss


def held_out_loss(
    model: VariationalAutoencoder,
    x: np.ndarray,
    rng: np.random.Generator,
    draws: int = 10,
) -> VAELoss:
    """Return minus the ELBO of x and its parts, a mean over draws of z."""
    losses = []
    for _ in range(draws):
        epsilon = rng.standard_normal((len(x), model.sizes[-1]))
        output, _ = model.vjp(x, epsilon.astype(model.dtype))
        losses.append(vae_loss(output, x))
    return VAELoss(*map(float, np.mean(losses, axis=0)))


def independent_pixels(x: np.ndarray, x_test: np.ndarray) -> float:
    """Return the loss of a model without latent variables, on `x_test`.

    It predicts of each pixel its mean over `x`, as a decoder does that has
    learned to leave its input alone.
    """
    p = np.clip(x.mean(axis=0), 1e-3, 1 - 1e-3)
    terms = x_test * np.log(p) + (1 - x_test) * np.log1p(-p)
    return float(-terms.sum(axis=1).mean())


def latent_map(model: VariationalAutoencoder, side: int) -> np.ndarray:
    """Return what is decoded from a grid of z, row by row, (side**2, D).

    It reaches from -2 to 2 in both latent variables; the second grows
    upwards.
    """
    ticks = np.linspace(-2, 2, side)
    grid = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1)
    return model.decode(grid.reshape(-1, 2).astype(model.dtype))


if __name__ == "__main__":
    main()
