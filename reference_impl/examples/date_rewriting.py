"""Train an encoder and a decoder with attention to rewrite dates.

Run ``python -m reference_impl.examples.date_rewriting --help``. The network is
that of `reference_impl.recurrent_networks.sequence_to_sequence`. It reads
dates in eight styles, such as "Tuesday 3 March 2009", and writes 2009-03-03.
A tenth of all dates of a century is held out and never trained on.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from reference_impl.examples import _dates
from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    require_extras,
    save,
)
from reference_impl.examples._training import descend, watch
from reference_impl.neural_networks import (
    cross_entropy,
    cross_entropy_backward,
)
from reference_impl.recurrent_networks.sequence_search import (
    Hypothesis,
    beam_search,
    greedy_search,
)
from reference_impl.recurrent_networks.sequence_to_sequence import (
    Encoded,
    Seq2SeqModel,
    seq2seq,
    seq2seq_backward,
    seq2seq_encode,
    seq2seq_init,
    seq2seq_step,
)

__all__ = [
    "accuracy",
    "alignment",
    "held_out",
    "hypotheses",
    "main",
    "new_model",
    "rewrite",
    "train",
]

BATCH, EMBEDDING, HIDDEN = 64, 32, 64
LEARNING_RATE = 3e-3
UPDATES = 1000
LONGEST = 12  # tokens that are written at most: 10 characters and an end
SHOWN = "Tuesday 3 March 2009"
START, END = (_dates.TARGET.index(c) for c in (_dates.START, _dates.END))


def new_model(seed: int, dtype: Any = np.float32) -> Seq2SeqModel:
    """Return a model before training."""
    return seq2seq_init(
        seed, len(_dates.SOURCE), len(_dates.TARGET), EMBEDDING, HIDDEN, dtype
    )


def train(
    model: Seq2SeqModel,
    seed: int,
    updates: int = UPDATES,
    attention: bool = True,
) -> Iterator[float]:
    """Train `model` in place; yield the loss of each update.

    Parameters
    ----------
    model : Seq2SeqModel
    seed : int
        Chooses which dates are held out, and the examples.
    updates : int, default 1000
    attention : bool, default True
        If False the context counts for nothing: all that the decoder knows of
        the source is the state it starts from.

    Yields
    ------
    float
        Mean cross-entropy of the characters of 64 dates.
    """
    days, rng = _dates.split(seed)[0], np.random.default_rng([seed, 2])
    if not attention:
        model.w_context[:] = 0

    def gradients() -> tuple[float, list[np.ndarray]]:
        loss, grads = loss_and_gradients(
            model, _dates.examples(rng, days, BATCH)
        )
        if not attention:
            grads.w_context[:] = 0
        return loss, grads.parameters()

    parameters = model.parameters()
    yield from descend(parameters, LEARNING_RATE, updates, gradients)


def loss_and_gradients(
    model: Seq2SeqModel, examples: Sequence[tuple[str, str]]
) -> tuple[float, Seq2SeqModel]:
    """Return the mean cross-entropy a character, with teacher forcing."""
    source, lengths = _dates.encode([text for text, _ in examples])
    target = _dates.encode_target([wanted for _, wanted in examples])
    given, wanted = target[:-1], target[1:].ravel()
    logits, trace = seq2seq(
        source, given, model, lengths=lengths, return_trace=True
    )
    rows = logits.reshape(len(wanted), -1)
    g = cross_entropy_backward(1.0, rows, wanted).input
    grads = seq2seq_backward(
        g.reshape(logits.shape),
        source,
        given,
        model,
        lengths=lengths,
        trace=trace,
    )
    return float(cross_entropy(rows, wanted)), grads


def held_out(seed: int, count: int) -> list[tuple[str, str]]:
    """Draw dates that `train` with this seed does not see, and the answers."""
    rng = np.random.default_rng([seed, 3])
    return _dates.examples(rng, _dates.split(seed)[1], count)


def rewrite(model: Seq2SeqModel, texts: Sequence[str]) -> list[str]:
    """Return what the network writes for each text, by greedy search.

    Parameters
    ----------
    model : Seq2SeqModel
    texts : sequence of str

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If a text is empty or has a character that is in no style.
    """
    source, lengths = _dates.encode(texts)
    state = seq2seq_encode(source, model, lengths=lengths)
    tokens = greedy_search(_step(model), state, START, END, LONGEST)
    return [_dates.decode(column) for column in tokens.T]


def hypotheses(
    model: Seq2SeqModel, text: str, width: int = 5
) -> list[tuple[str, Hypothesis]]:
    """Return what beam search finds, the likeliest first."""
    state = seq2seq_encode(_dates.encode([text])[0], model)
    found = beam_search(_step(model), state, START, END, width, LONGEST)
    return [(_dates.decode(h.tokens), h) for h in found]


def _step(model: Seq2SeqModel) -> Any:
    """Return the step of a search."""

    def step(tokens: np.ndarray, state: Encoded) -> tuple[np.ndarray, Encoded]:
        return seq2seq_step(tokens, state, model)

    return step


def alignment(model: Seq2SeqModel, text: str) -> tuple[str, np.ndarray]:
    """Return what the network writes, and where it looks at each character.

    Returns
    -------
    written : str
        With the sign that stands for the end.
    weights : ndarray of shape (S, T)
        Of the characters written on those of `text`.
    """
    source, _ = _dates.encode([text])
    written = rewrite(model, [text])[0]
    given = _dates.encode_target([written])[:-1]
    _, trace = seq2seq(source, given, model, return_trace=True)
    return written + _dates.END, trace.weights[0]


def accuracy(
    model: Seq2SeqModel, seed: int = 0, examples: int = 2000, width: int = 1
) -> float:
    """Return the part of held-out dates that is rewritten without a mistake.

    Parameters
    ----------
    model : Seq2SeqModel
    seed : int, default 0
        That of `train`.
    examples : int, default 2000
    width : int, default 1
        Of the beam; 1 is greedy search.

    Returns
    -------
    float
    """
    pairs = held_out(seed, examples)
    texts = [text for text, _ in pairs]
    if width == 1:
        got = rewrite(model, texts)
    else:
        got = [hypotheses(model, text, width)[0][0] for text in texts]
    right = [g == wanted for g, (_, wanted) in zip(got, pairs, strict=True)]
    return float(np.mean(right))


def main(arguments: Sequence[str] | None = None) -> float:
    """Train; return the part of held-out dates that is right.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    float

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("date_rewriting", "Learn to rewrite dates.")
    made.add_argument("--updates", type=at_least_one, default=UPDATES)
    made.add_argument(
        "--rewrite", metavar="TEXT", help="a date to rewrite and align"
    )
    options = made.parse_args(arguments)
    shown = options.rewrite or SHOWN
    try:
        _dates.encode([shown])
    except ValueError as error:
        made.error(str(error))
    require_extras("date_rewriting", ("matplotlib", "tqdm"))
    seed, updates = options.seed, options.updates
    model = new_model(seed)
    watch(train(model, seed, updates), "dates", updates)
    score = accuracy(model, seed)
    print(f"{score:.1%} of 2000 held-out dates without a mistake")
    for text, wanted in held_out(seed, 4):
        got = rewrite(model, [text])[0]
        print(
            f"{text} -> {got}" + ("" if got == wanted else f", not {wanted}")
        )
    for text, found in hypotheses(model, shown, 3):
        print(f"{shown} -> {text}  p = {np.exp(found.log_probability):.6f}")
    _draw(options.out, *alignment(model, shown), shown)
    return score


def _draw(folder: Any, written: str, weights: np.ndarray, text: str) -> None:
    """Save a picture of where the decoder looked."""
    figure = new_figure(6, 4)
    axes = figure.subplots()
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, interpolation="none")
    axes.set_xticks(range(len(text)), list(text))
    axes.set_yticks(range(len(written)), list(written))
    axes.set(xlabel="read", ylabel="written")
    save(figure, folder, "date_rewriting")


if __name__ == "__main__":
    main()
