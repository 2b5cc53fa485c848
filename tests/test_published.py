"""The equations of the published pages: held, graded, and none skipped."""

import tomllib
from pathlib import Path

import pytest
from planting import build

from sitekit.npm import ROOT
from texcheck.document import blocks, check_page
from texcheck.evidence import Pins, gather
from texcheck.strength import alarms

DOCS = ROOT / "docs"
PAGES = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(DOCS.rglob("*.md"))
}
WITH_EQUATIONS = [
    name
    for name, text in PAGES.items()
    if any(block.kind == "equation" for block in blocks(text))
]
#: What the build finds is not found again, nor the other way round.
SHARED = {
    "cache": ROOT / ".cache" / "texcheck",
    "packages": ["reference_impl"],
}
MAY_BE_SKIPPED = 0
BAR = 0.98

#: What a hand may get wrong: page, what stands there, what is put in its place.
FALSE = [
    (row["page"], row["right"], row["wrong"])
    for path in sorted(Path(__file__).parent.glob("*/false_formulas.toml"))
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["false"]
]
#: One false formula a page.
FIRST = {page: (right, wrong) for page, right, wrong in reversed(FALSE)}


def test_what_is_skipped_is_capped():
    skipped = [
        f"{name}:{block.line}: {block.reason}"
        for name, text in PAGES.items()
        for block in blocks(text)
        if block.kind == "equation" and block.mark == "skip"
    ]
    print(f"{len(skipped)} equations are skipped")
    assert len(skipped) <= MAY_BE_SKIPPED, skipped


@pytest.mark.parametrize("name", WITH_EQUATIONS)
def test_altered_forms_are_rejected(name):
    pins = Pins(DOCS / "survivors.toml")
    found = gather({name: PAGES[name]}, **SHARED)[name]
    assert not [e.error for e in found if e.status == "failed"]
    assert not pins.unpinned(name, found)
    altered = sum(e.altered for e in found)
    rejected = sum(e.rejected for e in found)
    print(f"{rejected} of {altered} altered forms rejected")
    assert rejected >= BAR * altered


@pytest.mark.parametrize("name", WITH_EQUATIONS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_false_alarm_on_other_data(name, seed):
    checked, told = alarms(name, PAGES[name], [seed])
    assert checked
    assert not told


def planted(page, right, wrong):
    """Return the page with `wrong` in place of `right`, and its equation."""
    text = PAGES[page]
    assert right in text
    at = text.index(right)
    (block,) = (
        b
        for b in blocks(text)
        if b.kind == "equation" and b.span[0] < at < b.span[1]
    )
    return text.replace(right, wrong, 1), block


@pytest.mark.parametrize(("page", "right", "wrong"), FALSE)
def test_a_false_formula_in_a_page_is_refused_at_its_line(page, right, wrong):
    text, block = planted(page, right, wrong)
    outcomes = check_page(page, text, fences=False)
    failed = [o for o in outcomes if o.status == "failed"]
    assert failed[0].block.line == block.line
    assert str(failed[0].error).startswith(f"{page}:{block.line}, row ")


@pytest.mark.site
def test_false_formulas_stop_the_build(tmp_path):
    found = {page: planted(page, *change) for page, change in FIRST.items()}
    assert len(found) >= 5
    done = build(tmp_path, {page: text for page, (text, _) in found.items()})
    assert done.returncode != 0
    for page, (_, block) in found.items():
        assert f"docs/{page}:{block.line}, row " in done.stderr
