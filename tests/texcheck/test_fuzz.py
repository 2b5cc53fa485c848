"""No input makes the checker hang, crash, run code or read attributes.

The sizes are small here; ``TEXCHECK_FUZZ=full`` (or this file run as a
script) takes 100,000 random and 10,000 mutated inputs.
"""

import os
import random
import time

import numpy as np
import pytest

from tests.texcheck import corpus, papers
from texcheck import EquationError, Page, Seq
from texcheck.tokens import MAX_CHARACTERS

FULL = os.environ.get("TEXCHECK_FUZZ") == "full"
RANDOM_INPUTS = 100_000 if FULL else 5_000
MUTATED_INPUTS = 10_000 if FULL else 300
SECONDS_AN_INPUT = 5.0

PIECES = [
    *r"abcdefhijknpstuvwxyzALTWX0123456789+-*/=<>()[]{}|^_&'.,;:! ",
    *("^{", "_{", "}", "_i", "^2", "_{i,j}", "^{(t)}", "^\\top", "=", "="),
    *(r"\frac", r"\sqrt", r"\sum_{i=0}^{2}", r"\sum_i", r"\prod_{i=1}^{n}"),
    *(r"\max_j", r"\min", r"\arg\max_i", r"\mathbb{E}_{x \sim u}", r"\log"),
    *(r"\exp", r"\tanh", r"\sigma", r"\left(", r"\right)", r"\left|"),
    *(r"\right|", r"\lVert", r"\rVert", r"\|", r"\{", r"\}", r"\odot"),
    *(r"\cdot", r"\times", r"\begin{cases}", r"\end{cases}", r"\\", "&"),
    *(r"\text{if }", r"\text{otherwise}", r"\operatorname{f}", r"\hat"),
    *(r"\mathbf", r"\partial", r"\frac{\partial a}{\partial b}", r"\nabla"),
    *(r"\leftarrow", r"\qquad", r"\quad i = 0, \dots, n", r"\dots"),
    r"\infty",
    *(r"\lfloor", r"\rfloor", r"\bmod", r"\in", r"\ne", r"\le", r"\langle"),
    *(r"\rangle", r"\begin{bmatrix}", r"\end{bmatrix}", r"\forall", r"\prime"),
    *(r"\text{__import__}", r"\operatorname{exec}", r"\text{trap}", "trap.x"),
    *("9^{9^{9}}", "10^{10^{10}}", "99999999999"),
    *("é", "⊙", "%", "$", "\x00"),
]  # fmt: skip


class Trap:
    """A value whose attributes must not be read by an equation."""

    def __getattribute__(self, name: str) -> object:
        if name in {"x", "secret"}:
            raise AssertionError("an attribute was read")
        return object.__getattribute__(self, name)


def names() -> dict:
    return {
        "a": 2.0,
        "b": 3.0,
        "n": 3,
        "k": 1,
        "u": np.array([1.0, 2, 4]),
        "W": np.arange(6.0).reshape(2, 3),
        "X": Seq(np.ones(3), 1, 0),
        "f": lambda x: x,
        "e": np.eye(3),
        "trap": Trap(),
        "L": 1.5,
        "os": os,
        "t": 1,
        "np": np,
        "p": np.array([0, 2]),
    }


def attempt(latex: str) -> str:
    """Check one input; the outcome is its result or its own error."""
    start = time.process_time()
    page = Page("fuzz", names())
    outcome = "passed"
    try:
        page.check(latex)
        page.finish()
    except EquationError as error:
        outcome = error.kind if str(error) else "silent"
    assert outcome != "silent"
    spent = time.process_time() - start
    assert spent < SECONDS_AN_INPUT, f"{spent:.1f} s for {latex!r}"
    return outcome


