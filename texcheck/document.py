"""The equations of a Markdown page, with the Python that gives their letters values.

What is read, from top to bottom, with one namespace for the whole page:

* ``$$ ... $$``, an equation: it is checked;
* a ```` ```python ```` fence: it runs alone, and what it binds is known below it;
* ``<!-- invisible-code-block: python ... -->``: it runs in the page's namespace;
* ``<!-- again: python ... -->``: other values, which the next equation has to
  hold for too;
* ``<!-- skip: reason -->`` above an equation: it is not checked, for that reason;
* ``<!-- false: reason -->`` above an equation: it is wrong, and has to be refused.
"""

import ast
import contextlib
import inspect
import io
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from texcheck.alter import Strength, strength
from texcheck.equations import Page, Result
from texcheck.errors import EquationError

__all__ = ["Block", "Outcome", "blocks", "check_page", "grade"]

Kind = Literal["equation", "fence", "invisible", "again"]

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`\n]*)\n"
    r"(?P<body>(?:.*\n)*?)[ \t]*(?P=ticks)[ \t]*$",
    re.M,
)
COMMENT = re.compile(r"<!--(?P<body>.*?)-->", re.S)
INVISIBLE = re.compile(
    r"\s*(?P<kind>invisible-code-block|again): python[ \t]*\n(?P<code>.*)",
    re.S,
)
MARK = re.compile(
    r"<!--\s*(?P<mark>skip|false):\s*(?P<reason>\S(?:(?!-->).)*?)\s*-->\s*\Z",
    re.S,
)
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
DISPLAY = re.compile(
    r"^[ \t]*\$\$(?P<tex>(?:(?!\$\$).)*?)\$\$[ \t]*$", re.M | re.S
)


#: Kinds of error that say a formula is wrong, not that it could not be read.
FALSE = ("value", "index", "range", "shape", "domain")


@dataclass(frozen=True)
class Block:
    """A piece of a page that is run or checked."""

    kind: Kind
    text: str
    line: int  # of the first line of `text`, counted from 1
    span: tuple[int, int]  # of the whole block, in characters
    mark: Literal["skip", "false"] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one equation."""

    block: Block
    result: Result | None = None
    error: EquationError | None = None  # also set where it had to be refused
    functions: tuple[str, ...] = ()  # what the values compared came from
    draws: tuple[dict[str, Any], ...] = ()  # the namespaces it was held to

    @property
    def status(self) -> Literal["holds", "refused", "skipped", "failed"]:
        """``refused`` is what an equation marked false should be."""
        if self.block.mark == "skip":
            return "skipped"
        if self.block.mark == "false":
            refused = self.error is not None and self.error.kind in FALSE
            return "refused" if refused else "failed"
        return "failed" if self.error is not None else "holds"


def blank(text: str) -> str:
    """Return `text` with every character but the line ends made a space."""
    return re.sub(r"[^\n]", " ", text)


def masked(markdown: str) -> str:
    """Return the page with fences, comments and code spans blanked, all in place."""
    for pattern in (FENCE, COMMENT, CODE_SPAN):
        markdown = pattern.sub(lambda match: blank(match[0]), markdown)
    return markdown


def blocks(markdown: str) -> list[Block]:
    """Return what is run or checked on a page, in order."""
    return sorted(_blocks(markdown), key=lambda block: block.span)


def _blocks(markdown: str) -> Iterator[Block]:
    def line(position: int) -> int:
        return markdown.count("\n", 0, position) + 1

    for match in FENCE.finditer(markdown):
        if match["info"].strip() == "python":
            indent = match["indent"]
            code = re.sub(rf"^{indent}", "", match["body"], flags=re.M)
            yield Block("fence", code, line(match.start("body")), match.span())
    without_fences = FENCE.sub(lambda m: blank(m[0]), markdown)
    for match in COMMENT.finditer(without_fences):
        hidden = INVISIBLE.match(match["body"])
        if hidden:
            start = match.start("body") + hidden.start("code")
            kind: Kind = "again" if hidden["kind"] == "again" else "invisible"
            yield Block(kind, hidden["code"], line(start), match.span())
    for match in DISPLAY.finditer(masked(markdown)):
        mark = MARK.search(markdown, 0, match.start())
        start = match.start("tex")
        lead = len(match["tex"]) - len(match["tex"].lstrip())
        yield Block(
            "equation",
            match["tex"].strip(),
            line(start + lead),
            match.span(),
            mark["mark"] if mark else None,  # type: ignore[arg-type]
            mark["reason"] if mark else "",
        )


def run_code(
    code: str, name: str, line: int, namespace: dict[str, Any]
) -> None:
    """Run a piece of a page; its output is shown elsewhere, if at all."""
    compiled = compile("\n" * (line - 1) + code, name, "exec")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compiled, namespace)


def check_page(
    name: str,
    markdown: str,
    *,
    seed: int = 0,
    optional: tuple[str, ...] = ("torch",),
    fences: bool = True,
) -> list[Outcome]:
    """Check every equation of a page and return what became of each.

    Parameters
    ----------
    name : str
        The page, for messages.
    markdown : str
        Its text.
    seed : int
        The seed of random arguments, and of `default_rng` on the page where
        the page seeds it with 0: another seed is another draw of the data.
    optional : tuple of str
        Modules a snippet may fail to import: it then binds nothing.
    fences : bool
        Whether snippets are run too, or invisible blocks alone.

    Returns
    -------
    list of Outcome
        One an equation, in order. A definition that nothing uses is an
        error at its own equation.
    """
    page, namespace = Page(name, seed=seed), Names()
    found: list[Outcome] = []
    trouble: EquationError | None = None
    again: list[Block] = []
    for block in blocks(markdown):
        if block.kind == "again":
            again.append(block)
            continue
        if block.kind == "fence" and not fences:
            continue
        if block.kind != "equation":
            try:
                _bind(block, name, namespace, seed)
            except ModuleNotFoundError as error:
                if error.name not in optional:
                    trouble = _trouble(name, block, error)
            except Exception as error:  # what a page's code may raise
                trouble = _trouble(name, block, error)
            continue
        if block.mark == "skip":
            found.append(Outcome(block))
            continue
        if trouble is not None:
            found.append(Outcome(block, error=trouble))
            continue
        # Rows read so far may be asked for again: the values must not move.
        draws = [dict(namespace)]
        try:
            draws += [_again(code, name, draws[0]) for code in again]
        except Exception as error:
            found.append(Outcome(block, error=_trouble(name, block, error)))
            continue
        finally:
            again = []
        outcome = _outcome(block, page, draws)
        functions = {
            function
            for compared in (outcome.result.names if outcome.result else ())
            for function in namespace.functions(compared)
        }
        found.append(replace(outcome, functions=tuple(sorted(functions))))
    try:
        page.finish()
    except EquationError as error:
        for at, outcome in enumerate(found):
            if outcome.block.line == error.line and not outcome.error:
                found[at] = replace(outcome, error=error)
    return found


def grade(outcomes: list[Outcome]) -> list[Strength | None]:
    """Return how many altered forms of each equation its page rejects.

    An altered definition is judged by the equations below that use it, and
    every form by each of the equation's draws of data. None where there is
    nothing to alter: the equation does not hold, or need not.
    """
    page = Page(seed=0)
    found: list[Strength | None] = []
    for at, outcome in enumerate(outcomes):
        if outcome.result is None or outcome.status != "holds":
            found.append(None)
            continue
        below = outcomes[at + 1 :] if outcome.result.definitions else []
        after = [(o.block.text, o.draws[0]) for o in below if o.result]
        found.append(_strength(outcome, page, after))
        page.bind(outcome.draws[0])
        page.check(outcome.block.text)
    return found


def _strength(
    outcome: Outcome,
    page: Page,
    after: list[tuple[str, dict[str, Any]]],
) -> Strength:
    """Return what all draws of one equation reject together."""
    first, *others = outcome.draws
    text = outcome.block.text
    found = strength(text, first, page=page, after=after)
    for draw in others:  # what passed so far gets another chance to fail
        left = strength(
            text, draw, page=page, after=after, forms=found.survivors
        ).survivors
        more = len(found.survivors) - len(left)
        found = Strength(found.by_value + more, found.by_form, left)
    return found


def _outcome(block: Block, page: Page, draws: list[dict[str, Any]]) -> Outcome:
    try:
        for draw in draws[1:]:
            with page.trial() as other:
                other.bind(draw)
                other.check(block.text, block.line)
        page.bind(draws[0])
        if block.mark is None:
            result = page.check(block.text, block.line)
        else:
            with page.trial() as other:
                result = other.check(block.text, block.line)
    except EquationError as error:
        return Outcome(block, error=error)
    return Outcome(block, result, draws=tuple(draws))


class Names(dict[str, Any]):
    """A page's namespace that knows where each name came from.

    What an invisible block binds stays until another one binds it anew: a
    snippet for the reader may use the same short names for other things.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fixed: set[str] = set()
        self.origin: dict[str, tuple[str, ...]] = {}

    def functions(self, name: str) -> tuple[str, ...]:
        """Return the functions a value came from; of one, its own name."""
        value = self.get(name)
        if name in self.origin or not inspect.isfunction(value):
            return self.origin.get(name, ())
        return tuple(dict.fromkeys(_named(value, self)))


def _bind(block: Block, name: str, namespace: Names, seed: int) -> None:
    code = block.text
    if seed:
        code = code.replace("default_rng(0)", f"default_rng({seed})")
    invisible = block.kind == "invisible"
    own = dict(namespace) if invisible else {}
    own["__name__"] = "__page__"
    run_code(code, name, block.line, own)
    if invisible:
        before = dict(namespace)
        namespace.fixed |= {
            k for k, v in own.items() if k not in before or v is not before[k]
        }
    else:
        own = {k: v for k, v in own.items() if k not in namespace.fixed}
    namespace.update(own)
    origins = _origins(code, namespace)
    namespace.origin |= {k: v for k, v in origins.items() if k in own}


def _again(block: Block, name: str, first: dict[str, Any]) -> dict[str, Any]:
    """Return another draw of data for the equation below."""
    own = {**first, "__name__": "__page__"}
    run_code(block.text, name, block.line, own)
    return own


def _origins(code: str, namespace: Names) -> dict[str, tuple[str, ...]]:
    """Return, for each name that `code` assigns, the functions called for it."""
    found: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Assign):
            continue
        called = [
            function
            for call in ast.walk(node.value)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            for function in _named(namespace.get(call.func.id), namespace)
        ]
        if not called:  # an alias, or a part of what a function returned
            called = [
                function
                for name in ast.walk(node.value)
                if isinstance(name, ast.Name)
                for function in found.get(
                    name.id, namespace.functions(name.id)
                )
            ]
        for target in node.targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    found[part.id] = tuple(called)
    return found


def _named(value: Any, namespace: Names) -> Iterator[str]:
    """Yield the name of a function; of one without a name, those it calls."""
    if not inspect.isfunction(value):
        return
    if value.__name__ != "<lambda>":
        yield value.__name__
        return
    for name in value.__code__.co_names:
        inner = namespace.get(name)
        if inspect.isfunction(inner) and inner.__name__ != "<lambda>":
            yield inner.__name__


def _trouble(name: str, block: Block, error: Exception) -> EquationError:
    line = block.line
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == name and frame.lineno:
            line = frame.lineno
    told = f"the code above fails: {type(error).__name__}: {error}"
    return EquationError(told, "code").at(page=name, line=line)
