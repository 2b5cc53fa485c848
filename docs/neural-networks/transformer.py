"""Figures of the page on the transformer."""

import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from reference_impl import (
    CausalTransformer,
    SequenceClassifier,
    encode_characters,
    sinusoidal_positional_encoding,
)
from reference_impl.examples import causal_transformer, sequence_classifier
from reference_impl.examples.digits_cnn import load_digits
from sitekit.drawing import arrow, canvas, text
from sitekit.palette import (
    BLUE,
    BLUE_WASH,
    FAINT,
    GREEN_WASH,
    INK,
    MUTED,
    ORANGE,
    ORANGE_WASH,
    PAPER,
)

STEPS, EPOCHS = 400, 10
WORDS = "the statement is used"
ATTENTION = ("multi-head attention", BLUE_WASH)
NORM = ("layer norm", GREEN_WASH)
MLP = ("perceptron", ORANGE_WASH)
ADD = ("+", PAPER)
POST = (ATTENTION, ADD, NORM, MLP, ADD, NORM)
PRE = (NORM, ATTENTION, ADD, NORM, MLP, ADD)


def _column(axes: Axes, x: float, title: str, parts: tuple) -> None:
    """Draw boxes from the bottom up, and the ways around them."""
    bottom, step, start = 11.2, 1.55, 11.0
    text(axes, x, 12.0, title, size=9)
    y, around = bottom, start
    for name, fill in parts:
        low = bottom - 0.2 if y == bottom else y - 0.45
        y -= step
        arrow(axes, (x, low), (x, y + 0.45))
        if name == "+":
            axes.add_patch(
                plt.Circle((x, y), 0.42, facecolor=fill, edgecolor=INK)
            )
            text(axes, x, y, "+", size=11)
            axes.plot(
                [x, x + 2.9, x + 2.9], [around, around, y], color=BLUE, lw=1.4
            )
            arrow(axes, (x + 2.9, y), (x + 0.45, y), BLUE)
            around = y - 0.62
            continue
        axes.add_patch(
            FancyBboxPatch(
                (x - 2.3, y - 0.42),
                4.6,
                0.84,
                boxstyle="round,pad=0,rounding_size=0.2",
                facecolor=fill,
                edgecolor=MUTED,
                linewidth=0.8,
            )
        )
        text(axes, x, y, name, size=8)
        if name == "layer norm" and title == "norm after":
            around = y - 0.62
    arrow(axes, (x, y - 0.45), (x, y - 1.3))


def blocks() -> Figure:
    """The two kinds of block, as boxes from the bottom up."""
    figure, axes = canvas(15, 12.4, 5.2)
    _column(axes, 3.6, "norm after", POST)
    _column(axes, 10.9, "norm before", PRE)
    return figure


def positions() -> Figure:
    """The codes of 64 places, and how alike they are to that of place 32."""
    codes = sinusoidal_positional_encoding(64, 32)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(5.6, 2.9), layout="constrained"
    )
    left.imshow(codes, cmap="cividis", aspect="auto", interpolation="none")
    left.set(xlabel="number $i$", ylabel="place $t$")
    left.grid(visible=False)
    right.plot(codes @ codes[32])
    right.set(xlabel="place $t$", ylabel="product with place 32")
    return figure


@functools.cache
def _classifier() -> SequenceClassifier:
    """Train the classifier, for fewer passes than its command does."""
    rng = np.random.default_rng(0)
    (x, y), _ = load_digits(0)
    model = SequenceClassifier(4, 10, dropout=0.1, generator=rng)
    x = sequence_classifier.pieces(x)
    list(sequence_classifier.train(model, x, y, EPOCHS, rng))
    return model


@functools.cache
def _writer() -> tuple[CausalTransformer, list[float]]:
    """Train a writer smaller than that of its command; return the losses."""
    rng = np.random.default_rng(0)
    known = causal_transformer.load_text()
    model = CausalTransformer(len(known.characters), 32, 2, generator=rng)
    steps = causal_transformer.train(model, known.train, STEPS, rng, 8, 0.005)
    return model, list(steps)


def _blues() -> LinearSegmentedColormap:
    """Return colours from nearly nothing to blue, for light and dark pages."""
    return LinearSegmentedColormap.from_list(
        "blues", [(0.5, 0.5, 0.5, 0.08), (0.22, 0.48, 0.85, 1.0)]
    )


def gaze() -> Figure:
    """Where the class token looks, on three digits."""
    _, (images, _) = load_digits(0)
    images = images[:3]
    weights = sequence_classifier.gaze(_classifier(), images)
    figure, rows = plt.subplots(3, 5, figsize=(5.2, 3.2))
    for n, (image, heads) in enumerate(zip(images, weights, strict=True)):
        for k, (axes, picture) in enumerate(
            zip(rows[n], [image[0], *heads], strict=True)
        ):
            axes.pcolormesh(picture, cmap=_blues(), vmin=0, vmax=1)
            axes.set_aspect("equal")
            axes.invert_yaxis()
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(True)
            axes.spines[:].set_color(FAINT)
            if n == 0:
                axes.set_title(f"head {k}" if k else "digit", size=9)
    return figure


def learning() -> Figure:
    """The loss of the writer, beside what costs without learning."""
    known = causal_transformer.load_text()
    _, losses = _writer()
    figure, axes = plt.subplots(figsize=(5.2, 2.8))
    axes.plot(losses, linewidth=1)
    for level, below, name in (
        (np.log(len(known.characters)), 0.28, "nothing known"),
        (causal_transformer.bigram_loss(known), 0.5, "pairs counted"),
    ):
        axes.axhline(level, color=ORANGE, linewidth=1.2)
        axes.text(STEPS, level - below, name, ha="right", size=9)
    axes.set(xlabel="step", ylabel="loss, nats a character", ylim=(1.5, 5.2))
    return figure


def reading() -> Figure:
    """The weights of a head of each block, for a few words."""
    model, _ = _writer()
    known = causal_transformer.load_text()
    ids = encode_characters(WORDS, known.characters)
    layers = model.attention_weights(ids[None])
    figure, both = plt.subplots(1, 2, figsize=(6.2, 3.3), layout="constrained")
    for k, (axes, weights) in enumerate(zip(both, layers, strict=True)):
        axes.imshow(
            weights[0, 0], cmap=_blues(), vmin=0, vmax=1, interpolation="none"
        )
        places = np.arange(len(WORDS))
        axes.set_xticks(places, WORDS, size=8)
        axes.set_yticks(places, WORDS, size=8)
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.set_title(("first", "second")[k] + " block", size=9)
    return figure
