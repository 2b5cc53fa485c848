"""Derivatives of the page's own rows."""

import numpy as np
import pytest

from texcheck import EquationError, Page, Seq, Unsupported, check

x = np.array([0.3, -1.2, 2.1])
W = np.array([[0.5, 1.5, -0.7], [2.0, -0.3, 0.9]])
b = np.array([0.1, -0.4])
z = W @ x + b
y = np.tanh(z)
D = np.diag(1 - y**2)
NAMES = {"x": x, "W": W, "b": b, "z": z, "y": y, "L": float(y @ y) / 2}
ROWS = r"z = W x + b \\ y = \tanh(z) \\ L = \tfrac12 \lVert y \rVert^2 \\ "


@pytest.mark.parametrize(
    ("row", "count"),
    [
        (r"\frac{\partial y_i}{\partial z_j} = [i = j] (1 - y_i^2)", 4),
        (r"\frac{\partial y}{\partial x} = \operatorname{diag}(1 - y^2) W", 6),
        (
            r"\frac{\partial y}{\partial x} = \frac{\partial y}{\partial z} "
            r"\frac{\partial z}{\partial x}",
            6,
        ),
        (r"\frac{\partial L}{\partial y} = y", 2),
        (r"\frac{dL}{dz} = y \odot (1 - y^2)", 2),
        (r"\frac{\mathrm{d} L}{\mathrm{d} z_i} = y_i (1 - y_i^2)", 2),
        (r"\frac{\partial}{\partial W_{i,j}} L = y_i (1 - y_i^2) x_j", 6),
        (r"\frac{\partial L}{\partial W} = (y \odot (1 - y^2)) x^\top", 6),
        (r"\nabla_x L = W^\top (y \odot (1 - y^2))", 3),
        (
            r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z} "
            r"W",
            3,
        ),
        (
            r"\nabla_x L = \left(\frac{\partial y}{\partial x}"
            r"\right)^\top y",
            3,
        ),
    ],
)
def test_gradients_follow_from_the_forward_rows(row: str, count: int) -> None:
    result = check(ROWS + row, NAMES)
    assert result.comparisons == 2 + 2 + 1 + count
    assert result.largest_error < 1e-8
    changed = row.replace("= ", "= 1.001 ", 1)
    with pytest.raises(EquationError, match="row 4"):
        check(ROWS + changed, NAMES)


def test_the_forward_row_decides_not_the_bound_array() -> None:
    row = r"\frac{\partial L}{\partial y_i} = y_i"
    wrong = ROWS.replace(r"\tfrac12", "")
    with pytest.raises(EquationError, match="row 3"):
        check(wrong + row, NAMES)
    with pytest.raises(EquationError, match="no row of the page says"):
        check(row, NAMES)


def test_a_bound_derivative_stands_in_for_rows() -> None:
    names = {"dL_dW": np.outer(b, x), "b": b, "x": x, "W": W}
    row = r"\frac{\partial L}{\partial W_{i,j}} = b_i x_j"
    result = check(row, names)
    assert (result.comparisons, result.names) == (6, ("dL_dW",))
    with pytest.raises(EquationError, match="not equal"):
        check(row.replace("b_i x_j", "2 b_i x_j"), names)


def test_rows_and_the_bound_derivative_must_both_agree() -> None:
    row = r"L = \sum_i x_i^3 \\ \frac{\partial L}{\partial x_i} = 3 x_i^2"
    names = {"x": x, "L": float(np.sum(x**3)), "dL_dx": 3 * x**2}
    assert check(row, names).comparisons == 1 + 6
    for change in ({"dL_dx": 2 * x**2}, {"dL_dx": 3 * x**2 + 1e-3}):
        with pytest.raises(EquationError, match="not equal"):
            check(row, names | change)


def test_a_derivative_of_a_row_that_is_a_derivative() -> None:
    v = np.array([0.4, -1.1, 0.8])
    names = {"x": x, "v": v, "f": np.sum(x**2) ** 2}
    rows = r"f = s^2, \qquad s = \sum_i x_i^2 \\ "
    rows += r"g_i = \frac{\partial f}{\partial x_i} \\ h = \sum_i g_i v_i \\ "
    product = (
        r"\frac{\partial h}{\partial x_i} = 4 s v_i + 8 \sum_j x_i x_j v_j"
    )
    assert check(rows + product, names).comparisons > 3
    one = r"\frac{\partial g_i}{\partial x_j} = 8 x_i x_j + 4 s [i = j]"
    assert check(rows.split("h =")[0] + one, names).comparisons > 9
    for wrong in (product.replace("8", "4"), product.replace("4 s", "s")):
        with pytest.raises(EquationError, match="not equal"):
            check(rows + wrong, names)


