"""What axe asks of a page, mended in the HTML whatever theme wrote it."""

import re

from bs4 import BeautifulSoup

from sitekit import copying

DIALOG = re.compile(r'<\w+\b(?=[^>]* role="dialog")(?![^>]* aria-label)')


def make_accessible(content: str) -> str:
    """Return the content of a page, what scrolls in it reachable by keyboard."""
    soup = BeautifulSoup(content, "lxml")
    for code in soup.find_all("code"):
        if code.parent is not None and code.parent.name == "pre":
            code.parent["tabindex"] = "0"
    for span in soup.select("pre :is(span.n, span.w, span:empty)"):
        span.unwrap()  # plain ink, and there are hundreds of them
    for head in soup.find_all("th"):
        if head.select_one("[data-aside]") and not head.get_text():
            # axe sees no text in MathML; a word joiner is text nobody sees.
            head.append("\u2060")
    copying.add_buttons(soup)
    for table in soup.find_all("table", class_=False):
        table["class"] = "plain"  # no theme's script wraps it once more
        wrapper = soup.new_tag(
            "div", attrs={"class": "scroll", "tabindex": "0"}
        )
        table.wrap(wrapper)
    return soup.body.decode_contents() if soup.body else ""


def name_dialogs(page: str) -> str:
    """Return the finished page with a name for each dialog that has none."""
    return DIALOG.sub(lambda tag: f'{tag[0]} aria-label="Search"', page)
