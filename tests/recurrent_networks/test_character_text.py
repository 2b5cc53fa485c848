"""Tests of character_text: what is cut, encoded, split and shuffled."""

import numpy as np
import pytest

from reference_impl import (
    character_sequences,
    character_vocabulary,
    cut_gutenberg,
    decode_characters,
    encode_characters,
    read_text,
    shuffled_batches,
)

NEW = """The Project Gutenberg eBook of Short

Title: Short
{start}

A first line.
It ends here.

{end}
Updated editions will replace the previous one.
"""
MARKS = {
    "today": (
        "*** START OF THE PROJECT GUTENBERG EBOOK SHORT ***",
        "*** END OF THE PROJECT GUTENBERG EBOOK SHORT ***",
    ),
    "THIS": (
        "*** START OF THIS PROJECT GUTENBERG EBOOK SHORT ***",
        "*** END OF THIS PROJECT GUTENBERG EBOOK SHORT ***",
    ),
    "without a space": (
        "***START OF THE PROJECT GUTENBERG EBOOK SHORT***",
        "***END OF THE PROJECT GUTENBERG EBOOK SHORT***",
    ),
    "title over two lines": (
        "*** START OF THE PROJECT GUTENBERG EBOOK SHORT,\nBUT NOT VERY ***",
        "*** END OF THE PROJECT GUTENBERG EBOOK SHORT,\nBUT NOT VERY ***",
    ),
    "the notes' end": (
        "*** START OF THIS PROJECT GUTENBERG EBOOK SHORT ***",
        "End of the Project Gutenberg EBook of Short, by Nobody\n\n"
        "*** END OF THIS PROJECT GUTENBERG EBOOK SHORT ***",
    ),
    "Project Gutenberg's": (
        "*** START OF THIS PROJECT GUTENBERG EBOOK SHORT ***",
        "End of Project Gutenberg's Short, by Nobody",
    ),
}


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_header_and_footer_are_cut(marks):
    text = NEW.format(start=marks[0], end=marks[1])
    assert cut_gutenberg(text) == "A first line.\nIt ends here."


def test_a_sentence_about_the_end_is_no_mark():
    body = "He wrote: End of the Project Gutenberg idea."
    start, end = MARKS["today"]
    assert cut_gutenberg(f"{start}\n{body}\n{end}") == body


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", r"hold '\*\*\* START .* got text=''$"),
        ("Call me Ishmael. " * 9, r"START .*text='Call me Ish.*'\.\.\.$"),
        (MARKS["today"][1] + "\n" + MARKS["today"][0], "END .* behind"),
        ("\n".join([MARKS["today"][0], "some"]), "hold '... END OF"),
        ("\n \n".join(MARKS["today"]), "hold something between"),
    ],
)
def test_missing_marks_are_named(text, match):
    with pytest.raises(ValueError, match=match):
        cut_gutenberg(text)


def test_a_file_is_read_with_line_ends_of_any_kind(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes("\ufeffé\r\nb\rc\n".encode())
    assert read_text(path) == "é\nb\nc\n"
    path.write_bytes("é".encode("latin-1"))
    assert read_text(str(path), "latin-1") == "é"


def test_bytes_that_cannot_be_decoded_are_named(tmp_path):
    path = tmp_path / "old.txt"
    path.write_bytes("caf\xe9 au lait".encode("latin-1"))
    with pytest.raises(
        ValueError,
        match=r"utf-8-sig, got path='.*old\.txt', .* byte 3 is 0xe9",
    ):
        read_text(path)
    with pytest.raises(FileNotFoundError, match="nothing"):
        read_text(tmp_path / "nothing.txt")


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
