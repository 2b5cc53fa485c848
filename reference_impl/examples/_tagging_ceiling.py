"""How often whoever reads lines one way can guess their tags right at best."""

import numpy as np

from reference_impl.examples._tagging_lines import (
    LETTERS,
    LONGEST,
    SHORTEST,
    Lines,
    as_read,
)


def comes_again(
    letters: int = len(LETTERS),
    shortest: int = SHORTEST,
    longest: int = LONGEST,
) -> np.ndarray:
    """Return how likely a letter comes again, by the step where it stands.

    Parameters
    ----------
    letters : int, default 8
        K, each as likely as another.
    shortest, longest : int, default 5 and 20
        Each length between them is as likely as another.

    Returns
    -------
    ndarray of shape (longest,)
        Of the steps 1, 2, ...: what someone knows who has read up to there.
        The letters read say nothing about those that follow.

    Examples
    --------
    >>> comes_again(letters=2, shortest=3, longest=3)
    array([0.75, 0.5 , 0.  ])
    """
    steps = np.arange(1, longest + 1)
    follow = np.maximum(np.arange(shortest, longest + 1) - steps[:, None], 0)
    running = np.arange(shortest, longest + 1) >= steps[:, None]
    p = np.where(running, 1 - (1 - 1 / letters) ** follow, 0)
    return np.asarray(p.sum(axis=1) / running.sum(axis=1))


def ceiling(
    letters: int = len(LETTERS),
    shortest: int = SHORTEST,
    longest: int = LONGEST,
) -> float:
    """Return the share of tags that one direction gets right at best.

    Whoever reads one way knows whether a letter stood before. Whether it comes
    again is a guess, right with probability max(p, 1 - p), p of `comes_again`.

    Parameters
    ----------
    letters, shortest, longest : int
        As of `comes_again`.

    Returns
    -------
    float

    Examples
    --------
    >>> ceiling(letters=2, shortest=2, longest=2)  # a guess, then no doubt
    0.75
    >>> round(ceiling(), 4)
    0.6284
    """
    p = comes_again(letters, shortest, longest)
    steps = np.arange(1, longest + 1)
    lines = longest + 1 - np.maximum(steps, shortest)  # that get so far
    return float(np.average(np.maximum(p, 1 - p), weights=lines))


def best_guess(lines: Lines, direction: str) -> float:
    """Return the share that the best rule for one direction gets right here.

    On these very lines, so that a network can be compared without their luck.
    """
    read = as_read(lines, direction)
    unknown = read.tags % 2 if direction == "backwards" else read.tags // 2
    guess = comes_again()[: len(unknown), None] > 0.5
    return float((unknown == guess)[read.inside].mean())
