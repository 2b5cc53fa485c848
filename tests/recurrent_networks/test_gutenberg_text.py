"""Tests of gutenberg_text: what is read and what is cut."""

import pytest

from reference_impl import cut_gutenberg, read_text

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
