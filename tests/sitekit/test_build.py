"""A fault on a page stops the strict build and names file and line."""

import pytest
from planting import build

GOOD = """# Pooling

Some words, and equation \\eqref{square}.

<!-- invisible-code-block: python
x, y = 3.0, 9.0
-->

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


def build_page(folder, page, more=None):
    """Build a site of the page and what it points to."""
    path = "convolutional-networks/pooling.md"
    return build(folder, {path: page}, unlisted=more)


@pytest.mark.site
def test_a_page_without_a_fault_builds(tmp_path):
    done = build_page(tmp_path, GOOD)
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
        ("\n2\n```", "\n3\n```", "pooling.md:18: the output shown is not"),
        (
            "index.md#home",
            "index.md#nowhere",
            "docs/convolutional-networks/pooling.md:22: ",
        ),
        ("index.md#home", "nowhere.md", "pooling.md:22: "),
        ("y = x^2", "y = \\frac{x", "pooling.md:10, row 1"),
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
    done = build_page(tmp_path, GOOD.replace(old, new, 1))
    assert done.returncode != 0
    assert message in done.stderr + done.stdout


@pytest.mark.site
def test_an_unlisted_page_stops_the_build(tmp_path):
    done = build_page(tmp_path, GOOD, {"orphan.md": "# Orphan\n"})
    assert done.returncode != 0
    assert "orphan.md" in done.stderr
