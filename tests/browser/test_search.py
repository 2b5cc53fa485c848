"""Search opens at the first act, whenever its script comes, and finds what is there."""

import pytest

from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

FIELD = "[role=search] input"
HITS = "[role=dialog] li a[href]"


@pytest.fixture
def visited(browser, server):
    """The home page, just opened, no script loaded yet."""
    with visit(
        browser, server, viewport={"width": 1280, "height": 800}
    ) as opened:
        opened.open("")
        assert not [
            s for s in server.sent[opened.start :] if "javascript" in s.kind
        ]
        yield opened


def hits(page):
    """Return the addresses search found, once it has found any."""
    page.wait_for_selector(HITS)
    return [
        link.get_attribute("href") for link in page.query_selector_all(HITS)
    ]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("kernel", "convolutional-networks/convolution-"),
        ("max_pool2d", "reference/convolutional-networks/pooling/"),
        ("conv_output_size", "reference/convolutional-networks/output-size/"),
        (
            "transposed convolution",
            "convolutional-networks/transposed-convolution/",
        ),
    ],
    ids=["word", "function", "longer function", "topic"],
)
def test_search_finds(visited, words, wanted):
    visited.page.keyboard.press("/")
    visited.page.keyboard.type(words)
    assert any(wanted in href for href in hits(visited.page)[:5])


def test_the_very_first_key_opens_search(visited):
    visited.page.keyboard.press("/")
    visited.page.keyboard.type("padding")
    assert hits(visited.page)
    assert visited.page.input_value(FIELD) == "padding"


def test_the_very_first_click_opens_search(visited):
    visited.page.click(FIELD)
    visited.page.keyboard.type("stride")
    assert hits(visited.page)


def test_the_very_first_touch_opens_search(browser, server):
    with visit(
        browser,
        server,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    ) as phone:
        phone.open("")
        phone.page.tap("header label[for=__search]")
        phone.page.fill(FIELD, "stride")
        phone.page.keyboard.press("Space")
        assert hits(phone.page)


def test_a_key_of_the_theme_pressed_first_is_heard(visited):
    following = visited.page.get_attribute("link[rel=next]", "href")
    visited.page.keyboard.press("n")  # the next page
    visited.page.wait_for_url(visited.server.url + following)


def test_a_slow_script_loses_nothing(visited):
    wire = visited.page.context.new_cdp_session(visited.page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 600,
            "downloadThroughput": 50_000,
            "uploadThroughput": 50_000,
        },
    )
    visited.page.keyboard.press("/")
    visited.page.keyboard.type("dilation")
    assert hits(visited.page)
    assert visited.page.input_value(FIELD) == "dilation"


def test_escape_closes_search(visited):
    visited.page.keyboard.press("/")
    visited.page.keyboard.type("stride")
    hits(visited.page)
    visited.page.keyboard.press("Escape")
    visited.page.keyboard.press("Escape")
    visited.page.wait_for_selector(HITS, state="hidden")
