"""API pages: what is left of a docstring."""

from bs4 import BeautifulSoup

from sitekit import api

ITEM = """<ul><li class="doc-section-item">
<b><code>key</code></b> (<code>ndarray, dtype of `query`</code>) –
<div class="doc-md-description">{}</div>
</li></ul>"""


def tidied(description):
    soup = BeautifulSoup(ITEM.format(description), "lxml")
    api.tidy(soup)
    return " ".join(soup.get_text().split())


def test_no_dash_stands_before_nothing():
    assert tidied("\n") == "key (ndarray, dtype of query)"


def test_a_description_stays_behind_its_dash():
    told = tidied("<p>Of `E` features.</p>")
    assert told == "key (ndarray, dtype of query) – Of `E` features."
