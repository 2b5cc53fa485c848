"""A fault on a page stops the strict build and names file and line."""

import os
import subprocess
import sys

import pytest

from sitekit.npm import ROOT

CONFIG = f"""
INHERIT: {ROOT.as_posix()}/mkdocs.yml
docs_dir: docs
hooks: [{ROOT.as_posix()}/sitekit/hooks.py]
theme: {{ custom_dir: {ROOT.as_posix()}/overrides }}
extra_css: []
plugins: [search]
nav:
  - Home: index.md
  - convolutional-networks/pooling.md
"""
GOOD = """# Pooling

Some words, and equation \\eqref{square}.

$$
\\label{square}
y = x^2
$$

```python
print(1 + 1)
```

```text title="Output"
2
```

[home](../index.md#home)
"""


def build(folder, page, more=None):
    """Build a site of two pages and return the finished process."""
    docs = folder / "docs" / "convolutional-networks"
    docs.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "docs" / "index.md").write_text("# Home\n", encoding="utf-8")
    (docs / "pooling.md").write_text(page, encoding="utf-8")
    for name, text in (more or {}).items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "-f",
            folder / "mkdocs.yml",
        ],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.site
def test_a_page_without_a_fault_builds(tmp_path):
    done = build(tmp_path, GOOD)
    assert done.returncode == 0, done.stderr
    html = (
        tmp_path / "site/convolutional-networks/pooling/index.html"
    ).read_text()
    assert "<math" in html
    assert 'http-equiv="Content-Security-Policy"' in html


@pytest.mark.site
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n2\n```", "\n3\n```", "pooling.md:14: the output shown is not"),
        (
            "index.md#home",
            "index.md#nowhere",
            "docs/convolutional-networks/pooling.md:18: ",
        ),
        ("index.md#home", "nowhere.md", "pooling.md:18: "),
        ("y = x^2", "y = \\frac{x", "pooling.md:7: TeX:"),
        (
            "\\eqref{square}",
            "\\eqref{cube}",
            "pooling.md:3: unknown \\eqref{cube}",
        ),
        (
            "```python\nprint(1 + 1)\n```",
            "    print(1 + 1)",
            "follows no snippet",
        ),
        (
            "Some words",
            "    indented = code\n\nSome words",
            "is a block indented",
        ),
        ("```python", "```pycon", "has no fate"),
        ("print(1 + 1)", "print(1 + one)", "NameError"),
    ],
    ids=lambda value: None,
)
def test_a_fault_stops_the_build(tmp_path, old, new, message):
    assert old in GOOD
    done = build(tmp_path, GOOD.replace(old, new, 1))
    assert done.returncode != 0
    assert message in done.stderr + done.stdout


@pytest.mark.site
def test_an_unlisted_page_stops_the_build(tmp_path):
    done = build(tmp_path, GOOD, {"orphan.md": "# Orphan\n"})
    assert done.returncode != 0
    assert "orphan.md" in done.stderr
