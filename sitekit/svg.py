"""Draw SVG with NumPy alone: the figures that a reader's hand moves.

They are drawn at build and again in the reader's browser, where there is no
matplotlib. The shapes are those of `sitekit.drawing`, the colours those of the
palette; a cell is the unit of length, y points down.
"""

from collections.abc import Collection, Iterable, Sequence
from html import escape

import numpy as np

from sitekit.palette import FAINT, INK, MUTED, PAPER, in_page

WIDTH = 374.4  # points: 5.2 inches, as wide as matplotlib draws
Point = tuple[float, float]


def number(value: float, digits: int = 3) -> str:
    """Return `value` as a reader would write it: 3, 0.5, −2."""
    rounded = float(f"{value:.{digits}g}") + 0.0  # no -0
    return f"{rounded:g}".replace("-", "−")


class Drawing:
    """A picture `width` by `height` cells, its words, and what may follow.

    Attributes
    ----------
    told : str
        What the picture shows, in a sentence or two, with its numbers.
    most : dict
        By control, the largest value that makes sense beside the others.
    """

    def __init__(self, width: float, height: float):
        self.cell = WIDTH / width
        self.size = (WIDTH, height * self.cell)
        self.shapes: list[str] = []
        self.words: list[str] = []  # above all shapes
        self.told = ""
        self.most: dict[str, int] = {}

    def cells(
        self,
        values: np.ndarray,
        corner: Point,
        *,
        fill: str = PAPER,
        ghosts: Collection[tuple[int, ...]] = (),
        marked: Collection[tuple[int, ...]] = (),
        mark: str = FAINT,
        size: float = 9,
    ) -> None:
        """Draw `values`, 1-D or 2-D, as squares of side 1 from `corner` on.

        Cells in `ghosts` are dashed and pale, as padding is; those in `marked`
        are filled with `mark`. An entry that is NaN has no number.
        """
        flat = values.ndim == 1
        kinds: dict[tuple[str, bool], list[Point]] = {}
        for index in np.ndindex(values.shape):
            row, column = (0, *index) if flat else index
            at = (corner[0] + column, corner[1] + row)
            ghost = index in ghosts
            face = PAPER if ghost else mark if index in marked else fill
            kinds.setdefault((face, ghost), []).append(at)
            value = float(values[index])
            if not np.isnan(value):
                ink = MUTED if ghost else INK
                middle = (at[0] + 0.5, at[1] + 0.5)
                self.text(middle, number(value), color=ink, size=size)
        # Dashed ones first: where two meet, the solid line is seen.
        for face, ghost in sorted(kinds, key=lambda kind: not kind[1]):
            self._squares(kinds[face, ghost], face, ghost)

    def _squares(
        self, corners: Iterable[Point], face: str, ghost: bool
    ) -> None:
        """Draw all squares of one kind as one shape."""
        side = _short(self.cell)
        path = "".join(
            f"M{self._at(corner)}h{side}v{side}h-{side}z" for corner in corners
        )
        edge = FAINT if ghost else MUTED
        dash = ";stroke-dasharray:1,1.4" if ghost else ""
        self.shapes.append(
            f'<path d="{path}" style="fill:{face};stroke:{edge}{dash}" '
            'stroke-width="0.8"/>'
        )

    def rectangle(
        self,
        corner: Point,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 1,
        opacity: float = 1,
    ) -> None:
        """Draw a rectangle."""
        x, y = self._at(corner).split(",")
        w, h = _short(width * self.cell), _short(height * self.cell)
        style = f"fill:{fill};stroke:{edge}"
        more = f' fill-opacity="{_short(opacity)}"' if opacity < 1 else ""
        self.shapes.append(
            f'<rect x="{x}" y="{y}" width="{w}" height="{h}" '
            f'style="{style}" stroke-width="{line}"{more}/>'
        )

    def frame(
        self, corner: Point, width: float, height: float, color: str
    ) -> None:
        """Draw an empty frame, to say which cells a window covers."""
        self.rectangle(corner, width, height, edge=color, line=2.2)

    def line(
        self,
        points: Iterable[Point],
        color: str = MUTED,
        *,
        width: float = 1.2,
        dash: str = "",
    ) -> None:
        """Draw straight lines from point to point."""
        path = " ".join(self._at(point) for point in points)
        more = f' stroke-dasharray="{dash}"' if dash else ""
        self.shapes.append(
            f'<polyline points="{path}" style="fill:none;stroke:{color}" '
            f'stroke-width="{width}"{more}/>'
        )

    def arrow(self, start: Point, end: Point, color: str = MUTED) -> None:
        """Draw a level arrow from `start` to `end`."""
        self.line((start, end), color)
        head = (end[0] - 5 / self.cell, 3 / self.cell)
        wings = [(head[0], end[1] - head[1]), end, (head[0], end[1] + head[1])]
        self.line(wings, color)

    def dot(self, at: Point, color: str, radius: float = 3.5) -> None:
        """Draw a dot of `radius` points."""
        x, y = self._at(at).split(",")
        self.shapes.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" style="fill:{color}"/>'
        )

    def text(
        self,
        at: Point,
        words: str,
        *,
        color: str = INK,
        size: float = 9,
        anchor: str = "middle",
    ) -> None:
        """Write `words`, their middle (or start, or end) at `at`."""
        x, y = self._at((at[0], at[1] + 0.35 * size / self.cell)).split(",")
        self.words.append(
            f'<text x="{x}" y="{y}" font-size="{_short(size)}" '
            f'text-anchor="{anchor}" style="fill:{color}">{escape(words)}</text>'
        )

    def svg(self) -> str:
        """Return the picture as SVG that stands in a page."""
        width, height = map(_short, self.size)
        shapes = in_page("".join([*self.shapes, *self.words]))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {width} {height}">{shapes}</svg>'
        )

    def _at(self, point: Point) -> str:
        x, y = point
        return f"{_short(x * self.cell)},{_short(y * self.cell)}"


