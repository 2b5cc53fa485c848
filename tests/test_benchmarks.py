"""What is timed is the same computation, and the page shows what was timed."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import report
from benchmarks.__main__ import cases
from benchmarks.timing import Case, Result, Spread, measure
from sitekit.npm import ROOT

OURS = report.OURS


def contenders(wrong=0.0):
    """Return contenders that square numbers; ours is off by `wrong`."""

    def make(batch):
        x = np.arange(float(batch))
        return {
            "PyTorch": lambda: (x * x,),
            OURS: lambda: (x**2 + wrong,),
            "plain NumPy": lambda: (np.array([v * v for v in x]),),
        }

    return make


def case(**changes):
    """Return a case of the chapter on convolution."""
    made = Case("square", "forward", "float64", contenders(), 1.5)
    return replace(made, **{"chapter": "convolutional_networks", **changes})


def result(ratio, **changes):
    """Return what a measurement of `case` gave."""
    ratios = {OURS: Spread(ratio, ratio - 0.1, ratio + 0.1)}
    return Result(case(**changes), Spread(2e-3, 1e-3, 3e-3), ratios)


def test_contenders_that_disagree_are_not_timed():
    with pytest.raises(AssertionError, match="reference_impl on square"):
        measure(case(contenders=contenders(1e-6)), 1, 8)


def test_every_contender_has_a_ratio():
    found = measure(case(), 2, 2000)
    assert set(found.ratios) == {OURS, "plain NumPy"}
    assert 0 < found.ratios[OURS].low <= found.ratios[OURS].high
    assert found.ratios["plain NumPy"].median > 10


@pytest.mark.parametrize(
    ("ratio", "bar", "missed"),
    [(1.6, 1.5, True), (1.4, 1.5, False), (1.6, None, False)],
)
def test_a_bar_is_missed_where_it_is_passed(ratio, bar, missed):
    found = result(ratio, bar=bar)
    assert report.missed(found) is missed
    assert ("MISSED" in report.line(found)) is missed
    assert (f"{bar} missed" in report.table([found])) is missed


def test_the_page_shows_what_was_timed(tmp_path):
    page = tmp_path / "benchmarks.md"
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    page.write_text(text, encoding="utf-8")
    found = [
        result(1.25),
        result(0.75, passes="forward + backward"),
        result(1.0, name="lstm", chapter="recurrent_networks"),
    ]
    for _ in range(2):  # the second time in place of the first
        report.write(page, found)
    written = page.read_text(encoding="utf-8")
    assert written.count("## Convolutional networks") == 1
    assert written.count("### square") == 1
    row = "| both, float64 | 2\u00a0ms | **0.75** | 0.65–0.85 | 1.5 |"
    assert row in written
    assert written.index("### square") < written.index("### lstm")
    with pytest.raises(ValueError, match="must have <!-- benchmarks: start"):
        report.write(ROOT / "docs" / "index.md", found)


def test_every_case_belongs_to_a_chapter():
    for found in cases():
        assert found.chapter.startswith(report.CHAPTERS), found.title
