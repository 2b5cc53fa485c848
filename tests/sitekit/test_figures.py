"""Figures as they stand in a page: small, and saying the numbers they said."""

import re

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sitekit.figures import to_svg
from sitekit.palette import STYLE


def drawn(words):
    with mpl.rc_context(dict(STYLE)):
        figure, axes = plt.subplots()
        axes.plot([0, 1 / 3], [0, 2 / 7])
        axes.text(0.1, 0.1, words)
        return to_svg(figure, "test")


def test_places_are_rounded_and_words_are_not():
    svg = drawn("0.375 and 12.3456")
    assert ">0.375 and 12.3456<" in svg
    inside = svg[svg.index("<path") :].split(">")[0]
    assert "." in inside
    assert all(len(n.split(".")[-1]) <= 2 for n in inside.split() if "." in n)


def cloud(**style):
    with mpl.rc_context(dict(STYLE)):
        figure, axes = plt.subplots()
        axes.axis("off")
        axes.plot([0.0, 0.5, 1.0], [0.0, 0.25, 1.0], color="#2563b8", **style)
        return to_svg(figure, "test")


def test_round_points_are_one_path_as_wide_as_the_points_were():
    svg = cloud(marker=".", linestyle="", markersize=4, markeredgewidth=0.5)
    places = re.findall(r"M([\d.]+) ([\d.]+)h0", svg)
    x, y = np.array(places, float).T
    assert (x[1] - x[0], y[0] - y[1]) == pytest.approx(
        (x[2] - x[1], (y[1] - y[2]) / 3), abs=0.03
    )
    assert "<use" not in svg
    assert "<defs><path" not in svg, "the marker is no longer needed"
    # matplotlib's "." is half as wide as its size says, and has an edge
    assert "stroke-width: 2.5; stroke-linecap: round" in svg


@pytest.mark.parametrize(
    "style",
    [
        {"marker": ".", "alpha": 0.5},
        {"marker": "s"},
        {"marker": "$3$"},
        {"marker": "o", "markeredgecolor": "black"},
    ],
    ids=str,
)
def test_other_points_stay_as_they_are(style):
    assert cloud(linestyle="", **style).count("<use") == 3
