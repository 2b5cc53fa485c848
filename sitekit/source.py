"""Function sources on a page, taken from the package and never copied.

A ```source`` fence names public functions, one a line; it becomes a Python block with
their code, without docstrings. What is copied from it has the imports it needs.
"""

import ast
import importlib
import inspect
import textwrap
from types import FunctionType

from sitekit.errors import PageError


def load(name: str) -> FunctionType:
    """Return the public function `name`, such as ``reference_impl.conv2d``."""
    module, _, attribute = name.rpartition(".")
    return inspect.unwrap(getattr(importlib.import_module(module), attribute))


def without_docstring(function: FunctionType) -> str:
    """Return the source of `function`, its docstring left out."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
    first = definition.body[0]
    if ast.get_docstring(definition) is None or first.end_lineno is None:
        return source
    lines = source.splitlines(keepends=True)
    return "".join(lines[: first.lineno - 1] + lines[first.end_lineno :])


def imports(function: FunctionType) -> str:
    """Return the lines that make the source of `function` run where it is pasted."""
    module = inspect.getmodule(function)
    assert module is not None
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = []
    defined: list[str] = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a for a in node.names if (a.asname or a.name) in used]
            if names:
                kept = type(node)(**{**vars(node), "names": names})
                lines.append(ast.unparse(kept))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            if node.name in used and node.name != function.__name__:
                defined.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = (
                node.targets if isinstance(node, ast.Assign) else [node.target]
            )
            defined += [
                t.id
                for t in targets
                if isinstance(t, ast.Name) and t.id in used
            ]
    if defined:
        lines.append(f"from {module.__name__} import {', '.join(defined)}")
    return "\n".join(lines) + "\n\n\n" if lines else ""


def shown(path: str, line: int, body: str) -> tuple[str, str]:
    """Return (code to show, code to copy) for the body of a ``source`` fence."""
    codes, needed = [], []
    for name in body.split():
        try:
            function = load(name)
        except (ImportError, AttributeError, ValueError):
            raise PageError(
                path, line, f"no function {name!r} to show"
            ) from None
        codes.append(without_docstring(function).strip() + "\n")
        needed.append(imports(function).strip())
    code = "\n\n".join(codes)
    heads = dict.fromkeys(row for head in needed for row in head.splitlines())
    return code, "\n".join(heads) + "\n\n\n" + code
