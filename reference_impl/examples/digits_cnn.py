"""Train a small convolutional network on scikit-learn's handwritten digits.

Run ``python -m reference_impl.examples.digits_cnn --help``. The network is
that of `reference_impl.convolutional_networks.implementing_a_cnn`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reference_impl.convolutional_networks.implementing_a_cnn import (
    CNNParameters,
    cnn_forward,
    cnn_init,
)
from reference_impl.convolutional_networks.training_a_cnn import (
    CNNEpoch,
    cnn_train,
)
from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    positive,
    require_extras,
    share,
)

__all__ = ["accuracy", "draw", "load_digits", "main"]


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, report, draw; return the accuracy on the images held out.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    float
        Part of the held-out images that are classified correctly.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    options = _options(arguments)
    require_extras("digits_cnn")
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    train, test = load_digits(options.seed)
    epochs = cnn_train(
        cnn_init(rng),
        *train,
        options.epochs,
        rng,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        momentum=options.momentum,
    )
    history: list[CNNEpoch] = []
    scores: list[float] = []
    with tqdm(epochs, "training", options.epochs, unit="epoch") as bar:
        for epoch in bar:
            history.append(epoch)
            scores.append(accuracy(epoch.parameters, *test))
            bar.set_postfix(loss=np.mean(epoch.losses), held_out=scores[-1])
    print(f"accuracy on {len(test[0])} held-out digits: {scores[-1]:.2%}")
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "digits_cnn.png"
    draw(history, scores, path)
    print(f"loss and filters: {path}")
    return scores[-1]


def load_digits(
    seed: int,
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return ((images, labels) to learn from, (images, labels) held out).

    Parameters
    ----------
    seed : int
        Chooses the fifth of each class that is held out.

    Returns
    -------
    train, test : tuple of ndarray
        Images of shape (N, 1, 8, 8), float32 in [0, 1], and labels (N,).
    """
    from sklearn.datasets import load_digits as load
    from sklearn.model_selection import train_test_split

    images, labels = load(return_X_y=True)
    images = images.reshape(-1, 1, 8, 8).astype(np.float32) / 16
    x, x_test, y, y_test = train_test_split(
        images, labels, test_size=0.2, stratify=labels, random_state=seed
    )
    return (x, y), (x_test, y_test)


def accuracy(
    parameters: CNNParameters, images: np.ndarray, labels: np.ndarray
) -> float:
    """Return the part of the images whose largest logit is the label's."""
    predicted = cnn_forward(parameters, images).argmax(axis=1)
    return float(np.mean(predicted == labels))


def draw(
    history: Sequence[CNNEpoch], scores: Sequence[float], path: Path
) -> None:
    """Draw the loss, the accuracy and the first layer's filters to a file.

    Parameters
    ----------
    history : sequence of CNNEpoch
    scores : sequence of float
        Accuracy after each epoch.
    path : Path
        The image to write; its suffix is the format.
    """
    figure = new_figure(9, 4)
    halves = figure.add_gridspec(1, 2)
    left = figure.add_subfigure(halves[0])
    right = figure.add_subfigure(halves[1])
    above, below = left.subplots(2, 1, sharex=True)
    epochs = np.arange(1, len(history) + 1)
    above.semilogy(epochs, [np.mean(epoch.losses) for epoch in history])
    above.set_ylabel("training loss")
    below.plot(epochs, np.multiply(scores, 100))
    below.set(xlabel="epoch", ylabel="held-out accuracy in %")
    filters = history[-1].parameters.conv1_weight[:, 0]
    bound = np.abs(filters).max()
    right.suptitle(f"{len(filters)} filters, from -{bound:.2f} to {bound:.2f}")
    for axes, kernel in zip(right.subplots(4, 4).flat, filters, strict=True):
        axes.imshow(kernel, cmap="RdBu", vmin=-bound, vmax=bound)
        axes.axis("off")
    figure.savefig(path, dpi=120)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    command = parser(
        "digits_cnn", "Train a small CNN, written in NumPy, on 8x8 digits."
    )
    add = command.add_argument
    add("--epochs", type=at_least_one, default=20, help="training passes")
    add("--batch-size", type=at_least_one, default=16, help="images a step")
    add("--learning-rate", type=positive, default=0.05, help="step size")
    add("--momentum", type=share, default=0.9, help="velocity kept")
    return command.parse_args(arguments)


if __name__ == "__main__":
    main()