class Plot:
    """Axes inside a drawing: curves over numbers.

    Parameters
    ----------
    drawing : Drawing
    box : tuple of float
        The corner, the width and the height, in cells.
    x, y : tuple of float
        Smallest and largest value on each axis.
    """

    def __init__(
        self,
        drawing: Drawing,
        box: tuple[float, float, float, float],
        x: Point,
        y: Point,
    ):
        self.drawing, self.box, self.x, self.y = drawing, box, x, y

    def at(self, x: float, y: float) -> Point:
        """Return where (x, y) lies in the drawing; y is held inside."""
        left, top, width, height = self.box
        y = min(max(y, self.y[0]), self.y[1])
        return (
            left + width * (x - self.x[0]) / (self.x[1] - self.x[0]),
            top + height * (self.y[1] - y) / (self.y[1] - self.y[0]),
        )

    def ticks(self, y: Sequence[float], x: Sequence[float] = ()) -> None:
        """Write values beside the axes, with a fine line across for each."""
        _, top, _, height = self.box
        for value in y:
            ends = [self.at(edge, value) for edge in self.x]
            self.drawing.line(ends, FAINT, width=0.8)
            beside = (ends[0][0] - 5 / self.drawing.cell, ends[0][1])
            self.drawing.text(
                beside, number(value), color=MUTED, size=8, anchor="end"
            )
        for value in x:
            foot = (self.at(value, 0)[0], top + height)
            self.drawing.line([(foot[0], top), foot], FAINT, width=0.8)
            below = (foot[0], foot[1] + 9 / self.drawing.cell)
            self.drawing.text(below, number(value), color=MUTED, size=8)

    def curve(
        self,
        x: np.ndarray,
        y: np.ndarray,
        color: str,
        *,
        dash: str = "",
        jump: float = np.inf,
    ) -> None:
        """Draw y over x, cut where it leaves the axes or jumps so far."""
        low, high = self.y
        inside = (y >= low) & (y <= high)
        inside &= (x >= self.x[0]) & (x <= self.x[1])
        jumps = np.abs(np.diff(y, prepend=y[0])) > jump
        pieces: list[list[Point]] = [[]]
        for k in range(len(x)):
            if jumps[k] or not inside[k]:
                pieces.append([])
            if inside[k]:
                pieces[-1].append(self.at(float(x[k]), float(y[k])))
        for piece in pieces:
            if len(piece) > 1:
                self.drawing.line(piece, color, width=1.8, dash=dash)


def _short(value: float) -> str:
    """Return two decimals, without what says nothing."""
    return f"{round(value, 2) + 0.0:g}"
