"""Figures drawn by code: ``docs/chapter/topic.py`` beside ``docs/chapter/topic.md``.

Every public function of that file returns a matplotlib figure. The page shows it with
``![what it shows](topic/function_name.svg)``; it is drawn while the site is built, put
into the page as SVG, and takes its colours from the page, so that it suits dark too.
"""

import base64
import hashlib
import html
import importlib.util
import inspect
import io
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from lxml import etree

from sitekit import cache
from sitekit.cache import cached
from sitekit.palette import STYLE, in_page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Pixels up to which a picture stays in the page: a heat map, not a photograph.
SMALL = 64 * 64
HREF = "{http://www.w3.org/1999/xlink}href"


def load(path: Path) -> ModuleType:
    """Import the figures of one page."""
    name = "figures_" + re.sub(r"\W", "_", "/".join(path.parts[-2:]))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawings(
    module: ModuleType,
) -> Iterator[tuple[str, Callable[[], "Figure"]]]:
    """Yield the (name, function) of each figure that `module` defines."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        # A constant may hold a function too: it is not called what it is named.
        own = function.__module__ == module.__name__
        if own and function.__name__ == name and not name.startswith("_"):
            yield name, function


def draw_all(path: Path) -> dict[str, str]:
    """Return the files of the page's figures, by name: SVG, and pictures in base64.

    A figure that holds a picture of many pixels keeps it in a file of its own.
    """

    def compute() -> dict[str, str]:
        import matplotlib as mpl

        mpl.use("agg")
        with mpl.rc_context(dict(STYLE)):
            files: dict[str, str] = {}
            for name, function in drawings(load(path)):
                svg, pictures = take_out(to_svg(function(), name), name)
                files |= {f"{name}.svg": svg, **pictures}
            return files

    return cached("figures", path.read_text(encoding="utf-8"), compute)


def known(path: Path) -> bool:
    """Return whether the page's figures need not be drawn again."""
    return cache.known("figures", path.read_text(encoding="utf-8"))


def to_svg(figure: "Figure", name: str) -> str:
    """Return `figure` as SVG that can stand in a page beside others."""
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    with plt.rc_context({"svg.hashsalt": name}):
        figure.savefig(
            buffer, format="svg", bbox_inches="tight", metadata={"Date": None}
        )
    plt.close(figure)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    # Ids of two figures on one page must differ; ids nobody refers to go.
    prefix = hashlib.sha256(name.encode()).hexdigest()[:6]
    referred = set(re.findall(r"#([\w.-]+)", svg))
    svg = re.sub(
        r' id="([\w.-]+)"',
        lambda m: f' id="{prefix}-{m[1]}"' if m[1] in referred else "",
        svg,
    )
    svg = re.sub(r'(url\(#|href="#)([\w.-]+)', rf"\g<1>{prefix}-\2", svg)
    svg = in_page(svg)
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.S)
    svg = re.sub(r" ?font-family: [^;\"]*;", "", svg)
    # Two decimals are enough for places; words keep the numbers they say.
    svg = re.sub(
        r"<[^>]*>", lambda m: re.sub(r"(\d+\.\d\d)\d+", r"\1", m[0]), svg
    )
    return lightened(re.sub(r">\s+<", "><", svg))


def lightened(svg: str) -> str:
    """Return `svg` with fewer elements, which looks the same."""
    root = etree.fromstring(svg, etree.XMLParser(huge_tree=True))
    _ungroup(root)
    _join_dots(root)
    return etree.tostring(root, encoding="unicode")


def _ungroup(root: etree._Element) -> None:
    """Take out the groups that say nothing: half of the elements."""
    for group in root.iter("{*}g"):
        if not group.attrib:
            group.tag = "bare"
    etree.strip_tags(root, "bare")


def _join_dots(root: etree._Element) -> None:
    """Make each run of equal round points one path.

    A browser lays out an element a point, and a cloud of them holds up the page. A
    line of no length with round ends is a dot; points that let others shine through
    stay as they are, since a path does not darken where it meets itself.
    """
    markers = {
        f"#{m.get('id')}": m for m in root.iterfind(".//{*}defs/{*}path")
    }
    for group in root.iter("{*}g"):
        for (target, style), run in groupby(list(group), _marker):
            points = list(run)
            width = _dot_width(markers.get(target), style)
            if width is None or len(points) < 2:
                continue
            places = "".join(f"M{p.get('x')} {p.get('y')}h0" for p in points)
            colour = re.findall(r"stroke: ([^;]*)", style)[0]
            dots = etree.Element(f"{{{group.nsmap[None]}}}path", d=places)
            dots.set(
                "style",
                f"fill: none; stroke: {colour}; stroke-width: {width:g}; "
                "stroke-linecap: round",
            )
            points[0].addprevious(dots)
            for point in points:
                group.remove(point)
    used = {use.get(HREF) for use in root.iter("{*}use")}
    for target, marker in markers.items():
        if target not in used:
            marker.getparent().remove(marker)


def _marker(element: etree._Element) -> tuple[str, str]:
    """Return which marker a point shows, and how; nothing if it is no point."""
    return element.get(HREF, ""), element.get("style", "")


def _dot_width(marker: etree._Element | None, style: str) -> float | None:
    """Return how wide a round marker of one opaque colour is, or None."""
    if marker is None or "opacity" in style:
        return None
    arcs = re.fullmatch(
        r"M 0 ([\d.]+)(?: +C(?: [-\d.]+){6}){8} +z ", marker.get("d", "")
    )
    colours = re.findall(r"(?:fill|stroke): ([^;]*)", style)
    if arcs is None or len(set(colours)) != 1 or len(colours) != 2:
        return None
    line = re.search(r"stroke-width: ([\d.]+)", style)
    return 2 * float(arcs[1]) + (float(line[1]) if line else 1.0)


def take_out(svg: str, name: str) -> tuple[str, dict[str, str]]:
    """Return `svg` with its larger pictures as WebP files, and those files."""
    from PIL import Image

    pictures: dict[str, str] = {}

    def replace(match: re.Match[str]) -> str:
        picture = Image.open(io.BytesIO(base64.b64decode(match[1])))
        buffer = io.BytesIO()
        small = picture.width * picture.height <= SMALL
        picture.save(buffer, "WEBP", lossless=small, quality=80, method=6)
        encoded = base64.b64encode(buffer.getvalue()).decode()
        if small:
            return f'href="data:image/webp;base64,{encoded}"'
        file = f"{name}-{len(pictures)}.webp"
        pictures[file] = encoded
        return f'href="{file}"'

    pattern = r'(?:xlink:)?href="data:image/png;base64,([^"]*)"'
    return re.sub(pattern, replace, svg), pictures


def inline(svg: str, alt: str, folder: str) -> str:
    """Return `svg` as an image of the page named `alt`; its pictures lie in `folder`."""
    svg = re.sub(r'href="([\w-]+\.webp)"', rf'href="{folder}\1"', svg)
    return svg.replace(
        "<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1
    )
