"""Random lines of letters, each tagged by what stands before and after it.

Axes: T steps, B lines.
"""

from typing import NamedTuple

import numpy as np

LETTERS = "abcdefgh"
TAGS = (
    "only",
    "last",
    "first",
    "middle",
)  # 2 * (comes again) + (stood before)
SHORTEST, LONGEST = 5, 20


class Lines(NamedTuple):
    """Lines of letters, padded to the longest, and their tags."""

    letters: np.ndarray  # (T, B), the numbers of the letters
    lengths: np.ndarray  # (B,)
    tags: np.ndarray  # (T, B)

    @property
    def inside(self) -> np.ndarray:
        """Return where a line has a letter, (T, B)."""
        steps = np.arange(len(self.letters))[:, None]
        return np.asarray(steps < self.lengths)

    def reversed(self) -> "Lines":
        """Return the lines read backwards, each from its own end."""
        t = np.arange(len(self.letters))[:, None]
        at = np.where(self.inside, self.lengths - 1 - t, t)
        columns = np.arange(len(self.lengths))
        return self._replace(
            letters=self.letters[at, columns], tags=self.tags[at, columns]
        )


def tags_of(letters: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the tag of each letter; of padding, some tag.

    Parameters
    ----------
    letters : ndarray of shape (T, B) of ints
    lengths : ndarray of shape (B,) of ints

    Returns
    -------
    ndarray of shape (T, B)
        Numbers of `TAGS`.

    Examples
    --------
    >>> import numpy as np
    >>> line = np.array([[0], [1], [0], [0]])
    >>> [TAGS[k] for k in tags_of(line, np.array([4])).ravel()]
    ['first', 'only', 'middle', 'last']
    """
    steps = np.arange(len(letters))
    inside = steps[:, None] < lengths
    same = (letters[:, None] == letters) & inside[:, None] & inside
    later = steps[:, None] < steps
    again = (same & later[..., None]).any(axis=1)
    before = (same & later.T[..., None]).any(axis=1)
    return 2 * again + before


def draw(rng: np.random.Generator, lines: int) -> Lines:
    """Draw lines: every length from 5 to 20 and every letter alike."""
    lengths = rng.integers(SHORTEST, LONGEST + 1, lines)
    letters = rng.integers(0, len(LETTERS), (LONGEST, lines))
    return Lines(letters, lengths, tags_of(letters, lengths))


def unseen_lines(seed: int) -> Lines:
    """Return 4,000 lines that are not those of `train`."""
    return draw(np.random.default_rng([seed, 2]), 4000)


def as_read(lines: Lines, direction: str) -> Lines:
    """Return the lines in the order in which the network reads them."""
    return lines.reversed() if direction == "backwards" else lines
