"""What a piece of code depends on: no file too few, and not all of them."""

import sys

import pytest

from texcheck import dependencies
from texcheck.dependencies import code_hash, files_of

FILES = {
    "__init__.py": "from layers.pool import *\n"
    "from layers.dense import dense\nLIMIT = 3\n",
    "pool.py": "from layers import _shapes\n__all__ = ['pool']\n"
    "def pool(x): return _shapes.of(x)\n",
    "dense.py": "def dense(x): return x\n",
    "lonely.py": "from . import pool\n",
    "_shapes.py": "def of(x): return x.shape\n",
    "deep/__init__.py": "",
    "deep/cell.py": "import layers.dense\n",
}


@pytest.fixture
def layers(tmp_path, monkeypatch):
    """A package of a few modules, importable."""
    for name, text in FILES.items():
        path = tmp_path / "layers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    dependencies.forget()
    yield tmp_path / "layers"
    for name in [n for n in sys.modules if n.partition(".")[0] == "layers"]:
        del sys.modules[name]
    dependencies.forget()


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import numpy", []),
        ("from layers import pool", ["_shapes", "pool"]),
        ("from layers.pool import pool", ["_shapes", "pool"]),
        ("from layers import dense", ["dense"]),
        ("from layers.deep.cell import x", ["cell", "dense"]),
        ("def f():\n    from layers.dense import dense", ["dense"]),
        ("import layers.dense as d", ["dense"]),
    ],
)
def test_only_what_is_imported_counts(layers, code, needed):
    found = files_of(code, ["layers"])
    assert sorted(path.stem for path in found) == needed


@pytest.mark.parametrize(
    "code",
    [
        "import layers",
        "from layers import LIMIT",
        "from layers import unknown",
        "import layers.lonely",
        "this is no Python",
    ],
)
def test_in_doubt_everything_counts(layers, code):
    assert len(files_of(code, ["layers"])) == len(FILES)


@pytest.mark.parametrize("changed", ["pool.py", "_shapes.py"])
def test_a_change_below_changes_the_hash(layers, changed):
    code = "from layers import pool"
    before = code_hash(code, ["layers"])
    assert code_hash(code, ["layers"]) == before
    with (layers / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    dependencies.forget()
    assert code_hash(code, ["layers"]) != before


def test_a_change_elsewhere_does_not(layers):
    code = "from layers import pool"
    before = code_hash(code, ["layers"])
    (layers / "dense.py").write_text("def dense(x): return 2 * x\n")
    dependencies.forget()
    assert code_hash(code, ["layers"]) == before


def test_the_code_itself_counts():
    assert code_hash("x = 1", []) != code_hash("x = 2", [])
