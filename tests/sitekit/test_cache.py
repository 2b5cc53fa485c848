"""What is kept between builds is what the code, as it is now, would give."""

import sys

import pytest

from sitekit import cache, doctests


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of its own, beside a package that the results come from."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    monkeypatch.setattr(cache, "ROOT", tmp_path)
    monkeypatch.setattr(cache, "PACKAGES", ("brewed",))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "brewed").mkdir()
    (tmp_path / "brewed" / "__init__.py").write_text("strength = 1\n")
    cache.forget()
    yield tmp_path
    cache.forget()


CODE = "import brewed"


def strength():
    """Return what the package says, from the cache if it is kept."""

    def compute():
        import brewed

        return brewed.strength

    return cache.cached("tea", CODE, compute)


def test_a_result_is_computed_once(folder):
    assert not cache.known("tea", CODE)
    assert strength() == 1
    assert cache.known("tea", CODE)
    assert cache.cached("tea", CODE, lambda: 1 / 0) == 1
    assert not cache.known("pot", CODE)
    assert not cache.known("tea", f"{CODE}  # another cup")


def test_changed_code_is_read_and_imported_anew(folder):
    assert strength() == 1
    (folder / "brewed" / "__init__.py").write_text("strength = 22\n")
    assert strength() == 1
    cache.forget()
    assert strength() == 22


def test_a_docstring_example_that_fails_stops(monkeypatch):
    found = [["good", 2, 0], ["bad", 3, 1]]
    monkeypatch.setattr(doctests, "cached", lambda *_: found)
    with pytest.raises(RuntimeError, match="the examples fail of bad"):
        doctests.run_all()
