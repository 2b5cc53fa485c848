"""Tests of character_sampling: temperature, top-k and what is drawn."""

import numpy as np
import pytest

from reference_impl import (
    CharLMParameters,
    char_lm_forward,
    char_lm_generate,
    char_lm_init,
    encode_characters,
    next_character_probabilities,
    next_character_probabilities_definition,
)

close = np.testing.assert_allclose
VOCABULARY = " aeiors"


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("top_k", [None, 1, 3, 8, 20])
def test_agrees_with_the_definition(temperature, top_k):
    logits = 3 * np.random.default_rng(0).standard_normal(8) + 1
    logits[5] = logits[2]  # a tie
    got = next_character_probabilities(logits, temperature, top_k)
    wanted = next_character_probabilities_definition(
        logits, temperature, top_k
    )
    close(got, wanted, rtol=1e-12)
    close(got.sum(), 1, rtol=1e-12)
    if top_k is not None:
        assert np.count_nonzero(got) == min(top_k, 8)


def test_of_equal_characters_the_first_is_kept():
    got = next_character_probabilities(np.array([1.0, 2, 2, 2]), top_k=2)
    assert got.tolist() == [0, 0.5, 0.5, 0]


def test_a_low_temperature_takes_the_likeliest_and_does_not_overflow():
    logits = np.array([800.0, 900, -1e4], np.float32)
    for temperature in (1e-3, 1e-30, 1e-60, 1e-320):
        got = next_character_probabilities(logits, temperature)
        assert got.tolist() == [0, 1, 0]
    assert got.dtype == np.float32


def test_a_logit_of_minus_infinity_is_never_drawn():
    got = next_character_probabilities(np.array([0.0, -np.inf, np.log(3.0)]))
    close(got, [0.25, 0, 0.75], rtol=1e-12)


def test_a_high_temperature_evens_out():
    got = next_character_probabilities(np.array([1.0, 2, 3]), 1e6)
    close(got, 1 / 3, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([1, 2],), TypeError, "logits must be floating"),
        (([[1.0]],), ValueError, r"logits must have shape \(V,\)"),
        ((np.zeros(0),), ValueError, "logits must be numbers, the largest"),
        (([1.0, np.nan],), ValueError, "logits must be numbers"),
        (([1.0, np.inf],), ValueError, "the largest finite, got"),
        (([-np.inf, -np.inf],), ValueError, "the largest finite, got"),
        (([1.0], 0.0), ValueError, "above 0, got temperature=0.0"),
        (([1.0], -1), ValueError, "above 0, got temperature=-1"),
        (([1.0], np.inf), ValueError, "temperature must be finite"),
        (([1.0], "1"), TypeError, "temperature must be a number"),
        (([1.0], 1.0, 0), ValueError, "top_k must be at least 1"),
        (([1.0], 1.0, 2.5), TypeError, "top_k must be an int"),
    ],
)
def test_a_wrong_argument_is_named(arguments, error, match):
    logits, *rest = arguments
    with pytest.raises(error, match=match):
        next_character_probabilities(np.array(logits), *rest)


def test_the_likeliest_are_written_one_by_one():
    rng = np.random.default_rng(0)
    shapes = [array.shape for array in char_lm_init(7, 3, 5)]
    parameters = CharLMParameters(
        *(2 * rng.standard_normal(s) for s in shapes)
    )
    text = "sea"
    for _ in range(15):
        ids = encode_characters(text, VOCABULARY)[None]
        logits, _ = char_lm_forward(parameters, ids)
        text += VOCABULARY[logits[0, -1].argmax()]
    got = char_lm_generate(parameters, VOCABULARY, "sea", 15, top_k=1)
    assert "sea" + got == text
    assert len(set(got)) > 1


def test_draws_come_as_often_as_they_are_likely():
    parameters = char_lm_init(7, 3, 5, 0, np.float64)
    blank = CharLMParameters(*(0 * array for array in parameters))
    p = np.array([1, 2, 3, 4, 5, 6, 9]) / 30
    parameters = blank._replace(bias=np.log(p))
    text = char_lm_generate(parameters, VOCABULARY, "a", 6000, generator=0)
    shares = np.bincount(encode_characters(text, VOCABULARY)) / 6000
    close(shares, p, atol=0.02)
    hot = char_lm_generate(parameters, VOCABULARY, "a", 3000, 0.5, generator=0)
    shares = np.bincount(encode_characters(hot, VOCABULARY)) / 3000
    close(shares, p**2 / np.sum(p**2), atol=0.03)


def test_a_generator_makes_it_repeat():
    parameters = char_lm_init(7, 3, 5, 0)
    texts = [
        char_lm_generate(parameters, VOCABULARY, "a", 30, generator=seed)
        for seed in (4, 4, 5)
    ]
    assert texts[0] == texts[1] != texts[2]
    assert char_lm_generate(parameters, VOCABULARY, "a", 0) == ""


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"prompt": ""}, ValueError, "prompt must have at least 1 .*''"),
        ({"prompt": "x"}, ValueError, r"got text\[0\]='x'"),
        ({"vocabulary": "abc"}, ValueError, r"7 .*len\(vocabulary\)=3"),
        ({"length": -1}, ValueError, "length must be at least 0"),
        ({"length": 2.0}, TypeError, "length must be an int"),
        ({"temperature": 0}, ValueError, "temperature must be above 0"),
        ({"top_k": 0}, ValueError, "top_k must be at least 1"),
    ],
)
def test_what_cannot_be_written_is_named(changes, error, match):
    arguments = {
        "parameters": char_lm_init(7, 3, 5, 0),
        "vocabulary": VOCABULARY,
        "prompt": "a",
        "length": 3,
    }
    with pytest.raises(error, match=match):
        char_lm_generate(**{**arguments, **changes})
