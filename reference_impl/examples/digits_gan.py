"""Train a generative adversarial network on scikit-learn's digits.

Run ``python -m reference_impl.examples.digits_gan --help``. It reports how far
the generated digits are, as a sample, from digits held out.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    positive,
    require_extras,
    save,
    tiles,
)
from reference_impl.examples.digits_mlp import load_rows
from reference_impl.examples.mixture_gan import train
from reference_impl.neural_networks.feedforward_network import FeedForward
from reference_impl.neural_networks.generative_adversarial_networks import GAN
from reference_impl.neural_networks.neural_net_mlp import NeuralNetMLP
from reference_impl.neural_networks.two_sample_statistics import (
    maximum_mean_discrepancy,
)

__all__ = ["Judged", "digits_gan", "judge", "main", "told_apart"]

BANDWIDTH = 3.0  # about the median distance between two digits


class Judged(NamedTuple):
    """How far a sample is from the digits held out.

    Attributes
    ----------
    discrepancy : float
        Squared maximum mean discrepancy; about 0 for real digits.
    told_apart : float
        Accuracy of a classifier trained to tell the sample from real
        digits; about a half for real digits.
    """

    discrepancy: float
    told_apart: float


def main(arguments: Sequence[str] | None = None) -> dict[str, Judged]:
    """Train, report and draw.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    dict of str to Judged
        Of real digits, of images whose pixels are drawn from real digits one
        by one, of the generator before training and after.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("digits_gan", "Train a GAN on digits, in NumPy.")
    add = made.add_argument
    add("--steps", type=at_least_one, default=10_000, help="of each network")
    add("--batch-size", type=at_least_one, default=64, help="digits a step")
    add("--learning-rate", type=positive, default=2e-3, help="at the start")
    options = made.parse_args(arguments)
    require_extras("digits_gan")
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    (x, _), (x_test, _) = load_rows(options.seed)
    gan = digits_gan(rng)

    untrained = gan.sample(2000, rng)
    marks = {1, *np.geomspace(10, options.steps, 5).astype(int)}
    shown, curve = [], []
    steps = train(
        gan, x, options.steps, rng, options.batch_size, options.learning_rate
    )
    every = -(-options.steps // 50)
    with tqdm(steps, "training", options.steps, unit="step") as bar:
        for number, step in enumerate(bar, 1):
            bar.set_postfix(value=step.value, refresh=False)
            if number % every == 0:
                new = gan.sample(500, rng)
                curve.append((number, _apart(new, x_test)))
            if number in marks:
                shown.append(gan.sample(12, rng))
    half = len(x) // 2
    samples = {
        "real": x[:half],
        "shuffled": rng.permuted(x, axis=0),
        "untrained": untrained,
        "trained": gan.sample(2000, rng),
    }
    found = {
        name: judge(sample, x[half:], x_test)
        for name, sample in samples.items()
    }
    print("sample      squared discrepancy  told apart from real digits")
    for name, (discrepancy, accuracy) in found.items():
        print(f"{name:9} {discrepancy:21.4f} {accuracy:28.1%}")

    figure = new_figure(10, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=[1, 2])
    left.plot(*np.array(curve).T)
    left.set(xlabel="step", ylabel="squared discrepancy", yscale="log")
    picture = tiles(np.concatenate(shown), 12)
    right.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
    right.set_title("generated, from the first step to the last")
    right.axis("off")
    save(figure, options.out, "digits_gan")
    return found


def judge(
    sample: np.ndarray, real: np.ndarray, real_test: np.ndarray
) -> Judged:
    """Return how far a sample is from real digits."""
    return Judged(
        _apart(sample, real_test), told_apart(sample, real, real_test)
    )


def told_apart(
    sample: np.ndarray, real: np.ndarray, real_test: np.ndarray
) -> float:
    """Return how well a classifier tells a sample from real digits.

    It learns on `real` and the first half of the sample, and is asked about
    as many of `real_test` and of the second half: by chance, one in two is
    right.
    """
    half = min(len(sample) // 2, len(real))
    asked = min(len(sample) - half, len(real_test))
    known = np.concatenate([real[:half], sample[:half]])
    new = np.concatenate([real_test[:asked], sample[-asked:]])
    model = NeuralNetMLP((64,), "relu", 1e-3, 0.1, 40, 32, random_state=0)
    model.fit(known, np.repeat([0, 1], half))
    return float(model.score(new, np.repeat([0, 1], asked)))


def _apart(sample: np.ndarray, real: np.ndarray) -> float:
    return maximum_mean_discrepancy(sample, real, BANDWIDTH)


def digits_gan(rng: np.random.Generator) -> GAN:
    """Return networks for digits of 64 pixels."""
    return GAN(
        FeedForward((16, 128, 64), "relu", "sigmoid", generator=rng),
        FeedForward((64, 128, 1), "leaky_relu", generator=rng),
    )


if __name__ == "__main__":
    main()
