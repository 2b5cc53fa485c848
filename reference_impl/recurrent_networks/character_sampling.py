"""Writing text with a character language model: temperature and top-k.

Page: docs/recurrent-networks/character-language-model.md.

Axes: V characters of the vocabulary.
"""

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.output_units import softmax
from reference_impl.recurrent_networks._arguments import Generator
from reference_impl.recurrent_networks.character_language_model import (
    CharLMParameters,
    char_lm_forward,
)
from reference_impl.recurrent_networks.character_text import (
    decode_characters,
    encode_characters,
)

__all__ = [
    "next_character_probabilities_definition",
    "next_character_probabilities",
    "char_lm_generate",
]


def next_character_probabilities_definition(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None
) -> np.ndarray:
    """Evaluate the equations of `next_character_probabilities`."""
    V = len(logits)
    ranks = [
        sum(
            logits[j] > logits[i] or (logits[j] == logits[i] and j < i)
            for j in range(V)
        )
        for i in range(V)
    ]
    kept = [ranks[i] < (V if top_k is None else top_k) for i in range(V)]
    e = [kept[i] * np.exp(logits[i] / temperature) for i in range(V)]
    return np.array([e[i] / sum(e) for i in range(V)])


def next_character_probabilities(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None
) -> np.ndarray:
    """Return the probabilities that the next character is drawn with.

    Parameters
    ----------
    logits : ndarray of shape (V,), floating
    temperature : float, default 1.0
        Divides the logits. Below 1 the likely characters get likelier still,
        above 1 the unlikely ones.
    top_k : int, optional
        How many of the likeliest characters may be drawn; all by default, or
        if there are not so many. Of equal ones the first is kept.

    Returns
    -------
    ndarray of shape (V,), dtype of `logits`

    Raises
    ------
    TypeError
        If `logits` is not floating, `temperature` no number or `top_k` no int.
    ValueError
        If `logits` is not one-dimensional, its largest is not finite or it
        holds a NaN, `temperature` is not above 0 or `top_k` not at least 1.

    References
    ----------
    Ackley, Hinton and Sejnowski 1985, *A Learning Algorithm for Boltzmann
    Machines*: temperature. Fan, Lewis and Dauphin 2018, *Hierarchical Neural
    Story Generation*, section 5.3: top-k.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import next_character_probabilities
    >>> logits = np.log([4.0, 2.0, 1.0, 1.0])
    >>> next_character_probabilities(logits).round(4)
    array([0.5  , 0.25 , 0.125, 0.125])
    >>> next_character_probabilities(logits, temperature=0.5, top_k=2).round(4)
    array([0.8, 0.2, 0. , 0. ])
    """
    z = _checks.floating("logits", logits)
    (V,) = _checks.shape("logits", z, ("V",))
    if V == 0 or not np.isfinite(z.max()):  # the maximum of a NaN is NaN
        raise ValueError(
            f"logits must be numbers, the largest finite, got logits={z}"
        )
    tau = _checks.real("temperature", temperature)
    if tau <= 0:
        raise ValueError(
            f"temperature must be above 0, got temperature={temperature}"
        )
    k = V if top_k is None else _checks.integer("top_k", top_k, 1)
    kept = np.argsort(-z, kind="stable")[:k]
    probabilities = np.zeros_like(z)
    # The largest becomes 0 first: however low the temperature, no overflow.
    with np.errstate(over="ignore"):  # to -inf: the probability is 0
        below = (z[kept] - z[kept[0]]).astype(float) / tau
        probabilities[kept] = softmax(below.astype(z.dtype))
    return probabilities


def char_lm_generate(
    parameters: CharLMParameters,
    vocabulary: str,
    prompt: str,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: Generator = None,
) -> str:
    """Return a text that goes on from `prompt`, drawn character by character.

    Parameters
    ----------
    parameters : CharLMParameters
    vocabulary : str
        Its V characters.
    prompt : str
        What the model reads first; at least one character.
    length : int
        How many characters to draw.
    temperature, top_k
        As `next_character_probabilities` has them.
    generator : int or numpy.random.Generator, optional

    Returns
    -------
    str
        The characters drawn, without `prompt`.

    Raises
    ------
    TypeError
        As `next_character_probabilities`, or if `length` is no int.
    ValueError
        As `next_character_probabilities`; if `prompt` is empty or holds a
        character outside the vocabulary, `vocabulary` has not V characters
        or `length` is negative.

    Examples
    --------
    >>> from reference_impl import char_lm_generate, char_lm_init
    >>> parameters = char_lm_init(7, 3, 5, generator=0)
    >>> text = char_lm_generate(parameters, " aeiors", "a", 20, generator=0)
    >>> len(text), set(text) <= set(" aeiors")
    (20, True)
    """
    count = _checks.integer("length", length, 0)
    if len(vocabulary) != len(parameters.bias):
        raise ValueError(
            f"vocabulary must have {len(parameters.bias)} characters, as the "
            f"parameters have, got len(vocabulary)={len(vocabulary)}"
        )
    if not prompt:
        raise ValueError(
            f"prompt must have at least 1 character, got prompt={prompt!r}"
        )
    rng = np.random.default_rng(generator)
    read, hx = encode_characters(prompt, vocabulary)[None], None
    drawn = np.empty(count, np.int64)
    for k in range(count):
        logits, hx = char_lm_forward(parameters, read, hx)
        p = next_character_probabilities(
            logits[0, -1].astype(np.float64), temperature, top_k
        )
        drawn[k] = rng.choice(len(p), p=p)
        read = drawn[None, k : k + 1]
    return decode_characters(drawn, vocabulary)
