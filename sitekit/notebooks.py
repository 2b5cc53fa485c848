r"""Notebooks: ``docs/notebooks/topic.py`` in percent format, run and shown as a page.

mkdocs-jupyter makes the file a page and lays it beside the page as a download; jupytext
reads it. The page itself is Markdown like every other page. What mkdocs-jupyter would
render, measured, carries 590 KB of CSS and has a Markdown of its own, in which links and
references are not checked and maths waits for a script of another origin.

In a cell's marker, ``alt="..."`` says what its figure shows, and ``tags`` may be
``"findings"``, a cell whose last line is a dict of numbers, or ``"solution"``, a cell
that folds. The order of fates: `read`, run (`sitekit.execution`), `markdown`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bs4 import BeautifulSoup

from sitekit import execution, search
from sitekit.errors import PageError
from sitekit.execution import Outputs, Run
from sitekit.figures import take_out
from sitekit.maths import EQREF, Equation
from sitekit.snippets import OUTPUT

MARKER = re.compile(r"^# %%.*\n", re.M)
LINK = re.compile(r"(?<!!)\[([^\]]+)\](?:\[[^\]]*\]|\(([^)\s]+)\))")
INSTALL = """\
*A notebook of Deep Learning, Verified.* It needs the package and the extras \
of its examples; in a clone of the project:

```bash
pip install -e ".[examples]"
```"""


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook, and where it stands."""

    code: bool
    source: str
    line: int  # of its first row
    tags: tuple[str, ...] = ()
    alt: str = ""


def is_notebook(path: str) -> bool:
    """Return whether the file at `path`, below docs/, is a notebook."""
    return path.startswith("notebooks/") and path.endswith(".py")


def read(path: str, text: str) -> list[Cell]:
    """Return the cells of the notebook at `path`, below docs/.

    Raises PageError for text above the first cell, a notebook without code, and a
    displayed equation: these stand on the pages, where each is checked.
    """
    import jupytext

    markers = list(MARKER.finditer(text))
    cells = jupytext.reads(text, fmt="py:percent").cells
    if not markers or markers[0].start() or len(markers) != len(cells):
        raise PageError(path, 1, "a notebook starts with a marker, # %%")
    found = [
        Cell(
            cell.cell_type == "code",
            cell.source,
            text.count("\n", 0, marker.end()) + 1,
            tuple(cell.metadata.get("tags", ())),
            cell.metadata.get("alt", ""),
        )
        for marker, cell in zip(markers, cells, strict=True)
    ]
    if not any(cell.code and cell.source for cell in found):
        raise PageError(path, 1, "the notebook has no code")
    for cell in found:
        if not cell.code and "$$" in cell.source:
            message = "equations are displayed on pages: write \\eqref{label}"
            raise PageError(path, cell.line, message)
    return found


def run(path: str, text: str) -> Run:
    """Return what the notebook does, run now unless that is known."""
    return execution.run(path, codes(read(path, text)))


def known(path: str, text: str) -> bool:
    """Return whether the notebook ran before, the same code on the same code."""
    return execution.known(codes(read(path, text)))


def codes(cells: Sequence[Cell]) -> list[tuple[int, str]]:
    """Return the cells of code as the kernel takes them: (line, source)."""
    return [(cell.line, cell.source) for cell in cells if cell.code]


def findings(path: str, text: str) -> dict[str, float]:
    """Return what the notebook found, the results of its solutions included."""
    found: dict[str, float] = {}
    cells = [cell for cell in read(path, text) if cell.code]
    for cell, output in zip(cells, run(path, text).outputs, strict=True):
        if "findings" in cell.tags:
            found |= _findings(path, cell, output)
    return found


def prose(text: str) -> str:
    """Return the Markdown cells, each row where it stands in the file."""
    kind, rows = "", []
    for row in text.splitlines():
        if row.startswith("# %%"):
            kind, row = row, ""
        keep = "[markdown]" in kind
        rows.append(row.removeprefix("#").removeprefix(" ") if keep else "")
    return "\n".join(rows) + "\n"


def pictures(path: str, text: str) -> dict[str, str]:
    """Return the files of the notebook's figures, by place: SVG, others in base64."""
    folder, files = path.removesuffix(".py"), dict[str, str]()
    for number, output in enumerate(run(path, text).outputs, 1):
        for svg in output.figures:
            lean, taken = take_out(svg, f"figure-{number}")
            files |= {f"{folder}/{n}": part for n, part in taken.items()}
            files[f"{folder}/figure-{number}.svg"] = lean
    return files


