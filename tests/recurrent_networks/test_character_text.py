"""Tests of character_text: what is encoded, cut and shuffled."""

import numpy as np
import pytest

from reference_impl import (
    character_sequences,
    character_vocabulary,
    decode_characters,
    encode_characters,
    shuffled_batches,
)


def test_encoding_and_back_is_the_same_text():
    text = "naïve – 你好 \U0001f40d\ud800\n\t!"
    vocabulary = character_vocabulary(text)
    assert list(vocabulary) == sorted(set(text))
    ids = encode_characters(text, vocabulary)
    assert ids.tolist() == [vocabulary.index(c) for c in text]
    assert decode_characters(ids, vocabulary) == text
    assert encode_characters("", vocabulary).shape == (0,)
    assert decode_characters([], vocabulary) == ""


@pytest.mark.parametrize("text", ["", "a"])
def test_a_text_without_a_next_character_has_no_vocabulary(text):
    with pytest.raises(ValueError, match=f"at least 2 .*, got text='{text}'"):
        character_vocabulary(text)


@pytest.mark.parametrize(
    ("text", "at", "shown"),
    [("abz", 2, "'z'"), ("A", 0, "'A'"), ("ab\U0001f40d", 2, "'.'")],
)
def test_a_character_outside_the_vocabulary_is_named(text, at, shown):
    match = rf"got text\[{at}\]={shown}, vocabulary='abc'"
    with pytest.raises(ValueError, match=match):
        encode_characters(text, "abc")


@pytest.mark.parametrize("vocabulary", ["", "ba", "aab"])
def test_a_vocabulary_has_to_rise(vocabulary):
    match = f"in rising order, got vocabulary='{vocabulary}'"
    with pytest.raises(ValueError, match=match):
        encode_characters("a", vocabulary)


@pytest.mark.parametrize("text", [None, b"abc", ["a", "b"], 3])
def test_a_text_is_a_str(text):
    shown = f"must be a str, got .* of type {type(text).__name__}"
    for call in (
        lambda: character_vocabulary(text),
        lambda: encode_characters(text, "abc"),
        lambda: encode_characters("a", text),
        lambda: decode_characters([0], text),
    ):
        with pytest.raises(TypeError, match=shown):
            call()


@pytest.mark.parametrize(
    ("ids", "error", "match"),
    [
        ([0, 3], ValueError, r"ids must be in \[0, 3\), got 3"),
        ([-1], ValueError, r"ids must be in \[0, 3\), got -1"),
        ([0.0], TypeError, "ids must be integers, got dtype=float64"),
        ([[0]], ValueError, r"ids must have shape \(n,\)"),
    ],
)
def test_wrong_numbers_are_named(ids, error, match):
    with pytest.raises(error, match=match):
        decode_characters(np.array(ids), "abc")


@pytest.mark.parametrize("n", [5, 8, 9, 10, 14, 15])
def test_sequences_are_pieces_and_targets_are_one_later(n):
    ids = 7 * np.arange(n)
    inputs, targets = character_sequences(ids, 4)
    assert inputs.shape == targets.shape == (n // 5, 4)
    for k in range(n // 5):
        assert inputs[k].tolist() == ids[5 * k : 5 * k + 4].tolist()
        assert targets[k].tolist() == ids[5 * k + 1 : 5 * k + 5].tolist()


def test_forty_characters_are_the_default():
    assert character_sequences(np.arange(41))[0].shape == (1, 40)


@pytest.mark.parametrize(
    ("ids", "length", "error", "match"),
    [
        (range(4), 4, ValueError, r"less than .*length=4, len\(ids\)=4"),
        (range(40), 40, ValueError, r"length=40, len\(ids\)=40"),
        ([], 1, ValueError, r"length=1, len\(ids\)=0"),
        (range(4), 0, ValueError, "length must be at least 1, got length=0"),
        (range(4), 1.5, TypeError, "length must be an int, got length=1.5"),
        ([0.5, 1], 1, TypeError, "ids must be integers, got dtype=float64"),
    ],
)
def test_wrong_sequences_are_named(ids, length, error, match):
    with pytest.raises(error, match=match):
        character_sequences(np.array(ids), length)


def test_each_sequence_comes_once_with_its_target():
    inputs = np.arange(33).reshape(11, 3)
    batches = list(shuffled_batches(inputs, inputs + 100, 4, seed=3))
    assert [len(x) for x, _ in batches] == [4, 4, 3]
    x, y = (np.concatenate(part) for part in zip(*batches, strict=True))
    np.testing.assert_array_equal(y, x + 100)
    np.testing.assert_array_equal(np.sort(x[:, 0]), inputs[:, 0])
    assert (x[:, 0] != inputs[:, 0]).any()


def test_lists_are_sequences_too():
    ((x, y),) = shuffled_batches([[1, 2], [3, 4]], [[2, 5], [4, 6]], 2, 0)
    assert sorted(x.tolist()) == [[1, 2], [3, 4]]
    assert sorted(y.tolist()) == [[2, 5], [4, 6]]


def test_the_order_depends_on_the_seed_alone():
    inputs = np.arange(40).reshape(20, 2)
    orders = [
        next(shuffled_batches(inputs, inputs, 20, seed))[0][:, 0].tolist()
        for seed in (0, 0, 1, [0, 1], [1, 1])
    ]
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders[1:]}) == 4


@pytest.mark.parametrize(
    ("size", "targets", "error", "match"),
    [
        (0, 5, ValueError, "batch_size must be at least 1"),
        (2.0, 5, TypeError, "batch_size must be an int"),
        (2, 4, ValueError, r"targets must have shape \(5, 2\)"),
    ],
)
def test_wrong_batches_are_named(size, targets, error, match):
    with pytest.raises(error, match=match):
        list(shuffled_batches(np.ones((5, 2)), np.ones((targets, 2)), size, 0))
