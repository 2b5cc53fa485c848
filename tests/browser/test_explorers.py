"""Figures that a hand moves, in the page: what is drawn is what Python draws."""

import json
import re

import numpy as np
import pytest
from lxml import etree

from sitekit.explorer import restored
from sitekit.figures import load
from sitekit.live.explorers import ENDING, explorers, find
from sitekit.npm import ROOT
from sitekit.reader import axe
from sitekit.reader.visit import visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

FIGURES = [
    (
        path.relative_to(ROOT / "docs").as_posix().removesuffix(ENDING),
        name,
    )
    for path in find(ROOT / "docs")
    for name in explorers(load(path))
]
CONVOLUTION = "convolutional-networks/convolution-2d/"
LONG = 120_000  # milliseconds: a wait is no bar, and the machine may be busy
DRAWN = """() => document.querySelector('.explorer__told')?.textContent
    && !document.querySelector('.explorer .live__status').textContent"""


@pytest.fixture(scope="module")
def reader(browser, server):
    """A reader whose browser keeps Python from page to page."""
    with visit(browser, server, viewport={"width": 390, "height": 800}) as it:
        it.page.set_default_timeout(LONG)
        yield it


def press(page, name):
    """Press the button of a figure and wait until Python has drawn it."""
    page.locator(f"[data-explorer$='/{name}']").click()
    page.wait_for_function(DRAWN)


def shapes(svg):
    """Return every shape of a picture: its name, words, and numbers apart."""
    said, numbers = [], []
    for shape in etree.fromstring(svg).iter():
        said.append(etree.QName(shape).localname)
        for name, value in sorted(shape.items()):
            if name not in ("role", "aria-label"):
                numbers += map(float, re.findall(r"-?\d+\.?\d*", value))
                said.append((name, re.sub(r"-?\d+\.?\d*", "n", value)))
        said.append(shape.text)
    return said, numbers


def compare(page, figure, values):
    """Hold what is shown against what the function draws at `values`."""
    drawn = figure(**values)
    assert page.locator(".explorer__told").inner_text() == drawn.told, values
    picture = page.locator("figure:has(.explorer) svg")
    shown = picture.evaluate("e => new XMLSerializer().serializeToString(e)")
    (said, numbers), (own, exact) = shapes(shown), shapes(drawn.svg())
    assert said == own, values
    np.testing.assert_allclose(numbers, exact, atol=0.02)
    assert picture.get_attribute("aria-label") == drawn.told


def others(control):
    """Return values of a control beside the first."""
    if control["kind"] == "choice":
        return control["options"]
    if control["kind"] == "text":
        return ["ä <b>", "Another text"]
    return [control["low"], control["high"]]


@pytest.mark.parametrize(("page_name", "name"), FIGURES)
def test_each_control_draws_what_python_draws(reader, page_name, name):
    reader.errors.clear()
    reader.start = len(reader.server.sent)
    reader.open(f"{page_name}/")
    reader.wake()
    page = reader.page
    sent = [sent.path for sent in reader.server.sent[reader.start :]]
    assert not [path for path in sent if "assets/live/" in path]
    kept = f"assets/live/explorers/{page_name}/{name}.json"
    text = page.evaluate(
        "url => fetch(url).then(r => r.text())", reader.server.url + kept
    )
    figure = restored(text)
    controls = json.loads(text)["controls"]
    values = {control["name"]: control["value"] for control in controls}
    still = page.locator("figure:has(.explorer) svg")
    shown = still.evaluate("e => new XMLSerializer().serializeToString(e)")
    assert shapes(shown) == shapes(figure(**values).svg())
    assert still.get_attribute("aria-label")
    press(page, name)
    compare(page, figure, values)
    for control in controls:
        field = page.get_by_label(control["label"], exact=True).first
        for value in others(control):
            if control["kind"] == "choice":
                field.select_option(value)
            else:
                field.fill(str(value))
            settled(page)
            values = current(page)
            compare(page, figure, values)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
    page.get_by_role("button", name="Reset", exact=True).click()
    settled(page)
    compare(page, figure, {c["name"]: c["value"] for c in controls})
    assert reader.errors == []


def settled(page):
    page.wait_for_timeout(30)
    page.wait_for_function(DRAWN)


def current(page):
    """Return what the controls stand at."""
    return page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll("
        "'.explorer__controls :is(input, select)')].map(e =>"
        "[e.name, e.type == 'range' ? Number(e.value) : e.value]))"
    )


def test_it_works_by_keyboard_and_with_a_screen_reader(reader):
    reader.open(CONVOLUTION)
    page = reader.page
    page.locator("[data-live=explore]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(DRAWN)
    told = page.locator("output.explorer__told")
    before = told.inner_text()
    page.keyboard.press("ArrowRight")  # the first control has the focus
    settled(page)
    assert told.inner_text() != before
    assert told.inner_text().startswith("Output 2 of 9, row 0, column 1")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    settled(page)
    assert told.inner_text().startswith("Output 2 of 4, row 0, column 1")
    page.evaluate(axe.source())
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found = "axe.run('figure:has(.explorer)').then(f => f.violations)"
        assert page.evaluate(found) == []


def test_nothing_but_shapes_comes_from_python(reader):
    """A snippet can change what draws; it reaches no further than the picture."""
    reader.open(CONVOLUTION)
    page = reader.page
    block = page.locator(".highlight[data-fate=run]").first
    block.hover()
    block.locator("[data-live=edit]").click()
    block.locator("textarea").fill(
        "from sitekit.svg import Drawing\n"
        "def svg(self):\n"
        "    return '''<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>"
        "<script>x()</script><a href='https://example.org'><text>t</text></a>"
        "<image href='https://example.org/i.png'/><foreignObject/>"
        '<rect onclick="x()" style="fill:url(https://example.org)" width="3"/>'
        "<text x='1'>kept<tspan>in</tspan></text></svg>'''\n"
        "Drawing.svg = svg\n"
    )
    block.locator("[data-live=run]").dispatch_event("click")
    page.wait_for_function(
        "() => document.querySelector('.live__status').textContent"
        ".startsWith('✓') || /page shows/.test("
        "document.querySelector('.live__status').textContent)"
    )
    press(page, "sliding_window")
    picture = page.locator("figure:has(.explorer) svg")
    assert (
        picture.inner_html()
        == '<rect width="3"></rect><text x="1">keptin</text>'
    )
    assert picture.get_attribute("onload") is None


def test_without_javascript_the_still_is_all(browser, server):
    with visit(browser, server, java_script_enabled=False) as it:
        it.page.goto(server.url + CONVOLUTION)
        box = it.page.locator("figure:has(.explorer)")
        assert box.locator("svg").is_visible()
        assert box.locator("svg").bounding_box()["width"] > 300
        assert not box.locator("button").is_visible()
