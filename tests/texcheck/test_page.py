"""Rows, definitions, ranges, updates and messages."""

import numpy as np
import pytest

from texcheck import EquationError, Page, Result, Seq, Unsupported, check

X = np.array([[1.0, 2.0, 4.0], [0.5, -1.0, 3.0]])
W = np.array([[2.0, 1.0], [0.0, -1.0], [5.0, 3.0], [1.0, 7.0]])
B = np.array([0.5, -2.0, 1.0, 3.0])
x = np.array([1.0, 2.0, 4.0])


# Definitions.


def test_definitions_reach_later_blocks() -> None:
    page = Page("page.md", {"x": x, "y": 2 * x + 1})
    first = page.check(r"z_i = 2 x_i", 3)
    assert (first.comparisons, first.definitions) == (0, ("z",))
    second = page.check(r"y_i = z_i + 1", 7)
    assert second == Result(
        r"y_i = z_i + 1", 1, 3, 0.0, ("y",), (), ("x", "y"), "page.md", 7
    )
    page.finish()


def test_a_definition_that_nothing_uses_is_an_error() -> None:
    page = Page("page.md", {"x": x})
    page.check(r"\hat{y}_i = 2 x_i", 4)
    with pytest.raises(EquationError, match="y_hat is not bound") as caught:
        page.finish()
    assert caught.value.kind == "unused"
    assert (caught.value.page, caught.value.line) == ("page.md", 4)


def test_a_definition_used_by_an_unused_one_is_an_error() -> None:
    page = Page(None, {"x": x, "y": x})
    page.check(r"u = x \\ v = u \\ y = x")
    with pytest.raises(EquationError, match="u is not bound"):
        page.finish()


def test_definitions_may_follow_in_the_same_block() -> None:
    row = r"y = \exp(z), \qquad z = a + b"
    assert check(row, {"a": 1.0, "b": 2.0, "y": np.exp(3)}).comparisons == 1
    with pytest.raises(EquationError, match="not equal"):
        check(row, {"a": 1.0, "b": 2.0, "y": np.exp(2)})


def test_a_whole_array_of_an_indexed_definition() -> None:
    names = {"x": x, "y": np.array([3.0, 5.0, 9.0])}
    assert check(r"z_i = 2 x_i \\ y = z + 1", names).comparisons == 3
    assert check(r"z_i = 2 x_i \\ a = \lVert z \rVert^2", {"x": x, "a": 84.0})


def test_a_recursive_definition_with_its_start() -> None:
    rows = (
        r"s_0 = x_0 \\ s_t = \tfrac12 (s_{t-1} + x_t), \quad t = 1, 2, "
        r"\dots, n \\ y = s_n"
    )
    names = {"x": x, "n": 2, "y": 2.75}
    assert check(rows, names).comparisons == 1
    with pytest.raises(EquationError, match="no row defines s at"):
        check(rows.replace("s_0 = x_0", "s_5 = x_0"), names)


def test_a_definition_in_terms_of_itself_is_refused() -> None:
    for rows in (r"c = c + 1 \\ y = c", r"c = d \\ d = c \\ y = c"):
        with pytest.raises(EquationError, match="defined by itself"):
            check(rows, {"y": 1.0})


def test_one_block_defines_a_name_once() -> None:
    with pytest.raises(EquationError, match="c is defined twice"):
        check(r"c = 1 \\ c = 2 \\ y = c", {"y": 1.0})


def test_a_later_block_may_define_a_name_anew() -> None:
    page = Page(None, {"y": 1.0, "v": 2.0})
    for block in ("c = 1", "y = c", "c = 2", "v = c"):
        page.check(block)
    page.finish()


def test_values_bound_later_are_seen() -> None:
    names = {"a": 1.0, "y": 2.0}
    page = Page(None, names)
    page.check("c = 2 a")
    page.check("y = c")
    names |= {"a": 5.0, "y": 10.0}
    page.check("y = c")
    page.bind({"a": 2.0, "y": 4.0})
    page.check("y = c")


def test_a_failed_block_leaves_no_trace() -> None:
    page = Page(None, {"y": 1.0})
    with pytest.raises(EquationError, match="not equal"):
        page.check(r"c = 2 \\ y = c")
    page.finish()
    page.check(r"c = 1 \\ y = c")
    page.finish()


