"""Which name a symbol with its scripts spells."""

from collections.abc import Mapping

import numpy as np
import pytest

from texcheck import EquationError, Seq, check
from texcheck.names import Known, resolve
from texcheck.syntax import parse
from texcheck.tree import Scripts, Symbol

WHOLE, SCALAR = Known("whole", 0), Known("scalar", 0)
VECTOR, MATRIX = Known("array", 1), Known("array", 2)
FUNCTION, SEQUENCE = Known("function"), Known("sequence", 2)

# LaTeX, what is bound, the letters in use, and the reading:
# name, how many indices, the kinds of the parts left over, primes.
TABLE = [
    (r"W", {"W": MATRIX}, "", ("W", 0, [], 0)),
    (r"\mathbf{W}", {"W": MATRIX}, "", ("W", 0, [], 0)),
    (r"\boldsymbol{\delta}", {"delta": VECTOR}, "", ("delta", 0, [], 0)),
    (r"\mathcal{L}", {"L": SCALAR}, "", ("L", 0, [], 0)),
    (r"\Delta", {"Delta": MATRIX, "delta": MATRIX}, "", ("Delta", 0, [], 0)),
    (r"\lambda", {"lam": SCALAR}, "", ("lam", 0, [], 0)),
    (r"\epsilon", {"eps": SCALAR}, "", ("eps", 0, [], 0)),
    (r"\varepsilon", {"epsilon": SCALAR}, "", ("epsilon", 0, [], 0)),
    (r"\tilde{C}", {"C_tilde": VECTOR}, "", ("C_tilde", 0, [], 0)),
    (
        r"\overrightarrow{h}^{(t-1)}",
        {"h_right": SEQUENCE, "h_left": SEQUENCE, "t": WHOLE},
        "",
        ("h_right", 1, [], 0),
    ),
    (r"\overleftarrow{h}", {"h_left": VECTOR}, "", ("h_left", 0, [], 0)),
    (r"\hat{\mathbf{y}}", {"y_hat": VECTOR}, "", ("y_hat", 0, [], 0)),
    (r"\bar{x}", {"x_bar": VECTOR}, "", ("x_bar", 0, [], 0)),
    (r"s'", {"s_prime": WHOLE}, "", ("s_prime", 0, [], 0)),
    (r"s''", {"s_prime_prime": WHOLE}, "", ("s_prime_prime", 0, [], 0)),
    (r"\theta^{*}", {"theta_star": VECTOR}, "", ("theta_star", 0, [], 0)),
    (r"x^{+}", {"x_plus": VECTOR}, "", ("x_plus", 0, [], 0)),
    (r"\text{loss}", {"loss": SCALAR}, "", ("loss", 0, [], 0)),
    (r"\mathrm{FL}", {"FL": SCALAR}, "", ("FL", 0, [], 0)),
    (r"W^{(h)}", {"W_h": MATRIX}, "", ("W_h", 0, [], 0)),
    (r"\mathbf{W}^{(out)}", {"W_out": MATRIX}, "", ("W_out", 0, [], 0)),
    (r"W_{xh}", {"W_xh": MATRIX}, "", ("W_xh", 0, [], 0)),
    (r"p_{\text{data}}", {"p_data": VECTOR}, "", ("p_data", 0, [], 0)),
    (r"s_H", {"s_H": WHOLE}, "", ("s_H", 0, [], 0)),
    (r"b^{(1)}", {"b_1": VECTOR}, "", ("b_1", 0, [], 0)),
    (r"b^1", {"b": SCALAR}, "", ("b", 0, ["expr"], 0)),
    (r"x^p", {"x_p": VECTOR, "p": WHOLE}, "", ("x_p", 0, [], 0)),
    (r"x^p_{i+p}", {"x_p": VECTOR, "x": VECTOR, "p": WHOLE}, "i",
     ("x_p", 1, [], 0)),
    (r"x^p", {"x": VECTOR, "p": WHOLE}, "", ("x", 0, ["expr"], 0)),
    (r"x^2", {"x": VECTOR, "x_2": VECTOR}, "", ("x", 0, ["expr"], 0)),
    (r"x_1^2", {"x_1": SCALAR}, "", ("x_1", 0, ["expr"], 0)),
    (r"x_i", {"x": VECTOR}, "i", ("x", 1, [], 0)),
    (r"x_i^2", {"x": VECTOR}, "i", ("x", 1, ["expr"], 0)),
    (r"W_{ij}", {"W": MATRIX}, "ij", ("W", 1, [], 0)),
    (r"W_{i,j}", {"W": MATRIX}, "ij", ("W", 2, [], 0)),
    (r"h^{(t-1)}", {"h": SEQUENCE}, "t", ("h", 1, [], 0)),
    (r"h^{(t)}_i", {"h": SEQUENCE}, "ti", ("h", 2, [], 0)),
    (r"h_{t,i}", {"h": SEQUENCE}, "ti", ("h", 2, [], 0)),
    (r"h^{[t]}", {"h": SEQUENCE}, "t", ("h", 1, [], 0)),
    (r"h^{\langle t \rangle}", {"h": SEQUENCE}, "t", ("h", 1, [], 0)),
    (r"h_{\langle t \rangle}", {"h": SEQUENCE}, "t", ("h", 1, [], 0)),
    (r"W^i", {"W": SEQUENCE}, "i", ("W", 1, [], 0)),
    (r"z_h^{(t)}", {"z_h": SEQUENCE}, "t", ("z_h", 1, [], 0)),
    (r"W_{hh,ij}", {"W_hh": MATRIX}, "ij", ("W_hh", 1, [], 0)),
    (r"W^{(h)}_{k,j}", {"W_h": MATRIX}, "kj", ("W_h", 2, [], 0)),
    (r"W^{(h)\top}", {"W_h": MATRIX}, "", ("W_h", 0, ["top"], 0)),
    (r"W^\top", {"W": MATRIX}, "", ("W", 0, ["top"], 0)),
    (r"x^{(i)\top}", {"x": SEQUENCE}, "i", ("x", 1, ["top"], 0)),
    (r"\eta^i_{min}", {"eta_min_i": SCALAR}, "", ("eta_min_i", 0, [], 0)),
    (r"\eta^i_{min}", {"eta_i_min": SCALAR}, "", ("eta_i_min", 0, [], 0)),
    (r"a_i^l", {"a_l": VECTOR}, "i", ("a_l", 1, [], 0)),
    (r"\beta_1^t", {"beta_1": SCALAR}, "t", ("beta_1", 0, ["expr"], 0)),
    (r"G_{t:t+n}", {"G_span": MATRIX, "G": VECTOR}, "tn",
     ("G_span", 2, [], 0)),
    (r"f'", {"f": FUNCTION}, "", ("f", 0, [], 1)),
    (r"f'", {"f": FUNCTION, "f_prime": FUNCTION}, "",
     ("f_prime", 0, [], 0)),
    (r"\mu_{B,c}", {"mu_B": VECTOR}, "c", ("mu_B", 1, [], 0)),
    (r"W_{h}", {"W_h": MATRIX, "W": MATRIX}, "", ("W_h", 0, [], 0)),
    (r"M^{\odot 2}", {"M": MATRIX}, "", ("M", 0, ["odot"], 0)),
]  # fmt: skip


