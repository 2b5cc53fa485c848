"""What is read off a page, and with which values an equation is checked."""

import pytest

from texcheck.document import blocks, check_page, grade, masked

PAGE = """# Title

<!-- invisible-code-block: python
x, y = 3.0, 9.0
-->

$$
y = x^2
$$
"""


def status(page, **options):
    return [o.status for o in check_page("page.md", page, **options)]


def test_masking_keeps_every_line_and_column():
    text = "a `b` c\n```text\nd\n```\n<!-- e\n-->f\n"
    assert len(masked(text)) == len(text)
    assert masked(text).replace(" ", "") == "ac\n\n\n\n\nf\n"


def test_blocks_come_in_order_with_their_lines():
    found = blocks(PAGE + "\n```python\nz = 1\n```\n\n$$ z = 1 $$\n")
    assert [(b.kind, b.line) for b in found] == [
        ("invisible", 4),
        ("equation", 8),
        ("fence", 12),
        ("equation", 15),
    ]


@pytest.mark.parametrize(
    "quoted",
    [
        "```text\n$$\ny = 1\n$$\n```\n",
        "<!--\n$$\ny = 1\n$$\n-->\n",
        "`$$ y = 1 $$`\n",
    ],
)
def test_quoted_equations_are_none(quoted):
    assert blocks(quoted) == []


def test_a_page_is_checked():
    assert status(PAGE) == ["holds"]
    assert status(PAGE.replace("x^2", "x^3")) == ["failed"]


def test_a_mark_belongs_to_the_next_equation_alone():
    page = (
        PAGE
        + "\n<!-- false: cubed -->\n\n$$\ny = x^3\n$$\n\n$$\ny = x x\n$$\n"
    )
    assert status(page) == ["holds", "refused", "holds"]
    outcomes = check_page("page.md", page)
    assert outcomes[1].block.reason == "cubed"


def test_what_cannot_be_read_is_not_refused_as_false():
    page = PAGE + "\n<!-- false: unknown -->\n\n$$\ny = q\n$$\n"
    assert status(page) == ["holds", "failed"]


def test_a_snippet_binds_what_no_invisible_block_did():
    snippet = "\n```python\nx = 4.0\nu = 16.0\n```\n\n$$\nu = 16 x / x\n$$\n"
    assert status(PAGE + snippet + "\n$$\ny = x^2\n$$\n") == ["holds"] * 3


def test_a_snippet_does_not_see_the_page():
    page = PAGE + "\n```python\nu = x\n```\n\n$$\nu = x\n$$\n"
    assert status(page) == ["holds", "failed"]


def test_other_values_are_another_chance_to_be_wrong():
    lucky = PAGE.replace("3.0, 9.0", "2.0, 4.0").replace("x^2", "x + 2")
    assert status(lucky) == ["holds"]
    again = "<!-- again: python\nx, y = 3.0, 9.0\n-->\n$$"
    assert status(lucky.replace("$$", again, 1)) == ["failed"]
    right = lucky.replace("$$", again, 1).replace("x + 2", "x^2")
    assert status(right) == ["holds"]
    # After the equation the page goes on with the first values.
    assert status(right + "\n$$\ny = 4\n$$\n") == ["holds", "holds"]


def test_other_values_reject_more_altered_forms():
    page = PAGE.replace("3.0, 9.0", "1.0, 1.0")
    again = "<!-- again: python\nx, y = 3.0, 9.0\n-->\n$$"
    (one,) = grade(check_page("page.md", page))
    (two,) = grade(check_page("page.md", page.replace("$$", again, 1)))
    assert two.total == one.total
    assert len(two.survivors) < len(one.survivors)


def test_the_functions_compared_with_are_known():
    page = """
<!-- invisible-code-block: python
from math import hypot
import numpy as np
def norm(a, b):
    return hypot(a, b)
a, b = 3.0, 5.0
pair = norm(a, b), a
c = pair[0]
-->

$$
c = \\sqrt{a^2 + b^2}
$$
"""
    (outcome,) = check_page("page.md", page)
    assert outcome.status == "holds"
    assert outcome.functions == ("norm",)


def test_a_function_compared_with_is_known_by_its_own_name():
    page = """<!-- invisible-code-block: python
def half(t):
    return t / 2
f = half
g = lambda t: half(t)
h = lambda t: t / 2
-->

$$ f(z) = z / 2 $$

$$ g(z) = z / 2 $$

$$ h(z) = z / 2 $$

$$ \\operatorname{half}(z) = z / 2 $$
"""
    found = [o.functions for o in check_page("page.md", page)]
    assert found == [("half",), ("half",), (), ("half",)]


def test_another_seed_draws_other_data():
    page = PAGE.replace(
        "x, y = 3.0, 9.0",
        "import numpy as np\nrng = np.random.default_rng(0)\n"
        "x = rng.random()\ny = 0.6369616873214543**2",
    )
    assert status(page) == ["holds"]
    assert status(page, seed=1) == ["failed"]


def test_an_unused_definition_is_an_error():
    assert status(PAGE + "\n$$\nyy = x^2\n$$\n") == ["holds", "failed"]


def test_a_function_without_a_name_counts_for_those_it_calls():
    page = """
<!-- invisible-code-block: python
from statistics import fmean
twice = lambda values: 2 * fmean(values)
x = (1.0, 2.0, 6.0)
y = twice(x)
-->

$$
y = 6
$$
"""
    (outcome,) = check_page("page.md", page)
    assert outcome.functions == ("fmean",)
