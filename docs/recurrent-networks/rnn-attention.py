"""Figures of the page on attention in recurrent networks."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reference_impl import additive_attention
from reference_impl.examples import attention_lookup as lookup
from sitekit.drawing import arrow, canvas, cells, number, text
from sitekit.palette import BLUE, BLUE_WASH, FAINT, INK, MUTED, ORANGE_WASH


def three_steps() -> Figure:
    """Scores, weights and context of one query."""
    query = np.array([[0.5, -0.5]])
    key = np.array([[-1.0, 0.5], [1.0, 1.0], [0.0, 0.5], [-0.5, -1.0]])
    value = np.array([[1.0, 0], [4, 2], [0, 1], [2, 0]])
    unit, v = np.eye(2), np.array([2.0, 1.0])
    scores = np.tanh(query + key) @ v
    context, weights = additive_attention(query, key, value, unit, unit, v)
    figure, axes = canvas(14.0, 9.4)
    cells(axes, query.T, 0.4, 0.8, fill=ORANGE_WASH)
    text(axes, 0.9, 0.4, "query $s$")
    arrow(axes, (0.9, 2.9), (1.9, 4.1))
    rows = (
        ("key $h$", 1.8),
        ("score $e$", 4.3),
        (r"weight $\alpha$", 6.0),
        ("value $v$", 8.2),
    )
    for name, y in rows:
        text(axes, 2.0, y, name, ha="left", color=MUTED)
    for j in range(4):
        x = 4.8 + 1.8 * j
        cells(axes, key[j][:, None], x, 0.8, fill=BLUE_WASH)
        text(axes, x + 0.5, 4.3, number(round(float(scores[j]), 2)))
        axes.add_patch(
            Rectangle((x, 5.5), 1, 1, facecolor="none", edgecolor=MUTED)
        )
        axes.add_patch(
            Rectangle((x, 5.5), 1, 1, facecolor=BLUE, alpha=weights[0, j] / 2)
        )
        weight = number(round(float(weights[0, j]), 2))
        text(axes, x + 0.5, 6.0, weight, color=INK)
        cells(axes, value[j][:, None], x, 7.2)
        arrow(axes, (x + 0.5, 2.9), (x + 0.5, 3.9))
        arrow(axes, (x + 0.5, 4.7), (x + 0.5, 5.4))
    arrow(axes, (11.4, 8.2), (12.4, 8.2))
    cells(axes, context.T.round(2), 12.5, 7.2, fill=ORANGE_WASH)
    text(axes, 13.0, 6.8, "context $c$")
    return figure


def alignment() -> Figure:
    """The weights of eight questions to one list of eight pairs."""
    model = lookup.new_model("general", 0)
    for _ in lookup.train(model, "general", 0, 500):
        pass
    one = lookup.draw(np.random.default_rng(1), 1, pairs=8)
    names = [lookup.LETTERS[k] for k in one.letters[:8, 0]]
    place = np.argsort(names)
    letters = np.tile(one.letters, 8)
    letters[8] = letters[place, 0]
    lists = lookup.Lists(letters, np.tile(one.digits, 8), np.full(8, 8), place)
    weights = lookup.answer(model, "general", lists).weights
    assert weights is not None
    figure, axes = plt.subplots(figsize=(4.4, 3.6))
    # From nearly nothing to blue, for light and dark pages.
    blues = LinearSegmentedColormap.from_list(
        "blues", [(0.5, 0.5, 0.5, 0.08), (0.22, 0.48, 0.85, 1.0)]
    )
    axes.imshow(
        weights[:, :8], cmap=blues, vmin=0, vmax=1, interpolation="none"
    )
    pairs = [f"{n}{d}" for n, d in zip(names, one.digits[:8, 0], strict=True)]
    axes.set_xticks(range(8), pairs)
    axes.set_yticks(range(8), [f"{names[k]} ?" for k in place])
    axes.set(xlabel="pairs, in the order of reading", ylabel="question")
    axes.grid(visible=False)
    return figure


def by_pairs() -> Figure:
    """The share of right answers by the number of pairs."""
    figure, axes = plt.subplots(figsize=(5.2, 2.9))
    axes.axvspan(lookup.FEWEST, lookup.MOST, color=FAINT, alpha=0.5, lw=0)
    counts = range(2, 12)
    names = {"general": "general score", "none": "no attention"}
    for kind, updates in (("general", 500), ("none", 1000)):
        model = lookup.new_model(kind, 0)
        for _ in lookup.train(model, kind, 0, updates):
            pass
        share = [100 * lookup.accuracy(model, kind, 0, n) for n in counts]
        axes.plot(counts, share, "o-", markersize=4, label=names[kind])
    axes.axhline(10, color=MUTED, lw=1, ls="--", label="guess")
    axes.set(xlabel="pairs in the list", ylabel="right, %", ylim=(0, 104))
    axes.set_xticks([2, 5, 8, 11])
    axes.legend(
        ncols=3, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1)
    )
    return figure
