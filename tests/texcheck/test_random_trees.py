"""Random expressions, set in LaTeX and read back, keep their value."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from texcheck import EquationError, check

VECTORS = {"u": np.array([0.3, -1.2, 2.1]), "v": np.array([1.7, 0.4, -0.6])}
SCALARS = {"a": 1.3, "b": -0.7, "c": 2.2, "beta_1": 0.35}
SHOWN = {"a": "a", "b": "b", "c": r"\mathbf{c}", "beta_1": r"\beta_1"}
NAMES = SCALARS | VECTORS | {"f": lambda x: x * x - x, "k": 2}


@dataclass(frozen=True)
class Tree:
    """An expression: how it is set, how tightly it binds, its value.

    `rank` is 0 for a sum, 1 for a product that ends in an operator with a
    body, 2 for a product and 3 for an atom.
    """

    latex: str
    rank: int
    value: Callable[[dict[str, int]], float]

    def factor(self) -> str:
        return self.latex if self.rank == 3 else rf"\left({self.latex}\right)"

    def term(self) -> str:
        return self.latex if self.rank >= 1 else self.factor()


def leaf(letters: tuple[str, ...]) -> st.SearchStrategy[Tree]:
    numbers = st.integers(0, 9).map(
        lambda n: Tree(str(n), 3, lambda s: float(n))
    )
    decimals = st.sampled_from([0.5, 1.25, 2.75]).map(
        lambda x: Tree(str(x), 3, lambda s: x)
    )
    names = st.sampled_from(sorted(SCALARS)).map(
        lambda n: Tree(SHOWN[n], 3, lambda s: SCALARS[n])
    )
    leaves = [numbers, decimals, names]
    if letters:
        leaves.append(
            st.tuples(st.sampled_from("uv"), st.sampled_from(letters)).map(
                lambda p: Tree(
                    f"{p[0]}_{p[1]}",
                    3,
                    lambda s: float(VECTORS[p[0]][s[p[1]]]),
                )
            )
        )
    return st.one_of(leaves)


def added(pair: tuple[Tree, Tree, bool]) -> Tree:
    x, y, minus = pair
    sign = "-" if minus else "+"
    factor = -1 if minus else 1
    return Tree(
        f"{x.latex} {sign} {y.term()}",
        0,
        lambda s: x.value(s) + factor * y.value(s),
    )


def multiplied(pair: tuple[Tree, Tree, str]) -> Tree:
    x, y, op = pair
    left = x.latex if x.rank == 2 else x.factor()
    last = y.rank if y.rank in {1, 3} else 3
    right = y.latex if y.rank in {1, 3} else y.factor()
    if op == "" and right[0].isdigit():
        op = r"\cdot"
    return Tree(
        f"{left} {op} {right}",
        1 if last == 1 else 2,
        lambda s: x.value(s) * y.value(s),
    )


def divided(pair: tuple[Tree, Tree]) -> Tree:
    x, y = pair
    return Tree(
        rf"\frac{{{x.latex}}}{{{y.factor()}^2 + 1}}",
        2,
        lambda s: x.value(s) / (y.value(s) ** 2 + 1),
    )


def negated(x: Tree) -> Tree:
    return Tree(f"-{x.term()}", 0, lambda s: -x.value(s))


def applied(pair: tuple[str, Tree]) -> Tree:
    name, x = pair
    forms: dict[str, tuple[str, Callable[[float], float]]] = {
        "tanh": (rf"\tanh({x.latex})", math.tanh),
        "exp": (rf"\exp(\sin({x.latex}))", lambda t: math.exp(math.sin(t))),
        "power": (rf"e^{{\cos({x.latex})}}", lambda t: math.exp(math.cos(t))),
        "abs": (rf"\left|{x.latex}\right|", abs),
        "root": (
            rf"\sqrt{{1 + {x.factor()}^2}}",
            lambda t: (1 + t * t) ** 0.5,
        ),
        "square": (rf"{x.factor()}^{{2}}", lambda t: t * t),
        "f": (rf"f({x.latex})", lambda t: t * t - t),
        "sigma": (
            rf"\sigma(\tanh({x.latex}))",
            lambda t: sigmoid(math.tanh(t)),
        ),
        "max": (rf"\max({x.latex}, 0)", lambda t: max(t, 0)),
        "floor": (rf"\lfloor {x.latex} \rfloor", math.floor),
    }
    latex, function = forms[name]
    rank = 2 if name in {"tanh", "exp", "max"} else 3
    return Tree(latex, rank, lambda s: function(x.value(s)))


def sigmoid(t: float) -> float:
    return 1 / (1 + math.exp(-t))


def case(pair: tuple[Tree, Tree, Tree]) -> Tree:
    x, y, z = pair
    return Tree(
        rf"\begin{{cases}} {x.latex} & \text{{if }} {z.latex} > 0 \\ "
        rf"{y.latex} & \text{{otherwise}} \end{{cases}}",
        3,
        lambda s: x.value(s) if z.value(s) > 0 else y.value(s),
    )


def summed(pair: tuple[Tree, str]) -> Tree:
    x, letter = pair
    return Tree(
        rf"\sum_{{{letter}=0}}^{{2}} {x.term()}",
        1,
        lambda s: sum(x.value({**s, letter: i}) for i in range(3)),
    )


def trees(
    depth: int, letters: tuple[str, ...] = ()
) -> st.SearchStrategy[Tree]:
    if depth == 0:
        return leaf(letters)
    below = trees(depth - 1, letters)
    ops = st.sampled_from(["", r"\cdot", r"\,"])
    kinds = [
        leaf(letters),
        st.tuples(below, below, st.booleans()).map(added),
        st.tuples(below, below, ops).map(multiplied),
        st.tuples(below, below).map(divided),
        below.map(negated),
        st.tuples(
            st.sampled_from(
                [
                    *("tanh", "exp", "power", "abs", "root", "square"),
                    *("f", "sigma", "max", "floor"),
                ]
            ),
            below,
        ).map(applied),
        st.tuples(below, below, below).map(case),
    ]
    if len(letters) < 2:
        letter = "ij"[len(letters)]
        inner = trees(depth - 1, (*letters, letter))
        kinds.append(st.tuples(inner, st.just(letter)).map(summed))
    return st.one_of(kinds)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(trees(4))
def test_a_tree_set_in_latex_keeps_its_value(tree: Tree) -> None:
    value = tree.value({})
    assume(math.isfinite(value) and abs(value) < 1e12)
    result = check(f"r = {tree.latex}", NAMES | {"r": value})
    assert result.comparisons == 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(trees(3))
def test_a_tree_with_another_value_is_rejected(tree: Tree) -> None:
    value = tree.value({})
    assume(math.isfinite(value) and abs(value) < 1e12)
    wrong = value + 1e-6 * max(1, abs(value))
    with pytest.raises(EquationError, match="not equal"):
        check(f"r = {tree.latex}", NAMES | {"r": wrong})
