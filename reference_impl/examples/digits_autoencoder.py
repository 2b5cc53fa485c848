"""Train autoencoders on scikit-learn's handwritten digits.

Run ``python -m reference_impl.examples.digits_autoencoder --help``. A linear
one is held against principal components, then a deep one is trained.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    require_extras,
    save,
    tiles,
)
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.neural_networks.autoencoders import (
    Autoencoder,
    autoencoder_train,
)
from reference_impl.neural_networks.optimizers import Adam
from reference_impl.neural_networks.principal_components import (
    PCA,
    principal_angles,
)

__all__ = ["Results", "largest_angle", "main", "squared_error"]


class Results(NamedTuple):
    """What a run reports; the errors are those of the digits held out."""

    angle: float
    pca_error: float
    deep_error: float


def main(arguments: Sequence[str] | None = None) -> Results:
    """Train, report and draw.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    Results
        Largest angle between the linear autoencoder's subspace and that of
        the principal components, and mean squared errors.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("digits_autoencoder", "Train autoencoders, in NumPy.")
    add = made.add_argument
    add("--code", type=at_least_one, default=8, help="numbers in the code")
    add("--hidden", type=at_least_one, default=256, help="hidden units")
    add("--epochs", type=at_least_one, default=100, help="of the deep one")
    add("--steps", type=at_least_one, default=1000, help="of the linear one")
    options = made.parse_args(arguments)
    require_extras("digits_autoencoder")
    (x, _), (x_test, _) = load_rows(options.seed)
    pca = PCA(options.code).fit(x.astype(float))

    rng = np.random.default_rng(options.seed)
    linear = Autoencoder((64, options.code), dtype=float, generator=rng)
    centred = x - pca.mean_
    angles = [
        largest_angle(linear, pca)
        for _ in _train(linear, centred, options.steps, 0.01, rng, len(x))
    ]
    print(f"linear: largest angle to the components {angles[-1]:.1e}")

    deep = Autoencoder((64, options.hidden, options.code), generator=rng)
    losses = list(_train(deep, x, options.epochs, 2e-3, rng, 32))
    back = pca.inverse_transform(pca.transform(x_test))
    results = Results(
        angles[-1],
        squared_error(back, x_test),
        squared_error(deep(x_test), x_test),
    )
    print(f"held-out squared error, {options.code} numbers a digit:")
    print(f"  principal components {results.pca_error:.5f}")
    print(f"  deep autoencoder     {results.deep_error:.5f}")

    figure = new_figure(10, 3.4)
    left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1, 2])
    left.semilogy(angles)
    left.set(xlabel="step", title="linear: largest angle")
    middle.semilogy(losses)
    middle.set(xlabel="epoch", title="deep: training loss")
    rows = np.concatenate([x_test[:10], back[:10], deep(x_test[:10])])
    right.imshow(tiles(rows, 10), cmap="gray_r", vmin=0, vmax=1)
    right.set_title("digits, components, deep autoencoder")
    right.axis("off")
    save(figure, options.out, "digits_autoencoder")
    return results


def largest_angle(model: Autoencoder, pca: PCA) -> float:
    """Return that between the decoder's column space and the components'."""
    weight = model.parameters()["decoder.0.weight"]
    return float(principal_angles(weight, pca.components_.T)[0])


def squared_error(output: np.ndarray, target: np.ndarray) -> float:
    """Return the mean over examples and features."""
    return float(np.mean((output - target) ** 2))


def _train(
    model: Autoencoder,
    inputs: np.ndarray,
    epochs: int,
    learning_rate: float,
    rng: np.random.Generator,
    batch_size: int,
) -> Iterator[float]:
    """Train with Adam behind a progress bar, and yield the losses."""
    from tqdm import tqdm

    adam = Adam(model.parameters(), learning_rate)
    losses = autoencoder_train(model, inputs, epochs, adam, rng, batch_size)
    with tqdm(losses, "training", epochs) as bar:
        for loss in bar:
            bar.set_postfix(loss=loss, refresh=False)
            yield loss


if __name__ == "__main__":
    main()
