"""Reading a text file, and cutting what Project Gutenberg adds to a book.

Page: docs/recurrent-networks/character-language-model.md.
"""

import re
from os import PathLike
from pathlib import Path

__all__ = ["read_text", "cut_gutenberg"]

START = re.compile(
    r"\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG EBOOK.*?\*\*\*",
    re.DOTALL,
)
END = re.compile(
    r"^(?:\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG EBOOK"
    r"|End of (?:the |this )?Project Gutenberg)",
    re.MULTILINE,
)


def read_text(path: str | PathLike[str], encoding: str = "utf-8-sig") -> str:
    r"""Return what a text file holds, every line ending as "\n".

    Parameters
    ----------
    path : str or path
    encoding : str, default "utf-8-sig"
        UTF-8; a byte order mark at the start is dropped.

    Returns
    -------
    str

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If a byte cannot be decoded.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from reference_impl import read_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "poem.txt"
    ...     _ = path.write_bytes(b"a rose\r\nis a rose")
    ...     print(repr(read_text(path)))
    'a rose\nis a rose'
    """
    content = Path(path).read_bytes()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"path must hold text in {encoding}, got path={str(path)!r}, "
            f"whose byte {error.start} is 0x{content[error.start]:02x}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cut_gutenberg(text: str) -> str:
    r"""Return a Project Gutenberg text without its header and footer.

    Parameters
    ----------
    text : str
        Has to hold the lines "*** START OF THE PROJECT GUTENBERG EBOOK ...
        ***" and "*** END OF THE PROJECT GUTENBERG EBOOK ...". Older files
        say THIS for THE, and "End of the Project Gutenberg EBook" first.

    Returns
    -------
    str
        What stands between them, stripped.

    Raises
    ------
    ValueError
        If a mark is missing, or nothing stands between the two.

    Examples
    --------
    >>> from reference_impl import cut_gutenberg
    >>> cut_gutenberg('''Title: Short
    ... *** START OF THE PROJECT GUTENBERG EBOOK SHORT ***
    ... Once upon a time.
    ... *** END OF THE PROJECT GUTENBERG EBOOK SHORT ***''')
    'Once upon a time.'
    """
    start = START.search(text)
    if start is None:
        raise ValueError(
            "text must hold '*** START OF THE PROJECT GUTENBERG EBOOK ... "
            f"***', got text={beginning(text)}"
        )
    end = END.search(text, start.end())
    if end is None:
        raise ValueError(
            "text must hold '*** END OF THE PROJECT GUTENBERG EBOOK' behind "
            f"the start, got text={beginning(text)}"
        )
    cut = text[start.end() : end.start()].strip()
    if not cut:
        raise ValueError(
            "text must hold something between its START and END marks, "
            f"got text={beginning(text)}"
        )
    return cut


def beginning(text: str, most: int = 40) -> str:
    """Return the beginning of `text`, as Python writes it."""
    return repr(text[:most]) + ("..." if len(text) > most else "")
