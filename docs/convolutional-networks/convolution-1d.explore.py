"""The figure of the page on one-dimensional convolution that a hand moves."""

import numpy as np

from reference_impl import convolve
from sitekit.explorer import Range, explorer
from sitekit.palette import BLUE, BLUE_WASH, MUTED, ORANGE_WASH
from sitekit.svg import Drawing, number

SIGNAL = np.array([3.0, 1.0, 4.0, 2.0, 5.0])
WEIGHTS = np.array([2.0, 0.0, -1.0, 3.0, 1.0])
MODES = ("full", "same", "valid")


def _first(mode: str, n: int, m: int) -> int:
    """Return which output of *full* is the first of `mode`."""
    return {"full": 0, "same": (m - 1) // 2, "valid": m - 1}[mode]


@explorer(
    "Move the kernel",
    place=Range("place", 1, 9),
    kernel=Range("kernel length", 1, 5),
)
def padding_modes(place: int = 3, kernel: int = 3) -> Drawing:
    """The kernel at one place; which modes go there, and what they return."""
    weights = WEIGHTS[:kernel]
    n, m = len(SIGNAL), kernel
    places = n + m - 1
    place = min(place, places)
    drawing = Drawing(16.2, 12)
    told = [f"Place {place} of {places}."]
    for row, mode in enumerate(MODES):
        outputs = convolve(SIGNAL, weights, mode)
        first = _first(mode, n, m)
        at = place - 1 - first
        y = 0.5 + 3.9 * row
        _mode(drawing, mode, y, weights, outputs, at)
        if 0 <= at < len(outputs):
            value = number(outputs[at])
            told.append(f"{mode}: output {at + 1} of {len(outputs)}, {value}.")
        else:
            told.append(f"{mode}: no output here, {len(outputs)} in all.")
    drawing.most = {"place": places}
    drawing.told = " ".join(told)
    return drawing


def _mode(
    drawing: Drawing,
    mode: str,
    y: float,
    weights: np.ndarray,
    outputs: np.ndarray,
    at: int,
) -> None:
    """Draw one mode: the padded signal, the kernel below it, the outputs."""
    n, m = len(SIGNAL), len(weights)
    before = m - 1 - _first(mode, n, m)
    after = len(outputs) + m - 1 - before - n
    padded = np.pad(SIGNAL, (before, after))
    ghosts = {(i,) for i in range(len(padded)) if not before <= i < before + n}
    x = 7 - before  # the signal begins at 7 in each mode, so places line up
    drawing.cells(padded, (x, y), ghosts=ghosts, fill=BLUE_WASH)
    drawing.text((0.1, y + 0.5), mode, anchor="start", size=11)
    words = f"{len(outputs)} outputs" if len(outputs) > 1 else "1 output"
    drawing.text((0.1, y + 2.5), words, anchor="start", color=MUTED)
    marked = {(at,)}
    # An output stands below the last cell its window covers.
    drawing.cells(outputs, (x + m - 1, y + 2), marked=marked, mark=ORANGE_WASH)
    if 0 <= at < len(outputs):
        drawing.cells(weights[::-1], (x + at, y + 1), fill=ORANGE_WASH)
        drawing.frame((x + at, y), m, 2, BLUE)
