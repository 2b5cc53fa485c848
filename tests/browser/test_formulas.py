"""A page of formulas, looked at: every kind of construct, drawn with the site's font.

Each formula is photographed and reduced to what a reader would notice: how wide and high
its ink is, in em, and where the ink lies on a coarse grid. These are compared, with some
tolerance, with `formulas.json`, which ``FORMULAS=rewrite`` in the environment makes anew.
The font is the site's own, so that the numbers hold on every machine.
"""

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sitekit import fonts, maths
from sitekit.npm import ROOT
from sitekit.reader import glyphs
from sitekit.reader.server import Server
from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

KEPT = Path(__file__).with_name("formulas.json")
PIXELS = 48  # an em on the screen
ROOM = 24  # white around a formula
GRID = (6, 16)  # rows, columns
FORMULAS = {
    "letters": r"a b c x y z A B L \alpha \beta \gamma \delta \theta \lambda",
    "capitals": r"\Gamma \Delta \Theta \Sigma \Phi \Omega",
    "digits": r"0123456789 + 3.14",
    "bold": r"\mathbf{W} \mathbf{x} + \mathbf{b}",
    "bold greek": r"\boldsymbol{\delta} \boldsymbol{\theta}",
    "double struck": r"\mathbb{R}^n \mathbb{E}",
    "script": r"\mathcal{L} \mathcal{N}",
    "sub and superscript": r"x_i^2 + y_{n,m}^{(t-1)}",
    "deep scripts": r"e^{x_{i_j}^{2^n}}",
    "prime": r"H' + f''(x)",
    "fraction": r"\frac{a + b}{c}",
    "nested fractions": r"\frac{1}{1 + \frac{1}{1 + x}}",
    "partial": r"\frac{\partial L}{\partial w_{m,c}}",
    "root": r"\sqrt{x^2 + y^2}",
    "nested roots": r"\sqrt{1 + \sqrt{1 + \sqrt{x}}}",
    "cube root": r"\sqrt[3]{x}",
    "sum": r"\sum_{i=0}^{n-1} x_i",
    "double sum": r"\sum_{u=0}^{k_H-1} \sum_{v=0}^{k_W-1} w_{u,v}",
    "product": r"\prod_{k=1}^{K} p_k",
    "integral": r"\int_0^\infty e^{-x} \, dx",
    "limits": r"\max_{u=0,\dots,k} x_u \qquad \lim_{x \to 0} f(x)",
    "names": r"\log x + \tanh y + \exp z + \operatorname{softmax}(z)_i",
    "floor": r"\left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1",
    "ceiling": r"\left\lceil \frac{n}{2} \right\rceil",
    "brackets": r"\left( \frac{a}{b} \right) \left[ \frac{a}{b} \right]",
    "braces": r"\left\{ \frac{a}{b} \right\}",
    "norm": r"\lVert x \rVert_2 + |x|",
    "angles": r"\langle x, y \rangle",
    "matrix": r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    "square matrix": r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
    "cases": r"f(x) = \begin{cases} x & x > 0 \\ 0 & x \le 0 \end{cases}",
    "aligned": r"\begin{aligned} y &= a x + b \\ &= 2 \end{aligned}",
    "accents": r"\hat{m} + \tilde{x} + \bar{y} + \dot{z} + \vec{v}",
    "wide accents": r"\widehat{abc} + \overline{x + y}",
    "underbrace": r"\underbrace{a + b + c}_{n}",
    "relations": r"a \le b \ge c \ne d \approx e \sim f \propto g \in h",
    "operators": r"a \cdot b \times c \odot d \otimes e \circ f \ast g \pm h",
    "arrows": r"a \to b \leftarrow c \Rightarrow d \mapsto e",
    "sets": r"A \cup B \cap C \subset D \setminus E",
    "dots": r"1, \dots, n + \cdots + \vdots",
    "infinity": r"-\infty, \infty, \emptyset, \nabla, \forall, \exists",
    "transpose": r"\mathbf{W}^\top \mathbf{x}",
}
PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>{css}
body {{ margin: 0; background: white; color: black; font-size: {em}px; }}
div {{ display: table; padding: {room}px; }}</style></head><body>{body}</body></html>"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, browser):
    """Return {name: picture} of the formulas, ink 1 and paper 0; and who drew them."""
    folder = tmp_path_factory.mktemp("formulas")
    body = "".join(
        f"<div>{maths.to_mathml(tex, display=True)}</div>"
        for tex in FORMULAS.values()
    )
    page = folder / "index.html"
    page.write_text(body, encoding="utf-8")
    fonts.write(folder)
    css = fonts.css().replace("maths.woff2", fonts.FONT)
    css += (ROOT / "docs/stylesheets/site.css").read_text(encoding="utf-8")
    page.write_text(
        PAGE.format(css=css, em=PIXELS, room=ROOM, body=body), encoding="utf-8"
    )
    with Server(folder) as server, visit(browser, server) as visited:
        visited.open("")
        pictures = {}
        for name, box in zip(
            FORMULAS, visited.page.query_selector_all("div"), strict=True
        ):
            image = Image.open(io.BytesIO(box.screenshot())).convert("L")
            pictures[name] = 1 - np.asarray(image) / 255
        return pictures, glyphs.measure(visited)


