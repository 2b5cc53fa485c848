"""Train one small recurrent network for each way to wire it.

Run ``python -m reference_impl.examples.sequence_architectures --help``. The
networks are those of `reference_impl.recurrent_networks.sequence_architectures`:
the parity of bits, a curve drawn from one number, the depth of brackets, and a
sequence reversed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl.examples._command import parser, require_extras
from reference_impl.examples._training import descend, watch
from reference_impl.neural_networks import (
    cross_entropy,
    cross_entropy_backward,
    mse_loss,
    mse_loss_backward,
)
from reference_impl.recurrent_networks.sequence_architectures import (
    many_to_many,
    many_to_many_backward,
    many_to_many_delayed,
    many_to_many_delayed_backward,
    many_to_one,
    many_to_one_backward,
    one_to_many,
    one_to_many_backward,
)
from reference_impl.recurrent_networks.sequence_model import (
    SequenceModel,
    sequence_model_init,
)

__all__ = ["TASKS", "Task", "accuracy", "flower", "main", "new_model", "train"]

BATCH = 64
SYMBOLS = 5  # that a sequence to reverse is made of
POINTS = 40  # of a curve
BRACKETS = "()a"
DEEPEST = 4


class Examples(NamedTuple):
    """What a network reads, with the other arguments it takes, and writes."""

    input: np.ndarray
    options: dict[str, Any]
    target: np.ndarray  # classes, or numbers


class Task(NamedTuple):
    """A task, the architecture it is for, and how long it is trained."""

    name: str
    goal: str
    forward: Callable[..., np.ndarray]
    backward: Callable[..., Any]
    sizes: tuple[int, int, int]  # inputs, hidden units, outputs
    cell: str
    draw: Callable[..., Examples]  # (rng, batch, longer)
    right: Callable[[np.ndarray, np.ndarray], np.ndarray]
    learning_rate: float
    updates: int


def parity(
    rng: np.random.Generator, batch: int, longer: bool = False
) -> Examples:
    """Draw 1 to 12 bits, or 40, and whether the number of ones is odd."""
    T = 40 if longer else 12
    lengths = np.full(batch, T) if longer else rng.integers(1, T + 1, batch)
    bits = rng.integers(0, 2, (T, batch))
    bits[np.arange(T)[:, None] >= lengths] = 0
    return Examples(
        bits[..., None].astype(np.float32),
        {"lengths": lengths},
        bits.sum(axis=0) % 2,
    )


def curve(
    rng: np.random.Generator, batch: int, longer: bool = False
) -> Examples:
    """Draw a number in [0, 1], and the flower that it stands for."""
    number = rng.uniform(0, 1, (batch, 1)).astype(np.float32)
    return Examples(number, {"steps": POINTS}, flower(number[:, 0]))


def flower(number: np.ndarray) -> np.ndarray:
    """Return points on closed curves, from a circle to three petals.

    Parameters
    ----------
    number : ndarray of shape (B,), floating
        0 for the circle, 1 for petals that meet in the middle.

    Returns
    -------
    ndarray of shape (40, B, 2), dtype of `number`
    """
    angle = 2 * np.pi * np.arange(1, POINTS + 1)[:, None] / POINTS
    radius = (1 + number * np.cos(3 * angle)) / (1 + number)
    points = np.stack(
        [radius * np.cos(angle), radius * np.sin(angle)], axis=-1
    )
    return points.astype(number.dtype)


def brackets(
    rng: np.random.Generator, batch: int, longer: bool = False
) -> Examples:
    """Draw brackets and letters, 20 or 60, and the depth at each."""
    T = 60 if longer else 20
    depth = np.zeros((T + 1, batch), int)
    symbols = np.empty((T, batch), int)
    for t in range(T):
        step = rng.choice([1, -1, 0], batch)
        step[(step < 0) & (depth[t] == 0)] = 1
        step[(step > 0) & (depth[t] == DEEPEST)] = -1
        depth[t + 1] = depth[t] + step
        symbols[t] = np.select([step > 0, step < 0], [0, 1], 2)
    return Examples(one_hot(symbols, len(BRACKETS)), {}, depth[1:])


def reversal(
    rng: np.random.Generator, batch: int, longer: bool = False
) -> Examples:
    """Draw eight symbols, and the same from the last to the first."""
    symbols = rng.integers(0, SYMBOLS, (8, batch))
    return Examples(one_hot(symbols, SYMBOLS), {"steps": 8}, symbols[::-1])


def one_hot(symbols: np.ndarray, count: int) -> np.ndarray:
    """Return a 1 in the place of each symbol, float32."""
    return np.eye(count, dtype=np.float32)[symbols]


def same_class(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return whether the largest output is the target's."""
    return np.asarray(output.argmax(axis=-1) == target)


