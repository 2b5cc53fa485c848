"""The packs of Python in the page: whole, compiled, the same each time."""

import gzip
import json

import pytest

from sitekit.live import packs

MODULES = {"a/one.py": b'"""Words."""\nx = {"b", "c", "d"}\n', "two.txt": b"2"}
#: Of bytecode: the number of Python 3.11, and that its source is never asked.
HEAD = bytes.fromhex("a70d0d0a01000000")


def unpacked(pack):
    whole = gzip.decompress(pack)
    table, _, rest = whole.partition(b"\n")
    files, at = {}, 0
    for name, size in json.loads(table):
        files[name] = rest[at : at + size]
        at += size
    assert at == len(rest)
    return files


@pytest.fixture(scope="module")
def project():
    return unpacked(packs.packs()[1].content())


def test_a_pack_comes_apart_again():
    assert unpacked(packs.packed(MODULES)) == MODULES


def test_bytecode_is_for_the_page_and_the_same_each_time():
    found = packs.compiled(MODULES)
    assert found == packs.compiled(MODULES)
    assert list(found) == ["a/one.pyc"]
    assert found["a/one.pyc"].startswith(HEAD)
    assert b"Words." in found["a/one.pyc"]


def test_bytecode_without_docstrings_stands_for_the_source():
    found = packs.instead(MODULES, optimize=2)
    assert set(found) == {"a/one.pyc", "two.txt"}
    assert b"Words." not in found["a/one.pyc"]


def test_what_does_not_compile_stops_the_build():
    with pytest.raises(Exception, match="compile"):
        packs.compiled({"bad.py": b"def"})


def test_the_project_is_packed_with_sources_and_bytecode(project):
    sources = {n for n in project if n.endswith(".py")}
    assert len(sources) > 100
    assert "site-packages/live/runner.py" in sources
    assert not [name for name in project if "digits_" in name]
    for name in sources:
        folder, _, module = name.rpartition("/")
        code = f"{folder}/__pycache__/{module[:-3]}.cpython-311.pyc"
        assert project[code].startswith(HEAD), name


def test_the_runtime_has_no_source_and_advises_no_package():
    files = unpacked(packs.packs()[0].content())
    assert not [name for name in files if name.endswith(".py")]
    assert any(name.endswith("numpy/__init__.pyc") for name in files)
    assert json.loads(files[packs.LOCK])["packages"] == {}


def test_backtrace_must_find_its_place():
    with pytest.raises(RuntimeError, match="not where it was"):
        packs.with_backtrace(b"var other={")
