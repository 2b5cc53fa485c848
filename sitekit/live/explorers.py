"""The build's part of figures that a hand moves: stills, buttons, descriptions."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from sitekit import cache
from sitekit.explorer import declared, described, explorers
from sitekit.figures import load
from sitekit.live.buttons import button

#: The module of this name is what a kept drawing depends on.
KIND = "live.explorers"
ENDING = ".explore.py"
FOLDER = "explorers"


def find(docs: Path) -> list[Path]:
    """Return the files with such figures, in order."""
    return sorted(docs.rglob(f"*{ENDING}"))


def known(path: Path) -> bool:
    """Return whether the stills of a file need not be drawn again."""
    return cache.known(KIND, path.read_text(encoding="utf-8"))


def draw_all(path: Path) -> dict[str, dict[str, Any]]:
    """Return each figure of a file: its still as ``svg``, and what the page needs."""
    source = path.read_text(encoding="utf-8")

    def compute() -> dict[str, dict[str, Any]]:
        found = {}
        for name, figure in explorers(load(path)).items():
            make = declared(figure).data
            data = None if make is None else make()
            still = figure() if data is None else figure(data)
            found[name] = {
                "svg": still.svg(),
                "invitation": declared(figure).invitation,
                "description": json.dumps(described(figure, source, data)),
            }
        return found

    return cache.cached(KIND, source, compute)


def gather(docs: Path, paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return the figures of all files, by the address of the still."""
    found = {}
    for path in paths:
        folder = path.relative_to(docs).as_posix().removesuffix(ENDING)
        for name, figure in draw_all(path).items():
            found[f"{folder}/{name}.svg"] = figure
    return found


def invite(
    soup: BeautifulSoup, image: Tag, uri: str, figure: Mapping[str, Any]
) -> None:
    """Put the button below a still; call it before the image is replaced."""
    pressed = button(soup, figure["invitation"], "explore")
    pressed["data-explorer"] = os.path.splitext(uri)[0]
    box = soup.new_tag("div", attrs={"class": "explorer"})
    box.append(pressed)
    assert image.parent is not None
    image.parent.insert_after(box)


def write(folder: Path, figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what the page fetches at the press of a button."""
    for uri, figure in figures.items():
        path = (folder / FOLDER / uri).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(figure["description"], encoding="utf-8")