def test_a_trial_leaves_the_page_alone() -> None:
    page = Page(None, {"y": 1.0})
    page.check("c = 1")
    with page.trial() as trial:
        trial.check("y = c")
        trial.check("d = 1")
    with pytest.raises(EquationError, match="c is not bound"):
        page.finish()


def test_functions_are_defined_and_used() -> None:
    rows = r"\phi(s) = \frac{1}{1 + e^{-s}} \\ y_i = \phi(x_i)"
    y = 1 / (1 + np.exp(-x))
    assert check(rows, {"x": x, "y": y}).comparisons == 3
    assert check(rows.replace("_i", ""), {"x": x, "y": y}).comparisons == 3
    with pytest.raises(EquationError, match="not equal"):
        check(rows.replace("-s", "s"), {"x": x, "y": y})
    with pytest.raises(EquationError, match="letters that nothing binds"):
        check(rows, {"x": x, "y": y, "s": 1.0})


# Comparisons.


def test_letters_range_over_the_axes_of_the_left() -> None:
    names = {"X": X, "W": W, "b": B, "Y": X.T @ W.T + B}
    row = r"Y_{i,j} = b_j + \sum_k X_{k,i} W_{j,k}"
    assert check(row, names).comparisons == 12
    with pytest.raises(EquationError, match="not equal at i = 0, j = 0"):
        check(r"Y_{i,j} = b_j + \sum_k X_{k,i} W_{j,1-k}", names)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (r"i = 0, \dots, n - 1", None),
        (r"i = 0, 1, \dots, n - 1", None),
        (r"i = n - 1, \dots, 0", None),
        (r"0 \le i < n", None),
        (r"i \in \{0, \dots, n - 1\}", None),
        (r"i \in S", None),
        (r"\text{for all } i = 0, \dots, n - 1", None),
        (r"\forall i \in \{0, 1, 2\}", None),
        (r"i = 1, \dots, n - 1", r"leaves out \[0\] of axis 0"),
        (r"1 \le i < n", r"leaves out \[0\]"),
        (r"i = 0, \dots, n", "index 3 is outside"),
        (r"i = 0, 2, \dots, n - 1", "must go by one"),
        (r"i = 0", r"leaves out \[1, 2\]"),
        (r"k = 0, \dots, 2", "which the row has not"),
    ],
)
def test_stated_ranges(condition: str, reason: str | None) -> None:
    names = {"x": x, "y": 2 * x, "n": 3, "S": [2, 0, 1]}
    row = rf"y_i = 2 x_i, \qquad {condition}"
    if reason is None:
        assert check(row, names).comparisons == 3
    else:
        with pytest.raises(EquationError, match=reason):
            check(row, names)


def test_rows_of_a_block_cover_an_axis_together() -> None:
    names = {"x": x, "y": np.cumsum(x), "n": 3}
    rows = r"y_0 = x_0 \\ y_i = y_{i-1} + x_i, \qquad i = 1, \dots, n - 1"
    assert check(rows, names).comparisons == 3
    with pytest.raises(EquationError, match=r"leaves out \[1\]"):
        check(rows.replace("= 1", "= 2"), names)


def test_a_recurrence_may_start_from_what_is_given() -> None:
    names = {"x": x, "y": np.cumsum(x), "n": 3}
    row = r"y_i = y_{i-1} + x_i, \qquad i = 1, \dots, n - 1"
    assert check(row, names).comparisons == 2
    with pytest.raises(EquationError, match=r"leaves out \[0, 1\]"):
        check(row.replace("= 1", "= 2"), names)
    with pytest.raises(EquationError, match=r"leaves out \[0, 2\]"):
        check(row.replace(r"n - 1", r"n - 2"), names)
    back = {"u": np.array([8.0, 4.0, 2.0])}
    row = r"u_i = 2 u_{i+1}, \qquad i = 1, \dots, 0"
    assert check(row, back).comparisons == 2
    with pytest.raises(EquationError, match=r"leaves out \[0, 2\]"):
        check(row.replace(r", \dots, 0", ""), back)
    # A sequence says what is given outside: all of it is compared.
    given = {"x": x, "n": 3, "y": Seq(np.cumsum(x), 0, 0)}
    row = r"y_i = y_{i-1} + x_i, \qquad i = 0, \dots, n - 1"
    assert check(row, given).comparisons == 3
    with pytest.raises(EquationError, match=r"leaves out \[0\]"):
        check(row.replace("= 0", "= 1"), given)


