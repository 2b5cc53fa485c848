"""What the worker calls for an equation: check an edit, suggest mistakes.

Packed with the site, as `runner` is.
"""

from typing import Any

from texcheck.alter import altered_forms
from texcheck.document import Block, blocks, check_page
from texcheck.equations import Page
from texcheck.errors import EquationError

MISTAKES = 6


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
