"""Train a multilayer perceptron on scikit-learn's handwritten digits.

Run ``python -m reference_impl.examples.digits_mlp --help``. The network is
`reference_impl.NeuralNetMLP`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    positive,
    require_extras,
)
from reference_impl.examples.digits_cnn import load_digits
from reference_impl.neural_networks.neural_net_mlp import NeuralNetMLP

__all__ = ["draw", "load_rows", "main"]

Examples = tuple[np.ndarray, np.ndarray]


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, report, save and draw; return the accuracy on digits held out.

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
    options = _options(arguments)
    require_extras("digits_mlp")
    train, test = load_rows(options.seed)
    model = NeuralNetMLP(
        options.hidden,
        options.activation,
        options.l2,
        options.learning_rate,
        options.epochs,
        options.batch_size,
        early_stopping=options.early_stopping,
        random_state=options.seed,
        progress=True,
    )
    try:
        model.fit(*train)
    except ValueError as error:
        sys.exit(f"digits_mlp: {error}")
    score = model.score(*test)
    print(f"accuracy on {len(test[0])} held-out digits: {score:.2%}")
    options.out.mkdir(parents=True, exist_ok=True)
    model_path = options.out / "digits_mlp.npz"
    model.save(model_path)
    picture = options.out / "digits_mlp.png"
    draw(NeuralNetMLP.load(model_path), test, picture)
    print(f"model: {model_path}")
    print(f"training and errors: {picture}")
    return score


def load_rows(seed: int) -> tuple[Examples, Examples]:
    """Return ((rows, labels) to learn from, (rows, labels) held out).

    Parameters
    ----------
    seed : int
        Chooses the fifth of each class that is held out.

    Returns
    -------
    train, test : tuple of ndarray
        One image a row, shape (N, 64), float32 in [0, 1], and labels (N,).
    """
    train, test = load_digits(seed)
    return _rows(*train), _rows(*test)


def draw(model: NeuralNetMLP, test: Examples, path: Path) -> None:
    """Draw the history and the digits that are read wrongly to a file.

    Parameters
    ----------
    model : NeuralNetMLP
        Fitted.
    test : tuple of ndarray
        Rows and labels that were held out.
    path : Path
        The image to write; its suffix is the format.
    """
    figure = new_figure(9, 4)
    halves = figure.add_gridspec(1, 2)
    left = figure.add_subfigure(halves[0])
    right = figure.add_subfigure(halves[1])
    above, below = left.subplots(2, 1, sharex=True)
    for name, values in model.history_.items():
        axes = above if name.endswith("cost") else below
        what = "validation" if name.startswith("validation") else "training"
        axes.plot(np.arange(1, len(values) + 1), values, label=what)
    above.set(ylabel="cost", yscale="log")
    below.set(xlabel="epoch", ylabel="accuracy")
    above.legend()
    rows, labels = test
    read = model.predict(rows)
    wrong = np.flatnonzero(read != labels)
    right.suptitle(f"{len(wrong)} of {len(rows)} are read wrongly")
    grid = right.subplots(3, 4)
    for axes in grid.flat:
        axes.axis("off")
    for axes, n in zip(grid.flat, wrong, strict=False):
        axes.imshow(rows[n].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{labels[n]} read as {read[n]}", fontsize=8)
    figure.savefig(path, dpi=120)


def _rows(images: np.ndarray, labels: np.ndarray) -> Examples:
    """Return the images as rows, and their labels."""
    return images.reshape(len(images), -1), labels


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    command = parser(
        "digits_mlp", "Train a perceptron, written in NumPy, on 8x8 digits."
    )
    add = command.add_argument
    count = at_least_one
    add("--hidden", type=count, nargs="*", default=[100], help="units a layer")
    add("--activation", default="relu", help="of the hidden layers")
    add("--epochs", type=count, default=100, help="training passes, at most")
    add("--batch-size", type=count, default=32, help="images a step")
    add("--learning-rate", type=positive, default=0.1, help="step size")
    add("--l2", type=float, default=1e-3, help="strength of the penalty")
    add("--early-stopping", action="store_true", help="keep the best epoch")
    return command.parse_args(arguments)


if __name__ == "__main__":
    main()
