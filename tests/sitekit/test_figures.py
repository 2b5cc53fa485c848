"""Figures as they stand in a page: small, and saying the numbers they said."""

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt

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