def random_inputs(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    joins = ["", " "]
    return [
        rng.choice(joins).join(rng.choices(PIECES, k=rng.randint(1, 24)))
        for _ in range(count)
    ]


def mutated_inputs(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    sources = [
        block
        for entry in (*corpus.ENTRIES, *papers.ENTRIES)
        for block in entry.blocks
    ]
    return [mutated(rng.choice(sources), sources, rng) for _ in range(count)]


def mutated(text: str, sources: list[str], rng: random.Random) -> str:
    for _ in range(rng.randint(1, 5)):
        i, j = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        j = min(j, i + 12)
        change = rng.randrange(4)
        if change == 0:
            text = text[:i] + text[j:]
        elif change == 1:
            text = text[:i] + rng.choice(PIECES) + text[i:]
        elif change == 2:
            text = text[:i] + text[i:j] * rng.randint(2, 4) + text[j:]
        else:
            other = rng.choice(sources)
            at = rng.randrange(len(other))
            text = text[:i] + other[at : at + 12] + text[j:]
    return text


def test_random_inputs() -> None:
    outcomes = {attempt(text) for text in random_inputs(RANDOM_INPUTS, 1)}
    assert {"syntax", "name", "value"} <= outcomes


def test_mutated_inputs() -> None:
    rng = random.Random(2)
    entries = (*corpus.ENTRIES, *papers.ENTRIES)
    data = {entry.id: entry.namespace(0) for entry in entries}
    outcomes = set()
    for text in mutated_inputs(MUTATED_INPUTS, 2):
        outcomes.add(attempt(text))
        entry = rng.choice(entries)
        page = Page("fuzz", data[entry.id])
        try:
            page.check(mutated(rng.choice(entry.blocks), [text], rng))
        except EquationError as error:
            outcomes.add(error.kind)
    assert {"syntax", "name"} <= outcomes


# Each is repeated up to the length wanted.
LONG = {
    "sum": ("a = a", " + a b"),
    "product": ("a = ", "a"),
    "open brackets": ("", "("),
    "open braces": ("", "{"),
    "fractions": ("", r"\frac"),
    "bars": ("a = ", "|a"),
    "crossed bars": ("a = ", "a|(b"),
    "scripts": ("a", "_{a"),
    "primes": ("f", "'"),
    "rows": ("", r"a = b \\ "),
    "definitions": ("", r"c_0 = a \\ "),
    "quads": ("a = b", r"\qquad "),
    "minus": ("a = ", "-"),
    "sums": ("a = ", r"\sum_i "),
    "digits": ("a = ", "9"),
    "powers": ("a = 9", "^{9"),
    "chain": ("a = b", " = a"),
    "chain of truth": ("a = 2", " = 1 + 1"),
    "labels": ("a = a_{", "abc"),
    "subscripts": ("a = u_{0", ",0"),
    "letters": ("a = u", "_i u"),
    "cases": (r"a = \begin{cases}", r"a & a > b \\ "),
    "matrix": (r"a = \begin{bmatrix} 1", r"& 1"),
    "lists": (r"a = \max(a", ", a"),
    "nonsense": ("", "\\"),
    "ranges": ("a = b", r", i = 0, \dots, 3"),
    "spaces": ("a = b", " "),
}


@pytest.mark.parametrize("size", [MAX_CHARACTERS, 100_000])
@pytest.mark.parametrize("case", LONG)
def test_a_long_block_ends_within_5_s(case: str, size: int) -> None:
    start, again = LONG[case]
    latex = (start + again * (size // len(again)))[:size]
    outcome = attempt(latex)
    if size > MAX_CHARACTERS:
        assert outcome == "syntax"
        with pytest.raises(EquationError, match="at most 20000 characters"):
            Page("long", names()).check(latex)


def test_nested_ranges_are_bounded() -> None:
    start = time.perf_counter()
    sums = "".join(rf"\sum_{{{x}=0}}^{{99}} " for x in "ijklrs")
    with pytest.raises(EquationError, match="evaluations") as caught:
        Page("x", {"a": 1.0}).check(f"a = {sums} i j k l r s")
    assert caught.value.kind == "work"
    assert time.perf_counter() - start < 20


def test_recursion_of_definitions_is_bounded() -> None:
    for rows in (
        r"c_i = c_{i+1}, \qquad i = 0, \dots, 10^6 \\ a = c_0",
        r"c_i = c_i \\ a = c_0",
        r"g(x) = g(x) \\ a = g(b)",
        r"c = d \\ d = c \\ a = d",
    ):
        with pytest.raises(EquationError):
            Page("x", {"a": 1.0, "b": 2.0}).check(rows)


if __name__ == "__main__":
    began = time.perf_counter()
    counts: dict[str, int] = {}
    for seed in range(10):
        for text in random_inputs(10_000, seed):
            kind = attempt(text)
            counts[kind] = counts.get(kind, 0) + 1
    print("random", counts, f"{time.perf_counter() - began:.0f} s")
    began, counts = time.perf_counter(), {}
    for text in mutated_inputs(10_000, 3):
        kind = attempt(text)
        counts[kind] = counts.get(kind, 0) + 1
    print("mutated", counts, f"{time.perf_counter() - began:.0f} s")