def read(latex: str, bound: Mapping[str, Known], letters: str) -> tuple:
    node = parse(latex)
    assert isinstance(node, Symbol | Scripts)
    names = {letter: Known("letter", 0) for letter in letters}
    reading = resolve(node, {**bound, **names}.get, frozenset(letters))
    kinds = [part.kind for part in reading.parts]
    return reading.name, len(reading.index), kinds, reading.primes


@pytest.mark.parametrize(
    ("latex", "bound", "letters", "reading"), TABLE, ids=[t[0] for t in TABLE]
)
def test_reading(
    latex: str, bound: dict[str, Known], letters: str, reading: tuple
) -> None:
    assert read(latex, bound, letters) == reading


REFUSED = [
    (r"x_i", {"x_i": SCALAR, "x": VECTOR}, "i", "two readings are bound"),
    (r"x_0", {"x_0": SCALAR, "x": VECTOR}, "", "two readings are bound"),
    (r"x_n", {"x_n": SCALAR, "x": VECTOR, "n": WHOLE}, "", "two readings"),
    (r"b^{(1)}", {"b_1": VECTOR, "b": MATRIX}, "", "two readings are bound"),
    (r"W^{(l)}", {"W_l": MATRIX, "W": SEQUENCE}, "l", "two readings"),
    (r"\epsilon", {"eps": SCALAR, "epsilon": SCALAR}, "", "two names"),
    (r"W^{(l)}_h", {"W_h_l": MATRIX, "W_l_h": MATRIX}, "", "two names"),
    (r"W^{(h)}", {"w_h": MATRIX}, "", "unknown name: W_h or W"),
    (r"\Delta", {"delta": MATRIX}, "", "unknown name: Delta"),
    (r"\hat{y}", {"y": VECTOR}, "", "unknown name: y_hat"),
    (r"\theta^{*}", {"theta": VECTOR}, "", "unknown name: theta"),
]


@pytest.mark.parametrize(
    ("latex", "bound", "letters", "reason"),
    REFUSED,
    ids=[t[0] + " " + ",".join(t[1]) for t in REFUSED],
)
def test_refusal(
    latex: str, bound: dict[str, Known], letters: str, reason: str
) -> None:
    with pytest.raises(EquationError, match=reason) as caught:
        read(latex, bound, letters)
    assert caught.value.kind == "name"


def test_private_names_modules_and_text_are_not_values() -> None:
    for value in (np, "text", {"a": 1}, None, int, [["a"]], object()):
        with pytest.raises(EquationError, match="unknown name: b"):
            check("a = b", {"a": 1.0, "b": value})


def test_numbers_arrays_lists_and_sequences_are_values() -> None:
    values = (2.0, 2, True, np.float32(2), np.array(2), np.array([2.0]))
    for value in values:
        names = {"a": 1.0 if value is True else 2.0, "b": value}
        assert check("a = b", names).comparisons == 1
    assert check("a = b_0", {"a": 2.0, "b": [2, 3]}).comparisons == 1
    assert check("a = b_{1}", {"a": 2.0, "b": Seq([2, 3])}).comparisons == 1
