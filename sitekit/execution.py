"""A notebook run in a kernel of its own, top to bottom, and what came of it kept.

The kernel starts in an empty folder, has one thread, and shows figures as the pages
do (`sitekit.inline`). An error, a word on stderr, or a run that took no time raises
`PageError` with the line.
"""

import ast
import os
import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sitekit import cache
from sitekit.cache import cached
from sitekit.errors import PageError
from sitekit.npm import ROOT

#: A notebook trains something: one that is done sooner has skipped its work.
LEAST = 1.0  # seconds
#: What the kernel runs before the first cell.
PREPARE = "import sitekit.inline\nsitekit.inline.prepare()"
FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Outputs(NamedTuple):
    """What one cell of code did."""

    printed: str
    shown: str  # the value of its last line
    figures: list[str]  # SVG
    value: dict[str, float] | None  # of its last line, where that is a dict


class Run(NamedTuple):
    """What a notebook did."""

    seconds: float
    outputs: list[Outputs]  # of each cell of code


def known(codes: Sequence[tuple[int, str]]) -> bool:
    """Return whether these cells ran before, on the same code."""
    return cache.known("execution", joined(codes))


def run(path: str, codes: Sequence[tuple[int, str]]) -> Run:
    """Return what the cells, each (line, source), do one after the other."""

    def compute() -> list[Any]:
        return list(_execute(path, codes))

    seconds, outputs = cached("execution", joined(codes), compute)
    done = Run(seconds, [Outputs(*each) for each in outputs])
    if done.seconds < LEAST:
        message = f"the notebook ran in {seconds:.3f} s: it has done nothing"
        raise PageError(path, 1, message)
    return done


def joined(codes: Sequence[tuple[int, str]]) -> str:
    """Return the code alone: words around it change no result."""
    return "\n# %%\n".join(source for _, source in codes)


def _execute(path: str, codes: Sequence[tuple[int, str]]) -> Run:
    """Run the cells in a new kernel."""
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    sources = [PREPARE, *(source for _, source in codes)]
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources]
    )
    failed: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            book,
            timeout=600,
            # The kernel of this Python, whatever others the user has.
            km=AsyncKernelManager(
                kernel_spec_manager=KernelSpecManager(kernel_dirs=[])
            ),
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
            on_cell_error=lambda cell, cell_index, **_: failed.append(
                cell_index
            ),
        )
        try:
            client.execute(cleanup_kc=True, env=_environment())
        except CellExecutionError as error:
            raise _error(path, codes, failed[0] - 1, error) from None
    cells = book.cells[1:]
    outputs = [
        _outputs(path, line, cell)
        for (line, _), cell in zip(codes, cells, strict=True)
    ]
    return Run(sum(map(_seconds, cells)), outputs)


def _environment() -> dict[str, str]:
    """Return the kernel's environment: this project's code, one thread."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**os.environ, **one, "PYTHONPATH": str(ROOT)}


def _error(
    path: str, codes: Sequence[tuple[int, str]], number: int, error: Any
) -> Exception:
    """Return the error of a cell, at the line of the file it happened in."""
    if number < 0:
        return RuntimeError(f"the kernel is not ready:\n{error.traceback}")
    frame = FRAME.search(COLOUR.sub("", error.traceback))
    line = codes[number][0] + (int(frame[1]) - 1 if frame else 0)
    message = f"cell {number + 1} fails\n{error.ename}: {error.evalue}"
    return PageError(path, line, message)


def _outputs(path: str, line: int, cell: Any) -> Outputs:
    """Return what a cell that ran left behind."""
    printed, shown, figures, value = "", "", list[str](), None
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                message = f"the cell writes to stderr\n{output.text}"
                raise PageError(path, line, message)
            printed += output.text
            continue
        data = output.data
        if "image/svg+xml" in data:
            figures.append(data["image/svg+xml"])
        else:
            shown = data["text/plain"] + "\n"
            value = _dict(shown)
    return Outputs(printed, shown, figures, value)


def _dict(shown: str) -> dict[str, float] | None:
    try:
        value = ast.literal_eval(shown)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, dict) else None


def _seconds(cell: Any) -> float:
    """Return how long a cell ran; one that did not run raises KeyError."""
    times = cell.metadata["execution"]
    start, end = (
        datetime.fromisoformat(times[at])
        for at in ("iopub.execute_input", "shell.execute_reply")
    )
    return (end - start).total_seconds()
