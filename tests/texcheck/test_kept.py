"""A kept result is found again, and never hides a change."""

import importlib
import sys
from importlib import metadata

import pytest

from texcheck import evidence, kept
from texcheck.evidence import gather

PAGE = """
<!-- invisible-code-block: python
from helper import square
x = 3.0
y = square(x)
-->

$$
y = x^2
$$
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a folder with the package `helper`, and the folder of results."""
    (tmp_path / "helper").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, "__init__.py", "def square(x):\n    return x * x\n")
    yield tmp_path
    sys.modules.pop("helper", None)


@pytest.fixture
def found(project, monkeypatch):
    """Return the function that gathers, and the list of what was computed."""
    computed = []

    def collect(name, *rest):
        computed.append(name)
        return real(name, *rest)

    def statuses(page=PAGE, **options):
        sys.modules.pop("helper", None)
        importlib.invalidate_caches()
        options = {"packages": ["helper"], "processes": 1, **options}
        cache = project / "results"
        found = gather({"page.md": page}, cache=cache, **options)
        return [e.status for e in found["page.md"]]

    real = evidence.collect
    monkeypatch.setattr(evidence, "collect", collect)
    statuses.computed = computed
    return statuses


def write(project, name, text):
    """Write a file of the package, without a trace of the one before."""
    (project / "helper" / name).write_text(text, encoding="utf-8")
    for compiled in (project / "helper").glob("__pycache__/*"):
        compiled.unlink()


def test_what_did_not_change_is_not_computed_again(found):
    assert found() == found() == ["holds"]
    assert found(graded=False) == ["holds"]  # a graded result holds more
    assert found.computed == ["page.md"]


def test_a_result_without_grades_does_not_stand_for_one_with(found):
    assert found(graded=False) == found() == ["holds"]
    assert found.computed == ["page.md", "page.md"]


def test_a_change_of_the_page_is_seen(found):
    assert found() == ["holds"]
    assert found(PAGE.replace("x^2", "x^3")) == ["failed"]
    assert found(PAGE.replace("square(x)\n", "square(2 * x)\n")) == ["failed"]


def test_a_change_of_the_code_is_seen(found, project):
    assert found() == ["holds"]
    write(project, "__init__.py", "def square(x):\n    return x + x\n")
    assert found() == ["failed"]


def test_a_change_of_data_beside_the_code_is_seen(found, project):
    code = (
        "from pathlib import Path\ndef square(x):\n"
        "    return x ** int(Path(__file__).with_name('n.txt').read_text())\n"
    )
    write(project, "__init__.py", code)
    write(project, "n.txt", "2")
    assert found() == ["holds"]
    write(project, "n.txt", "3")
    assert found() == ["failed"]


def test_a_change_of_any_installed_version_is_seen(found, monkeypatch):
    found()
    every = list(metadata.distributions())
    monkeypatch.setattr(metadata, "distributions", lambda: every[1:])
    found()
    assert found.computed == ["page.md", "page.md"]


def test_a_change_of_the_checker_is_seen(found, monkeypatch):
    found()
    real = kept._files_hash
    monkeypatch.setattr(
        kept,
        "_files_hash",
        lambda names: real(names) + "!" * ("texcheck" in names),
    )
    found()
    assert found.computed == ["page.md", "page.md"]


def test_a_damaged_result_is_computed_again(found, project):
    found()
    (file,) = (project / "results").iterdir()
    file.write_text(file.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    assert found() == ["holds"]
    assert found.computed == ["page.md", "page.md"]
