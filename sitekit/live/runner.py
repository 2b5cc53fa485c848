"""What the worker calls: run a snippet, check an equation, suggest mistakes.

Packed with the site and imported in the reader's browser, so it needs NumPy and this
project's packages alone.
"""

import contextlib
import inspect
import io
import json
import random
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

import reference_impl
from reference_impl.check import check as compare
from sitekit.explorer import restored
from texcheck.alter import altered_forms
from texcheck.document import Block, blocks, check_page
from texcheck.equations import Page
from texcheck.errors import EquationError

SNIPPET = "snippet"  # the file that tracebacks name
COLUMNS = 79
MISTAKES = 6
FRAMES = 5  # of a long traceback are shown at either end


class Stream(io.TextIOBase):
    """A standard output that hands on what is written, piece by piece."""

    def __init__(self, write: Callable[[str], object]):
        self.send = write

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, text: str, /) -> int:
        """Hand on `text`."""
        self.send(text)
        return len(text)


def run(code: str, write: Callable[[str], object]) -> str | None:
    """Run a snippet as the tests do, alone; return what went wrong, or None.

    Parameters
    ----------
    code : str
        Python source.
    write : callable
        Gets what the snippet prints, as it prints it.

    Returns
    -------
    str or None
        The traceback from the snippet's own line on.
    """
    random.seed()
    np.random.seed(None)  # noqa: NPY002 - the legacy generator is what has to be unseeded
    namespace = {"__name__": "__main__"}
    out = Stream(write)
    try:
        compiled = compile(code, SNIPPET, "exec")
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            np.printoptions(),
        ):
            exec(compiled, namespace)
    except SystemExit as error:
        return f"SystemExit: {error}"
    except BaseException as error:  # what a reader's code may raise
        return told(error, code)
    return None


def told(error: BaseException, code: str) -> str:
    """Return a traceback that starts in the reader's code and shows its lines."""
    lines = code.splitlines()
    frames = list(traceback.extract_tb(error.__traceback__))
    own = [i for i, f in enumerate(frames) if f.filename == SNIPPET]
    shown = frames[own[0] :] if own else []
    left_out = len(shown) - 2 * FRAMES
    said = []
    for at, frame in enumerate(shown):
        if left_out > 1 and FRAMES <= at < FRAMES + left_out:
            if at == FRAMES:
                said.append(f"... {left_out} more calls\n")
            continue
        place = f"line {frame.lineno}"
        text = frame.line
        if frame.filename == SNIPPET and frame.lineno:
            text = lines[frame.lineno - 1].strip()
        else:
            place = f"{frame.filename.rsplit('/', 1)[-1]}, {place}"
        said.append(f"{place}, in {frame.name}\n    {text}\n")
    last = traceback.format_exception_only(error)
    return "".join([*said, *last]).rstrip()


def check(name: str, markdown: str, at: int, latex: str) -> dict[str, Any]:
    """Put `latex` in the place of equation `at` of a page and check the page.

    Parameters
    ----------
    name : str
        The page, for messages.
    markdown : str
        Its source.
    at : int
        Which equation, from 0.
    latex : str
        What stands there instead.

    Returns
    -------
    dict
        ``holds``; ``told``, one sentence; ``comparisons`` and ``error`` where
        it holds; ``left``, ``right`` and ``index`` where two values differ.
    """
    edited = replaced(markdown, at, latex)
    if edited is None:
        return {"holds": False, "told": "This does not read as one equation."}
    outcomes = check_page(name, edited, fences=False)
    own = outcomes[at]
    if own.error is not None:
        return refusal(own.error)
    for below in outcomes[at + 1 :]:
        if below.status == "failed" and below.error is not None:
            found = refusal(below.error)
            found["told"] = f"An equation below it fails: {found['told']}"
            return found
    assert own.result is not None
    return {
        "holds": True,
        "told": "Both sides agree.",
        "comparisons": own.result.comparisons,
        "error": float(own.result.largest_error),
    }


