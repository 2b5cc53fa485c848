"""Train a small transformer to write text, one character after the other.

Run ``python -m reference_impl.examples.causal_transformer --help``. The text is
Python's own: the topics that ``help()`` shows, 460,000 characters of English
that come with every Python.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    new_figure,
    parser,
    positive,
    require_extras,
    save,
)
from reference_impl.neural_networks.categorical_losses import cross_entropy
from reference_impl.neural_networks.optimizers import Adam
from reference_impl.neural_networks.transformer_models import (
    CausalTransformer,
    transformer_step,
)
from reference_impl.recurrent_networks.character_text import (
    character_vocabulary,
    decode_characters,
    encode_characters,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Text",
    "bigram_loss",
    "held_out_loss",
    "load_text",
    "main",
    "train",
]

CONTEXT = 64


class Text(NamedTuple):
    """A text as indices into its characters, the end held out."""

    characters: str
    train: np.ndarray
    test: np.ndarray


def main(arguments: Sequence[str] | None = None) -> float:
    """Train, report, write and draw; return the loss on the text held out.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    float
        Mean cross-entropy a character, in nats.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    made = parser("causal_transformer", "Train a language model, in NumPy.")
    add = made.add_argument
    add("--steps", type=at_least_one, default=2400, help="training steps")
    add("--batch-size", type=at_least_one, default=16, help="windows a step")
    add("--learning-rate", type=positive, default=3e-3, help="the largest")
    add("--prompt", default="The statement ", help="what the text begins with")
    options = made.parse_args(arguments)
    require_extras("causal_transformer", ("matplotlib", "tqdm"))
    text = load_text()
    unknown = sorted(set(options.prompt) - set(text.characters))
    if unknown or not options.prompt:
        made.error(f"--prompt must have known characters, got {unknown}")
    from tqdm import tqdm

    rng = np.random.default_rng(options.seed)
    model = CausalTransformer(len(text.characters), generator=rng)
    steps = train(
        model,
        text.train,
        options.steps,
        rng,
        options.batch_size,
        options.learning_rate,
    )
    losses = []
    with tqdm(steps, "training", options.steps, unit="step") as bar:
        for loss in bar:
            losses.append(loss)
            bar.set_postfix(loss=np.mean(losses[-50:]))
    score = held_out_loss(model, text.test)
    size = sum(p.size for p in model.parameters().values())
    print(f"numbers learned: {size}")
    print(
        f"held-out loss: {score:.3f} nats a character "
        f"(pairs of characters counted: {bigram_loss(text):.3f}, "
        f"nothing known: {np.log(len(text.characters)):.3f})"
    )
    start = encode_characters(options.prompt, text.characters)
    written = list(model.generate(start, 400, rng, 0.7, CONTEXT))
    print(
        options.prompt + decode_characters(np.array(written), text.characters)
    )

    figure = draw(losses, model, text)
    save(figure, options.out, "causal_transformer")
    return score


def draw(
    losses: Sequence[float], model: CausalTransformer, text: Text
) -> "Figure":
    """Return a figure of the loss and of each head's weights for a line.

    Parameters
    ----------
    losses : sequence of float
        Of each step.
    model : CausalTransformer
        Of 2 layers and 4 heads.
    text : Text

    Returns
    -------
    matplotlib.figure.Figure
    """
    words = "The for statement is used to"
    ids = encode_characters(words, text.characters)
    figure = new_figure(9, 7)
    parts = figure.add_gridspec(2, 1, height_ratios=(1, 2))
    above = figure.add_subfigure(parts[0]).subplots()
    above.plot(losses)
    above.set(xlabel="step", ylabel="training loss")
    below = figure.add_subfigure(parts[1])
    below.suptitle("attention of the heads of each layer, a row a character")
    maps = model.attention_weights(ids[None])
    for row, layer in zip(below.subplots(2, 4), maps, strict=True):
        for axes, weights in zip(row, layer[0], strict=True):
            axes.imshow(weights, vmin=0, vmax=1)
            axes.set_xticks(range(len(words)), words, fontsize=5)
            axes.set_yticks(range(len(words)), words, fontsize=5)
    return figure


def load_text() -> Text:
    """Return the topics of Python's help, the last twentieth held out."""
    from pydoc_data.topics import topics

    whole = "\n\n".join(topics.values())
    characters = character_vocabulary(whole)
    indices = encode_characters(whole, characters)
    end = len(indices) * 19 // 20
    return Text(characters, indices[:end], indices[end:])


def train(
    model: CausalTransformer,
    indices: np.ndarray,
    steps: int,
    rng: np.random.Generator,
    batch_size: int = 16,
    learning_rate: float = 3e-3,
) -> Iterator[float]:
    """Train on random windows by Adam: 50 steps warmer, then ever colder.

    Parameters
    ----------
    model : CausalTransformer
        Its parameters move.
    indices : ndarray of shape (n,), integer
        The text.
    steps : int
    rng : numpy.random.Generator
        Chooses the windows.
    batch_size : int, default 16
    learning_rate : float, default 3e-3
        The largest.

    Yields
    ------
    float
        The loss before each step.
    """
    optimizer = Adam(model.parameters(), betas=(0.9, 0.99))
    windows = np.lib.stride_tricks.sliding_window_view(indices, CONTEXT + 1)
    for step in range(steps):
        warm, cold = min(1, (step + 1) / 50), 1 - 0.9 * step / steps
        optimizer.options["lr"] = learning_rate * warm * cold
        batch = windows[rng.integers(0, len(windows), batch_size)]
        yield transformer_step(model, batch[:, :-1], batch[:, 1:], optimizer)


def held_out_loss(model: CausalTransformer, indices: np.ndarray) -> float:
    """Return the mean loss over windows side by side."""
    count = (len(indices) - 1) // CONTEXT
    x = indices[: count * CONTEXT].reshape(count, CONTEXT)
    y = indices[1 : count * CONTEXT + 1]
    logits = model(x)
    return float(cross_entropy(logits.reshape(-1, logits.shape[-1]), y))


def bigram_loss(text: Text) -> float:
    """Return the held-out loss of a table of how often which pair stands.

    One is added to each count.
    """
    V = len(text.characters)
    counts = np.ones((V, V))
    np.add.at(counts, (text.train[:-1], text.train[1:]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return float(-np.log(p[text.test[:-1], text.test[1:]]).mean())


if __name__ == "__main__":
    main()
