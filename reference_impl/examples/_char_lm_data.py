"""The text that the character language model learns from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from reference_impl.recurrent_networks.character_text import (
    character_sequences,
    character_vocabulary,
    encode_characters,
)
from reference_impl.recurrent_networks.gutenberg_text import (
    cut_gutenberg,
    read_text,
)


class Data(NamedTuple):
    """A text as numbers: to learn from, and held out."""

    vocabulary: str
    inputs: np.ndarray  # (N, T)
    targets: np.ndarray  # (N, T)
    held_out: np.ndarray  # (n,)
    characters: int  # of the part to learn from


def load_text(path: Path | None, whole: bool = False) -> str:
    """Return the text to learn from.

    Parameters
    ----------
    path : Path or None
        A file; None stands for the help on Python's own topics, about 460,000
        characters of English that come with Python.
    whole : bool, default False
        Take the file as it is, instead of cutting Project Gutenberg's header
        and footer.

    Returns
    -------
    str

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it cannot be decoded or the marks of header and footer are missing.
    """
    if path is None:
        from pydoc_data.topics import topics

        return "\n\n".join(topics[name].strip() for name in sorted(topics))
    text = read_text(path)
    if whole:
        return text
    try:
        return cut_gutenberg(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}; --whole takes all of it") from None


def split_text(text: str, length: int, held_out: float) -> Data:
    """Return a text as numbers, its last part held out.

    Parameters
    ----------
    text : str
    length : int
        T, the characters of a sequence.
    held_out : float
        The share of the text to keep for the test.

    Returns
    -------
    Data

    Raises
    ------
    ValueError
        If the text has fewer than two characters, or `length` or `held_out`
        asks for more than it has.
    """
    vocabulary = character_vocabulary(text)
    ids = encode_characters(text, vocabulary)
    count = len(ids) - round(held_out * len(ids))
    inputs, targets = character_sequences(ids[:count], length)
    if len(ids) - count < 2:
        raise ValueError(
            "held_out must leave at least 2 characters for the test, "
            f"got held_out={held_out}, len(text)={len(text)}"
        )
    return Data(vocabulary, inputs, targets, ids[count:], count)
