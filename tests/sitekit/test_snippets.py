"""Every fence has one fate, and what runs is what is shown."""

import subprocess
import sys

import pytest
from sybil import Document

from sitekit.errors import PageError
from sitekit.npm import ROOT
from sitekit.snippets import check, fences, rewrite, run
from sitekit.sybil import parse

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def one(markdown):
    """Return the single running fence of a page, and what it did."""
    fence = next(f for f in fences("page.md", markdown) if f.fate == "run")
    return fence, run(fence)


@pytest.mark.parametrize(
    ("opening", "fate"),
    [
        ("```python", "run"),
        ("```source", "source"),
        ("```bash", "quoted"),
        ("```text", "quoted"),
        ("~~~yaml", "quoted"),
        ("````latex", "quoted"),
        ("<!-- skip: needs a GPU -->\n```python", "skipped"),
        ("<!-- skip: shows an error -->\n\n```pycon", "skipped"),
    ],
)
def test_fate(opening, fate):
    ticks = opening.split("\n")[-1].rstrip("abcdefghijklmnopqrstuvwxyz")
    (fence,) = fences("page.md", f"{opening}\nbody\n{ticks}\n")
    assert fence.fate == fate
    assert fence.body == "body\n"


@pytest.mark.parametrize(
    "opening",
    [
        "```",
        "```py",
        "```pycon",
        "```Python",
        '```python title="example"',
        "```python continues",
        "```{.python}",
        "``` rust",
    ],
)
def test_a_fence_without_a_fate_stops(opening):
    with pytest.raises(PageError, match=r"docs/page.md:3: a fence .* no fate"):
        fences("page.md", f"text\n\n{opening}\nbody\n```\n")


def test_an_output_must_follow_its_snippet():
    with pytest.raises(PageError, match="follows no snippet"):
        fences("page.md", '```text title="Output"\n3\n```\n')


def test_a_fence_inside_a_list_loses_its_indentation():
    page = "- item\n\n    ```python\n    if True:\n        print(1)\n    ```\n"
    fence, outcome = one(page)
    assert fence.body == "if True:\n    print(1)\n"
    assert outcome.printed == "1\n"


def test_a_fence_inside_a_comment_is_none():
    assert fences("page.md", "<!--\n```python\n1/0\n```\n-->\n") == []


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```python\nprint(1)\n```\n", "page.md:1: .*no output is shown"),
        (
            '```python\nprint(1)\n```\n\n```text title="Output"\n2\n```\n',
            "page.md:5: the output shown is not what",
        ),
        (
            '```python\nprint(1)\n```\n\n```text title="Output"\n1 \n```\n',
            "not what the snippet prints",
        ),
        (
            '```python\nx = 1\n```\n\n```text title="Output"\n1\n```\n',
            "not what the snippet prints",
        ),
        (
            "\n```python\nx\n```\n",
            r"page.md:2: the snippet fails(.|\n)*line 3",
        ),
        ("```python\nimport not_there\n```\n", "No module named 'not_there'"),
    ],
)
def test_what_is_shown_must_be_what_runs(page, message):
    fence, outcome = one(page)
    with pytest.raises(PageError, match=message):
        check(fence, outcome)


def test_unseeded_numbers_differ_from_run_to_run():
    page = "```python\nimport numpy as np\nprint(np.random.rand())\n```\n"
    assert one(page)[1].printed != one(page)[1].printed


def test_a_snippet_sees_nothing_of_the_one_before():
    page = "```python\nx = 1\n```\n\n```python\nx + 1\n```\n"
    second = fences("page.md", page)[1]
    assert "NameError" in run(second).error


def test_print_options_do_not_leak():
    page = "```python\nimport numpy as np\nnp.set_printoptions(precision=1)\n```\n"
    one(page)
    page = "```python\nimport numpy as np\nprint(np.array([0.123456]))\n```\n"
    assert one(page)[1].printed == "[0.123456]\n"


def test_rewrite_mends_a_stale_output_and_adds_a_missing_one():
    stale = (
        '```python\nprint(1)\n```\n\n```text title="Output"\n2\n```\n\nEnd.\n'
    )
    fresh = stale.replace("\n2\n", "\n1\n")
    assert rewrite("page.md", stale) == fresh
    assert rewrite("page.md", fresh) == fresh
    assert rewrite("page.md", "```python\nprint(1)\n```\n\nEnd.\n") == fresh


def test_every_fence_of_the_pages_is_a_test():
    """The fences that run are as many as the examples that pytest collects."""
    expected = sum(
        fence.fate in ("run", "source", "skipped")
        for page in PAGES
        for fence in fences(
            page.relative_to(ROOT).as_posix().removeprefix("docs/"),
            page.read_text(encoding="utf-8"),
        )
    )
    found = sum(len(list(Document.parse(str(page), parse))) for page in PAGES)
    assert expected >= 20
    assert found == expected


def test_a_snippet_runs_in_a_process_of_its_own():
    """A sample of what the in-process runs claim, each in a new interpreter."""
    tried = 0
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix().removeprefix("docs/")
        running = [
            f
            for f in fences(name, page.read_text(encoding="utf-8"))
            if f.fate == "run"
        ]
        for fence in running[:1]:
            done = subprocess.run(
                [sys.executable, "-c", fence.body],
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout == fence.shown, f"{name}:{fence.line}"
            tried += 1
    assert tried >= 5
