"""Train a generative adversarial network on a ring of normal distributions.

Run ``python -m reference_impl.examples.mixture_gan --help``. It reports how
many of the modes the generator covers, and how many of its points lie near
one.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    positive,
    require_extras,
    save,
)
from reference_impl.neural_networks.feedforward_network import FeedForward
from reference_impl.neural_networks.generative_adversarial_networks import (
    GAN,
    GANStep,
    gan_train,
)
from reference_impl.neural_networks.optimizers import Adam
from reference_impl.neural_networks.two_sample_statistics import (
    ModeCoverage,
    mode_coverage,
)

__all__ = ["DEVIATION", "main", "mixture_gan", "ring", "train"]

RADIUS, DEVIATION = 2.0, 0.1


def main(arguments: Sequence[str] | None = None) -> ModeCoverage:
    """Train, report and draw; return what the generator covers.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    ModeCoverage
        Of 10,000 generated points, within three deviations of a mode.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("mixture_gan", "Train a GAN on a ring, in NumPy.")
    add = made.add_argument
    add("--modes", type=at_least_one, default=8, help="normals on the ring")
    add("--steps", type=at_least_one, default=6000, help="of each network")
    add("--batch-size", type=at_least_one, default=128, help="points a step")
    add("--learning-rate", type=positive, default=2e-3, help="at the start")
    add("--saturating", action="store_true", help="descend the value itself")
    options = made.parse_args(arguments)
    require_extras("mixture_gan")
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    x, centres = ring(options.modes, 20_000, rng)
    gan = mixture_gan(rng)
    marks = {0, *np.geomspace(1, options.steps, 5).astype(int)}
    shown = [(0, gan.sample(1000, rng))]
    values = []
    steps = train(
        gan,
        x,
        options.steps,
        rng,
        options.batch_size,
        options.learning_rate,
        options.saturating,
    )
    with tqdm(steps, "training", options.steps, unit="step") as bar:
        for number, step in enumerate(bar, 1):
            values.append(step.value)
            bar.set_postfix(value=step.value, refresh=False)
            if number in marks:
                shown.append((number, gan.sample(1000, rng)))
    found = mode_coverage(gan.sample(10_000, rng), centres, 3 * DEVIATION)
    print(f"modes covered: {found.covered} of {options.modes}")
    print(f"points within three deviations: {found.high_quality:.1%}")
    print(f"points by mode: {found.counts.tolist()}")

    figure = new_figure(2.2 * (len(shown) + 1), 2.5)
    first, *others = figure.subplots(1, len(shown) + 1)
    first.plot(values, lw=0.5)
    first.set(title="value", xlabel="step")
    for axes, (number, points) in zip(others, shown, strict=True):
        axes.plot(*x[:1000].T, ".", ms=1, color="0.7")
        axes.plot(*points.T, ".", ms=1)
        axes.set(title=f"step {number}", xlim=(-3, 3), ylim=(-3, 3))
    save(figure, options.out, "mixture_gan")
    return found


def ring(
    modes: int, number: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return points of a mixture of normals on a circle, and their centres.

    Both float32, shapes (number, 2) and (modes, 2). The circle has the radius
    2, each normal the deviation 0.1; all are equally likely.
    """
    angles = 2 * np.pi * np.arange(modes) / modes
    centres = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    noise = DEVIATION * rng.standard_normal((number, 2))
    points = centres[rng.integers(0, modes, number)] + noise
    return points.astype(np.float32), centres.astype(np.float32)


def mixture_gan(rng: np.random.Generator) -> GAN:
    """Return networks for points in the plane, two hidden layers each."""
    return GAN(
        FeedForward((4, 64, 64, 2), "relu", generator=rng),
        FeedForward((2, 64, 64, 1), "leaky_relu", generator=rng),
    )


def train(
    gan: GAN,
    examples: np.ndarray,
    steps: int,
    rng: np.random.Generator,
    batch_size: int,
    learning_rate: float,
    saturating: bool = False,
) -> Iterator[GANStep]:
    """Train with Adam at a rate that falls linearly to 0, step by step.

    The first decay rate is 0.5: with the usual 0.9 each player would still be
    answering what the other did ten steps ago.
    """
    critic, maker = (
        Adam(player.parameters(), learning_rate, (0.5, 0.999))
        for player in (gan.discriminator, gan.generator)
    )
    turns = gan_train(
        gan, examples, steps, critic, maker, rng, batch_size, saturating
    )
    for number, step in enumerate(turns, 1):
        for adam in (critic, maker):
            adam.options["lr"] = learning_rate * (1 - number / steps)
        yield step


if __name__ == "__main__":
    main()