def markdown(path: str, text: str) -> str:
    """Return the notebook as a page: prose, code, what it printed and drew."""
    cells, done = read(path, text), run(path, text)
    outputs = iter(enumerate(done.outputs, 1))
    shown = [
        (
            "solution" in cell.tags,
            _shown(path, cell, *next(outputs)) if cell.code else cell.source,
        )
        for cell in cells
    ]
    parts: list[str] = []
    for folds, group in groupby(shown, key=lambda pair: pair[0]):
        body = "\n\n".join(piece for _, piece in group)
        fold = "/// details | Solution\n    type: solution\n\n{}\n\n///"
        parts.append(fold.format(body) if folds else body)
    title, _, rest = "\n\n".join(parts).partition("\n")
    stem = Path(path).stem
    told = (
        f'Run it yourself: <a href="{stem}.ipynb" download>notebook</a> or '
        f'<a href="{stem}.py" download>script</a>. When this page was built, '
        f"its {len(done.outputs)} cells took {done.seconds:.0f} s."
    )
    return f"{title}\n\n{told}\n{rest}\n"


def _shown(path: str, cell: Cell, number: int, output: Outputs) -> str:
    """Return a cell of code as Markdown, and below it what it did."""
    pieces = [f"```python\n{cell.source}\n```"]
    found = "findings" in cell.tags
    text = output.printed + ("" if found else output.shown)
    if text:
        fence = "`" * max(
            3, 1 + max(map(len, re.findall("`+", text)), default=0)
        )
        pieces.append(f"{fence}{OUTPUT}\n{text.rstrip()}\n{fence}")
    if found:
        rows = _findings(path, cell, output).items()
        table = "\n".join(f"| {name} | {value:,.6g} |" for name, value in rows)
        pieces.append(f"| finding | value |\n| --- | ---: |\n{table}")
    if len(output.figures) != bool(cell.alt):
        message = 'a cell has one figure and its text, # %% alt="..."'
        raise PageError(path, cell.line - 1, message)
    if cell.alt:
        place = f"{Path(path).stem}/figure-{number}.svg"
        pieces.append(f"![{cell.alt}]({place})")
    return "\n\n".join(pieces)


def _findings(path: str, cell: Cell, output: Outputs) -> dict[str, float]:
    """Return the dict that a cell of findings ends with; raise if it has none."""
    value = output.value
    if not value or not all(type(v) in (int, float) for v in value.values()):
        message = "findings are a dict of Python numbers, shown by its name"
        raise PageError(path, cell.line, message)
    return value


def mark(soup: BeautifulSoup) -> None:
    """Tell outputs from code, and keep both, and findings, out of the search."""
    search.leave_out(soup, "div.highlight, table")
    for block in soup.select("div.highlight"):
        if block.select_one(".filename"):
            block["data-fate"] = "output"


def download(
    path: str,
    text: str,
    labels: Mapping[str, Equation],
    url_to: Callable[[str], str],
) -> str:
    """Return the notebook as ``.ipynb``, not run, its solutions folded.

    References become numbers. `url_to` gives the address of a link; where that is
    empty, as in a site that does not know its own, the words stay.
    """
    import jupytext
    import nbformat

    book = jupytext.reads(text, fmt="py:percent")
    book.cells.insert(1, nbformat.v4.new_markdown_cell(INSTALL))
    for number, cell in enumerate(book.cells):
        cell.id = f"cell-{number}"
        if cell.cell_type == "markdown":
            cell.source = _portable(cell.source, labels, url_to)
        elif "solution" in cell.metadata.get("tags", ()):
            cell.metadata["jupyter"] = {"source_hidden": True}
    book.metadata = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        },
        "language_info": {"name": "python"},
    }
    book.nbformat, book.nbformat_minor = 4, 5
    nbformat.validate(book)
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _portable(
    source: str,
    labels: Mapping[str, Equation],
    url_to: Callable[[str], str],
) -> str:
    def link(match: re.Match[str]) -> str:
        target = match[2] or ""
        url = target if "://" in target else target and url_to(target)
        return f"[{match[1]}]({url})" if url else match[1]

    numbered = EQREF.sub(lambda m: f"({labels[m[1]].number})", source)
    return LINK.sub(link, numbered)
