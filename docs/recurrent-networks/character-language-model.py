"""Figures of the page on the character model: its shape, training, writing."""

import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    CharLMParameters,
    CharLMTrainer,
    char_lm_forward,
    char_lm_init,
    char_lm_perplexity,
    char_lm_train,
    encode_characters,
    next_character_probabilities,
)
from reference_impl.examples.char_lm import Data, load_text, split_text
from sitekit.drawing import arrow, canvas, text
from sitekit.palette import (
    BLUE,
    BLUE_WASH,
    GREEN_WASH,
    INK,
    MUTED,
    ORANGE,
    ORANGE_WASH,
)

CONTEXT, SHOWN = "the stat", 9


def model() -> Figure:
    """The layers over four steps, with the sizes of the notes."""
    figure, axes = canvas(13, 7.4)
    rows = (
        (5.2, "embedding\n256", GREEN_WASH), (3.5, "LSTM\n512", BLUE_WASH),
        (1.8, "linear", ORANGE_WASH),
    )  # fmt: skip
    word = "rose."
    for k in range(4):
        x = 2.0 + 3.0 * k
        text(axes, x, 6.7, f"“{word[k]}”", size=11)
        text(axes, x, 0.5, f"“{word[k + 1]}”?", size=11)
        arrow(axes, (x, 6.4), (x, 5.75), INK)
        for y, name, wash in rows:
            axes.add_patch(
                plt.Rectangle(
                    (x - 0.95, y - 0.5), 1.9, 1, fc=wash, ec=MUTED, lw=1
                )
            )
            text(axes, x, y, name, size=8)
            arrow(axes, (x, y - 0.52), (x, y - 1.15), MUTED)
        if k < 3:
            arrow(axes, (x + 0.97, 3.5), (x + 2.03, 3.5), BLUE)
    text(axes, 0.35, 6.7, "reads", size=8, color=MUTED)
    text(axes, 0.35, 0.5, "foresees", size=8, color=MUTED)
    return figure


def training() -> Figure:
    """Loss and held-out perplexity of a small model."""
    losses, perplexities, _, _ = _run()
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.2, 2.5))
    smooth = np.convolve(losses, np.ones(20) / 20, "valid")
    left.plot(losses, ".", ms=2, color=MUTED)
    left.plot(np.arange(len(smooth)) + 10, smooth, color=BLUE)
    left.set(xlabel="step", ylabel="loss, nats", ylim=(1.2, 4.8))
    epochs = np.arange(1, len(perplexities) + 1)
    right.plot(epochs, perplexities, "o-", color=ORANGE, ms=4)
    right.set(xlabel="epoch", ylabel="held-out perplexity", xticks=epochs)
    figure.tight_layout()
    return figure


def temperature() -> Figure:
    """What the small model expects after a few letters, at three values."""
    _, _, data, parameters = _run()
    ids = encode_characters(CONTEXT, data.vocabulary)
    logits = char_lm_forward(parameters, ids[None])[0][0, -1].astype(float)
    likely = np.argsort(-logits)[:SHOWN]
    names = ["space" if x == " " else x for x in _letters(data, likely)]
    figure, panels = plt.subplots(
        1, 3, sharex=True, sharey=True, figsize=(5.2, 2.6)
    )
    for axes, tau in zip(panels, (0.5, 1.0, 2.0), strict=True):
        p = next_character_probabilities(logits, tau)
        axes.barh(names, p[likely], color=BLUE, height=0.7)
        axes.set(title=f"temperature {tau:g}", xlim=(0, 1), xticks=[0, 0.5, 1])
        axes.grid(axis="y", visible=False)
    panels[0].invert_yaxis()
    panels[1].set_xlabel("probability")
    figure.tight_layout()
    return figure


def _letters(data: Data, ids: np.ndarray) -> list[str]:
    """Return the characters of these numbers as they can be shown."""
    return [data.vocabulary[i].replace("\n", "↵") for i in ids]


@functools.cache
def _run() -> tuple[list[float], list[float], Data, CharLMParameters]:
    """Train for some seconds; return losses, perplexities and the model."""
    data = split_text(load_text(None)[:140_000], 40, 0.1)
    parameters = char_lm_init(len(data.vocabulary), 16, 64, 0)
    trainer = CharLMTrainer(parameters, lr=0.01)
    losses, perplexities = [], []
    for step in char_lm_train(trainer, data.inputs, data.targets, 6, 64):
        losses.append(step.loss)
        if step.ends_epoch:
            perplexities.append(
                char_lm_perplexity(trainer.parameters, data.held_out, 32)
            )
    return losses, perplexities, data, trainer.parameters