def refusal(error: EquationError) -> dict[str, Any]:
    """Return what an `EquationError` says, as plain data."""
    found: dict[str, Any] = {"holds": False, "told": error.reason}
    if error.row is not None:
        found["row"] = error.row
    for side in ("left", "right", "index"):
        value = getattr(error, side)
        if value is not None:
            found[side] = str(value)
    return found


def replaced(markdown: str, at: int, latex: str) -> str | None:
    """Return the page with another equation `at`, or None if it is not one."""
    old = equations(markdown)
    start, stop = old[at].span
    edited = f"{markdown[:start]}$$\n{latex.strip()}\n$${markdown[stop:]}"
    new = equations(edited)
    if len(new) != len(old) or new[at].text != latex.strip():
        return None
    return edited


def equations(markdown: str) -> list[Block]:
    """Return the equations of a page, in order."""
    return [b for b in blocks(markdown) if b.kind == "equation"]


def mistakes(name: str, markdown: str, at: int) -> list[dict[str, str]]:
    """Return a few altered forms of equation `at`, each of another kind.

    Every one of them is refused because the numbers differ.
    """
    outcomes = check_page(name, markdown, fences=False)
    own = outcomes[at]
    if own.result is None:
        return []
    page = Page(seed=0)
    for above in outcomes[:at]:
        if above.result is not None:
            page.bind(above.draws[0])
            page.check(above.block.text)
    page.bind(own.draws[0])
    found: dict[str, dict[str, str]] = {}
    for form in altered_forms(own.block.text, own.draws[0], page.scope):
        kind = " ".join(form.change.split()[:2])
        if kind not in found and _differs(form.latex, page):
            found[kind] = {"change": form.change, "latex": form.latex}
        if len(found) == MISTAKES:
            break
    return list(found.values())


def _differs(latex: str, page: Page) -> bool:
    with page.trial() as trial:
        try:
            trial.check(latex)
        except EquationError as error:
            return error.kind == "value"
    return False


def stub(name: str) -> str:
    """Return the head of a function that is to be checked against `name`."""
    function = getattr(reference_impl, name)
    parameters = []
    for parameter in inspect.signature(function).parameters.values():
        text = parameter.name
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        if parameter.default is not parameter.empty:
            text += f"={parameter.default!r}"
        parameters.append(text)
    head = f"def {name}({', '.join(parameters)}):"
    if len(head) > COLUMNS:
        rows = "".join(f"    {text},\n" for text in parameters)
        head = f"def {name}(\n{rows}):"
    return f"import numpy as np\n\n\n{head}\n    ...\n"


def check_function(name: str, code: str) -> dict[str, Any]:
    """Run a reader's code and compare the function in it with ours.

    Parameters
    ----------
    name : str
        The function of this project.
    code : str
        Defines a function of that name, or as its last one another.

    Returns
    -------
    dict
        ``passed``, ``message`` and ``slips``, what known slips say.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    out = Stream(lambda text: None)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            exec(compile(code, SNIPPET, "exec"), namespace)
            own = [f for f in namespace.values() if inspect.isfunction(f)]
            own = [f for f in own if f.__code__.co_filename == SNIPPET]
            if not own:
                said = f"No function is defined here: define {name}."
                return {"passed": False, "message": said, "slips": []}
            report = compare(name, namespace.get(name, own[-1]))
    except BaseException as error:  # what a reader's code may raise
        return {"passed": False, "message": told(error, code), "slips": []}
    return {
        "passed": report.passed,
        "message": report.message,
        "slips": list(report.slips),
    }


def draw(description: str, values: str) -> dict[str, Any]:
    """Draw a figure anew.

    Parameters
    ----------
    description : str
        The figure, as `sitekit.explorer.described` made it, in JSON.
    values : str
        One value a control, in JSON.

    Returns
    -------
    dict
        ``svg``, ``told`` and ``most``, as a `sitekit.svg.Drawing` has them.
    """
    drawn = restored(description)(**json.loads(values))
    return {"svg": drawn.svg(), "told": drawn.told, "most": drawn.most}


def versions() -> str:
    """Return the versions of Python and NumPy that run in the page."""
    return f"Python {sys.version.split()[0]}, NumPy {np.__version__}"
