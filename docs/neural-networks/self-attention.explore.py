"""The figure of the page on self-attention that a hand moves."""

import numpy as np

from reference_impl import attention_weights
from sitekit.explorer import Choice, Range, explorer
from sitekit.palette import BLUE, MUTED
from sitekit.svg import Drawing, number

N = 6
X = np.random.default_rng(3).standard_normal((N, 4))
FAR = np.subtract.outer(np.arange(N), np.arange(N))  # query less key
MASKS = {
    "all see all": FAR > -N,
    "causal": FAR >= 0,
    "causal, the last three": (FAR >= 0) & (FAR < 3),
    "neighbours": abs(FAR) < 2,
}


@explorer(
    "Change the mask",
    mask=Choice("mask", tuple(MASKS)),
    hidden=Range("keys of padding", 0, N - 1),
    query=Range("query", 0, N - 1),
    scale=Range("scale", 0, 2, 0.1),
)
def attention_under_a_mask(
    mask: str = "causal", hidden: int = 0, query: int = 3, scale: float = 0.5
) -> Drawing:
    """The scaled scores that a mask lets through, and the weights they give."""
    seen = MASKS[mask] & (np.arange(N) < N - hidden)
    scores = np.where(seen, scale * (X @ X.T), np.nan)
    weights = attention_weights(X, X, attn_mask=seen, scale=scale)
    drawing = Drawing(15.4, 8)
    _square(drawing, 1, "scaled scores", scores, digits=1)
    _square(drawing, 9.2, "weights", np.where(seen, weights, np.nan), digits=2)
    for i, j in np.argwhere(seen):
        shade = 0.5 * float(weights[i, j])  # what is written stays readable
        corner = (9.2 + float(j), 1.9 + float(i))
        drawing.rectangle(corner, 1, 1, fill=BLUE, opacity=shade)
    for x in (1, 9.2):
        drawing.frame((x, 1.9 + query), N, 1, BLUE)
    drawing.told = _told(query, weights[query], seen[query])
    return drawing


def _square(
    drawing: Drawing, x: float, title: str, values: np.ndarray, digits: int
) -> None:
    """Draw a square of values from x on, its rows and columns counted."""
    ghosts = {(int(i), int(j)) for i, j in np.argwhere(np.isnan(values))}
    drawing.cells(values.round(digits), (x, 1.9), ghosts=ghosts, size=7.5)
    drawing.text((x + N / 2, 0.4), title)
    for k in range(N):
        drawing.text((x + k + 0.5, 1.45), str(k), color=MUTED, size=7.5)
        drawing.text((x - 0.4, 2.4 + k), str(k), color=MUTED, size=7.5)


def _told(query: int, weights: np.ndarray, seen: np.ndarray) -> str:
    """Say what one query sees."""
    if not seen.any():
        return f"Query {query} sees no key: its weights are all 0."
    shares = ", ".join(
        f"{number(round(float(weights[k]), 2))} to key {k}"
        for k in np.flatnonzero(seen)
    )
    total = number(float(weights.sum()))
    return f"Query {query} gives {shares}; together {total}."
