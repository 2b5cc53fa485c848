"""The corrected lines of the notes, formulas of papers, and their faults."""

import os
import time
import tomllib
from pathlib import Path

import pytest

from tests.texcheck import (
    corpus,
    papers,
    papers_held,
    papers_models,
    papers_training,
)
from tests.texcheck.corpus import Entry
from texcheck import EquationError, Page, Result
from texcheck.alter import Strength, strength

PAPERS = (papers, papers_models, papers_training, papers_held)
ENTRIES = (
    *corpus.ENTRIES,
    *(entry for module in PAPERS for entry in module.ENTRIES),
)
WRONG = [(entry, name) for entry in ENTRIES for name in entry.wrong]
SEEDS = 200 if os.environ.get("TEXCHECK_SEEDS") == "full" else 3
SURVIVORS = Path(__file__).with_name("survivors.toml")
# The changes to a formula that leave it what it is, plus bad luck.
REJECTED = 0.98


def run(entry: Entry, blocks: tuple[str, ...], seed: int = 0) -> list[Result]:
    page = Page(entry.id, entry.namespace(seed))
    results = [page.check(block) for block in blocks]
    page.finish()
    return results


def ids(entry: Entry) -> str:
    return entry.id


@pytest.mark.parametrize("entry", ENTRIES, ids=ids)
def test_the_true_form_passes(entry: Entry) -> None:
    for result in run(entry, entry.blocks):
        assert result.largest_error < 1e-8
    assert any(result.comparisons for result in run(entry, entry.blocks))


@pytest.mark.parametrize(
    ("entry", "name"), WRONG, ids=[f"{e.id}: {n}" for e, n in WRONG]
)
def test_the_wrong_form_fails(entry: Entry, name: str) -> None:
    place, latex = entry.wrong[name]
    blocks = [*entry.blocks]
    blocks[place] = latex
    with pytest.raises(EquationError):
        run(entry, tuple(blocks))


def test_all_forty_displayed_lines_of_the_notes_are_here() -> None:
    assert sum(entry.lines for entry in corpus.ENTRIES) == 40


def test_the_corrections_that_are_formulas_are_here() -> None:
    found = {name.split(",")[0] for entry in ENTRIES for name in entry.wrong}
    named = {name for name in found if name[0] == "C" and name[1:].isdigit()}
    # C6 is an algorithm, C11 and C15 are code: C6 as its formula.
    numbers = {*range(1, 11), 12, 13, 14, 16, 17, 18}
    assert named == {f"C{number}" for number in numbers}


def test_every_change_to_the_parser_names_a_formula() -> None:
    for module in PAPERS:
        assert set(module.NEEDED) <= {entry.id for entry in module.ENTRIES}
        assert all(entry.wrong for entry in module.ENTRIES)


@pytest.mark.parametrize("seed", range(1, SEEDS))
def test_no_false_alarm_over_seeds(seed: int) -> None:
    for entry in ENTRIES:
        run(entry, entry.blocks, seed)


def test_sixty_rows_take_less_than_two_seconds() -> None:
    data = [(entry, entry.namespace(0)) for entry in ENTRIES]
    rows, spent = 0, 0.0
    for entry, names in data:
        page = Page(entry.id, names)
        start = time.process_time()
        for block in entry.blocks:
            rows += page.check(block).rows
        spent += time.process_time() - start
    assert rows >= 60
    assert spent / rows * 60 < 2


# How many altered forms are rejected.


@pytest.fixture(scope="module")
def strengths() -> dict[str, list[Strength]]:
    found: dict[str, list[Strength]] = {}
    for entry in ENTRIES:
        names = entry.namespace(0)
        page = Page(entry.id, names)
        found[entry.id] = []
        for place, block in enumerate(entry.blocks):
            after = [(later, None) for later in entry.blocks[place + 1 :]]
            found[entry.id].append(
                strength(block, names, page=page, after=after)
            )
            page.check(block)
    return found


def test_altered_forms_are_rejected(
    strengths: dict[str, list[Strength]],
) -> None:
    every = [one for found in strengths.values() for one in found]
    total = sum(one.total for one in every)
    assert total > 2000
    assert sum(one.rejected for one in every) / total >= REJECTED
    assert sum(one.by_value for one in every) / total > 0.5


def test_survivors_are_the_pinned_ones(
    strengths: dict[str, list[Strength]],
) -> None:
    with SURVIVORS.open("rb") as file:
        pinned = tomllib.load(file)["survivor"]
    assert all(len(entry["reason"]) > 10 for entry in pinned)
    wanted = {(entry["entry"], entry["latex"]) for entry in pinned}
    found = {
        (entry, " ".join(survivor.latex.split()))
        for entry, several in strengths.items()
        for one in several
        for survivor in one.survivors
    }
    assert found == wanted
