"""Figures that a hand moves: each draws at all its values, within its picture."""

import ast
import itertools
import json
import re

import numpy as np
import pytest
from lxml import etree

from reference_impl import attention_weights, conv2d, convolve
from sitekit.explorer import (
    Choice,
    Range,
    declared,
    defaults,
    explorer,
    explorers,
    restored,
)
from sitekit.figures import load
from sitekit.live.explorers import draw_all, find
from sitekit.npm import ROOT
from sitekit.svg import Drawing, Plot, number

FILES = find(ROOT / "docs")
PATHS = {
    (path.name.removesuffix(".explore.py"), name): path
    for path in FILES
    for name in explorers(load(path))
}
FIGURES = {key: explorers(load(path))[key[1]] for key, path in PATHS.items()}
#: What runs in the page beside the standard library.
THERE = {"numpy", "reference_impl", "sitekit"}


@pytest.fixture
def figure(request):
    """A figure as the page restores it, by page and name."""
    kept = draw_all(PATHS[request.param])[request.param[1]]
    return restored(kept["description"])


def named(page, name):
    return pytest.mark.parametrize(
        "figure", [(page, name)], ids=[name], indirect=True
    )


def values(control, start):
    """Return the ends of a slider, every choice, and texts to trip over."""
    if isinstance(control, Range):
        return [start, control.low, control.high]
    if isinstance(control, Choice):
        return control.options
    return [start, "", " ", "x", "<é>&", "  two  spaces ", "w" * control.most]


def places(svg):
    """Yield every point that is drawn."""
    for shape in etree.fromstring(svg).iter():
        tag = etree.QName(shape).localname
        if tag == "rect":
            x, y = float(shape.get("x")), float(shape.get("y"))
            yield x, y
            yield x + float(shape.get("width")), y + float(shape.get("height"))
        elif tag in ("text", "circle"):
            c = "c" if tag == "circle" else ""
            yield float(shape.get(c + "x")), float(shape.get(c + "y"))
        for pair in re.findall(
            r"(-?[\d.e-]+),(-?[\d.e-]+)",
            shape.get("points") or shape.get("d") or "",
        ):
            yield float(pair[0]), float(pair[1])


def test_there_are_figures():
    assert len(FIGURES) >= 5


@pytest.mark.parametrize("key", FIGURES, ids="/".join)
def test_a_figure_is_declared_whole(key):
    figure = FIGURES[key]
    known = declared(figure)
    start = defaults(figure)
    for name, control in known.controls.items():
        if isinstance(control, Range):
            assert control.low <= start[name] <= control.high
        elif isinstance(control, Choice):
            assert start[name] in control.options
        else:
            assert len(start[name]) <= control.most


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_module_needs_what_a_page_has(path):
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            tops = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            tops = {node.module.split(".")[0]}
            assert not node.module.startswith("reference_impl.examples")
        else:
            continue
        assert all(
            top in THERE or top in ("re", "typing", "collections")
            for top in tops
        )


@pytest.mark.parametrize("figure", FIGURES, ids="/".join, indirect=True)
def test_every_value_is_drawn_within_the_picture(figure):
    inner = getattr(figure, "func", figure)
    start = defaults(inner)
    for chosen in itertools.product(
        *(
            values(control, start[name])
            for name, control in declared(inner).controls.items()
        )
    ):
        drawn = figure(**dict(zip(start, chosen, strict=True)))
        svg = drawn.svg()
        assert drawn.told, chosen
        assert "nan" not in svg + drawn.told, chosen
        _, _, width, height = map(
            float, re.search('viewBox="([^"]*)"', svg)[1].split()
        )
        for x, y in places(svg):
            assert -0.1 <= x <= width + 0.1, (chosen, x)
            assert -0.1 <= y <= height + 0.1, (chosen, y)


@named("convolution-2d", "sliding_window")
def test_the_window_gives_what_conv2d_gives(figure):
    image = figure.__globals__["IMAGE"]
    for kernel, stride, padding in [
        (2, 1, 0),
        (3, 2, 2),
        (4, 3, 1),
        (1, 1, 2),
    ]:
        weight = np.outer(*figure.__globals__["FACTORS"][kernel])
        y = conv2d(image[None], weight[None, None], None, stride, padding)[0]
        for place in range(1, y.size + 1):
            drawn = figure(place, kernel, stride, padding)
            row, column = divmod(place - 1, y.shape[1])
            assert f"row {row}, column {column}:" in drawn.told
            terms, result = re.search(
                r": ([^.:]*?[^:]*) = (\S+)\. Rows", drawn.told
            ).groups()
            plain = terms.replace("·", "*").replace("−", "-")
            assert eval(plain) == y[row, column]
            assert result == number(y[row, column])
            assert drawn.most == {"place": y.size}


