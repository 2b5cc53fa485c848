"""Figures of a notebook drawn as those of the pages: called in the notebook's kernel."""

import itertools

import matplotlib.pyplot as plt
from IPython import get_ipython
from matplotlib.figure import Figure

from sitekit.figures import to_svg
from sitekit.palette import STYLE


def prepare() -> None:
    """Let figures come as the site's own SVG, in its colours, numbered from 1."""
    shell = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    plt.rcParams.update(STYLE)
    formatters = shell.display_formatter.formatters
    formatters["image/png"].pop(Figure)
    numbers = itertools.count(1)

    formatters["image/svg+xml"].for_type(
        Figure, lambda figure: to_svg(figure, f"figure-{next(numbers)}")
    )
