"""The site works from any sub-path and straight from the file system."""

import pytest

from sitekit.reader.server import Server
from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

HITS = "[role=dialog] li a[href]"
PAGE = "convolutional-networks/pooling/"


def search(page, words):
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.wait_for_selector(HITS)
    return page.query_selector(HITS)


def test_every_part_comes_from_a_sub_path(browser, site):
    with (
        Server(site, "/some/sub/path/") as server,
        visit(browser, server) as visited,
    ):
        page = visited.page
        visited.open(PAGE)
        page.click("main a[rel=next], footer a[href]")
        visited.settle()
        assert page.url.startswith(server.url)
        search(page, "max_pool2d").click()
        page.wait_for_url(f"{server.url}**pooling/**")
        visited.settle()
        assert [s for s in server.sent if s.status != 200] == []
        assert not visited.errors
        assert not visited.elsewhere


def test_the_offline_build_opens_from_a_file(browser, offline_site):
    context = browser.new_context()
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: (
            errors.append(said.text) if said.type == "error" else None
        ),
    )
    page.goto((offline_site / "index.html").as_uri())
    assert page.title()
    hit = search(page, "max_pool2d")
    hit.click()
    page.wait_for_url("file://**/pooling*")
    assert page.text_content("main h1")
    assert page.evaluate(
        "document.fonts.ready.then(f => [...f].every(x => x.status == 'loaded'))"
    )
    away = ("file:", "data:", "blob:")
    assert [url for url in asked if not url.startswith(away)] == []
    assert errors == []
    context.close()
