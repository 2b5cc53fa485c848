"""Which pages of a built site the reader's goals are measured on, and how often."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from playwright.sync_api import Error

from sitekit.reader import page
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


@pytest.mark.parametrize("faults", [0, 1, 2])
def test_a_page_is_measured_again_once(monkeypatch, capsys, faults):
    left = [Error("Timeout 30000ms exceeded.\nCall log")] * faults

    def measure(browser, server, path):
        if left and path == "slow/":
            raise left.pop()
        return {1: path}

    monkeypatch.setattr(page, "measure", measure)
    monkeypatch.setattr(page.chromium, "launch", nullcontext)
    monkeypatch.setattr(page, "Server", nullcontext)
    if faults == 2:
        with pytest.raises(Error, match="Timeout"):
            page.measure_all(Path(), ["quick/", "slow/"])
        return
    found = page.measure_all(Path(), ["quick/", "slow/"])
    assert found == {"quick/": {1: "quick/"}, "slow/": {1: "slow/"}}
    said = capsys.readouterr().err
    assert said.count("again: /slow/: Timeout 30000ms exceeded.\n") == faults
    assert said.count("s  /") == 2
