"""The fixed list of changes, and what grading an equation says."""

import numpy as np
import pytest

from texcheck import EquationError, Page
from texcheck.alter import altered_forms, strength

x = np.array([1.0, 2.0, 4.0])
NAMES = {
    "x": x,
    "w": x**2,
    "a": 2.0,
    "b": 3.0,
    "c": 5.0,
    "n": 3,
    "y": x,
    "A": np.ones((3, 2)),
    "B": np.ones((2, 3)),
    "h": x,
    "f": np.sin,
    "W_h": np.eye(2),
    "W_x": np.eye(2),
    "t": 1,
}


@pytest.mark.parametrize(
    ("latex", "change", "form"),
    [
        ("y = a + b", "flip a sign", "y = a - b"),
        ("y = a + b", "flip a sign", "y = - a + b"),
        ("y = a + b", "drop a term", "y = a"),
        ("y = a - b", "drop a term", "y = -b"),
        ("y = a - b", "swap two terms", "y = b - a"),
        ("y = a b", "drop a factor", "y = a"),
        ("y = A B", "swap two factors", "y = B A"),
        ("y = a / b", "swap two factors", "y = b / a"),
        (r"y = x \odot w", "drop an operator", "y = x w"),
        (r"y = A^\top x", "drop a top", "y = A x"),
        ("y = a^2", "drop a power", "y = a"),
        ("y = a^{2}", "change a constant", "y = a^{{3}}"),
        ("y = f'(x)", "drop a prime", "y = f(x)"),
        ("y = x_i", "shift an index", "y = x_{i+1}"),
        ("y = x_{i}", "shift an index", "y = x_{i-1}"),
        ("y = h^{(t-1)}", "shift an index", "y = h^{(t-1+1)}"),
        ("y = A_{i,j}", "swap two indices", "y = A_{j,i}"),
        ("y = A_{ij}", "swap two indices", "y = A_{j i}"),
        ("y = x_i w_j", "swap two indices", "y = x_j w_i"),
        ("y = W^{(h)}", "exchange a label", "y = W^{(x)}"),
        ("y = W_h", "exchange a label", "y = W_{x}"),
        (r"y = \exp(a)", "exchange a function", r"y = \log(a)"),
        (r"y = \max(a, b)", "exchange a function", r"y = \min(a, b)"),
        (r"y = \sum_i x_i", "exchange a function", r"y = \prod_i x_i"),
        (r"y = \sigma(a)", "exchange a function", r"y = \tanh(a)"),
        (r"y = \sum_{i=0}^n x_i", "shift a bound", r"y = \sum_{i=0}^{n+1}x_i"),
        (r"y = \lfloor a \rfloor", "exchange a function",
         r"y = \lceil a \rceil"),
        (r"y = \sqrt{a}", "drop a root", "y = (a)"),
        (r"y = |a|", "drop the bars", "y = (a)"),
        (r"y = \frac{a}{b}", "invert a fraction", r"y = \frac{b}{a}"),
        (r"y = f(a, b)", "swap two arguments", "y = f(b, a)"),
        (r"y = a [a > b]", "turn a relation", "y = a [a < b]"),
        (r"y \le a", "turn a relation", r"y \ge a"),
        (r"y_i = a, \qquad i = 0, \dots, 2", "change a constant",
         r"y_i = a, \qquad i = 0, \dots, {3}"),
    ],
)  # fmt: skip
def test_each_change_is_made(latex: str, change: str, form: str) -> None:
    def squeezed(text: str) -> str:
        return "".join(text.split())

    made = {
        squeezed(altered.latex): altered.change
        for altered in altered_forms(latex, NAMES)
    }
    assert made.get(squeezed(form)) == change


def test_every_form_differs_and_comes_once() -> None:
    latex = r"y_i = \sum_{k=0}^{n} x_{i-k} w_k + \frac{a - b}{2}"
    forms = [form.latex for form in altered_forms(latex, NAMES)]
    assert len(forms) == len(set(forms)) > 25
    assert latex not in forms


def test_commuting_numbers_are_not_swapped() -> None:
    changes = {f.change for f in altered_forms("y = a b c", NAMES)}
    assert changes == {"drop a factor"}


def test_strength_tells_values_from_forms() -> None:
    names = {"y": 2 * x + 1, "x": x}
    found = strength("y_i = 2 x_i + 1", names)
    assert found.survivors == ()
    assert found.by_value >= 6
    assert found.by_form >= 2
    assert found.total == found.rejected == found.by_value + found.by_form


def test_weak_data_leaves_survivors() -> None:
    names = {"y": 4.0, "x": 2.0}
    found = strength("y = x^2", names)
    assert [form.latex.replace(" ", "") for form in found.survivors] == []
    weak = strength("y = 2 x", names)
    assert weak.survivors == ()
    ones = strength("y = x^2", {"y": 1.0, "x": 1.0})
    assert len(ones.survivors) == ones.total == 3


def test_a_false_equation_is_not_graded() -> None:
    with pytest.raises(EquationError, match="not equal"):
        strength("y = 2 x", {"y": 5.0, "x": 2.0})


def test_a_definition_is_graded_by_what_follows() -> None:
    names = {"y": np.exp(2 * x), "x": x}
    page = Page("page.md", names)
    after = [(r"y_i = \exp(z_i)", None)]
    found = strength("z_i = 2 x_i", names, page=page, after=after)
    assert found.survivors == ()
    assert found.by_value > 0
    assert page.clauses == []
    with pytest.raises(EquationError, match="no compared row uses it"):
        strength("z_i = 2 x_i", names, page=page)
