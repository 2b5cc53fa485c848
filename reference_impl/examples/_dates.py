"""Dates in many styles, as text and as tokens."""

import datetime
from collections.abc import Sequence

import numpy as np

FIRST, LAST = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
DAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    "Sunday",
)  # fmt: skip
#: Styles, filled in by `written`. Of years in two digits, 50 to 99 are 19...
STYLES = (
    "{weekday} {d} {month} {year}",
    "{wkd}, {d} {mon} {year}",
    "{month} {d}, {year}",
    "{mon} {d}{th}, {year}",
    "the {d}{th} of {month} {year}",
    "{dd}.{mm}.{year}",
    "{d}-{mon}-{yy}",
    "{wkd} {mon} {d} {year}",
)
START, END = "<", ">"
TARGET = "0123456789-" + START + END
SOURCE = "".join(
    sorted(
        set("".join((*MONTHS, *DAYS, *STYLES, "0123456789stndrh"))) - {*"{}"}
    )
)


def written(date: datetime.date, style: int) -> str:
    """Return a date in one of the styles.

    Examples
    --------
    >>> import datetime
    >>> date = datetime.date(2009, 3, 3)
    >>> [written(date, style) for style in (0, 3, 6)]
    ['Tuesday 3 March 2009', 'Mar 3rd, 2009', '3-Mar-09']
    """
    month, weekday = MONTHS[date.month - 1], DAYS[date.weekday()]
    late = 10 < date.day < 14  # 11th, 12th, 13th
    return STYLES[style].format(
        weekday=weekday,
        wkd=weekday[:3],
        d=date.day,
        dd=f"{date.day:02}",
        th="th"
        if late
        else {1: "st", 2: "nd", 3: "rd"}.get(date.day % 10, "th"),
        month=month,
        mon=month[:3],
        mm=f"{date.month:02}",
        year=date.year,
        yy=f"{date.year % 100:02}",
    )


def split(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the dates to learn from, and a tenth that is held out.

    Days after 1950-01-01; no date is in both, in whatever style.
    """
    days = np.random.default_rng([seed, 1]).permutation(
        (LAST - FIRST).days + 1
    )
    held_out = len(days) // 10
    return days[held_out:], days[:held_out]


def examples(
    rng: np.random.Generator, days: np.ndarray, count: int
) -> list[tuple[str, str]]:
    """Draw dates of `days`, each in one style and as year-month-day."""
    chosen = rng.choice(days, count)
    styles = rng.integers(len(STYLES), size=count)
    dates = [FIRST + datetime.timedelta(int(day)) for day in chosen]
    return [
        (written(date, int(style)), date.isoformat())
        for date, style in zip(dates, styles, strict=True)
    ]


def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return source tokens (T, B), and how many each text has.

    Raises
    ------
    ValueError
        If there is no text, one is empty, or a character is in no style.

    Examples
    --------
    >>> tokens, lengths = encode(["3 May", "May"])
    >>> tokens.shape, lengths
    ((5, 2), array([5, 3]))
    """
    lengths = np.array([len(text) for text in texts], int)
    if not lengths.size or not lengths.all():
        raise ValueError(
            f"texts must have at least one character each, got texts={texts!r}"
        )
    tokens = np.zeros((lengths.max(), len(texts)), int)
    for b, text in enumerate(texts):
        for t, character in enumerate(text):
            at = SOURCE.find(character)
            if at < 0:
                raise ValueError(
                    f"texts must have characters of dates, got {character!r} "
                    f"at position {t} of {text!r}"
                )
            tokens[t, b] = at
    return tokens, lengths


def encode_target(texts: Sequence[str]) -> np.ndarray:
    """Return START, characters and END as tokens (S + 1, B)."""
    rows = [[TARGET.index(c) for c in START + t + END] for t in texts]
    return np.array(rows).T


def decode(tokens: Sequence[int] | np.ndarray) -> str:
    """Return the characters up to the first END."""
    return "".join(TARGET[int(k)] for k in tokens).partition(END)[0]