def test_an_equation_for_all_entries_together_may_use_its_own_left() -> None:
    P = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.2, 0.4]])
    r = np.array([1.0, -2.0, 0.5])
    v = np.linalg.solve(np.eye(3) - 0.9 * P, r)
    names = {"P": P, "r": r, "v": v, "gamma": 0.9}
    row = r"v_i = r_i + \gamma \sum_j P_{i,j} v_j"
    assert check(row, names).comparisons == 3
    for old, new in (("+", "-"), (r"\gamma", ""), ("v_j", "v_i")):
        with pytest.raises(EquationError):
            check(row.replace(old, new), names)
    for vacuous in (
        r"v_i = \sum_j v_j [i = j]",
        r"v_i = \sum_j v_j - \sum_{j \ne i} v_j",
        r"v_i = v_i + 0 v_{0}",
    ):
        with pytest.raises(EquationError, match="its own left side, v"):
            check(vacuous, names)


def test_a_range_of_several_letters_and_a_guard() -> None:
    names = {"u": np.array([1.0, 2.0]), "v": np.array([4.0, 1.0])}
    names["A"] = np.array([[-9.0, 2.0], [6.0, -9.0]])
    row = r"A_{i,j} = u_i + v_j, \qquad i \ne j"
    assert check(row, names).comparisons == 2
    with pytest.raises(EquationError, match="not equal at i = 0, j = 0"):
        check(row.split(", ")[0], names)
    with pytest.raises(EquationError, match="nothing was compared"):
        check(row.replace(r"i \ne j", "i > 5"), names)


def test_a_guard_does_not_excuse_a_short_range() -> None:
    names = {"x": x, "y": 2 * x, "n": 3, "A": np.diag(x)}
    row = r"y_i = 2 x_i, \qquad i = 0, \dots, n - 1, \quad n > 2"
    assert check(row, names).comparisons == 3
    with pytest.raises(EquationError, match=r"leaves out \[2\]"):
        check(row.replace("n - 1", "n - 2"), names)
    row = r"y_i = 2 x_i, \qquad i = 0, \dots, n - 1, \quad i \ne 1"
    assert check(row, names | {"y": np.array([2, 0, 8])}).comparisons == 2
    row = (
        r"A_{i,j} = 0, \qquad i = 0, \dots, 2, \quad j = 0, \dots, 2, "
        r"\quad i \ne j"
    )
    assert check(row, names).comparisons == 6


def test_a_chain_compares_every_side_with_the_first() -> None:
    names = {"y": 4.0, "a": 2.0}
    assert check("y = 2 a = a^2 = a + a", names).comparisons == 3
    with pytest.raises(EquationError, match="side 3: the sides are not"):
        check("y = 2 a = 3 a", names)


def test_rows_that_go_on() -> None:
    rows = r"""\begin{aligned} y &= a + b \\ &\quad - c \\ &= 2 a
    \end{aligned}"""
    names = {"a": 2.0, "b": 5.0, "c": 3.0, "y": 4.0}
    result = check(rows, names)
    assert (result.rows, result.comparisons) == (2, 2)
    with pytest.raises(EquationError, match="row 2, side 2"):
        check(rows.replace("2 a", "3 a"), names)


def test_an_expression_on_the_left() -> None:
    names = {"x": x, "y": 3 * x}
    assert check(r"\lVert y \rVert = 3 \lVert x \rVert", names)
    assert check(r"y_i - x_i = 2 x_i", names).comparisons == 3
    assert check(r"x^\top y = \sum_i x_i y_i", names).comparisons == 1


def test_inequalities() -> None:
    names = {"x": x, "y": x + 1}
    assert check(r"x_i < y_i \le 2 x_i + 1 \ne 0", names).comparisons == 9
    with pytest.raises(EquationError, match="relation > does not hold"):
        check(r"x_i > y_i", names)


