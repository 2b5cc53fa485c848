"""The figure of the page on the LSTM that a hand moves: gates over typed text."""

import re
from collections.abc import Mapping

import numpy as np

from reference_impl import (
    CharLMTrainer,
    char_lm_init,
    char_lm_train,
    character_sequences,
    character_vocabulary,
    encode_characters,
    lstm,
)
from sitekit.explorer import Range, Text, explorer
from sitekit.palette import BLUE, FAINT, GREEN, INK, MUTED, ORANGE
from sitekit.svg import Drawing, Plot

EMBEDDING, HIDDEN, MOST = 16, 48, 42
PARAMETERS = ("embedding", "w_ih", "w_hh", "b_ih", "b_hh")
GATES = (
    (1, "forget", BLUE, ""),
    (0, "input", ORANGE, "5,3"),
    (3, "output", GREEN, "1.5,2"),
)


def trained() -> dict[str, np.ndarray]:
    """Train for a few seconds on the help that comes with Python."""
    from reference_impl.examples.char_lm import load_text

    plain = re.sub(r"\s+", " ", load_text(None))[:120_000]
    vocabulary = character_vocabulary(plain)
    ids = encode_characters(plain, vocabulary)
    trainer = CharLMTrainer(
        char_lm_init(len(vocabulary), EMBEDDING, HIDDEN, 0), lr=0.01
    )
    for _ in char_lm_train(trainer, *character_sequences(ids, 50), 6, 32):
        pass
    # Half precision is enough to look at, and half as much to fetch.
    model = {
        name: array.astype(np.float16)
        for name, array in zip(PARAMETERS, trainer.parameters[:5], strict=True)
    }
    model["vocabulary"] = np.array(list(vocabulary))
    return _ordered(model, plain[3000:5000])


def _ordered(model: dict[str, np.ndarray], text: str) -> dict[str, np.ndarray]:
    """Number the units anew: 0 is the one whose forget gate minds spaces most."""
    spaces = [letter == " " for letter in text]
    forget = _run(model, text)[0][1]
    order = np.argsort(
        [np.corrcoef(spaces, forget[:, j])[0, 1] for j in range(HIDDEN)]
    )
    rows = (HIDDEN * np.arange(4)[:, None] + order).ravel()
    moved = {name: model[name][rows] for name in PARAMETERS[1:]}
    moved["w_hh"] = moved["w_hh"][:, order]
    return {**model, **moved}


@explorer(
    "Try your own text",
    data=trained,
    text=Text("your text", MOST),
    unit=Range("unit", 1, HIDDEN),
)
def gates(
    model: Mapping[str, np.ndarray],
    text: str = "the cell counts the letters of each word",
    unit: int = 1,
) -> Drawing:
    """A unit of a trained LSTM over a text: its gates and its cell."""
    letters, unknown = _read(text, "".join(model["vocabulary"]))
    opened, cell = (part[..., unit - 1] for part in _run(model, letters))
    n = len(letters)
    last = n - 0.5
    drawing = Drawing(100, 68)
    above = Plot(drawing, (8, 7, 91, 26), (-0.5, last), (0, 1))
    low, high = min(-1.0, float(cell.min())), max(1.0, float(cell.max()))
    below = Plot(drawing, (8, 38, 91, 24), (-0.5, last), (low, high))
    for k in (k for k in range(n) if letters[k] == " "):
        for plot in (above, below):
            x, y = plot.at(k - 0.5, plot.y[1])
            drawing.rectangle(
                (x, y), 91 / n, plot.box[3], fill=FAINT, opacity=0.7
            )
    above.ticks([0, 0.5, 1])
    below.ticks(sorted({0, int(low), int(high)}))
    for place, (gate, name, colour, dash) in enumerate(GATES):
        x = 20 + 25 * place
        drawing.line([(x, 3.5), (x + 6, 3.5)], colour, width=1.8, dash=dash)
        drawing.text((x + 7.5, 3.5), name, anchor="start")
        above.curve(np.arange(n), opened[gate], colour, dash=dash)
    drawing.text((53, 36), "cell", color=MUTED, size=8)
    below.curve(np.arange(n), cell, INK)
    for k, letter in enumerate(letters):
        drawing.text((below.at(k, 0)[0], 65), letter, size=8)
    drawing.told = _told(letters, opened[1], unit) + unknown
    return drawing


def _read(text: str, vocabulary: str) -> tuple[str, str]:
    """Return what the model reads of a text, and what is to be said of it."""
    strange = sorted(set(text) - set(vocabulary))
    letters = "".join(" " if x in strange else x for x in text[:MOST]) or " "
    if not strange:
        return letters, ""
    return letters, f" It does not know {' '.join(strange)} and reads a space."


def _run(
    model: Mapping[str, np.ndarray], letters: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gates (4, n, H) and the cell (n, H) over a text."""
    # A space comes before the text, as before any word.
    ids = encode_characters(" " + letters, "".join(model["vocabulary"]))
    embedding, *params = (model[name].astype(float) for name in PARAMETERS)
    zero = np.zeros((1, 1, HIDDEN))
    x = embedding[ids][:, None]
    *_, trace = lstm(x, (zero, zero), params, return_trace=True)
    record = trace.records[0]
    return record.gates[:, 1:, 0], record.cell[2:, 0]


def _told(letters: str, forget: np.ndarray, unit: int) -> str:
    """Say how open the forget gate is, at spaces and elsewhere."""
    at = np.array([x == " " for x in letters])
    means = [
        f"{forget[where].mean():.2f} {words}"
        for where, words in ((at, "at spaces"), (~at, "elsewhere"))
        if where.any()
    ]
    return f"Forget gate of unit {unit}, on average: {', '.join(means)}."
