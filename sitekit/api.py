"""API pages: one for each module of reference_impl, made from its docstrings.

`docs/reference/` has no files of its own: every module with public functions gets a
page there, linked with the topic of the same stem both ways.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from sitekit.npm import ROOT

PACKAGE = "reference_impl"


@dataclass(frozen=True)
class Module:
    """A module with public functions, and the pages that belong to it."""

    name: str  # reference_impl.convolutional_networks.pooling
    title: str
    public: tuple[str, ...]

    @property
    def chapter(self) -> str:
        """The folder of its chapter below docs/."""
        return self.name.split(".")[1].replace("_", "-")

    @property
    def stem(self) -> str:
        """What its page, module and test share."""
        return self.name.split(".")[2].replace("_", "-")

    @property
    def topic(self) -> str:
        """Path of the page that explains it, below docs/."""
        return f"{self.chapter}/{self.stem}.md"

    @property
    def page(self) -> str:
        """Path of its API page, below docs/."""
        return f"reference/{self.chapter}/{self.stem}.md"


def modules() -> list[Module]:
    """Return the public modules of every chapter, in the order of their chapter."""
    found = []
    for folder in sorted((ROOT / PACKAGE).iterdir()):
        if not folder.name.endswith("_networks"):
            continue
        for path in sorted(folder.glob("[a-z]*.py")):
            public = _public(path)
            if public:
                name = f"{PACKAGE}.{folder.name}.{path.stem}"
                title = path.stem.replace("_", " ").capitalize()
                found.append(Module(name, title, public))
    return found


def _public(path: Path) -> tuple[str, ...]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return tuple(ast.literal_eval(node.value))
    return ()


def markdown(module: Module, title: str, has_topic: bool) -> str:
    """Return the Markdown of the API page of `module`."""
    told = (
        f"What these functions compute, with their equations: "
        f"[{title}](../../{module.topic}).\n\n"
        if has_topic
        else ""
    )
    members = "".join(f"        - {name}\n" for name in module.public)
    return (
        f"# {title}: functions\n\n{told}"
        f"Import them from `{PACKAGE}`: "
        f"`from {PACKAGE} import {module.public[0]}`.\n\n"
        f"::: {module.name}\n    options:\n      members:\n{members}"
    )
