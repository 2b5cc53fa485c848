"""What the worker calls: run a snippet, compare a function, draw a figure.

Packed with the site and imported in the reader's browser, so it needs NumPy and this
project's packages alone. It imports the latter where they are used: a snippet does
not wait for what it does not need.
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

SNIPPET = "snippet"  # the file that tracebacks name
COLUMNS = 79
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
        said.append(f"{place}, in {frame.name}\n")
        if text:  # Python's own library is packed without its sources
            said.append(f"    {text}\n")
    last = traceback.format_exception_only(error)
    return "".join([*said, *last]).rstrip()


def stub(name: str) -> str:
    """Return the head of a function that is to be checked against `name`."""
    import reference_impl

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
    from reference_impl.check import check as compare

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
    from sitekit.explorer import restored

    drawn = restored(description)(**json.loads(values))
    return {"svg": drawn.svg(), "told": drawn.told, "most": drawn.most}


def versions() -> str:
    """Return the versions of Python and NumPy that run in the page."""
    return f"Python {sys.version.split()[0]}, NumPy {np.__version__}"
