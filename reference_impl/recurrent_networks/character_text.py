"""From a text to sequences of numbers, for the character language model.

Page: docs/recurrent-networks/character-language-model.md.

Axes: N sequences, T characters of a sequence. A vocabulary is a string that
holds each character once, in rising order; a character's number is its place.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from reference_impl import _checks
from reference_impl.recurrent_networks.gutenberg_text import beginning

__all__ = [
    "character_vocabulary",
    "encode_characters",
    "decode_characters",
    "character_sequences",
    "shuffled_batches",
]


def character_vocabulary(text: str) -> str:
    """Return each character of `text` once, in rising order.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `text` is no str.
    ValueError
        If `text` has fewer than two characters: there is none to predict.

    Examples
    --------
    >>> from reference_impl import character_vocabulary
    >>> character_vocabulary("a rose is a rose")
    ' aeiors'
    """
    if len(_string("text", text)) < 2:
        raise ValueError(
            f"text must have at least 2 characters, got text={text!r}"
        )
    return "".join(sorted(set(text)))


def encode_characters(text: str, vocabulary: str) -> np.ndarray:
    """Return the number of each character.

    Parameters
    ----------
    text, vocabulary : str

    Returns
    -------
    ndarray of shape (len(text),), int64

    Raises
    ------
    TypeError
        If an argument is no str.
    ValueError
        If a character is outside the vocabulary, or `vocabulary` does not
        rise.

    Examples
    --------
    >>> from reference_impl import encode_characters
    >>> encode_characters("sea", " aeiors")
    array([6, 2, 1])
    """
    known = _codes(_string("vocabulary", vocabulary))
    codes = _codes(_string("text", text))
    if len(known) == 0 or (known[1:] <= known[:-1]).any():
        raise ValueError(
            "vocabulary must hold each character once, in rising order, "
            f"got vocabulary={beginning(vocabulary)}"
        )
    ids = np.searchsorted(known, codes).clip(max=len(known) - 1)
    strange = np.flatnonzero(known[ids] != codes)
    if strange.size:
        i = strange[0]
        raise ValueError(
            "text must hold characters of the vocabulary only, got "
            f"text[{i}]={text[i]!r}, vocabulary={beginning(vocabulary)}"
        )
    return ids


def decode_characters(ids: np.ndarray, vocabulary: str) -> str:
    """Return the text whose characters have these numbers.

    Parameters
    ----------
    ids : ndarray of shape (n,), integer
    vocabulary : str

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `ids` are not integers, or `vocabulary` is no str.
    ValueError
        If `ids` is not one-dimensional, or a number is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import decode_characters
    >>> decode_characters(np.array([6, 2, 1]), " aeiors")
    'sea'
    """
    V = len(_string("vocabulary", vocabulary))
    ids = character_ids("ids", ids, ("n",), V)
    return "".join(vocabulary[i] for i in ids)


def character_sequences(
    ids: np.ndarray, length: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a text into inputs and, one character later, targets.

    The text is cut into pieces of `length` + 1 characters; what is left at its
    end is dropped. A piece without its last character is an input, without its
    first a target.

    Parameters
    ----------
    ids : ndarray of shape (n,), integer
    length : int, default 40
        T, the characters of a sequence.

    Returns
    -------
    inputs, targets : ndarray of shape (N, T)
        N is n // (T + 1).

    Raises
    ------
    TypeError
        If `ids` are not integers or `length` is no int.
    ValueError
        If `length` is not at least 1, or not less than n.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import character_sequences
    >>> inputs, targets = character_sequences(np.arange(10, 18), 3)
    >>> inputs.tolist(), targets.tolist()
    ([[10, 11, 12], [14, 15, 16]], [[11, 12, 13], [15, 16, 17]])
    """
    ids = character_ids("ids", ids, ("n",))
    T = _checks.integer("length", length, 1)
    if len(ids) <= T:
        raise ValueError(
            "length must be less than the characters of the text, "
            f"got length={length}, len(ids)={len(ids)}"
        )
    N = len(ids) // (T + 1)
    pieces = ids[: N * (T + 1)].reshape(N, T + 1)
    return pieces[:, :-1], pieces[:, 1:]


def shuffled_batches(
    inputs: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
    seed: int | Sequence[int],
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield all sequences once, in batches, in an order drawn from `seed`.

    Parameters
    ----------
    inputs, targets : ndarray of shape (N, T)
    batch_size : int
        Sequences of a batch; the last batch holds what is left.
    seed : int or sequence of int
        The same seed gives the same order, whatever was drawn before.

    Yields
    ------
    inputs, targets : ndarray of shape (batch_size, T)

    Raises
    ------
    TypeError
        If `batch_size` is no int.
    ValueError
        If `batch_size` is not at least 1 or the shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import shuffled_batches
    >>> x = np.arange(10).reshape(5, 2)
    >>> [len(a) for a, b in shuffled_batches(x, x + 1, 2, seed=0)]
    [2, 2, 1]
    """
    size = _checks.integer("batch_size", batch_size, 1)
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    _checks.shape("targets", targets, inputs.shape)
    order = np.random.default_rng(seed).permutation(len(inputs))
    for k in range(0, len(order), size):
        rows = order[k : k + size]
        yield inputs[rows], targets[rows]


def character_ids(
    name: str,
    value: np.ndarray,
    wanted: tuple[int | str, ...],
    characters: int | None = None,
) -> np.ndarray:
    """Return `value` as an array of this shape of ints in 0..characters-1."""
    ids = np.asarray(value)
    if ids.size == 0:
        ids = ids.astype(np.int64)
    if not np.issubdtype(ids.dtype, np.integer):
        raise TypeError(f"{name} must be integers, got dtype={ids.dtype}")
    _checks.shape(name, ids, wanted)
    if characters is not None:
        wrong = ids[(ids < 0) | (ids >= characters)]
        if wrong.size:
            raise ValueError(
                f"{name} must be in [0, {characters}), got {wrong[0]}"
            )
    return ids


def _string(name: str, value: object) -> str:
    """Return `value`, which has to be a str."""
    if not isinstance(value, str):
        raise TypeError(
            f"{name} must be a str, got {name} of type {type(value).__name__}"
        )
    return value


def _codes(text: str) -> np.ndarray:
    """Return the code point of each character."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