def test_recursion_in_time_and_the_immediate_derivative() -> None:
    a, h = 0.7, [0.4]
    for _ in range(3):
        h.append(np.sin(a * h[-1]))
    names = {"a": a, "h": Seq(np.array(h[1:]), 1, h[0]), "T": 3}
    row = r"h_t = \sin(a h_{t-1}), \qquad t = 1, \dots, T \\ "
    total = (
        r"\frac{\partial h_t}{\partial a} = \sum_{k=1}^{t} "
        r"\frac{\partial h_t}{\partial h_k} "
        r"\frac{\partial^{+} h_k}{\partial a}, \qquad t = 1, \dots, T"
    )
    plus = (
        r"\frac{\partial^{+} h_t}{\partial a} = \cos(a h_{t-1}) h_{t-1}, "
        r"\qquad t = 1, \dots, T"
    )
    assert check(row + total, names).comparisons == 6
    assert check(row + plus, names).comparisons == 6
    for wrong in (total, plus):
        with pytest.raises(EquationError, match="not equal at t = 2"):
            check(row + wrong.replace("^{+}", ""), names)


def test_primes_of_functions() -> None:
    names = {"f": lambda t: t**3, "x": x, "y": 3 * x**2}
    assert check(r"f'(t) = 3 t^2", names).comparisons == 12
    assert check(r"y = f'(x)", names).comparisons == 3
    assert check(r"g(s) = \sin(s) \\ g'(t) = \cos(t)", {}).comparisons == 12
    assert check(r"f''(t) = 6 t", names).comparisons == 12
    with pytest.raises(EquationError, match="not equal"):
        check(r"f'(t) = 2 t^2", names)
    with pytest.raises(EquationError, match="entry by entry"):
        check(r"y = f'(x)", names | {"f": lambda t: t * np.sum(t)})
    with pytest.raises(Unsupported, match="more than two primes"):
        check(r"f'''(t) = 6", names)


def test_derivatives_that_are_refused() -> None:
    for row, reason in (
        (r"\frac{\partial^2 L}{\partial x^2} = 1", "higher derivatives"),
        (r"\frac{\partial L}{\partial (x + y)} = 1", "by a name"),
        (r"\frac{\partial L}{\partial q} = 1", "is not bound"),
        (r"\partial L = x", "stands alone"),
        (r"\frac{\partial y}{\partial W} = 1", "write indices"),
        (r"\frac{\partial L}{\partial x}^\top = x", "two readings"),
        (r"\frac{\partial}{\partial x} L y = x", "two readings"),
        (r"\nabla L = x", "write .nabla_x"),
    ):
        with pytest.raises(EquationError, match=reason):
            check(ROWS + row, NAMES)


def test_a_scalar_row_is_differentiated_once_removed() -> None:
    rows = (
        r"u_i = x_i^2 \\ s = \sum_i u_i \\ L = \log s \\ "
        r"\frac{\partial L}{\partial x_i} = \frac{2 x_i}{s}"
    )
    assert check(rows, {"x": x, "L": np.log(x @ x)}).comparisons == 4


def test_what_a_change_does_not_reach_is_evaluated_once() -> None:
    calls: list[float] = []

    def f(v: float) -> float:
        calls.append(v)
        return v**3

    names = {"x": x, "y": x**3, "L": float(np.sum(x**3)), "f": f}
    rows = r"y_i = f(x_i) \\ L = \sum_i y_i \\ "
    forward = len(x)
    check(rows + r"\frac{\partial L}{\partial x_i} = 3 x_i^2", names)
    # One row of the three moves with each x_i: at four places.
    assert len(calls) == forward + len(x) + 4 * len(x)


def test_a_derivative_inside_a_row_is_never_taken_for_unmoved() -> None:
    names = {"a": 0.7, "b": 1.9, "u": 2 * 0.7 * 1.9, "v": (2 * 0.7 * 1.9) ** 2}
    latex = (
        r"q = a^2 b \\ u = \frac{\partial q}{\partial a} \\ v = u^2 \\ "
        r"\frac{\partial v}{\partial b} = 8 a^2 b"
    )
    assert check(latex, names).comparisons == 3
    with pytest.raises(EquationError, match="row 4"):
        check(latex.replace("8 a^2", "0 a^2"), names)


def test_a_row_that_holds_no_more_does_not_stop_a_derivative_by_its_name() -> (
    None
):
    page = Page(namespace={"a": np.array([0.5, 3.0]), "p": np.array([-3, -8])})
    page.check(r"p_i = 2 - 2 a_i - 4 [i = 0] - 4 [i = 1]")
    p = np.array([0.4, 0.7])
    page.bind({"a": np.array([0.5, 3.0]), "p": p, "l": np.log(p)})
    page.check(
        r"l_i = \log p_i \\ \frac{\partial l_i}{\partial p_i} = \frac{1}{p_i}"
    )
