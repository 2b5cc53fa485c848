"""Shapes that several figures share: grids of numbered cells, arrows, blank axes."""

from collections.abc import Collection
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sitekit.palette import FAINT, INK, MUTED, PAPER


def canvas(
    width: float, height: float, inches: float = 5.2
) -> tuple[Figure, Axes]:
    """Return a figure without axes, `width` by `height` cells, y pointing down."""
    figure, axes = plt.subplots(figsize=(inches, inches * height / width))
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axes.axis("off")
    figure.subplots_adjust(0, 0, 1, 1)
    return figure, axes


def number(value: float) -> str:
    """Return `value` as a reader would write it: 3, 0.5, −2."""
    return f"{value:.3g}".replace("-", "−")


def cells(
    axes: Axes,
    values: np.ndarray,
    x: float,
    y: float,
    *,
    fill: str = PAPER,
    ghosts: Collection[tuple[int, ...]] = (),
    marked: Collection[tuple[int, ...]] = (),
    mark: str = FAINT,
    size: float = 9,
) -> None:
    """Draw `values`, 1-D or 2-D, as squares of side 1 from the corner (x, y).

    Cells in `ghosts` are dashed and pale, as padding is; those in `marked` are filled
    with `mark`.
    """
    flat = values.ndim == 1
    for index in np.ndindex(values.shape):
        row, column = (0, *index) if flat else index
        ghost = index in ghosts
        axes.add_patch(
            Rectangle(
                (x + column, y + row),
                1,
                1,
                facecolor=PAPER
                if ghost
                else mark
                if index in marked
                else fill,
                edgecolor=FAINT if ghost else MUTED,
                linewidth=0.8,
                linestyle=":" if ghost else "-",
                zorder=1 if ghost else 2,
            )
        )
        text(
            axes,
            x + column + 0.5,
            y + row + 0.5,
            number(float(values[index])),
            color=MUTED if ghost else INK,
            size=size,
        )


def frame(
    axes: Axes, x: float, y: float, width: float, height: float, color: str
) -> None:
    """Draw an empty frame, to say which cells a window covers."""
    axes.add_patch(
        Rectangle(
            (x, y),
            width,
            height,
            fill=False,
            edgecolor=color,
            linewidth=2.2,
            zorder=4,
        )
    )


def text(axes: Axes, x: float, y: float, words: str, **style: Any) -> None:
    """Write `words` centred at (x, y) unless `style` says otherwise."""
    defaults: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "size": 9,
        "zorder": 5,
    }
    axes.text(x, y, words, **{**defaults, **style})


def arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = MUTED,
) -> None:
    """Draw an arrow from `start` to `end`."""
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={"arrowstyle": "->", "color": color, "linewidth": 1.2},
    )
