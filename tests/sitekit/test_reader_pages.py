"""Which files of a built site the reader's goals are measured on."""

from sitekit.reader.__main__ import select

FILES = [
    "404.html",
    "index.html",
    "assets/live/frame.html",
    "neural-networks/index.html",
    "reference/index.html",
    "reference/pooling/index.html",
]


def test_every_page_is_measured_and_nothing_else(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert select(tmp_path, "*") == [
        "",
        "neural-networks/",
        "reference/",
        "reference/pooling/",
    ]
    assert select(tmp_path, "reference/*") == [
        "reference/",
        "reference/pooling/",
    ]
