"""Bracketed logic expressions: read, evaluate, draw at random, put side by side."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

OPERATORS = ("not", "and", "or", "xor")
LETTERS = ("F", "T")
TOKEN = re.compile(r"[()]|\w+|\S")
SIDE = 2  # the greatest depth of an operand beside the deepest


class Expression(NamedTuple):
    """The tree of an expression, as `recursive_network` takes it."""

    leaves: np.ndarray  # (n,), 0 for F, 1 for T
    children: np.ndarray  # (M, 2)
    kind: np.ndarray  # (M,), places in OPERATORS


class Forest(NamedTuple):
    """Several expressions in one tree's arrays, and where each has its root."""

    leaves: np.ndarray
    children: np.ndarray
    kind: np.ndarray
    roots: np.ndarray


def parse(text: str) -> Expression:
    """Read an expression: T, F, (not A), (A and B), (A or B), (A xor B).

    Parameters
    ----------
    text : str

    Returns
    -------
    Expression
        Leaves from left to right; inner nodes in the order in which their
        brackets close, so that children come first.

    Raises
    ------
    TypeError
        If `text` is not a str.
    ValueError
        If a symbol is unknown, a bracket has no partner, or holds no operation
        or more than one; positions count from 0.

    Examples
    --------
    >>> parse("((T and F) xor (not T))").children.tolist()
    [[0, 1], [2, -1], [3, 4]]
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got text={text!r}")
    tokens = [(m.group(), m.start()) for m in TOKEN.finditer(text)]
    n = sum(word in LETTERS for word, _ in tokens)
    leaves: list[int] = []
    inner: list[tuple[int, int, int]] = []
    opened: list[tuple[int, list[int | str]]] = [(-1, [])]
    for word, at in tokens:
        items = opened[-1][1]
        if word in LETTERS:
            items.append(len(leaves))
            leaves.append(LETTERS.index(word))
        elif word in OPERATORS:
            items.append(word)
        elif word == "(":
            opened.append((at, []))
        elif word != ")":
            known = " ".join((*LETTERS, *OPERATORS, "( )"))
            raise _error(text, f"only have the symbols {known}", word, at)
        elif len(opened) == 1:
            raise _error(text, "open each bracket that it closes", word, at)
        else:
            start, items = opened.pop()
            inner.append(_operation(text, items, start))
            opened[-1][1].append(n + len(inner) - 1)
    if len(opened) > 1:
        at = opened[-1][0]
        raise _error(text, "close each bracket that it opens", "(", at)
    if len(items := opened[0][1]) != 1 or isinstance(items[0], str):
        raise ValueError(
            f"text must be one expression in brackets, got text={text!r:.60}"
        )
    table = np.array(inner, int).reshape(-1, 3)
    return Expression(np.array(leaves), table[:, 1:], table[:, 0])


def _operation(
    text: str, items: Sequence[int | str], start: int
) -> tuple[int, int, int]:
    """Return operator and operands of what stands in one bracket."""
    match items:
        case ["not", int(right)]:
            return 0, right, -1
        case [int(left), "and" | "or" | "xor" as word, int(right)]:
            return OPERATORS.index(word), left, right
    wanted = "have (not A), (A and B), (A or B) or (A xor B) in each bracket"
    raise _error(text, wanted, text[start : start + 30], start)


def _error(text: str, wanted: str, got: str, at: int) -> ValueError:
    return ValueError(
        f"text must {wanted}, got {got!r} at position {at} of "
        f"text={text[:60]!r}"
    )


def truth(expression: Expression) -> np.ndarray:
    """Return the truth of every node, by Python's own operators."""
    values = [bool(leaf) for leaf in expression.leaves]
    pairs = zip(expression.kind, expression.children, strict=True)
    for kind, (left, right) in pairs:
        a, b = values[left], values[right]
        values.append((not a, a and b, a or b, a != b)[kind])
    return np.array(values)


def depth(expression: Expression) -> int:
    """Return how many operators there are from the root to the lowest leaf."""
    heights = [0] * len(expression.leaves)
    for left, right in expression.children:
        heights.append(1 + max(heights[left], heights[max(right, 0)]))
    return heights[-1]


def random_expression(
    rng: np.random.Generator,
    depth: int,
    operators: Sequence[str] = OPERATORS,
) -> str:
    """Draw an expression of exactly this depth.

    One operand of each operator goes all the way down, the other is at most
    two deep, so that the length grows with the depth and not as its power.
    """
    if depth == 0:
        return LETTERS[int(rng.integers(2))]
    operator = operators[int(rng.integers(len(operators)))]
    a = random_expression(rng, depth - 1, operators)
    if operator == "not":
        return f"(not {a})"
    side = int(rng.integers(min(depth - 1, SIDE) + 1))
    b = random_expression(rng, side, operators)
    if rng.integers(2):
        a, b = b, a
    return f"({a} {operator} {b})"


def draw(
    rng: np.random.Generator,
    depth: int,
    count: int,
    operators: Sequence[str] = OPERATORS,
) -> list[str]:
    """Draw expressions of exactly this depth, half of them true.

    Parameters
    ----------
    rng : numpy.random.Generator
    depth : int, at least 1
    count : int
        Even.
    operators : sequence of str, default all four

    Returns
    -------
    list of str
    """
    kept: dict[bool, list[str]] = {True: [], False: []}
    while min(map(len, kept.values())) < count // 2:
        text = random_expression(rng, depth, operators)
        kept[bool(truth(parse(text))[-1])].append(text)
    return kept[True][: count // 2] + kept[False][: count // 2]


def forest(expressions: Sequence[Expression]) -> Forest:
    """Put several expressions side by side: all leaves, then all inner nodes."""
    leaves, children, kind = map(
        np.concatenate, zip(*expressions, strict=True)
    )
    n = np.array([len(e.leaves) for e in expressions])
    M = np.array([len(e.kind) for e in expressions])
    first_leaf, first_inner = np.cumsum(n) - n, np.cumsum(M) - M + n.sum()
    own, leaf, inner = (
        np.repeat(start, M)[:, None]
        for start in (n, first_leaf, first_inner - n)
    )
    moved = children + np.where(children < own, leaf, inner)
    return Forest(
        leaves,
        np.where(children < 0, -1, moved),
        kind,
        np.where(M > 0, first_inner + M - 1, first_leaf),
    )