def seen(picture):
    """Return what a reader would notice of a formula, as JSON can hold it."""
    rows, columns = np.nonzero(picture > 0.5)
    ink = picture[
        rows.min() : rows.max() + 1, columns.min() : columns.max() + 1
    ]
    parts = [
        [block.mean() for block in np.array_split(row, GRID[1], axis=1)]
        for row in np.array_split(ink, GRID[0], axis=0)
    ]
    return {
        "width": round(ink.shape[1] / PIXELS, 2),
        "height": round(ink.shape[0] / PIXELS, 2),
        "grid": [
            "".join(f"{min(15, int(16 * p)):x}" for p in row) for row in parts
        ],
    }


@pytest.fixture(scope="module")
def kept(drawn):
    """Return what was seen when the formulas were last looked at by a person."""
    if os.environ.get("FORMULAS") == "rewrite":
        found = {name: seen(picture) for name, picture in drawn[0].items()}
        KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return json.loads(KEPT.read_text(encoding="utf-8"))


def test_every_sign_comes_from_the_maths_font(drawn):
    assert drawn[1].passed, drawn[1].faults
    assert int(drawn[1].figure) > 300


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_looks_as_it_did(drawn, kept, name):
    now, then = seen(drawn[0][name]), kept[name]
    assert now["width"] == pytest.approx(then["width"], rel=0.03, abs=0.06)
    assert now["height"] == pytest.approx(then["height"], rel=0.03, abs=0.06)
    grids = [
        np.array([[int(cell, 16) for cell in row] for row in what["grid"]])
        for what in (now, then)
    ]
    assert np.abs(grids[0] - grids[1]).mean() < 0.8, now["grid"]


@pytest.mark.parametrize("name", FORMULAS)
def test_no_ink_is_cut(drawn, name):
    picture = drawn[0][name]
    edges = [picture[0], picture[-1], picture[:, 0], picture[:, -1]]
    assert max(edge.max() for edge in edges) < 0.5


def test_the_comparison_sees_a_change(drawn, kept):
    """A formula drawn as another, or with a part missing, is told from the kept one."""
    for name, other in [
        ("fraction", "floor"),
        ("sum", "product"),
        ("prime", "digits"),
    ]:
        assert seen(drawn[0][other]) != kept[name]
    picture = drawn[0]["sum"].copy()
    picture[: picture.shape[0] // 3] = 0  # the upper limit is lost
    assert abs(seen(picture)["height"] - kept["sum"]["height"]) > 0.3


def test_what_must_grow_grows(drawn):
    """Heights of a formula's ink follow from what stands in it."""
    height = {
        name: seen(picture)["height"] for name, picture in drawn[0].items()
    }
    assert height["nested fractions"] > 1.3 * height["fraction"]
    assert height["nested roots"] > height["root"]
    assert height["floor"] > height["fraction"]
    assert height["sum"] > 2 * height["transpose"]
    assert height["matrix"] > 1.5
    assert height["cases"] > 1.5