def test_shapes_are_checked() -> None:
    names = {"W": W, "x": x, "m": 4, "a": 1.0}
    assert check(r"W \in \mathbb{R}^{m \times 2}", names).comparisons == 2
    assert check(r"x \in \mathbb{R}^3", names).comparisons == 1
    assert check(r"a \in \mathbb{R}", names).comparisons == 1
    for wrong in (r"W \in \mathbb{R}^{2 \times m}", r"x \in \mathbb{R}"):
        with pytest.raises(EquationError):
            check(wrong, names)


def test_a_row_may_not_use_its_own_left() -> None:
    names = {"y": x, "f": lambda t: t, "x": x}
    for row in ("y = y + 0", "y_i = y_i + 0", r"y_i = \sum_j y_j [i = j]"):
        with pytest.raises(EquationError, match="its own left side, y"):
            check(row, names)
    for rows in (
        r"z_i = y_i \\ y_i = z_i",
        r"z = y \\ x_i = z_i \\ y_i = z_i",
        r"g(i) = y \\ y = g(3)",
        r"y^2 = y \odot y",
    ):
        with pytest.raises(EquationError, match="its own left side, y"):
            check(rows, names)
    with pytest.raises(EquationError, match="its own left side, f"):
        check("f(t) = f(t) + 0", names)
    with pytest.raises(EquationError, match="the same formula"):
        check(r"x + y = x + y", names)


def test_an_update_compares_with_the_new_value() -> None:
    names = {"w": x, "g": x**2, "eta": 0.5, "w_new": x - 0.5 * x**2}
    row = r"w \leftarrow w - \eta g"
    assert check(row, names).names == ("w_new",)
    with pytest.raises(EquationError, match="not equal"):
        check(row.replace("-", "+"), names)
    with pytest.raises(EquationError, match="must be a name"):
        check(r"w^2 \leftarrow w^2 + 0", names)
    with pytest.raises(EquationError, match="w_new, which is not bound"):
        check(row, {k: v for k, v in names.items() if k != "w_new"})
    with pytest.raises(EquationError, match="is the very object w"):
        check(row, names | {"w_new": x})
    with pytest.raises(EquationError, match="its own left side"):
        check(r"w = w - \eta g", names)


def test_random_arguments() -> None:
    names = {"softplus": lambda z: np.logaddexp(0, z)}
    row = r"\operatorname{softplus}(z) = \log(1 + e^z)"
    assert check(row, names).comparisons == 12
    with pytest.raises(EquationError, match="not equal"):
        check(row.replace("1", "2"), names)
    vector = r"\operatorname{s}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}"
    found = check(vector, {"s": lambda z: np.exp(z) / np.exp(z).sum()})
    assert found.comparisons == 9
    assert check(r"f(x, y) = x - y", {"f": lambda a, b: a - b})


def test_random_arguments_without_a_value_must_be_bound() -> None:
    names = {"f": lambda p: np.log(p - 9)}
    row = r"f(p) = \log(p - 9)"
    with pytest.raises(EquationError, match="bind them"):
        check(row, names)
    assert check(row, names | {"p": 9.5}).comparisons == 1


def test_the_seed_draws_the_arguments() -> None:
    drawn: list[float] = []

    def f(z: float) -> float:
        drawn.append(z)
        return z

    for seed in (0, 0, 1):
        check("f(z) = z", {"f": f}, seed=seed)
    third = len(drawn) // 3
    assert drawn[:third] == drawn[third : 2 * third] != drawn[2 * third :]


def test_an_index_that_code_left_bound_is_refused() -> None:
    names = {"x": x, "y": x + 1}
    with pytest.raises(EquationError, match="del i"):
        check("y_i = x_i + 1", names | {"i": 2})
    assert check("y_N = x_N + 1", names | {"N": 2}).comparisons == 1


def test_nan_is_never_equal_and_single_precision_is_wider() -> None:
    with pytest.raises(EquationError, match="left is nan"):
        check("a = b", {"a": np.nan, "b": np.nan})
    for relation in (r"\ne", r"\le", ">"):
        with pytest.raises(EquationError, match="left is nan"):
            check(f"a {relation} b", {"a": np.nan, "b": 1.0})
    assert check("a = b", {"a": np.inf, "b": np.inf}).comparisons == 1
    third = np.float32(1) / np.float32(3)
    assert check("a = 1/3", {"a": third}).comparisons == 1
    with pytest.raises(EquationError, match="not equal"):
        check("a = 1/3", {"a": float(third)})


