"""The command that weighs Python in the page."""

import gzip
import sys

from sitekit.live import __main__ as weight

PAGE = (
    "<html><body><p>{}</p><div class=highlight><pre>x</pre>"
    "<button class=live-button data-live=run>Run</button></div>"
    "<div class=explorer><button class=live-button>Move</button></div>"
    "</body></html>"
)


def test_a_page_is_weighed_with_and_without():
    whole, bare = weight.with_and_without(PAGE.format("words"))
    assert 60 < bare < whole < 250
    plain = "<html><body><p>words</p></body></html>"
    assert len(set(weight.with_and_without(plain))) == 1


def test_all_is_told(tmp_path, monkeypatch, capsys):
    live = tmp_path / weight.LIVE
    (live / "pages").mkdir(parents=True)
    pack = gzip.compress(bytes(range(256)) * 40, 9)
    (live / "python-1.pack").write_bytes(pack)
    (live / "worker.js").write_text("a" * 5000)
    (live / "pages" / "a.md").write_text("# A")
    (tmp_path / weight.SCRIPT).write_text("b")
    (tmp_path / "index.html").write_text(PAGE.format("words"))
    monkeypatch.setattr(sys, "argv", ["live", str(tmp_path)])
    weight.main()
    said = capsys.readouterr().out
    assert f"{len(pack):>12,}  python-1.pack" in said
    small = len(gzip.compress(b"a" * 5000, 9))
    assert f"{small:>12,}  worker.js" in said
    total = len(pack) + small + len(gzip.compress(b"# A", 9))
    assert f"{total:>12,}  in all" in said
    assert "Buttons on 1 pages" in said
