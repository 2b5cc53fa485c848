"""A stranger's project: texcheck through Sybil and MkDocs, without reference_impl."""

import os
import re
import subprocess
import sys
import textwrap

import pytest

from sitekit.npm import ROOT

GUIDE = (ROOT / "docs" / "check-your-own-notes.md").read_text(encoding="utf-8")
PAGE = """# Notes

<!-- invisible-code-block: python
import numpy as np
rng = np.random.default_rng(0)
x = rng.standard_normal(5)
n, v = 5, np.var(x)
-->

$$
v = \\frac{1}{n} \\sum_{i=0}^{n-1} (x_i - \\mu)^2, \\qquad
\\mu = \\frac{1}{n} \\sum_{i=0}^{n-1} x_i
$$

<!-- skip: a matter of taste -->

$$
a \\approx b
$$

<!-- false: the square is missing -->

$$
v = \\frac{1}{n} \\sum_{i=0}^{n-1} (x_i - 1)
$$
"""


def shown(kind):
    """Return the first fence of that kind in the guide that sets things up."""
    fences = re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.S)
    return next(f for f in fences if "texcheck" in f and "check(" not in f)


@pytest.fixture
def project(tmp_path):
    """Return a folder with a page and an environment without reference_impl."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "sitecustomize.py").write_text(
        "import sys\nsys.modules['reference_impl'] = None\n", encoding="utf-8"
    )
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Notes\nstrict: true\n"
        + shown("yaml").replace("[your_package]", "[numpy.linalg]"),
        encoding="utf-8",
    )
    (tmp_path / "conftest.py").write_text(shown("python"), encoding="utf-8")
    return tmp_path


def run(project, *arguments):
    """Run a module of Python's in the project."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(project / "site-packages"),
        "NO_MKDOCS_2_WARNING": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def change(project, old, new):
    """Edit the page."""
    path = project / "docs" / "index.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_reference_impl_is_absent(project):
    done = run(project, "reference_impl")
    assert done.returncode != 0


def test_three_lines_of_mkdocs_yml(project):
    done = run(project, "mkdocs", "build")
    assert done.returncode == 0, done.stderr
    page = (project / "site" / "index.html").read_text(encoding="utf-8")
    assert page.count('class="texcheck texcheck--holds"') == 1
    assert page.count('class="texcheck texcheck--skipped"') == 1
    assert page.count('class="texcheck texcheck--refused"') == 1
    assert "a matter of taste" in page
    told = re.search(r"Of (\d+) altered forms the check rejects (\d+)", page)
    assert int(told[1]) > 20
    assert int(told[2]) >= int(told[1]) - 1


def test_a_wrong_equation_stops_the_build_with_file_and_line(project):
    change(project, "(x_i - \\mu)^2", "(x_i + \\mu)^2")
    done = run(project, "mkdocs", "build")
    assert done.returncode != 0
    assert "docs/index.md:11" in done.stderr
    assert "the sides are not equal" in done.stderr


def test_an_equation_marked_false_must_not_hold(project):
    change(project, "(x_i - 1)", "(x_i - \\mu)^2")
    done = run(project, "mkdocs", "build")
    assert done.returncode != 0
    assert "index.md:24: the equation is marked false" in done.stderr


def test_a_kept_result_is_used_until_the_page_changes(project):
    run(project, "mkdocs", "build")
    kept = list((project / ".cache" / "texcheck").iterdir())
    assert len(kept) == 1
    run(project, "mkdocs", "build")
    assert list((project / ".cache" / "texcheck").iterdir()) == kept
    change(project, "default_rng(0)", "default_rng(1)")
    run(project, "mkdocs", "build")
    assert len(list((project / ".cache" / "texcheck").iterdir())) == 2


def test_build_and_strength_share_what_they_find(project):
    run(project, "mkdocs", "build")
    kept = list((project / ".cache" / "texcheck").iterdir())
    shared = ["--cache", ".cache/texcheck", "--packages", "numpy.linalg"]
    done = run(project, "texcheck.strength", "docs", *shared)
    assert "altered forms rejected" in done.stdout
    assert list((project / ".cache" / "texcheck").iterdir()) == kept


def test_three_lines_of_conftest(project):
    done = run(
        project, "pytest", "-q", "-rs", "docs", "-p", "no:cacheprovider"
    )
    assert "2 passed, 1 skipped" in done.stdout, done.stdout
    assert "a matter of taste" in done.stdout


def test_each_equation_is_a_test_of_its_own(project):
    change(project, "(x_i - \\mu)^2", "(x_i - \\mu)^3")
    done = run(project, "pytest", "-q", "docs", "-p", "no:cacheprovider")
    assert done.returncode == 1
    assert re.search(r"index.md:1\d, row 1", done.stdout)
    assert "1 failed, 1 passed, 1 skipped" in done.stdout


def test_strength_fails_until_every_survivor_has_a_reason(project):
    done = run(project, "texcheck.strength", "docs")
    assert re.search(r"\d+ of \d+ altered forms rejected", done.stdout)
    assert "1 equations hold, 1 false ones are refused, 1 skip" in done.stdout
    assert done.returncode != 0
    assert "swap two terms" in done.stderr  # (mu - x)^2 is (x - mu)^2
    pins = done.stderr.replace('reason = ""', 'reason = "a square"')
    path = project / "docs" / "survivors.toml"
    path.write_text(pins, encoding="utf-8")
    done = run(project, "texcheck.strength", "docs")
    assert done.returncode == 0, done.stderr
    done = run(project, "texcheck.strength", "docs", "--bar", "0.999")
    assert "fewer than 99.9 %" in done.stderr


def test_a_pin_that_is_not_needed_fails(project):
    path = project / "docs" / "survivors.toml"
    pin = '[[survivor]]\npage = "index.md"\nform = "a = b"\nreason = "none"\n'
    path.write_text(pin, encoding="utf-8")
    done = run(project, "texcheck.strength", "docs")
    assert "pinned, but rejected now: index.md: a = b" in done.stderr


def test_code_that_fails_is_told_with_its_line(project):
    change(project, "n, v = 5, np.var(x)", "n, v = 5, np.no_such(x)")
    done = run(project, "mkdocs", "build")
    assert done.returncode != 0
    assert (
        "docs/index.md:7: the code above fails: AttributeError" in done.stderr
    )


def test_serve_shows_what_a_build_stops_at(project):
    """The live server goes on: the plugin is told so at start-up."""
    change(project, "(x_i - \\mu)^2", "(x_i + \\mu)^2")
    script = textwrap.dedent(
        """
        from mkdocs.commands.build import build
        from mkdocs.config import load_config
        config = load_config("mkdocs.yml", strict=False)
        config.plugins.on_startup(command="serve", dirty=False)
        build(config)
        """
    )
    (project / "live.py").write_text(script, encoding="utf-8")
    done = run(project, "live")
    assert done.returncode == 0, done.stderr
    assert "the sides are not equal" in done.stderr
    page = (project / "site" / "index.html").read_text(encoding="utf-8")
    assert 'class="texcheck texcheck--failed"' in page
