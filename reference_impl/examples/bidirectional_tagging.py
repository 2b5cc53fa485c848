"""Tag letters by what stands before and after them, in one and both directions.

Run ``python -m reference_impl.examples.bidirectional_tagging --help``. Each
letter of a random line is tagged by whether it has stood before and whether it
comes again. A network that reads one way knows one of the two; how often it can
guess the other right at best, `ceiling` says exactly.

Axes: T steps, B lines, H hidden units of a direction, O tags.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    parser,
    require_extras,
)
from reference_impl.examples._tagging_ceiling import (
    best_guess,
    ceiling,
    comes_again,
)
from reference_impl.examples._tagging_lines import (
    LETTERS,
    LONGEST,
    TAGS,
    Lines,
    as_read,
    draw,
    tags_of,
    unseen_lines,
)
from reference_impl.examples._training import descend, watch
from reference_impl.neural_networks import (
    cross_entropy,
    cross_entropy_backward,
)
from reference_impl.recurrent_networks.recurrent_sequence import (
    rnn_tanh,
    rnn_tanh_backward,
)

__all__ = [
    "DIRECTIONS",
    "LONGEST",
    "TAGS",
    "Lines",
    "accuracy",
    "as_read",
    "best_guess",
    "ceiling",
    "comes_again",
    "draw",
    "main",
    "new_tagger",
    "right",
    "tags_of",
    "train",
    "unseen_lines",
]

DIRECTIONS = ("forwards", "backwards", "both")
BATCH, UNITS, LEARNING_RATE = 64, 64, 5e-3
KEPT = 0.9  # of each hidden unit from step to step, before training


def new_tagger(direction: str, seed: int) -> list[np.ndarray]:
    """Return the arrays of a network before training.

    The recurrent matrix starts as 0.9 times the identity: a unit that has
    noticed a letter goes on saying so.

    Parameters
    ----------
    direction : {"forwards", "backwards", "both"}
        In both directions there are 32 units each, in one 64.
    seed : int

    Returns
    -------
    list of ndarray
        The parameters of `rnn_tanh`, then weight (O, H) and bias (O,) of the
        output.
    """
    rng = np.random.default_rng([seed, 0])
    count = 2 if direction == "both" else 1
    H, bound = UNITS // count, (UNITS // count) ** -0.5
    params = []
    for _ in range(count):
        w_ih = rng.uniform(-bound, bound, (H, len(LETTERS)))
        params += [w_ih, KEPT * np.eye(H), np.zeros(H), np.zeros(H)]
    w_ho = rng.uniform(-bound, bound, (len(TAGS), UNITS))
    arrays = [*params, w_ho, np.zeros(len(TAGS))]
    return [array.astype(np.float32) for array in arrays]


def logits(model: Sequence[np.ndarray], lines: Lines) -> np.ndarray:
    """Return a score for each tag at each step, (T, B, O)."""
    return _run(model, lines)[0]


def train(
    model: Sequence[np.ndarray], direction: str, seed: int, updates: int
) -> Iterator[float]:
    """Train `model` in place; yield the loss of each update.

    Parameters
    ----------
    model : sequence of ndarray
        As of `new_tagger`.
    direction : {"forwards", "backwards", "both"}
    seed : int
        Chooses the lines.
    updates : int

    Yields
    ------
    float
        Mean cross-entropy of the letters of 64 new lines.
    """
    rng = np.random.default_rng([seed, 1])
    yield from descend(
        model,
        LEARNING_RATE,
        updates,
        lambda: _loss(model, as_read(draw(rng, BATCH), direction)),
    )


def right(
    model: Sequence[np.ndarray], direction: str, lines: Lines
) -> np.ndarray:
    """Return whether each tag is right, (T, B), in the order of reading."""
    read = as_read(lines, direction)
    return np.asarray(logits(model, read).argmax(axis=-1) == read.tags)


def accuracy(model: Sequence[np.ndarray], direction: str, seed: int) -> float:
    """Return the share of right tags of `unseen_lines`."""
    new = unseen_lines(seed)
    return float(right(model, direction, new)[new.inside].mean())


def _run(
    model: Sequence[np.ndarray], lines: Lines
) -> tuple[np.ndarray, tuple[np.ndarray, ...], dict[str, Any]]:
    """Return logits, the arguments of `rnn_tanh`, and what was computed."""
    *params, w_ho, b_o = model
    x = np.eye(len(LETTERS), dtype=w_ho.dtype)[lines.letters]
    D, H = len(params) // 4, params[1].shape[1]
    hx = np.zeros((D, x.shape[1], H), x.dtype)
    options: dict[str, Any] = {
        "bidirectional": D == 2,
        "lengths": lines.lengths,
    }
    h, _, trace = rnn_tanh(x, hx, params, **options, return_trace=True)
    options |= {"trace": trace}
    return h @ w_ho.T + b_o, (h, x, hx), options


def _loss(
    model: Sequence[np.ndarray], lines: Lines
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy over all letters, and its gradients."""
    *params, w_ho, _ = model
    output, (h, x, hx), options = _run(model, lines)
    rows, tags = output[lines.inside], lines.tags[lines.inside]
    g = np.zeros_like(output)
    g[lines.inside] = cross_entropy_backward(1.0, rows, tags).input
    grads = rnn_tanh_backward((g @ w_ho, None), x, hx, params, **options)
    return float(cross_entropy(rows, tags)), [
        *grads.params,
        np.tensordot(g, h, axes=([0, 1], [0, 1])),
        g.sum(axis=(0, 1)),
    ]


def main(arguments: Sequence[str] | None = None) -> dict[str, float]:
    """Train one network a direction; return the share each tags right.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    dict of str to float

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    command = parser(
        "bidirectional_tagging",
        "Tag letters by what stands before and after them.",
        writes=False,
    )
    command.add_argument(
        "--updates", type=at_least_one, default=2000, help="of each network"
    )
    given = command.parse_args(arguments)
    require_extras("bidirectional_tagging", ("tqdm",))
    scores = {}
    for direction in DIRECTIONS:
        model = new_tagger(direction, given.seed)
        run = train(model, direction, given.seed, given.updates)
        watch(run, direction, given.updates)
        scores[direction] = accuracy(model, direction, given.seed)
    new = unseen_lines(given.seed)
    for direction, score in scores.items():
        print(f"{direction}: {score:.1%} of the tags right", end="")
        best = "" if direction == "both" else best_guess(new, direction)
        print(f"; the best rule on these lines: {best:.1%}" if best else "")
    print(f"one direction, expected of the best rule: {ceiling():.1%}")
    return scores


if __name__ == "__main__":
    main()
