"""Light and dark: the system's choice until the reader makes another."""

import pytest

from sitekit.reader.layout import ask
from sitekit.reader.visit import visit

pytestmark = pytest.mark.browser

SWITCH = "header form label:visible"


def is_dark(page):
    return ask(page, "content()")["dark"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_page_follows_the_system(browser, server, scheme, script):
    with visit(
        browser, server, color_scheme=scheme, java_script_enabled=script
    ) as visited:
        visited.open("")
        assert is_dark(visited.page) == (scheme == "dark")


def test_the_switch_is_heard_at_once_and_kept(browser, server):
    with visit(browser, server, color_scheme="light") as visited:
        page = visited.page
        visited.open("")
        # Follow the system, then light, then dark.
        for _ in range(2):
            page.click(SWITCH)
            visited.settle()
        assert is_dark(page)
        page.reload()
        visited.settle()
        assert is_dark(page)
        visited.open("notation/")
        assert is_dark(page)
        assert not visited.errors
