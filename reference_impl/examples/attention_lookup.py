"""Recall the value that stands with a key, with attention and without.

Run ``python -m reference_impl.examples.attention_lookup --help``. A GRU reads
pairs of a letter and a digit, then a letter alone, and has to say the digit
that stood with it. Without attention it answers from its last state; with
attention it looks at the states after each pair again.

Axes: T steps (the pairs and the question), B lists, H hidden units, A hidden
units of the additive score, O digits.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    parser,
    require_extras,
)
from reference_impl.examples._training import descend, watch
from reference_impl.neural_networks import (
    cross_entropy,
    cross_entropy_backward,
)
from reference_impl.recurrent_networks.additive_scores import (
    additive_attention,
    additive_attention_backward,
)
from reference_impl.recurrent_networks.gated_recurrent_unit import (
    gru,
    gru_backward,
)
from reference_impl.recurrent_networks.multiplicative_scores import (
    multiplicative_attention,
    multiplicative_attention_backward,
)
from reference_impl.recurrent_networks.rnn_attention import AttentionContext
from reference_impl.recurrent_networks.sequence_model import (
    sequence_model_init,
)

__all__ = [
    "KINDS",
    "Answer",
    "Lists",
    "accuracy",
    "answer",
    "draw",
    "main",
    "new_model",
    "train",
    "weight_at_the_right_pair",
]

LETTERS = "abcdefghijkl"
DIGITS = 10
FEWEST, MOST = 2, 8  # pairs in a list
#: What is asked for the context, and how many hidden units there are: without
#: attention more, so that it has as many parameters.
KINDS = {"none": 88, "additive": 64, "general": 64}
BATCH, LEARNING_RATE = 64, 5e-3
ATTENTION: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "additive": (additive_attention, additive_attention_backward),
    "general": (multiplicative_attention, multiplicative_attention_backward),
}


class Lists(NamedTuple):
    """Lists of pairs, each followed by a question, padded to the longest."""

    letters: np.ndarray  # (T, B)
    digits: np.ndarray  # (T, B); DIGITS where there is none
    pairs: np.ndarray  # (B,), how many a list has
    place: np.ndarray  # (B,), where the letter of the question stands

    @property
    def target(self) -> np.ndarray:
        """Return the digits that are asked for, (B,)."""
        return self.digits[self.place, np.arange(len(self.place))]

    @property
    def input(self) -> np.ndarray:
        """Return letters and digits as ones among zeros, (T, B, I)."""
        letters = np.eye(len(LETTERS), dtype=np.float32)[self.letters]
        digits = np.eye(DIGITS + 1, DIGITS, dtype=np.float32)[self.digits]
        return np.concatenate([letters, digits], axis=-1)


class Answer(NamedTuple):
    """A score for each digit, and where attention looked, if there is any."""

    logits: np.ndarray  # (B, O)
    weights: np.ndarray | None  # (B, T)


def draw(rng: np.random.Generator, lists: int, pairs: int = 0) -> Lists:
    """Draw lists of 2 to 8 pairs, or of `pairs`; no letter stands twice."""
    counts = rng.integers(FEWEST, MOST + 1, lists)
    if pairs:
        counts[:] = pairs
    T, columns = int(np.max(counts)) + 1, np.arange(lists)
    letters = rng.permuted(
        np.tile(np.arange(len(LETTERS)), (lists, 1)), axis=1
    )
    letters = letters.T[:T].copy()
    digits = rng.integers(0, DIGITS, (T, lists))
    digits[np.arange(T)[:, None] >= counts] = DIGITS
    place = rng.integers(0, counts)
    letters[counts, columns] = letters[place, columns]
    return Lists(letters, digits, counts, place)


def new_model(kind: str, seed: int) -> list[np.ndarray]:
    """Return the arrays of a network before training.

    Parameters
    ----------
    kind : {"none", "additive", "general"}
    seed : int

    Returns
    -------
    list of ndarray
        The parameters of a GRU, weight and bias of the output, and those of
        the score.
    """
    rng, H = np.random.default_rng([seed, 0]), KINDS[kind]
    sizes = len(LETTERS) + DIGITS, H, DIGITS
    model = sequence_model_init(rng, *sizes, cell="gru")
    bound = H**-0.5
    # Wide for the additive score: its tanh has to bend to tell keys apart.
    more: dict[str, list[tuple[float, tuple[int, ...]]]] = {
        "none": [],
        "additive": [(3 * bound, (H, H)), (3 * bound, (H, H)), (0.5, (H,))],
        "general": [(bound, (H, H))],
    }
    drawn = [(bound, (DIGITS, H)), *more[kind]] if more[kind] else []
    arrays = [rng.uniform(-b, b, shape) for b, shape in drawn]
    return [*model, *(a.astype(np.float32) for a in arrays)]


def answer(model: Sequence[np.ndarray], kind: str, lists: Lists) -> Answer:
    """Return what the network says to each question."""
    run = _run(model, kind, lists)
    found = run.found
    return Answer(run.logits, None if found is None else found.weights[:, 0])


def train(
    model: Sequence[np.ndarray], kind: str, seed: int, updates: int
) -> Iterator[float]:
    """Train `model` in place; yield the loss of each update.

    Parameters
    ----------
    model : sequence of ndarray
        As of `new_model`.
    kind : {"none", "additive", "general"}
    seed : int
        Chooses the lists.
    updates : int

    Yields
    ------
    float
        Mean cross-entropy of 64 new lists.
    """
    rng = np.random.default_rng([seed, 1])
    yield from descend(
        model,
        LEARNING_RATE,
        updates,
        lambda: _loss(model, kind, draw(rng, BATCH)),
    )


def accuracy(
    model: Sequence[np.ndarray], kind: str, seed: int, pairs: int = 0
) -> float:
    """Return the share of right answers to 4,000 lists not trained on."""
    lists = draw(np.random.default_rng([seed, 2]), 4000, pairs)
    said = answer(model, kind, lists).logits.argmax(axis=-1)
    return float(np.mean(said == lists.target))


def weight_at_the_right_pair(
    model: Sequence[np.ndarray], kind: str, seed: int
) -> float:
    """Return the mean weight at the pair that was asked for."""
    lists = draw(np.random.default_rng([seed, 2]), 4000)
    weights = answer(model, kind, lists).weights
    if weights is None:
        raise ValueError(f"kind must have attention, got kind={kind!r}")
    return float(weights[np.arange(len(weights)), lists.place].mean())


class _Run(NamedTuple):
    """What a run computed, for its gradients."""

    logits: np.ndarray  # (B, O)
    last: np.ndarray  # (B, H), the state that has read the question
    reader: tuple[Any, ...]  # the arguments of the GRU
    options: dict[str, Any]  # and those by name
    asked: tuple[Any, ...]  # the arguments of the attention
    found: AttentionContext | None


def _run(model: Sequence[np.ndarray], kind: str, lists: Lists) -> _Run:
    """Read the lists, look back where there is attention, and answer."""
    params, (w_ho, b_o), score = model[:4], model[4:6], model[6:]
    x, lengths = lists.input.astype(w_ho.dtype), lists.pairs + 1
    hx = np.zeros((1, x.shape[1], w_ho.shape[1]), x.dtype)
    h, h_n, trace = gru(x, hx, params, lengths=lengths, return_trace=True)
    reader, options = (x, hx, params), {"lengths": lengths, "trace": trace}
    last, logits = h_n[0], h_n[0] @ w_ho.T + b_o
    if kind == "none":
        return _Run(logits, last, reader, options, (), None)
    states = h.swapaxes(0, 1)
    seen = (np.arange(len(x)) < lists.pairs[:, None])[:, None]
    asked = last[:, None], states, states, *score[1:], seen
    found = ATTENTION[kind][0](*asked)
    logits = logits + found.context[:, 0] @ score[0].T
    return _Run(logits, last, reader, options, asked, found)


def _loss(
    model: Sequence[np.ndarray], kind: str, lists: Lists
) -> tuple[float, list[np.ndarray]]:
    """Return the mean cross-entropy, and the gradients of all parameters."""
    run = _run(model, kind, lists)
    loss = float(cross_entropy(run.logits, lists.target))
    g = cross_entropy_backward(1.0, run.logits, lists.target).input
    grad_last, grad_h, grads = g @ model[4], None, [g.T @ run.last, g.sum(0)]
    if run.found is not None:
        grad_context = (g @ model[6])[:, None]
        by = ATTENTION[kind][1]((grad_context, None), *run.asked)
        grad_last = grad_last + by.query[:, 0]
        grad_h = (by.key + by.value).swapaxes(0, 1)
        grads += [g.T @ run.found.context[:, 0], *by[3:]]
    into = (grad_h, grad_last[None])
    through = gru_backward(into, *run.reader, **run.options)
    return loss, [*through.params, *grads]


def main(arguments: Sequence[str] | None = None) -> dict[str, float]:
    """Train a network of each kind; return the share each answers right.

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
        "attention_lookup",
        "Recall the digit that stands with a letter.",
        writes=False,
    )
    command.add_argument(
        "--updates", type=at_least_one, default=2000, help="of each network"
    )
    given = command.parse_args(arguments)
    require_extras("attention_lookup", ("tqdm",))
    scores, lines = {}, []
    for kind in KINDS:
        model = new_model(kind, given.seed)
        run = train(model, kind, given.seed, given.updates)
        watch(run, kind, given.updates)
        scores[kind] = accuracy(model, kind, given.seed)
        line = f"{kind}: {scores[kind]:.1%} right"
        line += f", of {MOST} pairs {accuracy(model, kind, 0, MOST):.1%}"
        line += f"; {sum(a.size for a in model):,} parameters"
        if kind != "none":
            weight = weight_at_the_right_pair(model, kind, given.seed)
            line += f"; weight {weight:.3f} at the right pair"
        lines.append(line)
    print(*lines, sep="\n")
    return scores


if __name__ == "__main__":
    main()