@named("convolution-1d", "padding_modes")
def test_the_modes_give_what_convolve_gives(figure):
    signal = figure.__globals__["SIGNAL"]
    for length in range(1, 6):
        weights = figure.__globals__["WEIGHTS"][:length]
        full = convolve(signal, weights, "full")
        for mode in ("full", "same", "valid"):
            said = []
            for place in range(1, len(full) + 1):
                told = figure(place, length).told
                found = re.search(
                    rf"{mode}: output \d+ of \d+, (\S+?)\.", told
                )
                if found:
                    said.append(found[1])
                    assert found[1] == number(full[place - 1])
            assert said == [number(v) for v in convolve(signal, weights, mode)]


@named("self-attention", "attention_under_a_mask")
def test_the_weights_are_those_under_the_mask(figure):
    x = figure.__globals__["X"]
    seen = np.tril(np.ones((6, 6), bool)) & (np.arange(6) < 3)
    weights = attention_weights(x, x, attn_mask=seen, scale=0.7)
    told = figure("causal", 3, 4, 0.7).told
    shares = [number(round(float(w), 2)) for w in weights[4, :3]]
    for key, share in enumerate(shares):
        assert f"{share} to key {key}" in told
    assert "key 3" not in told


@named("activation-functions", "curve_and_slope")
def test_the_slope_is_that_of_the_curve(figure):
    for name in declared(figure).controls["function"].options:
        if name in ("unit step", "sign"):
            continue  # tested at their kinks with the functions themselves
        values = []
        for z in (1.2, 1.4):
            told = figure(name, z, 0.7).told
            values.append(float(re.search(r"value (\S+),", told)[1]))
        slope = float(
            re.search(r"slope (\S+)\.$", figure(name, 1.3, 0.7).told)[1]
        )
        np.testing.assert_allclose(np.diff(values)[0] / 0.2, slope, atol=0.04)


@named("lstm", "gates")
def test_unit_1_minds_spaces(figure):
    told = figure("some words of many letters in a row").told
    shut, opened = map(float, re.findall(r"[\d.]+(?= at| else)", told))
    assert shut < 0.1
    assert opened > 0.7
    last = figure("some words of many letters in a row", 48).told
    assert float(re.findall(r"[\d.]+(?= at)", last)[0]) > 0.5


@named("lstm", "gates")
def test_an_unknown_letter_is_told(figure):
    assert figure("naïve").told.endswith(
        "It does not know ï and reads a space."
    )


def test_words_are_escaped():
    drawing = Drawing(10, 5)
    drawing.text((1, 1), "<a & b>")
    assert ">&lt;a &amp; b&gt;</text>" in drawing.svg()


def test_a_curve_is_cut_where_it_leaves_or_jumps():
    drawing = Drawing(10, 5)
    plot = Plot(drawing, (0, 0, 10, 5), (0, 5), (0, 1))
    y = np.array([0.1, 0.2, 0.9, 0.8, 3.0, 0.5])
    plot.curve(np.arange(6.0), y, "#000", jump=0.5)
    assert drawing.svg().count("<polyline") == 2


def test_a_figure_comes_back_from_its_description():
    path = PATHS["convolution-1d", "padding_modes"]
    kept = draw_all(path)["padding_modes"]
    assert restored(kept["description"])().svg() == kept["svg"]
    assert json.loads(kept["description"])["controls"][0] == {
        "name": "place",
        "value": 3,
        "label": "place",
        "low": 1,
        "high": 9,
        "step": 1,
        "kind": "range",
    }


def test_arrays_go_with_a_figure():
    model = {"w": np.float16([[1.5, 2]])}

    @explorer("Move", data=lambda: model, x=Range("x", 0, 1))
    def figure(model, x=0):
        return model["w"] * x

    from sitekit.explorer import described

    source = (
        "import numpy as np\nfrom sitekit.explorer import Range, explorer\n"
        '@explorer("Move", data=dict, x=Range("x", 0, 1))\n'
        "def figure(model, x=0):\n    return model['w'] * x\n"
    )
    text = json.dumps(described(figure, source, model))
    np.testing.assert_array_equal(restored(text)(x=2), [[3, 4]])
