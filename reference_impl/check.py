"""Check your own implementation: ``python -m reference_impl.check NAME MODULE:FUNCTION``.

Your function is called on data that leave slips no place to hide, and compared with
the function of this package that is called NAME. Where they differ, the report says
where, with both values, and whether a known slip gives what yours gave.
"""

import argparse
import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import reference_impl
from reference_impl.cases import Call, arrays_of, calls, names
from reference_impl.slips import SLIPS

__all__ = ["RTOL", "Report", "check"]

RTOL = 1e-7  # of the largest entry; the data are float64


@dataclass(frozen=True)
class Report:
    """What came of a check.

    Attributes
    ----------
    name : str
        The reference function.
    passed : bool
        Whether every call agreed.
    cases : int
        How many calls were made.
    message : str
        One sentence on the first difference, or on the agreement.
    slips : tuple of str
        What known slips say that give, on every call, what was given.
    """

    name: str
    passed: bool
    cases: int
    message: str
    slips: tuple[str, ...] = ()

    def __str__(self) -> str:
        sign = "passed" if self.passed else "FAILED"
        lines = [f"{self.name}: {sign}: {self.message}"]
        return "\n".join(lines + [f"  probably {said}" for said in self.slips])


def check(name: str, function: Callable[..., Any], seed: int = 0) -> Report:
    """Compare `function` with the reference function `name`.

    Parameters
    ----------
    name : str
        A function of this package, or its backward: ``"conv2d"``.
    function : callable
        Takes the same arguments in the same order; returns arrays.
    seed : int, default 0
        Of the data.

    Returns
    -------
    Report
        Whether they agree, and if not, where and perhaps why.

    Raises
    ------
    ValueError
        If there are no cases for `name`.
    TypeError
        If `function` cannot be called.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl.check import check
    >>> def softmax(input, dim=-1):
    ...     e = np.exp(input - input.max())
    ...     return e / e.sum()
    >>> report = check("softmax", softmax)
    >>> report.passed, report.slips
    (False, ('you divide by the sum over all entries',))
    """
    if not callable(function):
        raise TypeError(
            f"function must be callable, got function={function!r}"
        )
    made = calls(name, seed)
    reference = getattr(reference_impl, name)
    mine: list[list[np.ndarray] | None] = []
    fault = ""
    for at, call in enumerate(made):
        try:
            mine.append(got := _all(call, function))
            told = _difference(got, _all(call, reference), call, reference)
        except Exception as error:  # whatever a reader's code may raise
            mine.append(None)
            told = _raised(error, function)
        if told and not fault:
            fault = f"call {at + 1} of {len(made)}: {told}"
    if not fault:
        told = f"{len(made)} calls agree, to {RTOL:g} of the largest entry"
        return Report(name, True, len(made), told)
    return Report(name, False, len(made), fault, _matching(name, made, mine))


def _all(call: Call, function: Callable[..., Any]) -> list[np.ndarray]:
    """Return the arrays a function gives, and its array arguments after it."""
    result, after = call.run(function)
    return arrays_of(result) + _numeric(after)


def _numeric(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple | list):
        return [a for item in value for a in _numeric(item)]
    return []


def _raised(error: Exception, function: Callable[..., Any]) -> str:
    """Return what was raised, and the last line of the function's own file."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if code and f.filename == code.co_filename]
    line = f" at your line {own[-1].lineno}" if own else ""
    return f"yours raises {type(error).__name__}{line}: {error}"


def _difference(
    got: list[np.ndarray],
    want: list[np.ndarray],
    call: Call,
    reference: Callable[..., Any],
) -> str:
    """Return what differs first, or nothing."""
    outputs = len(arrays_of(call.to(reference)))
    if len(got) != len(want):
        more = len(got) - len(want)
        return f"yours returns {outputs + more} arrays, not {outputs}"
    for at, (mine, right) in enumerate(zip(got, want, strict=True)):
        where = (
            f"output {at + 1}"
            if at < outputs
            else "an argument, after the call"
        )
        if mine.shape != right.shape:
            return f"{where}: your shape is {mine.shape}, not {right.shape}"
        wrong = ~_close(mine, right)
        if wrong.any():
            i = tuple(int(k) for k in np.argwhere(wrong)[0])
            return (
                f"{where}, index {i}: yours is {mine[i]:.6g}, right is "
                f"{right[i]:.6g} ({int(wrong.sum())} of {wrong.size} differ)"
            )
    return ""


def _close(mine: np.ndarray, right: np.ndarray) -> np.ndarray:
    scale = np.abs(right).max(initial=0, where=np.isfinite(right))
    return np.isclose(
        mine, right, rtol=RTOL, atol=RTOL * scale, equal_nan=True
    )


def _matching(
    name: str, made: list[Call], mine: list[list[np.ndarray] | None]
) -> tuple[str, ...]:
    """Return what the slips say that give the same on every call."""
    found = []
    for slip in SLIPS.get(name, ()):
        pairs = zip(made, mine, strict=True)
        if all(got is not None and _gives(slip, c, got) for c, got in pairs):
            found.append(slip.says)
    return tuple(found)


def _gives(slip: Any, call: Call, got: list[np.ndarray]) -> bool:
    try:
        theirs = _all(call, slip.wrong)
    except Exception:  # a slip may not be able to take this call
        return False
    return len(theirs) == len(got) and all(
        a.shape == b.shape and bool(_close(a, b).all())
        for a, b in zip(got, theirs, strict=True)
    )


def load(target: str) -> Callable[..., Any]:
    """Return the function that ``module:function`` names.

    Raises
    ------
    ValueError
        If it is not of that form, or there is no such function.
    """
    module, _, function = target.partition(":")
    dotted = all(part.isidentifier() for part in module.split("."))
    if not dotted or not function or module.endswith(".py"):
        raise ValueError(
            "target must be MODULE:FUNCTION, a module as import names it, "
            f"got target={target!r}"
        )
    sys.path.insert(0, os.getcwd())
    found = getattr(importlib.import_module(module), function, None)
    if not callable(found):
        raise ValueError(f"target must name a function, got target={target!r}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0 if the function passes, else 1."""
    parser = argparse.ArgumentParser(
        "reference_impl.check", description=__doc__
    )
    parser.add_argument("name", nargs="?", help="a function of this package")
    parser.add_argument("target", nargs="?", help="yours: MODULE:FUNCTION")
    parser.add_argument("--seed", type=int, default=0, help="of the data")
    parser.add_argument("--list", action="store_true", help="list the names")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(names()))
        return 0
    if options.name is None or options.target is None:
        parser.error("NAME and MODULE:FUNCTION are needed, or --list")
    try:
        report = check(options.name, load(options.target), options.seed)
    except (ValueError, ImportError, SyntaxError) as error:
        parser.error(str(error))
    print(report)
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
