"""The Verification page of a site much larger than this one."""

import gzip

import markdown
import pytest
from bs4 import BeautifulSoup

from sitekit import verification
from sitekit.verification import PageEvidence
from texcheck.evidence import Evidence

CHAPTERS = ("neural-networks", "recurrent-networks", "reinforcement-learning")
#: What a page may hold, less what stands around the article.
ELEMENTS, BYTES = 5_000 - 700, 100_000 - 15_000


@pytest.fixture(scope="module")
def article():
    """Return the article for 240 equations on 48 pages."""
    pages = [
        PageEvidence(
            f"Page {k}",
            f"{CHAPTERS[k // 16]}/page-{k}.md",
            [(f"{k}.{n}", f"../page-{k}/#eq-{n}") for n in range(5)],
            [
                Evidence(
                    n,
                    f"y_{n} = x_{k}",
                    "holds" if n else "refused",
                    comparisons=7 * k + n,
                    functions=[f"function_{k}_{n}", f"other_{k}_{n}"],
                    by_value=k,
                    by_form=n,
                )
                for n in range(5)
            ],
            {"run": 4, "source": 1, "output": 3},
        )
        for k in range(48)
    ]
    text = verification.markdown(pages, {})
    return markdown.markdown(
        text, extensions=["tables", "pymdownx.blocks.details"]
    )


def test_a_large_page_stays_light(article):
    soup = BeautifulSoup(article, "lxml")
    assert len(soup.find_all(True)) < ELEMENTS
    assert len(gzip.compress(article.encode())) < BYTES


def test_each_chapter_is_folded_with_its_totals(article):
    folds = BeautifulSoup(article, "lxml").select("details")
    assert [fold.summary.text.split(":")[0] for fold in folds] == [
        "Neural networks",
        "Recurrent networks",
        "Reinforcement learning",
    ]
    # Of the first 16 pages four equations hold, by 4 k + (1 + 2 + 3 + 4).
    rejected = sum(4 * k + 10 for k in range(16))
    assert f"64 equations hold, {rejected:,} of {rejected:,} altered" in (
        folds[0].summary.text
    )
    assert sum(len(fold.select("tbody tr")) for fold in folds) == 240
    assert folds[1].select_one('a[href="../page-20/#eq-0"]').text == "(20.0)"
