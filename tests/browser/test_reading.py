"""Reading: without a script, from equation to equation, and on paper."""

import re

import pytest

from sitekit.reader import layout
from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

PAGE = "convolutional-networks/convolution-2d/"
AWAY = re.compile(r'class="eqref" href="[^#]')
TOP = "(id) => document.getElementById(id).getBoundingClientRect().top"


def test_a_page_reads_without_javascript(browser, server):
    result = layout.bare(browser, server, PAGE)
    assert result.passed, result.faults


def targets(page):
    """Return the address of each reference to an equation on the page."""
    links = page.query_selector_all("a.eqref, a.equation__number")
    return [(link, link.get_attribute("href")) for link in links]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_reference_jumps_to_its_equation(browser, server, width):
    viewport = {"width": width, "height": 800}
    with visit(browser, server, viewport=viewport) as visited:
        page = visited.page
        visited.open(PAGE)
        here = [(link, href) for link, href in targets(page) if href[0] == "#"]
        assert here
        for link, href in here:
            link.click()
            visited.settle()
            top = page.evaluate(TOP, href[1:])
            head = page.evaluate(
                "document.querySelector('header').getBoundingClientRect().bottom"
            )
            assert head <= top < 800, f"{href} stands at {top}"
            assert page.url.endswith(href)


def test_a_reference_leads_to_an_equation_of_another_page(
    browser, server, site
):
    with visit(browser, server) as visited:
        page = visited.page
        for html in sorted(site.rglob("index.html")):
            if AWAY.search(html.read_text(encoding="utf-8")):
                visited.open(html.parent.relative_to(site).as_posix() + "/")
                break
        away = [(link, href) for link, href in targets(page) if href[0] != "#"]
        assert away, "no page refers to another's equation"
        link, href = away[0]
        link.click()
        visited.settle()
        anchor = href.partition("#")[2]
        assert page.query_selector(f"[id='{anchor}'] math")
        assert 0 <= page.evaluate(TOP, anchor) < 720
        assert page.text_content(f"[id='{anchor}'] a").startswith("(")


def test_a_heading_in_the_address_is_in_view(browser, server):
    with visit(browser, server) as visited:
        visited.open(PAGE + "#backward")
        assert 0 <= visited.page.evaluate(TOP, "backward") < 720
