"""What axe asks of a page, mended in the HTML whatever theme wrote it."""

from bs4 import BeautifulSoup

from sitekit import copying, extent


def make_accessible(page: str) -> str:
    """Return `page` with scrollable boxes reachable and dialogs named."""
    soup = BeautifulSoup(page, "html.parser")
    for dialog in soup.select('[role="dialog"]:not([aria-label])'):
        dialog["aria-label"] = "Search"
    for block in soup.select("pre:has(> code)"):
        block["tabindex"] = "0"
    copying.add_buttons(soup)
    for table in soup.select("article table:not([class])"):
        table["class"] = "plain"  # no theme's script wraps it once more
        wrapper = soup.new_tag(
            "div", attrs={"class": "scroll", "tabindex": "0"}
        )
        table.wrap(wrapper)
    extent.note(soup)
    return str(soup)
