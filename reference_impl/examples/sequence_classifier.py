"""Train a small transformer encoder to classify sequences: digits, in pieces.

Run ``python -m reference_impl.examples.sequence_classifier --help``. An image
of 8 by 8 pixels is read as a sequence of 16 pieces of 2 by 2 pixels.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    positive,
    require_extras,
    save,
)
from reference_impl.examples.digits_cnn import load_digits
from reference_impl.neural_networks.optimizers import Adam
from reference_impl.neural_networks.transformer_models import (
    SequenceClassifier,
    transformer_step,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["accuracy", "draw", "gaze", "main", "pieces", "train"]


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, report and draw; return the accuracy on the digits held out.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    float
        Part of the held-out digits that are classified correctly.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("sequence_classifier", "Train an encoder, in NumPy.")
    add = made.add_argument
    add("--epochs", type=at_least_one, default=30, help="training passes")
    add("--batch-size", type=at_least_one, default=32, help="digits a step")
    add("--learning-rate", type=positive, default=3e-3, help="at the start")
    options = made.parse_args(arguments)
    require_extras("sequence_classifier")
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    (x, y), (x_test, y_test) = load_digits(options.seed)
    model = SequenceClassifier(4, 10, dropout=0.1, generator=rng)
    epochs = train(
        model,
        pieces(x),
        y,
        options.epochs,
        rng,
        options.batch_size,
        options.learning_rate,
    )
    losses, scores = [], []
    with tqdm(epochs, "training", options.epochs, unit="epoch") as bar:
        for loss in bar:
            losses.append(loss)
            scores.append(accuracy(model, pieces(x_test), y_test))
            bar.set_postfix(loss=loss, held_out=scores[-1])
    size = sum(p.size for p in model.parameters().values())
    print(f"numbers learned: {size}")
    print(f"accuracy on {len(y_test)} held-out digits: {scores[-1]:.2%}")

    figure = draw(losses, scores, x_test[:4], gaze(model, x_test[:4]))
    save(figure, options.out, "sequence_classifier")
    return scores[-1]


def draw(
    losses: Sequence[float],
    scores: Sequence[float],
    images: np.ndarray,
    weights: np.ndarray,
) -> "Figure":
    """Return a figure of the loss, the accuracy, and what four heads look at.

    Parameters
    ----------
    losses, scores : sequence of float
        Of each epoch.
    images : ndarray of shape (N, 1, 8, 8)
    weights : ndarray of shape (N, 4, 4, 4)
        What `gaze` returns for them.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(9, 4)
    halves = figure.add_gridspec(1, 2)
    above, below = figure.add_subfigure(halves[0]).subplots(2, 1, sharex=True)
    above.semilogy(losses)
    above.set_ylabel("training loss")
    below.plot(np.multiply(scores, 100))
    below.set(xlabel="epoch", ylabel="held-out accuracy in %")
    right = figure.add_subfigure(halves[1])
    right.suptitle("where the class token looks: digit, then 4 heads")
    rows = right.subplots(len(images), 5)
    for image, heads, row in zip(images, weights, rows, strict=True):
        for axes, picture in zip(row, [image[0], *heads], strict=True):
            axes.imshow(picture, vmin=0)
            axes.axis("off")
    return figure


def pieces(images: np.ndarray) -> np.ndarray:
    """Return images (N, 1, 8, 8) as sequences (N, 16, 4), row by row."""
    x = images.reshape(-1, 4, 2, 4, 2).swapaxes(2, 3)
    return np.ascontiguousarray(x.reshape(-1, 16, 4))


def train(
    model: SequenceClassifier,
    input: np.ndarray,
    target: np.ndarray,
    epochs: int,
    rng: np.random.Generator,
    batch_size: int = 32,
    learning_rate: float = 3e-3,
) -> Iterator[float]:
    """Train by mini-batches of Adam, its rate falling to 0 along a line.

    Parameters
    ----------
    model : SequenceClassifier
        Its parameters move.
    input : ndarray of shape (N, T, I)
    target : ndarray of shape (N,), integer
    epochs : int
    rng : numpy.random.Generator
        Shuffles, and drops where the model has a dropout.
    batch_size : int, default 32
    learning_rate : float, default 3e-3

    Yields
    ------
    float
        The mean loss of each epoch.
    """
    optimizer = Adam(model.parameters(), lr=learning_rate)
    for epoch in range(epochs):
        optimizer.options["lr"] = learning_rate * (1 - epoch / epochs)
        order = rng.permutation(len(input))
        batches = [
            order[start : start + batch_size]
            for start in range(0, len(input), batch_size)
        ]
        losses = [
            transformer_step(model, input[b], target[b], optimizer, rng)
            for b in batches
        ]
        yield float(np.mean(losses))


def accuracy(
    model: SequenceClassifier, input: np.ndarray, target: np.ndarray
) -> float:
    """Return the part of the sequences whose largest logit is the target's."""
    return float(np.mean(model(input).argmax(axis=1) == target))


def gaze(model: SequenceClassifier, images: np.ndarray) -> np.ndarray:
    """Return what the class token sees in the last layer: (N, heads, 4, 4)."""
    weights = model.attention_weights(pieces(images))[-1][:, :, 0, 1:]
    return weights.reshape(*weights.shape[:2], 4, 4)


if __name__ == "__main__":
    main()
