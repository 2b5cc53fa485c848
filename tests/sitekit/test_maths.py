"""TeX becomes MathML with its source inside; numbers and references hold."""

import re

import pytest
from bs4 import BeautifulSoup

from sitekit.asides import Asides
from sitekit.errors import PageError
from sitekit.maths import (
    TexError,
    check_references,
    number_equations,
    render,
    resolve_references,
    to_mathml,
)

PAGE = """# Title

$$
\\label{first}
a = b
$$

```text
$$
not = maths
$$
```

$$
c = d
$$
"""


def test_mathml_carries_its_source():
    mathml = to_mathml(r"\frac{a}{b}", True)
    assert "<mfrac>" in mathml
    assert r'encoding="application/x-tex">\frac{a}{b}</annotation>' in mathml
    assert 'display="block"' in mathml


@pytest.mark.parametrize(
    "tex", [r"\frac{a}", r"\nosuchmacro x", "a^b^c", r"\left( a"]
)
def test_wrong_tex_is_refused(tex):
    with pytest.raises(TexError):
        to_mathml(tex, True)


def test_numbers_count_through_a_chapter():
    numbered = number_equations(
        [
            ("a.md", PAGE, 2),
            ("b.md", "$$\nx\n$$\n", 2),
            ("c.md", "$$\nx\n$$\n", 3),
        ]
    )
    assert [e.number for e in numbered["a.md"]] == ["2.1", "2.2"]
    assert [e.number for e in numbered["b.md"]] == ["2.3"]
    assert [e.number for e in numbered["c.md"]] == ["3.1"]
    first, second = numbered["a.md"]
    assert (first.anchor, first.line) == ("eq-first", 4)
    assert (second.anchor, second.line) == ("eq-2-2", 15)


def test_a_label_names_one_equation():
    with pytest.raises(
        PageError, match=r"b.md:4: label 'first' already .* a.md:4"
    ):
        number_equations([("a.md", PAGE, 1), ("b.md", PAGE, 1)])


def test_references_become_links_outside_code_only():
    labels = {"first": number_equations([("a.md", PAGE, 2)])["a.md"][0]}
    text = "see \\eqref{first} and `\\eqref{first}`\n"
    resolved = resolve_references(text, labels, lambda e: f"../a/#{e.anchor}")
    assert '<a class="eqref" href="../a/#eq-first">(2.1)</a>' in resolved
    assert "`\\eqref{first}`" in resolved


def test_an_unknown_reference_names_file_and_line():
    with pytest.raises(
        PageError, match=r"docs/b.md:2: unknown \\eqref\{none\}"
    ):
        check_references("b.md", "\n\\eqref{none}", {})


def rendered(markdown, html, equations):
    """Return the page with its maths aside, and what is aside."""
    soup, asides = BeautifulSoup(html, "lxml"), Asides()
    render(soup, "b.md", markdown, equations, asides)
    return str(soup), asides


def test_a_tex_error_names_file_and_line():
    html = '<div class="arithmatex">\\[\n\\frac{a\n\\]</div>'
    with pytest.raises(PageError, match=r"docs/b.md:4: TeX:"):
        rendered("text\n\n$$\n\\frac{a\n$$\n", html, [])


def test_maths_is_out_of_the_way_until_the_page_is_done():
    equations = number_equations([("a.md", PAGE, 2)])["a.md"]
    html = (
        '<p>x <span class="arithmatex">\\(z\\)</span></p>'
        '<div class="arithmatex">\\[\n\\label{first}\na = b\n\\]</div>'
    )
    kept, asides = rendered(PAGE, html, equations)
    assert "a = b" not in kept
    done = asides.insert(kept)
    assert done.count("<math") == 2
    assert 'id="eq-first"' in done
    assert "(2.1)</a>" in done
    assert "\\label" not in done


def test_a_displayed_equation_says_how_wide_it_is():
    html = '<div class="arithmatex">\\[{}\\]</div>'

    def em(tex):
        done = rendered("", html.format(tex), [])[1].pieces[0]
        return float(re.search(r"--em:([\d.]+)", done)[1])

    assert 0.4 < em("x") < 0.8
    assert em("x = y + z") == pytest.approx(4.3, abs=0.4)
    assert em(r"\frac{x = y + z}{x}") < em("x = y + z") + 0.3