def whole_sequence(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return whether all steps of a sequence are right."""
    return np.asarray(same_class(output, target).all(axis=0))


def close_points(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return whether a point is within a twentieth of the radius."""
    return np.asarray(np.linalg.norm(output - target, axis=-1) < 0.05)


TASKS = (
    Task(
        "many to one",
        "parity of 40 bits, trained on 1 to 12",
        many_to_one,
        many_to_one_backward,
        (1, 32, 2),
        "lstm",
        parity,
        same_class,
        3e-3,
        1200,
    ),
    Task(
        "one to many",
        "points of a curve drawn from one number",
        one_to_many,
        one_to_many_backward,
        (1, 48, 2),
        "rnn_tanh",
        curve,
        close_points,
        2e-3,
        2000,
    ),
    Task(
        "many to many, synchronised",
        "depth at each of 60 brackets and letters, trained on 20",
        many_to_many,
        many_to_many_backward,
        (3, 32, DEEPEST + 1),
        "rnn_tanh",
        brackets,
        same_class,
        3e-3,
        800,
    ),
    Task(
        "many to many, delayed",
        "whole sequences of 8 symbols reversed",
        many_to_many_delayed,
        many_to_many_delayed_backward,
        (SYMBOLS, 96, SYMBOLS),
        "rnn_tanh",
        reversal,
        whole_sequence,
        2e-3,
        800,
    ),
)


def new_model(task: Task, seed: int) -> SequenceModel:
    """Return a model of the task's sizes before training."""
    return sequence_model_init(seed, *task.sizes, cell=task.cell)


def train(task: Task, model: SequenceModel, seed: int) -> Iterator[float]:
    """Train `model` in place; yield the loss of each update.

    Parameters
    ----------
    task : Task
    model : SequenceModel
        As of `new_model`.
    seed : int
        Chooses the examples.

    Yields
    ------
    float
        Mean cross-entropy, or mean squared error, of 64 new examples.
    """
    rng = np.random.default_rng([seed, 1])

    def gradients() -> tuple[float, list[np.ndarray]]:
        x, options, target = task.draw(rng, BATCH)
        output = task.forward(x, model, **options)
        loss, grad = loss_and_gradient(output, target)
        return loss, list(task.backward(grad, x, model, **options).model)

    yield from descend(model, task.learning_rate, task.updates, gradients)


def loss_and_gradient(
    output: np.ndarray, target: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the mean loss and its gradient: of classes, or of numbers."""
    if output.shape == target.shape:
        grad = mse_loss_backward(1.0, output, target).input
        return float(mse_loss(output, target)), grad
    rows, classes = output.reshape(-1, output.shape[-1]), target.ravel()
    grad = cross_entropy_backward(1.0, rows, classes).input
    return float(cross_entropy(rows, classes)), grad.reshape(output.shape)


def accuracy(
    task: Task, model: SequenceModel, seed: int = 0, examples: int = 1000
) -> float:
    """Return the part that is right of new, and where said longer, examples.

    Parameters
    ----------
    task : Task
    model : SequenceModel
    seed : int, default 0
        Chooses the examples; they are not those of `train`.
    examples : int, default 1000

    Returns
    -------
    float
    """
    rng = np.random.default_rng([seed, 2])
    x, options, target = task.draw(rng, examples, longer=True)
    return float(
        np.mean(task.right(task.forward(x, model, **options), target))
    )


def main(arguments: Sequence[str] | None = None) -> list[float]:
    """Train all four; return what part of new examples each gets right.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    list of float

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    command = parser(
        "sequence_architectures",
        "Train four small recurrent networks, written in NumPy.",
        writes=False,
    )
    seed = command.parse_args(arguments).seed
    require_extras("sequence_architectures", ("tqdm",))
    scores = []
    for task in TASKS:
        model = new_model(task, seed)
        watch(train(task, model, seed), task.name, task.updates)
        scores.append(accuracy(task, model, seed))
    for task, score in zip(TASKS, scores, strict=True):
        print(f"{task.name}: {score:.1%} right ({task.goal})")
    return scores


if __name__ == "__main__":
    main()
