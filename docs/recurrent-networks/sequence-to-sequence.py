"""Figures of the page on sequence to sequence: attention twice, and a beam."""

from functools import cache
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from reference_impl import Seq2SeqModel, beam_search
from reference_impl.examples import date_rewriting as examples
from sitekit.drawing import arrow, canvas, frame, number, text
from sitekit.palette import BLUE, GREEN, INK, MUTED, ORANGE

SHORT, LONG = "3-Mar-09", "Tuesday 3 March 2009"


@cache
def _trained() -> Seq2SeqModel:
    """Return a network after 300 updates."""
    model = examples.new_model(seed=0)
    for _ in examples.train(model, seed=0, updates=300):
        pass
    return model


def network() -> Figure:
    """Encoder below, decoder above, and where the decoder looks."""
    written, weights = examples.alignment(_trained(), SHORT)
    figure, axes = canvas(25, 11.5)
    bottom, top = 8.2, 2.6
    left = [3.2 + 2.5 * j for j in range(len(SHORT))]
    above = [0.6 + 2.2 * i for i in range(len(written))]
    for j, character in enumerate(SHORT):
        frame(axes, left[j], bottom, 1.2, 1.2, ORANGE)
        text(axes, left[j] + 0.6, bottom + 2.2, character)
        if j:
            gap = left[j - 1] + 1.3, left[j] - 0.1
            arrow(axes, (gap[0], bottom + 0.4), (gap[1], bottom + 0.4), MUTED)
            arrow(axes, (gap[1], bottom + 0.8), (gap[0], bottom + 0.8), MUTED)
    for i, character in enumerate(written):
        frame(axes, above[i], top, 1.2, 1.2, GREEN)
        text(axes, above[i] + 0.6, top - 1, "end" if i == 10 else character)
        if i:
            start, end = above[i - 1] + 1.3, above[i] - 0.1
            arrow(axes, (start, top + 0.6), (end, top + 0.6), MUTED)
        for j, weight in enumerate(weights[i]):
            axes.plot(
                [above[i] + 0.6, left[j] + 0.6],
                [top + 1.3, bottom - 0.1],
                color=BLUE,
                alpha=float(weight),
                lw=1.6,
            )
    text(axes, 12.5, 11.1, "read", size=8.5, color=MUTED)
    text(axes, 12.5, 0.5, "written", size=8.5, color=MUTED)
    return figure


def alignment() -> Figure:
    """Attention of each written character on each that is read."""
    written, weights = examples.alignment(_trained(), LONG)
    figure, axes = plt.subplots(figsize=(5.2, 3.4))
    colours = LinearSegmentedColormap.from_list(
        "blues", [(0.5, 0.5, 0.5, 0.08), (0.22, 0.48, 0.85, 1.0)]
    )
    axes.imshow(weights, cmap=colours, vmin=0, vmax=1, interpolation="none")
    axes.set_xticks(range(len(LONG)), list(LONG))
    axes.set_yticks(range(len(written)), [*written[:-1], "end"])
    axes.tick_params(length=0)
    axes.set(xlabel="read", ylabel="written")
    axes.grid(visible=False)
    return figure


def beam() -> Figure:
    """The two steps of the example on the page, with a beam of two."""
    table = np.array(
        [
            [1, 0, 0, 0],
            [0.4, 0.3, 0.3, 0],
            [0.9, 0, 0.1, 0],
            [0.1, 0.5, 0.4, 0],
        ]
    )
    with np.errstate(divide="ignore"):
        log_table = np.log(table)
    found = beam_search(
        lambda tokens, state: (log_table[tokens], state),
        np.zeros((1, 0)), start=3, end=0, width=2, max_length=2,
    )  # fmt: skip
    kept = {h.tokens[: n + 1] for h in found for n in range(len(h.tokens))}
    names, order = {0: "end", 1: "A", 2: "B", 3: "start"}, (1, 2, 0)
    places = {(): (1.0, 4.5)}
    places |= {(k,): (8.0, y) for k, y in zip(order, (2, 6, 8.5), strict=True)}
    below = [(a, b) for a in (1, 2) for b in order]
    places |= {t: (15.0, 0.5 + 1.45 * n) for n, t in enumerate(below)}
    figure, axes = canvas(19, 9.2)
    for tokens, (x, y) in places.items():
        path = (3, *tokens)
        chance = np.prod([table[a, b] for a, b in pairwise(path)])
        colour = BLUE if tokens in kept or not tokens else MUTED
        words = names[path[-1]] + (f"  {number(chance)}" if tokens else "")
        text(
            axes,
            x,
            y,
            words,
            ha="left",
            color=INK if colour == BLUE else MUTED,
        )
        if tokens:
            x0, y0 = places[tokens[:-1]]
            gap = 2.9 if tokens[:-1] else 2.0
            arrow(axes, (x0 + gap, y0), (x - 0.4, y), colour)
    return figure