def test_small_values_are_compared_by_their_size() -> None:
    names = {"y": np.array([1e-3, 1.0]), "x": np.array([1e-3, 1.0])}
    names["y"] = names["x"] * (1 + 1e-7)
    with pytest.raises(EquationError, match="at i = 0"):
        check("y_i = x_i", names)


def test_functions_of_the_page_may_fail() -> None:
    def broken(value: float) -> float:
        raise RuntimeError("out of order")

    with pytest.raises(EquationError, match="RuntimeError: out of order"):
        check("y = f(2)", {"y": 1.0, "f": broken})
    with pytest.raises(EquationError, match="f returned str"):
        check("y = f(2)", {"y": 1.0, "f": lambda v: "text"})


def test_functions_cannot_change_the_data() -> None:
    def greedy(value: np.ndarray) -> float:
        value[0] = 100.0
        return 7.0

    data = x.copy()
    check(r"y = f(x)", {"y": 7.0, "f": greedy, "x": data})
    np.testing.assert_array_equal(data, x)


# Messages.


def test_a_block_has_a_bounded_number_of_rows() -> None:
    page = Page(None, {"a": 1.0, "b": 1.0})
    assert page.check(r"a = b \\ " * 100).rows == 100
    with pytest.raises(EquationError, match="at most 100 rows, got 101"):
        page.check(r"a = b \\ " * 101)


def test_a_message_says_where_and_what() -> None:
    page = Page("docs/conv.md", {"x": x, "y": np.array([2.0, 4.0, 9.0])})
    with pytest.raises(EquationError) as caught:
        page.check(r"y_i = 2 x_i", 42)
    error = caught.value
    assert str(error) == (
        "docs/conv.md:42, row 1, side 2: the sides are not equal at i = 2: "
        "left is 9.0, right is 8.0\n  y_i = 2 x_i"
    )
    assert (error.page, error.line, error.row) == ("docs/conv.md", 42, 1)
    assert (error.side, error.kind, error.index) == (2, "value", "i = 2")
    assert (error.left, error.right) == (9.0, 8.0)


def test_a_message_of_an_array_says_which_entry() -> None:
    with pytest.raises(EquationError) as caught:
        check("y = 2 x", {"x": x, "y": np.array([2.0, 5.0, 9.0])})
    assert "at [1]: left is 5.0, right is 4.0 (2 of 3 differ)" in str(
        caught.value
    )


def test_a_message_from_a_definition_names_its_row() -> None:
    with pytest.raises(EquationError) as caught:
        check(
            r"z_i = x_{i+1} \\ y_i = z_i",
            {"x": x, "y": np.array([2.0, 4.0, 9.0])},
        )
    assert "row 2" in str(caught.value)
    assert "in z_i = x_{i+1}" in str(caught.value)


def test_the_row_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Unsupported) as caught:
        check(r"y = x \\ y = x \oplus x", {"x": x, "y": x + 0}, page="p.md")
    assert str(caught.value).startswith("p.md, row 2: \\oplus is not")


@pytest.mark.parametrize(
    ("latex", "reason"),
    [
        ("", "no equation"),
        ("a + b", "no relation"),
        (r"= a", "no left side"),
        (r"a = b, c = d", "two equations in one row"),
        (r"a \sim b", "relation ~ has no reading"),
        (r"a = b \leftarrow c", "stands alone"),
        (r"a \approx b", r"write = or \\le"),
        (r"\sigma^2 = a", "a new name to a power"),
        (r"y_{i+j} = a, \qquad i = 0, \dots, 1, j = 0, \dots, 1", "two new"),
        (r"a = \text{of course, } b", "keep words outside"),
        (r"\begin{aligned} a &= b", None),
    ],
)
def test_rows_that_are_refused(latex: str, reason: str | None) -> None:
    names = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}
    if reason is None:
        assert check(latex, names).comparisons == 1
    else:
        with pytest.raises(EquationError, match=reason):
            check(latex, names)
