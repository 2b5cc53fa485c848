"""The search index keeps what a reader looks for, and little else."""

import json

from sitekit.search import INDEX, slim

WORDS = "<p>The <code>mean</code> &amp; the\n maximum.</p>"
API = (
    "<pre><code>pool(\n    input\n)</code></pre> <p>Return the mean.</p> "
    "<p>Parameters:</p> <ul> <li>an array</li> </ul> <p>Returns:</p>"
)


def index(folder):
    """Return the entries of the index below `folder`, slimmed."""
    path = folder / INDEX
    path.parent.mkdir()
    docs = [
        {"location": "pooling/#mean", "title": "Mean", "text": WORDS},
        {"location": "reference/pooling/#pool", "title": "pool", "text": API},
        {"location": "notes/", "title": "Notes", "text": API},
    ]
    path.write_text(json.dumps({"config": {"lang": ["en"]}, "docs": docs}))
    slim(folder)
    return json.loads(path.read_text(encoding="utf-8"))


def test_words_stay_and_markup_goes(tmp_path):
    found = index(tmp_path)
    assert found["config"] == {"lang": ["en"]}
    page, function, other = found["docs"]
    assert page["text"] == "The mean &amp; the maximum."
    assert function["text"] == "pool( input ) Return the mean."
    assert function["title"] == "pool"
    assert "an array" in other["text"]


def test_a_site_without_search_is_left_alone(tmp_path):
    slim(tmp_path)
    assert list(tmp_path.iterdir()) == []
