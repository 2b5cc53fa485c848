"""What a page does not need it does not carry, and what it needs it keeps."""

from bs4 import BeautifulSoup

from sitekit.access import make_accessible
from sitekit.figures import lightened
from sitekit.fonts import characters

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg"><defs/><g><g><path d="M0 0"/></g>'
    '<g clip-path="url(#a)"><g><text>one</text></g></g></g></svg>'
)


def test_groups_that_say_nothing_go():
    found = BeautifulSoup(lightened(SVG), "html.parser")
    assert len(found.find_all("g")) == 1
    assert found.select_one("g[clip-path] > text").get_text() == "one"
    assert found.select_one("svg > path")["d"] == "M0 0"


def test_code_keeps_its_words_and_its_colours():
    code = (
        '<pre><span></span><code><span class="kn">import</span>'
        '<span class="w"> </span><span class="n">numpy</span></code></pre>'
    )
    found = BeautifulSoup(make_accessible(code), "html.parser")
    assert found.pre.get_text() == "import numpy"
    assert [span["class"] for span in found.find_all("span")] == [["kn"]]
    assert found.pre["tabindex"] == "0"


def test_a_heading_that_is_all_maths_has_text_for_axe():
    table = (
        '<table><tr><th><span data-aside="0"></span></th><th>b</th></tr>'
        "</table>"
    )
    heads = BeautifulSoup(make_accessible(table), "html.parser")("th")
    assert [head.get_text() for head in heads] == ["\u2060", "b"]


def test_every_sign_of_an_equation_is_in_the_font():
    maths = (
        "<math><mi>t</mi><mo>&lt;</mo><mi>T</mi><mo>&amp;</mo>"
        "<annotation>\\le</annotation></math>"
    )
    assert characters(maths) >= {"<", "&", "\U0001d461", "\U0001d447"}
    assert "\\" not in characters(maths)
